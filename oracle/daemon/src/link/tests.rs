use super::*;
use alloy::primitives::B256;
use alloy::signers::local::PrivateKeySigner;

const OWNER: ContributorId = ContributorId(583_231);
const PLACE: Place = Place { chain_id: 31_337, distributor: Address::repeat_byte(5) };
const NOW: u64 = 1_700_000_000;

fn key(byte: u8) -> OracleKey {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(byte)).unwrap().into()
}

fn link() -> Link {
    Link { id: OWNER.0, wallet: key(1).address(), nonce: 0, validUntil: NOW + 60 }
}

async fn gist() -> String {
    gist_text(&sign_link(&link(), PLACE, &key(1)).await.unwrap(), PLACE)
}

fn check(text: &str) -> Result<LinkProof, LinkError> {
    check_gist(text, OWNER, PLACE, 0, NOW)
}

#[tokio::test]
async fn a_published_text_gives_the_signed_link_back() {
    let proof = check(&gist().await).unwrap();
    assert_eq!(proof.link, link());
    assert_eq!(check(&gist().await.replace('\n', "\r\n")).unwrap(), proof);
}

#[tokio::test]
async fn each_wrong_thing_has_its_own_error() {
    assert!(matches!(check_gist(&gist().await, ContributorId(1), PLACE, 0, NOW), Err(LinkError::Owner { .. })));
    assert!(matches!(
        check_gist(&gist().await, OWNER, PLACE, 1, NOW),
        Err(LinkError::Nonce { found: 0, expected: 1, .. })
    ));
    assert!(matches!(check_gist(&gist().await, OWNER, PLACE, 0, NOW + 61), Err(LinkError::Expired { .. })));
    let chain = Place { chain_id: 1, ..PLACE };
    assert!(matches!(check_gist(&gist().await, OWNER, chain, 0, NOW), Err(LinkError::Chain { .. })));
    let distributor = Place { distributor: Address::repeat_byte(6), ..PLACE };
    assert!(matches!(check_gist(&gist().await, OWNER, distributor, 0, NOW), Err(LinkError::Distributor { .. })));
    let other_wallet =
        gist().await.replace(&key(1).address().to_string().to_lowercase(), &key(2).address().to_string());
    assert!(matches!(check(&other_wallet), Err(LinkError::Signature { .. })), "{other_wallet}");
    let longer = gist().await.replace(&(NOW + 60).to_string(), &(NOW + 61).to_string());
    assert!(matches!(check(&longer), Err(LinkError::Signature { .. })));
}

#[tokio::test]
async fn a_text_that_is_not_one_block_of_known_fields_is_refused() {
    assert!(matches!(check("hello"), Err(LinkError::Blocks(0))));
    assert!(matches!(check(&format!("{}{}", gist().await, gist().await)), Err(LinkError::Blocks(2))));
    assert!(matches!(check(&gist().await.replace("\n```\n", "\n")), Err(LinkError::Blocks(1))));
    assert!(matches!(check(&gist().await.replace("\"nonce\"", "\"nonsense\"")), Err(LinkError::Block(_))));
    assert!(matches!(check(&gist().await.replace("\"nonce\": 0,", "")), Err(LinkError::Block(_))));
    assert!(matches!(
        check(&gist().await.replace("\"nonce\": 0,", "\"nonce\": 0, \"nonce\": 0,")),
        Err(LinkError::Block(_))
    ));
}

#[test]
fn the_typed_data_hashes_to_the_digest_that_is_signed() {
    let typed: TypedData = serde_json::from_value(typed_data(&link(), PLACE)).unwrap();
    assert_eq!(typed.primary_type, "Link");
    assert_eq!(typed.eip712_signing_hash().unwrap(), digest(&link(), &domain(PLACE.chain_id, PLACE.distributor)));
}

#[tokio::test]
async fn a_key_signs_for_its_own_wallet_only() {
    assert!(matches!(sign_link(&link(), PLACE, &key(2)).await, Err(LinkError::OtherWallet { .. })));
}

#[tokio::test]
async fn an_attestation_needs_the_whole_quorum() {
    let mut keys = [key(10), key(11), key(12)];
    keys.sort_by_key(OracleKey::address);
    let members = keys.iter().map(OracleKey::address).collect();
    let set = OracleSet { id: 1, members, threshold: 2, base_url: String::new(), switched_off: Default::default() };
    assert_eq!(attestation(&link(), PLACE, &set, &keys[1..]).await.unwrap().len(), 32 + 2 * 64);
    assert!(matches!(attestation(&link(), PLACE, &set, &keys[..1]).await, Err(SignError::BelowThreshold { .. })));
    let single = attest(&link(), PLACE, 1, &keys[0]).await.unwrap();
    assert!(single.verify(digest(&link().attestation(1), &domain(PLACE.chain_id, PLACE.distributor))).is_ok());
    assert!(single.verify(digest(&link().attestation(2), &domain(PLACE.chain_id, PLACE.distributor))).is_err());
}

#[tokio::test]
async fn a_link_is_at_most_a_year_long_and_names_a_wallet() {
    let mut far = link();
    far.validUntil = NOW + LONGEST;
    assert!(check_link(&far, 0, NOW).is_ok());
    assert!(matches!(check_link(&far, 0, NOW - 1), Err(LinkError::TooFar { .. })));
    assert!(matches!(check_link(&Link { wallet: Address::ZERO, ..link() }, 0, NOW), Err(LinkError::ZeroWallet)));
    assert!(matches!(check(&"x".repeat(MAX_TEXT + 1)), Err(LinkError::TooLong)));
    let long =
        gist_text(&LinkProof { wallet_proof: vec![1; MAX_PROOF + 1].into(), ..check(&gist().await).unwrap() }, PLACE);
    assert!(matches!(check(&long), Err(LinkError::LongProof(_))));
}

#[tokio::test]
async fn the_old_wallets_word_goes_into_the_gist_and_out_again() {
    let mut proof = sign_link(&link(), PLACE, &key(1)).await.unwrap();
    proof.old_wallet_proof = Some(sign_as(&link(), PLACE, &key(2)).await.unwrap());
    let read = read_gist(&gist_text(&proof, PLACE), OWNER, PLACE, 0, NOW).unwrap();
    assert_eq!(read, proof);
    let hash = link_digest(&link(), PLACE);
    let old = read.old_wallet_proof.unwrap();
    assert_eq!(signed_by_key(key(2).address(), hash, &old), Some(old.clone()));
    assert_eq!(signed_by_key(key(1).address(), hash, &old), None);
}

#[test]
fn a_printed_message_is_read_back_for_its_own_place_only() {
    let text = typed_data(&link(), PLACE).to_string();
    assert_eq!(read_typed_data(&text, PLACE).unwrap(), link());
    let elsewhere = Place { chain_id: 1, ..PLACE };
    assert!(matches!(read_typed_data(&text, elsewhere), Err(LinkError::Chain { found: 31_337, expected: 1 })));
    let elsewhere = Place { distributor: Address::repeat_byte(6), ..PLACE };
    assert!(matches!(read_typed_data(&text, elsewhere), Err(LinkError::Distributor { .. })));
    assert!(matches!(read_typed_data("{}", PLACE), Err(LinkError::Message(_))));
    assert!(matches!(read_typed_data(&text.replace("validUntil", "until"), PLACE), Err(LinkError::Message(_))));
}
