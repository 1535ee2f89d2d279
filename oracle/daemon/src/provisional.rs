//! The running epoch's score so far: takes the records of its time, gives points and line items by
//! the same rules as the final score.
//!
//! Nothing of it is final: what is still to come shares the same slices, labels change up to the
//! cutoff, and the opening state may be an estimate. It is never stored, signed or paid.

use crate::fetch::{self, Records};
use crate::oracle::{Oracle, OracleError, Result};
use crate::store::LATEST;
use guerdon_core::B256;
use guerdon_core::evidence::{Evidence, Header, Terms};
use guerdon_core::model::{ContributorId, Epoch, FactKey, RepositoryId, State};
use guerdon_core::policy::Policy;
use guerdon_core::score::{self, LineItem, Outcome, Refusal, SliceResult};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// A question within this time gets the same answer: asking often costs nothing.
const FRESH: Duration = Duration::from_secs(2);
/// How long what was before the first epoch is believed.
const HISTORY: Duration = Duration::from_secs(3_600);
/// How long the epoch's records are believed without a look at the store.
const STALE: Duration = Duration::from_secs(90);
/// With more than this many epochs that are not cut, a provisional score would be a guess.
const MOST_UNCUT: u64 = 8;

const NOTICE: &str = "provisional: points, prices and amounts are not final before the epoch's cutoff, and nothing here \
                      is signed or paid";

/// An issue, a pull request or a discussion by its number.
pub type Thread = (RepositoryId, u64);

/// What a running epoch has come to. Points are thousandths; amounts are estimates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Provisional {
    pub provisional: bool,
    pub notice: &'static str,
    pub epoch: Epoch,
    /// The chain's time of the scoring, UTC seconds as all of these.
    pub as_of: u64,
    pub starts: u64,
    pub ends: u64,
    /// From then on the final score can be made.
    pub cutoff: u64,
    pub facts: usize,
    pub slices: Vec<SliceResult>,
    /// Descending by points, then ascending by id.
    pub people: Vec<ProvisionalPerson>,
    pub line_items: Vec<LineItem>,
    pub refused: Vec<Refusal>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ProvisionalPerson {
    pub id: ContributorId,
    /// Thousandths, over all line items.
    pub points: u64,
    /// Units, if the epoch ended now.
    pub estimate: u64,
    pub line_items: Vec<FactKey>,
}

/// Where an epoch begins: its terms and what earlier ones left.
#[derive(Clone, Debug)]
struct Opening {
    epoch: Epoch,
    terms: Terms,
    state: State,
}

/// The closing state of the last epoch that is cut, or what was before the first.
#[derive(Clone, Debug)]
struct Base {
    epoch: Epoch,
    evidence: B256,
    state: State,
    made: Instant,
}

impl Base {
    /// Evidence never changes. What was before the first epoch hardly does, and is long to read.
    fn holds(&self, epoch: Epoch, evidence: B256) -> bool {
        let settled = self.epoch.0 > 0 || self.made.elapsed() < HISTORY;
        (self.epoch, self.evidence) == (epoch, evidence) && settled
    }
}

/// The records of an epoch's time.
#[derive(Debug)]
struct Window {
    epoch: Epoch,
    records: Arc<Records>,
    made: Instant,
}

/// What is known of the running epoch, and what of it was read again meanwhile.
#[derive(Debug, Default)]
struct Known {
    window: Option<Window>,
    /// To be taken out of the store before the next scoring.
    changed: BTreeSet<Thread>,
    /// Since the window that is being loaded now was begun.
    meanwhile: BTreeSet<Thread>,
}

/// Scores running epochs, and remembers what does not change from one merge to the next: where the
/// epoch began, and the records that it had. So a merge costs the reading of its own records.
#[derive(Debug, Default)]
pub struct Running {
    base: Mutex<Option<Arc<Base>>>,
    opening: Mutex<Option<Arc<Opening>>>,
    known: Mutex<Known>,
    last: Mutex<BTreeMap<Epoch, (Instant, Arc<Provisional>)>>,
}

impl Running {
    /// Makes anew what a scoring begins with: the epoch before may have been cut meanwhile, and the
    /// sync saw what no webhook told.
    pub async fn prepare(&self, oracle: &Oracle) -> Result<()> {
        let (epoch, now) = running_epoch(oracle).await?;
        let opening = Arc::new(self.open(oracle, epoch, now).await?);
        *self.opening.lock().await = Some(opening);
        self.known.lock().await.meanwhile.clear();
        // Merges do not wait for this one.
        let window = oracle.load_window(epoch).await?;
        let mut known = self.known.lock().await;
        let meanwhile = std::mem::take(&mut known.meanwhile);
        known.changed.extend(meanwhile);
        known.window = Some(window);
        Ok(())
    }

    /// These were read again: the next scoring sees them as they are in the store then.
    pub async fn changed(&self, threads: impl IntoIterator<Item = Thread>) {
        let mut known = self.known.lock().await;
        for thread in threads {
            known.changed.insert(thread);
            known.meanwhile.insert(thread);
        }
    }

    /// Scores the running epoch.
    pub async fn score(&self, oracle: &Oracle) -> Result<Arc<Provisional>> {
        let (epoch, now) = running_epoch(oracle).await?;
        let opening = {
            let mut kept = self.opening.lock().await;
            match kept.as_ref().filter(|opening| opening.epoch == epoch) {
                Some(opening) => Arc::clone(opening),
                None => Arc::clone(kept.insert(Arc::new(self.open(oracle, epoch, now).await?))),
            }
        };
        let records = self.records(oracle, epoch).await?;
        self.keep(oracle.score_so_far(&opening, records, now).await?.0).await
    }

    /// The running epoch's records, with all that changed.
    async fn records(&self, oracle: &Oracle, epoch: Epoch) -> Result<Arc<Records>> {
        let mut known = self.known.lock().await;
        let Known { window, changed, .. } = &mut *known;
        let Some(window) = window.as_mut().filter(|window| window.epoch == epoch) else {
            changed.clear();
            let window = window.insert(oracle.load_window(epoch).await?);
            return Ok(Arc::clone(&window.records));
        };
        if !changed.is_empty() {
            let repositories = oracle.repositories().await?;
            let span = oracle.window(epoch);
            let fresh = fetch::load_threads(&oracle.store, &repositories, span, changed, LATEST).await?;
            put_in_place(Arc::make_mut(&mut window.records), changed, fresh);
            changed.clear();
        }
        Ok(Arc::clone(&window.records))
    }

    async fn keep(&self, scored: Provisional) -> Result<Arc<Provisional>> {
        let (epoch, scored) = (scored.epoch, Arc::new(scored));
        let mut last = self.last.lock().await;
        last.insert(epoch, (Instant::now(), Arc::clone(&scored)));
        // The running one and, until it is cut, the one before.
        while last.len() > 2 {
            last.pop_first();
        }
        Ok(scored)
    }

    /// What was answered a moment ago, when nothing changed since: it costs no question to the chain.
    pub async fn recent(&self, epoch: Epoch) -> Option<Arc<Provisional>> {
        if !self.known.lock().await.changed.is_empty() {
            return None;
        }
        let last = self.last.lock().await;
        last.get(&epoch).filter(|(made, _)| made.elapsed() < FRESH).map(|(_, scored)| Arc::clone(scored))
    }

    /// An epoch that has begun and has no evidence yet; the running one when none is named.
    pub async fn latest(&self, oracle: &Oracle, epoch: Option<Epoch>) -> Result<Arc<Provisional>> {
        let (running, now) = running_epoch(oracle).await?;
        let epoch = epoch.unwrap_or(running);
        if epoch > running || epoch.0 == 0 {
            return Err(OracleError::NotRunning(format!("epoch {epoch} has not begun; epoch {running} runs")));
        }
        if oracle.store.evidences().await?.iter().any(|evidence| evidence.epoch == epoch) {
            return Err(OracleError::NotRunning(format!("epoch {epoch} is scored for good: see its final score")));
        }
        let fresh = |found: &(Instant, Arc<Provisional>)| found.0.elapsed() < FRESH;
        let unchanged = self.known.lock().await.changed.is_empty();
        if let Some((_, scored)) = self.last.lock().await.get(&epoch).filter(|found| unchanged && fresh(found)) {
            return Ok(Arc::clone(scored));
        }
        if epoch == running {
            // Without webhooks nobody else does.
            let known = self.known.lock().await.window.as_ref().map(|window| window.made.elapsed());
            if known.is_none_or(|age| age > STALE) {
                self.prepare(oracle).await?;
            }
            return self.score(oracle).await;
        }
        let opening = self.open(oracle, epoch, now).await?;
        let records = oracle.load_window(epoch).await?.records;
        self.keep(oracle.score_so_far(&opening, records, now).await?.0).await
    }

    /// The closing state of the last epoch that is cut, and provisionally of those after it.
    async fn open(&self, oracle: &Oracle, epoch: Epoch, now: u64) -> Result<Opening> {
        let base = self.base(oracle, epoch).await?;
        let mut next = Epoch(base.epoch.0.saturating_add(1));
        let mut opening = Opening { epoch: next, terms: oracle.terms(next).await?, state: base.state.clone() };
        if next.0.saturating_add(MOST_UNCUT) < epoch.0 {
            let message = format!("epochs {next} to {} are not cut yet: the daemon cuts them first", epoch.0 - 1);
            return Err(OracleError::NotRunning(message));
        }
        while next < epoch {
            let records = oracle.load_window(next).await?.records;
            let closing = oracle.score_so_far(&opening, records, now).await?.1;
            next.0 += 1;
            opening = Opening { epoch: next, terms: oracle.terms(next).await?, state: closing };
        }
        Ok(opening)
    }

    async fn base(&self, oracle: &Oracle, before: Epoch) -> Result<Arc<Base>> {
        let cut = oracle.store.evidences().await?.into_iter().rfind(|evidence| evidence.epoch < before);
        let (epoch, evidence) = cut.map_or((Epoch(0), B256::ZERO), |cut| (cut.epoch, cut.hash));
        let mut kept = self.base.lock().await;
        if let Some(base) = kept.as_ref().filter(|base| base.holds(epoch, evidence)) {
            return Ok(Arc::clone(base));
        }
        let state = match oracle.store.evidence_by_hash(evidence).await? {
            Some(bytes) => oracle.rebuild(&bytes)?.outcome.closing,
            None => {
                let records = fetch::load_history(&oracle.store, &oracle.repositories().await?).await?;
                fetch::history(&records, oracle.schedule.start(Epoch(1)))
            }
        };
        Ok(Arc::clone(kept.insert(Arc::new(Base { epoch, evidence, state, made: Instant::now() }))))
    }
}

/// By the chain's clock, and that.
async fn running_epoch(oracle: &Oracle) -> Result<(Epoch, u64)> {
    let now = oracle.chain.now().await?.timestamp;
    let first = oracle.schedule.start(Epoch(1));
    let epoch = oracle.schedule.epoch_at(now);
    Ok((epoch.ok_or_else(|| OracleError::NotRunning(format!("epoch 1 begins at {first}, UTC seconds")))?, now))
}

impl Oracle {
    async fn load_window(&self, epoch: Epoch) -> Result<Window> {
        let made = Instant::now();
        let records = fetch::load(&self.store, &self.repositories().await?, self.window(epoch), LATEST).await?;
        Ok(Window { epoch, records: Arc::new(records), made })
    }

    async fn score_so_far(&self, opening: &Opening, records: Arc<Records>, now: u64) -> Result<(Provisional, State)> {
        let Opening { epoch, terms, state } = opening.clone();
        let repositories = self.repositories().await?;
        let header = self.header((epoch, 1), 0, B256::ZERO, repositories, terms.clone());
        let window = self.window(epoch);
        let policy = self.policy(epoch, terms.policy)?.clone();
        // The sockets are served while this computes.
        let scored = tokio::task::spawn_blocking(move || scored(header, state, &records, window, &policy)).await;
        let (facts, outcome) = scored.map_err(|error| OracleError::Stored(error.to_string()))??;
        let Outcome { items, refusals, slices, people, closing, .. } = outcome;
        let mut sums: BTreeMap<ContributorId, ProvisionalPerson> = BTreeMap::new();
        for item in &items {
            let id = item.contributor;
            let person =
                sums.entry(id).or_insert(ProvisionalPerson { id, points: 0, estimate: 0, line_items: Vec::new() });
            person.points = person.points.saturating_add(item.points);
            person.line_items.push(item.fact);
        }
        for result in people {
            if let Some(person) = sums.get_mut(&result.id) {
                person.estimate = result.earned;
            }
        }
        let mut people: Vec<ProvisionalPerson> = sums.into_values().collect();
        people.sort_by_key(|person| (std::cmp::Reverse(person.points), person.id));
        let provisional = Provisional {
            provisional: true,
            notice: NOTICE,
            epoch,
            as_of: now,
            starts: window.starts,
            ends: window.ends,
            cutoff: window.cutoff,
            facts,
            slices,
            people,
            line_items: items,
            refused: refusals,
        };
        Ok((provisional, closing))
    }
}

fn scored(
    header: Header,
    state: State,
    records: &Records,
    window: fetch::Window,
    policy: &Policy,
) -> Result<(usize, Outcome)> {
    let evidence = Evidence::new(header, state, fetch::facts(records, window))?;
    let outcome = score::score(&evidence, policy).map_err(guerdon_core::verify::VerifyError::from)?;
    Ok((evidence.facts.len(), outcome))
}

/// Puts what was read again into the place of what was known of these threads.
fn put_in_place(records: &mut Records, threads: &BTreeSet<Thread>, fresh: Records) {
    // Other pull requests come along when these name them.
    let pulls: BTreeSet<Thread> = fresh.pulls.iter().map(|pull| (pull.repo, pull.number)).collect();
    let is_old = |thread: Thread| threads.contains(&thread);
    records.pulls.retain(|pull| !is_old((pull.repo, pull.number)) && !pulls.contains(&(pull.repo, pull.number)));
    records.issues.retain(|issue| !is_old((issue.repo, issue.number)));
    records.discussions.retain(|discussion| !is_old((discussion.repo, discussion.number)));
    records.comments.retain(|comment| !is_old((comment.repo, comment.number)));
    records.pulls.extend(fresh.pulls);
    records.issues.extend(fresh.issues);
    records.discussions.extend(fresh.discussions);
    records.comments.extend(fresh.comments);
    records.logins.extend(fresh.logins);
    records.open.extend(fresh.open);
    records.bots = fresh.bots;
}
