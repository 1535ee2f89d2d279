//! A small HTTP/1.1 client and the questions the tests ask.

use std::io::{Read, Write};
use std::net::TcpStream;

use guerdon_tests::github::{Server, World};
use serde_json::{Value, json};

pub const TOKEN: &str = "stand-in-token";

pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The type of the first GraphQL error.
    pub fn error_type(&self) -> &str {
        self.body["errors"][0]["type"].as_str().unwrap_or("")
    }
}

pub async fn sample() -> Server {
    Server::start(World::sample().unwrap(), TOKEN).await.unwrap()
}

/// The bytes of a request and the host it goes to.
pub fn request(server: &Server, method: &str, path: &str, authorization: Option<&str>, body: &str) -> (String, String) {
    let host = server.base_url().replace("http://", "");
    let authorization = authorization.map(|a| format!("authorization: {a}\r\n")).unwrap_or_default();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n{authorization}\r\n{body}",
        body.len()
    );
    (host, request)
}

/// Everything that comes back until the connection ends, whether it is a whole answer or not.
pub async fn exchange(server: &Server, method: &str, path: &str, authorization: Option<&str>, body: &str) -> String {
    let (host, request) = request(server, method, path, authorization, body);
    let exchange = move || {
        let mut stream = TcpStream::connect(&host).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        // A connection that is cut may end in an error; what came before it counts.
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8(answer).unwrap()
    };
    tokio::task::spawn_blocking(exchange).await.unwrap()
}

pub async fn send(server: &Server, method: &str, path: &str, authorization: Option<&str>, body: &str) -> Reply {
    let answer = exchange(server, method, path, authorization, body).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers =
        lines.filter_map(|l| l.split_once(": ")).map(|(n, v)| (n.to_ascii_lowercase(), v.to_owned())).collect();
    Reply { status, headers, body: serde_json::from_str(body).unwrap_or(Value::Null) }
}

/// A GET with one more header.
pub async fn get_with(server: &Server, path: &str, header: &str) -> Reply {
    send(server, "GET", path, Some(&format!("Bearer {TOKEN}\r\n{header}")), "").await
}

pub async fn get(server: &Server, path: &str) -> Reply {
    send(server, "GET", path, Some(&format!("Bearer {TOKEN}")), "").await
}

pub async fn ask(server: &Server, query: &str, variables: Value) -> Reply {
    let body = json!({ "query": query, "variables": variables }).to_string();
    send(server, "POST", "/graphql", Some(&format!("token {TOKEN}")), &body).await
}

/// The data of a query that must succeed without an error.
pub async fn data(server: &Server, query: &str, variables: Value) -> Value {
    let reply = ask(server, query, variables).await;
    assert!(reply.body.get("errors").is_none(), "{}", reply.body["errors"]);
    assert_eq!(reply.status, 200);
    reply.body["data"].clone()
}
