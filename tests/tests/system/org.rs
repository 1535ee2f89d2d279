//! The sample org, paid for three epochs by commands, one after the other.

use super::bench::{Bench, Member, START, member, members};
use alloy::primitives::U256;
use guerdon_tests::github::sample::Links;
use guerdon_tests::sandbox::{DAY, WEEK, secret};
use serde_json::Value;

pub const EPOCHS: u64 = 3;

/// Three epochs; those who link late do so a day before the end of theirs.
pub async fn pay_three_epochs(bench: &Bench) {
    bench.link_early().await;
    for epoch in 1..=EPOCHS {
        let late: Vec<Member> = members().filter(|member| links_in(member) == Some(epoch)).collect();
        if !late.is_empty() {
            bench.warp(START + epoch * WEEK - DAY).await;
            bench.link(&late).await;
        }
        bench.pay(epoch).await;
    }
}

pub fn links_in(member: &Member) -> Option<u64> {
    match member.links {
        Links::BeforeStart => Some(0),
        Links::InEpoch(epoch) => Some(u64::from(epoch)),
        Links::Never => None,
    }
}

/// Everybody who is linked claims, from their own wallet. Gives the sum.
pub async fn claim_all(bench: &Bench) -> U256 {
    let mut sum = U256::ZERO;
    for member in members().filter(|member| links_in(member).is_some()) {
        bench.sandbox.anvil.fund(guerdon_tests::anvil::key(member.wallet()).unwrap().address()).await.unwrap();
        let mut command = bench.command("guerdon.toml", &["claim", member.login, "--key", "env:WALLET_KEY", "--json"]);
        command.env("WALLET_KEY", secret(member.wallet()).unwrap());
        let output = bench.output(command).await;
        assert_eq!(output.code, 0, "{}", output.stderr);
        let claim: Value = serde_json::from_str(&output.stdout).unwrap();
        assert_eq!(claim["contributor_id"], member.id);
        sum += amount(&claim["amount"]);
    }
    sum
}

/// Base units, as they stand in JSON: a decimal string.
pub fn amount(value: &Value) -> U256 {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is not a string"));
    assert!(!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()), "{text:?} is not decimal");
    U256::from_str_radix(text, 10).unwrap()
}

/// What somebody's row in `guerdon score --json` says.
pub async fn scored(bench: &Bench, epoch: u64, login: &str) -> Value {
    let scored = bench.json(&["score", "--epoch", &epoch.to_string()]).await;
    let id = member(login).id;
    scored["people"].as_array().unwrap().iter().find(|person| person["id"] == id).cloned().unwrap_or(Value::Null)
}
