//! Which requests read the chain's state, at which block, and when two answers are the same.

use alloy::rpc::json_rpc::{Request, Response, ResponsePayload, SerializedRequest};
use serde_json::{Map, Value, json};

/// A request whose answer depends on the chain's state at a block alone.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    request: &'a SerializedRequest,
    params: Vec<Value>,
    /// Which parameter names the block; none where the block is the end of a range.
    place: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    Latest,
    Block(u64),
}

/// What of a block and of an event must be equal: providers add other things.
const BLOCK: [&str; 3] = ["number", "hash", "timestamp"];
const LOG: [&str; 6] = ["address", "topics", "data", "blockNumber", "transactionHash", "logIndex"];

impl<'a> Reading<'a> {
    pub(super) fn of(request: &'a SerializedRequest) -> Option<Self> {
        let place = match request.method() {
            "eth_getBlockByNumber" => Some(0),
            "eth_call" | "eth_getBalance" | "eth_getCode" | "eth_getTransactionCount" => Some(1),
            "eth_getLogs" => None,
            _ => return None,
        };
        let params = request.params().and_then(|params| serde_json::from_str(params.get()).ok())?;
        let reading = Self { request, params, place };
        // `pending` and hashes of blocks are answered as they are asked.
        reading.at().map(|_| reading)
    }

    fn at(&self) -> Option<At> {
        let named = match self.place {
            Some(place) => self.params.get(place),
            None => self.params.first().and_then(|filter| filter.get("toBlock")),
        };
        match named {
            None if self.place == Some(1) => Some(At::Latest),
            Some(Value::String(tag)) if tag == "latest" => Some(At::Latest),
            Some(Value::String(number)) => u64::from_str_radix(number.strip_prefix("0x")?, 16).ok().map(At::Block),
            _ => None,
        }
    }

    pub(super) fn block(&self) -> At {
        self.at().unwrap_or(At::Latest)
    }

    pub(super) fn method(&self) -> String {
        self.request.method().to_owned()
    }

    /// The same request, at a block by its number.
    pub(super) fn pinned(&self, block: u64) -> SerializedRequest {
        let Some(place) = self.place.filter(|_| self.block() == At::Latest) else { return self.request.clone() };
        let mut params = self.params.clone();
        let named = json!(format!("{block:#x}"));
        match params.get_mut(place) {
            Some(param) => *param = named,
            None => params.push(named),
        }
        let request = Request::new(self.method(), self.request.id().clone(), params);
        request.serialize().unwrap_or_else(|_| self.request.clone())
    }

    /// Whether two answers say the same.
    pub(super) fn same(&self, one: &Response, other: &Response) -> bool {
        match (&one.payload, &other.payload) {
            (ResponsePayload::Success(one), ResponsePayload::Success(other)) => {
                one.get() == other.get() || self.essence(one.get()) == self.essence(other.get())
            }
            (ResponsePayload::Failure(one), ResponsePayload::Failure(other)) => {
                one.as_revert_data() == other.as_revert_data()
            }
            _ => false,
        }
    }

    fn essence(&self, text: &str) -> Option<Value> {
        let value = serde_json::from_str(text).ok()?;
        Some(match (self.request.method(), value) {
            ("eth_getLogs", Value::Array(logs)) => logs.iter().map(|log| kept(log, &LOG)).collect(),
            ("eth_getBlockByNumber", block @ Value::Object(_)) => kept(&block, &BLOCK),
            (_, Value::String(hex)) => Value::String(hex.to_lowercase()),
            (_, other) => other,
        })
    }
}

fn kept(object: &Value, names: &[&str]) -> Value {
    let lower = |value: &Value| match value {
        Value::String(text) => Value::String(text.to_lowercase()),
        other => other.clone(),
    };
    let pairs = names.iter().map(|name| ((*name).to_owned(), object.get(*name).map(lower).unwrap_or_default()));
    Value::Object(pairs.collect::<Map<_, _>>())
}

/// The node does not have the block that was named.
pub(super) fn is_unknown_block(answer: &Response) -> bool {
    let ResponsePayload::Failure(error) = &answer.payload else { return false };
    let message = error.message.to_lowercase();
    ["header not found", "block not found", "unknown block", "outofrange", "out of range", "could not find block"]
        .iter()
        .any(|words| message.contains(words))
}
