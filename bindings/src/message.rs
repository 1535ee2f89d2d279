//! The messages that are signed, as EIP-712 typed data: three that the distributor reads, and three that only
//! oracles show one another. No signature of one type can pass for another's.
//!
//! Takes: their fields. Gives: type hashes, digests and typed-data JSON, equal to what the
//! distributor computes. Never: keys, signatures, the network.

use alloy::primitives::{Address, B256};
use alloy::sol;
use alloy::sol_types::{Eip712Domain, SolStruct};
use serde::{Deserialize, Serialize};

/// The name in the EIP-712 domain of every distributor.
pub const DOMAIN_NAME: &str = "Guerdon";
/// The version in the EIP-712 domain of every distributor.
pub const DOMAIN_VERSION: &str = "1";

sol! {
    /// The header of a batch, signed by the oracles. Amounts are units.
    #[derive(Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    struct RewardBatch {
        uint64 epoch;
        uint32 round;
        uint64 oracleSet;
        uint64 postBefore;
        uint64 total;
        bytes32 entriesHash;
        bytes32 policyHash;
        bytes32 evidenceHash;
    }

    /// A wallet's own word that it belongs to a contributor id, signed by the wallet.
    #[derive(Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    struct Link {
        uint64 id;
        address wallet;
        uint64 nonce;
        uint64 validUntil;
    }

    /// The oracles' word that the account `id` published that link, signed by the quorum.
    #[derive(Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    struct LinkAttestation {
        uint64 oracleSet;
        uint64 id;
        address wallet;
        uint64 nonce;
        uint64 validUntil;
    }

    /// One oracle asks another. `body` is the keccak-256 of what is sent, `time` UTC seconds of the asker's clock.
    #[derive(Debug, PartialEq, Eq, Hash)]
    struct PeerRequest {
        address from;
        address to;
        string path;
        bytes32 body;
        uint64 time;
        bytes32 nonce;
    }

    /// The answer to the request with that digest.
    #[derive(Debug, PartialEq, Eq, Hash)]
    struct PeerAnswer {
        bytes32 request;
        uint16 status;
        bytes32 body;
    }

    /// What an oracle holds for an epoch: first as it found it, then after it read what differs once more.
    #[derive(Debug, PartialEq, Eq, Hash)]
    struct Holding {
        uint64 epoch;
        uint32 sequence;
        address oracle;
        bytes32 content;
    }
}

impl Link {
    /// What the oracles of `oracle_set` sign once they found this link in a gist of the account.
    pub fn attestation(&self, oracle_set: u64) -> LinkAttestation {
        LinkAttestation {
            oracleSet: oracle_set,
            id: self.id,
            wallet: self.wallet,
            nonce: self.nonce,
            validUntil: self.validUntil,
        }
    }
}

/// The EIP-712 domain of one distributor on one chain.
pub fn domain(chain_id: u64, distributor: Address) -> Eip712Domain {
    Eip712Domain::new(
        Some(DOMAIN_NAME.into()),
        Some(DOMAIN_VERSION.into()),
        Some(alloy::primitives::U256::from(chain_id)),
        Some(distributor),
        None,
    )
}

/// The 32 bytes that a key signs for a message.
pub fn digest<M: SolStruct>(message: &M, domain: &Eip712Domain) -> B256 {
    message.eip712_signing_hash(domain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::{address, keccak256};
    use alloy::sol_types::SolValue;

    const REWARD_BATCH: &str = "RewardBatch(uint64 epoch,uint32 round,uint64 oracleSet,uint64 postBefore,uint64 total,\
                                bytes32 entriesHash,bytes32 policyHash,bytes32 evidenceHash)";
    const LINK: &str = "Link(uint64 id,address wallet,uint64 nonce,uint64 validUntil)";
    const ATTESTATION: &str =
        "LinkAttestation(uint64 oracleSet,uint64 id,address wallet,uint64 nonce,uint64 validUntil)";

    fn batch() -> RewardBatch {
        RewardBatch {
            epoch: 7,
            round: 1,
            oracleSet: 1,
            postBefore: 1_700_000_000,
            total: 42,
            entriesHash: B256::repeat_byte(1),
            policyHash: B256::repeat_byte(2),
            evidenceHash: B256::repeat_byte(3),
        }
    }

    fn link() -> Link {
        Link { id: 583_231, wallet: Address::repeat_byte(9), nonce: 0, validUntil: 1_700_000_000 }
    }

    #[test]
    fn type_hashes_are_those_of_the_written_types() {
        assert_eq!(batch().eip712_type_hash(), keccak256(REWARD_BATCH));
        assert_eq!(link().eip712_type_hash(), keccak256(LINK));
        assert_eq!(link().attestation(1).eip712_type_hash(), keccak256(ATTESTATION));
    }

    #[test]
    fn digest_is_the_one_of_the_standard_computed_by_hand() {
        let distributor = address!("5FbDB2315678afecb367f032d93F642f64180aa3");
        let domain_type = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
        let separator = keccak256(
            (
                keccak256(domain_type),
                keccak256("Guerdon"),
                keccak256("1"),
                alloy::primitives::U256::from(31_337),
                distributor,
            )
                .abi_encode(),
        );
        let message = link();
        let hashed = keccak256(
            (
                keccak256(LINK),
                alloy::primitives::U256::from(message.id),
                message.wallet,
                alloy::primitives::U256::from(message.nonce),
                alloy::primitives::U256::from(message.validUntil),
            )
                .abi_encode(),
        );
        let expected = keccak256([b"\x19\x01".as_slice(), separator.as_slice(), hashed.as_slice()].concat());
        assert_eq!(digest(&message, &domain(31_337, distributor)), expected);
    }
}
