//! A random sample of an evidence file's facts, and what it proves.

use serde::Serialize;
use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};

/// A seed that nobody could know when the evidence was made.
pub fn random_seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `limit`, each as likely as every other.
    fn below(&mut self, limit: u64) -> u64 {
        let rest = u64::MAX - u64::MAX.wrapping_rem(limit.max(1));
        loop {
            let drawn = self.next();
            if drawn < rest {
                return drawn % limit.max(1);
            }
        }
    }
}

/// `size` of the numbers below `population`, every set of them as likely as every other (Floyd's method).
pub(super) fn sample(population: usize, size: usize, seed: u64) -> BTreeSet<usize> {
    let mut draws = Draws(seed);
    let mut chosen = BTreeSet::new();
    for last in population.saturating_sub(size)..population {
        let drawn = usize::try_from(draws.below(last as u64 + 1)).unwrap_or(last);
        if !chosen.insert(drawn) {
            chosen.insert(last);
        }
    }
    chosen
}

/// What it means that a sample showed nothing wrong.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Confidence {
    pub population: usize,
    pub sample: usize,
    /// A twentieth of the facts, rounded up: if as many were wrong,
    pub wrong: usize,
    /// this is how likely such a sample was to show one of them at least.
    pub chance: f64,
    /// The fewest wrong facts that such a sample shows with a probability of 95%.
    pub bound: usize,
}

impl Confidence {
    pub fn of(population: usize, sample: usize) -> Self {
        let wrong = population.div_ceil(20).max(1);
        // The chance grows with the number of wrong facts.
        let (mut low, mut high) = (1, population.max(1));
        while low < high {
            let middle = low + (high - low) / 2;
            if chance(population, sample, middle) >= 0.95 {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Self { population, sample, wrong, chance: chance(population, sample, wrong), bound: low }
    }

    pub fn text(&self) -> String {
        let Self { population, sample, wrong, chance, bound } = *self;
        if sample >= population {
            return format!("all {population} facts were compared");
        }
        // Cut off, not rounded: 99.97% is not 100.0%.
        let percent = (chance * 1_000.0).floor() / 10.0;
        format!(
            "{sample} of {population} facts were compared; if 5% or more ({wrong}) were wrong, a sample of {sample} would \
             have shown it with probability {percent:.1}%; with 95% confidence fewer than {bound} are wrong"
        )
    }
}

/// That a sample without replacement has one of `wrong` at least: hypergeometric, exact but for the rounding
/// of floating point.
#[expect(clippy::cast_precision_loss, reason = "evidence has fewer than 2^53 facts, and this is shown, not decided on")]
fn chance(population: usize, sample: usize, wrong: usize) -> f64 {
    let right = population.saturating_sub(wrong);
    if sample > right {
        return 1.0;
    }
    let none = (0..sample).map(|drawn| (right - drawn) as f64 / (population - drawn) as f64).product::<f64>();
    1.0 - none
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_its_sample_again_and_every_fact_has_the_same_chance() {
        assert_eq!(sample(100, 10, 7), sample(100, 10, 7));
        assert_ne!(sample(100, 10, 7), sample(100, 10, 8));
        assert_eq!(sample(5, 9, 1).len(), 5);
        let mut counts = [0_usize; 20];
        for seed in 0..20_000 {
            let chosen = sample(20, 5, seed);
            assert_eq!(chosen.len(), 5);
            for one in chosen {
                counts[one] += 1;
            }
        }
        // 5,000 each, give or take five standard deviations.
        assert!(counts.iter().all(|count| (4_690..5_310).contains(count)), "{counts:?}");
    }

    #[test]
    fn the_chance_is_the_hypergeometric_one() {
        // C(8,3) / C(10,3) = 56 / 120.
        assert!((chance(10, 3, 2) - (1.0 - 56.0 / 120.0)).abs() < 1e-12);
        assert!((chance(10, 10, 1) - 1.0).abs() < f64::EPSILON);
        assert!((chance(10, 9, 2) - 1.0).abs() < f64::EPSILON);
        let said = Confidence::of(1_000, 59);
        assert!(said.wrong == 50 && said.chance > 0.95, "{said:?}");
        assert!(chance(1_000, 59, said.bound) >= 0.95 && chance(1_000, 59, said.bound - 1) < 0.95);
        assert_eq!(Confidence::of(7, 7).text(), "all 7 facts were compared");
    }
}
