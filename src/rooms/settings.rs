//! Settings: read once, all mistakes told together, and nothing left to interpret afterwards.
//!
//! A TOML file, then the environment, which wins: `public.listen` is `SAOMA_PUBLIC_LISTEN` there.
//! Lists are separated by commas. `deploy/saoma.toml` shows every key with its default.

use std::{net::SocketAddr, path::Path, time::Duration};

use crate::{
    rooms::store::StoreUrl,
    words::{
        policy::Policy,
        start::{Mistake, Mistakes, StartError},
    },
};

mod audit;
mod sheet;
mod staff;

pub use audit::{AuditLog, ROTATE_BYTES};
use sheet::Sheet;
pub use staff::{Attribute, CertificateRule, CodesPerDay, StaffDoor};

/// Everything the operator decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What stands before the path on a sticker, without a slash at the end.
    pub public_url: String,
    /// Where the public door listens.
    pub public: PublicDoor,
    /// Where everything is kept that has no place of its own.
    pub store: StoreUrl,
    /// Where dossiers are, if not there.
    pub core_store: Option<StoreUrl>,
    /// What the public may see.
    pub policy: Policy,
    /// The most that finished answers may occupy, in bytes. 0 keeps none.
    pub cache_bytes: u64,
    /// Connections open at once, over all public listeners.
    pub max_connections: usize,
    /// How long what is under way may take after the signal to stop.
    pub drain: Duration,
    /// Whom to tell of a hole: a `mailto:` or `https:` address.
    pub contact: String,
    /// What is logged, and how.
    pub log: Log,
    /// The staff door.
    pub staff: StaffDoor,
    /// The audit log.
    pub audit: AuditLog,
}

/// The public door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicDoor {
    /// The addresses it listens on.
    pub listen: Vec<SocketAddr>,
    /// Where views and pairs are, if not with everything else.
    pub store: Option<StoreUrl>,
}

/// The log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// How a line looks.
    pub format: LogFormat,
    /// How much is said.
    pub level: tracing::Level,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// The address in the standard's own examples.
const PUBLIC_URL: &str = "https://www.pzcode.cn";
/// A whole sticker's address fits in a small symbol and in a page's head.
const PUBLIC_URL_MAX: usize = 200;
/// Behind a proxy on the same machine, until the operator says otherwise.
const LISTEN: &str = "127.0.0.1:8080";
const STORE: &str = "embedded:./saoma-data";
/// Some two thousand pages with all their encodings: the codes of a busy hour.
const CACHE_BYTES: u64 = 64 << 20;
/// At some 16 KiB for an idle connection, 64 MiB; below the usual limit of 4096 open files less
/// what the store and the log need.
const MAX_CONNECTIONS: usize = 4000;
/// A page takes milliseconds; a phone on a bad network takes seconds to read it. Less than what
/// systemd and Kubernetes wait before they kill.
const DRAIN_SECONDS: u64 = 20;
const CONTACT: &str = "mailto:security@pzcode.cn";

impl Settings {
    /// Reads a file, if one is named, and the environment of this process.
    pub fn load(file: Option<&Path>) -> Result<Self, StartError> {
        let text = match file.map(|path| (path, std::fs::read_to_string(path))) {
            None => String::new(),
            Some((_, Ok(text))) => text,
            Some((path, Err(error))) => {
                let place = path.display().to_string();
                let what = format!("cannot be read: {error}");
                return Err(StartError::Settings(Mistakes(vec![Mistake {
                    place,
                    what,
                }])));
            }
        };
        Self::read(
            &text,
            std::env::vars_os().filter_map(|(key, value)| {
                Some((key.into_string().ok()?, value.into_string().ok()?))
            }),
        )
    }

    /// Where the public door reads.
    pub fn public_store(&self) -> &StoreUrl {
        self.public.store.as_ref().unwrap_or(&self.store)
    }

    /// Reads settings from the text of a file and from these variables. Variables that do not
    /// begin with `SAOMA_` are somebody else's.
    pub fn read(
        text: &str,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, StartError> {
        let mut sheet = Sheet::new(text, variables);
        let public_url = sheet.text("public_url", PUBLIC_URL, |url| {
            let rest = url
                .strip_prefix("https://")
                .or_else(|| url.strip_prefix("http://"));
            let plain = rest.is_some_and(|rest| {
                !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic())
            });
            (plain && url.len() <= PUBLIC_URL_MAX)
                .then(|| url.trim_end_matches('/').to_owned())
                .ok_or("should be like `https://www.pzcode.cn`")
        });
        let listen = sheet.list("public.listen", &[LISTEN], |address| {
            address
                .parse()
                .map_err(|_error| "should be an address and a port, like `0.0.0.0:8080`")
        });
        let store = sheet.text("store", STORE, store_url);
        let of_its_own = |url: &str| match url {
            "" => Ok(None),
            url => store_url(url).map(Some),
        };
        let public_store = sheet.text("public.store", "", of_its_own);
        let core_store = sheet.text("core.store", "", of_its_own);
        let policy = sheet.text("policy", Policy::default().name(), |name| {
            name.parse()
                .map_err(|_error| "should be `standard` or `strict`")
        });
        let cache_bytes = sheet.number("cache_bytes", CACHE_BYTES, 0..=1 << 40);
        let max_connections = sheet.number("max_connections", MAX_CONNECTIONS, 1..=1_000_000);
        let drain_seconds = sheet.number("drain_seconds", DRAIN_SECONDS, 0..=3600);
        let contact = sheet.text("contact", CONTACT, |contact| {
            let known = contact.starts_with("mailto:") || contact.starts_with("https://");
            let one_line = contact.bytes().all(|byte| byte.is_ascii_graphic());
            (known && one_line)
                .then(|| contact.to_owned())
                .ok_or("should be a `mailto:` or `https:` address")
        });
        let log = log(&mut sheet);
        let staff = staff::read(&mut sheet);
        let audit = audit::read(&mut sheet);
        // Only now, so that a wrong setting does not hide another.
        sheet.settle()?;
        let (Some(public_url), Some(listen), Some(store), Some(policy), Some(cache_bytes)) =
            (public_url, listen, store, policy, cache_bytes)
        else {
            return Err(StartError::Settings(Mistakes::default()));
        };
        let (Some(public_store), Some(core_store)) = (public_store, core_store) else {
            return Err(StartError::Settings(Mistakes::default()));
        };
        let (Some(max_connections), Some(drain), Some(contact), Some(log)) =
            (max_connections, drain_seconds, contact, log)
        else {
            return Err(StartError::Settings(Mistakes::default()));
        };
        let (Some(staff), Some(audit)) = (staff, audit) else {
            return Err(StartError::Settings(Mistakes::default()));
        };
        Ok(Self {
            public_url,
            public: PublicDoor {
                listen,
                store: public_store,
            },
            store,
            core_store,
            policy,
            cache_bytes,
            max_connections,
            drain: Duration::from_secs(drain),
            contact,
            log,
            staff,
            audit,
        })
    }
}

fn log(sheet: &mut Sheet) -> Option<Log> {
    let format = sheet.text("log.format", "auto", |name| match name {
        "auto" => Ok(LogFormat::Auto),
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("should be `auto`, `text` or `json`"),
    });
    let level = sheet.text("log.level", "info", |name| {
        name.parse()
            .map_err(|_error| "should be `error`, `warn`, `info`, `debug` or `trace`")
    });
    Some(Log {
        format: format?,
        level: level?,
    })
}

fn store_url(text: &str) -> Result<StoreUrl, &'static str> {
    text.parse()
        .map_err(|_error| "should be like `embedded:./saoma-data` or `redis://10.0.0.5:6379`")
}

#[cfg(test)]
mod tests;
