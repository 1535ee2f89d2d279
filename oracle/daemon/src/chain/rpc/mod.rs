//! Several RPCs as one transport: takes requests, gives answers that can be relied on, or a fault with a host.
//!
//! What fails is asked of the next RPC and rests for a while; what is on another chain or behind the others is not
//! used; what is read of the chain's state is read at one block that everybody asked has, and so many as
//! `chain.rpc_agree` says must give the same answer. Transactions go to all. A fallback that takes whichever answer
//! comes first cannot do this. Never: a wall clock's time, a whole URL in a message.

mod compare;
mod endpoint;
mod fault;
mod heads;

pub use fault::RpcFault;

use super::{CONNECT_TIMEOUT, ChainError, error};
use alloy::rpc::json_rpc::{RequestPacket, Response, ResponsePacket, ResponsePayload, SerializedRequest};
use alloy::transports::http::reqwest;
use alloy::transports::{TransportError, TransportErrorKind, TransportFut};
use endpoint::Endpoint;
use futures::future::join_all;
use heads::{LOCAL, Pace, REMOTE, Seen};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tower_service::Service;

/// How far apart the heads of good RPCs may be, in blocks.
const LAG: u64 = 3;
/// How often one request goes round, and how long it may take in all.
const ROUNDS: u32 = 5;
const PATIENCE: Duration = Duration::from_secs(25);
/// A request to one of several; the next one is asked then.
const SHORT_TIMEOUT: Duration = Duration::from_secs(20);
const TIMEOUT: Duration = Duration::from_secs(60);

/// All RPCs of one chain; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Rpc(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    endpoints: Vec<Endpoint>,
    /// How many must agree, and whether fewer do while no more answer.
    agree: usize,
    lenient: bool,
    pace: Pace,
    seen: Mutex<Seen>,
    /// What was told already: that heads are far apart, and that fewer agree than should.
    apart: AtomicBool,
    alone: AtomicBool,
}

impl Rpc {
    pub(super) fn new(urls: &super::RpcUrls, agree: Option<usize>, chain_id: u64) -> Result<Self, ChainError> {
        let count = urls.0.len();
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(if count > 1 { SHORT_TIMEOUT } else { TIMEOUT })
            .build()
            .map_err(|source| ChainError::Client(Box::new(source)))?;
        let endpoint = |url| Ok(Endpoint::new(&error::parse(url)?, http.clone(), chain_id, count > 1));
        let endpoints = urls.iter().map(endpoint).collect::<Result<Vec<_>, ChainError>>()?;
        if endpoints.is_empty() {
            return Err(ChainError::Url);
        }
        let local = chain_id == crate::keys::LOCAL_CHAIN;
        let shared = Shared {
            agree: agree.unwrap_or(count.min(2)).clamp(1, count),
            lenient: agree.is_none(),
            pace: if local { LOCAL } else { REMOTE },
            seen: Mutex::default(),
            apart: AtomicBool::default(),
            alone: AtomicBool::default(),
            endpoints,
        };
        Ok(Self(Arc::new(shared)))
    }

    /// The hosts, for messages.
    pub(super) fn hosts(&self) -> String {
        let hosts: Vec<&str> = self.0.endpoints.iter().map(|endpoint| endpoint.host.as_str()).collect();
        hosts.join(", ")
    }

    /// Sleeps until the first of some RPCs has rested; not if that is too late.
    async fn wait(&self, began: Instant, which: &(dyn Fn(usize) -> bool + Sync)) -> bool {
        let endpoints = self.0.endpoints.iter().enumerate().filter(|(nth, _)| which(*nth));
        let Some(rest) = endpoints.map(|(_, endpoint)| endpoint.rest()).min() else { return false };
        if began.elapsed() + rest > PATIENCE {
            return false;
        }
        tokio::time::sleep(rest + Duration::from_millis(1)).await;
        true
    }

    fn too_few(&self, answered: usize, wanted: usize) -> RpcFault {
        let last = self.0.endpoints.iter().rev().find_map(Endpoint::last_fault);
        let silent = || RpcFault::Silent { host: self.hosts(), why: "no answer".to_owned() };
        let last = last.unwrap_or_else(silent);
        if wanted <= 1 { last } else { RpcFault::TooFew { answered, wanted, last: Box::new(last) } }
    }

    async fn handle(self, packet: RequestPacket) -> Result<ResponsePacket, TransportError> {
        let mut answers = Vec::new();
        for request in packet.requests() {
            answers.push(self.one(request).await.map_err(TransportErrorKind::custom)?);
        }
        Ok(match packet {
            RequestPacket::Single(_) => ResponsePacket::Single(answers.remove(0)),
            RequestPacket::Batch(_) => ResponsePacket::Batch(answers),
        })
    }

    async fn one(&self, request: &SerializedRequest) -> Result<Response, RpcFault> {
        if request.method() == "eth_sendRawTransaction" {
            return self.broadcast(request).await;
        }
        if matches!(request.method(), "eth_getTransactionReceipt" | "eth_getTransactionByHash")
            && let Some(found) = self.find(request).await?
        {
            return Ok(found);
        }
        let mut tries = 0;
        loop {
            let Some(reading) = compare::Reading::of(request) else {
                let fresh = self.pin(self.0.pace.check).await?;
                let answers = self.gather(request, 1, fresh.block.saturating_sub(LAG)).await?;
                return Ok(first(answers));
            };
            let pin = match reading.block() {
                compare::At::Latest => self.pin(self.0.pace.fresh).await?.block,
                compare::At::Block(block) => self.pin(self.0.pace.fresh).await?.block.min(block),
            };
            let pinned = reading.pinned(pin);
            let answers = self.gather(&pinned, self.0.agree, pin).await?;
            let unknown = answers.iter().find(|(_, answer)| compare::is_unknown_block(answer));
            match unknown {
                // The block went, or a node behind the same address does not have it yet.
                Some((nth, _)) if tries < 3 => {
                    if let Some(endpoint) = self.0.endpoints.get(*nth) {
                        endpoint.forget_head();
                    }
                    tokio::time::sleep(self.0.pace.look).await;
                }
                _ => match self.agreed(&reading, answers) {
                    // Two branches may be alive for a moment.
                    Err(_) if tries < 2 => tokio::time::sleep(self.0.pace.look).await,
                    result => return result,
                },
            }
            tries += 1;
        }
    }

    /// The one answer that all gave.
    fn agreed(&self, reading: &compare::Reading, answers: Vec<(usize, Response)>) -> Result<Response, RpcFault> {
        if let Some(nth) = answers.iter().position(|(_, answer)| has_too_large_range(answer)) {
            return Ok(first(answers.into_iter().skip(nth).collect()));
        }
        let Some(((one, true_answer), others)) = answers.split_first() else {
            return Err(self.too_few(0, self.0.agree));
        };
        for (other, answer) in others {
            if !reading.same(true_answer, answer) {
                let host = |nth: usize| self.0.endpoints.get(nth).map(|one| one.host.clone()).unwrap_or_default();
                let fault = RpcFault::Disagree { method: reading.method(), one: host(*one), other: host(*other) };
                crate::figures::rpc_disagreement();
                tracing::error!(fault = %fault, "RPCs contradict each other");
                return Err(fault);
            }
        }
        Ok(first(answers))
    }

    /// As many answers as are wanted, each of another RPC that has the block.
    async fn gather(
        &self,
        request: &SerializedRequest,
        wanted: usize,
        block: u64,
    ) -> Result<Vec<(usize, Response)>, RpcFault> {
        let began = Instant::now();
        let mut answers: Vec<(usize, Response)> = Vec::new();
        let mut rounds = 0;
        loop {
            let has_block =
                |nth: usize| self.0.endpoints.get(nth).and_then(Endpoint::head).is_some_and(|head| head.block >= block);
            let left: Vec<usize> = (0..self.0.endpoints.len())
                .filter(|nth| has_block(*nth) && answers.iter().all(|(asked, _)| asked != nth))
                .collect();
            let rested = |nth: &usize| self.0.endpoints.get(*nth).is_some_and(|endpoint| endpoint.rest().is_zero());
            let now: Vec<usize> = left.iter().copied().filter(rested).take(wanted - answers.len()).collect();
            let asked = now.iter().filter_map(|nth| Some((*nth, self.0.endpoints.get(*nth)?)));
            let asked = asked.map(|(nth, endpoint)| async move { (nth, endpoint.ask(request).await) });
            for (nth, answer) in join_all(asked).await {
                answers.extend(answer.ok().map(|answer| (nth, answer)));
            }
            if answers.len() >= wanted {
                if wanted > 1 && self.0.alone.swap(false, Ordering::Relaxed) {
                    tracing::info!(wanted, "enough RPCs answer again");
                }
                return Ok(answers);
            }
            let again = |nth: usize| has_block(nth) && answers.iter().all(|(asked, _)| *asked != nth);
            // There may be others that were not asked yet.
            if (0..self.0.endpoints.len()).any(|nth| again(nth) && rested(&nth)) {
                continue;
            }
            rounds += 1;
            if self.0.lenient && !answers.is_empty() {
                if !self.0.alone.swap(true, Ordering::Relaxed) {
                    let answered = answers.len();
                    tracing::warn!(answered, wanted, "fewer RPCs answer than should agree: going on with these");
                }
                return Ok(answers);
            }
            if rounds >= ROUNDS || !self.wait(began, &again).await {
                return Err(self.too_few(answers.len(), wanted));
            }
        }
    }

    /// Looks for a transaction wherever it may be known: not every node has heard of it. None when there is only
    /// one to ask, or none has it.
    async fn find(&self, request: &SerializedRequest) -> Result<Option<Response>, RpcFault> {
        if self.0.endpoints.len() == 1 {
            return Ok(None);
        }
        self.pin(self.0.pace.check).await?;
        let usable = |endpoint: &&Endpoint| endpoint.head().is_some() && endpoint.rest().is_zero();
        let asked = self.0.endpoints.iter().filter(usable).map(|endpoint| endpoint.ask(request));
        let is_there = |answer: &Response| match &answer.payload {
            ResponsePayload::Success(value) => value.get() != "null",
            ResponsePayload::Failure(_) => false,
        };
        Ok(join_all(asked).await.into_iter().flatten().find(is_there))
    }

    /// Gives a transaction to every RPC: one that swallows it does not stop it, and it is one transaction however
    /// many have it.
    async fn broadcast(&self, request: &SerializedRequest) -> Result<Response, RpcFault> {
        let began = Instant::now();
        let mut rounds = 0;
        self.pin(self.0.pace.check).await?;
        loop {
            // What never said that it is on this chain gets nothing.
            let usable = |endpoint: &&Endpoint| endpoint.head().is_some() && endpoint.rest().is_zero();
            let asked = self.0.endpoints.iter().filter(usable).map(|endpoint| endpoint.ask(request));
            let mut refused = None;
            for answer in join_all(asked).await.into_iter().flatten() {
                match answer.payload {
                    ResponsePayload::Success(_) => return Ok(answer),
                    ResponsePayload::Failure(_) => refused = refused.or(Some(answer)),
                }
            }
            rounds += 1;
            if let Some(refused) = refused {
                return Ok(refused);
            }
            if rounds >= ROUNDS || !self.wait(began, &|_| true).await {
                return Err(self.too_few(0, 1));
            }
        }
    }
}

fn first(mut answers: Vec<(usize, Response)>) -> Response {
    answers.swap_remove(0).1
}

fn has_too_large_range(answer: &Response) -> bool {
    match &answer.payload {
        ResponsePayload::Failure(error) => is_too_large(&error.message.to_lowercase()),
        ResponsePayload::Success(_) => false,
    }
}

/// How providers say that a range of blocks has too many events, or too many blocks.
pub(super) fn is_too_large(message: &str) -> bool {
    [
        "query returned more than",
        "block range",
        "blocks range",
        "range is too",
        "range too",
        "max range",
        "response size",
        "response too large",
        "ranges over",
        "query timeout",
        "limited to a",
        "too many blocks",
        "too many results",
        "too many logs",
    ]
    .iter()
    .any(|words| message.contains(words))
}

impl Service<RequestPacket> for Rpc {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, packet: RequestPacket) -> Self::Future {
        Box::pin(self.clone().handle(packet))
    }
}
