//! A check finds every key and every stranger that holds a role, and code that is not the compiled one.

use crate::{Deployed, config, deployer, signer};
use alloy::primitives::{Address, B256, Bytes, U256, keccak256};
use alloy::providers::Provider;
use alloy::providers::ext::AnvilApi;
use alloy::sol_types::SolCall;
use guerdon_bindings::contracts::{Disputes, GuerdonTimelock, Treasury};
use guerdon_deploy::chain::connect;
use guerdon_deploy::{DeployConfig, Plan, Problem, check, record};
use guerdon_tests::anvil::key;

#[tokio::test]
async fn a_fresh_deployment_is_in_the_hands_of_its_timelock_alone() {
    let local = Deployed::start().await;
    let provider = connect(local.anvil.url()).await.unwrap();
    let contracts = &local.deployment.contracts;
    let report = check(&local.deployment, &[], &provider).await.unwrap();
    assert_eq!(report.problems, []);
    let (governor, veto) = (contracts.governor.address, contracts.contributor_veto.address);
    for held in [
        format!("PROPOSER_ROLE of GuerdonTimelock is held by {governor}"),
        format!("CANCELLER_ROLE of GuerdonTimelock is held by {veto}"),
        "oracle set 1: 2 of 3 must sign".to_owned(),
        "disputes are answered by the timelock alone".to_owned(),
    ] {
        assert!(report.holds.contains(&held), "{held}: {:?}", report.holds);
    }
    let timelock = GuerdonTimelock::new(contracts.timelock.address, &provider);
    for role in [B256::ZERO, keccak256("PROPOSER_ROLE"), keccak256("CANCELLER_ROLE")] {
        for account in [deployer(), contracts.genesis.address] {
            assert!(!timelock.hasRole(role, account).call().await.unwrap());
        }
    }
    assert!(!timelock.hasRole(keccak256("PROPOSER_ROLE"), veto).call().await.unwrap());
}

#[tokio::test]
async fn a_record_is_replaced_by_that_of_the_same_deployment_only() {
    let local = Deployed::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep").join("31337.json");
    let plan = |config: &DeployConfig| Plan::new(config, deployer()).unwrap();
    record::room(&path, &plan(&config())).unwrap();
    record::save(&path, &local.deployment, "{}").unwrap();
    assert_eq!(record::load(&path).unwrap(), local.deployment);
    assert_eq!(std::fs::read_to_string(folder.path().join("deep/31337.standard-input.json")).unwrap(), "{}");
    record::room(&path, &plan(&config())).unwrap();
    let mut other = config();
    other.salt = B256::repeat_byte(1);
    let error = record::room(&path, &plan(&other)).unwrap_err().to_string();
    assert!(error.contains("31337.json is not the record of this deployment"), "{error}");
    let mut elsewhere = config();
    elsewhere.chain_id = 5;
    assert!(record::room(&path, &plan(&elsewhere)).is_err());
}

#[tokio::test]
async fn a_key_that_was_granted_a_role_is_found() {
    let local = Deployed::start().await;
    let provider = connect(local.anvil.url()).await.unwrap();
    let timelock = local.deployment.contracts.timelock.address;
    let (outsider, role) = (key(2).unwrap().address(), keccak256("PROPOSER_ROLE"));
    local.govern(timelock, GuerdonTimelock::grantRoleCall { role, account: outsider }.abi_encode()).await;
    let report = check(&local.deployment, &[], &provider).await.unwrap();
    assert_eq!(
        report.problems,
        [Problem::Key { account: outsider, role: "PROPOSER_ROLE".into(), contract: "GuerdonTimelock" }]
    );
    assert!(report.problems[0].to_string().contains(&outsider.to_string()));

    local.govern(timelock, GuerdonTimelock::revokeRoleCall { role, account: outsider }.abi_encode()).await;
    assert!(check(&local.deployment, &[], &provider).await.unwrap().passed());
}

#[tokio::test]
async fn a_stranger_a_delegated_key_and_a_missing_role_are_found() {
    let local = Deployed::start().await;
    let provider = connect(local.anvil.url()).await.unwrap();
    let contracts = &local.deployment.contracts;
    let timelock = contracts.timelock.address;
    let (delegated, role) = (Address::repeat_byte(0x77), keccak256("CANCELLER_ROLE"));
    // A key whose account runs a contract's code (EIP-7702) is still moved by the key.
    let designator = [&[0xef, 0x01, 0x00], contracts.token.address.as_slice()].concat();
    provider.anvil_set_code(delegated, designator.into()).await.unwrap();
    for account in [contracts.token.address, delegated] {
        local.govern(timelock, GuerdonTimelock::grantRoleCall { role, account }.abi_encode()).await;
    }
    let veto = contracts.contributor_veto.address;
    local.govern(timelock, GuerdonTimelock::revokeRoleCall { role, account: veto }.abi_encode()).await;
    let problems = check(&local.deployment, &[], &provider).await.unwrap().problems;
    let (role, contract) = ("CANCELLER_ROLE".to_owned(), "GuerdonTimelock");
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert_eq!(problems[0], Problem::Key { account: delegated, role: role.clone(), contract });
    assert!(problems.contains(&Problem::Stranger { account: contracts.token.address, role: role.clone(), contract }));
    assert!(problems.contains(&Problem::Missing { account: veto, role, contract }));
}

#[tokio::test]
async fn an_arbiter_with_a_key_is_found_and_one_without_is_not() {
    let local = Deployed::start().await;
    let provider = connect(local.anvil.url()).await.unwrap();
    let disputes = local.deployment.contracts.disputes.address;
    let arbiter = key(3).unwrap().address();
    local.govern(disputes, Disputes::setArbiterCall { arbiter_: arbiter }.abi_encode()).await;
    let problems = check(&local.deployment, &[], &provider).await.unwrap().problems;
    assert_eq!(problems, [Problem::Key { account: arbiter, role: "the arbiter".into(), contract: "Disputes" }]);
    let council = local.deployment.contracts.governor.address;
    local.govern(disputes, Disputes::setArbiterCall { arbiter_: council }.abi_encode()).await;
    assert!(check(&local.deployment, &[], &provider).await.unwrap().passed());
}

#[tokio::test]
async fn a_contract_that_genesis_did_not_create_is_found_whatever_its_code() {
    let local = Deployed::start().await;
    let signer = signer(&local.anvil).await;
    let own = deployer();
    let timelock = GuerdonTimelock::deploy(&signer, U256::from(86_400), own, own).await.unwrap();
    let treasury = Treasury::deploy(&signer, own, vec![]).await.unwrap();
    let mut bad = local.deployment.clone();
    bad.contracts.timelock.address = *timelock.address();
    bad.contracts.treasury.address = *treasury.address();
    let problems = check(&bad, &[], &signer).await.unwrap().problems;
    for contract in ["GuerdonTimelock", "Treasury"] {
        let text = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(text.contains(&format!("{contract} at ")), "{text}");
        assert!(text.contains("was not created by this deployment's Genesis"), "{text}");
    }
}

#[tokio::test]
async fn missing_tampered_or_foreign_code_and_another_chain_are_found() {
    let local = Deployed::start().await;
    let provider = connect(local.anvil.url()).await.unwrap();
    let mut bad = local.deployment.clone();
    bad.contracts.treasury.address = Address::repeat_byte(1);
    bad.contracts.governor.address = bad.contracts.token.address;
    let problems = check(&bad, &[], &provider).await.unwrap().problems;
    assert!(matches!(problems[0], Problem::Code { contract: "GuerdonGovernor", empty: false, .. }), "{problems:?}");
    assert!(matches!(problems[1], Problem::Code { contract: "Treasury", empty: true, .. }), "{problems:?}");
    let mut elsewhere = local.deployment.clone();
    elsewhere.chain_id = 5;
    let error = check(&elsewhere, &[], &provider).await.unwrap_err().to_string();
    assert_eq!(error, "the RPC is on chain 31337 but the deployment is of chain 5");

    // One byte is enough.
    let address = local.deployment.contracts.links.address;
    let mut code = provider.get_code_at(address).await.unwrap().to_vec();
    let last = code.len() - 1;
    code[last] ^= 1;
    provider.anvil_set_code(address, Bytes::from(code)).await.unwrap();
    let problems = check(&local.deployment, &[], &provider).await.unwrap().problems;
    assert_eq!(problems, [Problem::Code { contract: "Links", address, empty: false }]);
}

#[tokio::test]
async fn other_constructor_arguments_than_those_of_the_record_are_found() {
    let local = Deployed::start().await;
    let provider = connect(local.anvil.url()).await.unwrap();
    let mut lies = local.deployment.clone();
    let mut args = lies.contracts.token.constructor_args.to_vec();
    let last = args.len() - 1;
    args[last] ^= 1;
    lies.contracts.token.constructor_args = args.into();
    let problems = check(&lies, &[], &provider).await.unwrap().problems;
    assert!(
        matches!(problems[..], [Problem::Creation { contract: "GuerdonToken", found: Some(_), .. }]),
        "{problems:?}"
    );
}
