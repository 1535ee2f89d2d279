//! Oracles that lie, and addresses behind which is no oracle.

use super::town::{Town, address, ask, id_of, stranger};
use guerdon::link::{Place, attest, sign_link};
use guerdon::linking::{Attestation, AttestedLink};
use guerdon_bindings::Link;
use guerdon_tests::anvil::key;
use guerdon_tests::sandbox::{ORACLES, STRANGER, wallet};

const LOGIN: &str = "wren-okafor";

/// What an oracle with this key would say if it had found this wallet.
async fn lie(town: &Town, gist: &str, signer: u32, to: u32, valid_until: u64) -> Attestation {
    let deployment = &town.sandbox.deployment;
    let place = Place { chain_id: deployment.chain_id, distributor: deployment.distributor() };
    let link = Link { id: id_of(LOGIN), wallet: address(to), nonce: 0, validUntil: valid_until };
    let proof = sign_link(&link, place, &key(to).unwrap().into()).await.unwrap();
    Attestation {
        login: LOGIN.into(),
        gist: gist.into(),
        link: AttestedLink::from(&link),
        wallet_proof: proof.wallet_proof,
        old_wallet_proof: None,
        oracle_set: 1,
        signatures: vec![attest(&link, place, 1, &key(signer).unwrap().into()).await.unwrap()],
    }
}

fn json(attestation: &Attestation) -> String {
    serde_json::to_string(attestation).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lies_counts_for_nothing() {
    let town = Town::start().await;
    let [a_key, b_key, c_key] = ORACLES;
    let (a, b) = (town.oracle("a", &[a_key], "").await, town.oracle("b", &[b_key], "").await);
    let (mine, thief) = (wallet(0), wallet(1));
    let gist = town.publish(LOGIN, mine).await;
    let (status, honest) = ask(&a, LOGIN, Some(&gist)).await;
    assert_eq!(status, 200, "{honest}");
    let honest: Attestation = serde_json::from_value(honest).unwrap();
    let until = honest.link.valid_until;

    // A real oracle's key says that the thief's wallet is in the gist, and that wallet signed.
    let liar = lie(&town, &gist, c_key, thief, until).await;
    let wrong_key = lie(&town, &gist, STRANGER, mine, until).await;
    let renamed = {
        let mut renamed = wrong_key.clone();
        renamed.signatures[0].signer = address(c_key);
        renamed
    };
    let other_set = Attestation { oracle_set: 2, ..honest.clone() };
    let stolen = Attestation { link: AttestedLink { wallet: address(thief), ..honest.link.clone() }, ..honest.clone() };
    let unsigned = Attestation { signatures: Vec::new(), ..honest.clone() };
    let other_account = {
        let mut other = lie(&town, &gist, c_key, mine, until).await;
        other.link.contributor_id += 1;
        other
    };
    let next_nonce = Attestation { link: AttestedLink { nonce: 7, ..honest.link.clone() }, ..honest.clone() };
    let for_ever = lie(&town, &gist, c_key, mine, u64::MAX).await;
    let cases: Vec<(&str, u16, String, &str)> = vec![
        ("another wallet", 200, json(&liar), "attests"),
        ("a stranger's key", 200, json(&wrong_key), "not a member"),
        ("another's name", 200, json(&renamed), "not its signature"),
        ("another set", 200, json(&other_set), "oracle set 2"),
        ("another's signature for a thief", 200, json(&stolen), "not its signature"),
        ("no signature", 200, json(&unsigned), "no signature"),
        ("another account", 200, json(&other_account), "attests the account"),
        ("another nonce", 200, json(&next_nonce), "nonce 7"),
        ("for ever", 200, json(&for_ever), "more than 365 days"),
        ("no JSON", 200, "<html>".into(), "not an attestation"),
        ("endless", 200, "x".repeat(1_000_000), "longer than 65536 bytes"),
        ("a refusal that is none", 500, "\u{1b}[2J".into(), "answered 500"),
        ("a refusal for the terminal", 422, "{\"error\":\"\\u001b[2Jgone\",\"code\":\"x\"}".into(), "[2Jgone"),
    ];
    for (name, status, body, word) in cases {
        let impostor = stranger(status, &[], body).await;
        // With one honest oracle there is no quorum, whatever the other one says.
        let output = town.submit(LOGIN, &[&a.api, &impostor.url]).await;
        assert_eq!(output.code, 1, "{name}: {}", output.stderr);
        assert!(output.stderr.contains("only 1 of 2 needed"), "{name}: {}", output.stderr);
        assert!(!output.stderr.contains('\u{1b}'), "{name}: {}", output.stderr);
        if name != "another wallet" {
            assert!(output.stderr.contains(&impostor.url) && output.stderr.contains(word), "{name}: {}", output.stderr);
        }
        assert_eq!(town.wallet_of(LOGIN).await, None, "{name}");
    }
    // Nobody is led elsewhere.
    let target = stranger(200, &[], json(&lie(&town, &gist, c_key, mine, until).await)).await;
    let guide = stranger(302, &[("location", &target.url)], String::new()).await;
    let output = town.submit(LOGIN, &[&a.api, &guide.url]).await;
    assert!(output.stderr.contains("only 1 of 2 needed"), "{}", output.stderr);

    // Two honest ones suffice beside a liar, who is shown; whoever gives a spoiled proof spoils nothing.
    let liar = stranger(200, &[], json(&liar)).await;
    let status = town.status(LOGIN, &[&liar.url, &a.api, &b.api]).await;
    let voices = &status["attestations"]["oracles"];
    assert_eq!(status["attestations"]["have"], 2);
    assert_ne!(voices[0]["wallet"], voices[1]["wallet"], "{voices}");
    let spoiled = stranger(200, &[], json(&Attestation { wallet_proof: vec![1; 65].into(), ..honest })).await;
    let linked = town.submit(LOGIN, &[&spoiled.url, &liar.url, &b.api, &a.api]).await;
    assert_eq!(linked.code, 0, "{}", linked.stderr);
    assert_eq!(town.wallet_of(LOGIN).await, Some(address(mine)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrupt_quorum_is_seen_by_whoever_names_the_wallet() {
    let town = Town::start().await;
    let (mine, thief) = (wallet(0), wallet(1));
    let until = town.now().await + 3_600;
    let gist = "0123456789abcdef";
    let say = async |signer, to| stranger(200, &[], json(&lie(&town, gist, signer, to, until).await)).await;
    let (a, b) = (say(ORACLES[0], thief).await, say(ORACLES[1], thief).await);
    let to = address(mine).to_string();
    let args = ["link", "submit", LOGIN, "--address", &to, "--oracle", &a.url, "--oracle", &b.url];
    let said = town.refuses(STRANGER, &args, &["only 0 of 2 needed"]).await;
    assert!(said.contains(&format!("not {to}")), "{said}");
    assert_eq!(town.wallet_of(LOGIN).await, None);
}
