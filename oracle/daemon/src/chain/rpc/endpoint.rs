//! One RPC: takes a request, gives its answer or why it cannot be used, and remembers how it is.

use super::RpcFault;
use crate::chain::{Now, error};
use alloy::rpc::json_rpc::{Id, Request, RequestPacket, Response, ResponsePacket, ResponsePayload, SerializedRequest};
use alloy::transports::http::{Http, reqwest};
use alloy::transports::{RpcError, TransportErrorKind};
use serde_json::Value;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tower_service::Service as _;
use url::Url;

/// After a failure it rests, longer each time.
const FIRST_REST: Duration = Duration::from_millis(100);
const LONGEST_REST: Duration = Duration::from_secs(5);
/// One of several that let a request hang is left alone for so long.
const HUNG: Duration = Duration::from_secs(60);
/// What a provider may ask for at most.
const LONGEST_LIMIT: Duration = Duration::from_secs(600);
/// Where it does not say how long.
const UNSAID_LIMIT: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Endpoint {
    /// Scheme, host and port: all that is ever shown.
    pub(super) host: String,
    http: Http<reqwest::Client>,
    chain_id: u64,
    /// There are others: what goes wrong with this one is worth a line of its own, and need not be waited for.
    is_one_of_several: bool,
    condition: Mutex<Condition>,
}

#[derive(Clone, Debug, Default)]
struct Condition {
    /// Its newest block, and when it said so.
    head: Option<(Now, Instant)>,
    chain_checked: Option<Instant>,
    failures: u32,
    resting: Option<Instant>,
    last: Option<RpcFault>,
}

impl Endpoint {
    pub(super) fn new(url: &Url, http: reqwest::Client, chain_id: u64, is_one_of_several: bool) -> Self {
        let http = Http::with_client(http, url.clone());
        Self { host: error::shown(url), http, chain_id, is_one_of_several, condition: Mutex::default() }
    }

    fn condition(&self) -> MutexGuard<'_, Condition> {
        self.condition.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest block that it had.
    pub(super) fn head(&self) -> Option<Now> {
        self.condition().head.map(|(head, _)| head)
    }

    /// The same, unless it failed since, with its age.
    pub(super) fn live_head(&self) -> Option<(Now, Duration)> {
        let condition = self.condition();
        condition.head.filter(|_| condition.failures == 0).map(|(head, at)| (head, at.elapsed()))
    }

    /// It is on another chain.
    pub(super) fn is_foreign(&self) -> bool {
        matches!(self.condition().last, Some(RpcFault::WrongChain { .. }))
    }

    /// What it says of its newest block is not believed any more.
    pub(super) fn forget_head(&self) {
        self.condition().head = None;
    }

    /// How long it is still to be left alone.
    pub(super) fn rest(&self) -> Duration {
        self.condition().resting.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()))
    }

    pub(super) fn last_fault(&self) -> Option<RpcFault> {
        self.condition().last.clone()
    }

    /// Its newest block, and from time to time whether it is on the right chain still.
    pub(super) async fn look(&self, check_every: Duration) -> Result<Now, RpcFault> {
        let checked = self.condition().chain_checked;
        if checked.is_none_or(|at| at.elapsed() >= check_every) {
            let answer = self.ask_value("eth_chainId", serde_json::json!([])).await?;
            let found = number(&answer).ok_or_else(|| self.not_json_rpc())?;
            if found != self.chain_id {
                let fault = RpcFault::WrongChain { host: self.host.clone(), found, expected: self.chain_id };
                let mut condition = self.condition();
                condition.head = None;
                condition.chain_checked = None;
                drop(condition);
                return Err(self.failed(fault, Some(LONGEST_REST)));
            }
            self.condition().chain_checked = Some(Instant::now());
        }
        let block = self.ask_value("eth_getBlockByNumber", serde_json::json!(["latest", false])).await?;
        let part = |name| block.get(name).and_then(number);
        let (Some(block), Some(timestamp)) = (part("number"), part("timestamp")) else {
            return Err(self.failed(self.not_json_rpc(), None));
        };
        let head = Now { block, timestamp };
        self.condition().head = Some((head, Instant::now()));
        Ok(head)
    }

    async fn ask_value(&self, method: &'static str, params: Value) -> Result<Value, RpcFault> {
        let request = Request::new(method, Id::Number(0), params).serialize();
        let request = request.map_err(|error| self.failing(error.to_string()))?;
        let answer = self.ask(&request).await?;
        match answer.payload {
            ResponsePayload::Success(value) => {
                serde_json::from_str(value.get()).map_err(|_| self.failed(self.not_json_rpc(), None))
            }
            ResponsePayload::Failure(error) => Err(self.failed(self.failing(error.message.into_owned()), None)),
        }
    }

    /// Asks once. An error that the chain itself gives is an answer; one of the provider is a fault.
    pub(super) async fn ask(&self, request: &SerializedRequest) -> Result<Response, RpcFault> {
        let (before, after) = points(request.method());
        crate::fault::point(before);
        let answered = self.http.clone().call(RequestPacket::Single(request.clone())).await;
        crate::fault::point(after);
        let answered = match answered {
            // Some providers give the chain's own errors another status than 200.
            Err(RpcError::ErrorResp(error)) => {
                let payload = ResponsePayload::Failure(error);
                Ok(ResponsePacket::Single(Response { id: request.id().clone(), payload }))
            }
            other => other,
        };
        let fault = match answered {
            Ok(ResponsePacket::Single(response)) if response.id == *request.id() => {
                let fault = match &response.payload {
                    ResponsePayload::Failure(error) => {
                        self.provider_fault(error.code, &error.message, error.data.is_some())
                    }
                    ResponsePayload::Success(_) => None,
                };
                match fault {
                    None => {
                        self.answered();
                        return Ok(response);
                    }
                    Some(fault) => fault,
                }
            }
            Ok(_) => (self.not_json_rpc(), None),
            Err(error) => self.transport_fault(error),
        };
        Err(self.failed(fault.0, fault.1))
    }

    /// An error that says nothing about the chain, only about this provider.
    fn provider_fault(&self, code: i64, message: &str, has_data: bool) -> Option<(RpcFault, Option<Duration>)> {
        let lower = message.to_lowercase();
        let of_the_chain = ["revert", "nonce", "insufficient funds", "underpriced", "already known", "fee", "gas"];
        if has_data || super::is_too_large(&lower) || of_the_chain.iter().any(|word| lower.contains(word)) {
            return None;
        }
        if matches!(code, 429 | -32005 | -32016 | -32012 | -32007) || limits(&lower) {
            let fault = RpcFault::Limited { host: self.host.clone(), seconds: UNSAID_LIMIT.as_secs() };
            return Some((fault, Some(UNSAID_LIMIT)));
        }
        let busy = ["temporarily", "timed out", "timeout", "try again", "overloaded", "unavailable", "busy"];
        let unable = matches!(code, -32700 | -32603 | -32601 | -32055 | -32002 | -32001);
        (unable || busy.iter().any(|word| lower.contains(word))).then(|| (self.failing(message.to_owned()), None))
    }

    fn transport_fault(&self, error: RpcError<TransportErrorKind>) -> (RpcFault, Option<Duration>) {
        let host = || self.host.clone();
        match error {
            RpcError::Transport(kind) => {
                let wait = kind.retry_after();
                if let Some(http) = kind.as_http_error() {
                    if http.status == 429 || wait.is_some() {
                        let wait = wait.unwrap_or(UNSAID_LIMIT).min(LONGEST_LIMIT);
                        return (RpcFault::Limited { host: host(), seconds: wait.as_secs() }, Some(wait));
                    }
                    return (RpcFault::Status { host: host(), status: http.status }, None);
                }
                let is_timeout = |inner: &reqwest::Error| inner.is_timeout() && !inner.is_connect();
                let inner = kind.as_custom().and_then(|inner| inner.downcast_ref::<reqwest::Error>());
                let rest = inner.is_some_and(is_timeout).then_some(HUNG).filter(|_| self.is_one_of_several);
                let why = match inner {
                    Some(inner) if inner.is_timeout() => "no answer in time".to_owned(),
                    // reqwest's own words name the whole address.
                    Some(inner) if inner.is_connect() => "no connection".to_owned(),
                    Some(_) => "the connection ended before the answer".to_owned(),
                    None => kind.to_string(),
                };
                (RpcFault::Silent { host: host(), why }, rest)
            }
            _ => (self.not_json_rpc(), None),
        }
    }

    fn not_json_rpc(&self) -> RpcFault {
        RpcFault::NotJsonRpc { host: self.host.clone() }
    }

    fn failing(&self, message: String) -> RpcFault {
        RpcFault::Failing { host: self.host.clone(), message: message.chars().take(200).collect() }
    }

    fn answered(&self) {
        let was_failing = {
            let mut condition = self.condition();
            condition.resting = None;
            std::mem::take(&mut condition.failures) > 0 && condition.last.take().is_some()
        };
        crate::figures::rpc(&self.host, true);
        if was_failing {
            tracing::debug!(rpc = %self.host, "answers again");
        }
    }

    /// Notes a fault: it rests for a while.
    fn failed(&self, fault: RpcFault, rest: Option<Duration>) -> RpcFault {
        let first = {
            let mut condition = self.condition();
            let doubled = FIRST_REST * 2_u32.pow(condition.failures.min(8));
            condition.failures = condition.failures.saturating_add(1);
            condition.resting = Some(Instant::now() + rest.unwrap_or(doubled.min(LONGEST_REST)));
            condition.last = Some(fault.clone());
            condition.failures == 1
        };
        crate::figures::rpc(&self.host, false);
        // One line for a trouble that goes on, not one for each request.
        if first && self.is_one_of_several {
            tracing::warn!(rpc = %self.host, fault = %fault, "an RPC cannot be used now");
        }
        fault
    }
}

fn limits(lower: &str) -> bool {
    ["rate limit", "rate exceeded", "too many requests", "credits limited", "request limit", "compute unit"]
        .iter()
        .any(|words| lower.contains(words))
}

fn number(value: &Value) -> Option<u64> {
    u64::from_str_radix(value.as_str()?.strip_prefix("0x")?, 16).ok()
}

/// Where a test may kill the process: before a request leaves, and after its answer came.
fn points(method: &str) -> (&'static str, &'static str) {
    match method {
        "eth_sendRawTransaction" => ("chain: send a transaction", "chain: a transaction was sent"),
        "eth_call" => ("chain: call", "chain: called"),
        "eth_getLogs" => ("chain: read logs", "chain: logs were read"),
        "eth_getTransactionReceipt" => ("chain: read a receipt", "chain: a receipt was read"),
        "eth_getTransactionCount" => ("chain: read the nonce", "chain: the nonce was read"),
        "eth_estimateGas" => ("chain: estimate", "chain: estimated"),
        "eth_chainId" | "eth_getBlockByNumber" => ("chain: look at the head", "chain: the head was looked at"),
        _ => ("chain: ask", "chain: answered"),
    }
}
