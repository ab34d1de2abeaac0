//! Where a store is, as an operator writes it.
//!
//! ```text
//! embedded:PATH
//! redis://[user[:password]@]host[:port][/database][?option=value&…]
//! rediss://…                 the same over TLS
//! redis+sentinel://host[:port],host[:port],…[/database]?master=NAME
//!                            sentinel_user=NAME&sentinel_password=WORD if the sentinels want one
//! redis+cluster://host[:port],host[:port],…
//! ```
//!
//! Users and passwords may be percent-encoded. Neither is ever printed, nor is an address that
//! could not be read, since what was not understood may be a password.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::StoreError;

/// Where things are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreUrl {
    /// A folder on this machine.
    Embedded(PathBuf),
    /// Redis, in one of its shapes.
    Redis(Box<RedisUrl>),
}

/// The two rooms of a store that can be written. They may be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rooms {
    /// Where dossiers are.
    pub core: StoreUrl,
    /// Where views, classes and pairs are.
    pub public: StoreUrl,
}

/// How to reach a Redis.
#[derive(Clone, PartialEq, Eq)]
pub struct RedisUrl {
    /// Its shape.
    pub shape: Shape,
    /// The server, the sentinels, or some nodes of the cluster.
    pub hosts: Vec<Host>,
    /// Who is asking; without one, the server's `default` user.
    pub user: Option<String>,
    /// The password.
    pub password: Option<String>,
    /// What the sentinels are told of who is asking, which need not be what the server is told.
    pub sentinel_user: Option<String>,
    /// Their password.
    pub sentinel_password: Option<String>,
    /// The number of the database. A cluster has only 0.
    pub database: u16,
    /// Whether and how to speak TLS.
    pub tls: Option<Tls>,
    /// How long a reader waits for one answer (`timeout_ms`).
    pub timeout: Duration,
    /// How long a connection may take to make (`connect_timeout_ms`).
    pub connect_timeout: Duration,
}

/// The shape of a Redis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One server.
    Single,
    /// A master that sentinels know by this name.
    Sentinel(String),
    /// A cluster.
    Cluster,
}

/// A host and a port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Host {
    /// A name or an address.
    pub name: String,
    /// The port.
    pub port: u16,
}

/// How to speak TLS. What is not named is the system's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// The authority that the server's certificate has to come from (`ca`), as PEM.
    pub ca: Option<PathBuf>,
    /// Our own certificate (`cert`), as PEM.
    pub cert: Option<PathBuf>,
    /// Its key (`key`), as PEM.
    pub key: Option<PathBuf>,
}

const PORT: u16 = 6379;
const SENTINEL_PORT: u16 = 26379;
/// A reader at the door has a second in all; a store on the same network answers in a fraction
/// of a millisecond.
const TIMEOUT: Duration = Duration::from_millis(150);
/// Three round trips to another city, with TLS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// What sentinels call the master unless they are told otherwise.
const MASTER: &str = "mymaster";

impl std::str::FromStr for StoreUrl {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        match text.split_once(':') {
            Some(("embedded", path)) if !path.is_empty() => Ok(Self::Embedded(path.into())),
            Some((scheme, _)) if scheme.starts_with("redis") => {
                let read = RedisUrl::read(text);
                let url = read.map_err(|what| StoreError::Url(format!("{scheme}:… ({what})")))?;
                Ok(Self::Redis(Box::new(url)))
            }
            _ => Err(StoreError::Url("this address".to_owned())),
        }
    }
}

impl RedisUrl {
    fn read(text: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = text.split_once("://").ok_or("needs :// and a host")?;
        let (rest, options) = rest.split_once('?').unwrap_or((rest, ""));
        // A password may hold any of these signs unencoded; a host holds none of them.
        let (who, place) = rest.rsplit_once('@').unwrap_or(("", rest));
        let (hosts, database) = place.split_once('/').unwrap_or((place, ""));
        let (user, password) = who.split_once(':').unwrap_or((who, ""));
        let (secure, shape) = match scheme {
            "redis" => (false, Shape::Single),
            "rediss" => (true, Shape::Single),
            "redis+sentinel" => (false, Shape::Sentinel(MASTER.to_owned())),
            "rediss+sentinel" => (true, Shape::Sentinel(MASTER.to_owned())),
            "redis+cluster" => (false, Shape::Cluster),
            "rediss+cluster" => (true, Shape::Cluster),
            _ => return Err("is none of redis, rediss, redis+sentinel, redis+cluster"),
        };
        let port = match shape {
            Shape::Sentinel(_) => SENTINEL_PORT,
            Shape::Single | Shape::Cluster => PORT,
        };
        let hosts: Vec<Host> = hosts
            .split(',')
            .map(|host| Host::read(host, port))
            .collect::<Option<_>>()
            .ok_or("a host should be like `10.0.0.5:6379` or `[::1]:6379`")?;
        if shape == Shape::Single && hosts.len() > 1 {
            return Err("one server has one host");
        }
        let given = |text: &str| match text {
            "" => Ok(None),
            text => decoded(text).map(Some),
        };
        let mut url = Self {
            shape,
            hosts,
            user: given(user)?,
            password: given(password)?,
            sentinel_user: None,
            sentinel_password: None,
            database: match database {
                "" => 0,
                number => number
                    .parse()
                    .map_err(|_not_one| "a database is a number")?,
            },
            tls: secure.then(Tls::default),
            timeout: TIMEOUT,
            connect_timeout: CONNECT_TIMEOUT,
        };
        if url.shape == Shape::Cluster && url.database != 0 {
            return Err("a cluster has only database 0");
        }
        for option in options.split('&').filter(|option| !option.is_empty()) {
            url.set(option)?;
        }
        Ok(url)
    }

    fn set(&mut self, option: &str) -> Result<(), &'static str> {
        let (name, value) = option.split_once('=').ok_or("an option is `name=value`")?;
        let value = decoded(value)?;
        match (name, &mut self.shape, &mut self.tls) {
            ("timeout_ms", ..) => self.timeout = millis(&value)?,
            ("connect_timeout_ms", ..) => self.connect_timeout = millis(&value)?,
            ("master", Shape::Sentinel(master), _) if !value.is_empty() => *master = value,
            ("sentinel_user", Shape::Sentinel(_), _) => self.sentinel_user = Some(value),
            ("sentinel_password", Shape::Sentinel(_), _) => self.sentinel_password = Some(value),
            ("ca", _, Some(tls)) => tls.ca = Some(value.into()),
            ("cert", _, Some(tls)) => tls.cert = Some(value.into()),
            ("key", _, Some(tls)) => tls.key = Some(value.into()),
            _ => {
                return Err(
                    "options are timeout_ms and connect_timeout_ms; ca, cert and key of rediss; master, sentinel_user and sentinel_password of redis+sentinel",
                );
            }
        }
        Ok(())
    }
}

impl Host {
    fn read(text: &str, default: u16) -> Option<Self> {
        let (name, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (name, after) = rest.split_once(']')?;
                (name, after.strip_prefix(':'))
            }
            None => match text.split_once(':') {
                Some((name, port)) => (name, Some(port)),
                None => (text, None),
            },
        };
        let port = match port {
            Some(port) => port.parse().ok()?,
            None => default,
        };
        (!name.is_empty()).then(|| Self {
            name: name.to_owned(),
            port,
        })
    }
}

fn millis(text: &str) -> Result<Duration, &'static str> {
    match text.parse() {
        Ok(number @ 1..=60_000) => Ok(Duration::from_millis(number)),
        Ok(_) | Err(_) => Err("a timeout is 1 to 60000 milliseconds"),
    }
}

/// Undoes percent-encoding.
fn decoded(text: &str) -> Result<String, &'static str> {
    const WRONG: &str = "% stands before two hexadecimal digits";
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
        let (high, low) = (digit().ok_or(WRONG)?, digit().ok_or(WRONG)?);
        bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
    }
    String::from_utf8(bytes).map_err(|_not_text| "is not UTF-8")
}

impl fmt::Debug for RedisUrl {
    /// Where it is, and nothing about who asks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secure = if self.tls.is_some() { "s" } else { "" };
        let shape = match self.shape {
            Shape::Single => "",
            Shape::Sentinel(_) => "+sentinel",
            Shape::Cluster => "+cluster",
        };
        write!(f, "redis{secure}{shape}://")?;
        for (at, host) in self.hosts.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma}{}:{}", host.name, host.port)?;
        }
        write!(f, "/{}", self.database)
    }
}

impl From<StoreUrl> for Rooms {
    fn from(url: StoreUrl) -> Self {
        Self {
            core: url.clone(),
            public: url,
        }
    }
}

impl From<&StoreUrl> for Rooms {
    fn from(url: &StoreUrl) -> Self {
        url.clone().into()
    }
}

impl From<&Path> for Rooms {
    fn from(path: &Path) -> Self {
        StoreUrl::Embedded(path.to_owned()).into()
    }
}

impl From<&PathBuf> for Rooms {
    fn from(path: &PathBuf) -> Self {
        path.as_path().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redis(text: &str) -> RedisUrl {
        match text.parse() {
            Ok(StoreUrl::Redis(url)) => *url,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_part_of_an_address_is_read() {
        let url = redis("redis://edge:p%40ss@10.0.0.5:7000/3?timeout_ms=80&connect_timeout_ms=500");
        assert_eq!(url.user.as_deref(), Some("edge"));
        assert_eq!(url.password.as_deref(), Some("p@ss"));
        assert_eq!(url.database, 3);
        assert_eq!(url.timeout, Duration::from_millis(80));
        assert_eq!(url.connect_timeout, Duration::from_millis(500));
        assert_eq!(url.to_string(), "redis://10.0.0.5:7000/3");
        let url = redis("redis+sentinel://a,b:1,[::1]:2?master=east");
        assert_eq!(url.shape, Shape::Sentinel("east".to_owned()));
        let ports: Vec<u16> = url.hosts.iter().map(|host| host.port).collect();
        assert_eq!(ports, [26379, 1, 2]);
        let url = redis("rediss://h?ca=/etc/ca.pem&cert=c&key=k");
        assert_eq!(url.tls.and_then(|tls| tls.ca), Some("/etc/ca.pem".into()));
        assert_eq!(redis("redis://:secret@h").user, None);
    }

    #[test]
    fn a_wrong_address_is_refused_without_repeating_it() {
        for text in [
            "redis://:hunter2@",
            "redis:hunter2",
            "redis://hunter2@h:port",
            "redis://u:hunter2@a,b",
            "redis://u:hunter2@h/x",
            "redis://u:hunter2@h?colour=red",
            "redis://u:hunter2%4@h",
            "redis://u:hunter2@h?timeout_ms=0",
            "redis://u:hunter2@h?ca=x",
            "redis+cluster://u:hunter2@h/1",
            "redis+moon://u:hunter2@h",
            "redis://h?sentinel_password=hunter2",
            "hunter2://h",
            "hunter2",
        ] {
            let error = text.parse::<StoreUrl>().unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn what_is_printed_of_an_address_holds_no_password() {
        let url = redis("redis+sentinel://edge:hunter2@a:1,b:2?sentinel_password=hunter2");
        for text in [
            format!("{url:?}"),
            format!("{:?}", StoreUrl::Redis(Box::new(url))),
        ] {
            assert!(
                !text.contains("hunter2") && !text.contains("edge"),
                "{text}"
            );
        }
    }
}
