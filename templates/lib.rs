//! Everything that may leave the building: views, masks and pages.
//!
//! The lowest floor. It knows maud and serde; the name of a record or of a store does not exist
//! here, so a page cannot be handed anything but a finished [`View`].

pub mod refusal;
pub mod view;

pub use refusal::{NotACode, Refusal};
pub use view::{Alert, AlertKind, Audience, Cell, CodeCard, Kind, Row, Sheet, Shown, View};
