//! A language model's endpoint that speaks OpenAI's chat completions over real HTTP, well or badly.
//!
//! Takes a behaviour: what to answer to each question. Gives an address, and all that was asked. It reads and
//! writes the connection itself, so that it can also answer what no HTTP library would.

pub mod bad;

use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// One question as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Request line and headers.
    pub head: String,
    pub body: Value,
}

/// What to do about it.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A whole answer: status, further headers, body.
    Whole(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// These bytes, then the end of the connection.
    Raw(Vec<u8>),
    /// These bytes, then silence.
    Stalls(Vec<u8>),
    /// A body without an end.
    Endless,
}

type Behaviour = dyn Fn(&Asked) -> Answer + Send + Sync;

/// The running endpoint; it ends when it is dropped.
pub struct Llm {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    accepting: JoinHandle<()>,
}

impl Drop for Llm {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Llm {
    pub async fn start(behaviour: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (noted, behaviour): (_, Arc<Behaviour>) = (asked.clone(), Arc::new(behaviour));
        let accepting = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (noted, behaviour) = (noted.clone(), behaviour.clone());
                // Whatever ends a connection is the asker's to notice.
                connections.spawn(async move { drop(serve(stream, &noted, behaviour.as_ref()).await) });
            }
        });
        Ok(Self { address, asked, accepting })
    }

    /// What `witness.endpoint` is set to.
    pub fn endpoint(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.asked).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Asked {
    /// What the answer has to repeat.
    pub fn id(&self) -> String {
        self.between("`id`: the string `", "`")
    }

    /// What the data stands between.
    pub fn mark(&self) -> String {
        self.between("`BEGIN ", "`")
    }

    fn between(&self, before: &str, after: &str) -> String {
        let rubric = self.message(0);
        let found = rubric.split_once(before).and_then(|(_, rest)| rest.split_once(after));
        found.map_or_else(String::new, |(found, _)| found.to_owned())
    }

    pub fn message(&self, index: usize) -> &str {
        self.body.pointer(&format!("/messages/{index}/content")).and_then(Value::as_str).unwrap_or_default()
    }

    /// The contributor's text, as it stands between the marks.
    pub fn data(&self) -> Value {
        let mark = self.mark();
        let inner = self.message(1).strip_prefix(&format!("BEGIN {mark}\n"));
        let inner = inner.and_then(|rest| rest.strip_suffix(&format!("\nEND {mark}")));
        inner.and_then(|data| serde_json::from_str(data).ok()).unwrap_or_default()
    }

    pub fn title(&self) -> String {
        self.data().get("title").and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

/// What a good model says.
pub fn said(asked: &Asked, value: u64) -> Value {
    json!({"id": asked.id(), "reason": "An ordinary change.", "instructs": false, "value": value})
}

/// A completion with this content.
pub fn completion(content: &Value) -> Value {
    json!({
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "sample-model-2025-01-01",
        "choices": [{
            "index": 0,
            "message": {"role": "assistant", "content": content, "refusal": null},
            "finish_reason": "stop",
        }],
        "usage": {"prompt_tokens": 900, "completion_tokens": 60, "total_tokens": 960},
    })
}

pub fn whole(value: &Value) -> Answer {
    Answer::Whole(200, Vec::new(), value.to_string().into_bytes())
}

/// The answer of an endpoint that behaves.
pub fn good(asked: &Asked, value: u64) -> Answer {
    whole(&completion(&said(asked, value).to_string().into()))
}

async fn serve(mut stream: TcpStream, noted: &Mutex<Vec<Asked>>, behaviour: &Behaviour) -> std::io::Result<()> {
    let mut read = Vec::new();
    let head_end = loop {
        if let Some(at) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut read).await? == 0 {
            return Ok(());
        }
    };
    let head = String::from_utf8_lossy(read.get(..head_end).unwrap_or_default()).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let end = head_end + length.unwrap_or_default();
    while read.len() < end {
        if stream.read_buf(&mut read).await? == 0 {
            return Ok(());
        }
    }
    let body = serde_json::from_slice(read.get(head_end..end).unwrap_or_default()).unwrap_or_default();
    let asked = Asked { head, body };
    lock(noted).push(asked.clone());
    match behaviour(&asked) {
        Answer::Whole(status, headers, body) => {
            let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n", body.len());
            for (name, value) in headers {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(b"\r\n").await?;
            stream.write_all(&body).await?;
        }
        Answer::Raw(bytes) => stream.write_all(&bytes).await?,
        Answer::Stalls(bytes) => {
            stream.write_all(&bytes).await?;
            std::future::pending::<()>().await;
        }
        Answer::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n").await?;
            loop {
                stream.write_all(&[b' '; 4096]).await?;
            }
        }
    }
    stream.shutdown().await
}
