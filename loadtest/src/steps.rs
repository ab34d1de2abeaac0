//! The steps of a scan one by one, as often as wanted: what an instruction counter counts.
//!
//! `steps.sh` runs this under callgrind twice, with different numbers of times, so that what comes
//! before and after falls out of the difference. No socket, no thread, no store on disk: what is left
//! is our own code, which does the same every time.

use std::future::ready;
use std::hint::black_box;
use std::io::{self, Write};
use std::net::IpAddr;

use bytes::Bytes;
use clap::{Args, ValueEnum};
use http::header::{ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, HOST, USER_AGENT};
use http::{HeaderValue, Request, StatusCode};
use http_body_util::Empty;
use saoma::path::Edge;
use saoma::rooms::guard::{Caller, Guard};
use saoma::rooms::meter::Meter;
use saoma::rooms::moulds;
use saoma::rooms::settings::guard::{GuardSettings, ThisMachine};
use saoma::rooms::source::{Held, Source};
use saoma::rooms::store::pairs::Tag;
use saoma::rules::answer::Answer;
use saoma::rules::ask::{Ask, Manner, Shape};
use saoma::rules::card::code_card;
use saoma::rules::class::Warranty;
use saoma::rules::dossier::{self, Dossier};
use saoma::rules::negotiate::Encoding;
use saoma::rules::stored::{StoredView, open_sheets};
use saoma::rules::{admit, project, render};
use saoma::words::code::Code;
use saoma::words::fault::Fault;
use saoma::words::peer::Peer;
use saoma::words::policy::Policy;
use saoma::words::subject::Subject;
use saoma_pages::{Audience, Lang, View};

use crate::ink::Pen;
use crate::province::Province;
use crate::records::Records;

/// What `steps` is told.
#[derive(Debug, Args)]
pub(crate) struct Steps {
    /// Which one.
    #[arg(long, value_enum)]
    step: Step,
    /// How often.
    #[arg(long, default_value_t = 1000)]
    times: u32,
}

/// A part of what a scan costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    /// A request's head becomes an Ask.
    Parse,
    /// A client is let in, watched and charged.
    Guard,
    /// All of a request whose page is in memory.
    Hit,
    /// All of a request whose page is made for it: nothing is kept.
    Fresh,
    /// All of a request for a code that nobody has, after the first.
    Miss,
    /// A page out of a view.
    Render,
    /// A page compressed for a phone, brotli.
    Squeeze,
    /// A public view out of a plate's dossier, its owner masked.
    Mask,
    /// A view out of what is kept of it.
    Decode,
}

/// Why nothing is counted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoSteps {
    #[error("the province has no such dossier")]
    NoDossier,
    #[error("cannot start: {0}")]
    Start(#[from] io::Error),
    #[error("a page is answered {0}")]
    Answer(StatusCode),
    #[error("a view cannot be opened: {0}")]
    View(#[from] Fault),
}

/// A store of one code.
struct One {
    code: Code,
    kept: KeptView,
}

#[derive(Clone)]
struct KeptView(Bytes);

/// A vehicle and a plate, from the first records that are made of seed 1.
struct Specimens {
    vehicle: (Code, Vec<u8>),
    plate: (Code, Vec<u8>),
}

const PUBLIC_URL: &str = "https://www.pzcode.cn";
const VEHICLES: u64 = 40;
/// Room for more pages than are asked for.
const CACHE: u64 = 1 << 24;
/// A vehicle that seed 1 has not made: its maker has no such serial.
const UNKNOWN: &str = "218622199999999";
/// A phone of this year, in Chinese.
const HEADERS: [(http::HeaderName, &str); 5] = [
    (HOST, "www.pzcode.cn"),
    (
        USER_AGENT,
        "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36",
    ),
    (
        ACCEPT,
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    ),
    (ACCEPT_ENCODING, "gzip, deflate, br, zstd"),
    (ACCEPT_LANGUAGE, "zh-CN,zh;q=0.9,en-US;q=0.8,en;q=0.7"),
];

pub(crate) fn run(told: &Steps) -> Result<(), NoSteps> {
    let specimens = Specimens::make()?;
    let (code, _) = specimens.vehicle;
    let view = specimens.stored()?;
    let kept = KeptView(Bytes::from(view.encode()));
    let times = 0..told.times;
    // One thread: what runs beside would be counted too. The clock is for deadlines that never come.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    match told.step {
        Step::Parse => {
            let (parts, _) = request(&code).into_parts();
            for _ in times {
                let manner = Manner::of(black_box(&parts));
                drop(black_box(Ask::read(&parts, &manner)));
            }
        }
        Step::Guard => {
            let guard = Guard::new(patient(), Meter::new());
            let caller = Caller::from(&phone());
            runtime.block_on(async {
                for _ in times {
                    let place = guard.admit(caller);
                    black_box(guard.watch(caller, &code).await).unwrap_or_default();
                    drop(place);
                    guard.settle(caller, StatusCode::OK);
                }
            });
        }
        Step::Hit => runtime.block_on(answer(edge(code, kept, CACHE), &code, told.times))?,
        Step::Fresh => runtime.block_on(answer(edge(code, kept, 0), &code, told.times))?,
        Step::Miss => {
            let unknown = Code::parse(saoma_pages::Kind::Vin, UNKNOWN)
                .map_err(|_grammar| NoSteps::NoDossier)?;
            runtime.block_on(answer(edge(code, kept, CACHE), &unknown, told.times))?;
        }
        Step::Render => {
            let view = kept.open(code, PUBLIC_URL)?;
            for _ in times {
                drop(black_box(render::found(
                    black_box(&view),
                    Shape::Page,
                    Lang::Zh,
                )));
            }
        }
        Step::Squeeze => {
            let view = kept.open(code, PUBLIC_URL)?;
            let (parts, _) = request(&code).into_parts();
            for _ in times {
                let answer = render::found(&view, Shape::Page, Lang::Zh);
                drop(black_box(
                    answer.reply(Encoding::Brotli.into(), &parts.headers),
                ));
            }
        }
        Step::Mask => {
            let (code, dossier) = &specimens.plate;
            for _ in times {
                let dossier = Dossier::from_bytes(black_box(dossier));
                drop(black_box(project::public_view(
                    *code,
                    dossier,
                    Policy::default(),
                )));
            }
        }
        Step::Decode => {
            for _ in times {
                drop(black_box(black_box(&kept).open(code, PUBLIC_URL)?));
            }
        }
    }
    writeln!(io::stdout(), "{:?} x {}", told.step, told.times)?;
    Ok(())
}

async fn answer(edge: Edge<One>, code: &Code, times: u32) -> Result<(), NoSteps> {
    let from = phone();
    let expected = if code.value() == UNKNOWN {
        StatusCode::NOT_FOUND
    } else {
        StatusCode::OK
    };
    for _ in 0..times {
        let reply = edge.answer(request(code), &from).await;
        if reply.status() != expected {
            return Err(NoSteps::Answer(reply.status()));
        }
        drop(black_box(reply));
    }
    Ok(())
}

fn edge(code: Code, kept: KeptView, cache_bytes: u64) -> Edge<One> {
    let meter = Meter::new();
    Edge::new(One { code, kept }, PUBLIC_URL, "mailto:a@b.cn", cache_bytes)
        .guarded(Guard::new(patient(), meter.clone()), meter)
}

/// Limits that one phone does not reach, and a guard that does all of its work.
fn patient() -> GuardSettings {
    GuardSettings {
        requests_per_second: 1_000_000,
        burst: 10_000_000,
        this_machine: ThisMachine::Counted,
        ..GuardSettings::default()
    }
}

fn phone() -> Peer {
    Peer::plain(IpAddr::from([203, 0, 113, 7]))
}

fn request(code: &Code) -> Request<Empty<Bytes>> {
    let mut request = Request::new(Empty::new());
    *request.uri_mut() = code.path().to_string().parse().unwrap_or_default();
    for (name, value) in HEADERS {
        request
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    request
}

impl Specimens {
    fn make() -> Result<Self, NoSteps> {
        let province = Province::new(1, VEHICLES);
        let mut pen = Pen::new(Vec::new());
        Records::new(&province, &[], &mut pen).write()?;
        let lines = pen.finish()?;
        let incoming: Vec<_> = lines
            .split(|byte| *byte == b'\n')
            .filter_map(|line| {
                let draft = admit::line::read(line).ok()?;
                admit::admit(&draft, 0).ok()
            })
            .collect();
        let dossier = |kind: saoma_pages::Kind| {
            let code = incoming.iter().find_map(|record| match record.subject {
                Subject::Code(code) if code.kind() == kind => Some(code),
                Subject::Code(_) | Subject::Party(_) | Subject::Maker(_) => None,
            })?;
            let mine = incoming
                .iter()
                .filter(|record| record.subject == Subject::Code(code));
            let mut entries: Vec<_> = mine.map(|record| record.entry.as_slice()).collect();
            entries.sort_unstable();
            Some((code, dossier::fold(&[], entries.into_iter())?))
        };
        let vehicle = dossier(saoma_pages::Kind::Vin).ok_or(NoSteps::NoDossier)?;
        let plate = dossier(saoma_pages::Kind::Lic).ok_or(NoSteps::NoDossier)?;
        Ok(Self { vehicle, plate })
    }

    /// What the public may see of the vehicle.
    fn stored(&self) -> Result<StoredView, NoSteps> {
        let (code, dossier) = &self.vehicle;
        project::public_view(*code, Dossier::from_bytes(dossier), Policy::default())
            .ok_or(NoSteps::NoDossier)
    }
}

impl Source for One {
    type Kept = KeptView;

    fn epoch(&self, _: Code) -> u64 {
        1
    }

    fn read(&self, code: Code) -> impl Future<Output = Result<Option<KeptView>, Fault>> + Send {
        ready(Ok((code == self.code).then(|| self.kept.clone())))
    }

    fn pairs(
        &self,
        tags: &[Tag],
    ) -> impl Future<Output = Result<Vec<Option<Vec<u8>>>, Fault>> + Send {
        ready(Ok(vec![None; tags.len()]))
    }
}

impl Held for KeptView {
    fn mark(&self) -> u64 {
        1
    }

    fn open(&self, code: Code, public_url: &str) -> Result<View, Fault> {
        let stored = StoredView::decode(&self.0).ok_or(Fault::Corrupt { what: "a view" })?;
        Ok(View {
            code: code_card(code, public_url),
            audience: Audience::Public,
            alerts: stored.alerts,
            records: open_sheets(stored.sheets, code, public_url),
            as_of: stored.as_of.to_string(),
            stale: false,
        })
    }

    fn cast(&self, code: Code, public_url: &str, lang: Lang) -> Option<Answer> {
        let direct = || {
            let view = self.open(code, public_url).ok()?;
            Some(saoma_pages::found(&view, lang).into_bytes())
        };
        moulds::found(code, &self.0, &[], (public_url, lang), direct)
    }

    fn warranties(&self, _: &View) -> Result<Vec<Warranty>, Fault> {
        Ok(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_can_be_taken_and_the_specimens_have_what_it_is_about() {
        for &step in Step::value_variants() {
            run(&Steps { step, times: 2 }).unwrap();
        }
        let specimens = Specimens::make().unwrap();
        let shown = specimens.stored().unwrap();
        assert!(!shown.sheets.is_empty());
        let (code, dossier) = specimens.plate;
        let view = project::public_view(code, Dossier::from_bytes(&dossier), Policy::default());
        let view = format!("{:?}", view.unwrap());
        assert!(view.contains("Masked"), "an owner is masked: {view}");
    }
}
