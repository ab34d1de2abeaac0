//! The staff door: where it listens, whose tokens it knows, and how much each may look at.

use std::{net::SocketAddr, path::PathBuf};

use super::sheet::Sheet;

/// The staff door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffDoor {
    /// The addresses it listens on. None: there is no staff door.
    pub listen: Vec<SocketAddr>,
    /// The folder of keys that tokens are signed with, and of what was taken back.
    pub keys: PathBuf,
    /// How many different codes each may look at in a day.
    pub codes_per_day: CodesPerDay,
}

/// How many different codes a subject may look at in a day, by audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodesPerDay {
    /// An officer.
    pub police: u32,
    /// A recycler or a repairer.
    pub recycler: u32,
    /// An application.
    pub app: u32,
}

const KEYS: &str = "./saoma-keys";
/// A busy day on the street is some two hundred plates; more is somebody reading the register.
const POLICE: u32 = 500;
/// A yard that takes in a lorry of batteries, one by one.
const RECYCLER: u32 = 2000;
/// A hundred batches of a hundred.
const APP: u32 = 10_000;
/// What one subject's day may occupy in memory: eight bytes a code.
const CODES_MAX: u32 = 1_000_000;

pub(super) fn read(sheet: &mut Sheet) -> Option<StaffDoor> {
    let listen = sheet.list_or_none("staff.listen", |address| {
        address
            .parse()
            .map_err(|_error| "should be an address and a port, like `127.0.0.1:8444`")
    });
    let keys = sheet.text("staff.keys", KEYS, |folder| match folder {
        "" => Err("should be a folder"),
        folder => Ok(PathBuf::from(folder)),
    });
    let police = sheet.number("staff.codes_per_day_police", POLICE, 1..=CODES_MAX);
    let recycler = sheet.number("staff.codes_per_day_recycler", RECYCLER, 1..=CODES_MAX);
    let app = sheet.number("staff.codes_per_day_app", APP, 1..=CODES_MAX);
    Some(StaffDoor {
        listen: listen?,
        keys: keys?,
        codes_per_day: CodesPerDay {
            police: police?,
            recycler: recycler?,
            app: app?,
        },
    })
}
