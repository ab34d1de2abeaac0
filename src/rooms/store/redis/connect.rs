//! Connections to Redis for who writes: one at a time, waiting for each answer.

use std::sync::Once;
use std::time::Duration;

use ::redis::cluster::{ClusterClient, ClusterConnection, ClusterPipeline};
use ::redis::cluster_routing::{RoutingInfo, SingleNodeRoutingInfo};
use ::redis::sentinel::{SentinelClient, SentinelClientBuilder, SentinelServerType};
use ::redis::{
    Client, ClientTlsConfig, Cmd, Connection, ConnectionAddr, ConnectionInfo, ErrorKind,
    FromRedisValue, IntoConnectionInfo, Pipeline, ProtocolVersion, RedisConnectionInfo,
    RedisResult, ServerErrorKind, TlsCertificates, TlsMode, Value,
};

use crate::rooms::store::StoreError;
use crate::rooms::store::address::{Host, RedisUrl, Shape, Tls};

/// A batch of thousands of commands may take a busy server a while.
const BATCH_TIMEOUT: Duration = Duration::from_secs(30);
/// Keys in one MGET: the server answers nobody else meanwhile.
const MGET: usize = 500;

/// Where a scan goes on, and the keys it has found.
type Found = (Option<Vec<u8>>, Vec<Vec<u8>>);

/// The cryptography of TLS is chosen once in a process.
static PROVIDER: Once = Once::new();

/// A writer's connection.
pub(super) enum Wire {
    One(Box<Connection>),
    Cluster(Box<ClusterConnection>),
}

impl Wire {
    pub(super) fn open(url: &RedisUrl) -> Result<Self, StoreError> {
        Self::open_within(url, BATCH_TIMEOUT)
    }

    /// The same, for who waits no longer than this for an answer.
    pub(super) fn open_within(url: &RedisUrl, patience: Duration) -> Result<Self, StoreError> {
        let certificates = certificates(url)?;
        let one = |client: &Client| -> Result<Self, StoreError> {
            let connection = client.get_connection_with_timeout(url.connect_timeout)?;
            connection.set_read_timeout(Some(patience))?;
            connection.set_write_timeout(Some(patience))?;
            Ok(Self::One(Box::new(connection)))
        };
        match &url.shape {
            Shape::Single => {
                let host = url.hosts.first().ok_or(StoreError::Corrupt("an address"))?;
                one(&client(url, host, ProtocolVersion::RESP2, certificates)?)
            }
            Shape::Sentinel(master) => one(&sentinel(url, master, certificates)?.get_client()?),
            Shape::Cluster => {
                let connection = cluster(url, certificates)?.get_connection()?;
                connection.set_read_timeout(Some(patience))?;
                connection.set_write_timeout(Some(patience))?;
                Ok(Self::Cluster(Box::new(connection)))
            }
        }
    }

    /// Sends all of these and waits for all the answers. What a slot on its way delays is sent
    /// twice.
    pub(super) fn all(
        &mut self,
        commands: impl IntoIterator<Item = Cmd>,
    ) -> RedisResult<Vec<Value>> {
        let mut commands = commands.into_iter().peekable();
        if commands.peek().is_none() {
            return Ok(Vec::new());
        }
        match self {
            Self::One(connection) => {
                let mut pipeline = Pipeline::new();
                for command in commands {
                    pipeline.add_command(command);
                }
                pipeline.query(connection)
            }
            Self::Cluster(connection) => {
                let commands: Vec<Cmd> = commands.collect();
                let mut pipeline = ClusterPipeline::new();
                for command in &commands {
                    pipeline.add_command(command.clone());
                }
                match pipeline.query(connection) {
                    // A pipeline cannot ask where the first part of a slot already is.
                    Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::Ask) => {
                        commands.iter().map(|one| one.query(connection)).collect()
                    }
                    answers => answers,
                }
            }
        }
    }

    pub(super) fn one<T: FromRedisValue>(&mut self, command: &Cmd) -> RedisResult<T> {
        match self {
            Self::One(connection) => command.query(connection),
            Self::Cluster(connection) => command.query(connection),
        }
    }

    /// One slot of each master; none if this is no cluster.
    pub(super) fn slots(&mut self) -> RedisResult<Vec<u16>> {
        match self {
            Self::One(_) => Ok(Vec::new()),
            Self::Cluster(connection) => {
                let masters = masters(connection)?;
                Ok(masters.iter().map(|master| master.slot).collect())
            }
        }
    }

    /// Sends this to the one server, or to every master that has somebody to copy to.
    pub(super) fn copiers(&mut self, command: &Cmd) -> RedisResult<()> {
        match self {
            Self::One(connection) => command.exec(connection),
            Self::Cluster(connection) => {
                for master in masters(connection)?.iter().filter(|one| one.has_replica) {
                    connection.route_command(command, master.route())?;
                }
                Ok(())
            }
        }
    }

    /// The next keys that begin like this, and where to go on if there is more. An empty place is
    /// the beginning.
    pub(super) fn scan(&mut self, from: &[u8], head: &[u8], step: usize) -> RedisResult<Found> {
        let place = std::str::from_utf8(from).unwrap_or_default();
        let (node, cursor) = place.split_once(' ').unwrap_or(("0", "0"));
        let mut scan = ::redis::cmd("SCAN");
        scan.arg(cursor)
            .arg("MATCH")
            .arg(pattern(head))
            .arg("COUNT")
            .arg(step);
        let node: usize = node.parse().unwrap_or_default();
        let (next, found, nodes): (String, Vec<Vec<u8>>, usize) = match self {
            Self::One(connection) => {
                let (next, found) = scan.query(connection)?;
                (next, found, 1)
            }
            Self::Cluster(connection) => {
                let masters = masters(connection)?;
                let Some(master) = masters.get(node) else {
                    return Ok((None, Vec::new()));
                };
                let answer = connection.route_command(&scan, master.route())?;
                let (next, found) = FromRedisValue::from_redis_value(answer)?;
                (next, found, masters.len())
            }
        };
        let next = match next.as_str() {
            "0" if node + 1 >= nodes => None,
            "0" => Some(format!("{} 0", node + 1).into_bytes()),
            cursor => Some(format!("{node} {cursor}").into_bytes()),
        };
        Ok((next, found))
    }

    /// What lies under each of these keys.
    pub(super) fn get(&mut self, keys: &[Vec<u8>]) -> RedisResult<Vec<Option<Vec<u8>>>> {
        match self {
            Self::One(_) => {
                let many = |keys: &[Vec<u8>]| {
                    let mut command = ::redis::cmd("MGET");
                    command.arg(keys);
                    command
                };
                let answers = self.all(keys.chunks(MGET).map(many))?;
                let mut found = Vec::with_capacity(keys.len());
                for answer in answers {
                    found.extend(Vec::<Option<Vec<u8>>>::from_redis_value(answer)?);
                }
                Ok(found)
            }
            // One by one, since each is somewhere else.
            Self::Cluster(_) => {
                let get = |key: &Vec<u8>| {
                    let mut command = ::redis::cmd("GET");
                    command.arg(key);
                    command
                };
                let answers = self.all(keys.iter().map(get))?;
                answers
                    .into_iter()
                    .map(|answer| Ok(FromRedisValue::from_redis_value(answer)?))
                    .collect()
            }
        }
    }
}

/// What begins like this, with every sign that means something in a pattern quoted.
fn pattern(head: &[u8]) -> Vec<u8> {
    let mut pattern = Vec::with_capacity(head.len() + 1);
    for byte in head {
        if matches!(byte, b'*' | b'?' | b'[' | b']' | b'^' | b'\\') {
            pattern.push(b'\\');
        }
        pattern.push(*byte);
    }
    pattern.push(b'*');
    pattern
}

/// One master of a cluster.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Master {
    host: String,
    port: u16,
    /// One of the slots that it has.
    slot: u16,
    has_replica: bool,
}

impl Master {
    fn route(&self) -> RoutingInfo {
        RoutingInfo::SingleNode(SingleNodeRoutingInfo::ByAddress {
            host: self.host.clone(),
            port: self.port,
        })
    }
}

/// The masters of a cluster, always in the same order.
fn masters(connection: &mut ClusterConnection) -> RedisResult<Vec<Master>> {
    let ranges: Vec<Vec<Value>> = ::redis::cmd("CLUSTER").arg("SLOTS").query(connection)?;
    let mut found = Vec::new();
    for range in ranges {
        let nodes = range.len().saturating_sub(2);
        let mut range = range.into_iter();
        let (Some(slot), Some(_last), Some(Value::Array(master))) =
            (range.next(), range.next(), range.next())
        else {
            continue;
        };
        let place = Value::Array(master.into_iter().take(2).collect());
        let (host, port) = FromRedisValue::from_redis_value(place)?;
        found.push(Master {
            host,
            port,
            slot: FromRedisValue::from_redis_value(slot)?,
            has_replica: nodes > 1,
        });
    }
    found.sort_unstable();
    found.dedup_by(|one, other| (&one.host, one.port) == (&other.host, other.port));
    Ok(found)
}

/// A client of one server.
pub(super) fn client(
    url: &RedisUrl,
    host: &Host,
    protocol: ProtocolVersion,
    certificates: Option<TlsCertificates>,
) -> Result<Client, StoreError> {
    let info = info(url, host)?.set_redis_settings(settings(url, protocol));
    Ok(match certificates {
        Some(certificates) => Client::build_with_tls(info, certificates)?,
        None => Client::open(info)?,
    })
}

/// A client that asks sentinels where the master is. They have names and passwords of their own,
/// since one that wants none refuses who shows one.
pub(super) fn sentinel(
    url: &RedisUrl,
    master: &str,
    certificates: Option<TlsCertificates>,
) -> Result<SentinelClient, StoreError> {
    let addresses = url.hosts.iter().map(|host| address(url, host));
    let mut builder = SentinelClientBuilder::new(addresses, master, SentinelServerType::Master)?
        .set_client_to_redis_db(i64::from(url.database))
        .set_client_to_redis_protocol(ProtocolVersion::RESP3);
    if let Some(user) = &url.user {
        builder = builder.set_client_to_redis_username(user);
    }
    if let Some(password) = &url.password {
        builder = builder.set_client_to_redis_password(password);
    }
    if let Some(user) = &url.sentinel_user {
        builder = builder.set_client_to_sentinel_username(user);
    }
    if let Some(password) = &url.sentinel_password {
        builder = builder.set_client_to_sentinel_password(password);
    }
    if let Some(certificates) = certificates {
        builder = builder
            .set_client_to_redis_tls_mode(TlsMode::Secure)
            .set_client_to_sentinel_tls_mode(TlsMode::Secure)
            .set_client_to_redis_certificates(certificates.clone())
            .set_client_to_sentinel_certificates(certificates);
    }
    Ok(builder.build()?)
}

fn cluster(
    url: &RedisUrl,
    certificates: Option<TlsCertificates>,
) -> Result<ClusterClient, StoreError> {
    let nodes = url
        .hosts
        .iter()
        .map(|host| info(url, host))
        .collect::<Result<Vec<_>, _>>()?;
    let mut builder = ClusterClient::builder(nodes).connection_timeout(url.connect_timeout);
    if let Some(user) = &url.user {
        builder = builder.username(user);
    }
    if let Some(password) = &url.password {
        builder = builder.password(password);
    }
    if let Some(certificates) = certificates {
        builder = builder.tls(TlsMode::Secure).certs(certificates);
    }
    Ok(builder.build()?)
}

/// What TLS needs, read from its files; nothing without TLS.
pub(super) fn certificates(url: &RedisUrl) -> Result<Option<TlsCertificates>, StoreError> {
    let Some(Tls { ca, cert, key }) = &url.tls else {
        return Ok(None);
    };
    PROVIDER.call_once(|| {
        // That another part of this process chose one before is as good.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    });
    let read = |path: &std::path::PathBuf| {
        std::fs::read(path).map_err(|source| StoreError::File {
            path: path.clone(),
            source,
        })
    };
    let client_tls = match (cert, key) {
        (Some(cert), Some(key)) => Some(ClientTlsConfig {
            client_cert: read(cert)?,
            client_key: read(key)?,
        }),
        (None, None) => None,
        _ => {
            return Err(StoreError::Url(
                "cert without key, or key without cert,".to_owned(),
            ));
        }
    };
    Ok(Some(TlsCertificates {
        client_tls,
        root_cert: ca.as_ref().map(read).transpose()?,
    }))
}

fn info(url: &RedisUrl, host: &Host) -> Result<ConnectionInfo, StoreError> {
    Ok(address(url, host).into_connection_info()?)
}

fn address(url: &RedisUrl, host: &Host) -> ConnectionAddr {
    let (name, port) = (host.name.clone(), host.port);
    if url.tls.is_none() {
        return ConnectionAddr::Tcp(name, port);
    }
    ConnectionAddr::TcpTls {
        host: name,
        port,
        insecure: false,
        tls_params: None,
    }
}

fn settings(url: &RedisUrl, protocol: ProtocolVersion) -> RedisConnectionInfo {
    let mut settings = RedisConnectionInfo::default()
        .set_db(i64::from(url.database))
        .set_protocol(protocol)
        // A command that 7.0 does not know.
        .set_skip_set_lib_name();
    if let Some(user) = &url.user {
        settings = settings.set_username(user);
    }
    if let Some(password) = &url.password {
        settings = settings.set_password(password);
    }
    settings
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wire(..)")
    }
}
