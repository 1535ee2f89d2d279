//! Answers that cannot be used. Most of them carry the highest value, for whoever reads them too kindly.

use super::{Answer, Asked, completion, said, whole};
use serde_json::{Value, json};

/// What pays best if somebody believes it.
const HIGH: u64 = 1500;

type Kind = (&'static str, fn(&Asked) -> Answer);

/// Every kind by its name.
pub const KINDS: &[Kind] = &[
    // Statuses.
    ("bad request", |asked| status(400, asked)),
    ("unauthorized", |asked| status(401, asked)),
    ("payment required", |asked| status(402, asked)),
    ("forbidden", |asked| status(403, asked)),
    ("not found", |asked| status(404, asked)),
    ("rate limited", |asked| status(429, asked)),
    ("server error", |asked| status(500, asked)),
    ("bad gateway", |asked| status(502, asked)),
    ("unavailable", |asked| status(503, asked)),
    ("created", |asked| status(201, asked)),
    ("no content", |_| Answer::Whole(204, Vec::new(), Vec::new())),
    ("moved", |asked| moved(301, asked)),
    ("found elsewhere", |asked| moved(302, asked)),
    ("moved for now", |asked| moved(307, asked)),
    // Bodies that are no completion.
    ("no body", |_| body(b"")),
    ("a page for people", |_| body(b"<!doctype html><title>1500</title><h1>Please log in</h1>")),
    ("plain text", |_| body(b"1500")),
    ("half a completion", |asked| cut(&good(asked), 2)),
    ("a completion without its end", |asked| cut(&good(asked), 1)),
    ("no UTF-8", |asked| {
        let text = good(asked).to_string().into_bytes();
        body(&text.iter().map(|byte| if *byte == b'y' { 0xff } else { *byte }).collect::<Vec<_>>())
    }),
    ("UTF-16", |asked| body(&good(asked).to_string().encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>())),
    ("a byte order mark", |asked| body(format!("\u{feff}{}", good(asked)).as_bytes())),
    ("a list", |asked| whole(&json!([good(asked)]))),
    ("null", |_| whole(&Value::Null)),
    ("an empty object", |_| whole(&json!({}))),
    ("an error with status 200", |_| whole(&json!({"error": {"message": "overloaded", "value": HIGH}}))),
    ("a stream of events", |asked| body(format!("data: {}\n\ndata: [DONE]\n\n", good(asked)).as_bytes())),
    ("nested without end", |_| body("[".repeat(200_000).as_bytes())),
    ("compressed", |_| Answer::Whole(200, vec![("content-encoding", "gzip".to_owned())], vec![0x1f, 0x8b, 8, 0, 0, 0])),
    // Completions that are none.
    ("no choices", |asked| changed(asked, "/choices", json!([]))),
    ("choices that are no list", |asked| changed(asked, "/choices", json!("one"))),
    ("two choices", |asked| {
        let choice = good(asked).pointer("/choices/0").cloned().unwrap_or_default();
        changed(asked, "/choices", json!([choice, choice]))
    }),
    ("no message", |asked| changed(asked, "/choices/0", json!({"finish_reason": "stop"}))),
    ("another role", |asked| changed(asked, "/choices/0/message/role", json!("user"))),
    ("a refusal", |asked| changed(asked, "/choices/0/message/refusal", json!("I cannot help with that."))),
    ("a refusal as content", |_| says("I'm sorry, but I can't help with that.")),
    ("filtered", |asked| changed(asked, "/choices/0/finish_reason", json!("content_filter"))),
    ("out of length", |asked| changed(asked, "/choices/0/finish_reason", json!("length"))),
    ("no reason to finish", |asked| changed(asked, "/choices/0/finish_reason", Value::Null)),
    ("a tool call", |asked| {
        let call = json!([{"id": "1", "type": "function", "function": {"name": "pay", "arguments": "{}"}}]);
        changed(asked, "/choices/0/message/tool_calls", call)
    }),
    ("a function call", |asked| changed(asked, "/choices/0/message/function_call", json!({"name": "pay"}))),
    ("content null", |asked| changed(asked, "/choices/0/message/content", Value::Null)),
    ("content empty", |_| says("")),
    ("content of spaces", |_| says(" \n ")),
    ("content a number", |asked| changed(asked, "/choices/0/message/content", json!(HIGH))),
    ("content an object", |asked| changed(asked, "/choices/0/message/content", said(asked, HIGH))),
    ("content in parts", |asked| {
        let text = said(asked, HIGH).to_string();
        changed(asked, "/choices/0/message/content", json!([{"type": "text", "text": text}]))
    }),
    // Contents that are not what was asked for.
    ("prose", |_| says("This pull request is worth 1500.")),
    ("a bare number", |_| says("1500")),
    ("fenced", |asked| says(&format!("```json\n{}\n```", said(asked, HIGH)))),
    ("thoughts before it", |asked| says(&format!("<think>hm</think>{}", said(asked, HIGH)))),
    ("words after it", |asked| says(&format!("{} I hope this helps!", said(asked, HIGH)))),
    ("twice", |asked| says(&format!("{0}{0}", said(asked, HIGH)))),
    ("in a list", |asked| says(&json!([said(asked, HIGH)]).to_string())),
    ("cut content", |asked| {
        let text = said(asked, HIGH).to_string();
        says(text.get(..text.len() - 2).unwrap_or_default())
    }),
    ("no id", |asked| without(asked, "id")),
    ("an empty id", |asked| with(asked, "id", json!(""))),
    ("another id", |asked| with(asked, "id", json!("00112233445566778899aabbccddeeff"))),
    ("the mark as id", |asked| with(asked, "id", json!(asked.mark()))),
    ("no value", |asked| without(asked, "value")),
    ("value null", |asked| with(asked, "value", Value::Null)),
    ("value as text", |asked| with(asked, "value", json!("1500"))),
    ("value with a point", |asked| with(asked, "value", json!(1500.0))),
    ("a share", |asked| with(asked, "value", json!(1.5))),
    ("below zero", |asked| with(asked, "value", json!(-1500))),
    ("zero", |asked| with(asked, "value", json!(0))),
    ("one too many", |asked| with(asked, "value", json!(1501))),
    ("one too few", |asked| with(asked, "value", json!(499))),
    ("percent", |asked| with(asked, "value", json!(100))),
    ("out of every range", |asked| says(&said(asked, HIGH).to_string().replace("1500", "1500000000000000000000000"))),
    ("no number", |asked| says(&said(asked, HIGH).to_string().replace("1500", "NaN"))),
    ("value in a list", |asked| with(asked, "value", json!([1500]))),
    ("two values", |asked| says(&said(asked, HIGH).to_string().replacen('{', "{\"value\":1000,", 1))),
    ("a key too many", |asked| with(asked, "bonus", json!(HIGH))),
    ("no reason", |asked| without(asked, "reason")),
    ("no word about instructions", |asked| without(asked, "instructs")),
    ("instructions as text", |asked| with(asked, "instructs", json!("false"))),
    // Connections.
    ("ten megabytes", |asked| {
        let mut long = said(asked, HIGH);
        if let Some(reason) = long.get_mut("reason") {
            *reason = "x".repeat(10_000_000).into();
        }
        says(&long.to_string())
    }),
    ("without end", |_| Answer::Endless),
    ("shorter than it says", |asked| {
        let text = good(asked).to_string();
        Answer::Raw(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{text}", text.len() + 10).into_bytes())
    }),
    ("a broken chunk", |_| Answer::Raw(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n".to_vec())),
    ("closed at once", |_| Answer::Raw(Vec::new())),
    ("no HTTP", |_| Answer::Raw(b"+PONG 1500\r\n\r\n".to_vec())),
    ("silence", |_| Answer::Stalls(Vec::new())),
    ("silence in the middle", |asked| {
        let text = good(asked).to_string();
        let half = text.get(..text.len() / 2).unwrap_or_default();
        Answer::Stalls(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{half}", text.len()).into_bytes())
    }),
];

fn good(asked: &Asked) -> Value {
    completion(&said(asked, HIGH).to_string().into())
}

/// A good answer under a status that is not 200, with the key repeated, as careless proxies do.
fn status(status: u16, asked: &Asked) -> Answer {
    let key = asked.head.lines().find(|line| line.to_lowercase().starts_with("authorization")).unwrap_or_default();
    let mut value = good(asked);
    if let Some(object) = value.as_object_mut() {
        object.insert("error".to_owned(), json!({"message": key}));
    }
    Answer::Whole(status, vec![("retry-after", "0".to_owned())], value.to_string().into_bytes())
}

fn moved(status: u16, asked: &Asked) -> Answer {
    let host = asked.head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    let there = format!("http://{host}/v1/elsewhere");
    Answer::Whole(status, vec![("location", there)], good(asked).to_string().into_bytes())
}

fn body(bytes: &[u8]) -> Answer {
    Answer::Whole(200, Vec::new(), bytes.to_vec())
}

/// The first part of it.
fn cut(value: &Value, missing: usize) -> Answer {
    let text = value.to_string();
    let end = if missing == 1 { text.len() - 1 } else { text.len() / missing };
    body(text.as_bytes().get(..end).unwrap_or_default())
}

fn changed(asked: &Asked, pointer: &str, to: Value) -> Answer {
    let mut value = good(asked);
    match (value.pointer_mut(pointer), pointer.rsplit_once('/')) {
        (Some(place), _) => *place = to,
        (None, Some((parent, key))) => {
            if let Some(object) = value.pointer_mut(parent).and_then(Value::as_object_mut) {
                object.insert(key.to_owned(), to);
            }
        }
        (None, None) => {}
    }
    whole(&value)
}

fn says(content: &str) -> Answer {
    whole(&completion(&content.into()))
}

fn with(asked: &Asked, key: &str, to: Value) -> Answer {
    let mut value = said(asked, HIGH);
    if let Some(object) = value.as_object_mut() {
        object.insert(key.to_owned(), to);
    }
    says(&value.to_string())
}

fn without(asked: &Asked, key: &str) -> Answer {
    let mut value = said(asked, HIGH);
    if let Some(object) = value.as_object_mut() {
        object.remove(key);
    }
    says(&value.to_string())
}
