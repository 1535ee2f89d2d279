//! The chain, and the only module that knows the RPC.
//!
//! Takes: an RPC address, a deployment record, keys. Gives: the state and events of the
//! distributor in the core's types, and transactions that were simulated before they were sent.
//! Never: decides what to post, reads a clock other than the chain's.

mod blocks;
mod credits;
mod error;
mod events;
mod fees;
mod flight;
mod inspect;
mod journal;
mod launch;
mod ledger;
mod links;
mod read;
mod record;
mod rpc;
mod send;
mod settings;

pub use credits::{Credits, Held, SkipReason, Skipped, VoidReason};
pub use error::ChainError;
pub use events::{ChallengeEvent, Change, Claimed, Opened, Posted, PublishedChunk};
pub use inspect::Code;
pub use ledger::Ledger;
pub use links::{LinkEvent, LinkMove, LinkRules, LinkStatus, PendingLink};
pub use read::{Account, BatchState, BatchStatus, Freeze, Schedule, Terms, Token};
pub use record::{RecordError, load_deployment};
pub use rpc::RpcFault;
pub use send::{Answer, Sender, Sent};
pub use settings::{ChainConfig, Limits, RpcUrls};

use crate::link::Place;
use alloy::primitives::Address;
use alloy::providers::{DynProvider, Provider, ProviderBuilder};
use alloy::rpc::client::RpcClient;
use alloy::sol_types::Eip712Domain;
use guerdon_bindings::contracts::RewardDistributor::RewardDistributorInstance;
use guerdon_bindings::contracts::{Disputes, GuerdonToken, Links, RewardDistributor};
use guerdon_bindings::{Deployment, domain};
use rpc::Rpc;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A local chain answers at once; a public endpoint should not be asked more than needed.
const LOCAL_POLL: Duration = Duration::from_millis(40);
const POLL: Duration = Duration::from_secs(4);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A block and the chain's time in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    pub block: u64,
    /// UTC seconds.
    pub timestamp: u64,
}

/// A connection to one deployment.
#[derive(Clone)]
pub struct Chain {
    provider: DynProvider,
    rpc: Rpc,
    deployment: Arc<Deployment>,
    limits: Limits,
    /// A transaction of an account that we know nothing of: which nonce it has, and since when it is in our way.
    stranger: Arc<Mutex<BTreeMap<Address, (u64, Instant)>>>,
    /// Blocks that one request for events may span, as far as is known.
    log_range: Arc<AtomicU64>,
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chain").field("url", &self.rpc.hosts()).field("place", &self.place()).finish()
    }
}

impl Chain {
    /// Connects, and asserts before anything else that the RPC is on the deployment's chain and
    /// that the distributor there is the one that the record describes.
    pub async fn connect(rpc_urls: impl Into<RpcUrls>, deployment: &Deployment) -> Result<Self, ChainError> {
        Self::connect_with(&rpc_urls.into(), None, Limits::default(), deployment).await
    }

    /// The same as it is configured.
    pub async fn open(config: &ChainConfig, deployment: &Deployment) -> Result<Self, ChainError> {
        Self::connect_with(&config.rpc_url, config.rpc_agree, config.limits(), deployment).await
    }

    async fn connect_with(
        urls: &RpcUrls,
        agree: Option<usize>,
        limits: Limits,
        deployment: &Deployment,
    ) -> Result<Self, ChainError> {
        let rpc = Rpc::new(urls, agree, deployment.chain_id)?;
        let local = deployment.chain_id == crate::keys::LOCAL_CHAIN;
        let client = RpcClient::new(rpc.clone(), local);
        client.set_poll_interval(if local { LOCAL_POLL } else { POLL });
        let provider = ProviderBuilder::new().connect_client(client).erased();
        let log_range = Arc::new(AtomicU64::new(events::LOG_RANGE));
        let deployment = Arc::new(deployment.clone());
        let chain = Self { provider, rpc, deployment, limits, stranger: Arc::default(), log_range };
        chain.assert_chain().await?;
        chain.assert_distributor().await?;
        Ok(chain)
    }

    async fn assert_chain(&self) -> Result<(), ChainError> {
        match self.rpc.now().await {
            Ok(_) => Ok(()),
            Err(RpcFault::WrongChain { host, found, expected }) => {
                Err(ChainError::WrongChain { url: host, found, expected })
            }
            Err(source) => Err(ChainError::Unreachable { url: self.rpc.hosts(), source }),
        }
    }

    async fn assert_distributor(&self) -> Result<(), ChainError> {
        let address = self.deployment.distributor();
        let code = self.provider.get_code_at(address).await.map_err(|source| self.rpc("reading code", source))?;
        if code.is_empty() {
            return Err(ChainError::NoDistributor { address, url: self.rpc.hosts() });
        }
        let on_chain = self.schedule().await.map_err(|error| match error {
            // No answer is another fault than a wrong one.
            ChainError::Rpc { ref source, .. } if !source.is_error_resp() => error,
            _ => ChainError::NotADistributor { address },
        })?;
        let recorded = Schedule {
            epoch_start: self.deployment.epoch_start,
            epoch_length: self.deployment.epoch_length,
            window: self.deployment.window,
            publish_period: self.deployment.publish_period,
            correction_epochs: on_chain.correction_epochs,
            unit: self.deployment.unit,
        };
        let (links, disputes) = (self.deployment.contracts.links.address, self.deployment.contracts.disputes.address);
        let failed = self.call("reading the contracts of the distributor");
        let same = on_chain == recorded
            && self.contract().links().call().await.map_err(&failed)? == links
            && self.contract().disputes().call().await.map_err(&failed)? == disputes;
        if same { Ok(()) } else { Err(ChainError::OtherDistributor { address }) }
    }

    pub fn limits(&self) -> Limits {
        self.limits
    }

    pub fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    pub fn chain_id(&self) -> u64 {
        self.deployment.chain_id
    }

    pub fn distributor(&self) -> Address {
        self.deployment.distributor()
    }

    /// The chain and distributor that messages are signed for.
    pub fn place(&self) -> Place {
        Place { chain_id: self.deployment.chain_id, distributor: self.deployment.distributor() }
    }

    /// The EIP-712 domain that messages are signed for.
    pub fn domain(&self) -> Eip712Domain {
        domain(self.deployment.chain_id, self.deployment.distributor())
    }

    fn contract(&self) -> RewardDistributorInstance<&DynProvider> {
        RewardDistributor::new(self.deployment.distributor(), &self.provider)
    }

    fn links(&self) -> Links::LinksInstance<&DynProvider> {
        Links::new(self.deployment.contracts.links.address, &self.provider)
    }

    fn disputes(&self) -> Disputes::DisputesInstance<&DynProvider> {
        Disputes::new(self.deployment.contracts.disputes.address, &self.provider)
    }

    fn token_at(&self, address: Address) -> GuerdonToken::GuerdonTokenInstance<&DynProvider> {
        GuerdonToken::new(address, &self.provider)
    }

    fn rpc(&self, doing: &'static str, source: error::TransportError) -> ChainError {
        ChainError::Rpc { doing, url: self.rpc.hosts(), source: Box::new(source) }
    }

    fn call(&self, doing: &'static str) -> impl Fn(alloy::contract::Error) -> ChainError + '_ {
        move |source| match source {
            alloy::contract::Error::TransportError(source) => self.rpc(doing, source),
            source => ChainError::Call { doing, source: Box::new(source) },
        }
    }
}
