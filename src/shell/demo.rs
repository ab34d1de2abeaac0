//! `saoma demo`: everything on this machine with no set-up.
//!
//! An embedded store in a temporary folder, the standard's three examples and one code for each
//! alert; the public door in the clear and, with a certificate made on the spot, behind TLS; the
//! staff door, with a token for each audience; a QR in the terminal that opens the page. Gone when
//! it stops.

use std::io::IsTerminal;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use saoma_pages::Audience;
use tokio::net::TcpListener;

use super::cli::say;
use super::doors::{Doors, Streets};
use super::import::{self, ImportError};
use super::serve_command::ServeError;
use super::staff::{Staff, StaffError};
use super::tls::Tls;
use super::{logs, sockets};
use crate::rooms::keys::{Issuer, KeysError, Order};
use crate::rooms::meter::Meter;
use crate::rooms::settings::{Ports, Settings};
use crate::rooms::store::core::Core;
use crate::rooms::store::{StoreError, StoreUrl};
use crate::rules::qr;
use crate::words::grant::{Handle, STAFF};
use crate::words::moment::Moment;
use crate::words::policy::Policy;

/// The sample records. All names, numbers and firms in them are made up.
const RECORDS: &[u8] = include_bytes!("demo/records.ndjson");
/// Codes worth opening, and why.
const CODES: [(&str, &str); 8] = [
    ("/vin/218622108311027", "整车 vehicle"),
    ("/pwb/76392965TN21080500543B48V121513522", "蓄电池 battery"),
    ("/lic/33010621822480", "车牌 plate"),
    ("/vin/218622203150042", "召回 recalled"),
    ("/pwb/76392965TN22010100001A48V12", "已回收 recycled"),
    ("/lic/33010621822490", "已注销 cancelled"),
    (
        "/pwb/76392965TN22010100002A48V12",
        "疑似克隆 suspected clone",
    ),
    ("/vin/218622108311028", "没有登记 not registered"),
];

/// The tokens of a demo are good for a day's work.
const TOKEN_LIFE: Duration = Duration::from_hours(12);

/// Arguments of `saoma demo`.
#[derive(Debug, Args)]
#[command(after_help = "Example: saoma demo --lan")]
pub struct DemoArgs {
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where to listen behind TLS, with a certificate made on the spot that nobody vouches for
    #[arg(long, default_value = "127.0.0.1:8443")]
    listen_https: SocketAddr,
    /// Listen for phones on the same network too: the QR then carries this machine's address there
    #[arg(long)]
    lan: bool,
    /// Where the staff door listens
    #[arg(long, default_value = "127.0.0.1:8444")]
    staff_listen: SocketAddr,
}

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The sample records could not be taken in.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The door could not be opened.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The temporary folder or the threads.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// Some sample records were refused, which only a mistake of ours explains.
    #[error("{0} of the sample records were refused")]
    Sample(u64),
}

/// Runs the command.
pub fn run(args: &DemoArgs) -> Result<ExitCode, DemoError> {
    let mut settings = Settings::load(None).map_err(ServeError::from)?;
    logs::start(&settings.log);
    // Nobody scrapes a demo, and the port may be taken: only who asks for it by name gets it.
    if std::env::var_os("SAOMA_ADMIN_LISTEN").is_none() {
        settings.admin.listen = None;
    }
    let folder = tempfile::Builder::new().prefix("saoma-demo-").tempdir()?;
    let path = folder.path().join("store");
    fill(&path)?;
    let keys = folder.path().join("keys");
    let tokens = tokens(&keys)
        .map_err(StaffError::from)
        .map_err(ServeError::from)?;
    settings.store = StoreUrl::Embedded(path);
    settings.staff.keys = keys;
    settings.staff.listen = vec![args.staff_listen];
    let meter = Meter::new();
    let (staff, store) = Staff::open(&settings, &meter).map_err(ServeError::from)?;
    let anywhere = |address: SocketAddr| {
        if args.lan {
            SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), address.port())
        } else {
            address
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let open = |address| sockets::open(&[address], Ports::Own, Vec::new());
        let http = open(anywhere(args.listen)).map_err(ServeError::from)?;
        let https = open(anywhere(args.listen_https)).map_err(ServeError::from)?;
        let at_desk = open(args.staff_listen).map_err(ServeError::from)?;
        let [here, here_secure] = [(&http, args.listen), (&https, args.listen_https)]
            .map(|(street, asked)| reachable(bound(street).unwrap_or(asked)));
        let names = vec!["localhost".to_owned(), here_secure.ip().to_string()];
        let tls = Some(Tls::made_here(names).map_err(ServeError::from)?);
        let desk = bound(&at_desk).unwrap_or(args.staff_listen);
        // Both doors are on one host, so a phone that signed in is led from one to the other. A
        // phone elsewhere on the network cannot reach this machine's loopback.
        settings.staff.public_url = (!args.lan).then(|| format!("http://{desk}"));
        introduce(here, here_secure);
        introduce_staff(desk, &tokens);
        Doors {
            public: Streets { http, https, tls },
            staff: Some((Box::new(staff.door), Streets::plain(at_desk))),
            store,
            seen: None,
            meter,
        }
        .serve(&settings)
        .await
        .map_err(ServeError::from)
    })?;
    Ok(ExitCode::SUCCESS)
}

fn fill(path: &Path) -> Result<(), DemoError> {
    let open = |path: &Path| -> Result<Core, StoreError> {
        Core::open(path, Policy::default(), &path.with_extension("pair-key"))
    };
    let core = open(path).map_err(ImportError::from)?;
    // The writer's handle is closed at the end of this: what serves has no way to a dossier.
    let tally = import::records(&core, &path.with_extension("records"), RECORDS)?;
    if tally.rejected == 0 {
        Ok(())
    } else {
        Err(DemoError::Sample(tally.rejected))
    }
}

fn bound(street: &[TcpListener]) -> Option<SocketAddr> {
    street.first()?.local_addr().ok()
}

/// A token for each audience that has one.
fn tokens(keys: &Path) -> Result<Vec<(Audience, String)>, KeysError> {
    let id = Issuer::make(keys)?;
    let issuer = Issuer::open(keys, Some(&id))?;
    let name = |text| Handle::parse(text).ok_or(KeysError::Order("the demo's own names"));
    let mut tokens = Vec::new();
    for audience in STAFF {
        let order = Order {
            audience,
            subject: name("demo")?,
            unit: name("saoma demo")?,
            life: TOKEN_LIFE,
        };
        let (token, _id) = issuer.sign(&order, Moment::now())?;
        tokens.push((audience, token));
    }
    Ok(tokens)
}

fn introduce_staff(address: SocketAddr, tokens: &[(Audience, String)]) {
    say("\n执法与行业人员入口，凭令牌访问。 The staff door, by token:");
    for (audience, token) in tokens {
        say(&format!("  {}  {token}", audience.name()));
    }
    say(&format!("  http://{address}/signin"));
    let plate = CODES.iter().find(|(path, _)| path.starts_with("/lic/"));
    let plate = plate.map_or("/", |(path, _)| path);
    say(&format!(
        "  curl -H \"Authorization: Bearer $TOKEN\" http://{address}{plate}.json"
    ));
}

fn introduce(address: SocketAddr, secure: SocketAddr) {
    let base = format!("http://{address}");
    say("扫码演示：样本数据都是虚构的。 saoma demo: all sample data is made up.\n");
    for (path, what) in CODES {
        say(&format!("  {base}{path}  {what}"));
    }
    say(&format!(
        "  https://{secure}/  HTTPS（证书为现场生成，浏览器会提示） with a certificate made on the spot"
    ));
    let first = CODES.first().map_or("/", |(path, _)| path);
    let address = format!("{base}{first}");
    let plain = std::env::var_os("NO_COLOR").is_some() || !std::io::stdout().is_terminal();
    let ink = if plain {
        qr::Ink::Plain
    } else {
        qr::Ink::BlackOnWhite
    };
    match qr::terminal(&address, ink) {
        Ok(picture) => say(&format!("\n{picture}")),
        Err(error) => tracing::warn!(%error, "no QR in the terminal"),
    }
    say(&address);
    say(
        "手机扫上面的二维码，请用 saoma demo --lan。 To scan it with a phone on the same network: saoma demo --lan",
    );
    say("按 Ctrl-C 结束。 Ctrl-C ends it.");
}

/// The address that a phone on the same network would use.
fn reachable(bound: SocketAddr) -> SocketAddr {
    if !bound.ip().is_unspecified() {
        return bound;
    }
    // Connecting a datagram socket sends nothing; it only asks the system which way it would go.
    // The address is one of those set aside for documentation.
    let route = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).and_then(|socket| {
        socket.connect((Ipv4Addr::new(203, 0, 113, 1), 9))?;
        socket.local_addr()
    });
    let ip = route.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |address| address.ip());
    SocketAddr::new(ip, bound.port())
}
