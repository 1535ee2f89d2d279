//! Config to plan: every transaction of a deployment, and where its contract will stand.
//!
//! Takes: a checked config, the deployer's address. Gives: the steps in their order, the same for
//! the same config on every chain. Never: the network.

use crate::artifact::{Artifact, ArtifactError};
use crate::config::{ConfigError, DeployConfig};
use crate::constructors::{self, Addresses};
use crate::genesis;
use alloy::network::TransactionBuilder;
use alloy::primitives::{Address, B256, Bytes, keccak256};
use alloy::rpc::types::TransactionRequest;
use alloy::sol_types::{SolCall, SolConstructor};
use guerdon_bindings::contracts::Genesis;

#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error("the config cannot be deployed: {0}")]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
}

/// A whole deployment.
#[derive(Clone, Debug)]
pub struct Plan {
    pub chain_id: u64,
    pub deployer: Address,
    pub salt: B256,
    pub addresses: Addresses,
    /// In the order of their transactions; Genesis is the first.
    pub steps: Vec<Step>,
}

/// One contract and the transaction that creates it.
#[derive(Clone, Debug)]
pub struct Step {
    pub contract: &'static str,
    pub address: Address,
    /// ABI-encoded.
    pub args: Bytes,
    /// Keccak-256 of creation code and arguments.
    pub init_code_hash: B256,
    pub(crate) artifact: Artifact,
    to: Address,
    input: Bytes,
}

impl Plan {
    pub fn new(config: &DeployConfig, deployer: Address) -> Result<Self, PlanError> {
        config.validate()?;
        let args = Genesis::constructorCall { deployer_: deployer }.abi_encode();
        let artifact = Artifact::of("Genesis")?;
        let init_code = artifact.init_code(&args);
        let genesis = genesis::genesis(config.salt, &init_code);
        let addresses = Addresses::of(genesis);
        let mut steps = vec![Step {
            contract: "Genesis",
            address: genesis,
            args: args.into(),
            init_code_hash: keccak256(&init_code),
            artifact,
            to: genesis::PROXY,
            input: [config.salt.as_slice(), &init_code].concat().into(),
        }];
        for (contract, args) in constructors::all(config, &addresses)? {
            let artifact = Artifact::of(contract)?;
            let init_code = artifact.init_code(&args);
            let init_code_hash = keccak256(&init_code);
            let call = Genesis::createCall { name: genesis::name(contract), initCode: init_code };
            steps.push(Step {
                contract,
                address: genesis::child(genesis, contract),
                args: args.into(),
                init_code_hash,
                artifact,
                to: genesis,
                input: call.abi_encode().into(),
            });
        }
        Ok(Self { chain_id: config.chain_id, deployer, salt: config.salt, addresses, steps })
    }
}

impl Step {
    /// The transaction without gas and nonce.
    pub(crate) fn request(&self, deployer: Address) -> TransactionRequest {
        TransactionRequest::default().with_from(deployer).with_to(self.to).with_input(self.input.clone())
    }
}
