//! What goes where on each kind of sticker, at its usual width.

use saoma_pages::view::Kind;

use super::{Face, MM, Square, Um};

/// The proportions of a kind of sticker, at the width it has if nobody asks for another.
pub(super) struct Plan {
    pub(super) width: Um,
    pub(super) height: Um,
    pub(super) place: Square,
    pub(super) mark: Option<Um>,
    pub(super) text: Text,
}

/// The block of lines beside or under the symbol.
pub(super) struct Text {
    pub(super) left: Um,
    pub(super) room: Um,
    /// The middle of the block.
    pub(super) height: Um,
    pub(super) pitch: Um,
    pub(super) size: Um,
    pub(super) middle: bool,
    pub(super) face: Face,
}

/// The figures show what goes where; the standard gives no measures (GB/T 40204—2021 has them for the
/// symbol), so these are chosen: a symbol of 22 mm is scanned from half a metre.
pub(super) const fn plan(kind: Kind) -> Plan {
    const SIDE: Um = 22 * MM;
    let place = Square {
        left: MM,
        top: MM / 2,
        side: SIDE,
    };
    match kind {
        Kind::Vin => Plan {
            width: 60 * MM,
            height: 27 * MM,
            place,
            mark: Some(25_100),
            text: Text {
                left: 23_500,
                room: 35_000,
                height: 12_000,
                pitch: 5_000,
                size: 2_700,
                middle: false,
                face: Face::Sans,
            },
        },
        Kind::Pwb => Plan {
            width: 50 * MM,
            height: 27 * MM,
            place,
            mark: Some(25_100),
            text: Text {
                left: 23_500,
                room: 25_000,
                height: 12_000,
                pitch: 4_400,
                size: 2_900,
                middle: false,
                face: Face::Mono,
            },
        },
        Kind::Lic => Plan {
            width: 24 * MM,
            height: 27 * MM,
            place,
            mark: None,
            text: Text {
                left: 1_200,
                room: 21_600,
                height: 23_900,
                pitch: 0,
                size: 2_500,
                middle: true,
                face: Face::Mono,
            },
        },
    }
}
