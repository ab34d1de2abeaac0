use std::ops::Range;
use std::thread::sleep;
use std::time::{Duration, Instant};

use saoma::rooms::store::StoreUrl;

use crate::server::{FREE, Server};

/// Nodes need seconds to meet, to agree and to promote; a busy machine takes its time.
pub(crate) const AGREED: Duration = Duration::from_mins(1);
const SLOTS: u16 = 16_384;
const OPTIONS: [&str; 12] = [
    "--cluster-enabled",
    "yes",
    "--cluster-port",
    FREE,
    "--cluster-node-timeout",
    "4000",
    // As deploy/redis says: the others go on answering when one is gone.
    "--cluster-require-full-coverage",
    "no",
    "--repl-diskless-sync-delay",
    "0",
    "--cluster-allow-replica-migration",
    "no",
];

/// Three masters, then a replica of each.
pub(crate) struct Cluster {
    pub(crate) nodes: Vec<Server>,
}

impl Cluster {
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    pub(crate) fn with(options: &[&str]) -> Self {
        let options = [&OPTIONS[..], options].concat();
        let cluster = Self {
            nodes: (0..6).map(|_| Server::with(&options)).collect(),
        };
        cluster.meet();
        cluster
    }

    fn meet(&self) {
        for (number, range) in (1..).zip(thirds()) {
            let node = &self.nodes[number - 1];
            ok(node, &["CLUSTER", "SET-CONFIG-EPOCH", &number.to_string()]);
            let [from, to] = [range.start, range.end - 1].map(|slot| slot.to_string());
            ok(node, &["CLUSTER", "ADDSLOTSRANGE", &from, &to]);
        }
        let (first, others) = self.nodes.split_first().unwrap();
        for other in others {
            let (port, bus) = (other.port.to_string(), other.options[3].clone());
            ok(first, &["CLUSTER", "MEET", "127.0.0.1", &port, &bus]);
        }
        let all_know_all = || {
            self.nodes
                .iter()
                .all(|node| listing(node).lines().count() == 6)
        };
        until("they do not meet", || {
            all_know_all()
                && self
                    .nodes
                    .iter()
                    .all(|node| !listing(node).contains("handshake"))
        });
        for (master, replica) in self.nodes[..3].iter().zip(&self.nodes[3..]) {
            let id = id_of(master);
            until("no replica", || {
                replica
                    .try_say::<String>(&["CLUSTER", "REPLICATE", &id])
                    .is_ok()
            });
        }
        until("they do not agree", || {
            self.nodes.iter().all(|node| {
                let info: String = node.say(&["CLUSTER", "INFO"]);
                info.contains("cluster_state:ok") && info.contains("cluster_slots_assigned:16384")
            }) && self.nodes[3..].iter().all(|node| {
                let info: String = node.say(&["INFO", "replication"]);
                info.contains("master_link_status:up")
            }) && self.nodes.iter().all(|node| {
                let slave = |line: &&str| line.contains("slave");
                listing(node).lines().filter(slave).count() == 3
            })
        });
    }

    pub(crate) fn url(&self) -> StoreUrl {
        self.as_user("")
    }

    pub(crate) fn as_user(&self, who: &str) -> StoreUrl {
        // Two of six: the others are found.
        let hosts: Vec<String> = self.nodes[..2]
            .iter()
            .map(|node| format!("127.0.0.1:{}", node.port))
            .collect();
        format!("redis+cluster://{who}{}", hosts.join(","))
            .parse()
            .unwrap()
    }

    /// Makes these users known to every node. `default` stays: it is ours.
    pub(crate) fn admit(&self, users: &str) {
        let users = users.lines().filter_map(|line| line.strip_prefix("user "));
        for user in users.filter(|user| !user.starts_with("default")) {
            let words: Vec<&str> = ["ACL", "SETUSER"]
                .into_iter()
                .chain(user.split(' '))
                .collect();
            for node in &self.nodes {
                ok(node, &words);
            }
        }
    }

    /// Lets a slot go from one master to another, key by key, and does this in between.
    pub(crate) fn migrate(&self, slot: u16, from: usize, to: usize, between: impl FnOnce()) {
        let (from, to) = (&self.nodes[from], &self.nodes[to]);
        let (text, port) = (slot.to_string(), to.port.to_string());
        let set = |node: &Server, words: &[&str]| {
            ok(node, &[&["CLUSTER", "SETSLOT", &text], words].concat());
        };
        set(to, &["IMPORTING", &id_of(from)]);
        set(from, &["MIGRATING", &id_of(to)]);
        between();
        loop {
            let keys: Vec<Vec<u8>> = from.say(&["CLUSTER", "GETKEYSINSLOT", &text, "100"]);
            if keys.is_empty() {
                break;
            }
            let mut migrate = redis::cmd("MIGRATE");
            migrate.arg("127.0.0.1").arg(&port).arg("").arg(0).arg(5000);
            migrate.arg("KEYS").arg(keys);
            migrate.exec(&mut from.connection()).unwrap();
        }
        for node in [to, from] {
            set(node, &["NODE", &id_of(to)]);
        }
    }

    /// Waits until another has taken over from this one.
    pub(crate) fn promoted(&self, replica: usize) -> bool {
        let said = self.nodes[replica].try_say::<String>(&["CLUSTER", "NODES"]);
        said.is_ok_and(|said| said.contains("myself,master"))
    }
}

/// Which of the first three has this slot at the beginning.
pub(crate) fn owner(slot: u16) -> usize {
    thirds().position(|range| range.contains(&slot)).unwrap()
}

/// The slot that Redis says.
pub(crate) fn slot(node: &Server, key: &[u8]) -> u16 {
    let mut asked = redis::cmd("CLUSTER");
    asked.arg("KEYSLOT").arg(key);
    asked.query(&mut node.connection()).unwrap()
}

fn thirds() -> impl Iterator<Item = Range<u16>> {
    let bound = |third: u16| SLOTS / 3 * third + SLOTS % 3 * third / 3;
    (0..3).map(move |third| bound(third)..bound(third + 1))
}

fn ok(node: &Server, words: &[&str]) {
    let said: String = node.say(words);
    assert_eq!(said, "OK", "{words:?}");
}

fn listing(node: &Server) -> String {
    node.say(&["CLUSTER", "NODES"])
}

fn id_of(node: &Server) -> String {
    node.say(&["CLUSTER", "MYID"])
}

pub(crate) fn until(what: &str, so: impl Fn() -> bool) {
    let started = Instant::now();
    while !so() {
        assert!(started.elapsed() < AGREED, "{what}");
        sleep(Duration::from_millis(20));
    }
}
