//! Personal values, and the only two ways out of one.
//!
//! A [`Personal`] value comes in from a record and leaves either masked, for whoever may ask, or
//! disclosed, against a [`Grant`]. This file is the only one that can see inside: there is no
//! `Display`, `Serialize`, `Deref`, `AsRef`, `PartialEq` or getter, and `Debug` prints two dots.
//!
//! It goes in, and comes out masked:
//!
//! ```
//! use saoma_pages::{Name, Personal, Shown};
//! let owner = Personal::<Name>::new("张三丰".to_owned());
//! assert_eq!(format!("{owner:?}"), "Personal<Name>(..)");
//! let shown = owner.mask().map(Shown::from);
//! assert_eq!(shown, Some(Shown::Masked("张**".to_owned())));
//! ```
//!
//! It cannot be printed:
//!
//! ```compile_fail
//! use saoma_pages::{Name, Personal};
//! let owner = Personal::<Name>::new("张三丰".to_owned());
//! format!("{owner}");
//! ```
//!
//! A masked value can be spliced into a page, by way of [`Shown`]:
//!
//! ```
//! use saoma_pages::{Name, Personal, Shown};
//! let owner = Personal::<Name>::new("张三丰".to_owned());
//! let shown = owner.mask().map(Shown::from).map(|shown| shown.text());
//! assert_eq!(maud::html! { p { (shown.unwrap_or_default()) } }.into_string(), "<p>张**</p>");
//! ```
//!
//! A personal value cannot:
//!
//! ```compile_fail
//! use saoma_pages::{Name, Personal};
//! let owner = Personal::<Name>::new("张三丰".to_owned());
//! maud::html! { p { (owner) } };
//! ```
//!
//! Against a grant it is disclosed, and then it can be shown:
//!
//! ```
//! use saoma_pages::{Audience, Grant, Name, Personal, Shown};
//! let owner = Personal::<Name>::new("张三丰".to_owned());
//! let grant = Grant::assertion(Audience::Police);
//! let disclosed = owner.disclose(&grant);
//! assert_eq!(format!("{disclosed:?}"), "Disclosed<Name>(..)");
//! assert_eq!(Shown::from(disclosed), Shown::Plain("张三丰".to_owned()));
//! ```
//!
//! But it still cannot be printed into a log by mistake:
//!
//! ```compile_fail
//! use saoma_pages::{Audience, Grant, Name, Personal};
//! let owner = Personal::<Name>::new("张三丰".to_owned());
//! let grant = Grant::assertion(Audience::Police);
//! let disclosed = owner.disclose(&grant);
//! format!("{disclosed}");
//! ```

use std::{fmt, marker::PhantomData};

use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::view::{Audience, Shown};

/// A value about a person, of kind `K`.
pub struct Personal<K> {
    raw: String,
    kind: PhantomData<fn() -> K>,
}

/// What anybody may read of a personal value.
pub struct Masked<K> {
    text: String,
    hides: Hides,
    kind: PhantomData<fn() -> K>,
}

/// A personal value whole: it can be shown, never logged.
pub struct Disclosed<K> {
    raw: String,
    kind: PhantomData<fn() -> K>,
}

/// Proof that somebody's right to see more has been verified.
#[derive(Debug)]
pub struct Grant(Audience);

/// A kind of personal value, with its mask. Sealed: the kinds are those of `masks.rs`.
pub trait Mask: sealed::Sealed {
    /// The kind's name, for `Debug`.
    const NAME: &'static str;

    /// What anybody may read, or nothing if `raw` does not look like what it should be.
    fn mask(raw: &str) -> Option<Masking>;
}

/// What a mask makes of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masking {
    /// What may be read.
    pub text: String,
    /// Whether that is less than there is.
    pub hides: Hides,
}

/// Whether a mask took anything away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hides {
    /// Part of the value is gone.
    Part,
    /// By its rule the value is nobody's own, such as a hotline: it is shown whole.
    Nothing,
}

/// A person's name.
#[derive(Debug)]
pub enum Name {}

/// A telephone number.
#[derive(Debug)]
pub enum Phone {}

/// The number of an identity card.
#[derive(Debug)]
pub enum IdCard {}

/// A postal address.
#[derive(Debug)]
pub enum Address {}

/// When something happened to a person.
#[derive(Debug)]
pub enum When {}

/// What has no mask: it is disclosed or it stays.
#[derive(Debug)]
pub enum Secret {}

pub(crate) mod sealed {
    /// Keeps [`Mask`](super::Mask) to the kinds of this crate.
    #[expect(
        unnameable_types,
        reason = "that nobody outside can name it is the point"
    )]
    pub trait Sealed {}
    impl Sealed for super::Name {}
    impl Sealed for super::Phone {}
    impl Sealed for super::IdCard {}
    impl Sealed for super::Address {}
    impl Sealed for super::When {}
    impl Sealed for super::Secret {}
}

impl<K: Mask> Personal<K> {
    /// Takes a value in.
    pub fn new(raw: String) -> Self {
        Self {
            raw,
            kind: PhantomData,
        }
    }

    /// What anybody may read. Nothing if the value does not look like what it should be: a phone
    /// number typed into the field of a name would pass a name's mask half unhidden.
    pub fn mask(&self) -> Option<Masked<K>> {
        K::mask(&self.raw).map(Masked::new)
    }

    /// The value itself, for whoever holds a grant.
    pub fn disclose(&self, _proof: &Grant) -> Disclosed<K> {
        Disclosed {
            raw: self.raw.clone(),
            kind: PhantomData,
        }
    }
}

impl Personal<IdCard> {
    /// The first six and last four characters, for an officer who has stated no purpose. It hides
    /// the date of birth only, so it is never for the public.
    pub fn mask_edges(&self, _proof: &Grant) -> Option<Masked<IdCard>> {
        crate::masks::id_edges(&self.raw).map(Masked::new)
    }
}

impl<K> Clone for Personal<K> {
    fn clone(&self) -> Self {
        Self {
            raw: self.raw.clone(),
            kind: PhantomData,
        }
    }
}

impl<K: Mask> fmt::Debug for Personal<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Personal<{}>(..)", K::NAME)
    }
}

impl<'de, K: Mask> Deserialize<'de> for Personal<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not deserialize_string: asked for a string, serde_json quotes the number it found.
        deserializer.deserialize_any(TextOnly).map(Self::new)
    }
}

/// Takes a text and refuses all else in words that quote nothing: serde's own error would print
/// a number found where a text should be, and a telephone number is such a number.
struct TextOnly;

impl Visitor<'_> for TextOnly {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<String, E> {
        Ok(text)
    }

    fn visit_bool<E: Error>(self, _value: bool) -> Result<String, E> {
        Err(not_a_text())
    }

    fn visit_i64<E: Error>(self, _value: i64) -> Result<String, E> {
        Err(not_a_text())
    }

    fn visit_i128<E: Error>(self, _value: i128) -> Result<String, E> {
        Err(not_a_text())
    }

    fn visit_u64<E: Error>(self, _value: u64) -> Result<String, E> {
        Err(not_a_text())
    }

    fn visit_u128<E: Error>(self, _value: u128) -> Result<String, E> {
        Err(not_a_text())
    }

    fn visit_f64<E: Error>(self, _value: f64) -> Result<String, E> {
        Err(not_a_text())
    }
}

fn not_a_text<E: Error>() -> E {
    E::custom("expected a text")
}

impl<K> Masked<K> {
    fn new(masking: Masking) -> Self {
        Self {
            text: masking.text,
            hides: masking.hides,
            kind: PhantomData,
        }
    }
}

impl<K: Mask> fmt::Debug for Masked<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Masked<{}>({:?})", K::NAME, self.text)
    }
}

impl<K> From<Masked<K>> for Shown {
    /// A value that its mask left whole is plain: a page must not say that it hides something.
    fn from(masked: Masked<K>) -> Self {
        match masked.hides {
            Hides::Part => Self::Masked(masked.text),
            Hides::Nothing => Self::Plain(masked.text),
        }
    }
}

impl<K: Mask> fmt::Debug for Disclosed<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Disclosed<{}>(..)", K::NAME)
    }
}

impl<K> From<Disclosed<K>> for Shown {
    fn from(disclosed: Disclosed<K>) -> Self {
        Self::Plain(disclosed.raw)
    }
}

impl Grant {
    /// Asserts that this audience's right was verified. Whoever calls it vouches for that, so the
    /// name is one word to search for, and every call signs with a reason.
    pub const fn assertion(audience: Audience) -> Self {
        Self(audience)
    }

    /// Whose right was verified.
    pub const fn audience(&self) -> Audience {
        self.0
    }
}

impl Masking {
    pub(crate) fn part(text: String) -> Self {
        Self {
            text,
            hides: Hides::Part,
        }
    }

    pub(crate) fn whole(text: String) -> Self {
        Self {
            text,
            hides: Hides::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Audience, Grant, IdCard, Name, Personal, Phone, Secret, Shown};

    #[test]
    fn a_number_where_a_text_should_be_is_refused_without_being_quoted() {
        for json in [
            "13812341234",
            "-13812341234",
            "1381234.1234",
            "true",
            "null",
            "[1]",
        ] {
            let error = serde_json::from_str::<Personal<Phone>>(json).unwrap_err();
            assert!(!error.to_string().contains("138"), "{error}");
            assert!(!error.to_string().contains("true"), "{error}");
        }
    }

    #[test]
    fn a_text_is_taken_in_and_debug_says_only_what_it_is() {
        let name: Personal<Name> = serde_json::from_str("\"\\u5f20三丰\"").unwrap();
        assert_eq!(format!("{name:?}"), "Personal<Name>(..)");
        let shown = name.clone().mask().map(Shown::from);
        assert_eq!(shown, Some(Shown::Masked("张**".to_owned())));
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test vouches for nobody")]
    fn an_officer_without_a_purpose_sees_the_edges_of_an_identity_number() {
        let grant = Grant::assertion(Audience::Police);
        let id = Personal::<IdCard>::new("330106199001011234".to_owned());
        let edges = id.mask_edges(&grant).map(Shown::from);
        assert_eq!(edges, Some(Shown::Masked("330106********1234".to_owned())));
        assert_eq!(grant.audience(), Audience::Police);
    }

    #[test]
    fn a_secret_has_no_mask() {
        assert!(
            Personal::<Secret>::new("anything".to_owned())
                .mask()
                .is_none()
        );
    }

    #[test]
    fn a_hotline_that_its_mask_leaves_whole_is_not_called_masked() {
        let hotline = Personal::<Phone>::new("400-888-1234".to_owned());
        let shown = hotline.mask().map(Shown::from);
        assert_eq!(shown, Some(Shown::Plain("400-888-1234".to_owned())));
    }
}
