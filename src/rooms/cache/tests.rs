use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use saoma_pages::{Audience, View};

use super::*;
use crate::{rooms::store::pairs::Tag, rules::class::Warranty, words::code::Kind};

/// A store that plays what a test asks for, and counts who asks.
#[derive(Default)]
struct Scripted {
    kept: Mutex<Vec<(Code, u64)>>,
    epoch: AtomicU64,
    failing: Mutex<bool>,
    slow: Mutex<Duration>,
    reads: AtomicU64,
    opened: Arc<AtomicU64>,
}

struct Version {
    mark: u64,
    opened: Arc<AtomicU64>,
}

fn set<T>(slot: &Mutex<T>, value: T) {
    *slot.lock().unwrap_or_else(PoisonError::into_inner) = value;
}

fn get<T: Clone>(slot: &Mutex<T>) -> T {
    slot.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

impl Scripted {
    fn with(code: Code, mark: u64) -> Self {
        let store = Self::default();
        store.write(code, mark);
        store
    }

    fn write(&self, code: Code, mark: u64) {
        set(&self.kept, vec![(code, mark)]);
        self.touch();
    }

    /// Something else was written.
    fn touch(&self) {
        self.epoch.fetch_add(1, Relaxed);
    }

    fn reads(&self) -> u64 {
        self.reads.load(Relaxed)
    }

    fn opened(&self) -> u64 {
        self.opened.load(Relaxed)
    }
}

impl Source for Scripted {
    type Kept = Version;

    fn epoch(&self, _code: Code) -> u64 {
        self.epoch.load(Relaxed)
    }

    async fn read(&self, code: Code) -> Result<Option<Version>, Fault> {
        self.reads.fetch_add(1, Relaxed);
        tokio::time::sleep(get(&self.slow)).await;
        if get(&self.failing) {
            return Err(Fault::Corrupt { what: "a test" });
        }
        let kept = get(&self.kept);
        let version = kept.iter().find(|(known, _)| *known == code);
        Ok(version.map(|&(_, mark)| Version {
            mark,
            opened: Arc::clone(&self.opened),
        }))
    }

    async fn pairs(&self, tags: &[Tag]) -> Result<Vec<Option<Vec<u8>>>, Fault> {
        Ok(vec![None; tags.len()])
    }
}

impl Held for Version {
    fn mark(&self) -> u64 {
        self.mark
    }

    fn open(&self, code: Code, public_url: &str) -> Result<View, Fault> {
        self.opened.fetch_add(1, Relaxed);
        Ok(View {
            code: code_card(code, public_url),
            audience: Audience::Public,
            alerts: vec![],
            records: vec![],
            as_of: format!("version {}", self.mark),
            stale: false,
        })
    }

    fn warranties(&self, _view: &View) -> Result<Vec<Warranty>, Fault> {
        Ok(vec![])
    }
}

fn cache() -> PageCache<Scripted> {
    PageCache::new(1 << 24, "https://www.pzcode.cn")
}

fn vin() -> Code {
    Code::parse(Kind::Vin, "218622108311027").unwrap()
}

fn json(code: Code) -> Wanted {
    Wanted {
        code,
        shape: Shape::Json,
        lang: Lang::Zh,
        refusals: Form::Json,
    }
}

fn text(looked: &Looked) -> String {
    match &looked.outcome {
        Outcome::Answer(answer) => String::from_utf8(answer.body().to_vec()).unwrap(),
        Outcome::Moved(code) => format!("moved to {}", code.value()),
        Outcome::Refused(refusal) => format!("{refusal:?}"),
    }
}

async fn find(cache: &PageCache<Scripted>, store: &Scripted) -> (String, Origin) {
    let looked = cache.find(json(vin()), store).await;
    (text(&looked), looked.origin)
}

#[tokio::test(start_paused = true)]
async fn a_thousand_readers_of_one_code_cost_one_read() {
    for failing in [false, true] {
        let store = Arc::new(Scripted::with(vin(), 1));
        set(&store.failing, failing);
        set(&store.slow, Duration::from_millis(50));
        let cache = Arc::new(cache());
        let mut readers = tokio::task::JoinSet::new();
        for _reader in 0..1000 {
            let (cache, store) = (Arc::clone(&cache), Arc::clone(&store));
            readers.spawn(async move { find(&cache, &store).await.0 });
        }
        let answers = readers.join_all().await;
        assert_eq!(store.reads(), 1, "failing: {failing}");
        assert!(answers.iter().all(|answer| *answer == answers[0]));
    }
}

#[tokio::test(start_paused = true)]
async fn who_comes_after_a_reader_that_gave_up_is_answered() {
    let store = Arc::new(Scripted::with(vin(), 1));
    set(&store.slow, Duration::from_millis(50));
    let cache = Arc::new(cache());
    let first = {
        let (cache, store) = (Arc::clone(&cache), Arc::clone(&store));
        tokio::spawn(async move { find(&cache, &store).await })
    };
    tokio::time::sleep(Duration::from_millis(10)).await;
    first.abort();
    assert!(find(&cache, &store).await.0.contains("version 1"));
}

#[tokio::test(start_paused = true)]
async fn a_change_is_on_the_very_next_answer() {
    let (cache, store) = (cache(), Scripted::with(vin(), 1));
    assert!(find(&cache, &store).await.0.contains("version 1"));
    store.write(vin(), 2);
    let (answer, origin) = find(&cache, &store).await;
    assert!(answer.contains("version 2"));
    assert_eq!(origin, Origin::Store);
}

#[tokio::test(start_paused = true)]
async fn what_has_not_changed_is_proven_and_not_made_anew() {
    let (cache, store) = (cache(), Scripted::with(vin(), 1));
    find(&cache, &store).await;
    for _write in 0..10 {
        store.touch();
        find(&cache, &store).await;
    }
    assert_eq!((store.reads(), store.opened()), (11, 1));
    assert_eq!(find(&cache, &store).await.1, Origin::Memory);
    assert_eq!(store.reads(), 11);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_served_as_fresh_past_thirty_seconds_without_asking() {
    let (cache, store) = (cache(), Scripted::with(vin(), 1));
    find(&cache, &store).await;
    tokio::time::advance(PROVEN_FOR.saturating_sub(Duration::from_millis(1))).await;
    assert_eq!(find(&cache, &store).await.1, Origin::Memory);
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(find(&cache, &store).await.1, Origin::Store);
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_bridged_for_a_day_and_admitted() {
    let (cache, store) = (cache(), Scripted::with(vin(), 1));
    let fresh = find(&cache, &store).await.0;
    assert!(fresh.contains("\"stale\":false"));
    set(&store.failing, true);
    store.touch();
    let (stale, origin) = find(&cache, &store).await;
    assert_eq!(stale, fresh.replace("\"stale\":false", "\"stale\":true"));
    assert_eq!(origin, Origin::Stale);
    // The failing store is left alone for a while, and then asked again.
    let reads = store.reads();
    assert_eq!(find(&cache, &store).await.1, Origin::Stale);
    assert_eq!(store.reads(), reads);
    tokio::time::advance(RETRY_AFTER).await;
    assert_eq!(find(&cache, &store).await.0, stale);
    assert_eq!(store.reads(), reads + 1);
    assert_eq!(store.opened(), 2, "the stale answer is made once");
    tokio::time::advance(STALE_FOR).await;
    assert!(find(&cache, &store).await.0.contains("Unavailable"));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_back_is_believed_at_once() {
    let (cache, store) = (cache(), Scripted::with(vin(), 1));
    let fresh = find(&cache, &store).await.0;
    set(&store.failing, true);
    store.touch();
    find(&cache, &store).await;
    set(&store.failing, false);
    tokio::time::advance(RETRY_AFTER).await;
    assert_eq!(find(&cache, &store).await, (fresh, Origin::Store));
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_never_a_not_registered() {
    let (cache, store) = (cache(), Scripted::default());
    assert!(find(&cache, &store).await.0.contains("not-registered"));
    set(&store.failing, true);
    store.touch();
    assert!(find(&cache, &store).await.0.contains("Unavailable"));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_does_not_answer_is_an_outage() {
    let (cache, store) = (cache(), Scripted::with(vin(), 1));
    set(&store.slow, READ_DEADLINE * 2);
    let started = Instant::now();
    assert!(find(&cache, &store).await.0.contains("Unavailable"));
    assert_eq!(started.elapsed(), READ_DEADLINE);
}

#[tokio::test(start_paused = true)]
async fn what_is_registered_late_is_found_at_once_and_what_is_withdrawn_is_gone() {
    let (cache, store) = (cache(), Scripted::default());
    assert!(find(&cache, &store).await.0.contains("not-registered"));
    assert_eq!(find(&cache, &store).await.1, Origin::Memory);
    store.write(vin(), 1);
    assert!(find(&cache, &store).await.0.contains("version 1"));
    set(&store.kept, vec![]);
    store.touch();
    assert!(find(&cache, &store).await.0.contains("not-registered"));
}

#[tokio::test(start_paused = true)]
async fn what_is_at_hand_is_proven_like_all_else_and_a_failure_never_hangs_there() {
    let (store, cache, wanted) = (Scripted::default(), cache(), json(vin()));
    let thrice = async || {
        let mut texts = Vec::new();
        for _reader in 0..3 {
            texts.push(find(&cache, &store).await.0);
        }
        texts
    };
    thrice().await;
    let gap = cache.gap_hooks.take(&wanted.absent(), cache.now());
    assert!(gap.is_some());
    drop(gap);
    for version in 1..=2 {
        store.write(vin(), version);
        let (answers, now) = (thrice().await, format!("version {version}"));
        assert!(
            answers.iter().all(|text| text.contains(&now)),
            "{answers:?}"
        );
        assert!(cache.hooks.take(&wanted.found(), cache.now()).is_some());
    }

    let (store, cache) = (Scripted::default(), self::cache());
    set(&store.failing, true);
    for _reader in 0..3 {
        find(&cache, &store).await;
    }
    let gap = cache.gap_hooks.take(&wanted.absent(), cache.now());
    assert!(gap.is_none());
}

#[tokio::test(start_paused = true)]
async fn small_letters_are_tried_once_in_capitals() {
    let small = Code::parse(Kind::Pwb, "76392965tn21").unwrap();
    let capital = small.in_capitals().unwrap();
    let (cache, store) = (cache(), Scripted::with(capital, 1));
    for _again in 0..3 {
        let looked = cache.find(json(small), &store).await;
        assert_eq!(text(&looked), "moved to 76392965TN21");
    }
    assert_eq!(store.reads(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_guesses_evicts_no_page() {
    let (cache, store) = (
        PageCache::new(1 << 18, "https://www.pzcode.cn"),
        Scripted::with(vin(), 1),
    );
    find(&cache, &store).await;
    for guess in 0..500 {
        let code = Code::parse(Kind::Vin, &format!("2186221{guess:08}")).unwrap();
        cache.find(json(code), &store).await;
    }
    cache.absent.run_pending_tasks().await;
    cache.found.run_pending_tasks().await;
    assert_eq!(find(&cache, &store).await.1, Origin::Memory);
    let held = cache.absent.weighted_size();
    assert!(held <= (1 << 18) / ABSENT_SHARE, "{held}");
}

#[tokio::test(start_paused = true)]
async fn a_full_cache_takes_in_what_is_asked_for_again_and_nothing_else() {
    let (cache, store) = (
        PageCache::new(1 << 18, "https://www.pzcode.cn"),
        Scripted::with(vin(), 1),
    );
    let nth = |n: u32| Code::parse(Kind::Vin, &format!("2186221{n:08}")).unwrap();
    let kept = |code| cache.found.contains_key(&json(code).found());
    set(&store.kept, (0..500).map(|n| (nth(n), 1)).collect());
    for n in 0..500 {
        cache.find(json(nth(n)), &store).await;
        cache.found.run_pending_tasks().await;
    }
    assert!(kept(nth(0)), "there was room");
    assert!(!kept(nth(499)), "it pushed out another for one reader");
    let reads = store.reads();
    assert_eq!(
        cache.find(json(nth(499)), &store).await.origin,
        Origin::Memory
    );
    assert!(kept(nth(499)));
    assert_eq!(store.reads(), reads);
}

#[tokio::test(start_paused = true)]
async fn a_cache_of_no_bytes_keeps_nothing() {
    let (cache, store) = (
        PageCache::new(0, "https://www.pzcode.cn"),
        Scripted::with(vin(), 1),
    );
    for _reader in 0..3 {
        assert_eq!(find(&cache, &store).await.1, Origin::Store);
    }
    assert_eq!(store.reads(), 3);
}
