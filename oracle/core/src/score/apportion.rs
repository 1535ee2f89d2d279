//! Largest remainder: shares out an amount by weights so that the parts add up to it exactly.

use std::cmp::Reverse;

/// Gives `amount` in proportion to `weights`; what floors leave over goes, one by one, to the
/// largest remainders, ties to the earlier weight. All zero when every weight is zero.
pub(super) fn apportion(amount: u64, weights: &[u64]) -> Vec<u64> {
    let sum: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let shares: Vec<(u128, u128)> = weights
        .iter()
        .map(|weight| {
            let product = u128::from(amount) * u128::from(*weight);
            (product / sum, product % sum)
        })
        .collect();
    let given: u128 = shares.iter().map(|(share, _)| share).sum();
    // Fewer than there are weights: each floor leaves less than one.
    let left = usize::try_from(u128::from(amount) - given).unwrap_or(usize::MAX).min(shares.len());
    let mut order: Vec<(Reverse<u128>, usize)> =
        shares.iter().enumerate().map(|(at, (_, remainder))| (Reverse(*remainder), at)).collect();
    if left > 0 && left < order.len() {
        order.select_nth_unstable(left - 1);
    }
    let mut extra = vec![false; shares.len()];
    for (_, at) in order.into_iter().take(left) {
        if let Some(slot) = extra.get_mut(at) {
            *slot = true;
        }
    }
    shares
        .into_iter()
        .zip(extra)
        .map(|((share, _), extra)| {
            // A share is at most `amount`, which is a u64.
            u64::try_from(share).unwrap_or(u64::MAX).saturating_add(u64::from(extra))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::apportion;
    use proptest::prelude::*;

    #[test]
    fn the_largest_remainder_gets_the_leftover_and_ties_go_to_the_first() {
        assert_eq!(apportion(10, &[1, 1, 1]), [4, 3, 3]);
        assert_eq!(apportion(10, &[5, 3, 1]), [6, 3, 1]);
        assert_eq!(apportion(1, &[1, 2]), [0, 1]);
        assert_eq!(apportion(7, &[0, 0]), [0, 0]);
        assert_eq!(apportion(7, &[]), [0u64; 0]);
        assert_eq!(apportion(u64::MAX, &[u64::MAX, u64::MAX]), [u64::MAX / 2 + 1, u64::MAX / 2]);
    }

    proptest! {
        #[test]
        fn the_parts_add_up_and_no_part_is_off_by_a_unit(amount: u64, weights in prop::collection::vec(any::<u64>(), 1..50)) {
            let parts = apportion(amount, &weights);
            let sum: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
            prop_assume!(sum > 0);
            prop_assert_eq!(parts.iter().map(|part| u128::from(*part)).sum::<u128>(), u128::from(amount));
            for (part, weight) in parts.iter().zip(&weights) {
                let floor = u128::from(amount) * u128::from(*weight) / sum;
                prop_assert!(u128::from(*part) == floor || u128::from(*part) == floor + 1);
            }
        }
    }
}
