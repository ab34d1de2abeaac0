//! The staff door, opened as the settings say.

use std::io;
use std::path::Path;

use super::store_args::StoreArgs;
use crate::path::staff::{StaffDoor, StaffRooms};
use crate::rooms::archive::Archive;
use crate::rooms::audit::{Audit, Follower, NotAudited};
use crate::rooms::budgets::Budgets;
use crate::rooms::copies::Copies;
use crate::rooms::keys::{Keys, KeysError};
use crate::rooms::meter::Meter;
use crate::rooms::settings::Settings;
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
    /// The thread that copies the audit log.
    #[error("the audit log cannot be copied: {0}")]
    Copies(#[source] io::Error),
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
        let core = settings.core_store.as_ref().unwrap_or(&settings.store);
        let (archive, public) = match (core, settings.public_store()) {
            (StoreUrl::Embedded(_), _) => {
                // One process maps a folder once.
                let core = args.open()?;
                let reader = core.reader();
                (Archive::here(core, meter.store().clone()), reader)
            }
            // With a user of its own for each, of whom one may read nothing but views.
            (StoreUrl::Redis(core), public @ StoreUrl::Redis(_)) => {
                let public = PublicStore::open(public, settings.policy)?;
                (Archive::away(core, meter.store().clone()), public)
            }
            (StoreUrl::Redis(_), StoreUrl::Embedded(_)) => return Err(StoreError::Rooms.into()),
        };
        let log = settings.audit.file.clone();
        let log = log.unwrap_or_else(|| args.audit_file());
        let keys = Keys::open(&settings.staff.keys)?;
        let copies = settings.audit.stream.as_ref();
        let copies = copies.map(|stream| Copies::to(stream, meter.audit()));
        let follower = copies.transpose().map_err(StaffError::Copies)?;
        let follower = follower.map(|copies| -> Box<dyn Follower> { Box::new(copies) });
        let audit = Audit::followed(&log, settings.audit.rotate_bytes, follower)?;
        let door = Self::before(archive, keys, audit, &log, settings)?;
        Ok((Self { door }, public))
    }

    /// A door before these dossiers.
    fn before(
        archive: Archive,
        keys: Keys,
        audit: Audit,
        log: &Path,
        settings: &Settings,
    ) -> Result<StaffDoor, StaffError> {
        let budgets = Budgets::new(settings.staff.codes_per_day);
        budgets.recall(log, Moment::now())?;
        Ok(StaffDoor::new(StaffRooms {
            keys,
            certificates: settings.staff.certificates.clone(),
            archive,
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
