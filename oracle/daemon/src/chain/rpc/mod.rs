//! Several RPCs as one transport: takes requests, gives answers that can be relied on, or a fault with a host.
//!
//! What fails is asked of the next RPC and rests for a while; what is on another chain or behind the others is not
//! used; what is read of the chain's state is read at one block that everybody asked has, and so many as
//! `chain.rpc_agree` says must give the same answer. Transactions go to all. A fallback that takes whichever answer
//! comes first cannot do this. Never: a wall clock's time, a whole URL in a message.

mod compare;
mod endpoint;
mod fault;

pub use fault::RpcFault;

use super::{CONNECT_TIMEOUT, ChainError, Now, error};
use alloy::rpc::json_rpc::{RequestPacket, Response, ResponsePacket, ResponsePayload, SerializedRequest};
use alloy::transports::http::reqwest;
use alloy::transports::{TransportError, TransportErrorKind, TransportFut};
use endpoint::Endpoint;
use futures::future::join_all;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
/// One of several that let a request hang is left alone for so long.
const HUNG: Duration = Duration::from_secs(60);

/// What differs between a chain on this machine and others: there, time is short and blocks come at once.
#[derive(Clone, Copy, Debug)]
struct Pace {
    /// How old a head may be that a read is pinned to.
    fresh: Duration,
    /// How often an RPC says which chain it is on.
    check: Duration,
    /// How long a chain may seem to have gone back before it is believed.
    back: Duration,
    /// Between two looks at a head that is behind.
    look: Duration,
}

const LOCAL: Pace = Pace {
    fresh: Duration::ZERO,
    check: Duration::from_secs(1),
    back: Duration::from_secs(2),
    look: Duration::from_millis(40),
};
const REMOTE: Pace = Pace {
    fresh: Duration::from_secs(1),
    check: Duration::from_secs(30),
    back: Duration::from_secs(600),
    look: Duration::from_secs(1),
};

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
}

/// What was there already, and cannot be gone.
#[derive(Debug, Default)]
struct Seen {
    block: u64,
    timestamp: u64,
    /// Since when everybody is behind that.
    behind: Option<Instant>,
}

impl Rpc {
    pub(super) fn new(urls: &super::RpcUrls, agree: Option<usize>, chain_id: u64) -> Result<Self, ChainError> {
        let count = urls.0.len();
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(if count > 1 { SHORT_TIMEOUT } else { TIMEOUT })
            .build()
            .map_err(|source| ChainError::Client(Box::new(source)))?;
        let endpoint = |url| {
            Ok(Endpoint::new(
                &error::parse(url)?,
                http.clone(),
                chain_id,
                if count > 1 { HUNG } else { Duration::ZERO },
            ))
        };
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
            endpoints,
        };
        Ok(Self(Arc::new(shared)))
    }

    /// The hosts, for messages.
    pub(super) fn hosts(&self) -> String {
        let hosts: Vec<&str> = self.0.endpoints.iter().map(|endpoint| endpoint.host.as_str()).collect();
        hosts.join(", ")
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A block that is there: nothing is read from before it any more.
    pub(super) fn saw(&self, block: u64) {
        let mut seen = self.seen();
        seen.block = seen.block.max(block);
    }

    /// The newest block that as many RPCs have as must agree. It never goes back, unless the chain did.
    pub(super) async fn now(&self) -> Result<Now, RpcFault> {
        self.pin(Duration::ZERO).await
    }

    /// The same, of heads that are not older than this.
    async fn pin(&self, fresh: Duration) -> Result<Now, RpcFault> {
        let mut looks = 0;
        loop {
            let old = |endpoint: &&Endpoint| endpoint.live_head().is_none_or(|(_, age)| age >= fresh);
            let stale: Vec<&Endpoint> = self.0.endpoints.iter().filter(old).collect();
            self.look(&stale).await?;
            let heads = self.0.endpoints.iter().filter_map(Endpoint::live_head);
            let mut heads: Vec<Now> = heads.map(|(head, _)| head).collect();
            heads.sort_by_key(|head| std::cmp::Reverse(head.block));
            let wanted = self.0.agree;
            let nth = if heads.len() < wanted && self.0.lenient { heads.len() } else { wanted };
            if let (Some(best), Some(head)) = (heads.first(), nth.checked_sub(1).and_then(|nth| heads.get(nth))) {
                self.note_lag(best.block, head.block);
            }
            let Some(head) = nth.checked_sub(1).and_then(|nth| heads.get(nth)).copied() else {
                return Err(self.too_few(heads.len(), wanted));
            };
            match self.accept(head) {
                Ok(now) => return Ok(now),
                Err(fault) if looks == 3 => return Err(fault),
                Err(_) => tokio::time::sleep(self.0.pace.look).await,
            }
            looks += 1;
            for endpoint in &self.0.endpoints {
                endpoint.forget_head();
            }
        }
    }

    /// Tells how far each is behind the best, once it is worth a word.
    fn note_lag(&self, best: u64, used: u64) {
        if self.0.endpoints.len() > 1 {
            for endpoint in &self.0.endpoints {
                if let Some((head, _)) = endpoint.live_head() {
                    crate::figures::rpc_lag(&endpoint.host, best.saturating_sub(head.block));
                }
            }
            if best.saturating_sub(used) > LAG {
                tracing::warn!(best, used, "RPCs are far apart: going by the block that enough of them have");
            }
        }
    }

    /// Looks at the heads of these; it is no fault if some have none, as long as one has.
    async fn look(&self, stale: &[&Endpoint]) -> Result<(), RpcFault> {
        let mut round = 0;
        let began = Instant::now();
        loop {
            let rested = stale.iter().filter(|endpoint| endpoint.rest().is_zero());
            let found = join_all(rested.map(|endpoint| async {
                let head = endpoint.look(self.0.pace.check).await;
                head.inspect_err(|_| endpoint.forget_head())
            }));
            found.await;
            let has_head = self.0.endpoints.iter().filter(|endpoint| endpoint.live_head().is_some()).count();
            let enough = if self.0.lenient { 1 } else { self.0.agree };
            round += 1;
            if has_head >= enough {
                return Ok(());
            }
            let foreign = self.0.endpoints.iter().all(Endpoint::is_foreign);
            if foreign || round >= ROUNDS || !self.wait(began, &|_| true).await {
                return Err(self.too_few(has_head, enough));
            }
        }
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

    /// Whether a head can be believed after what was seen before.
    fn accept(&self, head: Now) -> Result<Now, RpcFault> {
        let mut seen = self.seen();
        if head.block >= seen.block || self.gone_back(&mut seen, head) {
            seen.block = head.block;
            seen.behind = None;
            // A block that takes another's place may be earlier by its clock.
            seen.timestamp = seen.timestamp.max(head.timestamp);
            return Ok(Now { block: head.block, timestamp: seen.timestamp });
        }
        Err(RpcFault::Lagging { host: self.hosts(), head: head.block, seen: seen.block })
    }

    /// A chain that stays behind what it was is another one than it was.
    fn gone_back(&self, seen: &mut Seen, head: Now) -> bool {
        let behind = *seen.behind.get_or_insert_with(Instant::now);
        let believed = behind.elapsed() >= self.0.pace.back;
        if believed {
            tracing::warn!(from = seen.block, to = head.block, "the chain went back");
            seen.timestamp = head.timestamp;
        }
        believed
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
                return Ok(answers);
            }
            let again = |nth: usize| has_block(nth) && answers.iter().all(|(asked, _)| *asked != nth);
            // There may be others that were not asked yet.
            if (0..self.0.endpoints.len()).any(|nth| again(nth) && rested(&nth)) {
                continue;
            }
            rounds += 1;
            if self.0.lenient && !answers.is_empty() {
                tracing::warn!(
                    answered = answers.len(),
                    wanted,
                    "fewer RPCs answer than should agree: going on with these"
                );
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
