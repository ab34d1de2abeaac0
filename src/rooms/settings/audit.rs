//! The audit log: where it is, and when a new file is begun.

use std::path::PathBuf;

use super::sheet::Sheet;

/// The audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLog {
    /// Its file, if it is not beside the store.
    pub file: Option<PathBuf>,
    /// At how many bytes a new file is begun; and every day.
    pub rotate_bytes: u64,
}

/// Some quarter of a million looks: opens in an editor, and a day's fits on every disk.
pub const ROTATE_BYTES: u64 = 64 << 20;

pub(super) fn read(sheet: &mut Sheet) -> Option<AuditLog> {
    let file = sheet.text("audit.file", "", |path| {
        Ok((!path.is_empty()).then(|| PathBuf::from(path)))
    });
    let rotate_bytes = sheet.number("audit.rotate_bytes", ROTATE_BYTES, 1 << 16..=1 << 40);
    Some(AuditLog {
        file: file?,
        rotate_bytes: rotate_bytes?,
    })
}
