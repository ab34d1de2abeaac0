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
}

impl Reader<'_> {
    /// The column of the catalog that applies.
    pub fn audience(self) -> Audience {
        match self {
            Self::Masked(audience) => audience,
            Self::Verified(grant) => grant.audience(),
        }
    }

    fn grant(&self) -> Option<&Grant> {
        match self {
            Self::Masked(_) => None,
            Self::Verified(grant) => Some(grant),
        }
    }
}

/// What this reader gets of a value, or nothing.
pub fn show(field: &Field, value: &Value<'_>, reader: Reader<'_>) -> Option<Shown> {
    match field.entry.rule(reader.audience()) {
        Rule::Withheld => None,
        Rule::Full => whole(field, value, reader.grant()),
        Rule::Name => match value {
            Value::Name(name) => Some(name.mask()?.into()),
            _ => None,
        },
        Rule::Phone => match value {
            Value::Phone(phone) => Some(phone.mask()?.into()),
            _ => None,
        },
        Rule::District => match value {
            Value::Address(address) => Some(address.mask()?.into()),
            Value::Open(text) => Some(Personal::<Address>::new((*text).to_owned()).mask()?.into()),
            _ => None,
        },
        Rule::Day => match value {
            Value::Open(text) => masks::day_of(text).map(Shown::Plain),
            _ => None,
        },
        Rule::Month => match value {
            Value::Open(text) => masks::month_of(text).map(Shown::Plain),
            Value::When(when) => Some(when.mask()?.into()),
            _ => None,
        },
        Rule::Id1 => match value {
            Value::IdCard(number) => Some(number.mask()?.into()),
            _ => None,
        },
        Rule::Id64 => match value {
            Value::IdCard(number) => Some(number.mask_edges(reader.grant()?)?.into()),
            _ => None,
        },
        Rule::Flag => Some(Shown::Masked("yes".to_owned())),
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
