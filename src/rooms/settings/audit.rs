//! The audit log: where it is, when a new file is begun, and whether a copy goes elsewhere.

use std::path::PathBuf;

use super::sheet::Sheet;
use crate::rooms::store::StoreUrl;
use crate::rooms::store::address::RedisUrl;

/// The audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLog {
    /// Its file, if it is not beside the store.
    pub file: Option<PathBuf>,
    /// At how many bytes a new file is begun; and every day.
    pub rotate_bytes: u64,
    /// The stream that gets a copy of each line, if one does.
    pub stream: Option<AuditStream>,
}

/// A Redis stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditStream {
    /// Where Redis is.
    pub url: Box<RedisUrl>,
    /// The stream's key.
    pub key: String,
    /// About how many lines it keeps.
    pub max: u64,
}

/// Some quarter of a million looks: opens in an editor, and a day's fits on every disk.
pub const ROTATE_BYTES: u64 = 64 << 20;

const STREAM_KEY: &str = "saoma:audit";
/// Half a gigabyte of lines at most: weeks of looks. The log itself is what is kept for years.
const STREAM_MAX: u64 = 1_000_000;

pub(super) fn read(sheet: &mut Sheet) -> Option<AuditLog> {
    let file = sheet.text("audit.file", "", |path| {
        Ok((!path.is_empty()).then(|| PathBuf::from(path)))
    });
    let rotate_bytes = sheet.number("audit.rotate_bytes", ROTATE_BYTES, 1 << 16..=1 << 40);
    let url = sheet.text("audit.stream", "", |url| match url {
        "" => Ok(None),
        url => match url.parse() {
            Ok(StoreUrl::Redis(url)) => Ok(Some(url)),
            Ok(StoreUrl::Embedded(_)) | Err(_) => Err("should be like `redis://10.0.0.5:6379`"),
        },
    });
    let key = sheet.text("audit.stream_key", STREAM_KEY, |key| match key {
        "" => Err("should be the name of a key"),
        key => Ok(key.to_owned()),
    });
    let max = sheet.number("audit.stream_max", STREAM_MAX, 1000..=1_000_000_000);
    let (url, key, max) = (url?, key?, max?);
    Some(AuditLog {
        file: file?,
        rotate_bytes: rotate_bytes?,
        stream: url.map(|url| AuditStream { url, key, max }),
    })
}
