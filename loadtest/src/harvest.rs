//! `harvest`: what the guard of a public door lets through of a register, and whom it refuses beside.
//!
//! No sockets and no waiting: the door's own guard, driven by a clock that is turned by hand. Hours
//! take seconds, and the same seed gives the same figures.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::time::Duration;

use clap::{Args, ValueEnum as _};
use saoma::rooms::guard::clock::Clock;
use saoma::rooms::guard::{Caller, Guard};
use saoma::rooms::meter::Meter;
use saoma::rooms::settings::guard::GuardSettings;
use saoma::rules::harvest::Verdict;
use saoma::words::code::Code;

use crate::codes::Sticker;
use crate::province::Province;

mod crowd;

use crowd::{Intent, Profile, Register, Scan};

/// Arguments of `harvest`.
#[derive(Debug, Args)]
pub(crate) struct Harvest {
    /// The crowds beside the honest ones; all of them, one after another, if none is named.
    #[arg(long, value_enum, value_delimiter = ',')]
    profile: Vec<Profile>,
    /// Which register is copied.
    #[arg(long, value_enum, default_value = "pwb")]
    kind: Sticker,
    /// How many vehicles the province has.
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(1000..=2_000_000))]
    vehicles: u64,
    /// For how long.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=48))]
    hours: u64,
    /// The same seed makes the same crowd.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What became of a crowd.
#[derive(Clone, Debug, Default)]
struct Figures {
    asked: u64,
    slowed: u64,
    refused: u64,
    got: HashSet<Code>,
}

pub(crate) fn run(arguments: &Harvest) -> io::Result<()> {
    let province = Province::new(arguments.seed, arguments.vehicles);
    let register = Register::of(&province, arguments.kind);
    let mut profiles = arguments.profile.clone();
    if profiles.is_empty() {
        let all = Profile::value_variants().iter().copied();
        profiles.extend(all.filter(|profile| profile.intent() == Intent::Harvest));
    }
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{} codes to be copied, {} hour(s); all figures per hour",
        register.ordered.len(),
        arguments.hours
    )?;
    writeln!(
        out,
        "{:<28}{:>10}{:>10}{:>10}{:>10}{:>12}",
        "crowd", "addresses", "asked", "slowed", "refused", "codes got"
    )?;
    for profile in profiles {
        let all = crowds(profile);
        let figures = play(&register, &all, arguments.hours, arguments.seed);
        for each in all {
            let Some(figures) = figures.get(&each.name()) else {
                continue;
            };
            let a_hour = |count: u64| count / arguments.hours;
            writeln!(
                out,
                "{:<28}{:>10}{:>10}{:>10}{:>10}{:>12}",
                each.name(),
                each.addresses(),
                a_hour(figures.asked),
                a_hour(figures.slowed),
                a_hour(figures.refused),
                a_hour(u64::try_from(figures.got.len()).unwrap_or(u64::MAX)),
            )?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// This crowd among all honest ones.
fn crowds(profile: Profile) -> Vec<Profile> {
    let honest = Profile::value_variants()
        .iter()
        .copied()
        .filter(|each| each.intent() == Intent::Honest);
    let mut all: Vec<_> = honest.collect();
    if profile.intent() == Intent::Harvest {
        all.push(profile);
    }
    all
}

/// Lets them all ask at one guard with its defaults.
fn play(
    register: &Register,
    profiles: &[Profile],
    hours: u64,
    seed: u64,
) -> HashMap<String, Figures> {
    let mut scans: Vec<Scan> = profiles
        .iter()
        .flat_map(|profile| profile.scans(register, hours, seed))
        .collect();
    scans.sort_by_key(|scan| scan.at);
    let (clock, hand) = Clock::by_hand();
    let guard = Guard::by(clock, GuardSettings::default(), Meter::new());
    let mut figures: HashMap<String, Figures> = HashMap::new();
    for scan in scans {
        hand.turn_to(Duration::from_millis(scan.at));
        let caller = Caller::Network(scan.from);
        let verdict = match guard.admit(caller) {
            Ok(_place) => guard.weigh(caller, &scan.code).0,
            Err(_no) => Verdict::Refuse,
        };
        let figures = figures.entry(scan.profile.name()).or_default();
        figures.asked += 1;
        match verdict {
            Verdict::Pass => {}
            Verdict::Slow => figures.slowed += 1,
            Verdict::Refuse => figures.refused += 1,
        }
        if verdict != Verdict::Refuse {
            figures.got.insert(scan.code);
        }
    }
    figures
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static REGISTER: LazyLock<Register> =
        LazyLock::new(|| Register::of(&Province::new(1, 100_000), Sticker::Pwb));

    fn played(profile: Profile) -> (HashMap<String, Figures>, Figures) {
        let figures = play(&REGISTER, &crowds(profile), 1, 1);
        let own = figures.get(&profile.name()).unwrap().clone();
        (figures, own)
    }

    fn nobody_honest_is_refused(figures: &HashMap<String, Figures>) {
        for profile in [Profile::Phones, Profile::CarrierNat, Profile::Workshop] {
            let figures = figures.get(&profile.name()).unwrap();
            assert!(figures.asked > 0);
            assert_eq!(figures.refused, 0, "{profile:?}");
        }
    }

    #[test]
    fn honest_crowds_are_not_refused_and_hardly_ever_slowed() {
        let (figures, _) = played(Profile::Phones);
        nobody_honest_is_refused(&figures);
        let slowed: u64 = figures.values().map(|figures| figures.slowed).sum();
        assert!(slowed <= 40, "{slowed} of 40,000 were slowed");
    }

    #[test]
    fn one_address_gets_hardly_more_than_a_workshop_would() {
        for profile in [Profile::HarvestSingle, Profile::HarvestSingleShuffled] {
            let (figures, own) = played(profile);
            nobody_honest_is_refused(&figures);
            assert!(own.got.len() <= 1500, "{profile:?} got {}", own.got.len());
        }
    }

    #[test]
    fn a_thousand_addresses_that_share_a_register_get_little_of_it() {
        let (figures, own) = played(Profile::HarvestRotating);
        nobody_honest_is_refused(&figures);
        let asked = usize::try_from(own.asked).unwrap();
        assert!(own.got.len() * 10 <= asked, "got {}", own.got.len());
    }
}
