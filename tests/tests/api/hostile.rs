//! What is sent to break it: slow, large, malformed, many. The daemon goes on, and says no more than it should.

use crate::bench::Bench;
use crate::client::{ask, connect, from, is_error, raw, rest};
use alloy::transports::http::reqwest::Method;
use guerdon_tests::sandbox::{Daemon, TOKEN};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const LISTEN: &str = "listen = \"127.0.0.1:0\"\n";
const MOST: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_sent_breaks_it() {
    let bench = Bench::start().await;
    let tight = format!("{LISTEN}request_seconds = 2\nconnections_per_address = {MOST}\nrequests_per_second = 0\n");
    let config = bench.changed("guerdon.toml", "tight.toml", LISTEN, &tight);
    let daemon = bench.sandbox.daemon_with(&config).await.unwrap();
    heads(&daemon).await;
    bodies(&daemon).await;
    paths(&daemon).await;
    methods(&daemon).await;
    many_at_once_on_one_connection(&daemon).await;
    slow_ones_are_closed(&daemon).await;
    assert_eq!(daemon.get("/healthz").await.unwrap(), (200, "ok\n".to_owned()));
    let log = bench.read("tight.log");
    assert!(!log.contains("panicked"), "{log}");
    assert_eq!(daemon.stop().await.unwrap().code(), Some(0));
}

/// An answer that refuses, or an end without one.
fn refused(status: Option<u16>, what: &str) {
    assert!(status.is_none_or(|status| (400..500).contains(&status)), "{what}: {status:?}");
}

async fn heads(daemon: &Daemon) {
    let long = "a".repeat(1 << 20);
    refused(raw(daemon, format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await, "a long address");
    refused(raw(daemon, format!("GET / HTTP/1.1\r\nhost: x\r\nx: {long}\r\n\r\n").as_bytes()).await, "a long header");
    let lines = "x: y\r\n".repeat(200);
    refused(raw(daemon, format!("GET / HTTP/1.1\r\nhost: x\r\n{lines}\r\n").as_bytes()).await, "many headers");
    for garbage in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"\x00\x00\x00\x00\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nna me: y\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /v1/epochs HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n",
        b"GET /v1/epochs HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked, identity\r\n\r\n",
    ] {
        refused(raw(daemon, &[garbage, b"\r\n\r\n"].concat()).await, &String::from_utf8_lossy(garbage));
    }
    let odd = b"GET /v1/openapi.json HTTP/1.1\r\nhost: \xf0\x9f\xa6\x80\r\nif-none-match: \xff\xff\r\nx-forwarded-for: \xff\r\n\r\n";
    assert_eq!(raw(daemon, odd).await, Some(200), "bytes in a header that nobody needs harm nobody");
}

async fn bodies(daemon: &Daemon) {
    for head in ["content-length: 10000000000", "content-length: 1", "transfer-encoding: chunked"] {
        let request = format!("GET /v1/epochs HTTP/1.1\r\nhost: x\r\n{head}\r\n\r\n");
        assert_eq!(raw(daemon, request.as_bytes()).await, Some(413), "{head}: it is not read to be refused");
    }
    let negative = raw(daemon, b"GET /v1/epochs HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n").await;
    refused(negative, "a negative length");
    // Without a secret there are no webhooks, however large.
    let large = b"POST /webhooks/github HTTP/1.1\r\nhost: x\r\ncontent-length: 10000000000\r\n\r\n";
    assert_eq!(raw(daemon, large).await, Some(404));
}

async fn paths(daemon: &Daemon) {
    for path in [
        "/../../../../etc/passwd",
        "/..%2f..%2fgithub.token",
        "/%2e%2e/github.token",
        "/v1/evidence/..%2f..%2fgithub.token",
        "/v1/evidence/%00",
        "/v1/epochs/..%2f1",
        "/v1/epochs/1%00",
        "/v1/epochs/+1",
        "/v1/epochs/99999999999999999999",
        "/v1/contributors/%ff%fe",
        "/v1/contributors/%2e%2e%2fkeys",
        "/v1/contributors/%00",
        "/v1/contributors/'%20OR%201=1--",
        "/v1/contributors/%f0%9f%a6%80",
        "/github.token",
        "//v1//epochs",
        "/v1/epochs/",
        "/keys/oracle-1",
    ] {
        // As it is: a client would tidy it up.
        let mut stream = connect(daemon).await;
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = String::from_utf8(rest(&mut stream).await.unwrap()).unwrap();
        let status = answer.get(9..12).unwrap();
        assert!(["400", "404"].contains(&status), "{path}: {answer}");
        assert!(!answer.contains(TOKEN) && !answer.contains("root:"), "{path}: {answer}");
        is_error(answer.split_once("\r\n\r\n").unwrap().1);
    }
}

async fn methods(daemon: &Daemon) {
    for path in ["/", "/v1/epochs", "/v1/contributors/1", "/healthz", "/v1/openapi.json"] {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::TRACE] {
            let answer = ask(daemon, method.clone(), path, &[]).await;
            assert_eq!(answer.status(), 405, "{method} {path}");
            is_error(&answer.text().await.unwrap());
        }
    }
    assert_eq!(raw(daemon, b"BREW /v1/epochs HTTP/1.1\r\nhost: x\r\n\r\n").await, Some(405));
    refused(raw(daemon, b"CONNECT x:443 HTTP/1.1\r\nhost: x\r\n\r\n").await, "CONNECT");
}

/// A thousand questions before the first answer is read.
async fn many_at_once_on_one_connection(daemon: &Daemon) {
    let mut stream = connect(daemon).await;
    let one = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    let last = "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let (mut reading, mut writing) = stream.split();
    let mut read = Vec::new();
    let (written, _) = tokio::join!(
        async { writing.write_all((one.repeat(999) + last).as_bytes()).await },
        reading.read_to_end(&mut read)
    );
    written.unwrap();
    assert_eq!(String::from_utf8(read).unwrap().matches("HTTP/1.1 200").count(), 1_000);
}

/// Heads that never end hold every place of one address; another's clients do not notice.
async fn slow_ones_are_closed(daemon: &Daemon) {
    let mut slow = Vec::new();
    for nth in 0..MOST {
        let mut stream = connect(daemon).await;
        let part: &[u8] = match nth % 3 {
            0 => b"",
            1 => b"GET /v1/epochs HTTP/1.1\r\nhost: x\r\nx-slow:",
            _ => b"G",
        };
        stream.write_all(part).await.unwrap();
        slow.push(stream);
    }
    let mut further = connect(daemon).await;
    _ = further.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!(rest(&mut further).await.unwrap(), b"", "the places of this address are taken");
    assert_eq!(from(daemon, [127, 0, 0, 2], "/healthz").await, 200, "those of others are not");
    // One byte now and then is not enough to stay.
    for stream in &mut slow {
        _ = stream.write_all(b"y").await;
    }
    for (nth, stream) in slow.iter_mut().enumerate() {
        let said = rest(stream).await;
        let said = said.unwrap_or_else(|| panic!("connection {nth} is still open"));
        assert!(!String::from_utf8_lossy(&said).contains("200 OK"), "connection {nth}");
    }
    assert_eq!(from(daemon, [127, 0, 0, 1], "/healthz").await, 200, "the places are free again");
    let figures = daemon.get("/metrics").await.unwrap().1;
    assert!(figures.contains("guerdon_api_turned_away_total "), "{figures}");
}
