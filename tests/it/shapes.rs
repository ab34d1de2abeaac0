use saoma::{
    rooms::{meter::Meter, readiness::Readiness, settings::guard::GuardSettings},
    shell::{
        admin::{Admin, CONNECTIONS},
        drain::pair,
        serve::{listen, serve},
    },
};
use tokio::sync::Semaphore;

use crate::support::{Answer, DRAIN, Door, LIC, PWB, VIN};

/// What a "not registered" says differently, and is meant to: that it is one, for how long that may
/// be kept, and the form of a refusal for programs. Everything else that differs is a leak.
const MEANT: [&str; 4] = ["cache-control", "content-length", "content-type", "etag"];

/// Answers of the same shape: the same headers in the same order, and the same values but where
/// it is meant.
fn same_shape(one: Answer, other: Answer) {
    let (one, other) = (one.without_date().head, other.without_date().head);
    let names = |head: &[(String, String)]| -> Vec<String> {
        head.iter().map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(names(&one), names(&other));
    for (one, other) in one.iter().zip(&other) {
        assert!(
            one == other || MEANT.contains(&one.0.as_str()),
            "{one:?} {other:?}"
        );
    }
}

#[tokio::test]
async fn what_is_registered_and_what_is_not_differ_only_where_it_is_meant() {
    let door = Door::open().await;
    let unknown = [
        "vin/218622108311028",
        "pwb/76392965TN21080500543B48V121513523",
        "lic/33010621822490",
    ];
    for (known, unknown) in [VIN, PWB, LIC].into_iter().zip(unknown) {
        for headers in [
            &[][..],
            &["Accept: application/json"],
            &["Accept-Encoding: br"],
            &["Accept-Language: en", "Accept-Encoding: gzip"],
        ] {
            // The second is out of memory, and must be no different.
            for _ in 0..2 {
                let found = door.get(&format!("/{known}"), headers).await;
                let not_found = door.get(&format!("/{unknown}"), headers).await;
                assert_eq!((found.status, not_found.status), (200, 404));
                same_shape(found, not_found);
            }
        }
    }
}

#[tokio::test]
async fn two_codes_that_nobody_has_registered_are_answered_alike_to_the_byte() {
    let door = Door::open().await;
    let ask = async |serial: &str| {
        let answer = door.get(&format!("/vin/2186221{serial}.json"), &[]).await;
        let text = answer.text().replace(serial, "");
        (answer.status, answer.body.len(), text)
    };
    assert_eq!(ask("08311028").await, ask("99999999").await);
}

#[tokio::test]
async fn the_private_port_tells_no_code_and_no_address() {
    let meter = Meter::new();
    let door = Door::guarded(GuardSettings::default(), meter.clone()).await;
    for path in [
        VIN,
        "vin/218622108311028",
        "vin/zq7canary",
        "find?code=zq7canary",
    ] {
        door.get(&format!("/{path}"), &["X-Forwarded-For: 203.0.113.77"])
            .await;
    }
    let listener = listen(&["127.0.0.1:0".parse().unwrap()])
        .await
        .unwrap()
        .remove(0);
    let private = Door {
        address: listener.local_addr().unwrap(),
        ..door
    };
    let (stopper, stop) = pair();
    let admin = std::sync::Arc::new(Admin::new(meter, Readiness::default()));
    let permits = std::sync::Arc::new(Semaphore::new(CONNECTIONS));
    let served = tokio::spawn(serve(listener, admin, permits, stop, DRAIN));
    let metrics = private.get("/metrics", &[]).await;
    assert!(metrics.text().contains("kind=\"vin\",status=\"200\"} 1"));
    for path in ["/metrics", "/readyz", "/healthz", "/vin/218622108311027"] {
        let told = private.get(path, &[]).await;
        for canary in ["218622108311", "zq7canary", "127.0.0.1", "203.0.113"] {
            assert!(!told.text().contains(canary), "{path}: {canary}");
        }
    }
    stopper.stop();
    served.await.unwrap();
}
