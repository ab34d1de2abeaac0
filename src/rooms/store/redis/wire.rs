//! A connection to Redis for who writes: one question at a time, as large as can be, and waiting for
//! its answer.

use std::time::Duration;

use ::redis::cluster::{ClusterConnection, ClusterPipeline};
use ::redis::cluster_routing::{RoutingInfo, SingleNodeRoutingInfo};
use ::redis::{
    Client, Cmd, Connection, ErrorKind, FromRedisValue, Pipeline, ProtocolVersion, RedisResult,
    ServerErrorKind, Value,
};

use super::connect::{certificates, client, cluster, sentinel};
use crate::rooms::store::StoreError;
use crate::rooms::store::address::{RedisUrl, Shape};

/// A batch of thousands of commands may take a busy server a while.
const BATCH_TIMEOUT: Duration = Duration::from_secs(30);
/// Keys in one MGET: the server answers nobody else meanwhile.
const MGET: usize = 500;
/// Keys in one command that writes: a tenth of a millisecond.
const MSET: usize = 100;
/// How long each of these is, in one answer.
const LENGTHS: &str = "\
local found = {} \
for at, key in ipairs(KEYS) do found[at] = redis.call('STRLEN', key) end \
return found";

/// Where a scan goes on, and the keys it has found.
type Found = (Option<Vec<u8>>, Vec<Vec<u8>>);

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

    /// How many keys one command may name. Of a cluster each key is somewhere else.
    pub(super) const fn reach(&self) -> usize {
        match self {
            Self::One(_) => MSET,
            Self::Cluster(_) => 1,
        }
    }

    /// Puts these where nothing lies yet, and says of each whether it was put.
    pub(super) fn add(&mut self, entries: &[(&[u8], &[u8])]) -> RedisResult<Vec<bool>> {
        let single = |&(key, value): &(&[u8], &[u8])| {
            let mut set = ::redis::cmd("SET");
            set.arg(key).arg(value).arg("NX");
            set
        };
        let is_put = |answer: &Value| matches!(answer, Value::Okay | Value::Int(1));
        if self.reach() == 1 {
            let answers = self.all(entries.iter().map(single))?;
            return Ok(answers.iter().map(is_put).collect());
        }
        // Nearly always all of them are new, and then one answer says so.
        let answers = self.all(entries.chunks(MSET).map(|some| many("MSETNX", some)))?;
        let refused = entries.chunks(MSET).zip(&answers);
        let refused = refused.filter(|(_, answer)| !is_put(answer));
        let one_by_one = self.all(refused.flat_map(|(some, _)| some).map(single))?;
        let mut one_by_one = one_by_one.iter().map(is_put);
        let mut put = Vec::with_capacity(entries.len());
        for (some, answer) in entries.chunks(MSET).zip(&answers) {
            if is_put(answer) {
                put.extend(some.iter().map(|_| true));
            } else {
                put.extend(one_by_one.by_ref().take(some.len()));
            }
        }
        Ok(put)
    }

    /// Puts these, whatever lies there.
    pub(super) fn set(&mut self, entries: &[(&[u8], &[u8])]) -> RedisResult<()> {
        let (name, reach) = match self {
            Self::One(_) => ("MSET", MSET),
            Self::Cluster(_) => ("SET", 1),
        };
        self.all(entries.chunks(reach).map(|some| many(name, some)))?;
        Ok(())
    }

    /// How many bytes lie under each of these keys.
    pub(super) fn lengths(&mut self, keys: &[Vec<u8>]) -> RedisResult<Vec<usize>> {
        let one = |key: &Vec<u8>| {
            let mut length = ::redis::cmd("STRLEN");
            length.arg(key);
            length
        };
        let some = |keys: &[Vec<u8>]| {
            let mut lengths = ::redis::cmd("EVAL");
            lengths.arg(LENGTHS).arg(keys.len()).arg(keys);
            lengths
        };
        let answers = match self {
            Self::Cluster(_) => Value::Array(self.all(keys.iter().map(one))?),
            Self::One(_) => {
                let answers = self.all(keys.chunks(MSET).map(some))?;
                let each = answers.into_iter().map(Vec::from_redis_value);
                Value::Array(each.collect::<Result<Vec<Vec<Value>>, _>>()?.concat())
            }
        };
        Ok(FromRedisValue::from_redis_value(answers)?)
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
                let all_of = |keys: &[Vec<u8>]| {
                    let mut command = ::redis::cmd("MGET");
                    command.arg(keys);
                    command
                };
                let answers = self.all(keys.chunks(MGET).map(all_of))?;
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

/// One command about all of these.
fn many(name: &str, entries: &[(&[u8], &[u8])]) -> Cmd {
    let mut command = ::redis::cmd(name);
    for (key, value) in entries {
        command.arg(*key).arg(*value);
    }
    command
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

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wire(..)")
    }
}
