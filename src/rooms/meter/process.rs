//! What the system says of this process, read when it is asked for.

use std::{fmt, fs};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric as _},
    metrics::gauge::ConstGauge,
    registry::Registry,
};

#[derive(Debug)]
struct Process;

/// Where Linux tells it. Elsewhere these metrics are not there.
const STATUS: &str = "/proc/self/status";
const OPEN_FILES: &str = "/proc/self/fd";
const LIMITS: &str = "/proc/self/limits";

pub(super) fn register(registry: &mut Registry) {
    registry.register_collector(Box::new(Process));
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for (name, help, value) in [
            (
                "process_resident_bytes",
                "Memory of this process, in bytes",
                resident(),
            ),
            ("process_open_files", "Files and sockets open", open_files()),
            (
                "process_max_files",
                "Files and sockets that may be open",
                max_files(),
            ),
        ] {
            let Some(value) = value else { continue };
            let gauge = ConstGauge::new(value);
            let metric = encoder.encode_descriptor(name, help, None, gauge.metric_type())?;
            gauge.encode(metric)?;
        }
        Ok(())
    }
}

fn resident() -> Option<i64> {
    let status = fs::read_to_string(STATUS).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: i64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

fn open_files() -> Option<i64> {
    i64::try_from(fs::read_dir(OPEN_FILES).ok()?.count()).ok()
}

fn max_files() -> Option<i64> {
    let limits = fs::read_to_string(LIMITS).ok()?;
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_says_what_this_process_takes() {
        assert!(resident().unwrap() > 1 << 20);
        assert!(open_files().unwrap() >= 3);
        assert!(max_files().unwrap() >= open_files().unwrap());
    }
}
