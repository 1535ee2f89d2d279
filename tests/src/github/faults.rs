//! Requests that shall fail, the log of requests, and the hourly point budget. Held by the world beside its state.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde_json::{Value, json};

use super::model::Time;
use super::time;
use crate::chaos::luck::Luck;

/// How a request fails.
#[derive(Debug, Clone)]
pub enum Fault {
    /// 401, as for a token that was revoked.
    BadCredentials,
    /// 404 in GitHub's form.
    NotFound,
    /// 502 with an HTML body, as from GitHub's front.
    BadGateway,
    /// 504 with an HTML body, as when a query takes too long.
    GatewayTimeout,
    /// 403 with `retry-after`.
    SecondaryRateLimit { retry_after: u32 },
    /// The secondary limit as 403 or 429, with or without a word on how long to wait.
    Throttled { status: u16, wait: Wait },
    /// HTTP 200 with an error of type `RATE_LIMITED` (GraphQL), 403 with nothing remaining (REST).
    RateLimited,
    /// HTTP 200 with these GraphQL errors and no data.
    GraphqlErrors(Value),
    /// Any other answer.
    Status { status: u16, body: String },
    /// HTTP 200 with a page for people.
    Html,
    /// The connection ends before an answer.
    Close,
    /// The connection ends in the middle of the true answer.
    Truncated,
    /// The connection stays open and nothing comes.
    Hang,
    /// The true answer, after a while.
    Slow(Duration),
    /// The true answer, with a `date` that is off by that many seconds.
    Skewed(Time),
    /// The true answer to a query, with the first node of every list `null` and an error for each.
    Partial,
    /// The true answer to a query, with the second half of its outermost lists `null` and an error of type
    /// `RESOURCE_LIMITS_EXCEEDED`.
    ResourceLimits,
    /// The true answer, with words where numbers should be.
    WrongTypes,
}

/// What a throttled answer says of the time to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Nothing.
    Unsaid,
    Seconds(u32),
    /// A date that many seconds from now.
    Date(u32),
}

/// One request that came.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub path: String,
    /// 0 where no answer was given.
    pub status: u16,
    /// Points by GitHub's formula; 0 for REST and for queries that were refused.
    pub cost: u64,
    /// Nodes the query could have returned.
    pub nodes: u64,
    /// The name of the GraphQL operation.
    pub operation: Option<String>,
}

/// An hourly budget, as GitHub keeps one for GraphQL and one for REST.
#[derive(Debug, Clone)]
pub struct Budget {
    pub limit: u64,
    pub used: u64,
    pub reset_at: Time,
}

impl Default for Budget {
    fn default() -> Self {
        Self { limit: 5_000, used: 0, reset_at: time::now() + 3_600 }
    }
}

impl Budget {
    /// Takes `cost` points, or nothing and `false` when they are not there.
    pub fn take(&mut self, cost: u64) -> bool {
        let now = time::now();
        if now >= self.reset_at {
            self.used = 0;
            self.reset_at = now + 3_600;
        }
        let fits = self.used + cost <= self.limit;
        if fits {
            self.used += cost;
        }
        fits
    }

    pub fn remaining(&self) -> u64 {
        self.limit.saturating_sub(self.used)
    }

    pub fn to_json(&self) -> Value {
        json!({"limit": self.limit, "used": self.used, "remaining": self.remaining(), "reset": self.reset_at})
    }
}

#[derive(Debug, Default)]
pub struct Traffic {
    pub log: Vec<Request>,
    pub graphql: Budget,
    pub rest: Budget,
    /// The most elements a query may ask of a list by a variable before it takes too long.
    pub limit_first: Option<u64>,
    faults: VecDeque<(String, Fault)>,
    /// Faults by the number of the request they meet.
    scheduled: BTreeMap<u64, Fault>,
    chance: Option<Chance>,
    arrived: u64,
    struck: u64,
}

/// Faults by chance, the same every time from the same seed.
#[derive(Debug)]
struct Chance {
    luck: Luck,
    percent: u64,
    faults: Vec<Fault>,
}

impl Traffic {
    /// Makes the next `n` requests whose path begins with `prefix` fail.
    pub fn fail_next(&mut self, n: usize, prefix: &str, fault: &Fault) {
        self.faults.extend((0..n).map(|_| (prefix.to_owned(), fault.clone())));
    }

    /// Makes one request fail, whatever it asks: the next one is 0.
    pub fn fail_at(&mut self, index: u64, fault: Fault) {
        self.scheduled.insert(self.arrived + index, fault);
    }

    /// Whatever was ordered to fail does not fail any more.
    pub fn forget_faults(&mut self) {
        self.faults.clear();
        self.scheduled.clear();
        self.chance = None;
    }

    /// From now on so many of a hundred requests fail, each with one of the faults.
    pub fn fail_at_random(&mut self, seed: u64, percent: u64, faults: &[Fault]) {
        self.chance = Some(Chance { luck: Luck::new(seed), percent, faults: faults.to_vec() });
    }

    /// How many requests a fault has met.
    pub fn struck(&self) -> u64 {
        self.struck
    }

    /// The fault that meets a request to that path, if any; it is used up. Every request has to come through here once.
    pub fn strike(&mut self, path: &str) -> Option<Fault> {
        let fault = self.choose(path);
        self.struck += u64::from(fault.is_some());
        fault
    }

    fn choose(&mut self, path: &str) -> Option<Fault> {
        self.arrived += 1;
        if let Some(fault) = self.scheduled.remove(&(self.arrived - 1)) {
            return Some(fault);
        }
        if let Some(at) = self.faults.iter().position(|(prefix, _)| path.starts_with(prefix.as_str())) {
            return self.faults.remove(at).map(|(_, fault)| fault);
        }
        let Chance { luck, percent, faults } = self.chance.as_mut()?;
        if luck.strikes(*percent) { luck.one_of(faults).cloned() } else { None }
    }
}
