//! Page sizes that work, by query: halved when GitHub cannot answer, and grown again slowly.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Good pages in a row before a size that was halved is doubled again.
const GOOD_ROW: u32 = 3;
/// A size that fails again and again is tried less and less often.
const LONGEST_ROW: u32 = 96;

#[derive(Debug, Default)]
pub(super) struct Pages(Mutex<HashMap<&'static str, Size>>);

#[derive(Clone, Copy, Debug)]
struct Size {
    works: u64,
    good: u32,
    /// Good pages that are wanted before it grows.
    row: u32,
    /// It was just doubled, and nothing came of it yet.
    grown: bool,
}

impl Pages {
    /// How much to ask for when `wanted` is wanted.
    pub(super) fn size(&self, query: &'static str, wanted: u64) -> u64 {
        let pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pages.get(query).map_or(wanted, |size| size.works.min(wanted)).max(1)
    }

    /// Whether less can be asked for than what failed.
    pub(super) fn shrink(&self, query: &'static str, failed: u64) -> bool {
        if failed <= 1 {
            return false;
        }
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let size = pages.entry(query).or_insert(Size { works: failed, good: 0, row: GOOD_ROW, grown: false });
        if size.grown {
            size.row = (size.row * 2).min(LONGEST_ROW);
        }
        *size = Size { works: size.works.min(failed / 2), good: 0, row: size.row, grown: false };
        true
    }

    pub(super) fn worked(&self, query: &'static str, asked: u64, wanted: u64) {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A smaller page than would work, because no more was wanted, tells nothing.
        let Some(size) = pages.get_mut(query).filter(|size| asked >= size.works && asked < wanted) else { return };
        (size.good, size.grown) = (size.good + 1, false);
        if size.good >= size.row {
            (size.works, size.good, size.grown) = (size.works.saturating_mul(2), 0, true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pages;

    const PULLS: &str = "query Pulls";

    /// Asks for `pages` pages of 49 where more than `bearable` fails, and gives the sizes that were tried.
    fn tried(known: &Pages, pages: usize, bearable: u64) -> Vec<u64> {
        let (mut tried, mut done) = (Vec::new(), 0);
        while done < pages {
            let size = known.size(PULLS, 49);
            tried.push(size);
            if size > bearable {
                assert!(known.shrink(PULLS, size));
            } else {
                known.worked(PULLS, size, 49);
                done += 1;
            }
        }
        tried
    }

    #[test]
    fn a_page_is_halved_until_it_works_and_grows_slowly() {
        let known = Pages::default();
        assert_eq!(tried(&known, 2, 49), [49, 49]);
        assert_eq!(tried(&known, 1, 20), [49, 24, 12]);
        assert_eq!(known.size("query Issues", 99), 99, "each query has its own size");
        assert_eq!(tried(&known, 9, 49), [12, 12, 24, 24, 24, 48, 48, 48, 49]);
    }

    #[test]
    fn a_size_that_keeps_failing_is_tried_less_and_less() {
        let known = Pages::default();
        let failed = |pages| tried(&known, pages, 20).iter().filter(|size| **size > 20).count();
        assert_eq!([failed(20), failed(100), failed(100)], [4, 3, 1]);
    }

    #[test]
    fn one_object_cannot_be_halved() {
        let known = Pages::default();
        assert!(known.shrink(PULLS, 2) && !known.shrink(PULLS, 1));
        assert_eq!(known.size(PULLS, 49), 1);
        assert_eq!(known.size(PULLS, 0), 1);
    }
}
