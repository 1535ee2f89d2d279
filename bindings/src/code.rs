//! The contracts' code as this version compiled it, for comparison with what stands on a chain.
//!
//! Takes: deployed code. Gives: whether it is that contract's, whatever its immutables are. Never: the network.

use alloy::primitives::Bytes;
use serde::Deserialize;

/// Those that oracles depend on.
const CONTRACTS: [(&str, &str); 3] = [
    ("RewardDistributor", include_str!("../abi/RewardDistributor.json")),
    ("Links", include_str!("../abi/Links.json")),
    ("Disputes", include_str!("../abi/Disputes.json")),
];

#[derive(Deserialize)]
struct Compiled {
    #[serde(rename = "deployedBytecode")]
    deployed: Bytes,
    /// Where it carries immutables: (first byte, bytes).
    immutables: Vec<(usize, usize)>,
}

/// Whether code is that of a contract of this version; none for a contract that is not known here.
pub fn is_that_of(contract: &str, code: &[u8]) -> Option<bool> {
    let (_, text) = CONTRACTS.iter().find(|(name, _)| *name == contract)?;
    let compiled: Compiled = serde_json::from_str(text).ok()?;
    let masked = |code: &[u8]| {
        let mut code = code.to_vec();
        for (start, length) in &compiled.immutables {
            if let Some(range) = code.get_mut(*start..start.saturating_add(*length)) {
                range.fill(0);
            }
        }
        code
    };
    Some(masked(&compiled.deployed) == masked(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_known_by_everything_but_its_immutables() {
        for (name, text) in CONTRACTS {
            let compiled: Compiled = serde_json::from_str(text).unwrap();
            let mut code = compiled.deployed.to_vec();
            assert_eq!(is_that_of(name, &code), Some(true));
            if let Some((start, _)) = compiled.immutables.first() {
                code[*start] ^= 1;
                assert_eq!(is_that_of(name, &code), Some(true));
            }
            let last = code.len() - 1;
            code[last] ^= 1;
            assert_eq!(is_that_of(name, &code), Some(false));
            assert_eq!(is_that_of(name, &[]), Some(false));
        }
        assert_eq!(is_that_of("Nothing", &[]), None);
    }
}
