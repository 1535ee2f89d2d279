//! One oracle: its settings, store, policies, chain and view of GitHub, and the stages that an
//! epoch goes through. Every stage may be repeated: what was done before is found and kept.

use crate::amount::Money;
use crate::chain::{
    BatchState, BatchStatus, Chain, ChainError, RecordError, Schedule, Sender, VoidReason, load_deployment,
};
use crate::config::Config;
use crate::fetch::{Access, AppAccess, FetchError, GitHub, GitHubOptions, Installation};
use crate::import::ImportError;
use crate::keys::{KeyError, OracleKey};
use crate::linking::{Desk, LinkingError};
use crate::mirrors::MirrorError;
use crate::peers::{PeerError, Peers, Turns};
use crate::policies::Policies;
use crate::sign::SignError;
use crate::store::{Store, StoreError};
use crate::witness::WitnessError;
use alloy::primitives::Address;
use guerdon_core::B256;
use guerdon_core::agreement::AgreementError;
use guerdon_core::attack::AttackError;
use guerdon_core::evidence::EvidenceError;
use guerdon_core::model::{Epoch, RepositoryId};
use guerdon_core::policy::{Policy, PolicyError};
use guerdon_core::replay::ReplayError;
use guerdon_core::verify::VerifyError;
use secrecy::ExposeSecret as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub enum OracleError {
    #[error("cannot read the policy {path}: name another with --policy or the key `policy`")]
    PolicyFile { path: PathBuf, source: std::io::Error },
    #[error("{path}: {source}")]
    Policy { path: PathBuf, source: PolicyError },
    #[error(
        "epoch {epoch} runs under policy {hash}, and no policy file here has that hash: put the file that was voted for \
         into `policy` or `past_policies`"
    )]
    NoSuchPolicy { epoch: Epoch, hash: B256 },
    #[error("governance has set no terms for epoch {0}: propose `setTerms` first")]
    NoTerms(Epoch),
    #[error(
        "epoch {epoch} can be cut once {confirmations} blocks follow the first one from {due} on (its end and the settle \
         delay); the chain is at {now}, UTC seconds"
    )]
    NotDue { epoch: Epoch, due: u64, confirmations: u64, now: u64 },
    #[error(
        "epoch {epoch} is not decided: this oracle has peers, and `guerdon run` agrees with them; `guerdon doctor` says \
         what is missing"
    )]
    NotDecided { epoch: Epoch },
    #[error(
        "epoch {epoch}, round {signed} was signed by {signer} and can still be posted (before {until}, UTC seconds): \
         round {round} has to wait until it is void, settled or over"
    )]
    RoundOpen { epoch: Epoch, round: u32, signed: u32, signer: Address, until: u64 },
    #[error(
        "the batch of epoch {epoch} that was posted is not what its evidence gives ({what}): challenge it with \
         `guerdon watch --challenge`"
    )]
    WrongBatch { epoch: Epoch, what: &'static str },
    #[error("epochs count from 1")]
    NoEpoch,
    #[error("epoch {missing} has no evidence yet, and epoch {epoch} goes on where it ends: cut {missing} first")]
    NoPrevious { epoch: Epoch, missing: Epoch },
    #[error("epoch {epoch}, round {round} has no evidence in the store: run `guerdon score --epoch {epoch}`")]
    NoEvidence { epoch: Epoch, round: u32 },
    #[error("epoch {epoch}, round {round} has no batch in the store: run `guerdon batch --epoch {epoch}`")]
    NoBatch { epoch: Epoch, round: u32 },
    #[error(
        "repository {repository} was not read again since the cutoff of epoch {epoch} ({due}, UTC seconds): run \
         `guerdon fetch`; if GitHub does not show it any more, take it out with `github.exclude`"
    )]
    Stale { epoch: Epoch, due: u64, repository: RepositoryId },
    #[error(
        "GitHub does not show {repositories} any more (deleted, private, or the token may not see it): no epoch is cut \
         until that is mended or `github.exclude` takes it out"
    )]
    Missing { repositories: String },
    #[error("the store has nothing of the configured repositories yet: run `guerdon fetch`")]
    NotFetched,
    #[error("{0}")]
    NotRunning(String),
    #[error(
        "no epoch has evidence yet, so there is nothing to replay: run `guerdon score --epoch 1` when epoch 1 has settled"
    )]
    NothingToReplay,
    #[error("epochs {from} to {to} cannot be replayed: the store has the evidence of epochs {first} to {last}")]
    NotReplayable { from: Epoch, to: Epoch, first: Epoch, last: Epoch },
    #[error(transparent)]
    Replay(#[from] ReplayError),
    #[error("the attack suite cannot be tried under this policy: {0}")]
    Attack(#[from] AttackError),
    #[error("no key is configured: add one to `oracle.keys`")]
    NoKeys,
    #[error("the batch in the store cannot be used: {0}")]
    Stored(String),
    #[error(transparent)]
    Deployment(#[from] RecordError),
    #[error(transparent)]
    Chain(#[from] ChainError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Linking(#[from] LinkingError),
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    #[error(transparent)]
    Verify(#[from] VerifyError),
    #[error(transparent)]
    Witness(#[from] WitnessError),
    #[error(transparent)]
    Agreement(#[from] AgreementError),
    #[error(transparent)]
    Peer(#[from] PeerError),
    #[error(transparent)]
    Mirror(#[from] MirrorError),
    #[error(transparent)]
    Batch(#[from] guerdon_core::batch::BatchError),
}

pub type Result<T, E = OracleError> = std::result::Result<T, E>;

/// An oracle at work.
#[derive(Debug)]
pub struct Oracle {
    pub config: Config,
    pub store: Store,
    pub chain: Chain,
    pub schedule: Schedule,
    pub(crate) policies: Policies,
    pub(crate) links: Desk,
}

impl Oracle {
    /// Opens the store and asks the chain who it is. GitHub is not needed yet.
    pub async fn open(config: Config) -> Result<Self> {
        let policies = Policies::read(&config)?;
        let chain = connect(&config).await?;
        let schedule = chain.schedule().await?;
        let store = Store::open(config.database_url.read()?.expose_secret()).await?;
        Ok(Self { config, store, chain, schedule, policies, links: Desk::default() })
    }

    /// The policy that governance set for an epoch.
    pub fn policy(&self, epoch: Epoch, hash: B256) -> Result<&Policy> {
        self.policies.of(epoch, hash)
    }

    /// The view of GitHub, by the configured token.
    pub fn github(&self) -> Result<GitHub> {
        github(&self.config)
    }

    /// The keys that sign.
    pub fn keys(&self) -> Result<Vec<OracleKey>> {
        let load = |source| OracleKey::load(source, self.chain.place().chain_id);
        Ok(self.config.oracle.keys.iter().map(load).collect::<Result<_, _>>()?)
    }

    /// The other oracles, where there are any.
    pub fn peers(&self) -> Result<Option<Peers>> {
        if self.config.peers.is_empty() {
            return Ok(None);
        }
        let key = self.keys()?.into_iter().next().ok_or(OracleError::NoKeys)?;
        Ok(Some(Peers::new(key, self.chain.domain(), self.config.peers.clone())?))
    }

    pub fn turns(&self) -> Turns {
        Turns { fallback: self.config.oracle.fallback }
    }

    /// The key that pays for transactions.
    pub fn submitter(&self) -> Result<Sender> {
        let oracle = &self.config.oracle;
        let source = oracle.submitter.as_ref().or_else(|| oracle.keys.first()).ok_or(OracleError::NoKeys)?;
        let key = OracleKey::load(source, self.chain.place().chain_id)?;
        Ok(self.chain.sender(&key)?.keeping(&self.store))
    }

    /// The round that an epoch's current or next batch has. One that can never be posted any more, because its
    /// time is over with the next block, is passed over: every oracle counts the same.
    pub async fn round(&self, epoch: Epoch) -> Result<u32> {
        self.round_after(epoch, &self.chain.batch(epoch).await?).await
    }

    /// [`Oracle::round`] of an epoch whose batch stands so.
    pub async fn round_after(&self, epoch: Epoch, state: &BatchState) -> Result<u32> {
        if !matches!(state.status, BatchStatus::None | BatchStatus::Void) {
            return Ok(state.round);
        }
        let now = self.chain.now().await?.timestamp;
        let over = now.saturating_sub(self.due(epoch)) / self.config.oracle.post_within.max(1);
        let over = u32::try_from(over).unwrap_or(u32::MAX);
        Ok(state.round.max(over).saturating_add(1))
    }

    /// The latest round of an epoch, if a challenge of that whole batch succeeded. The evidence would give
    /// the same batch again, so somebody must look first.
    pub async fn overturned(&self, epoch: Epoch, state: &BatchState) -> Result<Option<u32>> {
        if state.status != BatchStatus::Void {
            return Ok(None);
        }
        let reason = self.chain.void_reason(epoch, state.round).await?;
        Ok((reason == Some(VoidReason::Challenged)).then_some(state.round))
    }
}

/// GitHub by the configured token or App.
pub fn github(config: &Config) -> Result<GitHub> {
    let access = match &config.github.app {
        None => Access::Token(config.github_token().read()?),
        Some(app) => {
            let owner = || Installation::Of(config.github_owner());
            let installation = app.installation.map_or_else(owner, Installation::Id);
            Access::App(AppAccess { id: app.id, private_key: app.private_key.read()?, installation })
        }
    };
    let mut options = GitHubOptions::with(access);
    options.reserve = config.github.reserve;
    options.patience.rate_limit = Duration::from_secs(config.github.patience);
    options.api_url.clone_from(&config.github.api_url);
    options.graphql_url.clone_from(&config.github.graphql_url);
    Ok(GitHub::new(options)?)
}

/// The chain of the configured deployment.
pub async fn connect(config: &Config) -> Result<Chain> {
    let deployment = load_deployment(&config.chain.deployment)?;
    Ok(Chain::open(&config.chain, &deployment).await?)
}

/// How the configured chain's payout token writes amounts.
pub async fn money(config: &Config) -> Result<Money> {
    let chain = connect(config).await?;
    let (token, schedule) = (chain.token().await?, chain.schedule().await?);
    Ok(Money { unit: schedule.unit, decimals: token.decimals, symbol: token.symbol })
}

pub fn read_policy(path: &Path) -> Result<Policy> {
    Ok(read_policy_file(path)?.0)
}

/// A policy, and what its file says.
pub(crate) fn read_policy_file(path: &Path) -> Result<(Policy, String)> {
    let text =
        std::fs::read_to_string(path).map_err(|source| OracleError::PolicyFile { path: path.to_owned(), source })?;
    let policy = Policy::from_toml(&text).map_err(|source| OracleError::Policy { path: path.to_owned(), source })?;
    Ok((policy, text))
}
