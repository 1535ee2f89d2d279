//! Deploying to a real chain, and the proof that nobody kept a role.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail loudly"
)]

mod local;

use alloy::network::TransactionBuilder;
use alloy::primitives::{Address, B256, U256, keccak256};
use alloy::providers::Provider;
use alloy::providers::ext::AnvilApi;
use alloy::rpc::types::TransactionRequest;
use alloy::sol_types::SolCall;
use guerdon_bindings::contracts::{TimelockController, Treasury};
use guerdon_deploy::chain::{connect, connect_signer};
use guerdon_deploy::deploy::DeployError;
use guerdon_deploy::{Problem, abi, check, deploy, file, record};
use guerdon_tests::anvil::{Anvil, Options, key};
use local::{Local, START, config, oracles};
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Lets a contract's own address send a transaction, as only a local chain can.
async fn impersonate(anvil: &Anvil, from: Address, to: Address, data: Vec<u8>) {
    anvil.fund(from).await.unwrap();
    let provider = anvil.provider();
    provider.anvil_impersonate_account(from).await.unwrap();
    let request = TransactionRequest::default().with_from(from).with_to(to).with_input(data).with_gas_limit(500_000);
    let hash = provider.eth_send_unsigned_transaction(request).await.unwrap();
    anvil.mine(1).await.unwrap();
    let receipt = provider.get_transaction_receipt(hash).await.unwrap().unwrap();
    assert!(receipt.status());
}

#[tokio::test]
async fn a_fresh_deployment_is_in_the_hands_of_its_timelock_alone() {
    let local = Local::start().await;
    let provider = connect(local.anvil.url()).await.unwrap();
    let report = check(&local.deployment, &provider).await.unwrap();
    assert_eq!(report.problems, []);
    let governor = local.deployment.contracts.governor.address;
    assert!(report.holds.contains(&format!("PROPOSER_ROLE of TimelockController is held by {governor}")));
    assert!(report.holds.contains(&"oracle set 1: 2 of 3 must sign".to_owned()));

    let deployer = key(0).unwrap().address();
    let timelock = TimelockController::new(local.deployment.contracts.timelock.address, &provider);
    for role in [B256::ZERO, keccak256("PROPOSER_ROLE"), keccak256("CANCELLER_ROLE")] {
        assert!(!timelock.hasRole(role, deployer).call().await.unwrap());
    }
    let record = record_of(&local);
    assert_eq!(record::load(&record).unwrap(), local.deployment);
    assert!(record::vacant(&record).unwrap_err().to_string().contains("already records"));
}

fn record_of(local: &Local) -> PathBuf {
    let path = tempfile::tempdir().unwrap().keep().join("deep").join("31337.json");
    record::save(&path, &local.deployment).unwrap();
    path
}

#[tokio::test]
async fn a_key_that_was_granted_a_role_is_found() {
    let local = Local::start().await;
    let provider = connect(local.anvil.url()).await.unwrap();
    let timelock = local.deployment.contracts.timelock.address;
    let (outsider, role) = (key(2).unwrap().address(), keccak256("PROPOSER_ROLE"));
    let grant = TimelockController::grantRoleCall { role, account: outsider }.abi_encode();
    impersonate(&local.anvil, timelock, timelock, grant).await;
    let report = check(&local.deployment, &provider).await.unwrap();
    assert_eq!(
        report.problems,
        [Problem::Key { account: outsider, role: "PROPOSER_ROLE".into(), contract: "TimelockController" }]
    );
    assert!(report.problems[0].to_string().contains(&outsider.to_string()));

    let revoke = TimelockController::revokeRoleCall { role, account: outsider }.abi_encode();
    impersonate(&local.anvil, timelock, timelock, revoke).await;
    assert!(check(&local.deployment, &provider).await.unwrap().passed());
}

#[tokio::test]
async fn an_admin_from_the_constructor_and_an_owner_with_a_key_are_found() {
    let local = Local::start().await;
    let deployer = key(0).unwrap();
    let signer = connect_signer(local.anvil.url(), deployer.clone()).await.unwrap();
    let contracts = &local.deployment.contracts;
    let own = deployer.address();
    let anyone = vec![Address::ZERO];
    let governor = vec![contracts.governor.address];
    let timelock = TimelockController::deploy(&signer, U256::from(3_600), governor, anyone, own).await.unwrap();
    let treasury = Treasury::deploy(&signer, own, vec![]).await.unwrap();
    let mut bad = local.deployment.clone();
    bad.contracts.timelock.address = *timelock.address();
    bad.contracts.treasury.address = *treasury.address();
    let report = check(&bad, &signer).await.unwrap();
    let keys: Vec<_> = report.problems.iter().filter(|problem| matches!(problem, Problem::Key { .. })).collect();
    assert_eq!(keys.len(), 2, "{:?}", report.problems);
    let text = report.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(text.contains(&format!("{own} holds DEFAULT_ADMIN_ROLE of TimelockController")), "{text}");
    assert!(text.contains(&format!("{own} holds the owner of Treasury")), "{text}");
    assert!(matches!(report.problems[0], Problem::Key { .. }), "keys come first: {text}");
}

#[tokio::test]
async fn missing_or_foreign_code_and_another_chain_are_found() {
    let local = Local::start().await;
    let provider = connect(local.anvil.url()).await.unwrap();
    let mut bad = local.deployment.clone();
    bad.contracts.treasury.address = Address::repeat_byte(1);
    bad.contracts.governor.address = bad.contracts.token.address;
    let report = check(&bad, &provider).await.unwrap();
    assert!(matches!(report.problems[0], Problem::Code { contract: "GuerdonGovernor", empty: false, .. }));
    assert!(matches!(report.problems[1], Problem::Code { contract: "Treasury", empty: true, .. }));
    let mut elsewhere = local.deployment.clone();
    elsewhere.chain_id = 5;
    let error = check(&elsewhere, &provider).await.unwrap_err().to_string();
    assert_eq!(error, "the RPC is on chain 31337 but the deployment is of chain 5");
}

#[tokio::test]
async fn a_config_for_another_chain_or_out_of_range_sends_nothing() {
    let anvil = Anvil::start(Options { timestamp: Some(START), ..Options::default() }).await.unwrap();
    let provider = connect_signer(anvil.url(), key(0).unwrap()).await.unwrap();
    let mut other = config(&oracles());
    other.chain_id = 1;
    let error = deploy(&other, &provider).await.unwrap_err();
    assert!(matches!(error, DeployError::Chain { found: 31_337, expected: 1 }), "{error}");
    let mut high = config(&oracles());
    high.distributor.threshold = 4;
    let error = deploy(&high, &provider).await.unwrap_err().to_string();
    assert!(error.contains("distributor.threshold: 4 is not within 1 and 3"), "{error}");
    let mut small = config(&oracles());
    small.distributor.unit = U256::from(1);
    let error = deploy(&small, &provider).await.unwrap_err().to_string();
    assert!(error.contains("distributor.unit"), "{error}");
    assert_eq!(provider.get_transaction_count(key(0).unwrap().address()).await.unwrap(), 0);
}

#[test]
fn the_local_config_loads_and_the_example_names_its_placeholders() {
    let local = file::load(&root().join("deploy/config/anvil.toml")).unwrap();
    assert_eq!((local.chain_id, local.distributor.oracles.len()), (31_337, 3));
    let mut example = std::fs::read_to_string(root().join("deploy/config/sepolia.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let policy = root().join("policy.toml");
    example = example.replace("../../policy.toml", policy.to_str().unwrap());
    let path = folder.path().join("example.toml");
    // Filling one placeholder leads to the next, until the file can be deployed.
    let fill = [
        ("token.allocations[0].to", "\"<address of the first holder", "\"0x1111111111111111111111111111111111111111\""),
        ("token.name", "\"<name of your token>\"", "\"Example\""),
        ("token.symbol", "\"<its symbol>\"", "\"EXA\""),
        (
            "distributor.oracles[0]",
            "\"<address of the first oracle's key>\"",
            "\"0x2222222222222222222222222222222222222222\"",
        ),
        (
            "distributor.oracles[1]",
            "\"<address of the second oracle's key>\"",
            "\"0x3333333333333333333333333333333333333333\"",
        ),
        (
            "distributor.oracles[2]",
            "\"<address of the third oracle's key>\"",
            "\"0x4444444444444444444444444444444444444444\"",
        ),
        ("distributor.base_url", "\"<where your oracles", "\"https://oracle.example.org/evidence/\""),
    ];
    let mut named = Vec::new();
    for _ in 0..fill.len() {
        std::fs::write(&path, &example).unwrap();
        let error = file::load(&path).unwrap_err().to_string();
        assert!(error.contains("placeholder"), "{error}");
        let (key, from, to) = fill
            .iter()
            .find(|(_, from, _)| example.contains(from) && error.contains(from.trim_matches('"')))
            .unwrap_or_else(|| panic!("{error}"));
        named.push(*key);
        let start = example.find(from).unwrap();
        let end = start + 1 + example[start + 1..].find('"').unwrap() + 1;
        example.replace_range(start..end, to);
    }
    std::fs::write(&path, &example).unwrap();
    assert_eq!(file::load(&path).unwrap().chain_id, 11_155_111);
    assert_eq!(named.len(), 7);
}

#[test]
fn a_bad_value_in_a_config_is_named_by_its_key() {
    let good = std::fs::read_to_string(root().join("deploy/config/anvil.toml")).unwrap();
    let good = good.replace("../../policy.toml", root().join("policy.toml").to_str().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    for (from, to, says) in [
        ("threshold = 2", "threshold = 0", "distributor.threshold: 0"),
        ("threshold = 2", "threshold = 2\nthreshhold = 2", "unknown field `threshhold`"),
        ("voting_delay = 3600", "voting_delay = 3599", "governor.voting_delay: 3599"),
        ("window = 3600", "window = 0", "distributor.window: 0"),
        ("\"250\"", "\"0.0000001\"", "terms[0].cap_per_person"),
        ("\"250\"", "\"2500\"", "terms[0].cap_per_person"),
        ("capacity = \"2000\"", "capacity = \"999\"", "budget.capacity"),
        ("amount = \"600000\"", "amount = \"-1\"", "token.allocations[0].amount"),
        ("0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x70997970c51812dc3A010C7d01b50e0d17dc79C8", "checksum"),
        ("0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f", "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955", "twice"),
        ("policy = \"", "policy = \"/nowhere", "terms[0].policy: cannot read /nowhere"),
        ("from_epoch = 1", "from_epoch = 0", "terms[0].from_epoch"),
        ("base_url = \"http://", "base_url = \"gopher://", "distributor.base_url"),
    ] {
        assert!(good.contains(from), "{from}");
        std::fs::write(&path, good.replace(from, to)).unwrap();
        let error = file::load(&path).unwrap_err().to_string();
        assert!(error.contains(says) && error.contains("config.toml"), "{to}: {error}");
    }
}

#[test]
fn the_committed_bindings_are_those_of_the_contracts() {
    abi::check(&root()).unwrap();
}

#[cfg(unix)]
#[test]
fn a_stale_binding_is_named_with_the_way_to_mend_it() {
    let folder = tempfile::tempdir().unwrap();
    let abi_folder = folder.path().join("bindings/abi");
    std::fs::create_dir_all(&abi_folder).unwrap();
    for shared in ["contracts", "node_modules", "foundry.toml"] {
        std::os::unix::fs::symlink(root().canonicalize().unwrap().join(shared), folder.path().join(shared)).unwrap();
    }
    assert_eq!(abi::write(folder.path()).unwrap(), abi::CONTRACTS);
    let treasury = abi_folder.join("Treasury.json");
    let stale = std::fs::read_to_string(&treasury).unwrap().replacen("transferETH", "transferEth", 1);
    std::fs::write(&treasury, stale).unwrap();
    let error = abi::check(folder.path()).unwrap_err().to_string();
    assert!(error.starts_with("bindings/abi/Treasury.json") && error.contains("`make abi`"), "{error}");
}

#[tokio::test]
async fn the_command_deploys_checks_and_refuses() {
    let anvil = Anvil::start(Options::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("31337.json");
    let config = root().join("deploy/config/anvil.toml");
    let raw = key(0).unwrap().to_bytes().to_string();
    let run = |arguments: &[&str], key: Option<&str>| {
        let mut command = Command::new(binary());
        command.args(arguments).env_remove("ETH_PRIVATE_KEY").env_remove("ETH_RPC_URL").env_remove("ETH_KEYSTORE");
        if let Some(key) = key {
            command.env("ETH_PRIVATE_KEY", key);
        }
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    let (config, out) = (config.to_str().unwrap(), out.to_str().unwrap());
    let arguments = ["deploy", "--config", config, "--rpc-url", anvil.url(), "--out", out];
    assert_eq!(run(&arguments, None).0, 2);
    let (code, stdout, stderr) = run(&arguments, Some(&raw));
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(stdout, std::fs::read_to_string(out).unwrap());
    assert!(!stdout.contains(raw.trim_start_matches("0x")) && !stderr.contains(raw.trim_start_matches("0x")));
    let (code, holds, _) = run(&["check", "--deployment", out, "--rpc-url", anvil.url()], None);
    assert!(code == 0 && holds.contains("ok: the owner of Treasury is the timelock"), "{holds}");
    let (code, again, stderr) = run(&arguments, Some(&raw));
    assert!(code == 0 && again != stdout, "a local chain's record is replaced: {stderr}");
    let (code, _, stderr) = run(&["check", "--deployment", out, "--rpc-url", "http://k@127.0.0.1:9/k"], None);
    assert!(code == 1 && stderr.contains("no answer from the RPC at http://127.0.0.1:9:"), "{stderr}");
    let public = folder.path().join("public.toml");
    let text = std::fs::read_to_string(config).unwrap().replace("chain_id = 31337", "chain_id = 5");
    std::fs::write(&public, text.replace("../../policy.toml", root().join("policy.toml").to_str().unwrap())).unwrap();
    let elsewhere = folder.path().join("5.json");
    let (public, elsewhere) = (public.to_str().unwrap(), elsewhere.to_str().unwrap());
    let arguments = ["deploy", "--config", public, "--rpc-url", anvil.url(), "--out", elsewhere];
    let (code, _, stderr) = run(&arguments, Some(&raw));
    assert!(code == 1 && stderr.contains("--private-key is only for chain 31337"), "{stderr}");
    std::fs::write(elsewhere, "{}").unwrap();
    let (code, _, stderr) = run(&arguments, Some(&raw));
    assert!(code == 1 && stderr.contains("already records a deployment"), "{stderr}");
    let (code, _, stderr) = run(&["check", "--deployment", elsewhere, "--rpc-url", anvil.url()], None);
    assert!(code == 1 && stderr.contains("5.json is not a deployment record"), "{stderr}");
    let (code, _, stderr) = run(&["check", "--deployment", "/nowhere.json", "--rpc-url", anvil.url()], None);
    assert!(code == 1 && stderr.contains("/nowhere.json"), "{stderr}");
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
