//! `public.fallback`: where this edge notes what it has seen of a store elsewhere.

use std::path::PathBuf;

use super::sheet::Sheet;

/// A second tier behind the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fallback {
    /// Where it is; nowhere if there is none.
    pub folder: Option<PathBuf>,
}

/// Nowhere, unless the operator names a folder on this machine.
const NOWHERE: &str = "";

pub(super) fn read(sheet: &mut Sheet) -> Option<Fallback> {
    let folder = sheet.text("public.fallback", NOWHERE, |text| match text {
        NOWHERE => Ok(None),
        url => match url.split_once(':') {
            Some(("embedded", path)) if !path.is_empty() => Ok(Some(path.into())),
            Some(_) | None => Err("should be like `embedded:/var/lib/saoma/seen`, or nothing"),
        },
    })?;
    Some(Fallback { folder })
}
