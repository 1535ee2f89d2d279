//! The record of one deployment: `deploy/deployments/<chainid>.json`.
//!
//! Takes: its JSON text. Gives: where each contract is, from which block to read events, and the
//! immutable numbers. Never: files or the chain; the chain is the truth and this a map of it.

use alloy::primitives::{Address, B256, Bytes, U256};
use serde::{Deserialize, Serialize};

/// The text is not a deployment record.
#[derive(Debug, thiserror::Error)]
#[error("not a deployment record (line {}, column {})", .0.line(), .0.column())]
pub struct DeploymentError(#[source] serde_json::Error);

/// One deployed system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployment {
    pub chain_id: u64,
    /// The block of the first contract: nothing happened before it.
    pub block: u64,
    /// Paid for the deployment; holds no role afterwards.
    pub deployer: Address,
    /// Deployer and salt give every address.
    pub salt: B256,
    pub contracts: Contracts,
    /// When epoch 1 begins, UTC seconds.
    pub epoch_start: u64,
    /// Seconds.
    pub epoch_length: u64,
    /// How long a published batch waits before it is credited, seconds.
    pub window: u64,
    /// How long a posted batch may take to be published, seconds.
    pub publish_period: u64,
    /// Base units of the payout token in one unit.
    #[serde(with = "decimal")]
    pub unit: U256,
    /// The supply of the token at its construction, base units.
    #[serde(with = "decimal")]
    pub supply: U256,
    /// Oracle set 1, ascending.
    pub oracles: Vec<Address>,
    pub threshold: u64,
    pub compiler: Compiler,
}

/// What repeats the compilation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compiler {
    /// As verifiers name it, `0.8.37+commit.f401782d`.
    pub version: String,
    pub settings: serde_json::Value,
    /// Keccak-256 of the standard JSON input, the file beside this record.
    pub standard_input_hash: B256,
}

/// The contracts of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contracts {
    /// Created the others and has no power over them.
    pub genesis: Deployed,
    pub token: Deployed,
    pub timelock: Deployed,
    pub governor: Deployed,
    pub treasury: Deployed,
    pub distributor: Deployed,
    pub links: Deployed,
    pub disputes: Deployed,
    pub earned_votes: Deployed,
    pub contributor_veto: Deployed,
}

impl Contracts {
    /// Each with the name of its source.
    pub fn each(&self) -> [(&'static str, &Deployed); 10] {
        [
            ("Genesis", &self.genesis),
            ("GuerdonToken", &self.token),
            ("GuerdonTimelock", &self.timelock),
            ("GuerdonGovernor", &self.governor),
            ("Treasury", &self.treasury),
            ("RewardDistributor", &self.distributor),
            ("Links", &self.links),
            ("Disputes", &self.disputes),
            ("EarnedVotes", &self.earned_votes),
            ("ContributorVeto", &self.contributor_veto),
        ]
    }
}

/// One contract and how it came to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployed {
    pub address: Address,
    pub tx: B256,
    pub block: u64,
    /// As verifiers name it, `contracts/src/Treasury.sol:Treasury`.
    pub source: String,
    /// ABI-encoded, as a block explorer asks for them.
    pub constructor_args: Bytes,
    /// Keccak-256 of creation code and constructor arguments.
    pub init_code_hash: B256,
}

impl Deployment {
    pub fn from_json(text: &str) -> Result<Self, DeploymentError> {
        serde_json::from_str(text).map_err(DeploymentError)
    }

    pub fn to_json(&self) -> String {
        // Plain fields with string keys: there is nothing in it that JSON cannot say.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    pub fn distributor(&self) -> Address {
        self.contracts.distributor.address
    }
}

mod decimal {
    use alloy::primitives::U256;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(value: &U256, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<U256, D::Error> {
        let text = String::deserialize(deserializer)?;
        U256::from_str_radix(&text, 10).map_err(|_| D::Error::custom(format!("{text:?} is not a decimal number")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployed(byte: u8) -> Deployed {
        Deployed {
            address: Address::repeat_byte(byte),
            tx: B256::repeat_byte(byte),
            block: u64::from(byte),
            source: "contracts/src/Some.sol:Some".into(),
            constructor_args: Bytes::from_static(&[1, 2]),
            init_code_hash: B256::repeat_byte(byte),
        }
    }

    fn deployment() -> Deployment {
        Deployment {
            chain_id: 31_337,
            block: 1,
            deployer: Address::repeat_byte(7),
            salt: B256::repeat_byte(8),
            contracts: Contracts {
                genesis: deployed(6),
                token: deployed(1),
                timelock: deployed(2),
                governor: deployed(3),
                treasury: deployed(4),
                distributor: deployed(5),
                links: deployed(7),
                disputes: deployed(8),
                earned_votes: deployed(9),
                contributor_veto: deployed(10),
            },
            epoch_start: 1_700_000_000,
            epoch_length: 604_800,
            window: 3_600,
            publish_period: 3_600,
            unit: U256::from(10u64).pow(U256::from(12)),
            supply: U256::from(10u64).pow(U256::from(24)),
            oracles: vec![Address::repeat_byte(1)],
            threshold: 1,
            compiler: Compiler {
                version: "0.8.37+commit.f401782d".into(),
                settings: serde_json::json!({ "evmVersion": "osaka" }),
                standard_input_hash: B256::repeat_byte(9),
            },
        }
    }

    #[test]
    fn a_record_survives_its_json_and_amounts_are_decimal_strings() {
        let text = deployment().to_json();
        assert!(text.contains(r#""unit": "1000000000000""#), "{text}");
        assert_eq!(Deployment::from_json(&text).unwrap(), deployment());
    }

    #[test]
    fn an_unknown_or_missing_field_is_refused() {
        let text = deployment().to_json();
        assert!(Deployment::from_json(&text.replace("\"window\"", "\"windows\"")).is_err());
        assert!(Deployment::from_json("{}").is_err());
    }
}
