//! The program as its user meets it.

use crate::root;
use alloy::providers::Provider;
use guerdon_tests::anvil::{Anvil, Options, key};
use std::path::PathBuf;
use std::process::Command;

fn run(arguments: &[&str], key: Option<&str>) -> (i32, String, String) {
    let mut command = Command::new(binary());
    command.args(arguments).current_dir(root());
    for name in ["ETH_PRIVATE_KEY", "ETH_RPC_URL", "ETH_KEYSTORE", "ETH_PASSWORD", "ETH_FROM"] {
        command.env_remove(name);
    }
    if let Some(key) = key {
        command.env("ETH_PRIVATE_KEY", key);
    }
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[tokio::test]
async fn the_command_plans_deploys_goes_on_checks_and_refuses() {
    let anvil = Anvil::start(Options::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("31337.json");
    let config = root().join("deploy/config/anvil.toml");
    let policy = root().join("policy.toml");
    let raw = key(0).unwrap().to_bytes().to_string();
    let secret = raw.trim_start_matches("0x");
    let own = key(0).unwrap().address();
    let from = own.to_string();
    let (config, policy, out) = (config.to_str().unwrap(), policy.to_str().unwrap(), out.to_str().unwrap());
    let rpc = ["--rpc-url", anvil.url()];
    let deploy = [&["deploy", "--config", config, "--out", out][..], &rpc].concat();
    assert_eq!(run(&deploy, None).0, 2, "a key is asked for");
    let dry = [&deploy[..], &["--from", &from]].concat();
    assert_eq!(run(&dry, None).0, 2, "an address alone is enough for a dry run only");

    let (code, plan, stderr) = run(&[&dry[..], &["--dry-run"]].concat(), None);
    assert_eq!(code, 0, "{stderr}");
    assert!(plan.contains("RewardDistributor") && plan.ends_with("nothing was sent\n"), "{plan}");
    assert_eq!(run(&[&deploy[..], &["--dry-run"]].concat(), Some(&raw)).1, plan, "the key says no more");
    assert_eq!(anvil.provider().get_transaction_count(own).await.unwrap(), 0);
    assert!(!std::path::Path::new(out).exists());

    let (code, stdout, stderr) = run(&[&deploy[..], &["--max-transactions", "4"]].concat(), Some(&raw));
    assert_eq!((code, stdout.as_str()), (1, ""), "{stderr}");
    assert!(stderr.contains("stopped after 4 transactions, 6 are left: deploy again to go on"), "{stderr}");
    let (code, stdout, stderr) = run(&deploy, Some(&raw));
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(stdout, std::fs::read_to_string(out).unwrap());
    assert!(stderr.contains("GuerdonGovernor stands at") && stderr.contains("Treasury is created at"), "{stderr}");
    assert!(!stdout.contains(secret) && !stderr.contains(secret));
    assert!(folder.path().join("31337.standard-input.json").exists());
    let record: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    for (contract, _) in plan.lines().filter_map(|line| line.trim().split_once("0x")).skip(1) {
        let address = plan.lines().find(|line| line.contains(contract)).unwrap();
        let address = &address[address.find("0x").unwrap()..][..42];
        assert!(record.to_string().contains(&address.to_lowercase()), "{contract} at {address}");
    }

    let check = [&["check", "--deployment", out][..], &rpc].concat();
    let (code, holds, _) = run(&[&check[..], &["--policy", policy]].concat(), None);
    assert!(code == 0 && holds.contains("ok: the owner of Treasury is the timelock"), "{holds}");
    assert!(holds.contains("ok: cap-lets-the-policy-pay: ") && !holds.contains("not checked"), "{holds}");
    let (code, again, stderr) = run(&deploy, Some(&raw));
    assert!(code == 0 && again == stdout, "what stands is found again: {stderr}");
    assert_eq!(anvil.provider().get_transaction_count(own).await.unwrap(), 10);

    let lies = stdout.replacen("\"window\": 3600", "\"window\": 3601", 1);
    let other = folder.path().join("lies.json");
    std::fs::write(&other, lies).unwrap();
    let arguments = [&["check", "--deployment", other.to_str().unwrap()][..], &rpc].concat();
    let (code, found, stderr) = run(&arguments, None);
    assert!(code == 1 && found.contains("PROBLEM: the window is 3600, expected 3601"), "{found}");
    assert!(stderr.contains("1 problems"), "{stderr}");
    let (code, _, stderr) = run(&["check", "--deployment", out, "--rpc-url", "http://k@127.0.0.1:9/k"], None);
    assert!(code == 1 && stderr.contains("no answer from the RPC at http://127.0.0.1:9:"), "{stderr}");
    let (code, _, stderr) = run(&[&["check", "--deployment", "/nowhere.json"][..], &rpc].concat(), None);
    assert!(code == 1 && stderr.contains("/nowhere.json"), "{stderr}");

    std::fs::write(out, "{}").unwrap();
    let (code, _, stderr) = run(&deploy, Some(&raw));
    assert!(code == 1 && stderr.contains("31337.json is not the record of this deployment"), "{stderr}");
    let (code, _, stderr) = run(&check, None);
    assert!(code == 1 && stderr.contains("31337.json is not a deployment record"), "{stderr}");
    let nowhere = [&deploy[..], &["--root", "/"]].concat();
    std::fs::remove_file(out).unwrap();
    let (code, _, stderr) = run(&nowhere, Some(&raw));
    assert!(code == 1 && stderr.contains("name the repository's root with --root"), "{stderr}");
}

#[tokio::test]
async fn a_raw_key_is_for_a_local_chain_only() {
    let anvil = Anvil::start(Options { chain_id: 5, ..Options::default() }).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(root().join("deploy/config/anvil.toml")).unwrap();
    let text = text.replace("chain_id = 31337", "chain_id = 5");
    let text = text.replace("../../policy.toml", root().join("policy.toml").to_str().unwrap());
    let config = folder.path().join("public.toml");
    std::fs::write(&config, text).unwrap();
    let out = folder.path().join("5.json");
    let raw = key(0).unwrap().to_bytes().to_string();
    let deploy =
        ["deploy", "--config", config.to_str().unwrap(), "--out", out.to_str().unwrap(), "--rpc-url", anvil.url()];
    let (code, _, stderr) = run(&deploy, Some(&raw));
    assert!(code == 1 && stderr.contains("--private-key is only for chain 31337"), "{stderr}");
}

/// Built beside the tests of the whole workspace.
fn binary() -> PathBuf {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.push(format!("guerdon-deploy{}", std::env::consts::EXE_SUFFIX));
    assert!(path.exists(), "{} is missing: run `make build` first", path.display());
    path
}
