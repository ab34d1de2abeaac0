//! Counters by the words of their labels. Each is looked up by the words' places, so that counting
//! is one addition, and all are there from the start.

use std::{marker::PhantomData, sync::Arc};

use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use super::labels::Label;

/// A counter for each word of a label.
#[derive(Clone, Debug)]
pub(super) struct Tally<L>(Arc<[Counter]>, PhantomData<L>);

/// A counter for each word of one label with each of another.
#[derive(Clone, Debug)]
pub(super) struct Grid<A, B>(Arc<[Counter]>, PhantomData<(A, B)>);

/// A gauge for each word of a label, of which one is 1.
#[derive(Clone, Debug)]
pub(super) struct State<L>(Arc<[Gauge]>, PhantomData<L>);

type Labels<const N: usize> = [(&'static str, &'static str); N];

impl<L: Label> Tally<L> {
    pub(super) fn register(registry: &mut Registry, name: &str, help: &str) -> Self {
        let family = Family::<Labels<1>, Counter>::default();
        let labels = L::ALL.iter().map(|word| [labelled(*word)]);
        let counters = labels.map(|labels| family.get_or_create_owned(&labels));
        let tally = Self(counters.collect(), PhantomData);
        registry.register(name, help, family);
        tally
    }

    pub(super) fn count(&self, word: L) {
        if let Some(counter) = self.0.get(word.place()) {
            counter.inc();
        }
    }
}

impl<A: Label, B: Label> Grid<A, B> {
    pub(super) fn register(registry: &mut Registry, name: &str, help: &str) -> Self {
        let family = Family::<Labels<2>, Counter>::default();
        let row = |a: &A| {
            let a = labelled(*a);
            B::ALL.iter().map(move |b| [a, labelled(*b)])
        };
        let labels = A::ALL.iter().flat_map(row);
        let counters = labels.map(|labels| family.get_or_create_owned(&labels));
        let grid = Self(counters.collect(), PhantomData);
        registry.register(name, help, family);
        grid
    }

    pub(super) fn count(&self, a: A, b: B) {
        if let Some(counter) = self.0.get(a.place() * B::ALL.len() + b.place()) {
            counter.inc();
        }
    }
}

impl<L: Label + PartialEq> State<L> {
    pub(super) fn register(registry: &mut Registry, name: &str, help: &str, first: L) -> Self {
        let family = Family::<Labels<1>, Gauge>::default();
        let labels = L::ALL.iter().map(|word| [labelled(*word)]);
        let gauges = labels.map(|labels| family.get_or_create_owned(&labels));
        let state = Self(gauges.collect(), PhantomData);
        registry.register(name, help, family);
        state.set(first);
        state
    }

    pub(super) fn set(&self, now: L) {
        for (gauge, word) in self.0.iter().zip(L::ALL) {
            gauge.set(i64::from(*word == now));
        }
    }
}

fn labelled<L: Label>(word: L) -> (&'static str, &'static str) {
    (L::NAME, word.word())
}
