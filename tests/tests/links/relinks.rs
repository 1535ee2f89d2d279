//! Links to another wallet: the delay, the old wallet's word, a challenge, and what died with its gist.

use super::town::{Town, address, ask, figure, id_of, pending, until};
use alloy::primitives::{Bytes, U256};
use guerdon::chain::Answer;
use guerdon_core::model::ContributorId;
use guerdon_tests::anvil::key;
use guerdon_tests::sandbox::{ARBITER, DAY, STRANGER, wallet};

const LOGIN: &str = "wren-okafor";
const OTHER: &str = "jun-parkway";

#[tokio::test(flavor = "multi_thread")]
async fn a_relink_waits_and_the_old_wallet_has_the_say() {
    let town = Town::start().await;
    let [a, b, c] = town.three().await;
    let urls = [a.api.as_str(), &b.api];
    let (old, new, newer) = (wallet(0), wallet(1), wallet(2));
    town.coin(old).await;
    town.coin(new).await;
    let gist = town.publish(LOGIN, old).await;
    assert!(town.link(LOGIN, &gist, &urls).await.get("pending_until").is_none());

    // The same way to another wallet, and what that means is said beforehand.
    let output = town.run(new, &["link", "gist", LOGIN]).await;
    for word in ["re-link", "86400 s", &address(old).to_string(), "can cancel", "link budget", "--old-keystore"] {
        assert!(output.stderr.contains(word), "no {word:?} in {}", output.stderr);
    }
    town.wait(60).await;
    let moved = town.world().add_gist(LOGIN, "guerdon.md", &output.stdout).unwrap().id;
    let before = town.now().await;
    let made = town.link(LOGIN, &moved, &urls).await;
    let ready = made["pending_until"].as_u64().unwrap();
    assert!((before + DAY..before + DAY + 600).contains(&ready), "{ready}");
    assert_eq!(town.wallet_of(LOGIN).await, Some(address(old)), "until then the old one is paid");

    // Everybody sees it.
    let listed = pending(&c).await;
    assert_eq!((listed.len(), &listed[0]["contributor_id"]), (1, &id_of(LOGIN).into()));
    assert_eq!(listed[0]["status"], "pending");
    assert_eq!(listed[0]["ready"], ready);
    until("the figure of pending links", async || figure(&c, "guerdon_links_pending").await == Some(1.0)).await;
    let status = town.status(LOGIN, &[]).await;
    assert_eq!((&status["pending"]["ready"], &status["rules"]["delay"]), (&ready.into(), &DAY.into()));
    let shown = town.sandbox.guerdon(&["status"]).await.unwrap();
    assert!(shown.stdout.contains("pending re-links") && shown.stdout.contains(&address(new).to_string()), "{shown:?}");
    assert_eq!(ask(&a, LOGIN, Some(&moved)).await.1["code"], "stale_nonce");

    // Too early, and not by anybody.
    town.refuses(STRANGER, &["link", "activate", LOGIN], &["Links_TooEarly", "wait"]).await;
    town.refuses(new, &["link", "cancel", LOGIN], &["Links_NotOldWallet"]).await;
    town.refuses(STRANGER, &["link", "drop", LOGIN], &["Links_Live"]).await;
    town.refuses(newer, &["link", "gist", LOGIN], &["pending", &address(new).to_string()]).await;
    let cancelled = town.ok(old, &["link", "cancel", LOGIN]).await;
    assert!(cancelled.contains(&address(old).to_string()), "{cancelled}");
    assert!(pending(&a).await.is_empty());
    town.refuses(old, &["link", "cancel", LOGIN], &["no pending re-link"]).await;

    // The gist that was cancelled is worth nothing any more, with or without a new name.
    let replayed = town.world().add_gist(LOGIN, "again.md", &output.stdout).unwrap().id;
    for gist in [&moved, &replayed] {
        assert_eq!(ask(&b, LOGIN, Some(gist)).await.1["code"], "stale_nonce");
    }
    // Nor one that was made beforehand for the turn after it.
    let early = town.text(LOGIN, new).await;
    town.world().set_clock((before - 30).cast_signed());
    let early = town.world().add_gist(LOGIN, "guerdon.md", &early).unwrap().id;
    town.sync().await;
    assert_eq!(ask(&b, LOGIN, Some(&early)).await.1["code"], "before_last_link");

    // The next one is the arbiter's to decide, unless the old wallet signs too.
    let gist = town.publish(LOGIN, new).await;
    town.link(LOGIN, &gist, &urls).await;
    assert_eq!(pending(&a).await[0]["status"], "contested");
    assert_eq!(town.status(LOGIN, &[]).await["contested"], true);
    town.wait(DAY + 1).await;
    town.refuses(STRANGER, &["link", "activate", LOGIN], &["Links_WrongStatus"]).await;
    let args = ["link", "gist", LOGIN, "--old-key", "env:OLD_KEY", "--key", "env:WALLET_KEY"];
    let mut command = town.contributor(&args);
    command.env("OLD_KEY", guerdon_tests::sandbox::secret(old).unwrap());
    command.env("WALLET_KEY", guerdon_tests::sandbox::secret(newer).unwrap());
    let both = guerdon_tests::sandbox::output(command).await.unwrap();
    assert_eq!(both.code, 0, "{}", both.stderr);
    let stolen = both.stdout.replacen("oldWalletSignature\": \"0x", "oldWalletSignature\": \"0x00", 1);
    let stolen = town.world().add_gist(LOGIN, "guerdon.md", &stolen).unwrap().id;
    assert_eq!(ask(&a, LOGIN, Some(&stolen)).await.1["code"], "wrong_old_signature");
    let both = town.world().add_gist(LOGIN, "guerdon.md", &both.stdout).unwrap().id;
    let made = town.link(LOGIN, &both, &urls).await;
    assert!(made.get("pending_until").is_none(), "{made}");
    assert_eq!(town.wallet_of(LOGIN).await, Some(address(newer)));
    assert!(pending(&a).await.is_empty());
    until("the figure of pending links", async || figure(&c, "guerdon_links_pending").await == Some(0.0)).await;

    // Each change was told once.
    let log = std::fs::read_to_string(&c.log).unwrap();
    let told = |word: &str| log.lines().filter(|line| line.contains(word)).count();
    assert!(told("\"a pending re-link has ended\"") > 0, "{log}");
    let first = format!("\"wallet\":\"{}\"", address(new));
    let pending_lines = log.lines().filter(|line| line.contains("a re-link is pending") && line.contains(&first));
    assert!((1..=2).contains(&pending_lines.count()), "once as pending, once as contested: {log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_holds_a_relink_until_the_arbiter_answers() {
    let town = Town::start().await;
    let [a, b, _c] = town.three().await;
    let urls = [a.api.as_str(), &b.api];
    for (login, nth) in [(LOGIN, 0), (OTHER, 2)] {
        let gist = town.publish(login, wallet(nth)).await;
        town.link(login, &gist, &urls).await;
        town.wait(5).await;
        let gist = town.publish(login, wallet(nth + 1)).await;
        town.link(login, &gist, &urls).await;
    }
    assert_eq!(pending(&a).await.len(), 2);
    let listed = guerdon_tests::sandbox::output(town.contributor(&["link", "pending", "--json"])).await.unwrap();
    assert_eq!(serde_json::from_str::<Vec<serde_json::Value>>(&listed.stdout).unwrap().len(), 2);

    let mut numbers = Vec::new();
    for login in [LOGIN, OTHER] {
        let said = town.ok(STRANGER, &["link", "challenge", login, "--json"]).await;
        let said: serde_json::Value = serde_json::from_str(&said).unwrap();
        assert_eq!(said["contributor_id"], id_of(login));
        numbers.push(said["challenge"].as_str().unwrap().parse::<U256>().unwrap());
    }
    assert!(pending(&b).await.iter().all(|link| link["status"] == "frozen"));
    town.wait(DAY + 1).await;
    town.refuses(STRANGER, &["link", "activate", LOGIN], &["Links_WrongStatus"]).await;

    let chain = town.chain().await;
    let arbiter = chain.sender(&key(ARBITER).unwrap().into()).unwrap();
    arbiter.resolve(numbers[0], Answer::Stands, Bytes::new()).await.unwrap();
    arbiter.resolve(numbers[1], Answer::Dropped, Bytes::new()).await.unwrap();
    let left = pending(&a).await;
    assert_eq!((left.len(), &left[0]["status"]), (1, &"approved".into()));
    let linked = town.ok(STRANGER, &["link", "activate", LOGIN]).await;
    assert!(linked.contains(&address(wallet(1)).to_string()), "{linked}");
    assert_eq!(town.wallet_of(LOGIN).await, Some(address(wallet(1))));
    assert_eq!(town.wallet_of(OTHER).await, Some(address(wallet(2))));
    town.refuses(STRANGER, &["link", "activate", OTHER], &["no pending re-link"]).await;
    assert!(chain.pending_link(ContributorId(id_of(OTHER))).await.unwrap().is_none());
}
