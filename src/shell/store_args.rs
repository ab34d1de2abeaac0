//! Where a command finds the store: the same arguments for every command that opens one.

use std::convert::Infallible;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;

use crate::rooms::store::core::Core;
use crate::rooms::store::{Rooms, StoreError, StoreUrl};
use crate::words::policy::Policy;

/// Arguments that name a store.
#[derive(Clone, Debug, Args)]
pub struct StoreArgs {
    /// The store: `embedded:PATH`, `redis://HOST`, `redis+sentinel://…` or `redis+cluster://…`
    #[arg(
        long,
        env = "SAOMA_STORE",
        hide_env_values = true,
        default_value = "embedded:./saoma-data"
    )]
    pub store: Address,
    /// Where the dossiers are, if not there
    #[arg(long, env = "SAOMA_CORE_STORE", hide_env_values = true)]
    pub core_store: Option<Address>,
    /// Where views and pairs are, if not there
    #[arg(long, env = "SAOMA_PUBLIC_STORE", hide_env_values = true)]
    pub public_store: Option<Address>,
    /// `standard`, or `strict`: withholds the masked owner of a plate. A store keeps the policy it was made with
    #[arg(long, env = "SAOMA_POLICY", default_value = "standard")]
    pub policy: Policy,
    /// The deployment's secret for pairs, made if there is none [default: beside the store]
    #[arg(long, env = "SAOMA_PAIR_KEY_FILE")]
    pub pair_key_file: Option<PathBuf>,
}

/// An address that is read later: what cannot be read here would be repeated on the terminal, and
/// it may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(String);

/// What files beside a store that is no folder begin with.
const BESIDE: &str = "./saoma";

impl StoreArgs {
    /// Opens the store for writing.
    pub fn open(&self) -> Result<Core, StoreError> {
        Core::open(self.rooms()?, self.policy, &self.key_file()?)
    }

    /// Opens the store to make all of it anew, whatever policy and key it was made with.
    pub fn open_for_reprojection(&self) -> Result<Core, StoreError> {
        Core::open_any(self.rooms()?, self.policy, &self.key_file()?)
    }

    /// Where the public views are.
    pub fn public(&self) -> Result<StoreUrl, StoreError> {
        self.public_store.as_ref().unwrap_or(&self.store).read()
    }

    /// Where looks at what is not public are written down.
    pub fn audit_file(&self) -> Result<PathBuf, StoreError> {
        Ok(beside(&self.store.read()?, "audit.ndjson"))
    }

    fn key_file(&self) -> Result<PathBuf, StoreError> {
        Ok(match &self.pair_key_file {
            Some(file) => file.clone(),
            None => beside(&self.store.read()?, "pair-key"),
        })
    }

    fn rooms(&self) -> Result<Rooms, StoreError> {
        Ok(Rooms {
            core: self.core_store.as_ref().unwrap_or(&self.store).read()?,
            public: self.public()?,
        })
    }
}

impl Address {
    /// The store it names.
    pub fn read(&self) -> Result<StoreUrl, StoreError> {
        self.0.parse()
    }
}

impl FromStr for Address {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(..)")
    }
}

/// A file beside the store. `data.old` and `data.new` are two stores with two secrets.
fn beside(store: &StoreUrl, what: &str) -> PathBuf {
    let path = match store {
        StoreUrl::Embedded(path) => path,
        StoreUrl::Redis(_) => Path::new(BESIDE),
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(what);
    path.with_file_name(name)
}
