//! What GitHub does not give: wrong tokens, unknown names, and gists that prove nothing.

use super::bench::{Bench, member};
use guerdon_tests::sandbox::SETTLE_DELAY;

#[tokio::test(flavor = "multi_thread")]
async fn what_github_refuses_is_one_error_and_changes_nothing() {
    let bench = Bench::start().await;
    bench.ok(&["fetch"]).await;
    tokens(&bench).await;
    names(&bench).await;
    gists(&bench).await;
    what_doctor_finds(&bench).await;
}

/// All faults at once, each by name, and again nothing changes.
async fn what_doctor_finds(bench: &Bench) {
    let before = bench.state().await;
    let good = bench.ok(&["doctor"]).await;
    for what in ["policy", "store", "GitHub", "3 repositories", "chain", "oracle set", "key"] {
        assert!(good.contains(what), "no {what:?} in {good}");
    }
    assert!(!good.contains("FAILED"), "{good}");
    bench.write("keys/stranger", guerdon_tests::sandbox::secret(9).unwrap());
    let config = bench.with_keys("ill.toml", &["oracle-1", "stranger"]);
    bench.changed(&config, "ill.toml", "file:github.token", "file:bad.token");
    let output = bench.output(bench.command(&config, &["doctor"])).await;
    assert_eq!(output.code, 1);
    let failed: Vec<&str> = output.stdout.lines().filter(|line| line.starts_with("FAILED")).collect();
    assert_eq!(failed.len(), 2, "{failed:?}");
    assert!(failed[0].contains("GitHub") && failed[0].contains("401"), "{failed:?}");
    assert!(failed[1].contains("key") && failed[1].contains("not in the current oracle set"), "{failed:?}");
    let shown = bench.ok_with(&config, &["config", "show"]).await;
    assert!(shown.contains("bad.token\"  # masked") && shown.contains("{ key = \"file:"), "{shown}");
    assert_eq!(bench.state().await, before);
}

async fn tokens(bench: &Bench) {
    let token = "token = \"file:github.token\"";
    let with = |to: &str| bench.changed("guerdon.toml", "token.toml", token, to);
    bench.write("bad.token", "ghp_0000000000000000000000000000000000bad");
    let said =
        bench.refuses_with(&with("token = \"file:bad.token\""), &["fetch"], &["401", "github.token", "expired"]).await;
    assert!(!said.contains("ghp_"), "the token was printed");
    let missing = with("token = \"env:GUERDON_TEST_TOKEN_THAT_IS_NOT_SET\"");
    bench.refuses_with(&missing, &["fetch"], &["GUERDON_TEST_TOKEN_THAT_IS_NOT_SET", "not set"]).await;
    bench.refuses_with(&missing, &["run"], &["GUERDON_TEST_TOKEN_THAT_IS_NOT_SET"]).await;
    bench.refuses_with(&missing, &["link", "submit", "wren-okafor"], &["GUERDON_TEST_TOKEN_THAT_IS_NOT_SET"]).await;
    bench.refuses_with(&with(""), &["fetch"], &["GITHUB_TOKEN", "not set"]).await;
    bench.write("empty.token", "\n");
    bench.refuses_with(&with("token = \"file:empty.token\""), &["fetch"], &["empty.token", "empty"]).await;
    bench.refuses_with(&with("token = \"file:no.token\""), &["fetch"], &["no.token", "cannot read"]).await;
}

async fn names(bench: &Bench) {
    let organization = "organization = \"meadowlark-sample\"";
    let with = |to: &str| bench.changed("guerdon.toml", "names.toml", organization, to);
    let config = with("organization = \"nobody-here\"");
    bench.refuses_with(&config, &["fetch"], &["nobody-here", "github.organization"]).await;
    for list in ["[\"meadowlark-sample/steppe\"]", "[\"meadowlark-sample/prairie\", \"meadowlark-sample/steppe\"]"] {
        let config = with(&format!("repositories = {list}"));
        bench.refuses_with(&config, &["fetch"], &["meadowlark-sample/steppe", "github.repositories"]).await;
    }
}

async fn gists(bench: &Bench) {
    let (wren, jun) = (member("wren-okafor"), member("jun-parkway"));
    let submit = |login: &'static str| ["link", "submit", login];
    bench.refuses(&submit("nobody-at-all"), &["nobody-at-all", "GitHub does not know"]).await;
    bench.refuses(&submit(wren.login), &["wren-okafor", "no public gist", "guerdon link gist"]).await;
    bench.refuses(&["link", "submit", "wren-okafor", "--gist", "abcdef0123"], &["gist", "abcdef0123"]).await;
    bench.refuses(&["link", "gist", "wren-okafor"], &["which wallet", "--keystore"]).await;

    let text = bench.gist_text(&wren).await;
    let secret = bench.world().add_secret_gist(wren.login, "guerdon.md", &text).unwrap();
    bench.refuses(&submit(wren.login), &["no public gist"]).await;
    bench.refuses(&["link", "submit", "wren-okafor", "--gist", &secret.url], &[&secret.id, "not public"]).await;

    // The same text in somebody else's gist proves nothing about either of them.
    let others = bench.world().add_gist(jun.login, "guerdon.md", &text).unwrap();
    bench.refuses(&submit(jun.login), &["jun-parkway", &jun.id.to_string(), &wren.id.to_string()]).await;
    let named = ["link", "submit", "wren-okafor", "--gist", &others.id];
    bench.refuses(&named, &[&others.id, &jun.id.to_string(), "wren-okafor"]).await;

    // A signed text with another wallet in it.
    let wallet = |member: &super::bench::Member| {
        guerdon_tests::anvil::key(member.wallet()).unwrap().address().to_string().to_lowercase()
    };
    let edited = text.to_lowercase().replace(&wallet(&wren), &wallet(&jun));
    assert_ne!(edited, text.to_lowercase());
    let edited = edited.replace("chainid", "chainId").replace("contributorid", "contributorId");
    let edited = edited.replace("validuntil", "validUntil");
    let gist = bench.world().add_gist(wren.login, "guerdon.md", &edited).unwrap();
    bench.refuses(&submit(wren.login), &[&gist.id, "signature"]).await;
    for (text, word) in [
        (text.replace("\"chainId\": 31337", "\"chainId\": 1"), "chain 1"),
        (text.replace("\"nonce\": 0", "\"nonce\": 1"), "nonce"),
        (text.replace("```json", "```json\n{}\n```\n```json"), "block"),
        (text.replace("\"nonce\": 0,", ""), "nonce"),
    ] {
        bench.world().edit_gist(&gist.id, "guerdon.md", &text).unwrap();
        let named = ["link", "submit", "wren-okafor", "--gist", &gist.id];
        bench.refuses(&named, &[&gist.id, word]).await;
    }

    bench.world().edit_gist(&gist.id, "guerdon.md", &text).unwrap();
    let linked = bench.ok(&submit(wren.login)).await;
    assert!(linked.contains("wren-okafor") && linked.to_lowercase().contains(&wallet(&wren)), "{linked}");
    bench.refuses(&submit(wren.login), &["wren-okafor", "already linked"]).await;
    bench.refuses(&["link", "message", "wren-okafor", "--address", &wallet(&wren)], &["already linked"]).await;

    // Too late: the text was good for a week.
    let text = bench.gist_text(&member("priya-ramanan")).await;
    bench.world().add_gist("priya-ramanan", "guerdon.md", &text).unwrap();
    bench.warp(bench.sandbox.anvil.now().await.unwrap() + 8 * 86_400 + SETTLE_DELAY).await;
    bench.refuses(&submit("priya-ramanan"), &["valid until", "guerdon link"]).await;
}
