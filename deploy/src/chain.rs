//! The few calls to the RPC that deploying and checking need.
//!
//! Takes: a URL, a provider. Gives: answers, or errors that name the URL without its credentials
//! and the contract's own reason. Never: retries a transaction.

use alloy::network::Ethereum;
use alloy::providers::{Provider, ProviderBuilder, WalletProvider};
use alloy::rpc::types::{Filter, Log};
use alloy::signers::local::PrivateKeySigner;
use alloy::transports::{RpcError, TransportErrorKind};
use guerdon_bindings::Revert;
use url::Url;

/// The chain id of a local anvil.
pub const LOCAL_CHAIN: u64 = 31_337;

/// Blocks per request for events; public endpoints allow about this many.
const LOG_RANGE: u64 = 10_000;

pub(crate) type TransportError = RpcError<TransportErrorKind>;

#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("{0:?} is not an http or https URL")]
    Url(String),
    #[error("no answer from the RPC at {url}: is it running, and is the URL right?")]
    Unreachable { url: String, source: Box<TransportError> },
}

fn parse(rpc_url: &str) -> Result<Url, ConnectError> {
    match Url::parse(rpc_url) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
        // What is not a URL may still hold a key: show its beginning only.
        _ => Err(ConnectError::Url(rpc_url.chars().take(12).collect())),
    }
}

/// Scheme, host and port: API keys stand in the user, path or query.
fn shown(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// A provider that only reads.
pub async fn connect(rpc_url: &str) -> Result<impl Provider<Ethereum> + Clone + use<>, ConnectError> {
    let url = parse(rpc_url)?;
    let provider = ProviderBuilder::new().connect_http(url.clone());
    reach(&provider, &url).await?;
    Ok(provider)
}

/// A provider that signs with this key.
pub async fn connect_signer(
    rpc_url: &str,
    signer: PrivateKeySigner,
) -> Result<impl Provider<Ethereum> + WalletProvider<Ethereum> + Clone + use<>, ConnectError> {
    let url = parse(rpc_url)?;
    let provider = ProviderBuilder::new().with_simple_nonce_management().wallet(signer).connect_http(url.clone());
    reach(&provider, &url).await?;
    Ok(provider)
}

async fn reach(provider: &impl Provider, url: &Url) -> Result<(), ConnectError> {
    match provider.get_chain_id().await {
        Ok(_) => Ok(()),
        Err(source) => Err(ConnectError::Unreachable { url: shown(url), source: Box::new(source) }),
    }
}

/// All logs that match, from a block up to the latest, in ranges.
pub(crate) async fn logs(provider: &impl Provider, filter: &Filter, from: u64) -> Result<Vec<Log>, TransportError> {
    let latest = provider.get_block_number().await?;
    let mut found = Vec::new();
    let mut start = from;
    while start <= latest {
        let end = latest.min(start.saturating_add(LOG_RANGE - 1));
        found.extend(provider.get_logs(&filter.clone().from_block(start).to_block(end)).await?);
        start = end + 1;
    }
    Ok(found)
}

/// The contract's reason, if the error carries one.
pub(crate) fn revert(error: &TransportError) -> Option<Revert> {
    let response = error.as_error_resp()?;
    match response.as_revert_data() {
        Some(data) => Some(Revert::decode(&data)),
        None if response.message.contains("revert") => Some(Revert::Unknown(Vec::new())),
        None => None,
    }
}
