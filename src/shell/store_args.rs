//! Where a command finds the store: the same arguments for every command that opens one.

use std::path::PathBuf;

use clap::Args;

use crate::rooms::store::core::Core;
use crate::rooms::store::{StoreError, StoreUrl};
use crate::words::policy::Policy;

/// Arguments that name a store.
#[derive(Clone, Debug, Args)]
pub struct StoreArgs {
    /// The store
    #[arg(long, env = "SAOMA_STORE", default_value = "embedded:./saoma-data")]
    pub store: StoreUrl,
    /// `standard`, or `strict`: withholds the masked owner of a plate. A store keeps the policy it was made with
    #[arg(long, env = "SAOMA_POLICY", default_value = "standard")]
    pub policy: Policy,
    /// The deployment's secret for pairs, made if there is none [default: beside the store]
    #[arg(long, env = "SAOMA_PAIR_KEY_FILE")]
    pub pair_key_file: Option<PathBuf>,
}

impl StoreArgs {
    /// Opens the store for writing.
    pub fn open(&self) -> Result<Core, StoreError> {
        Core::open(self.folder(), self.policy, &self.key_file())
    }

    /// Opens the store to make all of it anew, whatever policy and key it was made with.
    pub fn open_for_reprojection(&self) -> Result<Core, StoreError> {
        Core::open_any(self.folder(), self.policy, &self.key_file())
    }

    /// Where looks at what is not public are written down.
    pub fn audit_file(&self) -> PathBuf {
        self.beside("audit.ndjson")
    }

    fn key_file(&self) -> PathBuf {
        self.pair_key_file
            .clone()
            .unwrap_or_else(|| self.beside("pair-key"))
    }

    /// A file beside the folder. `data.old` and `data.new` are two stores with two secrets.
    fn beside(&self, what: &str) -> PathBuf {
        let mut name = self.folder().file_name().unwrap_or_default().to_owned();
        name.push(".");
        name.push(what);
        self.folder().with_file_name(name)
    }

    fn folder(&self) -> &PathBuf {
        let StoreUrl::Embedded(path) = &self.store;
        path
    }
}
