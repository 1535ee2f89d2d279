//! What an answer that is not the wanted one means: wait, ask for less, follow, or give up.
//!
//! Takes status, headers, body and GitHub's time; never a clock, never a credential. What GitHub says
//! is repeated in errors with everything that looks like a token blotted out.

use super::budget::{Limit, seconds};
use super::clock;
use super::connection::Answer;
use crate::fetch::answer::QueryError;
use crate::fetch::error::FetchError;
use crate::fetch::retry::Trouble;
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use std::time::Duration;

/// What to do about a status other than success.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// 401.
    Credentials,
    /// There is no such thing, or the asker may not know of it.
    Missing,
    Forbidden,
    /// The hour's budget is used up until then, when it says so.
    Exhausted(Option<Duration>),
    /// GitHub asks to be left alone for this long, when it says how long.
    Slower(Option<Duration>),
    /// The request was too much for GitHub, or GitHub for itself.
    Heavy,
    /// May pass.
    Failing,
    /// It lies elsewhere.
    Moved(Option<String>),
    /// Asking again would not help.
    Other,
}

/// `None` for a success.
pub(super) fn of(status: StatusCode, headers: &HeaderMap, text: &str, now: u64) -> Option<Refusal> {
    Some(match status.as_u16() {
        200..=299 => return None,
        301 | 302 | 307 | 308 => {
            Refusal::Moved(headers.get(http::header::LOCATION).and_then(|to| to.to_str().ok()).map(str::to_owned))
        }
        401 => Refusal::Credentials,
        403 | 429 => limited(status, headers, text, now),
        404 | 410 => Refusal::Missing,
        408 | 502 | 504 => Refusal::Heavy,
        500..=599 => Refusal::Failing,
        _ => Refusal::Other,
    })
}

fn limited(status: StatusCode, headers: &HeaderMap, text: &str, now: u64) -> Refusal {
    let now = clock::date(headers).unwrap_or(now);
    if let Some(wait) = retry_after(headers, now) {
        return Refusal::Slower(Some(wait));
    }
    if Limit::of(headers).is_some_and(|limit| limit.remaining == 0) {
        return Refusal::Exhausted(until_reset(headers, now));
    }
    let limit = message(text).to_ascii_lowercase().contains("rate limit");
    if limit || status == StatusCode::TOO_MANY_REQUESTS || headers.contains_key("gh-limited-by") {
        return Refusal::Slower(None);
    }
    Refusal::Forbidden
}

/// Seconds, or a date as HTTP also allows.
fn retry_after(headers: &HeaderMap, now: u64) -> Option<Duration> {
    let date = || clock::parse(headers.get(http::header::RETRY_AFTER)?.to_str().ok()?);
    let wait = seconds(headers, "retry-after").or_else(|| Some(date()?.saturating_sub(now)))?;
    Some(Duration::from_secs(wait))
}

fn until_reset(headers: &HeaderMap, now: u64) -> Option<Duration> {
    let now = clock::date(headers).unwrap_or(now);
    seconds(headers, "x-ratelimit-reset").map(|reset| Duration::from_secs(reset.saturating_sub(now)))
}

/// The trouble that a refusal is to whoever asked.
pub(super) fn trouble(what: &str, answer: &Answer, refusal: Refusal, app: bool) -> Trouble {
    let status = answer.status.as_u16();
    let said = || format!("{status}: {}", message(&answer.text));
    let (what, bare) = (what.to_owned(), format!("status {status}"));
    match refusal {
        Refusal::Credentials if app => Trouble::Final(FetchError::App),
        Refusal::Credentials => Trouble::Final(FetchError::Token),
        Refusal::Forbidden => Trouble::Final(FetchError::Forbidden { what, message: message(&answer.text) }),
        Refusal::Exhausted(wait) => Trouble::Exhausted { reason: "the limit is used up", wait },
        Refusal::Slower(wait) => Trouble::Slower { reason: said(), wait },
        Refusal::Heavy => Trouble::Heavy { reason: bare },
        Refusal::Failing => Trouble::Passing { reason: bare },
        Refusal::Moved(_) => {
            let message = "it moved to an address that is not under `github.api_url`".to_owned();
            Trouble::Final(FetchError::Status { what, status, message })
        }
        Refusal::Missing | Refusal::Other => {
            Trouble::Final(FetchError::Status { what, status, message: message(&answer.text) })
        }
    }
}

/// Errors of a whole query that come as HTTP 200 and are not about what was asked.
pub(super) fn of_query(error: &QueryError, answer: &Answer) -> Option<Trouble> {
    let text = error.message.to_ascii_lowercase();
    let reason = || shown(&error.message);
    match error.kind.as_deref() {
        Some("RATE_LIMITED" | "RATE_LIMIT") => {
            let reason = "the limit is used up";
            Some(Trouble::Exhausted { reason, wait: until_reset(&answer.headers, answer.now) })
        }
        Some("RESOURCE_LIMITS_EXCEEDED" | "MAX_NODE_LIMIT_EXCEEDED" | "TIMEOUT") => {
            Some(Trouble::Heavy { reason: reason() })
        }
        Some("INTERNAL" | "SERVICE_UNAVAILABLE") => Some(Trouble::Passing { reason: reason() }),
        // GitHub's text for a query that took too long, with data or without.
        None if ["something went wrong", "timeout", "timed out", "try resubmitting"]
            .iter()
            .any(|t| text.contains(t)) =>
        {
            Some(Trouble::Heavy { reason: reason() })
        }
        _ => None,
    }
}

pub(super) fn passing(reason: impl Into<String>) -> Trouble {
    Trouble::Passing { reason: reason.into() }
}

pub(super) fn unreadable(text: &str) -> Trouble {
    let html = text.trim_start().starts_with('<');
    passing(if html { "a page instead of JSON" } else { "a body that is not whole JSON" })
}

/// GitHub's own words about a refusal.
fn message(text: &str) -> String {
    let json: Option<Value> = serde_json::from_str(text).ok();
    let message = json.as_ref().and_then(|json| json.get("message")).and_then(Value::as_str);
    shown(message.unwrap_or("no message"))
}

/// Short, on one line, and without anything that looks like a credential: a proxy may repeat what it was sent.
pub(super) fn shown(text: &str) -> String {
    let secret = |word: &&str| {
        let word = word.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
        ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "eyJ"].iter().any(|start| word.starts_with(start))
    };
    let words: Vec<&str> = text.split_whitespace().map(|word| if secret(&word) { "(masked)" } else { word }).collect();
    words.join(" ").chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::{Refusal, of, shown};
    use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
    use std::time::Duration;

    fn refusal(status: u16, headers: &[(&'static str, &'static str)], text: &str) -> Option<Refusal> {
        let header = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        let headers: HeaderMap = headers.iter().map(header).collect();
        of(StatusCode::from_u16(status).unwrap(), &headers, text, 1_000)
    }

    fn slower(seconds: u64) -> Option<Refusal> {
        Some(Refusal::Slower(Some(Duration::from_secs(seconds))))
    }

    #[test]
    fn waits_are_by_githubs_own_date() {
        let used_up = [("x-ratelimit-limit", "5000"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1600")];
        let until = |seconds| Some(Refusal::Exhausted(Some(Duration::from_secs(seconds))));
        assert_eq!(refusal(403, &used_up, ""), until(600));
        let dated = [&used_up[..], &[("date", "Thu, 01 Jan 1970 00:25:00 GMT")]].concat();
        assert_eq!(refusal(403, &dated, ""), until(100));
        assert_eq!(refusal(429, &dated, ""), until(100));
        let late = [&used_up[..], &[("date", "Thu, 01 Jan 1970 00:30:00 GMT")]].concat();
        assert_eq!(refusal(403, &late, ""), until(0));
        let on = [("date", "Thu, 01 Jan 1970 00:25:00 GMT"), ("retry-after", "Thu, 01 Jan 1970 00:25:08 GMT")];
        assert_eq!(refusal(429, &on, ""), slower(8));
        assert_eq!(refusal(403, &[&used_up[..], &[("retry-after", "7")]].concat(), ""), slower(7));
    }

    #[test]
    fn a_refusal_without_a_time_is_a_limit_only_when_it_says_so() {
        let secondary = r#"{"message": "You have exceeded a secondary rate limit."}"#;
        assert_eq!(refusal(403, &[], secondary), Some(Refusal::Slower(None)));
        assert_eq!(refusal(429, &[], ""), Some(Refusal::Slower(None)));
        assert_eq!(refusal(403, &[], r#"{"message": "Resource not accessible"}"#), Some(Refusal::Forbidden));
        assert_eq!(refusal(200, &[], ""), None);
        assert_eq!(refusal(504, &[], "<html>"), Some(Refusal::Heavy));
    }

    #[test]
    fn what_looks_like_a_token_is_blotted_out() {
        assert_eq!(shown("no `ghs_abc` \"eyJhbGci.x.y\"\n github_pat_1 here"), "no (masked) (masked) (masked) here");
        assert_eq!(shown(&"a".repeat(300)).len(), 200);
    }
}
