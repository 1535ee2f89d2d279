//! Which block is the newest: takes what every RPC says of it, gives one that as many have as must agree, and that
//! never goes back. A chain that really became shorter is believed after a while.

use super::endpoint::Endpoint;
use super::{LAG, ROUNDS, Rpc, RpcFault};
use crate::chain::Now;
use futures::future::join_all;
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What differs between a chain on this machine and others: there, time is short and blocks come at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// How old a head may be that a read is pinned to.
    pub(super) fresh: Duration,
    /// How often an RPC says which chain it is on.
    pub(super) check: Duration,
    /// How long a chain may seem to have gone back before it is believed.
    pub(super) back: Duration,
    /// Between two looks at a head that is behind.
    pub(super) look: Duration,
}

pub(super) const LOCAL: Pace = Pace {
    fresh: Duration::ZERO,
    check: Duration::from_secs(1),
    back: Duration::from_secs(2),
    look: Duration::from_millis(40),
};
pub(super) const REMOTE: Pace = Pace {
    fresh: Duration::from_secs(1),
    check: Duration::from_secs(30),
    back: Duration::from_secs(600),
    look: Duration::from_secs(1),
};

/// What was there already, and cannot be gone.
#[derive(Debug, Default)]
pub(super) struct Seen {
    block: u64,
    timestamp: u64,
    /// Since when everybody is behind that.
    behind: Option<Instant>,
}

impl Rpc {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A block that is there: nothing is read from before it any more.
    pub(in crate::chain) fn saw(&self, block: u64) {
        let mut seen = self.seen();
        seen.block = seen.block.max(block);
    }

    /// The newest block that as many RPCs have as must agree. It never goes back, unless the chain did.
    pub(in crate::chain) async fn now(&self) -> Result<Now, RpcFault> {
        self.pin(Duration::ZERO).await
    }

    /// The same, of heads that are not older than this.
    pub(super) async fn pin(&self, fresh: Duration) -> Result<Now, RpcFault> {
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
            let apart = best.saturating_sub(used) > LAG;
            if self.0.apart.swap(apart, Ordering::Relaxed) != apart && apart {
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
}
