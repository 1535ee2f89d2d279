//! The chain as a node sees it that does not have the newest blocks.

use alloy::primitives::{hex, keccak256};
use serde_json::{Value, json};

/// What becomes of a request to a node that is behind.
pub(super) enum Behind {
    /// It can be asked of the chain like this.
    Ask(Value),
    /// The answer is known.
    Say(Value),
    /// It names a block that the node does not have.
    Unknown,
}

pub(super) fn number(value: &Value) -> Option<u64> {
    u64::from_str_radix(value.as_str()?.strip_prefix("0x")?, 16).ok()
}

/// Where a method's parameters name a block.
fn place_of_block(method: &str) -> Option<usize> {
    match method {
        "eth_getBlockByNumber" => Some(0),
        "eth_call" | "eth_estimateGas" | "eth_getBalance" | "eth_getCode" | "eth_getTransactionCount" => Some(1),
        _ => None,
    }
}

/// A request as it has to be asked so that the answer is of the head or before.
pub(super) fn behind(request: &Value, head: u64) -> Behind {
    let method = super::method_of(request);
    if method == "eth_blockNumber" {
        return Behind::Say(json!(format!("{head:#x}")));
    }
    let mut request = request.clone();
    let Some(place) = place_of_block(method) else { return Behind::Ask(request) };
    let Some(params) = request.get_mut("params").and_then(Value::as_array_mut) else { return Behind::Ask(request) };
    match params.get_mut(place) {
        None => params.push(json!(format!("{head:#x}"))),
        Some(block) if number(block).is_some_and(|number| number <= head) => {}
        Some(block) if matches!(block.as_str(), Some("latest" | "pending" | "safe")) => {
            *block = json!(format!("{head:#x}"));
        }
        Some(_) if method == "eth_getBlockByNumber" => return Behind::Say(Value::Null),
        Some(_) => return Behind::Unknown,
    }
    Behind::Ask(request)
}

/// Takes out of an answer what is in blocks after the head.
pub(super) fn forget(answer: &mut Value, head: u64) {
    let after = |of: &Value| of.get("blockNumber").and_then(number).is_some_and(|block| block > head);
    match answer.get_mut("result") {
        Some(Value::Array(logs)) => logs.retain(|log| !after(log)),
        Some(one) if after(one) => *one = Value::Null,
        _ => {}
    }
}

/// The hash of a raw transaction.
pub(super) fn hash_of(request: &Value) -> Option<String> {
    let raw = request.get("params")?.get(0)?.as_str()?;
    Some(keccak256(hex::decode(raw).ok()?).to_string())
}
