//! A distributor that follows another one takes over its links, under the same delay.

use super::town::{Town, address, id_of};
use alloy::primitives::Address;
use guerdon::chain::Chain;
use guerdon_bindings::Deployment;
use guerdon_core::model::ContributorId;
use guerdon_tests::sandbox::{DAY, DEPLOYER, STRANGER, binary, output, secret, wallet};
use tokio::process::Command;

const LOGIN: &str = "wren-okafor";
const OTHER: &str = "jun-parkway";

#[tokio::test(flavor = "multi_thread")]
async fn links_are_adopted_from_the_distributor_before() {
    let town = Town::start().await;
    let [a, b, _] = town.three().await;
    let urls = [a.api.as_str(), &b.api];
    let (first, second) = (wallet(0), wallet(1));
    town.coin(first).await;
    town.coin(second).await;
    let gist = town.publish(LOGIN, first).await;
    town.link(LOGIN, &gist, &urls).await;

    let before = town.sandbox.deployment.distributor();
    let after = deploy_successor(&town, before).await;
    assert_ne!(after.distributor(), before);
    // From now on contributors have the record of the new one.
    std::fs::copy(town.path("successor.json"), town.path("deployment.json")).unwrap();
    assert!(town.status(LOGIN, &[]).await["wallet"].is_null());

    town.refuses(STRANGER, &["link", "adopt", OTHER], &["Links_NothingToAdopt"]).await;
    let said = town.ok(STRANGER, &["link", "adopt", LOGIN, "--json"]).await;
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&said["contributor_id"], &said["wallet"]), (&id_of(LOGIN).into(), &serde_json::Value::Null));
    let waits = town.status(LOGIN, &[]).await;
    assert_eq!(waits["pending"]["wallet"], serde_json::json!(address(first)), "{waits}");
    town.refuses(STRANGER, &["link", "adopt", LOGIN], &["Links_WrongStatus"]).await;
    town.refuses(STRANGER, &["link", "activate", LOGIN], &["Links_TooEarly"]).await;
    town.wait(DAY + 1).await;
    town.ok(STRANGER, &["link", "activate", LOGIN]).await;
    let chain = Chain::connect(town.sandbox.anvil.url(), &after).await.unwrap();
    let wallet_there = async |login| chain.account(ContributorId(id_of(login))).await.unwrap().wallet;
    assert_eq!(wallet_there(LOGIN).await, Some(address(first)));
    assert_eq!(wallet_there(OTHER).await, None);
    town.refuses(STRANGER, &["link", "adopt", LOGIN], &["Links_Linked"]).await;
}

/// The same system again, whose links begin with those of the one before.
async fn deploy_successor(town: &Town, before: Address) -> Deployment {
    let config = std::fs::read_to_string(town.path("deploy.toml")).unwrap();
    let config = config
        .replace("salt = \"sandbox\"", "salt = \"successor\"")
        .replace("[links]\n", &format!("[links]\nprevious = \"{before}\"\n"));
    std::fs::write(town.path("successor.toml"), config).unwrap();
    let record = town.path("successor.json");
    let mut deploy = Command::new(binary("guerdon-deploy").unwrap());
    deploy.arg("deploy").arg("--config").arg(town.path("successor.toml")).arg("--out").arg(&record);
    deploy.args(["--rpc-url", town.sandbox.anvil.url()]).env("ETH_PRIVATE_KEY", secret(DEPLOYER).unwrap());
    output(deploy).await.unwrap().succeeded("guerdon-deploy deploy").unwrap();
    Deployment::from_json(&std::fs::read_to_string(record).unwrap()).unwrap()
}
