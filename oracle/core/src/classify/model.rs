//! Takes the bytes of a weights file, gives a score per kind for a set of features. Integers only;
//! the file is borrowed, never copied, and refused as a whole when anything in it is off.
//!
//! All numbers are little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `guerdonK` |
//! | 2 | [`FEATURES_VERSION`] that the weights were trained on |
//! | 1, 1 | number of kinds (7), number of feature groups (5) |
//! | 2 | threshold: under this confidence, in thousandths, the kind is `chore` |
//! | 5 | log2 of the buckets of each group, 4 to 16 |
//! | 1 | 0 |
//! | 7 x 4 | bias of each kind, signed, in 2^-16 |
//! | 5 x 7 x 4 | what one step of a weight is worth, by group and kind, in 2^-24 |
//! | rest | group by group, bucket by bucket, one signed byte for each kind |

use super::features::{DENSE, FEATURES_VERSION, Features, GROUPS};
use crate::model::Kind;
use thiserror::Error;

/// The kinds that can be told from titles and paths, in the order of the weights. Performance and
/// security are for a maintainer's label.
pub const KINDS: [Kind; 7] =
    [Kind::Feature, Kind::Fix, Kind::Docs, Kind::Test, Kind::Refactor, Kind::Build, Kind::Chore];

const HEADER: usize = 48 + GROUPS * KINDS.len() * 4;
/// Above this a sum of [`super::features::MAX_FEATURES`] weights could leave 64 bits.
const MAX_SCALE: u32 = 1 << 26;
const MAX_BIAS: i32 = 64 << 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WeightsError {
    #[error("weights do not begin with `guerdonK`: train them again")]
    Magic,
    #[error("weights are for other features, kinds or groups: train them again")]
    Version,
    #[error("a threshold above 1000 thousandths, a bias, a scale or a table size outside its bound")]
    Bound,
    #[error("weights are cut off or have bytes after their end")]
    Length,
}

#[derive(Clone, Copy, Debug)]
pub struct Model<'a> {
    /// Under this confidence, in thousandths, the kind is `chore`.
    pub threshold: u16,
    buckets: [u8; GROUPS],
    bias: [i32; KINDS.len()],
    scales: [[u32; KINDS.len()]; GROUPS],
    tables: [&'a [u8]; GROUPS],
}

/// The next `N` bytes and what follows them.
const fn take<const N: usize>(bytes: &[u8]) -> Result<([u8; N], &[u8]), WeightsError> {
    match bytes.split_first_chunk::<N>() {
        Some((head, rest)) => Ok((*head, rest)),
        None => Err(WeightsError::Length),
    }
}

macro_rules! next {
    ($bytes:ident) => {
        match take($bytes) {
            Ok((head, rest)) => {
                $bytes = rest;
                head
            }
            Err(error) => return Err(error),
        }
    };
}

impl<'a> Model<'a> {
    /// Runs while compiling for the weights in the repository.
    #[allow(
        clippy::indexing_slicing,
        reason = "constant functions have no iterators; the bounds are those of the arrays"
    )]
    pub const fn parse(mut bytes: &'a [u8]) -> Result<Self, WeightsError> {
        let magic: [u8; 8] = next!(bytes);
        if !matches!(&magic, b"guerdonK") {
            return Err(WeightsError::Magic);
        }
        let version = u16::from_le_bytes(next!(bytes));
        let [kinds, groups] = next!(bytes);
        if version != FEATURES_VERSION || kinds as usize != KINDS.len() || groups as usize != GROUPS {
            return Err(WeightsError::Version);
        }
        let threshold = u16::from_le_bytes(next!(bytes));
        let buckets: [u8; GROUPS] = next!(bytes);
        let [zero]: [u8; 1] = next!(bytes);
        if threshold > 1000 || zero != 0 {
            return Err(WeightsError::Bound);
        }
        let mut bias = [0; KINDS.len()];
        let mut kind = 0;
        while kind < KINDS.len() {
            bias[kind] = i32::from_le_bytes(next!(bytes));
            if bias[kind] > MAX_BIAS || bias[kind] < -MAX_BIAS {
                return Err(WeightsError::Bound);
            }
            kind += 1;
        }
        let mut scales = [[0; KINDS.len()]; GROUPS];
        let mut at = 0;
        while at < GROUPS * KINDS.len() {
            let scale = u32::from_le_bytes(next!(bytes));
            if scale > MAX_SCALE {
                return Err(WeightsError::Bound);
            }
            scales[at / KINDS.len()][at % KINDS.len()] = scale;
            at += 1;
        }
        let mut tables: [&[u8]; GROUPS] = [&[]; GROUPS];
        let mut group = 0;
        while group < GROUPS {
            if buckets[group] < 4 || buckets[group] > 16 {
                return Err(WeightsError::Bound);
            }
            let Some((table, rest)) = bytes.split_at_checked(KINDS.len() << buckets[group]) else {
                return Err(WeightsError::Length);
            };
            tables[group] = table;
            bytes = rest;
            group += 1;
        }
        if !bytes.is_empty() {
            return Err(WeightsError::Length);
        }
        Ok(Self { threshold, buckets, bias, scales, tables })
    }

    /// A score for each of [`KINDS`], in 2^-16: natural logarithms of odds.
    ///
    /// A group of n features is divided by the root of n, so that a long title weighs as much as a
    /// short one; the dense group is not, for it has nearly the same size everywhere.
    pub fn scores(&self, features: &Features) -> [i64; KINDS.len()] {
        let mut scores = self.bias.map(i64::from);
        for (group, hashes) in features.groups.iter().enumerate() {
            let (Some(table), Some(buckets), Some(scales)) =
                (self.tables.get(group), self.buckets.get(group), self.scales.get(group))
            else {
                continue;
            };
            let mask = (1usize << buckets) - 1;
            let mut sums = [0i64; KINDS.len()];
            for hash in hashes {
                let bucket = usize::try_from(*hash).unwrap_or_default() & mask;
                let weights = table.get(bucket * KINDS.len()..).and_then(|rest| rest.first_chunk::<{ KINDS.len() }>());
                for (sum, weight) in sums.iter_mut().zip(weights.into_iter().flatten()) {
                    *sum += i64::from(weight.cast_signed());
                }
            }
            let count = u64::try_from(hashes.len()).unwrap_or(u64::MAX).max(1);
            let norm =
                if group == DENSE { 1 << 16 } else { i64::try_from(((1u64 << 32) / count).isqrt()).unwrap_or(0) };
            for ((score, sum), scale) in scores.iter_mut().zip(sums).zip(scales) {
                *score += ((sum * norm) >> 8).saturating_mul(i64::from(*scale)) >> 16;
            }
        }
        scores
    }
}

/// The share of the best score among all, by softmax, in thousandths, with its place.
pub(super) fn best(scores: &[i64; KINDS.len()]) -> (Kind, u16) {
    let top = scores.iter().copied().max().unwrap_or_default();
    let kind = KINDS.iter().zip(scores).find(|(_, score)| **score == top).map_or(Kind::Chore, |(kind, _)| *kind);
    let sum: u64 = scores.iter().map(|score| exp_below(top.saturating_sub(*score))).sum();
    (kind, u16::try_from(1000 * ONE / sum.max(ONE)).unwrap_or(1000))
}

const ONE: u64 = 1 << 16;

/// e^-x for x >= 0, both in 2^-16, off by less than 2^-12.
fn exp_below(x: i64) -> u64 {
    let x = u64::try_from(x).unwrap_or_default();
    if x > 16 * ONE {
        return 0;
    }
    // e^-x = 2^-(x log2 e); the part after the point by a polynomial (Taylor, five terms).
    let power = (x * 94_548) >> 16;
    let part = power & (ONE - 1);
    let falling = [87, 630, 3638, 15_743, 45_426, ONE].into_iter().fold(0, |sum, factor| factor - ((sum * part) >> 16));
    falling >> (power >> 16)
}

const _: () = assert!(HEADER == 188);
