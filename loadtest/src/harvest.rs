//! `harvest`: what the guard of a public door lets through of a register, and whom it refuses beside.
//!
//! Without sockets and waiting: the door's own guard, driven by a clock that is turned by hand. Hours
//! take seconds, and the same seed gives the same figures. Or, with `--url`, over real connections to
//! a server that runs (`street`), whose guard has to have a shorter hour: all that is asked within
//! an hour is asked within that.
//!
//! Either way there is an hour before, which is not counted, in which only those come who always do.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::time::Duration;

use clap::{Args, ValueEnum as _};
use saoma::rooms::guard::clock::{Clock, Hand};
use saoma::rooms::guard::{Caller, Guard};
use saoma::rooms::meter::Meter;
use saoma::rooms::settings::guard::GuardSettings;
use saoma::rules::harvest::Verdict;
use saoma::words::code::Code;

use crate::codes::Sticker;
use crate::loopback::Target;
use crate::province::Province;

mod crowd;
mod street;

use crowd::{HOUR, Intent, Profile, Register, Scan};
use street::Street;

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
    /// A server that has this province and believes this machine for whom it speaks. Loopback only.
    #[arg(long)]
    url: Option<Target>,
    /// The `guard.hour_seconds` of that server: how long an hour takes.
    #[arg(long, default_value_t = 90, requires = "url", value_parser = clap::value_parser!(u64).range(30..=3600))]
    hour_seconds: u64,
}

/// What became of a crowd.
#[derive(Clone, Debug, Default)]
struct Figures {
    asked: u64,
    slowed: u64,
    refused: u64,
    failed: u64,
    got: HashSet<Code>,
}

/// What became of one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Became {
    /// The code's page, at once.
    Got,
    /// The code's page, later. Over a connection nobody can tell.
    Slowed,
    /// No.
    Refused,
    /// No answer, or one that nobody expected.
    Failed,
}

/// The figures of each crowd, by its name.
type Outcome = HashMap<String, Figures>;

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
    if arguments.url.is_some() {
        writeln!(
            out,
            "an hour of the guard takes {} s; who is slowed is among those who got their page",
            arguments.hour_seconds
        )?;
    }
    writeln!(
        out,
        "{:<28}{:>10}{:>10}{:>10}{:>10}{:>10}{:>12}",
        "crowd", "addresses", "asked", "slowed", "refused", "failed", "codes got"
    )?;
    let mut street = arguments
        .url
        .as_ref()
        .map(|url| Street::new(url.at, Duration::from_secs(arguments.hour_seconds)))
        .transpose()?;
    if let Some(street) = &mut street {
        // One server sees them all, one after another: the hour before is before the first.
        street.play(hour_of(&register, &crowds(None), 0, arguments.seed));
    }
    for profile in profiles {
        let all = crowds(Some(profile));
        let figures = match &mut street {
            None => play(&register, &all, arguments.hours, arguments.seed),
            Some(street) => {
                let mut figures = Outcome::new();
                for hour in 1..=arguments.hours {
                    let scans = hour_of(&register, &all, hour, arguments.seed);
                    for (scan, became) in street.play(scans) {
                        note(&mut figures, &scan, became);
                    }
                }
                figures
            }
        };
        print(&mut out, &all, &figures, arguments.hours)?;
        if let Some(late) = street.as_ref().and_then(Street::late) {
            writeln!(
                out,
                "asked up to {:.1} s late: this machine was too slow",
                late.as_secs_f64()
            )?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn print(out: &mut impl Write, all: &[Profile], figures: &Outcome, hours: u64) -> io::Result<()> {
    for each in all {
        let Some(figures) = figures.get(&each.name()) else {
            continue;
        };
        // Some are there in one hour only.
        let there = (1..=hours).filter(|hour| each.comes(*hour)).count();
        let there = u64::try_from(there).unwrap_or(1).max(1);
        let got = u64::try_from(figures.got.len()).unwrap_or(u64::MAX);
        writeln!(
            out,
            "{:<28}{:>10}{:>10}{:>10}{:>10}{:>10}{:>12}",
            each.name(),
            each.addresses(),
            figures.asked / there,
            figures.slowed / there,
            figures.refused / there,
            figures.failed / there,
            got / there,
        )?;
    }
    Ok(())
}

/// This crowd among all honest ones.
fn crowds(profile: Option<Profile>) -> Vec<Profile> {
    let honest = Profile::value_variants()
        .iter()
        .copied()
        .filter(|each| each.intent() == Intent::Honest);
    let copier = profile.filter(|profile| profile.intent() == Intent::Harvest);
    honest.chain(copier).collect()
}

/// What they all ask for in one hour, in the order of time.
fn hour_of(register: &Register, profiles: &[Profile], hour: u64, seed: u64) -> Vec<Scan> {
    let mut scans: Vec<Scan> = profiles
        .iter()
        .flat_map(|profile| profile.scans(register, hour, seed))
        .collect();
    scans.sort_by_key(|scan| scan.at);
    scans
}

/// Lets them all ask at one guard with its defaults.
fn play(register: &Register, profiles: &[Profile], hours: u64, seed: u64) -> Outcome {
    let (clock, hand) = Clock::by_hand();
    let guard = Guard::by(clock, GuardSettings::default(), Meter::new());
    let mut figures = Outcome::new();
    for hour in 0..=hours {
        for scan in hour_of(register, profiles, hour, seed) {
            let became = ask(&guard, &hand, hour, &scan);
            if hour > 0 {
                note(&mut figures, &scan, became);
            }
        }
    }
    figures
}

fn ask(guard: &Guard, hand: &Hand, hour: u64, scan: &Scan) -> Became {
    hand.turn_to(Duration::from_millis(hour * HOUR + scan.at));
    let caller = Caller::Network(scan.from);
    let verdict = match guard.admit(caller) {
        Ok(_place) => guard.weigh(caller, &scan.code).0,
        Err(_no) => Verdict::Refuse,
    };
    match verdict {
        Verdict::Pass => Became::Got,
        Verdict::Slow => Became::Slowed,
        Verdict::Refuse => Became::Refused,
    }
}

fn note(figures: &mut Outcome, scan: &Scan, became: Became) {
    let figures = figures.entry(scan.profile.name()).or_default();
    figures.asked += 1;
    match became {
        Became::Got => {}
        Became::Slowed => figures.slowed += 1,
        Became::Refused => figures.refused += 1,
        Became::Failed => figures.failed += 1,
    }
    if matches!(became, Became::Got | Became::Slowed) {
        figures.got.insert(scan.code);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    static REGISTER: LazyLock<Register> =
        LazyLock::new(|| Register::of(&Province::new(1, 100_000), Sticker::Pwb));

    /// Who is never refused, whoever copies meanwhile.
    const ALWAYS_SERVED: [Profile; 4] = [
        Profile::Phones,
        Profile::CarrierNat,
        Profile::Workshop,
        Profile::RecallDay,
    ];

    fn played(profile: Profile) -> (Outcome, Figures) {
        let figures = play(&REGISTER, &crowds(Some(profile)), 1, 1);
        let own = figures.get(&profile.name()).unwrap().clone();
        (figures, own)
    }

    fn nobody_honest_is_refused(figures: &Outcome, honest: &[Profile]) {
        for profile in honest {
            let figures = figures.get(&profile.name()).unwrap();
            assert!(figures.asked > 0);
            // None as a rule. Under some of the guard's keys two clients or blocks look like one.
            let refused = figures.refused;
            assert!(refused * 50 <= figures.asked, "{profile:?}: {refused}");
        }
    }

    /// A copier that gets so many codes at most, while nobody is refused who was there before; nor
    /// who comes for the first time, unless it looks the same.
    fn gets(profile: Profile, most: usize, newcomers: Intent) {
        let (figures, own) = played(profile);
        nobody_honest_is_refused(&figures, &ALWAYS_SERVED);
        if newcomers == Intent::Honest {
            nobody_honest_is_refused(&figures, &[Profile::WorkshopNew]);
        }
        assert!(own.got.len() <= most, "{profile:?} got {}", own.got.len());
    }

    #[test]
    fn honest_crowds_are_not_refused_and_hardly_ever_slowed() {
        let (figures, _) = played(Profile::Phones);
        nobody_honest_is_refused(&figures, &ALWAYS_SERVED);
        nobody_honest_is_refused(&figures, &[Profile::WorkshopNew]);
        let (slowed, asked) = figures.values().fold((0, 0), |(slowed, asked), each| {
            (slowed + each.slowed, asked + each.asked)
        });
        // One in a thousand or two: the guard hashes under keys of its own, so it differs.
        assert!(slowed * 200 <= asked, "{slowed} of {asked} were slowed");
    }

    #[test]
    fn one_address_gets_hardly_more_than_a_workshop_would() {
        gets(Profile::HarvestSingle, 1500, Intent::Honest);
        gets(Profile::HarvestSingleShuffled, 1500, Intent::Honest);
    }

    #[test]
    fn a_thousand_addresses_that_share_a_register_get_little_of_it() {
        gets(Profile::HarvestRotating, 30_000, Intent::Honest);
    }

    #[test]
    fn a_thousand_addresses_that_ask_in_no_order_get_what_a_thousand_phones_would() {
        gets(Profile::HarvestRotatingShuffled, 30_000, Intent::Harvest);
        gets(Profile::HarvestRotatingNarrow, 30_000, Intent::Harvest);
    }

    #[test]
    fn who_raids_for_hours_is_a_stranger_in_each() {
        let profile = Profile::HarvestRotatingShuffled;
        let figures = play(&REGISTER, &crowds(Some(profile)), 3, 1);
        nobody_honest_is_refused(&figures, &ALWAYS_SERVED);
        let got = figures.get(&profile.name()).unwrap().got.len();
        assert!(got <= 3 * 30_000, "got {got}");
    }

    #[test]
    fn a_thousand_addresses_with_a_stretch_each_keep_no_known_workshop_from_its_delivery() {
        gets(Profile::HarvestRotatingStretches, 50_000, Intent::Harvest);
    }
}
