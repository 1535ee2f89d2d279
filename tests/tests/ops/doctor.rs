//! `guerdon doctor` for machines, and what it finds on a chain that is not well.

use super::bench::Bench;
use alloy::primitives::{Bytes, U256};
use alloy::providers::ext::AnvilApi;
use guerdon_tests::anvil::key;
use guerdon_tests::sandbox::TOKEN;
use serde_json::Value;

/// Exit code, and the findings of that name.
async fn doctor(bench: &Bench, config: &str, environment: &[(&str, &str)]) -> (i32, Vec<Value>) {
    let mut command = bench.command(config, &["doctor", "--json"]);
    command.envs(environment.iter().copied());
    let output = bench.output(command).await;
    (output.code, serde_json::from_str(&output.stdout).unwrap())
}

fn of<'a>(findings: &'a [Value], what: &str) -> &'a Value {
    findings.iter().find(|finding| finding["what"] == what).unwrap_or_else(|| panic!("no {what} in {findings:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_finding_has_a_state_and_what_is_not_well_a_next_step() {
    let bench = Bench::start().await;
    let (code, findings) = doctor(&bench, "guerdon.toml", &[]).await;
    assert_eq!(code, 0, "{findings:?}");
    for what in
        ["policy", "store", "GitHub", "chain", "code", "oracle set", "pause", "key", "submitter", "evidence", "clock"]
    {
        let finding = of(&findings, what);
        assert_eq!((&finding["state"], &finding["next"]), (&Value::from("ok"), &Value::Null), "{finding}");
    }

    bench.link_early().await;
    bench.pay(1).await;
    let provider = bench.sandbox.anvil.provider();
    provider
        .anvil_set_code(bench.sandbox.deployment.contracts.disputes.address, Bytes::from_static(&[0]))
        .await
        .unwrap();
    let submitter = key(1).unwrap().address();
    provider.anvil_set_balance(submitter, U256::from(1_000_000)).await.unwrap();
    let (code, findings) = doctor(&bench, "guerdon.toml", &[]).await;
    assert_eq!(code, 1);
    for (what, state, words) in [
        ("code", "failed", vec!["Disputes", "guerdon-deploy check"]),
        ("submitter", "failed", vec![submitter.to_string().leak() as &str, "enough for 0 epochs", "send at least"]),
        // The set's baseUrl leads nowhere here.
        ("evidence", "warning", vec!["epoch 1", "/v1/evidence/HASH"]),
    ] {
        let finding = of(&findings, what);
        assert_eq!(finding["state"], state, "{finding}");
        let said = finding.to_string();
        assert!(words.iter().all(|word| said.contains(word)), "{words:?}: {said}");
    }
    let text = bench.output(bench.command("guerdon.toml", &["doctor"])).await.stdout;
    assert!(text.contains("FAILED submitter: ") && text.contains("\n       next: send at least "), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_come_from_systemds_credentials() {
    let bench = Bench::start().await;
    let config = bench.changed("guerdon.toml", "unit.toml", "file:github.token", "credential:github.token");
    let (code, findings) = doctor(&bench, &config, &[]).await;
    let said = of(&findings, "GitHub")["detail"].as_str().unwrap().to_owned();
    assert!(code == 1 && said.contains("LoadCredential=github.token:"), "{said}");

    std::fs::create_dir(bench.path("credentials")).unwrap();
    bench.write("credentials/github.token", format!("{TOKEN}\n"));
    let folder = bench.path("credentials");
    let (code, findings) = doctor(&bench, &config, &[("CREDENTIALS_DIRECTORY", folder.to_str().unwrap())]).await;
    assert_eq!(code, 0, "{findings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_configuration_is_shown_as_json_too() {
    let bench = Bench::start().await;
    let shown = bench.json(&["config", "show"]).await;
    assert_eq!(shown["github"]["organization"], "meadowlark-sample");
    assert_eq!(shown["run"]["interval_ms"], 200);
    let text = bench.ok(&["config", "show"]).await;
    bench.write("again.toml", &text);
    assert_eq!(bench.ok_with("again.toml", &["config", "show"]).await, text, "it loads again");
}
