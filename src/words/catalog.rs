//! The one table that decides: every field of the standard's tables 1 to 8, its grade, and what
//! each audience gets of it.
//!
//! The rows are the standard's, in its order; `tests/catalog.rs` compares them with the facts
//! in `tests/facts/catalog.csv`. A row without a decision for all five audiences does not compile.
//! Five extensions follow, for what the standard leaves out: alerts and warranties.

use std::sync::LazyLock;

pub use saoma_pages::view::Audience;

mod rows;

pub use rows::{CATALOG, EXTENSIONS};

/// A type of record: fifteen of the standard's, five of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[expect(missing_docs, reason = "each is documented by its name in the catalog")]
pub enum RecordKind {
    ProductionVehicle,
    ProductionBattery,
    PartyMaker,
    PartySeller,
    SaleBinding,
    StockItem,
    RegistrationPlate,
    RidingUse,
    ChargingSite,
    ChargingFire,
    SwapUse,
    PartyRepairer,
    RepairJob,
    PartyRecycler,
    RecycleReceipt,
    PlateCancelled,
    NoticeRecall,
    NoticeStolen,
    NoticeClone,
    WarrantyPolicy,
}

/// What a field's value has to look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldKind {
    /// A vehicle's code.
    CodeVin,
    /// A battery's code.
    CodePwb,
    /// One or more battery codes.
    CodePwbList,
    /// Free text.
    Text,
    /// A sticker's address.
    Url,
    /// A unified social credit code, with check digits.
    Uscc,
    /// A telephone number.
    Phone,
    /// A division of the country, six digits.
    Division,
    /// A postal address.
    Address,
    /// A person's name.
    Name,
    /// An identity card's number.
    IdCard,
    /// A longitude, a latitude, or a location number.
    Geo,
    /// A moment.
    Time,
    /// A day.
    Date,
    /// 整车 or 蓄电池: says what the `chechibm` beside it is.
    ItemType,
    /// A number.
    Number,
    /// A plate number.
    Plate,
    /// The maker in a notice: four digits, eight characters, or a credit code.
    Maker,
    /// A whole code with its kind, as in `vin/218622108311027`.
    AnyCode,
    /// A number of whole months.
    Months,
    /// Yes or no.
    Switch,
}

/// How sensitive a field is, after the province's grading guide: L1 open to L4 strictly kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the levels are explained together above")]
pub enum Level {
    L1,
    L2,
    L3,
    L4,
}

/// What an audience gets of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Nothing, not even that it is there.
    Withheld,
    /// The whole value.
    Full,
    /// A surname and two stars.
    Name,
    /// The first three and last four digits; a switchboard whole.
    Phone,
    /// The address down to its district.
    District,
    /// The day of a moment.
    Day,
    /// The month of a moment.
    Month,
    /// The first and last character of an identity number.
    Id1,
    /// The first six and last four; whole only for a stated purpose.
    Id64,
    /// That it is there.
    Flag,
}

/// One row of the catalog.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The standard's table, 0 for an extension.
    pub table: u8,
    /// The type of record it belongs to.
    pub record: RecordKind,
    /// 信息名称.
    pub label: &'static str,
    /// 信息英文名称, as printed.
    pub standard_name: &'static str,
    /// The keys it has in our records, separated by commas where the standard has several in one.
    pub keys: &'static str,
    /// What its value has to look like.
    pub kind: FieldKind,
    /// Its grade.
    pub level: Level,
    /// What public, holder, app, recycler and police get, in this order.
    pub rules: [Rule; 5],
}

impl Entry {
    /// What this audience gets.
    pub const fn rule(&self, audience: Audience) -> Rule {
        let [public, holder, app, recycler, police] = self.rules;
        match audience {
            Audience::Public => public,
            Audience::Holder => holder,
            Audience::App => app,
            Audience::Recycler => recycler,
            Audience::Police => police,
        }
    }
}

/// A field of our records: one key, with the row that decides about it. Where two rows of the
/// standard share one key of one record, the first row decides (`lerep`, `chechibm`).
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The key.
    pub key: &'static str,
    /// Its row.
    pub entry: &'static Entry,
}

impl RecordKind {
    /// All types, the standard's first.
    pub const ALL: [Self; 20] = [
        Self::ProductionVehicle,
        Self::ProductionBattery,
        Self::PartyMaker,
        Self::PartySeller,
        Self::SaleBinding,
        Self::StockItem,
        Self::RegistrationPlate,
        Self::RidingUse,
        Self::ChargingSite,
        Self::ChargingFire,
        Self::SwapUse,
        Self::PartyRepairer,
        Self::RepairJob,
        Self::PartyRecycler,
        Self::RecycleReceipt,
        Self::PlateCancelled,
        Self::NoticeRecall,
        Self::NoticeStolen,
        Self::NoticeClone,
        Self::WarrantyPolicy,
    ];

    /// The name in records and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ProductionVehicle => "production.vehicle",
            Self::ProductionBattery => "production.battery",
            Self::PartyMaker => "party.maker",
            Self::PartySeller => "party.seller",
            Self::SaleBinding => "sale.binding",
            Self::StockItem => "stock.item",
            Self::RegistrationPlate => "registration.plate",
            Self::RidingUse => "riding.use",
            Self::ChargingSite => "charging.site",
            Self::ChargingFire => "charging.fire",
            Self::SwapUse => "swap.use",
            Self::PartyRepairer => "party.repairer",
            Self::RepairJob => "repair.job",
            Self::PartyRecycler => "party.recycler",
            Self::RecycleReceipt => "recycle.receipt",
            Self::PlateCancelled => "plate.cancelled",
            Self::NoticeRecall => "notice.recall",
            Self::NoticeStolen => "notice.stolen",
            Self::NoticeClone => "notice.clone",
            Self::WarrantyPolicy => "warranty.policy",
        }
    }

    /// The type called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Its number in the store; never changes.
    pub const fn number(self) -> u8 {
        #[expect(clippy::as_conversions, reason = "the discriminant of a repr(u8) enum")]
        let number = self as u8;
        number
    }

    /// The type with this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// Its rows in the catalog.
    pub fn entries(self) -> impl Iterator<Item = &'static Entry> {
        CATALOG
            .iter()
            .chain(&EXTENSIONS)
            .filter(move |entry| entry.record == self)
    }

    /// Its fields, one for each key, in the standard's order. A field's place in this list is its
    /// number in the store.
    pub fn fields(self) -> &'static [Field] {
        FIELDS
            .get(usize::from(self.number()))
            .map_or(&[], Vec::as_slice)
    }
}

static FIELDS: LazyLock<[Vec<Field>; RecordKind::ALL.len()]> = LazyLock::new(|| {
    RecordKind::ALL.map(|kind| {
        let mut fields: Vec<Field> = Vec::new();
        for entry in kind.entries() {
            for key in entry.keys.split(',') {
                if fields.iter().all(|field| field.key != key) {
                    fields.push(Field { key, entry });
                }
            }
        }
        fields
    })
});
