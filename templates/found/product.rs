//! The product's own fields, each where a reader looks for it.

use super::fact::{self, Section};
use crate::{
    divisions,
    lang::Lang,
    layout::Main,
    view::{CodeCard, Kind, Row, Shown, View},
    words,
};

/// The fields that are on the page already. They are a dozen, which are looked through sooner than
/// they are sorted.
#[derive(Debug, Default)]
pub(crate) struct Told(Vec<Field>);

/// A record, the place of a row in its sheet, a key.
type Field = (&'static str, usize, &'static str);

const VEHICLE: &str = "production.vehicle";
const BATTERY: &str = "production.battery";
const PLATE: &str = "registration.plate";
const MAKER: &str = "party.maker";
const WARRANTY: &str = "warranty.policy";

/// The four that describe a battery; a vehicle has them for the one it was certified with.
const OF_A_BATTERY: [&str; 4] = ["XuDianCXH", "XuDianCLX", "XuDianCRL", "XuDianCSCQY"];

/// The newest row of a record, and what of it has been told.
struct Teller<'a> {
    view: &'a View,
    lang: Lang,
    told: Told,
}

/// Adds the product, its maker and its warranty; and says which fields those have shown.
pub(crate) fn product(view: &View, lang: Lang, main: &mut Main) -> Told {
    let mut teller = Teller {
        view,
        lang,
        told: Told::default(),
    };
    match view.code.kind {
        Kind::Vin => vehicle(&mut teller, main),
        Kind::Pwb => battery(&mut teller, main),
        Kind::Lic => plate(&mut teller, main),
    }
    let keys = ["CompanyName", "LinkMobile", "ProductionAddress"];
    teller.section(words::sheet_title(MAKER, lang), MAKER, &keys, main);
    warranty(&mut teller, main);
    teller.told
}

fn vehicle(teller: &mut Teller<'_>, main: &mut Main) {
    teller.echoes(VEHICLE, &["ZhenCheBM", "LinkURL"]);
    let row = teller.view.latest(VEHICLE);
    let named = |key| row.and_then(|row| row.get(key));
    let (brand, producer) = (named("CheLiangZZS"), named("ShengChanQYMC"));
    // The owner of the brand and the producer are shown apart only when they are two.
    let keys: &[&str] = if brand.is_some() && brand == producer {
        teller.tell(VEHICLE, "ShengChanQYMC");
        &["ChanPinXH", "CheLiangZZS"]
    } else {
        &["ChanPinXH", "CheLiangZZS", "ShengChanQYMC"]
    };
    let title = words::facts(Kind::Vin).to(teller.lang);
    teller.section(title, VEHICLE, keys, main);
    let certified = teller.rows(VEHICLE, &OF_A_BATTERY);
    if !certified.is_empty() {
        main.add(&Section {
            title: words::CERTIFIED_BATTERY.to(teller.lang),
            note: Some(words::CERTIFIED_NOTE.to(teller.lang)),
            facts: fact::facts(&certified, teller.lang),
        });
    }
}

fn battery(teller: &mut Teller<'_>, main: &mut Main) {
    teller.echoes(BATTERY, &["XuDianCWYBH", "LinkURL"]);
    let title = words::facts(Kind::Pwb).to(teller.lang);
    teller.section(title, BATTERY, &OF_A_BATTERY, main);
}

fn plate(teller: &mut Teller<'_>, main: &mut Main) {
    teller.echoes(PLATE, &["LinkUrl"]);
    let division = part(&teller.view.code, "division");
    let area = divisions::name_of(division, teller.lang).unwrap_or_else(|| division.to_owned());
    let area = Shown::Plain(area);
    let number = Shown::Plain(part(&teller.view.code, "number").to_owned());
    let mut rows = teller.rows(PLATE, &["ChePaiHM"]);
    if rows.is_empty() {
        rows.push((words::label(PLATE, "ChePaiHM", teller.lang), &number));
    }
    rows.push((words::PLATE_AREA.to(teller.lang), &area));
    rows.extend(teller.rows(PLATE, &["XingMing"]));
    main.add(&Section {
        title: words::facts(Kind::Lic).to(teller.lang),
        note: None,
        facts: fact::facts(&rows, teller.lang),
    });
}

/// One line for each part that has a term of its own.
fn warranty(teller: &mut Teller<'_>, main: &mut Main) {
    let rows = teller
        .view
        .sheet(WARRANTY)
        .map_or(&[][..], |sheet| &sheet.rows);
    let mut terms = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        if let (Some(part), Some(months)) = (row.get("part"), row.get("months")) {
            teller.told.insert((WARRANTY, at, "part"));
            teller.told.insert((WARRANTY, at, "months"));
            teller.told.insert((WARRANTY, at, "until"));
            let until = row.get("until").map(Shown::text);
            let term = words::warranty(&months.text(), until.as_deref(), teller.lang);
            terms.push((part.text(), Shown::Plain(term)));
        }
    }
    let terms: Vec<(&str, &Shown)> = terms
        .iter()
        .map(|(part, months)| (part.as_str(), months))
        .collect();
    if !terms.is_empty() {
        main.add(&Section {
            title: words::sheet_title(WARRANTY, teller.lang),
            note: None,
            facts: fact::facts(&terms, teller.lang),
        });
    }
}

impl Told {
    pub(crate) fn insert(&mut self, field: Field) {
        self.0.push(field);
    }

    pub(crate) fn extend(&mut self, fields: impl IntoIterator<Item = Field>) {
        self.0.extend(fields);
    }

    pub(crate) fn contains(&self, field: &Field) -> bool {
        self.0.contains(field)
    }
}

impl<'a> Teller<'a> {
    /// These fields of the record's newest row, those there are, and notes that they are told.
    fn rows(
        &mut self,
        record: &'static str,
        keys: &[&'static str],
    ) -> Vec<(&'static str, &'a Shown)> {
        let Some(row) = self.view.latest(record) else {
            return Vec::new();
        };
        let mut rows = Vec::with_capacity(keys.len());
        for &key in keys {
            if let Some(shown) = row.get(key) {
                self.tell(record, key);
                rows.push((words::label(record, key, self.lang), shown));
            }
        }
        rows
    }

    fn section(
        &mut self,
        title: &str,
        record: &'static str,
        keys: &[&'static str],
        main: &mut Main,
    ) {
        let rows = self.rows(record, keys);
        if !rows.is_empty() {
            main.add(&Section {
                title,
                note: None,
                facts: fact::facts(&rows, self.lang),
            });
        }
    }

    /// Fields that say the code or its address once more are told by the code itself. One that
    /// says another is not, and stays for the list of the rest.
    fn echoes(&mut self, record: &'static str, keys: &[&'static str]) {
        let code = &self.view.code;
        let same = |shown: &Shown| {
            let text = shown.text();
            text == code.value || text == code.url
        };
        for &key in keys {
            if self
                .view
                .latest(record)
                .and_then(|row| row.get(key))
                .is_some_and(same)
            {
                self.tell(record, key);
            }
        }
    }

    fn tell(&mut self, record: &'static str, key: &'static str) {
        let rows: &[Row] = self.view.sheet(record).map_or(&[], |sheet| &sheet.rows);
        if let Some(newest) = rows.len().checked_sub(1) {
            self.told.insert((record, newest, key));
        }
    }
}

fn part<'a>(code: &'a CodeCard, name: &str) -> &'a str {
    code.parts
        .iter()
        .find(|(part, _)| *part == name)
        .map_or("", |(_, value)| value)
}
