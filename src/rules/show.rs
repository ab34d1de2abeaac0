//! What a reader gets of one value: the catalog's rule applied to it.
//!
//! The only place where a mask is put on or a value is disclosed. What does not look like what
//! it should be is withheld, never shown.

use saoma_pages::personal::{Address, Grant, Personal};
use saoma_pages::{Audience, Shown, masks};

use crate::words::catalog::{Field, FieldKind, Rule};
use crate::words::record::{LIST_SEPARATOR, Value};

/// Who is reading, with the proof where there has to be one.
#[derive(Clone, Copy, Debug)]
pub enum Reader<'g> {
    /// Somebody who sees only what is open or masked. Never police.
    Masked(Audience),
    /// Somebody whose audience was verified.
    Verified(&'g Grant),
    /// The same, who has said what for; it stands in the audit log.
    WithPurpose(&'g Grant),
}

impl Reader<'_> {
    /// The column of the catalog that applies.
    pub fn audience(self) -> Audience {
        match self {
            Self::Masked(audience) => audience,
            Self::Verified(grant) | Self::WithPurpose(grant) => grant.audience(),
        }
    }

    fn grant(&self) -> Option<&Grant> {
        match self {
            Self::Masked(_) => None,
            Self::Verified(grant) | Self::WithPurpose(grant) => Some(grant),
        }
    }
}

/// What this reader gets of a value, or nothing.
pub fn show(field: &Field, value: &Value<'_>, reader: Reader<'_>) -> Option<Shown> {
    let grant = reader.grant();
    match (field.entry.rule(reader.audience()), value) {
        (Rule::Full, value) => whole(field, value, grant),
        (Rule::Flag, _) => Some(Shown::Masked("true".to_owned())),
        (Rule::Name, Value::Name(name)) => Some(name.mask()?.into()),
        (Rule::Phone, Value::Phone(phone)) => Some(phone.mask()?.into()),
        (Rule::District, Value::Address(address)) => Some(address.mask()?.into()),
        (Rule::District, Value::Open(text)) => {
            Some(Personal::<Address>::new((*text).to_owned()).mask()?.into())
        }
        (Rule::Day, Value::Open(text)) => masks::day_of(text).map(Shown::Plain),
        (Rule::Month, Value::Open(text)) => masks::month_of(text).map(Shown::Plain),
        (Rule::Month, Value::When(when)) => Some(when.mask()?.into()),
        (Rule::Id1, Value::IdCard(number)) => Some(number.mask()?.into()),
        (Rule::Id64, Value::IdCard(number)) if matches!(reader, Reader::WithPurpose(_)) => {
            Some(number.disclose(grant?).into())
        }
        (Rule::Id64, Value::IdCard(number)) => Some(number.mask_edges(grant?)?.into()),
        // Withheld, or a mask for another kind of value: nothing is the safe answer. That no row
        // of the catalog pairs a mask with a kind it does not fit is a test's business.
        (
            Rule::Withheld
            | Rule::Name
            | Rule::Phone
            | Rule::District
            | Rule::Day
            | Rule::Month
            | Rule::Id1
            | Rule::Id64,
            _,
        ) => None,
    }
}

fn whole(field: &Field, value: &Value<'_>, grant: Option<&Grant>) -> Option<Shown> {
    Some(match value {
        Value::Open(text) => Shown::Plain((*text).to_owned()),
        Value::Codes(codes) if field.entry.kind == FieldKind::CodePwbList => {
            Shown::List(codes.split(LIST_SEPARATOR).map(str::to_owned).collect())
        }
        Value::Codes(code) => Shown::Plain((*code).to_owned()),
        Value::Name(personal) => personal.disclose(grant?).into(),
        Value::Phone(personal) => personal.disclose(grant?).into(),
        Value::IdCard(personal) => personal.disclose(grant?).into(),
        Value::Address(personal) => personal.disclose(grant?).into(),
        Value::When(personal) => personal.disclose(grant?).into(),
        Value::Secret(personal) => personal.disclose(grant?).into(),
    })
}

#[cfg(test)]
mod tests;
