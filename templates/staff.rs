//! The pages of the staff door, made for the job: an officer at the kerb, a recycler at a pallet.
//!
//! They are handed finished findings. Each begins with what has to be taken in at a glance, and
//! none of them may be kept, framed or passed on: that is for whoever sends them to say.

use serde::Serialize;

use crate::view::{Audience, CodeCard, Kind, Row, View};

mod desk;
mod frame;
mod list;
mod police;
mod recycler;

pub use desk::{generic, home, no, refused, sign_in, signed_out};
pub use list::{csv, list};
pub use police::police;
pub use recycler::battery;

/// Who is signed in, as the page's first line says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// As what.
    pub audience: Audience,
    /// The subject's own number or name.
    pub subject: String,
    /// The unit.
    pub unit: String,
    /// Until when, RFC 3339 in UTC.
    pub until: String,
}

/// A code without its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Which sticker.
    pub kind: Kind,
    /// The whole code.
    pub value: String,
}

/// What speaks against a code, gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// It was reported stolen.
    Stolen,
    /// Its label may be a copy.
    Clone,
    /// It was taken in for recycling.
    Recycled,
    /// The plate was cancelled.
    Cancelled,
    /// It was sold more than fifteen days ago, and no plate is on record.
    Unregistered,
    /// It is being recalled.
    Recalled,
}

/// One thing that speaks against a code, or against one that is registered with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub trouble: Trouble,
    /// Against which code.
    pub about: Named,
    /// Since when: a month or a day.
    pub since: Option<String>,
    /// The notice's own words.
    pub text: Option<String>,
}

/// Whether a plate is on record for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registration {
    /// There is one, or none is needed.
    Registered,
    /// It was sold so lately that none is due before this day.
    InGrace {
        /// The last day, `2024-05-16`.
        until: String,
    },
    /// There is none, and nobody knows of a sale.
    Unknown,
}

/// What should be together: a plate, its vehicle, its batteries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The code.
    pub code: Named,
    /// The record that says what it is.
    pub record: &'static str,
    /// That record as this reader sees it, if there is one.
    pub product: Option<Row>,
}

/// Whether the code scanned now goes with the plate scanned before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// It is on record with that plate.
    Belongs,
    /// Another is on record with that plate.
    Differs,
    /// Nothing of its kind is on record with that plate.
    Unknown,
}

/// A comparison, and with which plate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// The plate scanned before.
    pub plate: CodeCard,
    /// What came of it.
    pub outcome: Comparison,
}

/// Why an officer asks for a whole identity number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A check on the street.
    StreetCheck,
    /// Stolen property.
    Theft,
    /// An accident.
    Accident,
    /// An offence.
    Offence,
    /// Found property, to be given back.
    Lost,
}

/// Records that cannot all be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Disputed {
    /// A battery is bound to more than one vehicle.
    BatteryOnTwoVehicles,
    /// A plate was given to more than one vehicle.
    PlateOnTwoVehicles,
    /// A vehicle carries more than one plate.
    VehicleUnderTwoPlates,
    /// A battery names a maker of another organisation than its code.
    OrganisationNotItsMakers,
}

/// A contradiction, and what is said on each side of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dispute {
    /// What contradicts what.
    pub kind: Disputed,
    /// Each value with the record that says it, as far as this reader may see it; oldest first.
    pub says: Vec<Said>,
}

/// A value, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Said {
    /// The day of the record.
    pub at: String,
    /// The type of record.
    pub record: &'static str,
    /// Its field.
    pub field: &'static str,
    /// What stands there.
    pub value: String,
    /// Which sticker that is, if it is a code.
    #[serde(skip)]
    pub sticker: Option<Kind>,
}

/// What an officer sees of a code.
#[derive(Clone, Debug)]
pub struct Street<'a> {
    /// Everything on record, as the catalog has it for police.
    pub view: &'a View,
    /// What speaks against it or what is with it, gravest first.
    pub findings: &'a [Finding],
    /// Records about it that cannot all be true.
    pub disputes: &'a [Dispute],
    /// Whether a plate is on record.
    pub registration: Registration,
    /// What should be together, the code itself included.
    pub set: &'a [Item],
    /// How it goes with the plate scanned before, if one was.
    pub compared: Option<Compared>,
    /// The owner's identity number, whole, once a purpose was stated and recorded.
    pub revealed: Option<String>,
}

/// What to mind when a battery is taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Care {
    /// Its label may be a copy.
    Clone,
    /// It is being recalled.
    Recalled,
    /// It was in a fire.
    Fire,
    /// Nobody has recorded that it was made.
    NoProduction,
}

/// Why a battery is not to be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bar {
    /// It was reported stolen.
    Stolen,
    /// It was taken in before.
    AlreadyTaken,
}

/// Whether a battery may be taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intake {
    /// Nothing on record speaks against it.
    Yes,
    /// It may, and these are to be minded.
    WithCare(Vec<Care>),
    /// It may not.
    No(Bar),
}

/// What a recycler sees of a battery.
#[derive(Clone, Debug)]
pub struct Pallet<'a> {
    /// Everything on record, as the catalog has it for recyclers.
    pub view: &'a View,
    /// The verdict.
    pub intake: Intake,
    /// Its line in the list.
    pub taken: &'a Taken,
    /// How old it is, in months, if that can be told.
    pub months: Option<u32>,
    /// How many are in the list, and whether this one found room.
    pub sitting: Room,
}

/// Whether the list took it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// It is one of so many.
    On(usize),
    /// There was no room.
    Full,
}

/// The verdict in one word, as the list has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It may be taken in.
    Yes,
    /// It may, with care.
    Care,
    /// It may not.
    No,
}

/// One battery of a sitting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Its code.
    pub code: String,
    /// Its chemistry, as its maker wrote it.
    pub chemistry: Option<String>,
    /// Its capacity, as its maker wrote it.
    pub capacity: Option<String>,
    /// The month it was made, `2021-08`.
    pub produced: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// When it was scanned, RFC 3339 in UTC.
    pub at: String,
}

/// What a sitting comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many may be taken in, with care, and not.
    pub yes: usize,
    /// With care.
    pub care: usize,
    /// Not.
    pub no: usize,
    /// By chemistry: how many, and how many tenths of an ampere-hour where all of them say so.
    pub by_chemistry: Vec<(Option<String>, usize, Option<u32>)>,
}

/// Why the staff door does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum No {
    /// Nobody is signed in.
    SignInFirst,
    /// The token did not pass. Never says why.
    NotAccepted,
    /// Too many tokens were tried.
    TooManyTries,
    /// Another audience's page.
    NotForYou,
    /// The request came from another site's page.
    NotFromHere,
    /// The look could not be written down, so it did not take place.
    NotRecorded,
    /// No purpose was stated.
    PurposeMissing,
    /// The day's looks are used up.
    EnoughToday,
}

impl Purpose {
    /// All there are, as the form offers them.
    pub const ALL: [Self; 5] = [
        Self::StreetCheck,
        Self::Theft,
        Self::Accident,
        Self::Offence,
        Self::Lost,
    ];

    /// The name in the form and in the audit log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::StreetCheck => "street-check",
            Self::Theft => "theft",
            Self::Accident => "accident",
            Self::Offence => "offence",
            Self::Lost => "lost",
        }
    }

    /// The purpose of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}

impl Disputed {
    /// All there are.
    pub const ALL: [Self; 4] = [
        Self::BatteryOnTwoVehicles,
        Self::PlateOnTwoVehicles,
        Self::VehicleUnderTwoPlates,
        Self::OrganisationNotItsMakers,
    ];

    /// The name in JSON and in the list of conflicts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BatteryOnTwoVehicles => "battery-on-two-vehicles",
            Self::PlateOnTwoVehicles => "plate-on-two-vehicles",
            Self::VehicleUnderTwoPlates => "vehicle-under-two-plates",
            Self::OrganisationNotItsMakers => "organisation-not-its-makers",
        }
    }
}

impl Intake {
    /// In one word.
    pub const fn verdict(&self) -> Verdict {
        match self {
            Self::Yes => Verdict::Yes,
            Self::WithCare(_) => Verdict::Care,
            Self::No(_) => Verdict::No,
        }
    }
}
