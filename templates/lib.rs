//! Everything that may leave the building: views, masks and pages.
//!
//! The lowest floor. It knows maud and serde; the name of a record or of a store does not exist
//! here, so a page cannot be handed anything but a finished [`View`].

mod divisions;
pub mod lang;
pub mod masks;
pub mod personal;
pub mod refusal;
pub mod view;

pub use lang::Lang;
pub use personal::{
    Address, Disclosed, Grant, IdCard, Mask, Masked, Name, Personal, Phone, Secret,
};
pub use refusal::{NotACode, Refusal};
pub use view::{Alert, AlertKind, Audience, Cell, CodeCard, Kind, Row, Sheet, Shown, View};
