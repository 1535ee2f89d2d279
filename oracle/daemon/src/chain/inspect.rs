//! What an operator wants to know of the chain beside the distributor's state: the price of gas, and whose
//! code stands where the deployment record says.

use super::{Chain, ChainError};
use alloy::primitives::{Address, B256, keccak256};
use alloy::providers::Provider;
use guerdon_bindings::code;

/// Code that stands on the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    pub contract: &'static str,
    pub address: Address,
    /// Keccak-256, as block explorers and `eth_getProof` show it.
    pub hash: B256,
    /// Whether it is the code that this version was built with, immutables aside.
    pub known: bool,
}

impl Chain {
    /// Wei for one unit of gas, as the node would offer now.
    pub async fn gas_price(&self) -> Result<u128, ChainError> {
        self.provider.get_gas_price().await.map_err(|source| self.rpc("reading the price of gas", source))
    }

    /// The code of the three contracts that oracles depend on.
    pub async fn codes(&self) -> Result<Vec<Code>, ChainError> {
        let contracts = &self.deployment.contracts;
        let mut codes = Vec::new();
        for (contract, address) in [
            ("RewardDistributor", contracts.distributor.address),
            ("Links", contracts.links.address),
            ("Disputes", contracts.disputes.address),
        ] {
            let code = self.provider.get_code_at(address).await.map_err(|source| self.rpc("reading code", source))?;
            let known = code::is_that_of(contract, &code) == Some(true);
            codes.push(Code { contract, address, hash: keccak256(&code), known });
        }
        Ok(codes)
    }
}
