//! The chain, and the only module that knows the RPC.
//!
//! Takes: an RPC address, a deployment record, keys. Gives: the state and events of the
//! distributor in the core's types, and transactions that were simulated before they were sent.
//! Never: decides what to post, reads a clock other than the chain's.

mod error;
mod events;
mod links;
mod read;
mod record;
mod send;

pub use error::ChainError;
pub use events::{Claimed, Credits, Held, Opened, Posted, PublishedChunk, SkipReason, Skipped, VoidReason};
pub use links::{LinkEvent, LinkMove, LinkRules, LinkStatus, PendingLink};
pub use read::{Account, BatchState, BatchStatus, Freeze, Schedule, Terms, Token};
pub use record::{RecordError, load_deployment};
pub use send::{Answer, Sender, Sent};

use crate::link::Place;
use alloy::primitives::Address;
use alloy::providers::{DynProvider, Provider, ProviderBuilder};
use alloy::rpc::client::RpcClient;
use alloy::sol_types::Eip712Domain;
use alloy::transports::http::{Http, reqwest};
use guerdon_bindings::contracts::RewardDistributor::RewardDistributorInstance;
use guerdon_bindings::contracts::{Disputes, GuerdonToken, Links, RewardDistributor};
use guerdon_bindings::{Deployment, domain};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// A local chain answers at once; a public endpoint should not be asked more than needed.
const LOCAL_POLL: Duration = Duration::from_millis(40);
const POLL: Duration = Duration::from_secs(4);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

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
    url: Url,
    deployment: Arc<Deployment>,
}

impl std::fmt::Debug for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chain").field("url", &error::shown(&self.url)).field("place", &self.place()).finish()
    }
}

impl Chain {
    /// Connects, and asserts before anything else that the RPC is on the deployment's chain and
    /// that the distributor there is the one that the record describes.
    pub async fn connect(rpc_url: &str, deployment: &Deployment) -> Result<Self, ChainError> {
        let url = error::parse(rpc_url)?;
        let client = client(&url, deployment.chain_id)?;
        let provider = ProviderBuilder::new().connect_client(client).erased();
        let chain = Self { provider, url, deployment: Arc::new(deployment.clone()) };
        chain.assert_chain().await?;
        chain.assert_distributor().await?;
        Ok(chain)
    }

    async fn assert_chain(&self) -> Result<(), ChainError> {
        let url = error::shown(&self.url);
        let expected = self.deployment.chain_id;
        match self.provider.get_chain_id().await {
            Ok(found) if found == expected => Ok(()),
            Ok(found) => Err(ChainError::WrongChain { url, found, expected }),
            Err(source) => Err(ChainError::Unreachable { url, source: error::without_url(source) }),
        }
    }

    async fn assert_distributor(&self) -> Result<(), ChainError> {
        let address = self.deployment.distributor();
        let code = self.provider.get_code_at(address).await.map_err(|source| self.rpc("reading code", source))?;
        if code.is_empty() {
            return Err(ChainError::NoDistributor { address, url: error::shown(&self.url) });
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
        ChainError::Rpc { doing, url: error::shown(&self.url), source: error::without_url(source) }
    }

    fn call(&self, doing: &'static str) -> impl Fn(alloy::contract::Error) -> ChainError + '_ {
        move |source| match source {
            alloy::contract::Error::TransportError(source) => self.rpc(doing, source),
            source => ChainError::Call { doing, source: Box::new(source) },
        }
    }
}

/// An HTTP client that gives up in time.
fn client(url: &Url, chain_id: u64) -> Result<RpcClient, ChainError> {
    let http = reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(REQUEST_TIMEOUT)
        .build()
        .map_err(|source| ChainError::Client(Box::new(source)))?;
    let local = chain_id == crate::keys::LOCAL_CHAIN;
    let client = RpcClient::new(Http::with_client(http, url.clone()), local);
    client.set_poll_interval(if local { LOCAL_POLL } else { POLL });
    Ok(client)
}
