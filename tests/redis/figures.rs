//! Figures, not tests: `loadtest/faults.sh` runs them on a machine that does nothing else. They
//! fail only where something wrong was served.

use std::time::Duration;

use saoma::rooms::store::StoreUrl;
use saoma::rooms::store::core::Core;
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use crate::door::{Answer, Door};
use crate::nodes::Cluster;
use crate::sample::{core, path_of, recall_of, take, vehicle};
use crate::server::Server;

mod faults;
mod million;

/// Between two looks: short against everything that is measured.
const LOOK: Duration = Duration::from_micros(200);
/// Nothing measured here takes as long.
const NEVER: Duration = Duration::from_mins(2);

/// A number from the environment, to make a run small or large.
fn size(name: &str, default: usize) -> usize {
    let given = std::env::var(name).ok();
    given.map_or(default, |given| given.parse().unwrap())
}

/// A line of the report.
#[expect(clippy::print_stdout, reason = "the report is what this is run for")]
fn print(line: &str) {
    println!("{line}");
}

fn millis(took: Duration) -> String {
    format!("{:.1} ms", took.as_secs_f64() * 1000.0)
}

/// How long until the door says so.
async fn until(door: &Door, path: &str, so: impl Fn(&Answer) -> bool) -> Duration {
    let started = Instant::now();
    while !so(&door.get(path).await) {
        assert!(started.elapsed() < NEVER, "{path}");
        sleep(LOOK).await;
    }
    started.elapsed()
}

fn quantile(sorted: &[Duration], share: f64) -> Duration {
    let last = sorted.len() - 1;
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a list of thousands"
    )]
    let at = (last as f64 * share).round() as usize;
    sorted[at]
}

/// From the beginning of a write to the page that shows it, on the last of three edges.
async fn invalidation(what: &str, url: &StoreUrl) {
    let (changes, folder) = (size("CHANGES", 100), TempDir::new().unwrap());
    let mut store = core(url, folder.path());
    let vehicles: Vec<String> = (0..changes).map(vehicle).collect();
    for batch in vehicles.chunks(1000) {
        take(&store, &batch.join("\n"));
    }
    let doors = [(); 3].map(|()| Door::before(url));
    let (mut seen, mut written) = (Vec::new(), Vec::new());
    for number in 0..changes {
        let path = path_of(number);
        for door in &doors {
            until(door, &path, Answer::is_fresh).await;
        }
        let record = recall_of(number);
        let begun = Instant::now();
        let writing = tokio::task::spawn_blocking(move || {
            take(&store, &record);
            (begun.elapsed(), store)
        });
        let recalled = |answer: &Answer| answer.text().contains("请停止骑行");
        let [one, two, three] = &doors;
        tokio::join!(
            until(one, &path, recalled),
            until(two, &path, recalled),
            until(three, &path, recalled),
        );
        seen.push(begun.elapsed());
        let (took, back) = writing.await.unwrap();
        written.push(took);
        store = back;
    }
    seen.sort_unstable();
    written.sort_unstable();
    let told = |sorted: &[Duration]| {
        [0.5, 0.99, 1.0]
            .map(|share| millis(quantile(sorted, share)))
            .join(" | ")
    };
    print(&format!(
        "| {what} | {changes} | {} | {} |",
        told(&seen),
        told(&written)
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a figure: loadtest/faults.sh"]
async fn invalidation_latency_on_three_edges() {
    print("\n## From the beginning of a write to the page, on the last of three edges\n");
    print("| store | changes | median | p99 | worst | write: median | p99 | worst |");
    print("|---|---|---|---|---|---|---|---|");
    let server = Server::start();
    Box::pin(invalidation("one server", &server.url())).await;
    drop(server);
    let cluster = Cluster::start();
    Box::pin(invalidation("six nodes", &cluster.url())).await;
}
