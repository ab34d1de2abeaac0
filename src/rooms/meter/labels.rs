//! What a metric may be labelled with: these words and no others. None can hold a code, an address
//! or anything else that a stranger wrote.

use http::StatusCode;

use crate::words::{code::Kind, fault::Fault};

/// A closed set of words under one label.
pub trait Label: Copy + 'static {
    /// The label.
    const NAME: &'static str;
    /// Every word it can have.
    const ALL: &'static [Self];

    /// The word.
    fn word(self) -> &'static str;

    /// Where it is in [`Label::ALL`].
    fn place(self) -> usize;
}

macro_rules! labels {
    ($($(#[$doc:meta])* $name:ident as $label:literal { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub enum $name {
                $($(#[$variant_doc])* $variant,)+
            }

            impl Label for $name {
                const NAME: &'static str = $label;
                const ALL: &'static [Self] = &[$(Self::$variant,)+];

                fn word(self) -> &'static str {
                    match self {
                        $(Self::$variant => $word,)+
                    }
                }

                #[expect(clippy::as_conversions, reason = "the number of a variant without fields")]
                fn place(self) -> usize {
                    self as usize
                }
            }
        )+
    };
}

labels! {
    /// What an answer was about.
    Subject as "kind" {
        /// A vehicle's code.
        Vin = "vin",
        /// A battery's code.
        Pwb = "pwb",
        /// A plate's code.
        Lic = "lic",
        /// A page that is the same for all.
        Page = "page",
        /// Nothing that could be understood, or nothing that was listened to.
        Nothing = "none",
    }

    /// How an answer ended. One word for each status that there is.
    Status as "status" {
        /// Found.
        Ok = "200",
        /// Nothing to say.
        NoContent = "204",
        /// The form leads to a code.
        SeeOther = "303",
        /// The reader holds it already.
        NotModified = "304",
        /// Another spelling, or another scheme.
        Moved = "308",
        /// Not a code, or not a message.
        BadRequest = "400",
        /// No right was shown.
        Unauthorized = "401",
        /// The right is not enough.
        Forbidden = "403",
        /// Nobody has registered it.
        NotFound = "404",
        /// Not this method.
        Method = "405",
        /// Not in this form.
        NotAcceptable = "406",
        /// Too many.
        TooMany = "429",
        /// The store cannot answer, or there is more to do than can be done.
        Unavailable = "503",
        /// A status that nothing here sends on purpose.
        Other = "other",
    }

    /// What the page cache could do.
    Cache as "outcome" {
        /// Answered from memory.
        Hit = "hit",
        /// The store was asked.
        Miss = "miss",
        /// The store could not be asked, memory answered.
        Stale = "stale",
    }

    /// Why the store gave no answer.
    StoreTrouble as "kind" {
        /// No connection.
        Unreachable = "unreachable",
        /// Not in time.
        Deadline = "deadline",
        /// Unreadable bytes.
        Corrupt = "corrupt",
        /// Empty, or older than it was.
        Emptied = "emptied",
        /// More readers than it could answer.
        Busy = "busy",
        /// A view under another policy.
        Policy = "policy",
        /// The secret of pairs is not there.
        PairKey = "pair-key",
        /// What the engine itself complained of.
        Engine = "engine",
    }

    /// Whether the store is asked at all.
    Breaker as "state" {
        /// It is.
        Closed = "closed",
        /// One reader finds out whether it answers again.
        Trying = "trying",
        /// It is left alone.
        Open = "open",
    }

    /// Whether the store tells what changes.
    Tracking as "state" {
        /// It does not have to: it is in this process, or every answer is proven.
        Off = "off",
        /// It does.
        On = "on",
        /// The connection that it tells it on is gone.
        Lost = "lost",
    }

    /// Why a request was answered with a no that says nothing about the code.
    Refused as "why" {
        /// One client asked too often.
        Rate = "rate",
        /// One client walks through codes.
        Harvest = "harvest",
        /// There is more to do than can be done.
        Shed = "shed",
    }

    /// Why a connection was closed before it asked anything.
    TurnedAway as "why" {
        /// There are too many already.
        Full = "full",
        /// There are too many from there.
        Address = "address",
        /// It did not shake hands, or not in time.
        Handshake = "handshake",
        /// It began with a proxy's header that makes no sense, or that it may not send.
        Proxy = "proxy",
    }
}

impl From<Kind> for Subject {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Vin => Self::Vin,
            Kind::Pwb => Self::Pwb,
            Kind::Lic => Self::Lic,
        }
    }
}

impl From<StatusCode> for Status {
    fn from(status: StatusCode) -> Self {
        match status {
            StatusCode::OK => Self::Ok,
            StatusCode::NO_CONTENT => Self::NoContent,
            StatusCode::SEE_OTHER => Self::SeeOther,
            StatusCode::NOT_MODIFIED => Self::NotModified,
            StatusCode::PERMANENT_REDIRECT => Self::Moved,
            StatusCode::BAD_REQUEST => Self::BadRequest,
            StatusCode::UNAUTHORIZED => Self::Unauthorized,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::Method,
            StatusCode::NOT_ACCEPTABLE => Self::NotAcceptable,
            StatusCode::TOO_MANY_REQUESTS => Self::TooMany,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            _ => Self::Other,
        }
    }
}

impl From<&Fault> for StoreTrouble {
    fn from(fault: &Fault) -> Self {
        match fault {
            Fault::Store(_) => Self::Engine,
            Fault::Corrupt { .. } => Self::Corrupt,
            Fault::NoPairKey => Self::PairKey,
            Fault::Deadline => Self::Deadline,
            Fault::Unreachable => Self::Unreachable,
            Fault::Emptied => Self::Emptied,
            Fault::Busy => Self::Busy,
            Fault::Policy => Self::Policy,
        }
    }
}
