//! What one audience may see of one code: finished values, ready for a page or for JSON.
//!
//! A view is plain data. Its serialisation *is* the JSON contract, the same shape for every
//! audience, with the standard's English names as keys.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

/// The three things that carry a sticker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A vehicle, fifteen digits.
    Vin,
    /// A battery, an organisation code and the maker's own code.
    Pwb,
    /// A plate, fourteen digits.
    Lic,
}

/// Who is reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Audience {
    /// Anybody with a phone.
    Public,
    /// Somebody who has shown two stickers that belong together.
    Holder,
    /// A registered application.
    App,
    /// A registered recycler or repairer.
    Recycler,
    /// An officer.
    Police,
}

/// What must not be missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AlertKind {
    /// The maker or the authority calls it back.
    Recalled,
    /// It was taken in for recycling and should not be in use.
    Recycled,
    /// The plate was cancelled.
    Cancelled,
    /// The label may be a copy.
    Clone,
    /// It was reported stolen.
    Stolen,
}

/// One warning, with the month or day it was raised and what the notice says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Alert {
    /// What it warns of.
    pub kind: AlertKind,
    /// Since when, as precisely as this audience may know (`2025-03` or `2025-03-01`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The notice's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A code taken apart, as printed on the sticker.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct CodeCard {
    /// Which sticker.
    pub kind: Kind,
    /// The whole code.
    pub value: String,
    /// The address its sticker carries.
    pub url: String,
    /// Its parts, in printed order: `("enterprise", "2186")` …
    #[serde(serialize_with = "in_order")]
    pub parts: Vec<(&'static str, String)>,
    /// Where it departs from the letter of the standard (`own-code-too-long`, `class-not-2` …).
    pub nonconforming: Vec<&'static str>,
}

/// A value as this audience sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// Whole.
    Plain(String),
    /// Masked on purpose.
    Masked(String),
    /// Several codes.
    List(Vec<String>),
}

/// One field: the standard's English name and what may be seen of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The standard's English name.
    pub key: &'static str,
    /// What may be seen.
    pub shown: Shown,
}

/// What may be seen of one record, in the standard's order.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row(pub Vec<Cell>);

/// All rows of one record type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The record type's name in the catalog, such as `production.vehicle`.
    pub record: &'static str,
    /// Its rows, oldest first.
    pub rows: Vec<Row>,
}

/// What one audience may see of one code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The code.
    pub code: CodeCard,
    /// Who may see this.
    pub audience: Audience,
    /// Warnings, gravest first.
    pub alerts: Vec<Alert>,
    /// The records, in the order of the standard's tables.
    pub records: Vec<Sheet>,
    /// When this content last changed, RFC 3339 in UTC.
    pub as_of: String,
    /// Whether the store could not be asked just now.
    pub stale: bool,
}

impl Kind {
    /// All three, in the order of the standard's annexes.
    pub const ALL: [Self; 3] = [Self::Vin, Self::Pwb, Self::Lic];

    /// The keyword in the sticker's address.
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Vin => "vin",
            Self::Pwb => "pwb",
            Self::Lic => "lic",
        }
    }
}

impl Audience {
    /// The name in JSON, in tokens and in the audit log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Holder => "holder",
            Self::App => "app",
            Self::Recycler => "recycler",
            Self::Police => "police",
        }
    }
}

impl AlertKind {
    /// The name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recalled => "recalled",
            Self::Recycled => "recycled",
            Self::Cancelled => "cancelled",
            Self::Clone => "clone",
            Self::Stolen => "stolen",
        }
    }
}

impl Shown {
    /// The text of a single value, or the codes of a list joined for reading.
    pub fn text(&self) -> String {
        match self {
            Self::Plain(text) | Self::Masked(text) => text.clone(),
            Self::List(codes) => codes.join(" "),
        }
    }
}

impl Row {
    /// What is shown under `key`, if anything.
    pub fn get(&self, key: &str) -> Option<&Shown> {
        self.0
            .iter()
            .find(|cell| cell.key == key)
            .map(|cell| &cell.shown)
    }
}

impl View {
    /// The newest row of a record type, if this audience may see one.
    pub fn latest(&self, record: &str) -> Option<&Row> {
        self.sheet(record)?.rows.last()
    }

    /// All rows of a record type, if this audience may see any.
    pub fn sheet(&self, record: &str) -> Option<&Sheet> {
        self.records.iter().find(|sheet| sheet.record == record)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.keyword())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.keyword())
    }
}

impl Serialize for Audience {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Serialize for AlertKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Plain(text) | Self::Masked(text) => serializer.serialize_str(text),
            Self::List(codes) => codes.serialize(serializer),
        }
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for cell in &self.0 {
            map.serialize_entry(cell.key, &cell.shown)?;
        }
        map.end()
    }
}

impl Serialize for View {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut view = serializer.serialize_struct("View", 6)?;
        view.serialize_field("code", &self.code)?;
        view.serialize_field("audience", &self.audience)?;
        view.serialize_field("alerts", &self.alerts)?;
        view.serialize_field("records", &Sheets(&self.records))?;
        view.serialize_field("asOf", &self.as_of)?;
        view.serialize_field("stale", &self.stale)?;
        view.end()
    }
}

/// Sheets are a list to a page and a map by record name to an app.
struct Sheets<'a>(&'a [Sheet]);

impl Serialize for Sheets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|sheet| (sheet.record, &sheet.rows)))
    }
}

fn in_order<S: Serializer>(
    parts: &[(&'static str, String)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(parts.iter().map(|(name, value)| (name, value)))
}
