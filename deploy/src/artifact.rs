//! The committed output of the compiler: what to create, and what must stand on the chain then.
//!
//! Takes: `bindings/abi`, built into the program. Gives: creation code, and a comparison of deployed
//! code that leaves out the immutables and nothing else. Never: files at run time.

use alloy::primitives::{B256, Bytes};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    #[error("there is no contract {0} in this program")]
    Unknown(String),
    #[error("bindings/abi/{0}.json is damaged: run `make abi` and build again")]
    Damaged(&'static str, #[source] serde_json::Error),
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        const FILES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../bindings/abi/", $name, ".json")))),*];
    };
}

files!(
    "Genesis",
    "GuerdonToken",
    "Treasury",
    "RewardDistributor",
    "Links",
    "Disputes",
    "GuerdonGovernor",
    "GuerdonTimelock",
    "EarnedVotes",
    "ContributorVeto",
);

/// One contract.
#[derive(Clone, Debug, Deserialize)]
pub struct Artifact {
    bytecode: Bytes,
    #[serde(rename = "deployedBytecode")]
    deployed: Bytes,
    /// Where the deployed code carries immutables: (first byte, bytes).
    immutables: Vec<(usize, usize)>,
}

impl Artifact {
    pub fn of(contract: &str) -> Result<Self, ArtifactError> {
        let (name, text) = FILES
            .iter()
            .find(|(name, _)| *name == contract)
            .ok_or_else(|| ArtifactError::Unknown(contract.to_owned()))?;
        serde_json::from_str(text).map_err(|error| ArtifactError::Damaged(name, error))
    }

    /// Creation code with constructor arguments.
    pub fn init_code(&self, args: &[u8]) -> Bytes {
        [self.bytecode.as_ref(), args].concat().into()
    }

    /// Whether code is this contract's, whatever its immutables are.
    pub fn matches(&self, code: &[u8]) -> bool {
        self.masked(&self.deployed) == self.masked(code)
    }

    fn masked(&self, code: &[u8]) -> Vec<u8> {
        let mut code = code.to_vec();
        for (start, length) in &self.immutables {
            if let Some(range) = code.get_mut(*start..start.saturating_add(*length)) {
                range.fill(0);
            }
        }
        code
    }
}

/// What repeats the compilation.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Build {
    pub compiler: String,
    pub settings: serde_json::Value,
    /// Contract to file.
    pub sources: BTreeMap<String, String>,
    /// Keccak-256 of the standard JSON input.
    pub standard_input: B256,
}

impl Build {
    pub fn committed() -> Result<Self, ArtifactError> {
        serde_json::from_str(include_str!("../../bindings/abi/compiler.json"))
            .map_err(|error| ArtifactError::Damaged("compiler", error))
    }

    /// As verifiers name a contract: `contracts/src/Treasury.sol:Treasury`.
    pub fn identifier(&self, contract: &str) -> Result<String, ArtifactError> {
        let file = self.sources.get(contract).ok_or_else(|| ArtifactError::Unknown(contract.to_owned()))?;
        Ok(format!("{file}:{contract}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::CONTRACTS;

    #[test]
    fn every_contract_is_built_in() {
        let build = Build::committed().unwrap();
        assert_eq!(FILES.len(), CONTRACTS.len());
        for (name, file) in CONTRACTS {
            let artifact = Artifact::of(name).unwrap();
            assert!(artifact.matches(&artifact.deployed), "{name}");
            assert_eq!(build.identifier(name).unwrap(), format!("{file}:{name}"));
        }
        assert!(matches!(Artifact::of("Nothing"), Err(ArtifactError::Unknown(_))));
    }

    #[test]
    fn only_immutables_may_differ() {
        let artifact = Artifact::of("Genesis").unwrap();
        let inside: Vec<_> = artifact.immutables.iter().flat_map(|(start, length)| *start..start + length).collect();
        assert!(!inside.is_empty());
        for at in 0..artifact.deployed.len() {
            let mut code = artifact.deployed.to_vec();
            code[at] ^= 1;
            assert_eq!(artifact.matches(&code), inside.contains(&at), "byte {at}");
        }
        assert!(!artifact.matches(&artifact.deployed[1..]));
        assert!(!artifact.matches(&[]));
    }
}
