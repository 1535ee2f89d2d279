//! One word for each reason not to attest a link.

use super::town::{Town, address, ask, id_of};
use guerdon::link::{Place, gist_text, sign_link};
use guerdon_bindings::Link;
use guerdon_tests::anvil::key;
use guerdon_tests::sandbox::{DAY, ORACLES, STRANGER, wallet};

const LOGIN: &str = "wren-okafor";
const OTHER: &str = "jun-parkway";

/// A link's text with one thing changed before it is signed.
async fn text(town: &Town, change: impl FnOnce(&mut Link, &mut Place), now: u64) -> String {
    let mine = key(wallet(0)).unwrap().into();
    let mut place =
        Place { chain_id: town.sandbox.deployment.chain_id, distributor: town.sandbox.deployment.distributor() };
    let mut link = Link { id: id_of(LOGIN), wallet: address(wallet(0)), nonce: 0, validUntil: now + DAY };
    change(&mut link, &mut place);
    gist_text(&sign_link(&link, place, &mine).await.unwrap(), place)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_reason_has_its_word() {
    let town = Town::start().await;
    let a = town.oracle("a", &ORACLES[..1], "").await;
    let (now, world) = (town.now().await, town.world());
    let good = text(&town, |_, _| {}, now).await;
    let mut said = Vec::new();
    let mut expect = async |login: &'static str, gist: Option<String>, code: &'static str, status: u16| {
        let answer = ask(&a, login, gist.as_deref()).await;
        assert_eq!((answer.0, answer.1["code"].as_str()), (status, Some(code)), "{}", answer.1);
        assert!(answer.1["error"].as_str().unwrap().len() > 20, "a sentence says it too: {}", answer.1);
        said.push(code);
    };

    expect("nobody-at-all", None, "no_account", 404).await;
    expect(LOGIN, None, "no_gist", 404).await;
    expect(LOGIN, Some("0123456789abcdef".into()), "no_gist", 404).await;
    expect(LOGIN, Some("..%2F..%2Fuser".into()), "no_gist", 404).await;

    let publish = |text: &str| world.add_gist(LOGIN, "guerdon.md", text).unwrap().id;
    let secret = world.add_secret_gist(LOGIN, "guerdon.md", &good).unwrap().id;
    expect(LOGIN, Some(secret), "secret_gist", 422).await;
    // Somebody else publishes the same text, and asks for it under both names.
    let others = world.add_gist(OTHER, "guerdon.md", &good).unwrap().id;
    expect(LOGIN, Some(others.clone()), "other_owner", 422).await;
    expect(OTHER, Some(others), "other_account", 422).await;

    expect(LOGIN, Some(publish("hello")), "not_a_link", 422).await;
    expect(LOGIN, Some(publish(&format!("{good}{good}"))), "not_a_link", 422).await;
    let long = format!("{}{good}", "x".repeat(70_000));
    expect(LOGIN, Some(publish(&long)), "not_a_link", 422).await;
    let chain = text(&town, |_, place| place.chain_id = 1, now).await;
    expect(LOGIN, Some(publish(&chain)), "other_chain", 422).await;
    let distributor = text(&town, |_, place| place.distributor = address(3), now).await;
    expect(LOGIN, Some(publish(&distributor)), "other_distributor", 422).await;
    let nonce = text(&town, |link, _| link.nonce = 1, now).await;
    expect(LOGIN, Some(publish(&nonce)), "stale_nonce", 422).await;
    let expired = text(&town, |link, _| link.validUntil = now - 1, now).await;
    expect(LOGIN, Some(publish(&expired)), "expired", 422).await;
    let far = text(&town, |link, _| link.validUntil = now + 366 * DAY, now).await;
    expect(LOGIN, Some(publish(&far)), "too_far_ahead", 422).await;
    let zero = "0x0000000000000000000000000000000000000000";
    let wallet_text = format!("\"wallet\": \"{:#x}\"", address(wallet(0)));
    assert!(good.contains(&wallet_text), "{good}");
    let no_wallet = good.replace(&wallet_text, &format!("\"wallet\": \"{zero}\""));
    expect(LOGIN, Some(publish(&no_wallet)), "zero_wallet", 422).await;
    // A gist that was right, and was edited to name another wallet.
    let edited = publish(&good);
    let to = format!("\"wallet\": \"{:#x}\"", address(wallet(1)));
    world.edit_gist(&edited, "guerdon.md", &good.replace(&wallet_text, &to)).unwrap();
    expect(LOGIN, Some(edited), "wrong_signature", 422).await;
    let longer = format!("0x{}", "ab".repeat(5_000));
    let signature = good.split("\"signature\": \"").nth(1).unwrap().split('"').next().unwrap();
    expect(LOGIN, Some(publish(&good.replace(signature, &longer))), "wrong_signature", 422).await;

    // A month later the same gist is nobody's wish any more; one of today is.
    let old = publish(&text(&town, |link, _| link.validUntil = now + 60 * DAY, now).await);
    town.wait(31 * DAY).await;
    expect(LOGIN, Some(old), "old_gist", 422).await;
    let fresh = publish(&text(&town, |link, _| link.validUntil = now + 60 * DAY, now).await);
    assert_eq!(ask(&a, LOGIN, Some(&fresh)).await.0, 200);

    let (status, text) = a.get(&format!("/v1/links/{LOGIN}/attestation?gits=1")).await.unwrap();
    assert_eq!(status, 400, "{text}");
    said.dedup();
    assert_eq!(said.len(), 14, "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_oracle_that_cannot_attest_says_so() {
    let town = Town::start().await;
    let secret = guerdon_tests::sandbox::secret(STRANGER).unwrap();
    std::fs::write(town.path(&format!("keys/oracle-{STRANGER}")), secret).unwrap();
    let (watcher, outsider) = (town.oracle("watcher", &[], "").await, town.oracle("outsider", &[STRANGER], "").await);
    let gist = town.publish(LOGIN, wallet(0)).await;
    for (daemon, code) in [(&watcher, "no_key"), (&outsider, "not_a_member")] {
        let (status, said) = ask(daemon, LOGIN, Some(&gist)).await;
        assert_eq!((status, said["code"].as_str()), (503, Some(code)), "{said}");
    }
    // It asks the chain whom it may believe.
    let few = town.submit(LOGIN, &[&watcher.api, &outsider.api]).await;
    assert!(few.stderr.contains("only 0 of 2 needed"), "{}", few.stderr);
}
