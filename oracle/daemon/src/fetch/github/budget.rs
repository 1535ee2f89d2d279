//! What GitHub still grants this hour, and when to slow down.
//!
//! Takes the limit headers of every answer; gives figures, and the pause before the next request:
//! none, a short one when little is left, or the rest of the hour once only the reserve is left.

use http::HeaderMap;
use serde::Serialize;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The hourly limits, as far as answers told them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Budget {
    /// Points.
    pub graphql: Option<Limit>,
    /// Requests to REST.
    pub core: Option<Limit>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Limit {
    pub limit: u64,
    pub remaining: u64,
    /// UTC seconds by GitHub's clock.
    pub resets: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    GraphQl,
    Core,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pause {
    None,
    /// Spreads what is left over the rest of the window.
    Short(Duration),
    /// Nothing but the reserve is left until then.
    Until(Duration),
}

/// No request is held back longer than this while there is budget.
const LONGEST_SPREAD: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct Meter {
    /// Percent.
    reserve: u64,
    budget: Mutex<Budget>,
}

impl Limit {
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let limit = seconds(headers, "x-ratelimit-limit")?;
        let remaining = seconds(headers, "x-ratelimit-remaining")?;
        Some(Self { limit, remaining, resets: seconds(headers, "x-ratelimit-reset")? })
    }
}

impl Meter {
    pub(super) fn new(reserve: u8) -> Self {
        Self { reserve: u64::from(reserve.min(90)), budget: Mutex::default() }
    }

    pub(super) fn budget(&self) -> Budget {
        *self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers of requests that ran at once may come out of order: in one window the lowest counts.
    pub(super) fn note(&self, asked: Resource, headers: &HeaderMap) {
        let resource = match headers.get("x-ratelimit-resource").map(http::HeaderValue::as_bytes) {
            None => asked,
            Some(b"graphql") => Resource::GraphQl,
            Some(b"core") => Resource::Core,
            Some(_) => return,
        };
        let Some(mut limit) = Limit::of(headers) else { return };
        let mut budget = self.budget.lock().unwrap_or_else(PoisonError::into_inner);
        let known = match resource {
            Resource::GraphQl => &mut budget.graphql,
            Resource::Core => &mut budget.core,
        };
        if let Some(known) = known.filter(|known| known.resets == limit.resets && known.limit == limit.limit) {
            limit.remaining = limit.remaining.min(known.remaining);
        }
        *known = Some(limit);
    }

    pub(super) fn pause(&self, resource: Resource, now: u64) -> Pause {
        let budget = self.budget();
        let known = match resource {
            Resource::GraphQl => budget.graphql,
            Resource::Core => budget.core,
        };
        let Some(Limit { limit, remaining, resets }) = known.filter(|known| known.resets > now) else {
            return Pause::None;
        };
        let left = Duration::from_secs(resets - now);
        let usable = remaining.saturating_sub(limit * self.reserve / 100);
        if usable == 0 {
            return Pause::Until(left);
        }
        if usable > limit / 10 {
            return Pause::None;
        }
        Pause::Short((left / u32::try_from(usable).unwrap_or(u32::MAX)).min(LONGEST_SPREAD))
    }
}

/// A header that holds a number.
pub(super) fn seconds(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Budget, Limit, Meter, Pause, Resource};
    use http::{HeaderMap, HeaderName, HeaderValue};
    use std::time::Duration;

    fn headers(pairs: &[(&'static str, u64)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from(*value))).collect()
    }

    fn limits(remaining: u64, resets: u64) -> HeaderMap {
        let (limit, left) = (("x-ratelimit-limit", 5_000), ("x-ratelimit-remaining", remaining));
        headers(&[limit, left, ("x-ratelimit-reset", resets)])
    }

    fn pause_at(reserve: u8, remaining: u64, now: u64) -> Pause {
        let meter = Meter::new(reserve);
        meter.note(Resource::Core, &limits(remaining, 10_000));
        assert_eq!(meter.pause(Resource::GraphQl, now), Pause::None, "one limit does not hold back the other");
        meter.pause(Resource::Core, now)
    }

    #[test]
    fn the_reserve_is_left_to_others() {
        assert_eq!(pause_at(10, 4_000, 7_000), Pause::None);
        assert_eq!(pause_at(10, 1_001, 7_000), Pause::None);
        assert_eq!(pause_at(10, 1_000, 7_000), Pause::Short(Duration::from_secs(6)));
        assert_eq!(pause_at(10, 502, 7_000), Pause::Short(Duration::from_secs(10)));
        assert_eq!(pause_at(10, 500, 7_000), Pause::Until(Duration::from_secs(3_000)));
        assert_eq!(pause_at(10, 500, 10_000), Pause::None, "the window is over");
        assert_eq!(pause_at(0, 1, 7_000), Pause::Short(Duration::from_secs(10)));
        assert_eq!(pause_at(0, 0, 7_000), Pause::Until(Duration::from_secs(3_000)));
    }

    #[test]
    fn late_answers_do_not_give_back_what_is_spent() {
        let meter = Meter::new(10);
        meter.note(Resource::GraphQl, &limits(4_000, 10_000));
        meter.note(Resource::GraphQl, &limits(4_002, 10_000));
        let known = Limit { limit: 5_000, remaining: 4_000, resets: 10_000 };
        assert_eq!(meter.budget(), Budget { graphql: Some(known), core: None });
        meter.note(Resource::GraphQl, &limits(4_999, 13_600));
        assert_eq!(meter.budget().graphql.map(|limit| limit.remaining), Some(4_999), "a new window");
        let mut search = limits(3, 20_000);
        search.insert("x-ratelimit-resource", HeaderValue::from_static("search"));
        meter.note(Resource::Core, &search);
        assert_eq!(meter.budget().core, None);
    }
}
