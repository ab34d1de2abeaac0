//! Clients of Redis: where it is, who asks, and what TLS needs.

use std::sync::Once;

use ::redis::cluster::ClusterClient;
use ::redis::sentinel::{SentinelClient, SentinelClientBuilder, SentinelServerType};
use ::redis::{
    Client, ClientTlsConfig, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion,
    RedisConnectionInfo, TlsCertificates, TlsMode,
};

use crate::rooms::store::StoreError;
use crate::rooms::store::address::{Host, RedisUrl, Tls};

/// The cryptography of TLS is chosen once in a process.
static PROVIDER: Once = Once::new();

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

/// A client of a cluster.
pub(super) fn cluster(
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
