//! GitHub's clock, as its answers tell it: limits and tokens end by it, not by this machine's.

use crate::fetch::time;
use http::HeaderMap;
use std::sync::atomic::{AtomicI64, Ordering};

const UNKNOWN: i64 = i64::MIN;

/// How far GitHub's clock is ahead of ours.
#[derive(Debug)]
pub(in crate::fetch) struct Clock(AtomicI64);

impl Default for Clock {
    fn default() -> Self {
        Self(AtomicI64::new(UNKNOWN))
    }
}

impl Clock {
    /// An answer that was just received said this.
    pub(super) fn note(&self, headers: &HeaderMap) {
        if let Some(theirs) = date(headers) {
            self.0.store(signed(theirs) - signed(time::now()), Ordering::Relaxed);
        }
    }

    /// Seconds that GitHub is ahead of us; `None` before its first answer.
    pub(in crate::fetch) fn ahead(&self) -> Option<i64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|ahead| *ahead != UNKNOWN)
    }

    /// UTC seconds at GitHub.
    pub(in crate::fetch) fn now(&self) -> u64 {
        u64::try_from(signed(time::now()) + self.ahead().unwrap_or(0)).unwrap_or(0)
    }
}

fn signed(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

/// The answer's `Date`.
pub(super) fn date(headers: &HeaderMap) -> Option<u64> {
    parse(headers.get(http::header::DATE)?.to_str().ok()?)
}

/// `Fri, 20 Dec 2024 13:03:26 GMT`: the one form that HTTP still writes.
pub(super) fn parse(text: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut words = text.trim().strip_suffix("GMT")?.split_once(',')?.1.split_whitespace();
    let (day, month, year, clock) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    time::parse(&format!("{year}-{month:02}-{day}T{clock}Z"))
}

#[cfg(test)]
mod tests {
    use super::{Clock, parse};
    use http::{HeaderMap, HeaderValue};

    #[test]
    fn dates_are_read() {
        assert_eq!(parse("Thu, 01 Jan 1970 00:01:00 GMT"), Some(60));
        assert_eq!(parse("Tue, 29 Feb 2000 23:59:59 GMT"), Some(951_868_799));
        for wrong in ["", "Tue, 30 Feb 2000 23:59:59 GMT", "2000-02-29T23:59:59Z", "Tue, 29 Feb 2000 23:59:59 CET"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn githubs_clock_counts() {
        let clock = Clock::default();
        assert_eq!(clock.ahead(), None);
        let mut headers = HeaderMap::new();
        headers.insert("date", HeaderValue::from_static("Fri, 01 Jan 2100 00:00:00 GMT"));
        clock.note(&headers);
        assert!((4_102_444_800..4_102_444_860).contains(&clock.now()), "{}", clock.now());
    }
}
