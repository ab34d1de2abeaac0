use super::*;
use crate::words::fault::Fault;

fn line(meter: &Meter, name: &str) -> String {
    let text = meter.render();
    let found = text.lines().find(|line| line.starts_with(name));
    found.unwrap_or_default().to_owned()
}

#[test]
fn everything_is_there_from_the_start() {
    let text = Meter::new().render();
    for &why in Refused::ALL {
        let line = format!("saoma_refused_total{{why=\"{}\"}} 0\n", why.word());
        assert!(text.contains(&line), "{line}");
    }
    for name in [
        "saoma_answers_total{kind=\"vin\",status=\"200\"} 0",
        "saoma_store_errors_total{kind=\"deadline\"} 0",
        "saoma_store_breaker{state=\"closed\"} 1",
        "saoma_store_breaker{state=\"open\"} 0",
        "saoma_store_emptied 0",
        "saoma_connections_open 0",
    ] {
        assert!(text.contains(name), "{name}\n{text}");
    }
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn what_is_counted_is_rendered() {
    let meter = Meter::new();
    meter.answered(Subject::Vin, Status::Ok, Duration::from_micros(80));
    meter.clone().looked_up(Cache::Stale);
    meter.store().error(StoreTrouble::from(&Fault::Deadline));
    meter.store().breaker(Breaker::Open);
    meter.store().invalidations(3);
    meter.guard().refused(Refused::Harvest);
    for (name, value) in [
        ("saoma_answers_total{kind=\"vin\",status=\"200\"}", "1"),
        ("saoma_answer_seconds_bucket{le=\"0.0001\"}", "1"),
        ("saoma_cache_lookups_total{outcome=\"stale\"}", "1"),
        ("saoma_store_errors_total{kind=\"deadline\"}", "1"),
        ("saoma_store_breaker{state=\"open\"}", "1"),
        ("saoma_store_breaker{state=\"closed\"}", "0"),
        ("saoma_store_invalidations_total", "3"),
        ("saoma_refused_total{why=\"harvest\"}", "1"),
    ] {
        assert_eq!(line(&meter, name), format!("{name} {value}"));
    }
}

#[test]
fn a_connection_is_open_until_it_is_dropped() {
    let meter = Meter::new();
    let open = meter.connections().opened();
    assert_eq!(
        line(&meter, "saoma_connections_open"),
        "saoma_connections_open 1"
    );
    drop(open);
    assert_eq!(
        line(&meter, "saoma_connections_open"),
        "saoma_connections_open 0"
    );
    assert_eq!(
        line(&meter, "saoma_connections_total"),
        "saoma_connections_total 1"
    );
}

#[test]
fn a_word_is_where_its_counter_is() {
    for (place, word) in Status::ALL.iter().enumerate() {
        assert_eq!(word.place(), place);
    }
}

#[test]
fn a_status_is_counted_under_its_own_number() {
    for code in 100..600 {
        let status = Status::from(http::StatusCode::from_u16(code).unwrap());
        let named = Status::ALL
            .iter()
            .find(|known| known.word() == code.to_string());
        assert_eq!(Some(&status), named.or(Some(&Status::Other)), "{code}");
    }
}

#[test]
fn a_status_that_nothing_here_sends_is_another() {
    assert_eq!(Status::from(http::StatusCode::IM_A_TEAPOT), Status::Other);
}
