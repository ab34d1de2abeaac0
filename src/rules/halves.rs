//! Where a stored view is cut in two, for a store that keeps parts once.
//!
//! A vehicle's view says what the vehicle is, and then what batteries it has. A maker has a few models, and
//! there are some hundred batteries; but of models with batteries there are nearly as many as vehicles. So
//! what is long is cut between two of its values, at the place nearest to its middle. Any place would do
//! that depends on the bytes alone: put together again, they are what they were.

use super::bytes::Reader;
use super::stored::{alert, cell};

/// Shorter ones have so little to share that a second part would only cost a second look.
const WORTH_CUTTING: usize = 128;

/// The two parts of what a stored view has in common with others; the second may be empty.
pub fn halves(common: &[u8]) -> (&[u8], &[u8]) {
    let place = if common.len() < WORTH_CUTTING {
        None
    } else {
        nearest_to_middle(common)
    };
    place
        .and_then(|place| common.split_at_checked(place))
        .unwrap_or((common, &[]))
}

fn nearest_to_middle(common: &[u8]) -> Option<usize> {
    let mut from = Reader::new(common);
    let mut best: Option<usize> = None;
    let middle = common.len() / 2;
    from.byte()?;
    from.text()?;
    from.many(alert)?;
    for _ in 0..from.count()? {
        from.byte()?;
        for _ in 0..from.count()? {
            for _ in 0..from.count()? {
                let place = common.len() - from.left();
                if best.is_none_or(|best| place.abs_diff(middle) < best.abs_diff(middle)) {
                    best = Some(place);
                }
                cell(&mut from)?;
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};
    use saoma_pages::Shown;

    use super::*;
    use crate::rules::stored::{Kept, StoredCell, StoredSheet, StoredView, split};
    use crate::words::catalog::RecordKind;
    use crate::words::moment::Moment;
    use crate::words::policy::Policy;

    fn vehicle(maker: &str, battery: &str) -> Vec<u8> {
        let texts = [maker, "TDR4996Z", maker, "铅酸蓄电池", battery, "48V12Ah"];
        let row = (1..).zip(texts).map(|(slot, text)| StoredCell {
            slot,
            kept: Kept::Shown(Shown::Plain(text.to_owned())),
        });
        StoredView {
            stamp: Policy::default().stamp(),
            as_of: Moment::from_seconds(1),
            maker: None,
            alerts: Vec::new(),
            sheets: vec![StoredSheet {
                kind: RecordKind::ProductionVehicle,
                rows: vec![row.collect()],
            }],
        }
        .encode()
    }

    #[test]
    fn vehicles_of_one_model_share_one_half_and_those_with_one_battery_the_other() {
        let makers = [
            "临安区示例甲1号车业有限公司",
            "西湖区示例乙22号车业有限公司",
        ];
        let batteries = [
            "江北区样板庚202号电源有限公司",
            "椒江区比方辛4号电源有限公司",
        ];
        let cut = |maker: usize, battery: usize| {
            let view = vehicle(makers[maker], batteries[battery]);
            let (one, other) = halves(split(&view).unwrap().0);
            [one.to_vec(), other.to_vec()]
        };
        let all = [[0, 0], [0, 1], [1, 0], [1, 1]].map(|[maker, battery]| cut(maker, battery));
        assert_eq!([&all[0][0], &all[2][0]], [&all[1][0], &all[3][0]]);
        assert_eq!([&all[0][1], &all[1][1]], [&all[2][1], &all[3][1]]);
        assert!(all.iter().flatten().all(|half| !half.is_empty()));
    }

    proptest! {
        #[test]
        fn halves_are_the_whole_whatever_the_bytes_are(bytes in vec(any::<u8>(), 0..300)) {
            let (one, other) = halves(&bytes);
            prop_assert_eq!([one, other].concat(), bytes);
        }
    }
}
