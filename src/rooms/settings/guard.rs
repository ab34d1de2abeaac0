//! `[guard]`: how much one client may ask.

use super::sheet::Sheet;
use crate::rules::harvest::Limits;

/// How much one client may ask. A client is an IPv4 address or the /64 of an IPv6 address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuardSettings {
    /// Requests a second, in the long run. 0 is as many as there are.
    pub requests_per_second: u32,
    /// Requests at once, before that counts.
    pub burst: u32,
    /// What it may do within an hour.
    pub harvest: Limits,
    /// The most clients that are told apart.
    pub clients: usize,
    /// Requests being answered at once, over all clients.
    pub requests_at_once: usize,
    /// What is done with requests from this machine.
    pub this_machine: ThisMachine,
    /// How many times as fast as the machine's its clock goes.
    pub speed: u32,
}

/// What is done with requests from a loopback address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThisMachine {
    /// They are not counted: behind that address is a proxy with all readers, or the operator.
    Free,
    /// They are counted like others.
    Counted,
}

/// A carrier's address with 2,000 phones, all of which scan within a minute of the evening news.
const REQUESTS_PER_SECOND: u32 = 50;
const BURST: u32 = 2000;
/// The same address on a busy hour asks for some 4,000; from 6,000 on it would be slowed.
const CODES_PER_HOUR: u32 = 9000;
/// A workshop scans 200 of one maker within an hour.
const RANGE_PER_HOUR: u32 = 500;
/// And they may come out of one box.
const WALK_PER_HOUR: u32 = 300;
/// Half a kilobyte for a phone with a code or two: 32 MB for 55,000 of them were seen. If all asked for
/// much, and all in blocks of their own, 100 MB at the very most.
const CLIENTS: usize = 65_536;
/// A page takes some tens of microseconds, or a second at most when the store is slow: then this
/// many wait for it.
const REQUESTS_AT_ONCE: usize = 2048;
/// An hour.
const HOUR_SECONDS: u32 = 3600;
/// So that a rehearsal of a day is over within a quarter of an hour.
const HOUR_SECONDS_LEAST: u32 = 30;

pub(super) fn read(sheet: &mut Sheet) -> Option<GuardSettings> {
    let per_hour = |sheet: &mut Sheet, key: &str, default: u32, most: u32| {
        let count = sheet.number(key, default, 0..=most)?;
        Some((count > 0).then_some(count))
    };
    let requests_per_second = sheet.number(
        "guard.requests_per_second",
        REQUESTS_PER_SECOND,
        0..=1_000_000,
    );
    let burst = sheet.number("guard.burst", BURST, 20..=10_000_000);
    // Beyond this the sketches cannot count.
    let codes = per_hour(sheet, "guard.codes_per_hour", CODES_PER_HOUR, 12_000);
    let range = per_hour(sheet, "guard.range_per_hour", RANGE_PER_HOUR, 3_000);
    let walk = per_hour(sheet, "guard.walk_per_hour", WALK_PER_HOUR, 12_000);
    let clients = sheet.number("guard.clients", CLIENTS, 1024..=16_777_216);
    let requests_at_once = sheet.number("guard.requests_at_once", REQUESTS_AT_ONCE, 1..=1_000_000);
    let this_machine = sheet.text("guard.this_machine", "free", |name| match name {
        "free" => Ok(ThisMachine::Free),
        "counted" => Ok(ThisMachine::Counted),
        _ => Err("should be `free` or `counted`"),
    });
    let hour_seconds = sheet.number(
        "guard.hour_seconds",
        HOUR_SECONDS,
        HOUR_SECONDS_LEAST..=HOUR_SECONDS,
    );
    Some(GuardSettings {
        requests_per_second: requests_per_second?,
        burst: burst?,
        harvest: Limits {
            codes: codes?,
            range: range?,
            walk: walk?,
        },
        clients: clients?,
        requests_at_once: requests_at_once?,
        this_machine: this_machine?,
        speed: HOUR_SECONDS.checked_div(hour_seconds?)?,
    })
}

impl Default for GuardSettings {
    fn default() -> Self {
        Self {
            requests_per_second: REQUESTS_PER_SECOND,
            burst: BURST,
            harvest: Limits {
                codes: Some(CODES_PER_HOUR),
                range: Some(RANGE_PER_HOUR),
                walk: Some(WALK_PER_HOUR),
            },
            clients: CLIENTS,
            requests_at_once: REQUESTS_AT_ONCE,
            this_machine: ThisMachine::Free,
            speed: 1,
        }
    }
}
