//! Where a command finds the store: the same arguments for every command that opens one.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Args, Command};

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
        value_parser = Address,
        default_value = "embedded:./saoma-data"
    )]
    pub store: StoreUrl,
    /// Where the dossiers are, if not there
    #[arg(long, env = "SAOMA_CORE_STORE", hide_env_values = true, value_parser = Address)]
    pub core_store: Option<StoreUrl>,
    /// Where views and pairs are, if not there
    #[arg(long, env = "SAOMA_PUBLIC_STORE", hide_env_values = true, value_parser = Address)]
    pub public_store: Option<StoreUrl>,
    /// `standard`, or `strict`: withholds the masked owner of a plate. A store keeps the policy it was made with
    #[arg(long, env = "SAOMA_POLICY", default_value = "standard")]
    pub policy: Policy,
    /// The deployment's secret for pairs, made if there is none [default: beside the store]
    #[arg(long, env = "SAOMA_PAIR_KEY_FILE")]
    pub pair_key_file: Option<PathBuf>,
}

/// Reads an address. One that cannot be read is not repeated on the terminal: it may hold a
/// password.
#[derive(Clone, Copy, Debug)]
pub(super) struct Address;

/// What files beside a store that is no folder begin with.
const BESIDE: &str = "./saoma";

impl StoreArgs {
    /// Opens the store for writing.
    pub fn open(&self) -> Result<Core, StoreError> {
        Core::open(self.rooms(), self.policy, &self.key_file())
    }

    /// Opens the store to make all of it anew, whatever policy and key it was made with.
    pub fn open_for_reprojection(&self) -> Result<Core, StoreError> {
        Core::open_any(self.rooms(), self.policy, &self.key_file())
    }

    /// Where the public views are.
    pub fn public(&self) -> &StoreUrl {
        self.public_store.as_ref().unwrap_or(&self.store)
    }

    /// Where looks at what is not public are written down.
    pub fn audit_file(&self) -> PathBuf {
        beside(&self.store, "audit.ndjson")
    }

    fn key_file(&self) -> PathBuf {
        let named = self.pair_key_file.clone();
        named.unwrap_or_else(|| beside(&self.store, "pair-key"))
    }

    fn rooms(&self) -> Rooms {
        Rooms {
            core: self.core_store.as_ref().unwrap_or(&self.store).clone(),
            public: self.public().clone(),
        }
    }
}

impl TypedValueParser for Address {
    type Value = StoreUrl;

    fn parse_ref(
        &self,
        command: &Command,
        _argument: Option<&Arg>,
        text: &OsStr,
    ) -> Result<StoreUrl, clap::Error> {
        let read = text.to_str().unwrap_or_default().parse::<StoreUrl>();
        read.map_err(|error| {
            clap::Error::raw(ErrorKind::ValueValidation, format!("{error}\n")).with_cmd(command)
        })
    }
}

/// A file beside the store. `data.old` and `data.new` are two stores with two secrets.
pub(super) fn beside(store: &StoreUrl, what: &str) -> PathBuf {
    let path = match store {
        StoreUrl::Embedded(path) => path,
        StoreUrl::Redis(_) => Path::new(BESIDE),
    };
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(what);
    path.with_file_name(name)
}
