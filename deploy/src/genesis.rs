//! Where contracts will be, before there is any transaction.
//!
//! `Genesis` is created by the deterministic deployment proxy that most chains have, so its address
//! follows from the deployer and the salt; the others are created by `Genesis`, at addresses that
//! follow from its own and from their names (CREATE3). That is why they can name each other.
//! Takes: addresses, a salt, names. Gives: addresses. Never: the network.

use alloy::primitives::{Address, B256, Bytes, address, b256, bytes, keccak256};

/// The deterministic deployment proxy: `salt ++ init code` in, CREATE2 out.
pub const PROXY: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");

/// The account whose only transaction creates the proxy.
pub const PROXY_MAKER: Address = address!("3fAB184622Dc19b6109349B94811493BF2a45362");

/// That transaction, signed for every chain: its gas limit is 100,000 at a price of 100 gwei.
pub const PROXY_TRANSACTION: Bytes = bytes!(
    "f8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffff"
    "ffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
    "1ba02222222222222222222222222222222222222222222222222222222222222222a0222222222222222222222222222222"
    "2222222222222222222222222222222222"
);

/// The proxy's code.
pub const PROXY_CODE: Bytes = bytes!(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015"
    "156039578182fd5b8082525050506014600cf3"
);

/// Keccak-256 of the code that OpenZeppelin's CREATE3 puts between Genesis and a contract.
const CREATE3_CODE_HASH: B256 = b256!("57a34f6e879358dd76825d6700df87013ad6a3fb43c0d0c602f70a8772c153bd");

/// Where the proxy creates code.
pub fn genesis(salt: B256, init_code: &[u8]) -> Address {
    PROXY.create2(salt, keccak256(init_code))
}

/// Where Genesis creates the contract of a name.
pub fn child(genesis: Address, contract: &str) -> Address {
    genesis.create2(name(contract), CREATE3_CODE_HASH).create(1)
}

/// A contract's name as Genesis takes it: its letters, then zeros.
pub fn name(contract: &str) -> B256 {
    let mut name = B256::ZERO;
    for (to, from) in name.iter_mut().zip(contract.bytes()) {
        *to = from;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proxy_is_the_one_that_chains_have() {
        assert_eq!(keccak256(&PROXY_CODE), b256!("2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989"));
        assert_eq!(PROXY_MAKER.create(0), PROXY);
    }

    #[test]
    fn an_address_follows_from_the_name_alone() {
        let genesis = Address::repeat_byte(1);
        assert_eq!(name("ab")[..3], [b'a', b'b', 0]);
        assert_eq!(child(genesis, "Treasury"), child(genesis, "Treasury"));
        assert_ne!(child(genesis, "Treasury"), child(genesis, "GuerdonToken"));
        assert_ne!(child(genesis, "Treasury"), child(Address::repeat_byte(2), "Treasury"));
    }
}
