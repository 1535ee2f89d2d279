//! Requests that shall fail, the log of requests, and the hourly point budget. Held by the world beside its state.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::model::Time;
use super::time;

/// How a request fails.
#[derive(Debug, Clone)]
pub enum Fault {
    /// 401, as for a token that was revoked.
    BadCredentials,
    /// 404 in GitHub's form.
    NotFound,
    /// 502 with an HTML body, as from GitHub's front.
    BadGateway,
    /// 403 with `retry-after`.
    SecondaryRateLimit { retry_after: u32 },
    /// HTTP 200 with an error of type `RATE_LIMITED` (GraphQL), 403 with nothing remaining (REST).
    RateLimited,
    /// HTTP 200 with these GraphQL errors and no data.
    GraphqlErrors(Value),
    /// Any other answer.
    Status { status: u16, body: String },
}

/// One request that was answered.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub path: String,
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
    faults: VecDeque<(String, Fault)>,
}

impl Traffic {
    /// Makes the next `n` requests whose path begins with `prefix` fail.
    pub fn fail_next(&mut self, n: usize, prefix: &str, fault: &Fault) {
        self.faults.extend((0..n).map(|_| (prefix.to_owned(), fault.clone())));
    }

    /// The fault that meets a request to that path, if any; it is used up.
    pub fn strike(&mut self, path: &str) -> Option<Fault> {
        let at = self.faults.iter().position(|(prefix, _)| path.starts_with(prefix.as_str()))?;
        self.faults.remove(at).map(|(_, fault)| fault)
    }
}
