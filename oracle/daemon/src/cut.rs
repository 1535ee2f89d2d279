//! Cuts evidence: takes records, the chain's terms and links and the epoch before, gives the file.

use crate::fetch::{self, Window};
use crate::oracle::{Oracle, OracleError, Result};
use crate::store::{LATEST, Repository};
use guerdon_core::B256;
use guerdon_core::evidence::{Evidence, FETCH, Header, SCHEMA, Terms};
use guerdon_core::model::{Epoch, Fact, RepositoryId, State};
use guerdon_core::replay;
use guerdon_core::verify::Rebuilt;

impl Oracle {
    /// When an epoch's evidence can be cut: its end and the settle delay, UTC seconds.
    pub fn due(&self, epoch: Epoch) -> u64 {
        self.schedule.end(epoch).saturating_add(self.config.oracle.settle_delay)
    }

    /// The evidence of an epoch and round: what was cut before, or a fresh cut.
    pub async fn evidence(&self, epoch: Epoch, round: u32) -> Result<Vec<u8>> {
        if let Some((_, bytes)) = self.store.evidence(epoch, round).await? {
            return Ok(bytes);
        }
        let bytes = match self.last_evidence(epoch).await? {
            // A later round repeats the evidence of the one before: what the next epoch went on
            // from stays true, and nobody is granted twice.
            Some((_, before)) => {
                let mut evidence = Evidence::from_bytes(&before)?;
                evidence.header.round = round;
                evidence.to_bytes()?
            }
            None => self.cut(epoch, round).await?,
        };
        let now = self.chain.now().await?;
        self.store.put_evidence(epoch, round, &bytes, now.timestamp).await?;
        Ok(bytes)
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

    /// What an epoch's evidence begins with, as the chain and the configuration have it.
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

    async fn cut(&self, epoch: Epoch, round: u32) -> Result<Vec<u8>> {
        if epoch.0 == 0 {
            return Err(OracleError::NoEpoch);
        }
        let (now, due) = (self.chain.now().await?, self.due(epoch));
        if now.timestamp < due {
            return Err(OracleError::NotDue { epoch, due, now: now.timestamp });
        }
        let terms = self.terms(epoch).await?;
        self.policy(epoch, terms.policy)?;
        let repositories = self.repositories().await?;
        for repository in &repositories {
            let fetched = self.store.fetched(repository.0).await?;
            if fetched.is_none_or(|fetched| fetched.reread < due) {
                return Err(OracleError::Stale { epoch, due, repository: *repository });
            }
        }
        let window = self.window(epoch);
        let records = fetch::load(&self.store, &repositories, window, LATEST).await?;
        let (previous, mut opening) = self.opening(epoch, window.starts, &repositories).await?;
        let block = now.block.saturating_sub(self.config.chain.confirmations);
        let links = self.chain.links_until(block).await?;
        replay::relink(&mut opening, &links.keys().copied().collect());
        let header = self.header((epoch, round), block, previous, repositories, terms);
        let facts = fetch::facts(&records, window);
        let mut evidence = Evidence::new(header, opening, facts)?;
        let witnesses = self.witnesses(&evidence).await?;
        if !witnesses.is_empty() {
            let Evidence { header, opening, mut facts } = evidence;
            facts.extend(witnesses.into_iter().map(Fact::Witness));
            evidence = Evidence::new(header, opening, facts)?;
        }
        Ok(evidence.to_bytes()?)
    }

    /// Where the epoch before ended; for the first, GitHub's history.
    async fn opening(&self, epoch: Epoch, starts: u64, repositories: &[RepositoryId]) -> Result<(B256, State)> {
        if epoch.0 == 1 {
            let records = fetch::load_history(&self.store, repositories).await?;
            return Ok((B256::ZERO, fetch::history(&records, starts)));
        }
        let before = Epoch(epoch.0 - 1);
        match self.last_evidence(before).await? {
            Some((hash, bytes)) => Ok((hash, self.rebuild(&bytes)?.outcome.closing)),
            None => Err(OracleError::NoPrevious { epoch, missing: before }),
        }
    }

    /// The evidence of an epoch's latest round, and its hash.
    pub async fn last_evidence(&self, epoch: Epoch) -> Result<Option<(B256, Vec<u8>)>> {
        let last = self.store.evidences().await?.into_iter().rfind(|evidence| evidence.epoch == epoch);
        let Some(last) = last else { return Ok(None) };
        Ok(self.store.evidence_by_hash(last.hash).await?.map(|bytes| (last.hash, bytes)))
    }
}
