//! Real answers of GitHub, when `GUERDON_DATA` names their folder: each is read as what it was.

use super::budget::Limit;
use super::refusals::{self, Refusal};
use super::{clock, next_link};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

struct Recorded {
    place: String,
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Recorded {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.header(name)?.parse().ok()
    }
}

/// Some recordings keep headers as lists of one, and a few none at all.
fn read(line: &str) -> Option<Recorded> {
    let line: Value = serde_json::from_str(line).unwrap();
    let status = StatusCode::from_u16(u16::try_from(line["status"].as_u64()?).ok()?).ok()?;
    let mut headers = HeaderMap::new();
    let mut put = |name: &str, value: &Value| {
        if let (Ok(name), Some(Ok(value))) = (name.parse::<HeaderName>(), value.as_str().map(HeaderValue::from_str)) {
            headers.append(name, value);
        }
    };
    match &line["response_headers"] {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::Array(values) => values.iter().for_each(|value| put(name, value)),
                    value => put(name, value),
                }
            }
        }
        Value::Array(pairs) => {
            for pair in pairs.as_chunks::<2>().0 {
                put(pair[0].as_str().unwrap_or_default(), &pair[1]);
            }
        }
        _ => {}
    }
    let text = match &line["body"] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        body => body.to_string(),
    };
    let place = format!("{} {}", line["file"], line["url"]);
    Some(Recorded { place, status, headers, text })
}

/// `None`, and said loudly, where the recordings are not.
fn recordings() -> Option<Vec<Recorded>> {
    let Some(folder) = std::env::var_os("GUERDON_DATA").map(PathBuf::from) else {
        // Past the capture of a passing test's output.
        writeln!(std::io::stderr(), "SKIPPED: GitHub's recorded answers need GUERDON_DATA").unwrap();
        return None;
    };
    let file = std::fs::File::open(folder.join("api-recordings.ndjson.zst")).unwrap();
    let text = String::from_utf8(zstd::decode_all(file).unwrap()).unwrap();
    let read: Vec<_> = text.lines().filter_map(read).collect();
    assert_eq!(read.len(), text.lines().count());
    Some(read)
}

/// What each must be, told by status, headers and body without the code under test.
fn expected(of: &Recorded) -> Option<Refusal> {
    let said: Value = serde_json::from_str(&of.text).unwrap_or_default();
    let secondary = said["message"].as_str().is_some_and(|message| message.contains("secondary rate limit"));
    Some(match of.status.as_u16() {
        200..=299 => return None,
        301 | 302 | 307 | 308 => Refusal::Moved(of.header("location").map(str::to_owned)),
        401 => Refusal::Credentials,
        404 | 410 => Refusal::Missing,
        403 | 429 => match of.number("retry-after") {
            Some(seconds) => Refusal::Slower(Some(Duration::from_secs(seconds))),
            None if of.number("x-ratelimit-remaining") == Some(0) => panic!("{}: not among the recorded", of.place),
            None if secondary || of.status == 429 => Refusal::Slower(None),
            None => Refusal::Forbidden,
        },
        400..500 => Refusal::Other,
        _ => panic!("{}: not among the recorded", of.place),
    })
}

#[test]
fn every_recorded_refusal_is_understood() {
    let Some(recorded) = recordings() else { return };
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for of in &recorded {
        let refusal = refusals::of(of.status, &of.headers, &of.text, 0);
        assert_eq!(refusal, expected(of), "{}", of.place);
        let kind = format!("{refusal:?}");
        let kind = kind.split("(\"").next().unwrap_or_default();
        *kinds.entry(format!("{} {kind}", of.status.as_u16())).or_default() += 1;
    }
    for (kind, count) in &kinds {
        println!("{count:4} {kind}");
    }
    let table = [
        ("301 Some(Moved(Some", 2),
        ("401 Some(Credentials)", 5),
        ("403 Some(Slower(None))", 2),
        ("403 Some(Slower(Some(30s)))", 2),
        ("404 Some(Missing)", 43),
        ("422 Some(Other)", 8),
        ("429 Some(Slower(Some(8s)))", 1),
        ("429 Some(Slower(None))", 3),
    ];
    for (kind, count) in table {
        assert_eq!(kinds.get(kind), Some(&count), "{kind}");
    }
}

#[test]
fn recorded_limits_dates_and_links_are_read() {
    let Some(recorded) = recordings() else { return };
    let (mut limits, mut dates, mut links) = (0, 0, 0);
    for of in &recorded {
        if let Some(resets) = of.number("x-ratelimit-reset") {
            let limit = Limit::of(&of.headers).unwrap_or_else(|| panic!("{}: no limit", of.place));
            assert!(limit.remaining <= limit.limit && limit.resets == resets, "{}: {limit:?}", of.place);
            limits += 1;
            // The window is an hour, and GitHub's own date lies in it.
            if let Some(now) = clock::date(&of.headers) {
                assert!(now <= resets + 60 && resets <= now + 3_700, "{}: {now} and {resets}", of.place);
            }
        }
        if of.header("date").is_some_and(|date| date.ends_with("GMT")) {
            assert!(clock::date(&of.headers).is_some_and(|at| at > 1_300_000_000), "{}", of.place);
            dates += 1;
        }
        if let Some(link) = of.header("link").filter(|link| link.contains("rel=\"next\"")) {
            let next = next_link(link).unwrap_or_else(|| panic!("{}: no next page in {link}", of.place));
            assert!(next.starts_with("https://api.github.com/") && next.contains('?'), "{next}");
            links += 1;
        }
    }
    println!("{limits} limits, {dates} dates, {links} links to a next page");
    assert!(limits > 500 && dates > 500 && links > 10, "{limits} limits, {dates} dates, {links} links");
}
