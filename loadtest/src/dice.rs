//! Chance that can be repeated: the same seed throws the same dice, on every machine.

/// A stream of pseudo-random numbers (`SplitMix64`: small, quick, and good enough for a province).
#[derive(Clone, Debug)]
pub(crate) struct Dice {
    state: u64,
}

impl Dice {
    const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

    /// The dice of one thing: streams with different names or numbers have nothing in common, so
    /// adding a throw for one vehicle changes no other.
    pub(crate) fn of(seed: u64, stream: Stream, number: u64) -> Self {
        let mut dice = Self { state: seed };
        dice.state = dice.next() ^ stream.salt();
        dice.state = dice.next() ^ number;
        dice.state = dice.next();
        dice
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(Self::STEP);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, or 0 if there is none. The bias is below bound / 2^64.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let product = u128::from(self.next()) * u128::from(bound);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// A place in a list of this length.
    pub(crate) fn place(&mut self, len: usize) -> usize {
        let bound = u64::try_from(len).unwrap_or(u64::MAX);
        usize::try_from(self.below(bound)).unwrap_or(0)
    }

    /// One of these.
    #[expect(
        clippy::indexing_slicing,
        reason = "lists are constants or filled at the start"
    )]
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.place(from.len())]
    }

    /// True so many times in a thousand.
    pub(crate) fn in_a_thousand(&mut self, times: u64) -> bool {
        self.below(1000) < times
    }

    /// A number in 0..1.
    pub(crate) fn unit(&mut self) -> f64 {
        to_f64(self.next() >> 11) / to_f64(1 << 53)
    }
}

/// What a stream of dice is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stream {
    /// The parties of the province.
    Parties,
    /// What a vehicle is and what happens to it.
    Vehicle,
    /// What only a record says about it, such as the name of its owner.
    Details,
    /// Notices and warranties.
    Notices,
    /// Which codes are asked for.
    Draw,
    /// When they are asked for.
    Arrivals,
}

impl Stream {
    const fn salt(self) -> u64 {
        match self {
            Self::Parties => 1,
            Self::Vehicle => 2,
            Self::Details => 3,
            Self::Notices => 4,
            Self::Draw => 5,
            Self::Arrivals => 6,
        }
    }
}

/// A few things of unequal weight: the k-th of them weighs 1 / k^s.
#[derive(Clone, Debug)]
pub(crate) struct Ranks {
    upper: Vec<u64>,
}

impl Ranks {
    pub(crate) fn new(len: usize, exponent: f64) -> Self {
        let weights: Vec<f64> = (1..=len)
            .map(|rank| to_f64(u64::try_from(rank).unwrap_or(u64::MAX)).powf(-exponent))
            .collect();
        let total: f64 = weights.iter().sum();
        let mut sum = 0.0;
        let upper = weights
            .iter()
            .map(|weight| {
                sum += weight;
                to_u64(sum / total * to_f64(1 << 52))
            })
            .collect();
        Self { upper }
    }

    /// A place, the first ones the likeliest.
    pub(crate) fn throw(&self, dice: &mut Dice) -> usize {
        let throw = dice.next() >> 12;
        let place = self.upper.partition_point(|&upper| upper <= throw);
        place.min(self.upper.len().saturating_sub(1))
    }
}

/// Zipf over any number of ranks without a table: rejection-inversion after Hörmann and
/// Derflinger (1996). It answers in constant time whatever the number of ranks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Zipf {
    ranks: u64,
    exponent: f64,
    low: f64,
    high: f64,
    sure: f64,
}

impl Zipf {
    pub(crate) fn new(ranks: u64, exponent: f64) -> Self {
        let zipf = Self {
            ranks,
            exponent,
            low: 0.0,
            high: 0.0,
            sure: 0.0,
        };
        Self {
            low: zipf.area(1.5) - 1.0,
            high: zipf.area(to_f64(ranks) + 0.5),
            sure: 2.0 - zipf.area_to(zipf.area(2.5) - zipf.weight(2.0)),
            ..zipf
        }
    }

    /// A rank from 0, the first ones the likeliest.
    pub(crate) fn throw(&self, dice: &mut Dice) -> u64 {
        if self.ranks < 2 {
            return 0;
        }
        loop {
            let area = self.high + dice.unit() * (self.low - self.high);
            let x = self.area_to(area);
            let rank = x.round().clamp(1.0, to_f64(self.ranks));
            if rank - x <= self.sure || area >= self.area(rank + 0.5) - self.weight(rank) {
                return to_u64(rank) - 1;
            }
        }
    }

    fn weight(&self, x: f64) -> f64 {
        (-self.exponent * x.ln()).exp()
    }

    /// The area under the weights up to `x`; a logarithm where the exponent is one.
    fn area(&self, x: f64) -> f64 {
        let flat = 1.0 - self.exponent;
        if flat.abs() < 1e-9 {
            x.ln()
        } else {
            (flat * x.ln()).exp_m1() / flat
        }
    }

    fn area_to(&self, area: f64) -> f64 {
        let flat = 1.0 - self.exponent;
        if flat.abs() < 1e-9 {
            area.exp()
        } else {
            ((flat * area).max(-1.0).ln_1p() / flat).exp()
        }
    }
}

/// The number as a float; exact below 2^53.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "std has no other way; weights need no more than 53 bits"
)]
pub(crate) fn to_f64(number: u64) -> f64 {
    number as f64
}

/// The whole part of a float; what is below zero is zero.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "std has no other way; the cast saturates"
)]
pub(crate) fn to_u64(number: f64) -> u64 {
    number as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_throws_the_same_dice_and_another_does_not() {
        let throws = |seed, stream| {
            let mut dice = Dice::of(seed, stream, 7);
            [dice.next(), dice.next(), dice.next()]
        };
        assert_eq!(throws(1, Stream::Vehicle), throws(1, Stream::Vehicle));
        assert_ne!(throws(1, Stream::Vehicle), throws(2, Stream::Vehicle));
        assert_ne!(throws(1, Stream::Vehicle), throws(1, Stream::Draw));
    }

    #[test]
    fn every_place_is_reached_and_none_beyond() {
        let mut dice = Dice::of(1, Stream::Draw, 0);
        let mut seen = [0_u32; 7];
        for _ in 0..7000 {
            seen[dice.place(seen.len())] += 1;
        }
        assert!(
            seen.iter().all(|&times| (850..1150).contains(&times)),
            "{seen:?}"
        );
    }

    #[test]
    fn ranks_and_zipf_agree_with_the_law() {
        for exponent in [0.9, 1.0, 1.1] {
            let law: Vec<f64> = (1..=50_u32).map(|k| f64::from(k).powf(-exponent)).collect();
            let total: f64 = law.iter().sum();
            let (ranks, zipf) = (Ranks::new(50, exponent), Zipf::new(50, exponent));
            let mut dice = Dice::of(3, Stream::Draw, 0);
            let (mut by_ranks, mut by_zipf) = ([0_u64; 50], [0_u64; 50]);
            for _ in 0..200_000 {
                by_ranks[ranks.throw(&mut dice)] += 1;
                by_zipf[usize::try_from(zipf.throw(&mut dice)).unwrap()] += 1;
            }
            for place in [0, 1, 4, 20, 49] {
                let want = law[place] / total;
                for got in [by_ranks[place], by_zipf[place]] {
                    let got = to_f64(got) / 200_000.0;
                    assert!(
                        (got / want - 1.0).abs() < 0.15,
                        "{exponent} {place}: {got} {want}"
                    );
                }
            }
        }
    }
}
