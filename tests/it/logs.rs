use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use tracing_subscriber::fmt::MakeWriter;

use crate::support::{Door, LIC, PWB, VIN};

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl io::Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'p> MakeWriter<'p> for Paper {
    type Writer = Self;

    fn make_writer(&'p self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_line_of_the_log_holds_a_code_an_address_or_what_was_typed() {
    let paper = Paper::default();
    let log = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(paper.clone())
        .json()
        .finish();
    // For this thread, which is where this test's door runs too.
    let _log = tracing::subscriber::set_default(log);
    let door = Door::open().await;
    for code in [VIN, PWB, LIC] {
        door.get(&format!("/{code}"), &["X-Canary: zq7canary"])
            .await;
    }
    door.get("/vin/zq7canary", &[]).await;
    door.get("/find?code=zq7canary", &[]).await;
    door.bytes(b"zq7canary\r\n\r\n").await;
    door.shelf.fail(true);
    door.get(&format!("/{VIN}"), &[]).await;
    let lines = paper
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let text = String::from_utf8(lines).unwrap();
    assert!(text.matches("answered").count() >= 6, "{text}");
    assert!(text.contains("no answer from the store"), "{text}");
    for code in [VIN, PWB, LIC] {
        let (_, value) = code.split_once('/').unwrap();
        assert!(!text.contains(value), "{text}");
    }
    for canary in ["zq7canary", "127.0.0.1"] {
        assert!(!text.contains(canary), "{text}");
    }
}
