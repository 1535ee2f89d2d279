//! What a unit of gas is offered for: takes an estimate, what was offered before and the most that may be, gives
//! the next offer. Integers only.

use alloy::providers::utils::Eip1559Estimation;

/// Wei for a unit of gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fees {
    /// In all.
    pub(super) max: u128,
    /// What of it goes to whoever makes the block.
    pub(super) tip: u128,
}

impl Fees {
    /// A first offer.
    pub(super) fn first(estimate: Eip1559Estimation, cap: u128) -> Self {
        let max = estimate.max_fee_per_gas.min(cap);
        Self { max, tip: estimate.max_priority_fee_per_gas.min(max) }
    }

    /// An offer that nodes take in place of this one: an eighth more, or what is usual now if that is more. None
    /// when the cap does not allow it.
    pub(super) fn raised(self, estimate: Option<Eip1559Estimation>, cap: u128) -> Option<Self> {
        let eighth_more = |fee: u128| fee.saturating_add(fee.div_ceil(8)).saturating_add(1);
        let usual = estimate.map(|estimate| Self::first(estimate, cap));
        let least = Self { max: eighth_more(self.max), tip: eighth_more(self.tip) };
        if least.max > cap {
            return None;
        }
        let max = usual.map_or(least.max, |usual| usual.max.max(least.max));
        let tip = usual.map_or(least.tip, |usual| usual.tip.max(least.tip));
        Some(Self { max, tip: tip.min(max) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(max: u128, tip: u128) -> Eip1559Estimation {
        Eip1559Estimation { max_fee_per_gas: max, max_priority_fee_per_gas: tip }
    }

    #[test]
    fn an_offer_rises_by_an_eighth_or_to_what_is_usual_until_the_cap() {
        let offer = Fees::first(estimate(1_000, 80), 10_000);
        assert_eq!(offer, Fees { max: 1_000, tip: 80 });
        assert_eq!(offer.raised(None, 10_000), Some(Fees { max: 1_126, tip: 91 }));
        assert_eq!(offer.raised(Some(estimate(5_000, 10)), 10_000), Some(Fees { max: 5_000, tip: 91 }));
        assert_eq!(offer.raised(Some(estimate(50_000, 900)), 10_000), Some(Fees { max: 10_000, tip: 900 }));
        assert_eq!(offer.raised(Some(estimate(50_000, 900)), 1_125), None, "less than an eighth is not taken");
    }

    #[test]
    fn no_offer_is_above_the_cap() {
        assert_eq!(Fees::first(estimate(500, 400), 100), Fees { max: 100, tip: 100 });
        let (mut offer, mut steps) = (Fees::first(estimate(7, 1), 1_000_000), 0);
        while let Some(next) = offer.raised(None, 1_000_000) {
            assert!(next.max <= 1_000_000 && next.tip <= next.max);
            assert!(next.max * 1_000 >= offer.max * 1_125 && next.tip * 1_000 >= offer.tip * 1_125);
            (offer, steps) = (next, steps + 1);
        }
        assert!((50..150).contains(&steps), "{steps}");
    }
}
