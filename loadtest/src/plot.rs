//! Latency against load, as a picture: what a rate costs the median scan, and what the hundredth.
//!
//! The axis of time is logarithmic, since the interesting part of a queue is where it explodes.
//! A point is the median of the rounds of one candidate at one share of its capacity.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::PathBuf;

use clap::Args;
use serde::Deserialize;

use crate::dice::to_f64;

/// What `plot` is told.
#[derive(Debug, Args)]
pub(crate) struct Plot {
    /// Reports of open-loop scans, one a line; a file for each share of the capacity.
    #[arg(required = true)]
    shares: Vec<PathBuf>,
    /// Where to draw.
    #[arg(long)]
    out: PathBuf,
    /// What stands above.
    #[arg(long, default_value = "Latency against load")]
    title: String,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoPlot {
    #[error("cannot read a file: {0}")]
    Read(#[source] io::Error),
    #[error("a line is no report: {0}")]
    Report(#[from] serde_json::Error),
    #[error("no file has a report of an open loop")]
    Nothing,
    #[error("cannot write: {0}")]
    Write(#[source] io::Error),
}

#[derive(Debug, Deserialize)]
struct Report {
    candidate: String,
    offered_per_second: Option<f64>,
    p50_us: f64,
    p99_us: f64,
}

/// What one candidate does at one rate.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Point {
    rate: f64,
    p50: f64,
    p99: f64,
}

type Curves = BTreeMap<String, Vec<Point>>;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 440.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 48.0;
const BOTTOM: f64 = 56.0;
/// Told apart by readers who see colours differently, too (Okabe and Ito).
const COLOURS: [&str; 4] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];

pub(crate) fn run(told: &Plot) -> Result<(), NoPlot> {
    let mut curves = Curves::new();
    for share in &told.shares {
        add(
            &mut curves,
            &fs::read_to_string(share).map_err(NoPlot::Read)?,
        )?;
    }
    if curves.is_empty() {
        return Err(NoPlot::Nothing);
    }
    for points in curves.values_mut() {
        points.sort_by(|one, other| one.rate.total_cmp(&other.rate));
    }
    fs::write(&told.out, draw(&curves, &told.title)).map_err(NoPlot::Write)
}

/// Adds the points of one share.
fn add(curves: &mut Curves, text: &str) -> Result<(), NoPlot> {
    let mut rounds: BTreeMap<String, Vec<(f64, Report)>> = BTreeMap::new();
    for line in text.lines() {
        let report: Report = serde_json::from_str(line)?;
        if let Some(rate) = report.offered_per_second {
            let name = report.candidate.clone();
            rounds.entry(name).or_default().push((rate, report));
        }
    }
    for (name, reports) in rounds {
        let middle = |figure: fn(&(f64, Report)) -> f64| {
            let mut all: Vec<_> = reports.iter().map(figure).collect();
            all.sort_by(f64::total_cmp);
            all.get(all.len() / 2).copied().unwrap_or_default()
        };
        curves.entry(name).or_default().push(Point {
            rate: middle(|(rate, _)| *rate),
            p50: middle(|(_, report)| report.p50_us),
            p99: middle(|(_, report)| report.p99_us),
        });
    }
    Ok(())
}

fn draw(curves: &Curves, title: &str) -> String {
    let points = || curves.values().flatten();
    let most_rate = points().map(|point| point.rate).fold(1.0, f64::max) * 1.05;
    let least = points().map(|point| point.p50).fold(f64::MAX, f64::min);
    let most = points().map(|point| point.p99).fold(1.0, f64::max);
    // Whole powers of ten, in microseconds.
    let (low, high) = (
        least.max(1.0).log10().floor(),
        most.max(10.0).log10().ceil(),
    );
    let x = |rate: f64| LEFT + rate / most_rate * (WIDTH - LEFT - RIGHT);
    let y = |micros: f64| {
        let share = (micros.max(1.0).log10() - low) / (high - low).max(1.0);
        HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
    };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"{LEFT}\" y=\"24\" font-size=\"15\">{}</text>\n",
        escaped(title)
    );
    // A String takes everything.
    let mut line = |text: String| writeln!(svg, "{text}").unwrap_or_default();
    let mut power = low;
    while power <= high {
        let at = y(10_f64.powf(power));
        let millis = 10_f64.powf(power - 3.0);
        line(format!(
            "<path d=\"M{LEFT} {at:.1}H{:.1}\" stroke=\"#ddd\"/><text x=\"{:.1}\" y=\"{:.1}\" \
             text-anchor=\"end\">{millis} ms</text>",
            WIDTH - RIGHT,
            LEFT - 6.0,
            at + 4.0
        ));
        power += 1.0;
    }
    for step in 0..=5_u64 {
        let rate = most_rate * to_f64(step) / 5.0;
        line(format!(
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{rate:.0}</text>",
            x(rate),
            HEIGHT - BOTTOM + 18.0
        ));
    }
    line(format!(
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">scans a second; solid: p99, dashed: median</text>",
        f64::midpoint(LEFT, WIDTH - RIGHT),
        HEIGHT - 12.0
    ));
    let mut at = TOP + 4.0;
    for ((name, points), colour) in curves.iter().zip(COLOURS.iter().cycle()) {
        let through = |figure: fn(&Point) -> f64| {
            let steps: Vec<_> = points
                .iter()
                .map(|point| format!("{:.1},{:.1}", x(point.rate), y(figure(point))))
                .collect();
            steps.join(" ")
        };
        for (figures, dashes) in [
            (through(|point| point.p99), ""),
            (through(|point| point.p50), " stroke-dasharray=\"5 4\""),
        ] {
            line(format!(
                "<polyline points=\"{figures}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{dashes}/>"
            ));
        }
        line(format!(
            "<path d=\"M{:.1} {at:.1}h24\" stroke=\"{colour}\" stroke-width=\"2\"/><text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            LEFT + 12.0,
            LEFT + 42.0,
            at + 4.0,
            escaped(name)
        ));
        at += 18.0;
    }
    svg + "</svg>\n"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_the_median_of_its_rounds_and_every_candidate_has_two_curves() {
        let report = |candidate: &str, rate: f64, p99: f64| {
            format!(
                r#"{{"candidate":"{candidate}","offered_per_second":{rate},"p50_us":400,"p99_us":{p99}}}"#
            )
        };
        let mut curves = Curves::new();
        let half = [500.0, 90_000.0, 600.0].map(|p99| report("saoma", 1000.0, p99));
        add(&mut curves, &half.join("\n")).unwrap();
        add(&mut curves, &report("floor <1>", 2000.0, 900.0)).unwrap();
        let closed = r#"{"candidate":"x","offered_per_second":null,"p50_us":1,"p99_us":1}"#;
        add(&mut curves, closed).unwrap();
        let point = Point {
            rate: 1000.0,
            p50: 400.0,
            p99: 600.0,
        };
        assert_eq!(curves["saoma"], [point]);
        assert_eq!(curves.len(), 2);
        let svg = draw(&curves, "a & b");
        assert_eq!(svg.matches("<polyline").count(), 4);
        assert!(svg.contains("a &amp; b") && svg.contains("floor &lt;1>"));
        assert!(svg.ends_with("</svg>\n") && !svg.contains("NaN") && !svg.contains("inf"));
    }
}
