//! Settings: read once, all mistakes told together, and nothing left to interpret afterwards.
//!
//! A TOML file, then the environment, which wins: `public.listen` is `SAOMA_PUBLIC_LISTEN` there.
//! Lists are separated by commas. `deploy/saoma.toml` shows every key with its default.

use std::{path::Path, time::Duration};

use crate::{
    rooms::store::StoreUrl,
    words::{
        policy::Policy,
        start::{Mistake, Mistakes, StartError},
    },
};

pub mod admin;
mod audit;
mod fallback;
pub mod guard;
mod matching;
mod sheet;
mod staff;
mod tls;
mod public;

pub use audit::{AuditLog, AuditStream, ROTATE_BYTES};
pub use matching::Matching;
pub use public::{PlainHttp, Ports, PublicDoor};
pub use staff::{Attribute, CertificateRule, CodesPerDay, StaffDoor};

use admin::AdminPort;
use guard::GuardSettings;
use sheet::Sheet;
pub use tls::{KeyPair, TlsSection};

/// Everything the operator decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What stands before the path on a sticker, without a slash at the end.
    pub public_url: String,
    /// Where the public door listens, and whom it believes.
    pub public: PublicDoor,
    /// What the doors behind TLS prove themselves with.
    pub tls: TlsSection,
    /// Where everything is kept that has no place of its own.
    pub store: StoreUrl,
    /// Where dossiers are, if not there.
    pub core_store: Option<StoreUrl>,
    /// What the public may see.
    pub policy: Policy,
    /// The most that finished answers may occupy, in bytes. 0 keeps none.
    pub cache_bytes: u64,
    /// The pair check.
    pub matching: Matching,
    /// Connections open at once, over all public listeners.
    pub max_connections: usize,
    /// How long what is under way may take after the signal to stop.
    pub drain: Duration,
    /// Whom to tell of a hole: a `mailto:` or `https:` address.
    pub contact: String,
    /// The private port.
    pub admin: AdminPort,
    /// How much one client may ask.
    pub guard: GuardSettings,
    /// What is logged, and how.
    pub log: Log,
    /// The staff door.
    pub staff: StaffDoor,
    /// The audit log.
    pub audit: AuditLog,
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
        let public_url = sheet.text("public_url", PUBLIC_URL, public_url);
        let store = sheet.text("store", STORE, store_url);
        let public = public::read(&mut sheet);
        let tls = tls::read(&mut sheet);
        let core_store = sheet.text("core.store", "", of_its_own);
        let policy = sheet.text("policy", Policy::default().name(), |name| {
            name.parse()
                .map_err(|_error| "should be `standard` or `strict`")
        });
        let cache_bytes = sheet.number("cache_bytes", CACHE_BYTES, 0..=1 << 40);
        let matching = matching::read(&mut sheet);
        let max_connections = sheet.number("max_connections", MAX_CONNECTIONS, 1..=1_000_000);
        let drain_seconds = sheet.number("drain_seconds", DRAIN_SECONDS, 0..=3600);
        let contact = sheet.text("contact", CONTACT, contact);
        let log = log(&mut sheet);
        let staff = staff::read(&mut sheet);
        let audit = audit::read(&mut sheet);
        let admin = admin::read(&mut sheet);
        let guard = guard::read(&mut sheet);
        check_tls(&mut sheet, public.as_ref(), staff.as_ref(), tls.as_ref());
        // Only now, so that a wrong setting does not hide another.
        sheet.settle()?;
        let (Some(public_url), Some(public), Some(store), Some(policy), Some(cache_bytes)) =
            (public_url, public, store, policy, cache_bytes)
        else {
            return Err(StartError::Settings(Mistakes::default()));
        };
        let (Some(tls), Some(core_store), Some(matching)) = (tls, core_store, matching) else {
            return Err(StartError::Settings(Mistakes::default()));
        };
        let (Some(max_connections), Some(drain), Some(contact), Some(log)) =
            (max_connections, drain_seconds, contact, log)
        else {
            return Err(StartError::Settings(Mistakes::default()));
        };
        let (Some(admin), Some(guard), Some(staff), Some(audit)) = (admin, guard, staff, audit)
        else {
            return Err(StartError::Settings(Mistakes::default()));
        };
        Ok(Self {
            public_url,
            public,
            tls,
            store,
            core_store,
            policy,
            cache_bytes,
            matching,
            max_connections,
            drain: Duration::from_secs(drain),
            contact,
            admin,
            guard,
            log,
            staff,
            audit,
        })
    }
}

fn public_url(url: &str) -> Result<String, &'static str> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let plain = rest
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic()));
    (plain && url.len() <= PUBLIC_URL_MAX)
        .then(|| url.trim_end_matches('/').to_owned())
        .ok_or("should be like `https://www.pzcode.cn`")
}

fn contact(text: &str) -> Result<String, &'static str> {
    let known = text.starts_with("mailto:") || text.starts_with("https://");
    let one_line = text.bytes().all(|byte| byte.is_ascii_graphic());
    (known && one_line)
        .then(|| text.to_owned())
        .ok_or("should be a `mailto:` or `https:` address")
}

/// Where doors are behind TLS there has to be something to prove themselves with.
fn check_tls(
    sheet: &mut Sheet,
    public: Option<&PublicDoor>,
    staff: Option<&StaffDoor>,
    tls: Option<&TlsSection>,
) {
    let (Some(public), Some(staff), Some(tls)) = (public, staff, tls) else {
        return;
    };
    let behind = [
        ("public.listen_https", &public.listen_https),
        ("staff.listen_https", &staff.listen_https),
    ];
    for (name, addresses) in behind {
        if !addresses.is_empty() && tls.pairs.is_empty() {
            let what = format!("should name a certificate, since `{name}` has addresses");
            let _none: Option<()> = sheet.mistake("tls.certificates", &what);
        }
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

/// Empty means: where everything is that has no place of its own.
fn of_its_own(text: &str) -> Result<Option<StoreUrl>, &'static str> {
    match text {
        "" => Ok(None),
        url => store_url(url).map(Some),
    }
}

#[cfg(test)]
mod tests;
