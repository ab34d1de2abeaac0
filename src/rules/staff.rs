//! What somebody other than the public may see of a code, computed from dossiers when it is read.

pub mod hint;
pub mod session;
pub mod page;
pub mod dispute;
pub mod set;
pub mod standing;
pub mod comparison;
pub mod intake;
pub mod sitting;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use saoma_pages::staff::Dispute;
use saoma_pages::{Audience, Cell, Sheet, Shown, View};
use serde::Serialize;

use super::alerts::{Raised, alerts};
use super::bonds::mentions;
use super::card::{code_card, url};
use super::class::Class;
use super::dossier::{self, Dossier};
use super::project::{Settled, sheets};
use super::show::Reader;
use super::stored::{MODELS, StoredSheet, open_sheets};
use crate::words::catalog::{FieldKind, RecordKind, Rule};
use crate::words::code::Code;
use crate::words::moment::Moment;
use crate::words::party::CreditCode;
use crate::words::policy::Policy;
use crate::words::record::Record;
use crate::words::subject::{Maker, Subject};

/// All that a view of a code is made of: dossiers, as bytes.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The code's own.
    pub own: Vec<u8>,
    /// The same, with what other dossiers tell of it.
    pub whole: Vec<u8>,
    /// Those of its makers.
    pub makers: Vec<Vec<u8>>,
    /// Those of the parties it names, each with the types of records that name it.
    pub parties: Vec<(Vec<RecordKind>, Vec<u8>)>,
}

/// What one reader sees of makers, by their dossiers: a hundred codes are of a few makers, whose
/// dossiers tell of hundreds of models.
#[derive(Debug, Default)]
pub struct Makers(HashMap<Vec<u8>, Option<Arc<Class>>>);

/// The subjects whose records name this code: where the rest of its story is.
pub fn elsewhere(dossier: Dossier<'_>, audience: Audience) -> Vec<Subject> {
    let links = dossier.links().filter(|link| shows(link.kind, audience));
    let mut found: Vec<Subject> = links.map(|link| link.from).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// A code's dossier with the records of other dossiers that name it.
pub fn whole_story(code: Code, own: &[u8], others: &[(Subject, Vec<u8>)]) -> Vec<u8> {
    let mut entries = Vec::new();
    for (subject, bytes) in others {
        for record in Dossier::from_bytes(bytes).records() {
            if mentions(&record, *subject).contains(&code) {
                entries.push(dossier::record_entry(record, 0));
            }
        }
    }
    entries.sort_unstable();
    dossier::fold(own, entries.iter().map(Vec::as_slice)).unwrap_or_else(|| own.to_vec())
}

/// The makers whose dossiers speak of all products like this one: its code's, and whoever
/// submitted a vehicle.
pub fn makers(code: Code, own: Dossier<'_>) -> BTreeSet<Maker> {
    let submitters = own.records_of(RecordKind::ProductionVehicle);
    let submitters = submitters.filter_map(|record| CreditCode::parse(record.submitter()).ok());
    Maker::of_code(code)
        .into_iter()
        .chain(submitters.map(Maker::of_party))
        .collect()
}

/// Whether a reader of this audience sees anything of such a record.
fn shows(kind: RecordKind, audience: Audience) -> bool {
    let mut fields = kind.fields().iter();
    fields.any(|field| field.entry.rule(audience) != Rule::Withheld)
}

/// The parties that a code's story names in records of which this audience sees anything, each with
/// the type of record that names it.
pub fn parties(story: Dossier<'_>, audience: Audience) -> BTreeSet<(CreditCode, RecordKind)> {
    let named = |record: &Record<'_>| {
        let text = match by(record.kind)? {
            By::Submitter => record.submitter(),
            By::Field(key) => record.open(key)?,
        };
        Some((CreditCode::parse(text).ok()?, record.kind))
    };
    story
        .records()
        .filter(|record| shows(record.kind, audience))
        .filter_map(|record| named(&record))
        .collect()
}

/// Where a record names a party.
enum By {
    /// Whoever submitted it.
    Submitter,
    /// A field.
    Field(&'static str),
}

const fn by(kind: RecordKind) -> Option<By> {
    match kind {
        RecordKind::SaleBinding | RecordKind::StockItem => Some(By::Field("uniscid")),
        RecordKind::RepairJob | RecordKind::RecycleReceipt => Some(By::Submitter),
        RecordKind::ProductionVehicle
        | RecordKind::ProductionBattery
        | RecordKind::PartyMaker
        | RecordKind::PartySeller
        | RecordKind::RegistrationPlate
        | RecordKind::RidingUse
        | RecordKind::ChargingSite
        | RecordKind::ChargingFire
        | RecordKind::SwapUse
        | RecordKind::PartyRepairer
        | RecordKind::PartyRecycler
        | RecordKind::PlateCancelled
        | RecordKind::NoticeRecall
        | RecordKind::NoticeStolen
        | RecordKind::NoticeClone
        | RecordKind::WarrantyPolicy => None,
    }
}

/// Whether a reader of this audience may learn the party that such a record names: where the
/// field is withheld, the party's own sheet would give it away.
fn may_name(kind: RecordKind, audience: Audience) -> bool {
    let Some(By::Field(key)) = by(kind) else {
        return true;
    };
    let mut fields = kind.fields().iter();
    let field = fields.find(|field| field.key == key);
    field.is_some_and(|field| field.entry.rule(audience) != Rule::Withheld)
}

/// What this reader may see of a code and its story; nothing if no record of it is for them.
///
/// Warnings are those of the code's own dossier and of its maker: that a vehicle's old battery was
/// recycled is in its story, and says nothing against the vehicle.
pub fn view(
    code: Code,
    known: &Known,
    reader: Reader<'_>,
    policy: Policy,
    public_url: &str,
) -> Option<View> {
    view_among(
        code,
        known,
        reader,
        policy,
        public_url,
        &mut Makers::default(),
    )
}

/// The same for one of many that the same reader asks for under the same policy.
pub fn view_among(
    code: Code,
    known: &Known,
    reader: Reader<'_>,
    policy: Policy,
    public_url: &str,
    makers: &mut Makers,
) -> Option<View> {
    let mut settled = sheets(
        Some(code),
        Dossier::from_bytes(&known.whole),
        reader,
        policy,
    );
    let raised = alerts(Dossier::from_bytes(&known.own), reader, policy);
    if settled.is_empty() && raised.iter().all(|raised| raised.alert.is_none()) {
        return None;
    }
    let raised =
        raised
            .into_iter()
            .chain(company(code, known, reader, policy, makers, &mut settled));
    let raised: Vec<Raised> = raised.collect();
    // Only what this reader sees dates the answer: they must not read the rest off it.
    let by_sheet = settled.iter().map(|settled| settled.at);
    let as_of = by_sheet
        .chain(raised.iter().map(|raised| raised.at))
        .max()?;
    let alerts: Vec<_> = raised
        .into_iter()
        .filter_map(|raised| raised.alert)
        .collect();
    let at = |audience| match audience {
        // Who may not see when things happened may not read it off the date either.
        Audience::Public | Audience::App | Audience::Recycler => Moment::month,
        Audience::Holder | Audience::Police => |at: Moment| at,
    };
    let mut stored: BTreeMap<RecordKind, StoredSheet> = BTreeMap::new();
    for Settled { sheet, .. } in settled {
        match stored.entry(sheet.kind) {
            Entry::Vacant(place) => {
                place.insert(sheet);
            }
            Entry::Occupied(mut place) => place.get_mut().rows.extend(sheet.rows),
        }
    }
    let stored: Vec<StoredSheet> = stored.into_values().collect();
    let mut records = open_sheets(stored, code, public_url);
    complete_addresses(&mut records, public_url);
    Some(View {
        code: code_card(code, public_url),
        audience: reader.audience(),
        alerts,
        records,
        as_of: at(reader.audience())(as_of).to_string(),
        stale: false,
    })
}

impl Makers {
    fn class(&mut self, dossier: &[u8], reader: Reader<'_>, policy: Policy) -> Option<Arc<Class>> {
        if let Some(known) = self.0.get(dossier) {
            return known.clone();
        }
        let class = Class::seen_by(reader, Dossier::from_bytes(dossier), policy).map(Arc::new);
        self.0.insert(dossier.to_vec(), class.clone());
        class
    }
}

/// Adds the sheets of the makers and parties behind what this reader sees, and returns the
/// makers' recalls.
fn company(
    code: Code,
    known: &Known,
    reader: Reader<'_>,
    policy: Policy,
    makers: &mut Makers,
    settled: &mut Vec<Settled>,
) -> Vec<Raised> {
    let seen: BTreeSet<RecordKind> = settled.iter().map(|settled| settled.sheet.kind).collect();
    let own = models_of(settled, code);
    let models: Vec<&str> = own.iter().map(String::as_str).collect();
    let mut recalls = Vec::new();
    for bytes in &known.makers {
        let Some(class) = makers.class(bytes, reader, policy) else {
            continue;
        };
        recalls.extend(class.recalls_of(code, &models).map(|recall| Raised {
            alert: recall.alert.clone(),
            at: recall.at,
        }));
        let at = class.sheets_at.unwrap_or(Moment::from_seconds(0));
        // Notices about other products of the maker are not this one's.
        let own = class.sheets.iter();
        let own = own.filter(|sheet| sheet.kind == RecordKind::PartyMaker);
        settled.extend(own.cloned().map(|sheet| Settled { sheet, at }));
    }
    let audience = reader.audience();
    for (kinds, bytes) in &known.parties {
        if kinds
            .iter()
            .any(|kind| seen.contains(kind) && may_name(*kind, audience))
        {
            settled.extend(sheets(None, Dossier::from_bytes(bytes), reader, policy));
        }
    }
    recalls
}

/// A sticker's address is kept without its beginning; here it may be that of another code, which
/// the public never sees.
fn complete_addresses(records: &mut [Sheet], public_url: &str) {
    for sheet in records {
        let fields = RecordKind::from_name(sheet.record).map_or(&[][..], RecordKind::fields);
        let is_address = |cell: &Cell| {
            let field = fields.iter().find(|field| field.key == cell.key);
            field.is_some_and(|field| field.entry.kind == FieldKind::Url)
        };
        let cells = sheet.rows.iter_mut().flat_map(|row| &mut row.0);
        for cell in cells.filter(|cell| is_address(cell)) {
            if let Shown::Plain(text) = &mut cell.shown
                && !text.contains("://")
                && let Ok(code) = Code::parse_any(text)
            {
                *text = url(code, public_url);
            }
        }
    }
}

/// The models that these sheets name.
fn models_of(settled: &[Settled], code: Code) -> Vec<String> {
    let stored: Vec<StoredSheet> = settled.iter().map(|one| one.sheet.clone()).collect();
    open_sheets(stored, code, "")
        .iter()
        .flat_map(|sheet| &sheet.rows)
        .filter_map(|row| MODELS.iter().find_map(|key| row.get(key)))
        .map(Shown::text)
        .collect()
}

/// The fields that a view shows, `record/field`: what an audit line says of it.
pub fn fields(view: &View) -> Vec<String> {
    let mut found: Vec<String> = view
        .records
        .iter()
        .flat_map(|sheet| sheet.rows.iter().map(move |row| (sheet.record, row)))
        .flat_map(|(record, row)| {
            let cells = row.0.iter();
            cells.map(move |cell| format!("{record}/{}", cell.key))
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// A view as JSON, with the names of what contradicts it where there is anything.
#[derive(Clone, Debug, Serialize)]
pub struct Told<'a> {
    /// The view.
    #[serde(flatten)]
    pub view: &'a View,
    /// What contradicts what.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub conflicts: &'a [Dispute],
}
