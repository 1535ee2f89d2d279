//! Asks a daemon, by HTTP or by bytes.

use alloy::transports::http::reqwest::{Client, Method, Response};
use guerdon_tests::sandbox::Daemon;
use serde_json::Value;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub const PATIENCE: Duration = Duration::from_secs(60);

/// One request with headers.
pub async fn ask(daemon: &Daemon, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = Client::new().request(method, format!("{}{path}", daemon.api));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

pub async fn get(daemon: &Daemon, path: &str, headers: &[(&str, &str)]) -> Response {
    ask(daemon, Method::GET, path, headers).await
}

/// The value of a good answer.
pub async fn value(daemon: &Daemon, path: &str) -> Value {
    let (status, text) = daemon.get(path).await.unwrap();
    assert_eq!(status, 200, "{path}: {text}");
    serde_json::from_str(&text).unwrap()
}

pub fn header<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    answer.headers().get(name).map(|value| value.to_str().unwrap())
}

/// The one form of an error.
pub fn is_error(text: &str) {
    let value: Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("{text:?} is no JSON"));
    assert_eq!(value.as_object().unwrap().len(), 1, "{text}");
    assert!(!value["error"].as_str().unwrap().is_empty(), "{text}");
}

/// All pages of a list, by their links, and how many pages there were.
pub async fn pages(daemon: &Daemon, first: &str) -> (Vec<Value>, usize) {
    let (mut all, mut count, mut next) = (Vec::new(), 0, Some(first.to_owned()));
    while let Some(path) = next {
        let answer = get(daemon, &path, &[]).await;
        assert_eq!(answer.status(), 200, "{path}");
        next = header(&answer, "link").map(|link| {
            let (path, rel) = link.strip_prefix('<').unwrap().split_once('>').unwrap();
            assert_eq!(rel, "; rel=\"next\"");
            path.to_owned()
        });
        let page: Vec<Value> = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert!(next.is_none() || !page.is_empty(), "{path}: an empty page that goes on");
        all.extend(page);
        count += 1;
        assert!(count < 1_000, "{path}: the pages never end");
    }
    (all, count)
}

/// Waits until an answer is as wanted.
pub async fn until(daemon: &Daemon, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let found = value(daemon, path).await;
        if wanted(&found) {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{path}: {found}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn address(daemon: &Daemon) -> SocketAddr {
    daemon.api.strip_prefix("http://").unwrap().parse().unwrap()
}

pub async fn connect(daemon: &Daemon) -> TcpStream {
    TcpStream::connect(address(daemon)).await.unwrap()
}

/// All that comes until the other end closes; nothing when it does not in time.
pub async fn rest(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut read = Vec::new();
    match tokio::time::timeout(PATIENCE, stream.read_to_end(&mut read)).await {
        // Being cut off is an end too.
        Ok(_) => Some(read),
        Err(_) => None,
    }
}

/// Sends bytes and gives the status of the first answer, if there is one before the connection ends.
pub async fn raw(daemon: &Daemon, bytes: &[u8]) -> Option<u16> {
    let mut stream = connect(daemon).await;
    // A server that has heard enough may close before it has read everything.
    _ = stream.write_all(bytes).await;
    let mut head = [0; 12];
    match tokio::time::timeout(PATIENCE, stream.read_exact(&mut head)).await {
        Ok(Ok(_)) => std::str::from_utf8(&head).unwrap().strip_prefix("HTTP/1.1 ").unwrap_or("").parse().ok(),
        Ok(Err(_)) => None,
        Err(_) => panic!("neither an answer nor an end after {:?}", bytes.get(..60.min(bytes.len()))),
    }
}

/// A well-behaved client with another of this machine's addresses.
pub async fn from(daemon: &Daemon, address: [u8; 4], path: &str) -> u16 {
    let client = Client::builder().local_address(IpAddr::from(address)).build().unwrap();
    client.get(format!("{}{path}", daemon.api)).send().await.unwrap().status().as_u16()
}
