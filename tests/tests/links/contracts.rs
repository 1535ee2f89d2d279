//! Wallets that are contracts (ERC-1271), and accounts that delegate to one (EIP-7702): the chain says what
//! their signature is.

use super::town::{Town, address, ask, id_of};
use alloy::primitives::{Address, Bytes, address as at, bytes};
use alloy::providers::Provider;
use alloy::providers::ext::AnvilApi;
use guerdon::link::{LinkProof, Place, gist_text, link_digest, sign_link};
use guerdon_bindings::Link;
use guerdon_tests::anvil::key;
use guerdon_tests::sandbox::{DAY, ORACLES, wallet};

/// Says yes to a signature whose first byte is 1, and nothing else.
const CODE: Bytes = bytes!("60643560f81c600114631626ba7e0260e01b60005260206000f3");
const CONTRACT: Address = at!("00000000000000000000000000000000000c0de1");
/// Reverts, whatever it is asked.
const BROKEN: Address = at!("00000000000000000000000000000000000c0de2");

fn text(town: &Town, login: &str, to: Address, proof: Bytes, now: u64) -> String {
    let place = place(town);
    let link = Link { id: id_of(login), wallet: to, nonce: 0, validUntil: now + DAY };
    gist_text(&LinkProof { link, wallet_proof: proof, old_wallet_proof: None }, place)
}

fn place(town: &Town) -> Place {
    let deployment = &town.sandbox.deployment;
    Place { chain_id: deployment.chain_id, distributor: deployment.distributor() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_says_itself_what_its_signature_is() {
    let town = Town::start().await;
    let [a, b] = [town.oracle("a", &ORACLES[..1], "").await, town.oracle("b", &ORACLES[1..2], "").await];
    let urls = [a.api.as_str(), &b.api];
    let provider = town.sandbox.anvil.provider();
    provider.anvil_set_code(CONTRACT, CODE).await.unwrap();
    provider.anvil_set_code(BROKEN, bytes!("60006000fd")).await.unwrap();
    let (now, world) = (town.now().await, town.world());
    let (yes, no) = (bytes!("01aabb"), bytes!("02aabb"));

    let login = "wren-okafor";
    for (to, proof) in [(CONTRACT, no), (CONTRACT, Bytes::new()), (BROKEN, yes.clone())] {
        let gist = world.add_gist(login, "guerdon.md", &text(&town, login, to, proof, now)).unwrap();
        assert_eq!(ask(&a, login, Some(&gist.id)).await.1["code"], "wrong_signature");
    }
    let gist = world.add_gist(login, "guerdon.md", &text(&town, login, CONTRACT, yes.clone(), now)).unwrap();
    town.link(login, &gist.id, &urls).await;
    assert_eq!(town.wallet_of(login).await, Some(CONTRACT));

    // An account that delegates to that contract: its key alone says nothing any more, as for the contract of links.
    let (login, mine) = ("jun-parkway", wallet(1));
    let delegation = [&[0xef, 0x01, 0x00], CONTRACT.as_slice()].concat();
    provider.anvil_set_code(address(mine), delegation.into()).await.unwrap();
    assert!(!provider.get_code_at(address(mine)).await.unwrap().is_empty());
    let link = Link { id: id_of(login), wallet: address(mine), nonce: 0, validUntil: now + DAY };
    let by_key = sign_link(&link, place(&town), &key(mine).unwrap().into()).await.unwrap();
    assert_ne!(by_key.wallet_proof[0], 1, "the contract would take it");
    let gist = world.add_gist(login, "guerdon.md", &gist_text(&by_key, place(&town))).unwrap();
    assert_eq!(ask(&a, login, Some(&gist.id)).await.1["code"], "wrong_signature");
    let gist = world.add_gist(login, "guerdon.md", &text(&town, login, address(mine), yes, now)).unwrap();
    town.link(login, &gist.id, &urls).await;
    assert_eq!(town.wallet_of(login).await, Some(address(mine)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_wallets_write_differently_is_brought_to_the_form_that_the_contract_takes() {
    let town = Town::start().await;
    let [a, b] = [town.oracle("a", &ORACLES[..1], "").await, town.oracle("b", &ORACLES[1..2], "").await];
    let (login, mine, now) = ("wren-okafor", wallet(0), town.now().await);
    let link = Link { id: id_of(login), wallet: address(mine), nonce: 0, validUntil: now + DAY };
    let signed = sign_link(&link, place(&town), &key(mine).unwrap().into()).await.unwrap().wallet_proof;
    // Hardware wallets write v as 0 or 1; the contract asks for 27 or 28.
    let mut other = signed.to_vec();
    other[64] -= 27;
    let gist =
        town.world().add_gist(login, "guerdon.md", &text(&town, login, address(mine), other.into(), now)).unwrap();
    let (status, said) = ask(&a, login, Some(&gist.id)).await;
    assert_eq!((status, said["wallet_proof"].as_str()), (200, Some(signed.to_string().as_str())), "{said}");
    town.link(login, &gist.id, &[&a.api, &b.api]).await;
    assert_eq!(town.wallet_of(login).await, Some(address(mine)));
    assert_ne!(link_digest(&link, place(&town)), alloy::primitives::B256::ZERO);
}
