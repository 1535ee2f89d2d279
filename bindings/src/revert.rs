//! What a contract says when it refuses, in words.
//!
//! Takes: the bytes of a revert. Gives: the error's name and arguments as the sources name them,
//! from whichever Guerdon contract it comes. Never: guesses; unknown bytes stay bytes.

use alloy::dyn_abi::{DynSolValue, JsonAbiExt};
use alloy::json_abi::{ContractObject, Error};
use alloy::primitives::{Selector, hex};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

const SOURCES: [&str; 10] = [
    include_str!("../abi/RewardDistributor.json"),
    include_str!("../abi/Treasury.json"),
    include_str!("../abi/GuerdonToken.json"),
    include_str!("../abi/GuerdonGovernor.json"),
    include_str!("../abi/GuerdonTimelock.json"),
    include_str!("../abi/Genesis.json"),
    include_str!("../abi/Links.json"),
    include_str!("../abi/Disputes.json"),
    include_str!("../abi/EarnedVotes.json"),
    include_str!("../abi/ContributorVeto.json"),
];

static ERRORS: LazyLock<BTreeMap<Selector, Error>> = LazyLock::new(|| {
    let mut errors = BTreeMap::new();
    for abi in SOURCES.iter().filter_map(|text| serde_json::from_str::<ContractObject>(text).ok()?.abi) {
        errors.extend(abi.errors().map(|error| (error.selector(), error.clone())));
    }
    errors
});

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revert {
    /// A custom error of a Guerdon contract and its arguments: (name, value).
    Named { name: String, arguments: Vec<(String, String)> },
    /// `require` with a text.
    Text(String),
    /// Nothing that these contracts say.
    Unknown(Vec<u8>),
}

impl Revert {
    pub fn decode(data: &[u8]) -> Self {
        Self::named(data).or_else(|| Self::text(data)).unwrap_or_else(|| Self::Unknown(data.to_vec()))
    }

    fn named(data: &[u8]) -> Option<Self> {
        let (selector, rest) = data.split_at_checked(4)?;
        let error = ERRORS.get(&Selector::try_from(selector).ok()?)?;
        let values = error.abi_decode_input(rest).ok()?;
        let arguments = error.inputs.iter().zip(&values).map(|(input, value)| (input.name.clone(), plain(value)));
        Some(Self::Named { name: error.name.clone(), arguments: arguments.collect() })
    }

    fn text(data: &[u8]) -> Option<Self> {
        use alloy::sol_types::{Revert as Text, SolError};
        Text::abi_decode(data).ok().map(|revert| Self::Text(revert.reason))
    }

    /// The error's name in the sources.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Named { name, .. } => Some(name),
            _ => None,
        }
    }

    /// An argument of a named error.
    pub fn argument(&self, wanted: &str) -> Option<&str> {
        match self {
            Self::Named { arguments, .. } => {
                arguments.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
            }
            _ => None,
        }
    }
}

impl fmt::Display for Revert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named { name, arguments } => {
                write!(f, "{name}(")?;
                for (index, (argument, value)) in arguments.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{argument} = {value}")?;
                }
                write!(f, ")")
            }
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Unknown(data) if data.is_empty() => write!(f, "no reason given"),
            Self::Unknown(data) => write!(f, "unknown error {}", hex::encode_prefixed(data)),
        }
    }
}

fn plain(value: &DynSolValue) -> String {
    match value {
        DynSolValue::Uint(number, _) => number.to_string(),
        DynSolValue::Int(number, _) => number.to_string(),
        DynSolValue::Address(address) => address.to_string(),
        DynSolValue::Bool(bit) => bit.to_string(),
        DynSolValue::String(text) => format!("{text:?}"),
        DynSolValue::FixedBytes(word, size) => hex::encode_prefixed(word.get(..*size).unwrap_or_default()),
        DynSolValue::Bytes(bytes) => hex::encode_prefixed(bytes),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contracts::{RewardDistributor, Treasury};
    use alloy::primitives::{Address, U256};
    use alloy::sol_types::SolError;

    #[test]
    fn an_error_of_any_contract_reads_as_its_source() {
        let short = RewardDistributor::OracleSet_WrongQuorum { signers: U256::from(1), threshold: U256::from(2) };
        let revert = Revert::decode(&short.abi_encode());
        assert_eq!(revert.to_string(), "OracleSet_WrongQuorum(signers = 1, threshold = 2)");
        assert_eq!(revert.name(), Some("OracleSet_WrongQuorum"));
        assert_eq!(revert.argument("threshold"), Some("2"));
        let poor =
            Treasury::Treasury_Insufficient { token: Address::ZERO, amount: U256::from(3), unreserved: U256::from(2) };
        assert!(Revert::decode(&poor.abi_encode()).to_string().starts_with("Treasury_Insufficient(token = 0x"));
    }

    #[test]
    fn other_bytes_stay_what_they_are() {
        assert_eq!(Revert::decode(&[]).to_string(), "no reason given");
        assert_eq!(Revert::decode(&[1, 2, 3, 4]).to_string(), "unknown error 0x01020304");
        let text = alloy::sol_types::Revert::from("too late").abi_encode();
        assert_eq!(Revert::decode(&text).to_string(), "\"too late\"");
    }
}
