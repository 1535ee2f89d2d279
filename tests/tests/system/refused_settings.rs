//! Settings that are wrong: configuration, policy, deployment record, RPC. Each is one error, and
//! the store and the chain are as they were.

use super::bench::Bench;
use alloy::providers::Provider;
use guerdon_deploy::chain::connect_signer;
use guerdon_tests::anvil::{self, Anvil, key};
use guerdon_tests::sandbox::{DAY, root, secret};

/// A chain that is not the local one.
const OTHER_CHAIN: u64 = 7_777;

#[tokio::test(flavor = "multi_thread")]
async fn wrong_settings_are_refused_by_name_and_change_nothing() {
    let bench = Bench::start().await;
    bench.settle(1).await;
    bench.ok(&["fetch"]).await;
    configurations(&bench).await;
    policies(&bench).await;
    deployments(&bench).await;
    chains(&bench).await;
    // All of it was refused for its own reason: the right settings go on.
    bench.ok(&["score", "--epoch", "1"]).await;
}

async fn configurations(bench: &Bench) {
    let status = ["status"];
    let cases = [
        ("[run]", "[run]\nwarp_speed = 9", vec!["warp_speed", "line"]),
        ("interval_ms = 200", "interval_ms = 1", vec!["run.interval_ms", "is 1,", "3600000"]),
        ("settle_delay = 259200", "settle_delay = 99999999", vec!["oracle.settle_delay", "30 days"]),
        ("settle_delay = 259200", "settle_delay = -1", vec!["line", "-1"]),
        ("[github]", "[github", vec!["line"]),
        ("[chain]", "[train]", vec!["train"]),
        ("organization = \"meadowlark-sample\"", "", vec!["github.repositories", "organization"]),
        ("organization = ", "repositories = [\"prairie\"]\norganization = ", vec!["prairie", "owner/name"]),
        ("api_url = \"http:", "api_url = \"gopher:", vec!["github.api_url", "http"]),
        ("rpc_url = \"http:", "rpc_url = \"ftp:", vec!["chain.rpc_url", "http"]),
        ("listen = \"127.0.0.1:0\"", "listen = \"everywhere\"", vec!["line"]),
        (
            "database_url = \"sqlite:",
            "database_url = \"mysql:",
            vec!["database_url", "sqlite:PATH", "postgres://USER@HOST/DATABASE"],
        ),
    ];
    for (from, to, words) in cases {
        let config = bench.changed("guerdon.toml", "wrong.toml", from, to);
        let words = [words, vec![if to.starts_with("database") { "mysql" } else { "wrong.toml" }]].concat();
        bench.refuses_with(&config, &status, &words).await;
    }
    bench.refuses_with("missing.toml", &status, &["missing.toml", "guerdon init", "--config"]).await;
    bench.write("image.toml", [0xff, 0xd8, 0xff, 0x00]);
    bench.refuses_with("image.toml", &status, &["image.toml"]).await;
    secrets_in_the_configuration(bench).await;
}

/// Somebody who writes a secret itself into the file is told how to do it, without an echo.
async fn secrets_in_the_configuration(bench: &Bench) {
    let key = secret(9).unwrap();
    let list = "keys = [{ key = \"file:keys/oracle-1\" }";
    for (from, to, hidden) in [
        ("token = \"file:github.token\"", "token = \"ghp_pastedpastedpasted\"".to_owned(), "ghp_pasted"),
        (list, format!("keys = [{{ key = \"{key}\" }}"), key.as_str()),
        (list, format!("keys = [\"{key}\""), key.as_str()),
    ] {
        let config = bench.changed("guerdon.toml", "wrong.toml", from, &to);
        let said = bench.refuses_with(&config, &["sign", "--epoch", "1"], &["wrong.toml", "line"]).await;
        assert!(!said.contains(hidden), "a secret was printed");
    }
}

async fn policies(bench: &Bench) {
    let policy = root().join("policy.toml");
    let score = |path: &str| -> Vec<String> { ["score", "--epoch", "1", "--policy", path].map(str::to_owned).to_vec() };
    let cases = [
        ("accrue_epochs = 26", "accrue_epochs = 26\nfudge = 2", vec!["fudge"]),
        ("accrue_epochs = 26", "accrue_epochs = 0", vec!["accrue_epochs", "0"]),
        ("max_share = 25", "max_share = 101", vec!["limits.max_share", "101"]),
        ("recognition = { percent = ", "recognition = { percent = 1", vec!["slices", "110"]),
        ("with_tests = 1100", "with_tests = 9000", vec!["factors.with_tests", "9000"]),
        ("half = 447", "half = 447.5", vec!["447.5"]),
        ("accrue_epochs = 26", "accrue_epochs == 26", vec!["line 5"]),
    ];
    for (from, to, words) in cases {
        bench.changed(&policy, "wrong-policy.toml", from, to);
        let path = bench.path("wrong-policy.toml").display().to_string();
        let args = score(&path);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        bench.refuses(&args, &[vec!["wrong-policy.toml"], words].concat()).await;
    }
    bench.refuses(&["score", "--epoch", "1", "--policy", "/nowhere.toml"], &["/nowhere.toml", "--policy"]).await;

    // A good policy, but not the one that was voted for.
    bench.changed(&policy, "other-policy.toml", "half = 447", "half = 448");
    let path = bench.path("other-policy.toml").display().to_string();
    let voted = bench.ok(&["config", "policy-hash"]).await;
    let words = ["epoch 1", voted.trim(), "past_policies"];
    bench.refuses(&["score", "--epoch", "1", "--policy", &path], &words).await;
}

async fn deployments(bench: &Bench) {
    let cases = [
        ("\"chain_id\": 31337", "\"chain_id\": 1", vec!["chain 31337", "chain 1"]),
        ("{", "{ \"surprise\": 1,", vec!["wrong.json", "deployment record"]),
        ("\"window\": 86400", "\"window\": 86401", vec!["distributor", "own record"]),
    ];
    for (from, to, words) in cases {
        bench.changed("deployment.json", "wrong.json", from, to);
        let path = bench.path("wrong.json").display().to_string();
        bench.refuses(&["status", "--deployment", &path], &words).await;
    }
    // The address of an account without code.
    let distributor = bench.sandbox.deployment.distributor();
    let text =
        bench.read("deployment.json").replace(&distributor.to_string().to_lowercase(), &format!("0x{:040x}", 77));
    assert!(!text.contains(&distributor.to_string().to_lowercase()));
    let path = bench.write("wrong.json", text).display().to_string();
    bench.refuses(&["status", "--deployment", &path], &["no contract", "another chain"]).await;

    for garbage in ["", "guerdon", "[1, 2", "\u{0}\u{1}"] {
        let path = bench.write("garbage.json", garbage).display().to_string();
        bench.refuses(&["status", "--deployment", &path], &["garbage.json", "deployment record"]).await;
    }
    bench.refuses(&["status", "--deployment", "/nowhere.json"], &["/nowhere.json", "guerdon-deploy"]).await;
}

async fn chains(bench: &Bench) {
    let start =
        |chain_id| anvil::Options { chain_id, timestamp: Some(super::bench::START - DAY), ..anvil::Options::default() };
    let empty = Anvil::start(start(31_337)).await.unwrap();
    let other = Anvil::start(start(OTHER_CHAIN)).await.unwrap();
    for command in [vec!["fetch"], vec!["score", "--epoch", "1"], vec!["run"]] {
        let to = |url| [command.clone(), vec!["--rpc-url", url]].concat();
        bench.refuses(&to("http://127.0.0.1:1"), &["http://127.0.0.1:1", "no answer", "chain.rpc_url"]).await;
        bench.refuses(&to(other.url()), &["chain 7777", "chain 31337"]).await;
        bench.refuses(&to(empty.url()), &["no contract", "deployment record"]).await;
    }
    // Providers put their keys into the path or the query.
    for url in
        ["http://127.0.0.1:1/v3/SECRETKEY", "http://user:SECRETKEY@127.0.0.1:1", "http://127.0.0.1:1/?k=SECRETKEY"]
    {
        let said = bench.refuses(&["status", "--rpc-url", url], &["http://127.0.0.1:1", "no answer"]).await;
        assert!(!said.contains("SECRETKEY"), "the key was printed: {said}");
    }
    raw_keys_are_for_the_local_chain(bench, &other).await;
}

/// A whole deployment on a chain where keys have to be encrypted.
async fn raw_keys_are_for_the_local_chain(bench: &Bench, other: &Anvil) {
    let name = bench.changed("deploy.toml", "other-deploy.toml", "chain_id = 31337", "chain_id = 7777");
    let config = guerdon_deploy::file::load(&bench.path(&name)).unwrap();
    let provider = connect_signer(other.url(), key(0).unwrap()).await.unwrap();
    let deployment = guerdon_deploy::deploy(&config, &provider).await.unwrap();
    let record = bench.write("other.json", deployment.to_json()).display().to_string();
    let there = ["--rpc-url", other.url(), "--deployment", &record];
    bench.ok(&[&["status"], there.as_slice()].concat()).await;

    let mut gist = bench.command("guerdon.toml", &["link", "gist", "wren-okafor", "--key", "env:WALLET_KEY"]);
    gist.args(there).env("WALLET_KEY", secret(100).unwrap());
    bench.refuses_command(gist, &["raw key", "env:WALLET_KEY", "chain 7777", "cast wallet import"]).await;
    let claim = [&["claim", "wren-okafor"], there.as_slice()].concat();
    let before = other.provider().get_block_number().await.unwrap();
    bench.refuses(&claim, &["raw key", "keys/oracle-1", "chain 7777"]).await;
    assert_eq!(other.provider().get_block_number().await.unwrap(), before);
}
