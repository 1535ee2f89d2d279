//! What the events of Genesis tell: which transaction created what, from which code.
//!
//! Takes: a provider, the address of a Genesis that stands. Gives: its creations by address. Never:
//! asks for a block before the deployment began.

use crate::chain::{TransportError, logs};
use alloy::primitives::{Address, B256};
use alloy::providers::Provider;
use alloy::rpc::types::Filter;
use alloy::sol_types::{SolCall, SolEvent};
use alloy::transports::RpcError;
use guerdon_bindings::contracts::Genesis;
use std::collections::BTreeMap;

/// How a contract came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Creation {
    pub tx: B256,
    pub block: u64,
    /// Zero for Genesis itself: its address says as much.
    pub init_code_hash: B256,
}

pub(crate) async fn creations(
    provider: &impl Provider,
    genesis: Address,
) -> Result<BTreeMap<Address, Creation>, TransportError> {
    let first = first_block(provider, genesis).await?;
    let mut found = BTreeMap::new();
    for log in logs(provider, &Filter::new().address(genesis), first).await? {
        let (Some(tx), Some(block)) = (log.transaction_hash, log.block_number) else { continue };
        if let Ok(event) = Genesis::Created::decode_log(&log.inner) {
            found.insert(event.created, Creation { tx, block, init_code_hash: event.initCodeHash });
        } else if Genesis::Begun::decode_log(&log.inner).is_ok() {
            found.insert(genesis, Creation { tx, block, init_code_hash: B256::ZERO });
        }
    }
    Ok(found)
}

/// The first block at the time that Genesis remembers. Block numbers mean other things on other chains, time does not.
async fn first_block(provider: &impl Provider, genesis: Address) -> Result<u64, TransportError> {
    let request =
        alloy::rpc::types::TransactionRequest::default().to(genesis).input(Genesis::sinceCall {}.abi_encode().into());
    let answer = provider.call(request).await?;
    let since = Genesis::sinceCall::abi_decode_returns(&answer).map_err(RpcError::local_usage)?.saturating_to::<u64>();
    let (mut low, mut high) = (0, provider.get_block_number().await?);
    while low < high {
        let middle = low + (high - low) / 2;
        let block = provider.get_block_by_number(middle.into()).await?.ok_or(RpcError::NullResp)?;
        if block.header.timestamp < since {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}
