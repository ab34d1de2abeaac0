//! The certificates of a door: chosen by name, and exchanged while it is open.

use std::{
    fmt,
    fs::Metadata,
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use rustls::{
    crypto::CryptoProvider,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, pem::PemObject},
    server::{ClientHello, ParsedCertificate, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio::{
    signal::unix::{SignalKind, signal},
    task::spawn_blocking,
    time::{MissedTickBehavior, interval},
};

use super::{unusable, wrong};
use crate::{rooms::settings::KeyPair, shell::drain::Stop, words::start::StartError};

/// Who we are, at this moment.
pub(super) struct Certificates {
    /// Nothing if they were made here.
    files: Vec<KeyPair>,
    provider: Arc<CryptoProvider>,
    now: RwLock<Arc<[Arc<CertifiedKey>]>>,
}

/// What shows that a file is another one: most editors and tools rename a new one into its place,
/// which need not change its time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Seen(Vec<Option<(Option<SystemTime>, u64, u64)>>);

/// What stands for a file where there is none.
const MADE_HERE: &str = "a certificate made here";

impl Certificates {
    pub(super) fn read(
        files: &[KeyPair],
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, StartError> {
        let now = read_all(files, provider)?;
        Ok(Self {
            files: files.to_vec(),
            provider: Arc::clone(provider),
            now: RwLock::new(now),
        })
    }

    pub(super) fn made_here(
        names: Vec<String>,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, StartError> {
        let made = rcgen::generate_simple_self_signed(names).map_err(unusable)?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let pair = CertifiedKey::from_der(vec![made.cert.der().clone()], key, provider);
        let pair = pair.map_err(|error| wrong(MADE_HERE.as_ref(), error))?;
        Ok(Self {
            files: Vec::new(),
            provider: Arc::clone(provider),
            now: RwLock::new(Arc::from([Arc::new(pair)])),
        })
    }

    /// Looks at the files this often, and at once when SIGHUP says so.
    pub(super) async fn keep_fresh(self: Arc<Self>, often: Duration, mut stop: Stop) {
        let mut told = match signal(SignalKind::hangup()) {
            Ok(told) => told,
            Err(error) => {
                tracing::warn!(%error, "SIGHUP cannot be heard");
                return;
            }
        };
        let mut seen = self.look().await;
        let mut ticks = interval(often);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let asked = tokio::select! {
                () = stop.said() => return,
                _ = told.recv() => true,
                _ = ticks.tick() => false,
            };
            let found = self.look().await;
            if found == seen && !asked {
                continue;
            }
            // Before they are read: what changes meanwhile is seen as a change at the next look.
            seen = found;
            let of = Arc::clone(&self);
            let read = spawn_blocking(move || read_all(&of.files, &of.provider)).await;
            match read {
                Ok(Ok(new)) => {
                    *self.now.write().unwrap_or_else(PoisonError::into_inner) = new;
                    tracing::info!("certificates read again");
                }
                Ok(Err(error)) => tracing::error!(%error, "certificates kept as they were"),
                Err(error) => tracing::error!(%error, "certificates kept as they were"),
            }
        }
    }

    async fn look(self: &Arc<Self>) -> Seen {
        let of = Arc::clone(self);
        let look = spawn_blocking(move || {
            let files = of
                .files
                .iter()
                .flat_map(|pair| [&pair.certificate, &pair.key]);
            Seen(files.map(mark).collect())
        });
        look.await.unwrap_or_default()
    }

    fn now(&self) -> Arc<[Arc<CertifiedKey>]> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ResolvesServerCert for Certificates {
    /// The first that bears the name and that the client can verify; failing that, the first.
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let now = self.now();
        let can_verify = |pair: &&Arc<CertifiedKey>| {
            let scheme = pair.key.choose_scheme(hello.signature_schemes());
            scheme.is_some()
        };
        let alone = now.len() == 1;
        let named = hello
            .server_name()
            .filter(|_| !alone)
            .and_then(|name| ServerName::try_from(name).ok())
            .and_then(|name| {
                let bears = |pair: &&Arc<CertifiedKey>| bears(pair, &name);
                now.iter().filter(bears).find(can_verify)
            });
        let chosen = named.or_else(|| now.iter().find(can_verify));
        chosen.or_else(|| now.first()).map(Arc::clone)
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificates")
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

fn bears(pair: &CertifiedKey, name: &ServerName<'_>) -> bool {
    let leaf = pair.cert.first();
    leaf.and_then(|leaf| ParsedCertificate::try_from(leaf).ok())
        .is_some_and(|leaf| rustls::client::verify_server_name(&leaf, name).is_ok())
}

fn read_all(
    files: &[KeyPair],
    provider: &CryptoProvider,
) -> Result<Arc<[Arc<CertifiedKey>]>, StartError> {
    let mut all = Vec::with_capacity(files.len());
    for pair in files {
        all.push(Arc::new(read_pair(pair, provider)?));
    }
    if all.is_empty() {
        return Err(unusable("there is no certificate"));
    }
    Ok(Arc::from(all))
}

fn read_pair(pair: &KeyPair, provider: &CryptoProvider) -> Result<CertifiedKey, StartError> {
    let KeyPair { certificate, key } = pair;
    let mut chain = Vec::new();
    let read = CertificateDer::pem_file_iter(certificate);
    for link in read.map_err(|error| wrong(certificate, error))? {
        chain.push(link.map_err(|error| wrong(certificate, error))?);
    }
    let Some(leaf) = chain.first() else {
        return Err(wrong(certificate, "there is no certificate in it"));
    };
    ParsedCertificate::try_from(leaf).map_err(|error| wrong(certificate, error))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong(key, error))?;
    CertifiedKey::from_der(chain, private, provider).map_err(|error| wrong(key, error))
}

fn mark(file: &PathBuf) -> Option<(Option<SystemTime>, u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let look = |found: Metadata| (found.modified().ok(), found.len(), found.ino());
    std::fs::metadata(file).ok().map(look)
}
