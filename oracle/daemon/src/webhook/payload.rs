//! What a delivery says, as far as it is believed: which object of which repository to read again.
//!
//! Takes the event's name and the raw body, gives an object or why nothing is to be done. Whether a
//! pull request counts as merged is only asked to spare GitHub a question; the reading decides.

use super::WebhookError;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::borrow::Cow;

/// How GitHub wraps the payload, as chosen where the webhook was set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapping {
    /// `application/json`.
    Json,
    /// `application/x-www-form-urlencoded`: one field `payload`.
    Form,
}

impl Wrapping {
    /// By the media type, whatever its parameters.
    pub fn of(content_type: &str) -> Option<Self> {
        match content_type.split(';').next()?.trim().to_ascii_lowercase().as_str() {
            "application/json" => Some(Self::Json),
            "application/x-www-form-urlencoded" => Some(Self::Form),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    Ping,
    /// Nothing to do, and why.
    Nothing(&'static str),
    Object(Named),
}

/// An object that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub repository: u64,
    /// Its global id.
    pub node: String,
    pub number: u64,
    /// A pull request was merged just now.
    pub merge: bool,
}

#[derive(Deserialize)]
struct Payload {
    action: Option<String>,
    repository: Option<Repository>,
    pull_request: Option<Thread>,
    issue: Option<Thread>,
    discussion: Option<Thread>,
}

#[derive(Deserialize)]
struct Repository {
    id: u64,
}

#[derive(Deserialize)]
struct Thread {
    node_id: String,
    number: u64,
    merged_at: Option<String>,
    /// An issue that is a pull request.
    pull_request: Option<Merge>,
}

#[derive(Deserialize)]
struct Merge {
    merged_at: Option<String>,
}

const UNMERGED: &str = "the pull request is not merged";
const NO_RECORD: &str = "nothing that counts changed";

/// Reads a payload whose signature was right.
pub fn read(event: &str, wrapping: Wrapping, body: &[u8]) -> Result<Told, WebhookError> {
    let json = match wrapping {
        Wrapping::Json => Cow::Borrowed(body),
        Wrapping::Form => {
            let mut fields = url::form_urlencoded::parse(body);
            let payload = fields.find(|(name, _)| name == "payload").ok_or(WebhookError::NoPayload)?;
            Cow::Owned(payload.1.into_owned().into_bytes())
        }
    };
    // serde would read a list as an object's fields in their order.
    if !json.trim_ascii_start().starts_with(b"{") {
        return Err(WebhookError::NotJson);
    }
    let not_json = |error: serde_json::Error| {
        if error.is_data() { WebhookError::shape(event, &error) } else { WebhookError::NotJson }
    };
    match event {
        "pull_request"
        | "pull_request_review"
        | "pull_request_review_comment"
        | "pull_request_review_thread"
        | "issues"
        | "issue_comment"
        | "discussion" => object(event, serde_json::from_slice(&json).map_err(not_json)?),
        _ => {
            let _: IgnoredAny = serde_json::from_slice(&json).map_err(not_json)?;
            Ok(if event == "ping" {
                Told::Ping
            } else {
                Told::Nothing("this kind of event changes nothing that counts")
            })
        }
    }
}

fn object(event: &str, payload: Payload) -> Result<Told, WebhookError> {
    let lacks = |what| WebhookError::Lacks { event: event.to_owned(), what };
    let action = payload.action.as_deref().unwrap_or_default();
    let repository = payload.repository.ok_or_else(|| lacks("repository"))?.id;
    let (thread, counts, merge) = match event {
        "issues" => {
            let counts = ["closed", "reopened", "labeled", "unlabeled", "deleted", "transferred"].contains(&action);
            (payload.issue.ok_or_else(|| lacks("issue"))?, counts.then_some(()).ok_or(NO_RECORD), false)
        }
        "issue_comment" => {
            let issue = payload.issue.ok_or_else(|| lacks("issue"))?;
            let unmerged = issue.pull_request.as_ref().is_some_and(|pull| pull.merged_at.is_none());
            (issue, if unmerged { Err(UNMERGED) } else { Ok(()) }, false)
        }
        "discussion" => {
            let counts = ["answered", "unanswered", "deleted", "transferred"].contains(&action);
            (payload.discussion.ok_or_else(|| lacks("discussion"))?, counts.then_some(()).ok_or(NO_RECORD), false)
        }
        _ => {
            let pull = payload.pull_request.ok_or_else(|| lacks("pull_request"))?;
            let merged = pull.merged_at.is_some();
            let merge = merged && event == "pull_request" && action == "closed";
            (pull, merged.then_some(()).ok_or(UNMERGED), merge)
        }
    };
    let Thread { node_id: node, number, .. } = thread;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '=' | '+' | '/');
    if node.is_empty() || node.len() > 200 || !node.chars().all(plain) {
        return Err(lacks("usable node_id"));
    }
    if repository == 0 || number == 0 || repository.max(number) > i64::MAX.unsigned_abs() {
        return Err(lacks("usable id and number"));
    }
    Ok(counts.map_or_else(Told::Nothing, |()| Told::Object(Named { repository, node, number, merge })))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;
    use serde_json::{Value, json};

    fn told(event: &str, payload: &Value) -> Told {
        read(event, Wrapping::Json, payload.to_string().as_bytes()).unwrap()
    }

    fn pull(action: &str, merged_at: Option<&str>) -> Value {
        json!({
            "action": action,
            "repository": {"id": 7, "full_name": "lamp/wick"},
            "pull_request": {"node_id": "PR_kwDO", "number": 3, "merged": merged_at.is_some(), "merged_at": merged_at},
            "sender": {"login": "ada"},
        })
    }

    #[test]
    fn a_merge_and_what_follows_it_name_the_pull_request() {
        let named = |merge| Told::Object(Named { repository: 7, node: "PR_kwDO".into(), number: 3, merge });
        let at = Some("2025-01-06T00:00:00Z");
        assert_eq!(told("pull_request", &pull("closed", at)), named(true));
        assert_eq!(told("pull_request", &pull("labeled", at)), named(false));
        assert_eq!(told("pull_request_review", &pull("dismissed", at)), named(false));
        assert_eq!(told("pull_request", &pull("closed", None)), Told::Nothing(UNMERGED));
        assert_eq!(told("pull_request_review", &pull("submitted", None)), Told::Nothing(UNMERGED));
        let form: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("payload", &pull("closed", at).to_string())
            .finish();
        assert_eq!(read("pull_request", Wrapping::Form, form.as_bytes()).unwrap(), named(true));
    }

    #[test]
    fn comments_name_issues_and_merged_pull_requests() {
        let comment = |pull: Value| {
            json!({"action": "created", "repository": {"id": 7},
                   "issue": {"node_id": "I_1", "number": 4, "pull_request": pull}})
        };
        assert!(matches!(told("issue_comment", &comment(Value::Null)), Told::Object(_)));
        assert!(matches!(told("issue_comment", &comment(json!({"merged_at": "x"}))), Told::Object(_)));
        assert_eq!(told("issue_comment", &comment(json!({"merged_at": null}))), Told::Nothing(UNMERGED));
    }

    #[test]
    fn what_changes_no_record_is_passed_over() {
        let of = |what: &str, action: &str| json!({"action": action, "repository": {"id": 7}, what: {"node_id": "X_1", "number": 4}});
        assert!(matches!(told("issues", &of("issue", "closed")), Told::Object(_)));
        assert_eq!(told("issues", &of("issue", "assigned")), Told::Nothing(NO_RECORD));
        assert!(matches!(told("discussion", &of("discussion", "answered")), Told::Object(_)));
        assert_eq!(told("discussion", &of("discussion", "pinned")), Told::Nothing(NO_RECORD));
        assert!(matches!(told("push", &json!({"ref": 1})), Told::Nothing(_)));
        assert_eq!(told("ping", &json!({"zen": "Speak like a human."})), Told::Ping);
    }

    #[test]
    fn other_shapes_are_refused_with_what_they_lack() {
        let refused = |event: &str, body: &str| read(event, Wrapping::Json, body.as_bytes()).unwrap_err().to_string();
        assert!(refused("push", "no json").contains("JSON"));
        assert!(refused("pull_request", "{").contains("JSON"));
        assert!(refused("pull_request", "[]").contains("JSON"));
        assert!(refused("pull_request", "{}").contains("repository"));
        assert!(refused("pull_request", r#"{"repository":{"id":7}}"#).contains("pull_request"));
        assert!(refused("pull_request", r#"{"repository":{"id":"seven"}}"#).contains("shape"));
        let odd = r#"{"repository":{"id":7},"issue":{"node_id":"x\" y","number":1},"action":"closed"}"#;
        assert!(refused("issues", odd).contains("node_id"));
        let zero = r#"{"repository":{"id":0},"issue":{"node_id":"x","number":1},"action":"closed"}"#;
        assert!(refused("issues", zero).contains("number"));
        let form = read("issues", Wrapping::Form, b"other=1").unwrap_err().to_string();
        assert!(form.contains("payload"), "{form}");
    }
}
