//! Cuts evidence: takes records, the chain's terms and links and the epoch before, gives the file.

use crate::fetch::{self, Window};
use crate::oracle::{Oracle, OracleError, Result};
use crate::store::{LATEST, Repository};
use guerdon_core::B256;
use guerdon_core::agreement::{self, Body, ItemKey, Items, Parts};
use guerdon_core::evidence::{CARRY_EPOCHS, Evidence, FETCH, Header, SCHEMA, Terms};
use guerdon_core::model::{ContributorId, Epoch, Fact, FactKey, RepositoryId, State};
use guerdon_core::replay;
use guerdon_core::verify::Rebuilt;
use std::collections::BTreeSet;

/// What does not depend on anybody's view of GitHub.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// The first one at or after the cutoff.
    pub(crate) block: u64,
    pub(crate) terms: Terms,
    /// Who had a wallet at that block.
    pub(crate) linked: BTreeSet<ContributorId>,
    /// The hash of the evidence before; zero for the first epoch.
    pub(crate) previous: B256,
    /// What the epoch before left; nothing before the first.
    pub(crate) closing: Option<State>,
}

impl Oracle {
    /// When an epoch's evidence can be cut: its end and the settle delay, UTC seconds.
    pub fn due(&self, epoch: Epoch) -> u64 {
        self.schedule.end(epoch).saturating_add(self.config.oracle.settle_delay)
    }

    /// The evidence of an epoch and round: what was cut before, or a fresh cut of an oracle that decides alone.
    pub async fn evidence(&self, epoch: Epoch, round: u32) -> Result<Vec<u8>> {
        if let Some((_, bytes)) = self.store.evidence(epoch, round).await? {
            return Ok(bytes);
        }
        if !self.config.peers.is_empty() {
            return Err(OracleError::NotDecided { epoch });
        }
        let bytes = match self.last_evidence(epoch).await? {
            // A later round repeats the evidence of the one before: what the next epoch went on
            // from stays true, and nobody is granted twice.
            Some((_, before)) => {
                let mut evidence = Evidence::from_bytes(&before)?;
                evidence.header.round = round;
                evidence.to_bytes()?
            }
            None => self.cut_alone(epoch, round).await?,
        };
        self.keep_evidence(epoch, round, &bytes).await?;
        Ok(bytes)
    }

    pub(crate) async fn keep_evidence(&self, epoch: Epoch, round: u32, bytes: &[u8]) -> Result<B256> {
        let now = self.chain.now().await?;
        Ok(self.store.put_evidence(epoch, round, bytes, now.timestamp).await?)
    }

    /// Scores evidence by the policy of its epoch.
    pub fn rebuild(&self, bytes: &[u8]) -> Result<Rebuilt> {
        Ok(self.policies.rebuild(bytes)?.0)
    }

    /// The repositories that count now, ascending: those that were listed when GitHub was asked last, but
    /// for what the configuration takes out.
    pub async fn repositories(&self) -> Result<Vec<RepositoryId>> {
        let excluded = self.config.excluded();
        let counts = |known: &Repository| !excluded.iter().any(|(owner, name)| known.is_named(owner, name));
        let listed = self.store.listed().await?;
        let ids: Vec<RepositoryId> =
            listed.iter().filter(|known| counts(known)).map(|known| RepositoryId(known.id)).collect();
        if ids.is_empty() { Err(OracleError::NotFetched) } else { Ok(ids) }
    }

    /// Governance's terms for an epoch.
    pub(crate) async fn terms(&self, epoch: Epoch) -> Result<Terms> {
        let terms = self.chain.terms_of(epoch).await?.ok_or(OracleError::NoTerms(epoch))?;
        Ok(Terms { budget: terms.epoch_budget, cap: terms.cap_per_person, policy: terms.policy_hash })
    }

    /// An epoch's time, up to its cutoff.
    pub(crate) fn window(&self, epoch: Epoch) -> Window {
        let (starts, ends) = (self.schedule.start(epoch), self.schedule.end(epoch));
        Window { starts, ends, cutoff: self.due(epoch) }
    }

    /// What the chain and the epoch before say of an epoch's evidence: the same for every oracle, whenever it asks.
    pub(crate) async fn frame(&self, epoch: Epoch) -> Result<Frame> {
        if epoch.0 == 0 {
            return Err(OracleError::NoEpoch);
        }
        let due = self.due(epoch);
        let Some(block) = self.chain.first_block_at(due, self.config.chain.confirmations).await? else {
            let (now, confirmations) = (self.chain.now().await?.timestamp, self.config.chain.confirmations);
            return Err(OracleError::NotDue { epoch, due, confirmations, now });
        };
        let terms = self.terms(epoch).await?;
        self.policy(epoch, terms.policy)?;
        let linked = self.chain.links_until(block).await?.into_keys().collect();
        let (previous, closing) = match epoch.0 {
            1 => (B256::ZERO, None),
            _ => {
                let (hash, bytes) = self.evidence_before(epoch, block).await?;
                (hash, Some(self.rebuild(&bytes)?.outcome.closing))
            }
        };
        Ok(Frame { block, terms, linked, previous, closing })
    }

    /// The evidence that an epoch goes on from: of what was posted last for the epoch before, up to that block,
    /// or where nothing was, of its last round.
    async fn evidence_before(&self, epoch: Epoch, block: u64) -> Result<(B256, Vec<u8>)> {
        let before = Epoch(epoch.0 - 1);
        let found = match self.chain.posted_until(before, block).await? {
            Some(posted) => {
                let hash = posted.header.evidence_hash;
                self.store.evidence_by_hash(hash).await?.map(|bytes| (hash, bytes))
            }
            None => self.last_evidence(before).await?,
        };
        found.ok_or(OracleError::NoPrevious { epoch, missing: before })
    }

    /// What this oracle holds for an epoch by its own records. `candidates` are facts that too few held alike in
    /// the epochs before.
    pub(crate) async fn items(&self, epoch: Epoch, candidates: &BTreeSet<FactKey>) -> Result<Items> {
        let due = self.due(epoch);
        let repositories = self.repositories().await?;
        for repository in &repositories {
            let fetched = self.store.fetched(repository.0).await?;
            if fetched.is_none_or(|fetched| fetched.reread < due) {
                return Err(OracleError::Stale { epoch, due, repository: *repository });
            }
        }
        let window = self.window(epoch);
        let records = fetch::load(&self.store, &repositories, window, LATEST).await?;
        let opening = match epoch.0 {
            1 => fetch::history(&fetch::load_history(&self.store, &repositories).await?, window.starts),
            _ => State::default(),
        };
        let mut items = agreement::items(&repositories, opening, fetch::facts(&records, window));
        if !candidates.is_empty() {
            let back = window.ends.saturating_sub(window.starts).saturating_mul(CARRY_EPOCHS);
            let starts = self.schedule.epoch_start.max(window.starts.saturating_sub(back));
            let wide = Window { starts, ..window };
            let records = fetch::load(&self.store, &repositories, wide, LATEST).await?;
            for (key, body) in agreement::items(&[], State::default(), fetch::facts(&records, wide)) {
                let ItemKey::Fact(fact) = key else { continue };
                if candidates.contains(&fact) {
                    items.insert(key, body);
                    items.insert(ItemKey::Carried(fact), Body::Listed);
                }
            }
        }
        Ok(items)
    }

    /// Evidence out of what was agreed on, without witnesses.
    pub(crate) fn compose(&self, (epoch, round): (Epoch, u32), frame: &Frame, parts: Parts) -> Result<Evidence> {
        let Parts { repositories, opening, facts, carried } = parts;
        let mut opening = frame.closing.clone().unwrap_or(opening);
        replay::relink(&mut opening, &frame.linked);
        let mut header = self.header((epoch, round), frame.block, frame.previous, repositories, frame.terms.clone());
        header.carried = carried;
        Ok(Evidence::new(header, opening, facts)?)
    }

    /// What an epoch's evidence begins with.
    pub(crate) fn header(
        &self,
        (epoch, round): (Epoch, u32),
        block: u64,
        previous: B256,
        repositories: Vec<RepositoryId>,
        terms: Terms,
    ) -> Header {
        let Window { starts, ends, cutoff } = self.window(epoch);
        let place = self.chain.place();
        Header {
            block,
            carried: Vec::new(),
            chain: place.chain_id,
            cutoff,
            distributor: place.distributor,
            ends,
            epoch,
            fetch: FETCH,
            previous,
            repositories,
            round,
            schema: SCHEMA,
            starts,
            terms,
            unit: self.schedule.unit.to_string(),
        }
    }

    /// The evidence by this oracle's own records and its own model.
    pub(crate) async fn cut_alone(&self, epoch: Epoch, round: u32) -> Result<Vec<u8>> {
        let frame = self.frame(epoch).await?;
        let items = self.items(epoch, &BTreeSet::new()).await?;
        let parts = agreement::assemble(&items, &agreement::held(&items), self.schedule.start(epoch))?;
        let mut evidence = self.compose((epoch, round), &frame, parts)?;
        let witnesses = self.witnesses(&evidence).await?;
        if !witnesses.is_empty() {
            let Evidence { header, opening, mut facts } = evidence;
            facts.extend(witnesses.into_iter().map(Fact::Witness));
            evidence = Evidence::new(header, opening, facts)?;
        }
        Ok(evidence.to_bytes()?)
    }

    /// The evidence of an epoch's latest round, and its hash.
    pub async fn last_evidence(&self, epoch: Epoch) -> Result<Option<(B256, Vec<u8>)>> {
        let last = self.store.evidences().await?.into_iter().rfind(|evidence| evidence.epoch == epoch);
        let Some(last) = last else { return Ok(None) };
        Ok(self.store.evidence_by_hash(last.hash).await?.map(|bytes| (last.hash, bytes)))
    }
}
