//! The sample org paid by the commands of the stages, twice, and all that can be asked afterwards.

use super::bench::{Bench, START, guerdon, member, members};
use super::org::{EPOCHS, amount, claim_all, links_in, pay_three_epochs, scored};
use super::{explain, secrets, simulate};
use alloy::primitives::U256;
use guerdon::chain::Chain;
use guerdon_bindings::contracts::GuerdonToken;
use guerdon_core::model::Epoch;
use guerdon_tests::anvil;
use guerdon_tests::sandbox::{SETTLE_DELAY, WEEK, root};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::path::PathBuf;

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_org_is_paid_to_the_base_unit_and_a_second_run_pays_the_same() {
    let (one, two) = tokio::join!(Bench::start(), Bench::start());
    // The second chain is at other blocks, so its evidence differs, but nobody's pay may.
    two.sandbox.anvil.mine(7).await.unwrap();
    // Nor does a title pay.
    explain::spoil_a_title(&one);
    tokio::join!(pay_three_epochs(&one), pay_three_epochs(&two));

    let epochs = one.json(&["status"]).await;
    the_second_run_is_the_same(&epochs, &two.json(&["status"]).await);
    drop(two);
    the_books_balance(&one, &epochs).await;
    a_late_link_is_granted_its_accruals(&one).await;
    claims_are_refused_to_those_who_have_none(&one).await;
    what_is_done_stays_done(&one).await;
    explain::every_unit_is_explained(&one).await;
    explain::explanations_name_everything(&one).await;
    explain::what_did_not_count_is_said(&one).await;
    explain::a_hostile_title_stays_text(&one).await;
    explain::the_report_says_how_evenly_it_paid(&one).await;
    simulate::the_policy_in_force_changes_nothing(&one).await;
    simulate::twice_the_points_for_reviews_moves_money_to_reviewers(&one).await;
    simulate::people_appear_and_disappear(&one).await;
    simulate::a_careless_policy_exceeds_limits(&one).await;
    simulate::the_chain_is_not_needed(&one).await;
    simulate::wrong_policies_and_epochs_are_refused(&one).await;
    the_status_is_readable(&one).await;
    strangers_are_unknown(&one).await;
    evidence_is_verified(&one, &epochs).await;
    secrets::absent(&one);
}

fn the_second_run_is_the_same(one: &Value, two: &Value) {
    assert_eq!(one.as_array().unwrap().len() as u64, EPOCHS);
    for (one, two) in one.as_array().unwrap().iter().zip(two.as_array().unwrap()) {
        for key in ["epoch", "round", "entries_hash", "policy_hash", "total", "entries"] {
            assert_eq!(one[key], two[key], "{key}");
        }
        assert_ne!(one["evidence_hash"], two["evidence_hash"], "the evidence names its block");
    }
}

/// Granted, credited and claimed are the same, and so is what the wallets hold.
async fn the_books_balance(bench: &Bench, epochs: &Value) {
    let mut credited = U256::ZERO;
    for epoch in epochs.as_array().unwrap() {
        assert_eq!(epoch["status"], "settled");
        assert_eq!(epoch["credited"], epoch["total"], "everybody in a batch is linked, so nobody is skipped");
        assert_eq!(epoch["skipped"], "0");
        assert!(epoch["post_tx"].is_string() && epoch["credit_tx"].is_string());
        credited += amount(&epoch["credited"]);
    }
    let events = Chain::connect(bench.sandbox.anvil.url(), &bench.sandbox.deployment).await.unwrap();
    let credits: u64 = events.credits().await.unwrap().values().map(|credits| credits.units).sum();
    assert_eq!(U256::from(credits) * bench.sandbox.deployment.unit, credited);

    assert!(credited > U256::ZERO);
    assert_eq!(claim_all(bench).await, credited);
    let token = bench.sandbox.deployment.contracts.token.address;
    let token = GuerdonToken::new(token, bench.sandbox.anvil.provider());
    let mut held = U256::ZERO;
    for member in members() {
        let wallet = anvil::key(member.wallet()).unwrap().address();
        let balance = token.balanceOf(wallet).call().await.unwrap();
        assert_eq!(balance > U256::ZERO, links_in(&member).is_some(), "{}", member.login);
        held += balance;
    }
    assert_eq!(held, credited);
}

async fn a_late_link_is_granted_its_accruals(bench: &Bench) {
    let late = "nadia-haddadi";
    let (first, second, third) =
        (scored(bench, 1, late).await, scored(bench, 2, late).await, scored(bench, 3, late).await);
    for (before, waits) in [(&first, &first["earned"]), (&second, &second["accrued"])] {
        assert_eq!((&before["linked"], &before["entry"]), (&false.into(), &0.into()));
        assert_eq!(&before["accrued"], waits);
    }
    let granted = third["granted_accruals"].as_array().unwrap();
    let granted: Vec<_> = granted.iter().map(|pair| (pair[0].as_u64().unwrap(), pair[1].clone())).collect();
    assert_eq!(granted, [(1, first["earned"].clone()), (2, second["earned"].clone())]);
    let all: u64 = [&first, &second, &third].iter().map(|person| person["earned"].as_u64().unwrap()).sum();
    assert_eq!(third["entry"], all);
    assert_eq!(third["accrued"], 0);
}

async fn claims_are_refused_to_those_who_have_none(bench: &Bench) {
    bench.refuses(&["claim", "tobias-lindqvist"], &["claim", "NothingToClaim", "guerdon status"]).await;
    bench.refuses(&["claim", "pat-typofix"], &["claim", "NotLinked", "guerdon link"]).await;
    let waits = bench.json(&["status", "pat-typofix"]).await;
    assert_eq!((&waits["wallet"], waits["earned"].as_str()), (&Value::Null, Some("0")));
    assert!(amount(&waits["accrued"]) > U256::ZERO, "what an unlinked person earned waits");
}

/// Every stage again, for every epoch: the same answers, and nothing changes.
async fn what_is_done_stays_done(bench: &Bench) {
    let before = bench.state().await;
    for epoch in ["1", "2", "3"] {
        for stage in ["score", "batch", "sign"] {
            bench.ok(&[stage, "--epoch", epoch]).await;
        }
        assert_eq!(bench.json(&["submit", "--epoch", epoch]).await["step"], "settled");
    }
    assert_eq!(bench.state().await, before);
}

async fn the_status_is_readable(bench: &Bench) {
    let table = bench.ok(&["status"]).await;
    assert_eq!(table.matches("settled").count() as u64, EPOCHS);
    let text = bench.ok(&["status", "tobias-lindqvist"]).await;
    let status = bench.json(&["status", "tobias-lindqvist"]).await;
    assert!(text.contains(&anvil::key(member("tobias-lindqvist").wallet()).unwrap().address().to_string()), "{text}");
    assert_eq!((&status["claimable"], &status["earned"]), (&"0".into(), &status["claimed"]));
}

async fn strangers_are_unknown(bench: &Bench) {
    for command in ["explain", "status", "claim"] {
        bench.refuses(&[command, "nobody-at-all"], &["nobody-at-all", "check the login"]).await;
    }
    let text = bench.ok(&["explain", "pat-typofix", "--epoch", "77"]).await;
    assert!(text.contains("nothing of pat-typofix"), "{text}");
    let due = START + (EPOCHS + 1) * WEEK + SETTLE_DELAY;
    bench.refuses(&["score", "--epoch", "4"], &["epoch 4", &due.to_string(), "chain is at"]).await;
}

/// A stranger with nothing but the files, the policy and an RPC.
async fn evidence_is_verified(bench: &Bench, epochs: &Value) {
    let files = evidence_files(bench, epochs).await;
    let record = bench.path("deployment.json");
    let stranger = |files: &[PathBuf]| {
        let mut command = guerdon();
        command.args(["verify", "--json", "--config", "/nonexistent/guerdon.toml"]);
        command.arg("--policy").arg(root().join("policy.toml")).args(files);
        command
    };
    let mut command = stranger(&files);
    command.args(["--rpc-url", bench.sandbox.anvil.url(), "--deployment"]).arg(&record);
    let output = bench.output(command).await;
    assert_eq!(output.code, 0, "{}", output.stderr);
    let verdicts: Value = serde_json::from_str(&output.stdout).unwrap();
    for (verdict, epoch) in verdicts.as_array().unwrap().iter().zip(epochs.as_array().unwrap()) {
        assert_eq!((&verdict["passed"], &verdict["compared_with_chain"]), (&true.into(), &true.into()));
        for key in ["epoch", "evidence_hash", "entries_hash", "total", "entries"] {
            assert_eq!(verdict[key], epoch[key], "{key}");
        }
        let names: Vec<&str> =
            verdict["checks"].as_array().unwrap().iter().map(|check| check["name"].as_str().unwrap()).collect();
        for name in ["evidence hash", "policy hash", "entries hash", "entries", "total", "links"] {
            assert!(names.contains(&name), "{name}");
        }
        assert_eq!(names.contains(&"opening state"), epoch["epoch"] != 1, "epochs are checked to follow one another");
    }

    let output = bench.output(stranger(&files)).await;
    let verdicts: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!((output.code, &verdicts[0]["compared_with_chain"]), (0, &false.into()));

    let packed = zstd::encode_all(std::fs::read(&files[0]).unwrap().as_slice(), 3).unwrap();
    let packed = bench.write("epoch-1.evidence.jsonl.zst", packed);
    let output = bench.output(stranger(&[packed])).await;
    let verdicts: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!((output.code, &verdicts[0]["evidence_hash"]), (0, &epochs[0]["evidence_hash"]));

    // A gap between two epochs is no chain of epochs.
    let output = bench.output(stranger(&[files[0].clone(), files[2].clone()])).await;
    assert_eq!(output.code, 1);
    assert!(output.stdout.contains("epochs follow") && output.stderr.contains("FAILED"), "{output:?}");
}

/// Every epoch's evidence, from the API under its hash, which is the SHA-256 of what comes.
async fn evidence_files(bench: &Bench, epochs: &Value) -> Vec<PathBuf> {
    let daemon = bench.sandbox.daemon().await.unwrap();
    let mut files = Vec::new();
    for epoch in epochs.as_array().unwrap() {
        let hash = epoch["evidence_hash"].as_str().unwrap();
        let (status, text) = daemon.get(&format!("/v1/evidence/{hash}")).await.unwrap();
        assert_eq!(status, 200);
        assert_eq!(alloy::primitives::hex::encode_prefixed(Sha256::digest(&text)), hash);
        bench.said.lock().unwrap().push_str(&text);
        let number = Epoch(epoch["epoch"].as_u64().unwrap());
        files.push(bench.write(&format!("epoch-{number}.evidence.jsonl"), text));
    }
    assert_eq!(daemon.stop().await.unwrap().code(), Some(0));
    files
}
