//! What a fault makes of an answer: another one instead, or the true one spoilt.

use serde_json::{Value, json};

use super::faults::{Fault, Wait};
use super::reply::{Body, Reply};
use super::{graphql, time};

const SECONDARY: &str = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
const PRIMARY: &str = "API rate limit exceeded for the user that the token belongs to.";
const BROKE: &str =
    "Something went wrong while executing your query. Please include `GUER:DON` when reporting this issue.";
const EXHAUSTED: &str = "Resource limits for this query exceeded.";

/// The answer in place of the true one, for faults that have one.
pub fn instead(fault: &Fault, is_graphql: bool) -> Option<Reply> {
    let none_left = || vec![("x-ratelimit-remaining", "0".to_owned())];
    Some(match fault {
        Fault::BadCredentials => Reply::message(401, "Bad credentials"),
        Fault::NotFound => Reply::message(404, "Not Found"),
        Fault::BadGateway => Reply::gateway(502),
        Fault::GatewayTimeout => Reply::gateway(504),
        Fault::Html => Reply::html(200, "Sign in to continue"),
        Fault::SecondaryRateLimit { retry_after } => throttled(403, Wait::Seconds(*retry_after)),
        Fault::Throttled { status, wait } => throttled(*status, *wait),
        Fault::RateLimited if is_graphql => {
            Reply { headers: none_left(), ..Reply::json(200, json!({ "errors": [graphql::rate_limited()] })) }
        }
        Fault::RateLimited => Reply { headers: none_left(), ..Reply::message(403, PRIMARY) },
        Fault::GraphqlErrors(errors) => Reply::json(200, json!({ "data": null, "errors": errors })),
        Fault::Status { status, body } => Reply {
            body: match serde_json::from_str(body) {
                Ok(value) => Body::Json(value),
                Err(_) => Body::Text(body.clone()),
            },
            ..Reply::json(*status, Value::Null)
        },
        Fault::Close
        | Fault::Hang
        | Fault::Slow(_)
        | Fault::Skewed(_)
        | Fault::Truncated
        | Fault::Partial
        | Fault::ResourceLimits
        | Fault::WrongTypes => return None,
    })
}

fn throttled(status: u16, wait: Wait) -> Reply {
    let headers = match wait {
        Wait::Unsaid => Vec::new(),
        Wait::Seconds(seconds) => vec![("retry-after", seconds.to_string())],
        Wait::Date(seconds) => vec![("retry-after", time::http(time::now() + i64::from(seconds)))],
    };
    Reply { headers, ..Reply::message(status, SECONDARY) }
}

/// Spoils the true answer, for faults that do.
pub fn spoil(fault: &Fault, reply: &mut Reply) {
    match fault {
        Fault::Skewed(seconds) => reply.headers.push(("date", time::http(time::now() + seconds))),
        Fault::Truncated => reply.truncated = true,
        Fault::WrongTypes => change(reply, confuse),
        Fault::Partial => change(reply, |answer| {
            let mut errors = Vec::new();
            holes(answer.get_mut("data").unwrap_or(&mut Value::Null), &mut Vec::new(), &mut errors);
            add(answer, errors);
        }),
        Fault::ResourceLimits => change(reply, |answer| {
            let mut at = None;
            cut(answer.get_mut("data").unwrap_or(&mut Value::Null), &mut Vec::new(), &mut at);
            let error =
                json!({ "type": "RESOURCE_LIMITS_EXCEEDED", "path": at.unwrap_or_default(), "message": EXHAUSTED });
            add(answer, vec![error]);
        }),
        _ => {}
    }
}

fn change(reply: &mut Reply, change: impl FnOnce(&mut Value)) {
    let mut answer = match &mut reply.body {
        Body::Json(value) => value.take(),
        Body::Written(text) => serde_json::from_str(text).unwrap_or_default(),
        Body::Text(_) => return,
    };
    change(&mut answer);
    reply.body = Body::Json(answer);
}

fn add(answer: &mut Value, more: Vec<Value>) {
    if let Some(fields) = answer.as_object_mut() {
        let errors = fields.entry("errors").or_insert_with(|| json!([]));
        if let Some(errors) = errors.as_array_mut() {
            errors.extend(more);
        }
    }
}

/// Numbers become words.
fn confuse(value: &mut Value) {
    match value {
        Value::Number(_) => *value = "several".into(),
        Value::Array(items) => items.iter_mut().for_each(confuse),
        Value::Object(fields) => fields.values_mut().for_each(confuse),
        _ => {}
    }
}

/// The children of a value with their places in it.
fn children(value: &mut Value) -> Vec<(Value, &mut Value)> {
    match value {
        Value::Array(items) => items.iter_mut().enumerate().map(|(at, item)| (at.into(), item)).collect(),
        Value::Object(fields) => fields.iter_mut().map(|(name, field)| (name.as_str().into(), field)).collect(),
        _ => Vec::new(),
    }
}

/// The first node of every list of nodes, from the outside, becomes `null`; what is inside it is not looked at.
fn holes(value: &mut Value, path: &mut Vec<Value>, errors: &mut Vec<Value>) {
    let in_list = path.last().is_some_and(|name| name == "nodes");
    for (place, child) in children(value) {
        path.push(place);
        if in_list && path.last() == Some(&json!(0)) && !child.is_null() {
            *child = Value::Null;
            errors.push(json!({ "path": path, "message": BROKE }));
        } else {
            holes(child, path, errors);
        }
        path.pop();
    }
}

/// The second half of the nodes of every outermost list becomes `null`; notes the place of the first of them.
fn cut(value: &mut Value, path: &mut Vec<Value>, at: &mut Option<Vec<Value>>) {
    let half = match value {
        Value::Array(items) if path.last().is_some_and(|name| name == "nodes") => Some(items.len() / 2),
        _ => None,
    };
    for (index, (place, child)) in children(value).into_iter().enumerate() {
        path.push(place);
        match half {
            Some(half) if index >= half => {
                *child = Value::Null;
                at.get_or_insert_with(|| path.clone());
            }
            Some(_) => {}
            None => cut(child, path, at),
        }
        path.pop();
    }
}
