//! Everything that may leave the building: views, masks and pages.
//!
//! The lowest floor. It knows maud and serde; the name of a record or of a store does not exist
//! here, so a page cannot be handed anything but a finished [`View`].

mod card;
mod divisions;
mod found;
mod home;
mod icons;
pub mod lang;
mod layout;
pub mod masks;
pub mod personal;
mod privacy;
mod quick;
pub mod refusal;
mod refused;
pub mod staff;
mod style;
mod together;
pub mod view;
pub mod words;

pub use divisions::is_known as is_division;
pub use found::found;
pub use home::home;
pub use lang::Lang;
pub use layout::shared;
pub use personal::{
    Address, Disclosed, Grant, IdCard, Mask, Masked, Name, Personal, Phone, Secret,
};
pub use privacy::privacy;
pub use quick::escaped;
pub use refusal::{BadBody, NotACode, Refusal};
pub use refused::{match_refusal, refusal};
pub use style::{STAFF_STYLE, STYLE};
pub use together::{MATCH_MOST, match_page, not_together, together};
pub use view::{Alert, AlertKind, Audience, Cell, CodeCard, Kind, Row, Sheet, Shown, View};
