//! What the batteries of a sitting come to.

use std::collections::BTreeMap;

use saoma_pages::staff::{Taken, Totals, Verdict};

/// The totals of a list.
pub fn totals(taken: &[Taken]) -> Totals {
    let count = |verdict| taken.iter().filter(|one| one.verdict == verdict).count();
    let mut by_chemistry: BTreeMap<Option<&str>, (usize, Option<u32>)> = BTreeMap::new();
    for one in taken {
        let chemistry = one.chemistry.as_deref();
        let sum = by_chemistry.entry(chemistry).or_insert((0, Some(0)));
        sum.0 += 1;
        // One that does not say makes the sum unknown: half a sum would be read as the whole.
        let tenths = one.capacity.as_deref().and_then(tenths_of_ampere_hours);
        sum.1 = sum
            .1
            .zip(tenths)
            .and_then(|(sum, one)| sum.checked_add(one));
    }
    let mut by_chemistry: Vec<_> = by_chemistry
        .into_iter()
        .map(|(name, (count, tenths))| (name.map(str::to_owned), count, tenths))
        .collect();
    // Most first, and what is not on record last.
    by_chemistry.sort_by_key(|(name, count, _)| (name.is_none(), usize::MAX - count));
    Totals {
        yes: count(Verdict::Yes),
        care: count(Verdict::Care),
        no: count(Verdict::No),
        by_chemistry,
    }
}

/// Tenths of an ampere-hour, out of what makers write: `12Ah`, `48V 20.5AH`, `60V24Ah(1440Wh)`.
fn tenths_of_ampere_hours(text: &str) -> Option<u32> {
    let text = text.to_ascii_lowercase();
    let (before, _) = text.split_once("ah")?;
    let before = before.trim_end();
    let number = before
        .rfind(|c: char| !c.is_ascii_digit() && c != '.')
        .map_or(before, |at| {
            before
                .get(at..)
                .unwrap_or_default()
                .trim_start_matches(|c: char| !c.is_ascii_digit())
        });
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let whole: u32 = whole.parse().ok()?;
    let part: u32 = part.get(..1)?.parse().ok()?;
    whole.checked_mul(10)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(chemistry: Option<&str>, capacity: &str, verdict: Verdict) -> Taken {
        Taken {
            code: String::new(),
            chemistry: chemistry.map(str::to_owned),
            capacity: Some(capacity.to_owned()),
            produced: None,
            verdict,
            at: String::new(),
        }
    }

    #[test]
    fn capacities_are_read_as_makers_write_them() {
        for (text, want) in [
            ("12Ah", Some(120)),
            ("48V12Ah", Some(120)),
            ("48V 20.5 AH", Some(205)),
            ("60V24Ah(1440Wh)", Some(240)),
            ("容量20Ah", Some(200)),
            ("1440Wh", None),
            ("Ah", None),
            ("99999999999Ah", None),
            ("", None),
        ] {
            assert_eq!(tenths_of_ampere_hours(text), want, "{text}");
        }
    }

    #[test]
    fn a_sum_is_told_only_where_every_battery_says_its_part() {
        let (lead, lithium) = (Some("铅酸蓄电池"), Some("锂离子蓄电池"));
        let list = [
            one(None, "12Ah", Verdict::Care),
            one(lithium, "1440Wh", Verdict::No),
            one(lead, "12Ah", Verdict::Yes),
            one(lead, "48V20.5Ah", Verdict::Yes),
        ];
        let totals = totals(&list);
        assert_eq!((totals.yes, totals.care, totals.no), (2, 1, 1));
        let want = vec![
            (lead.map(str::to_owned), 2, Some(325)),
            (lithium.map(str::to_owned), 1, None),
            (None, 1, Some(120)),
        ];
        assert_eq!(totals.by_chemistry, want);
    }
}
