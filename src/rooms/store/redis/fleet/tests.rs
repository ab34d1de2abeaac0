use super::*;

fn host(port: u16) -> Host {
    Host {
        name: "h".to_owned(),
        port,
    }
}

fn says(claim: (u64, std::ops::RangeInclusive<u16>)) -> Listing {
    Listing {
        claim: Claim {
            epoch: claim.0,
            slots: vec![claim.1],
            is_open: false,
        },
        hosts: vec![host(1), host(2)],
    }
}

fn fleet() -> (Fleet, Arc<Node>, Arc<Node>) {
    let Ok(crate::rooms::store::StoreUrl::Redis(url)) = "redis+cluster://h:1,h:2".parse() else {
        panic!("an address");
    };
    let fleet = Fleet::new(*url);
    let nodes = fleet.nodes();
    let [one, two] = [0, 1].map(|at: usize| Arc::clone(&nodes[at]));
    (fleet, one, two)
}

fn port_of(fleet: &Fleet, slot: u16) -> Option<u16> {
    let chart = fleet.chart();
    chart.owner(slot)?.host.as_ref().map(|host| host.port)
}

#[test]
fn of_two_who_claim_a_slot_the_later_has_it_whatever_is_heard_first() {
    let (fleet, one, two) = fleet();
    assert_eq!(port_of(&fleet, 5), None);
    fleet.heard(&one, says((3, 0..=9)));
    assert_eq!(port_of(&fleet, 5), Some(1));
    fleet.heard(&two, says((7, 5..=9)));
    assert_eq!((port_of(&fleet, 4), port_of(&fleet, 5)), (Some(1), Some(2)));
    // One that was cut off, and has not heard of it yet.
    fleet.heard(&one, says((3, 0..=9)));
    assert_eq!(port_of(&fleet, 5), Some(2));
    fleet.heard(&one, says((7, 0..=9)));
    assert_eq!(port_of(&fleet, 5), Some(2), "who has it keeps it");
}

#[test]
fn a_slot_that_changes_hands_or_is_under_way_unproves_what_was_read() {
    let (fleet, one, two) = fleet();
    fleet.heard(&one, says((3, 0..=9)));
    let before = fleet.state.epochs.all();
    fleet.heard(&one, says((3, 0..=9)));
    assert_eq!(fleet.state.epochs.all(), before);
    fleet.heard(&two, says((7, 5..=9)));
    let after = fleet.state.epochs.all();
    assert!(after > before);
    let mut open = says((7, 5..=9));
    open.claim.is_open = true;
    for beat in 0..3 {
        let before = fleet.state.epochs.all();
        fleet.heard(
            &two,
            Listing {
                claim: open.claim.clone(),
                hosts: Vec::new(),
            },
        );
        assert!(fleet.state.epochs.all() > before || beat == 0);
    }
}

#[test]
fn nodes_are_discovered_and_those_that_left_are_let_go() {
    let (fleet, one, _two) = fleet();
    let mut more = says((3, 0..=9));
    more.hosts.push(host(3));
    fleet.heard(&one, more);
    assert_eq!(fleet.nodes().len(), 3);
    fleet.heard(&one, says((3, 0..=9)));
    assert_eq!(fleet.nodes().len(), 2);
}
