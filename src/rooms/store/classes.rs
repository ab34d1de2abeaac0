//! Makers' classes, each decoded once. A few hundred makers stand behind all products, and what is
//! kept of one is part of every page of its products.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use foldhash::fast::RandomState;

use crate::rules::class::Class;

/// By the bytes that it is decoded from: one that changes is another.
type Known = HashMap<Box<[u8]>, Arc<Class>, RandomState>;

/// Makers that are remembered at once, at a few kilobytes each.
const MOST: usize = 1024;

static KNOWN: LazyLock<RwLock<Known>> = LazyLock::new(RwLock::default);

/// What these bytes say, if they say anything.
pub(super) fn decoded(bytes: &[u8]) -> Option<Arc<Class>> {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(class) = known.get(bytes) {
        return Some(Arc::clone(class));
    }
    drop(known);
    let class = Arc::new(Class::decode(bytes)?);
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    if known.len() >= MOST {
        // Rare, and those that are asked for are back soon.
        known.clear();
    }
    known.insert(bytes.into(), Arc::clone(&class));
    Some(class)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::class::Warranty;

    #[test]
    fn what_is_remembered_is_what_is_decoded_and_bounded() {
        for months in 0..=MOST {
            let class = Class {
                warranties: vec![Warranty {
                    model: String::new(),
                    part: "frame".to_owned(),
                    months: months.to_string(),
                    safe_months: String::new(),
                }],
                ..Class::default()
            };
            for _ in 0..2 {
                assert_eq!(*decoded(&class.encode()).unwrap(), class);
            }
            assert!(KNOWN.read().unwrap().len() <= MOST);
        }
        assert!(decoded(b"\xff").is_none());
    }
}
