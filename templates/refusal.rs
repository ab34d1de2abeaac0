//! What a reader is told when there is no answer. Never why the machine could not give one: that
//! is a fault, and faults are for the log.

use std::time::Duration;

use crate::view::{CodeCard, Kind};

/// Why a text is not a code. Says what is wrong with it, never the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NotACode {
    /// Nothing was given.
    Empty,
    /// Neither `vin`, `pwb` nor `lic`.
    UnknownKind,
    /// A vehicle's or plate's code has `got` digits instead of `want`.
    Digits {
        /// How many there are.
        got: usize,
        /// How many there should be.
        want: usize,
    },
    /// Something other than a digit at `at` (counted from 1).
    NotADigit {
        /// Which character.
        at: usize,
    },
    /// Something other than a letter or digit at `at` (counted from 1).
    NotALetterOrDigit {
        /// Which character.
        at: usize,
    },
    /// A battery's code ends before its own code begins.
    TooShort {
        /// How many characters there are.
        got: usize,
    },
    /// A battery's own code is longer than any that could have been printed.
    TooLong {
        /// How many characters there are after the organisation's eight.
        got: usize,
    },
}

/// Why what was sent along cannot be used. Says what is wrong with it, never what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BadBody {
    /// More bytes than anybody needs for it.
    TooLong {
        /// How many there may be.
        most: usize,
    },
    /// It did not arrive in time.
    TooSlow,
    /// It is of no kind that is read here.
    Media {
        /// The kinds there are, as the `Accept-Post` header has them.
        taken: &'static str,
    },
    /// It is not what it says it is.
    Unreadable,
    /// Too few codes, or too many.
    HowMany {
        /// How many different ones there are.
        got: usize,
        /// How few there may be.
        least: usize,
        /// How many there may be.
        most: usize,
    },
}

/// No, and why, in words a reader may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// What was asked for is not a code. The store was not touched.
    NotACode {
        /// The sticker it was asked as, if it was asked as one.
        kind: Option<Kind>,
        /// What is wrong with it.
        why: NotACode,
    },
    /// The request itself makes no sense.
    BadRequest,
    /// Nobody is signed in here, or what they showed is not good. Never says which.
    SignIn,
    /// Whoever is signed in may not do this.
    NotAllowed,
    /// More was sent than is read.
    TooLarge {
        /// How many bytes are.
        most: usize,
    },
    /// A well-formed code that nobody has registered. Makers upload late: this is not "fake".
    NotRegistered {
        /// The code, to compare with the sticker.
        code: Box<CodeCard>,
    },
    /// No such page.
    NoSuchPage,
    /// The page does not take this method.
    Method {
        /// What it takes, as the `Allow` header has it.
        allow: &'static str,
    },
    /// What was sent along cannot be used.
    Body {
        /// Why not.
        why: BadBody,
    },
    /// None of the forms there are is wanted.
    NotAcceptable {
        /// The forms there are.
        offered: &'static [&'static str],
    },
    /// Too many requests.
    TooMany {
        /// When to come back.
        retry_after: Duration,
    },
    /// The store cannot answer, and nothing is cached.
    Unavailable {
        /// When to come back.
        retry_after: Duration,
    },
}
