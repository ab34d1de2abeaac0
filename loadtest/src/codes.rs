//! The codes of a province, so that a load can ask for ones that exist, or for ones that do not.

use std::io::{self, Write};

use clap::ValueEnum;

use crate::dice::{Dice, Stream, Zipf};
use crate::ink::write_padded;
use crate::parties::Parties;
use crate::places::DIVISIONS;
use crate::province::{CodeText, Province};

/// The kind of a sticker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sticker {
    /// On a vehicle.
    Vin,
    /// On a battery.
    Pwb,
    /// On a plate.
    Lic,
}

/// How codes are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Draw {
    /// Each as likely as any other.
    Uniform,
    /// A few very often, most hardly ever.
    Zipf,
}

impl Sticker {
    const fn path(self) -> &'static str {
        match self {
            Self::Vin => "/vin/",
            Self::Pwb => "/pwb/",
            Self::Lic => "/lic/",
        }
    }
}

/// The most codes one draw holds in memory: half a gigabyte's worth.
pub(crate) const MOST_DRAWN: u64 = 8_000_000;

/// Writes the path of every code of this kind, oldest first.
pub(crate) fn all(province: &Province, kind: Sticker, out: &mut impl Write) -> io::Result<()> {
    let mut result = Ok(());
    each(province, kind, |code| {
        if result.is_ok() {
            result = line(out, kind, code);
        }
    });
    result
}

/// Draws codes that exist, with repetitions, and writes their paths in the order of the draw.
/// Which codes are popular has nothing to do with their age.
pub(crate) fn drawn(
    province: &Province,
    kind: Sticker,
    (draw, skew, sample): (Draw, f64, u64),
    out: &mut impl Write,
) -> io::Result<()> {
    /// Greater than any number of codes and prime: multiplying by it shuffles them.
    const SHUFFLE: u64 = 2_654_435_761;
    let mut total = 0_u64;
    each(province, kind, |_| total += 1);
    let zipf = Zipf::new(total, skew);
    let mut dice = Dice::of(province.seed, Stream::Draw, 0);
    let mut wanted: Vec<(u64, usize)> = (0..sample.min(MOST_DRAWN))
        .zip(0..)
        .map(|(_, turn)| {
            let place = match draw {
                Draw::Uniform => dice.below(total),
                Draw::Zipf => zipf.throw(&mut dice) * SHUFFLE % total.max(1),
            };
            (place, turn)
        })
        .collect();
    wanted.sort_unstable();
    let mut codes = vec![CodeText::new(b""); wanted.len()];
    let (mut place, mut next) = (0_u64, wanted.iter().peekable());
    each(province, kind, |code| {
        while let Some(&(_, turn)) = next.next_if(|(wanted, _)| *wanted == place) {
            if let Some(slot) = codes.get_mut(turn) {
                *slot = CodeText::new(code);
            }
        }
        place += 1;
    });
    codes
        .iter()
        .try_for_each(|code| line(out, kind, code.as_bytes()))
}

/// Writes paths of codes that are well-formed, look as if they were of this province, and were
/// never given out: the right makers and divisions with serials far behind the last.
pub(crate) fn unknown(
    seed: u64,
    parties: &Parties,
    (kind, sample): (Sticker, u64),
    out: &mut impl Write,
) -> io::Result<()> {
    let mut dice = Dice::of(seed, Stream::Draw, 1);
    let mut code = Vec::with_capacity(40);
    for _ in 0..sample {
        code.clear();
        match kind {
            Sticker::Vin => {
                let maker = dice.pick(&parties.vehicle_makers);
                write_padded(&mut code, maker.enterprise, 4);
                code.push(b'2');
                write_padded(&mut code, 21 + dice.below(6), 2);
                write_padded(&mut code, 90_000_000 + dice.below(10_000_000), 8);
            }
            Sticker::Pwb => {
                let maker = dice.pick(&parties.battery_makers);
                code.extend_from_slice(&maker.organisation);
                // No line of a maker begins with a digit.
                code.push(b'0');
                write_padded(&mut code, dice.next(), 20);
            }
            Sticker::Lic => {
                code.extend_from_slice(dice.pick(DIVISIONS).code.as_bytes());
                write_padded(&mut code, 9_000_000 + dice.below(1_000_000), 7);
                code.push(b'0');
            }
        }
        line(out, kind, &code)?;
    }
    Ok(())
}

/// Every code of this kind, in the order in which they were given out.
pub(crate) fn each(province: &Province, kind: Sticker, mut hear: impl FnMut(&[u8])) {
    for vehicle in province.vehicles() {
        match kind {
            Sticker::Vin => hear(vehicle.code.as_bytes()),
            Sticker::Pwb => vehicle.pack.codes().for_each(&mut hear),
            Sticker::Lic => {
                if let Some(plate) = &vehicle.plate {
                    hear(plate.code.as_bytes());
                }
            }
        }
    }
}

fn line(out: &mut impl Write, kind: Sticker, code: &[u8]) -> io::Result<()> {
    out.write_all(kind.path().as_bytes())?;
    out.write_all(code)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;
    use crate::ink::Pen;
    use crate::records::Records;

    fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut bytes = Vec::new();
        write(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn all_codes_are_those_of_the_records_and_drawn_ones_are_among_them() {
        let province = Province::new(4, 700);
        let mut pen = Pen::new(Vec::new());
        Records::new(&province, &[], &mut pen).write().unwrap();
        let records = String::from_utf8(pen.finish().unwrap()).unwrap();
        let printed: HashSet<&str> = records
            .split("https://www.pzcode.cn")
            .filter_map(|rest| rest.split('"').next())
            .collect();
        for &kind in Sticker::value_variants() {
            let all = text(|out| all(&province, kind, out));
            let all: HashSet<&str> = all.lines().collect();
            assert!(all.len() > 450);
            assert!(all.iter().all(|path| printed.contains(path)));
            for draw in [Draw::Uniform, Draw::Zipf] {
                let drawn = text(|out| drawn(&province, kind, (draw, 0.9, 5000), out));
                assert_eq!(drawn.lines().count(), 5000);
                assert!(drawn.lines().all(|path| all.contains(path)));
            }
            let unknown = text(|out| unknown(4, &province.parties, (kind, 500), out));
            assert!(unknown.lines().all(|path| !all.contains(path)));
        }
    }

    #[test]
    fn a_zipf_draw_has_favourites_and_a_uniform_one_has_none() {
        let province = Province::new(4, 5000);
        let most = |draw| {
            let text = text(|out| drawn(&province, Sticker::Vin, (draw, 0.9, 50_000), out));
            let mut times: HashMap<String, u32> = HashMap::new();
            for path in text.lines() {
                *times.entry(path.to_owned()).or_default() += 1;
            }
            times.into_values().max().unwrap()
        };
        assert!(most(Draw::Uniform) < 40);
        assert!(most(Draw::Zipf) > 1500);
    }
}
