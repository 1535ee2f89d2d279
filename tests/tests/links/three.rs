//! Three oracles, each for itself, and a contributor who has neither a configuration nor a key of theirs.

use super::town::{Town, address, ask, id_of, pending, sign_typed};
use alloy::primitives::Address;
use guerdon_tests::sandbox::{output, wallet};
use std::str::FromStr as _;

const LOGIN: &str = "wren-okafor";

#[tokio::test(flavor = "multi_thread")]
async fn a_contributor_links_with_what_two_of_three_oracles_attest() {
    let town = Town::start().await;
    let [a, b, c] = town.three().await;
    let mine = wallet(0);

    // Nothing yet.
    let urls = [a.api.as_str(), &b.api, &c.api];
    let status = town.status(LOGIN, &urls).await;
    assert_eq!(status["contributor_id"], id_of(LOGIN));
    assert!(status["wallet"].is_null() && status["pending"].is_null());
    assert_eq!((&status["attestations"]["have"], &status["attestations"]["need"]), (&0.into(), &2.into()));
    assert_eq!(status["attestations"]["oracles"][0]["code"], "no_gist");
    assert!(pending(&a).await.is_empty());

    // A wallet in a browser signs what was printed; nobody here has its key.
    let to = address(mine).to_string();
    let message = output(town.contributor(&["link", "message", LOGIN, "--address", &to])).await.unwrap();
    assert_eq!(message.code, 0, "{}", message.stderr);
    let file = town.path("message.json");
    std::fs::write(&file, &message.stdout).unwrap();
    let file = file.to_str().unwrap();
    let gist = |signature: String| {
        let id = id_of(LOGIN).to_string();
        let args = ["link", "gist", LOGIN, "--id", &id, "--message", file, "--signature", &signature];
        let mut command = town.contributor(&args);
        command.env_remove("GITHUB_TOKEN");
        output(command)
    };
    let others = gist(sign_typed(wallet(1), &message.stdout)).await.unwrap();
    assert_eq!((others.code, others.stdout.as_str()), (1, ""));
    assert!(others.stderr.contains("not the signature of the wallet"), "{}", others.stderr);
    let text = gist(sign_typed(mine, &message.stdout)).await.unwrap();
    assert_eq!(text.code, 0, "{}", text.stderr);
    town.sync().await;
    let gist = town.world().add_gist(LOGIN, "guerdon.md", &text.stdout).unwrap();

    // Each oracle attests by itself, as often as it is asked, and asks GitHub once.
    let mut signers = Vec::new();
    for daemon in [&a, &b, &c] {
        let (status, said) = ask(daemon, LOGIN, Some(&gist.id)).await;
        assert_eq!(status, 200, "{said}");
        assert_eq!(said["link"]["contributor_id"], id_of(LOGIN));
        assert_eq!(Address::from_str(said["link"]["wallet"].as_str().unwrap()).unwrap(), address(mine));
        assert_eq!(
            (&said["link"]["nonce"], &said["oracle_set"], &said["gist"]),
            (&0.into(), &1.into(), &gist.id.as_str().into())
        );
        assert_eq!(said["signatures"].as_array().unwrap().len(), 1);
        signers.push(said["signatures"][0]["signer"].as_str().unwrap().to_lowercase());
        assert_eq!(ask(daemon, LOGIN, Some(&gist.id)).await, (200, said));
    }
    signers.sort();
    let members: Vec<String> =
        town.sandbox.deployment.oracles.iter().map(|member| member.to_string().to_lowercase()).collect();
    assert_eq!(signers, members);
    let looked = town.world().requests().iter().filter(|asked| asked.path.ends_with(&gist.id)).count();
    assert_eq!(looked, 3, "each oracle looks at a gist once a minute");

    // One oracle is dead, and one attestation is too few.
    let dead = c.api.clone();
    c.stop().await.unwrap();
    let few = town.submit_gist(LOGIN, Some(&gist.id), &[&a.api, &dead]).await;
    assert_eq!((few.code, few.stdout.as_str()), (1, ""));
    assert!(few.stderr.contains("only 1 of 2 needed"), "{}", few.stderr);
    assert!(few.stderr.contains(&format!("{dead}: it cannot be reached")), "{}", few.stderr);
    let twice = town.submit_gist(LOGIN, Some(&gist.id), &[&a.api, &format!("{}/", a.api)]).await;
    assert!(twice.stderr.contains("only 1 of 2 needed"), "one oracle is no two: {}", twice.stderr);
    assert_eq!(town.wallet_of(LOGIN).await, None);

    let urls = [dead.as_str(), &b.api, &a.api];
    let linked = town.submit_gist(LOGIN, Some(&gist.id), &urls).await;
    assert_eq!(linked.code, 0, "{}", linked.stderr);
    assert!(linked.stdout.contains(&format!("is linked to {}", address(mine))), "{}", linked.stdout);
    assert_eq!(town.wallet_of(LOGIN).await, Some(address(mine)));

    // It did what it was for.
    let again = town.submit_gist(LOGIN, Some(&gist.id), &urls).await;
    assert!(again.stderr.contains("already linked"), "{}", again.stderr);
    let (status, said) = ask(&b, LOGIN, Some(&gist.id)).await;
    assert_eq!((status, &said["code"]), (422, &"already_linked".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_asked_for_that_a_contributor_cannot_have() {
    let town = Town::start().await;
    let run = |mut command: tokio::process::Command| async move {
        command.env_remove("GITHUB_TOKEN");
        let output = output(command).await.unwrap();
        assert_eq!((output.code, output.stdout.as_str()), (1, ""), "{output:?}");
        output.stderr
    };
    // No token: the number is asked for, and where it is found.
    let said = run(town.contributor(&["link", "status", LOGIN])).await;
    assert!(said.contains("--id") && said.contains("GITHUB_TOKEN"), "{said}");
    // No oracle that answers: the set's own address is tried.
    let mut command = town.contributor(&["link", "submit", LOGIN, "--key", "env:WALLET_KEY"]);
    command.env("WALLET_KEY", guerdon_tests::sandbox::secret(8).unwrap());
    let said = run(command).await;
    assert!(said.contains("http://127.0.0.1: ") && said.contains("only 0 of 2 needed"), "{said}");
    let said = run(town.contributor(&["link", "submit", LOGIN, "--oracle", "http://127.0.0.1:9"])).await;
    assert!(said.contains("who pays"), "{said}");
    let mut bare = tokio::process::Command::new(guerdon_tests::sandbox::binary("guerdon").unwrap());
    bare.args(["link", "pending"]).current_dir(town.path("home")).env_remove("ETH_RPC_URL");
    let said = run(bare).await;
    assert!(said.contains("--rpc-url") && said.contains("--deployment"), "{said}");
}
