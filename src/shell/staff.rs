//! The staff door, opened as the settings say.

use std::io;
use std::path::Path;

use super::store_args::StoreArgs;
use crate::path::staff::{StaffDoor, StaffRooms};
use crate::rooms::archive::Archive;
use crate::rooms::audit::{Audit, NotAudited};
use crate::rooms::budgets::Budgets;
use crate::rooms::keys::{Keys, KeysError};
use crate::rooms::meter::Meter;
use crate::rooms::settings::Settings;
use crate::rooms::store::core::Core;
use crate::rooms::store::{PublicStore, StoreError, StoreUrl};
use crate::words::moment::Moment;

/// Why there is no staff door.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys that tokens are signed with.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The audit log.
    #[error(transparent)]
    Audit(#[from] NotAudited),
    /// What the audit log says of today.
    #[error("the audit log cannot be read: {0}")]
    Today(#[from] io::Error),
}

/// A staff door.
#[derive(Debug)]
pub(super) struct Staff {
    pub(super) door: StaffDoor,
}

impl Staff {
    /// The door that the settings name; and the public store, for the one process that has both
    /// doors.
    pub(super) fn open(
        settings: &Settings,
        meter: &Meter,
    ) -> Result<(Self, PublicStore), StaffError> {
        let args = store_args(settings);
        let core = args.open()?;
        let public = match settings.public_store() {
            // One process maps a folder once.
            StoreUrl::Embedded(_) => core.reader(),
            // With its own user, who may read nothing but views.
            url @ StoreUrl::Redis(_) => PublicStore::open(url, settings.policy)?,
        };
        let log = settings.audit.file.clone();
        let log = log.unwrap_or_else(|| args.audit_file());
        let keys = Keys::open(&settings.staff.keys)?;
        let door = Self::before(core, keys, &log, settings, meter)?;
        Ok((Self { door }, public))
    }

    /// A door before these dossiers.
    pub(super) fn before(
        core: Core,
        keys: Keys,
        log: &Path,
        settings: &Settings,
        meter: &Meter,
    ) -> Result<StaffDoor, StaffError> {
        let audit = Audit::open(log, settings.audit.rotate_bytes)?;
        let budgets = Budgets::new(settings.staff.codes_per_day);
        budgets.recall(log, Moment::now())?;
        let at = settings.core_store.as_ref().unwrap_or(&settings.store);
        Ok(StaffDoor::new(StaffRooms {
            keys,
            certificates: settings.staff.certificates.clone(),
            archive: Archive::new(core, at, meter.store().clone()),
            audit,
            budgets,
            policy: settings.policy,
            public_url: settings.public_url.clone(),
            contact: settings.contact.clone(),
        }))
    }
}

fn store_args(settings: &Settings) -> StoreArgs {
    StoreArgs {
        store: settings.store.clone(),
        core_store: settings.core_store.clone(),
        public_store: settings.public.store.clone(),
        policy: settings.policy,
        pair_key_file: settings.matching.pair_key_file.clone(),
    }
}
