//! Providers that fail, are on another chain, lag, contradict each other, or give few blocks at once.

use super::world::{EPOCH, Scene};
use guerdon::chain::{BatchStatus, Chain, ChainConfig, ChainError, RpcUrls};
use guerdon::run::chain_of;
use guerdon_tests::anvil::{Anvil, Options};
use guerdon_tests::rpc::{Fault, Lie};
use serde_json::json;
use std::time::{Duration, Instant};

fn every_fault() -> Vec<Fault> {
    vec![
        Fault::Close,
        Fault::Lost,
        Fault::TooManyRequests { retry_after: None },
        Fault::TooManyRequests { retry_after: Some(1) },
        Fault::Status(500),
        Fault::Status(503),
        Fault::Status(401),
        Fault::Html,
        Fault::Truncated,
        Fault::Malformed,
        Fault::Error { code: -32005, message: "project ID request rate exceeded".to_owned() },
        Fault::Error { code: -32603, message: "internal error".to_owned() },
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_provider_fails_at_for_a_moment_is_waited_out() {
    let scene = Scene::start(1).await;
    let chain = scene.chain().await;
    for fault in every_fault() {
        for method in ["eth_call", "eth_getBlockByNumber", "eth_chainId"] {
            scene.proxies[0].fail_next_of(method, 2, &fault);
        }
        let state = chain.batch(EPOCH).await.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        assert_eq!(state.status, BatchStatus::None);
        scene.proxies[0].heal();
    }
    // What goes on is told, with the host and without the rest of its address.
    scene.proxies[0].fail_all(&Fault::Html);
    let error = chain_of(&chain.batch(EPOCH).await.unwrap_err());
    assert!(error.contains(&scene.proxies[0].url()) && error.contains("not JSON-RPC"), "{error}");
    assert!(!error.contains("Welcome"), "a page for people is no message: {error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_kept_as_long_as_the_provider_says() {
    let scene = Scene::start(1).await;
    let chain = scene.chain().await;
    let before = scene.proxies[0].calls().len();
    let began = Instant::now();
    scene.proxies[0].fail_next(1, &Fault::TooManyRequests { retry_after: Some(2) });
    chain.batch(EPOCH).await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(2), "asked again after {:?}", began.elapsed());
    assert!(scene.proxies[0].calls().len() - before <= 5);

    // A wait that is too long for one request is not sat out, and not ignored either.
    scene.proxies[0].fail_next(1, &Fault::TooManyRequests { retry_after: Some(300) });
    let error = chain_of(&chain.batch(EPOCH).await.unwrap_err());
    assert!(error.contains("300 s"), "{error}");
    let before = scene.proxies[0].calls().len();
    chain.batch(EPOCH).await.unwrap_err();
    assert_eq!(scene.proxies[0].calls().len(), before, "it was asked before the time");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_of_two_providers_fails_at_the_other_answers() {
    let scene = Scene::start(2).await;
    for agree in [None, Some(1)] {
        for fault in every_fault() {
            let chain = scene.chain_with(ChainConfig { rpc_agree: agree, ..scene.config() }).await;
            scene.proxies[0].fail_all(&fault);
            let state = chain.batch(EPOCH).await.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
            assert_eq!(state.status, BatchStatus::None);
            scene.proxies[0].heal();
        }
    }
    // Nobody listens at all.
    let urls = ["http://127.0.0.1:9".to_owned(), scene.proxies[1].url()];
    let config = ChainConfig { rpc_url: RpcUrls::from_iter(urls), ..scene.config() };
    scene.chain_with(config.clone()).await.batch(EPOCH).await.unwrap();
    // Whoever says that two must agree means it.
    let strict = Chain::open(&ChainConfig { rpc_agree: Some(2), ..config }, &scene.local.deployment).await;
    let error = chain_of(&strict.unwrap_err());
    assert!(error.contains("1 of the 2") && error.contains("chain.rpc_agree"), "{error}");
    assert!(error.contains("http://127.0.0.1:9"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_rpc_on_another_chain_is_never_used() {
    let scene = Scene::start(2).await;
    let (bad, good) = (&scene.proxies[0], &scene.proxies[1]);
    let elsewhere = Fault::Lie(Lie::result(json!("0x1")));
    bad.fail_all_of("eth_chainId", &elsewhere);
    let chain = scene.chain().await;
    chain.batch(EPOCH).await.unwrap();
    assert_eq!((bad.count("eth_call"), bad.count("eth_getLogs")), (0, 0));
    assert!(good.count("eth_call") > 0);

    good.fail_all_of("eth_chainId", &elsewhere);
    let error = Chain::open(&scene.config(), &scene.local.deployment).await.unwrap_err();
    assert!(chain_of(&error).contains("is on chain 1"), "{}", chain_of(&error));
    let other = Anvil::start(Options { chain_id: 5, ..Options::default() }).await.unwrap();
    let error = Chain::connect(other.url(), &scene.local.deployment).await.unwrap_err();
    assert!(matches!(error, ChainError::WrongChain { found: 5, expected: 31_337, .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_rpc_that_comes_to_another_chain_later_is_left() {
    let scene = Scene::start(2).await;
    let chain = scene.chain_with(ChainConfig { rpc_agree: Some(1), ..scene.config() }).await;
    let first = &scene.proxies[0];
    chain.batch(EPOCH).await.unwrap();
    assert!(first.count("eth_call") > 0);
    first.fail_all_of("eth_chainId", &Fault::Lie(Lie::result(json!("0x1"))));
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let before = first.count("eth_call");
    for _ in 0..5 {
        chain.batch(EPOCH).await.unwrap();
    }
    assert_eq!(first.count("eth_call"), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_rpc_that_is_behind_is_not_read_until_it_caught_up() {
    let scene = Scene::start(2).await;
    let chain = scene.chain_with(ChainConfig { rpc_agree: Some(1), ..scene.config() }).await;
    let first = &scene.proxies[0];
    let now = chain.now().await.unwrap();
    first.lag(10);
    scene.mine(3).await;
    assert_eq!(chain.now().await.unwrap().block, now.block + 3);
    let before = first.count("eth_call");
    scene.post(&scene.sender(&chain)).await.unwrap();
    assert_eq!(chain.batch(EPOCH).await.unwrap().status, BatchStatus::Posted);
    assert_eq!(first.count("eth_call"), before);
    first.heal();
    chain.batch(EPOCH).await.unwrap();
    assert!(first.count("eth_call") > before);
}

#[tokio::test(flavor = "multi_thread")]
async fn time_never_goes_back_with_an_rpc() {
    let scene = Scene::start(1).await;
    let chain = scene.chain().await;
    scene.mine(10).await;
    let now = chain.now().await.unwrap();
    scene.proxies[0].lag(8);
    let error = chain_of(&chain.now().await.unwrap_err());
    assert!(error.contains("behind block") && error.contains(&scene.proxies[0].url()), "{error}");
    chain.batch(EPOCH).await.unwrap_err();
    scene.proxies[0].heal();
    assert_eq!(chain.now().await.unwrap(), now);
}

/// The state of the batch, as a liar has it: settled with other money.
fn other_batch(scene: &Scene) -> Fault {
    let distributor = scene.local.deployment.distributor().to_string().to_lowercase();
    Fault::Lie(Lie::new(move |request, answer| {
        let to_distributor = request["params"][0]["to"].as_str().is_some_and(|to| to.to_lowercase() == distributor);
        if to_distributor && answer.get("error").is_none() {
            // A batch that nobody posted looks settled, and what is simulated looks well in any case.
            let result = answer["result"].as_str().unwrap_or_default().replace("0x", "");
            answer["result"] =
                json!(format!("0x{}5{}", result.get(..63).unwrap_or_default(), result.get(64..).unwrap_or_default()));
        }
    }))
}

#[tokio::test(flavor = "multi_thread")]
async fn rpcs_that_contradict_each_other_stop_everything_and_are_named() {
    let scene = Scene::start(3).await;
    let chain = scene.chain().await;
    scene.proxies[0].fail_all_of("eth_call", &other_batch(&scene));
    for error in [
        chain.batch(EPOCH).await.map(drop).unwrap_err(),
        chain.terms_of(EPOCH).await.map(drop).unwrap_err(),
        chain.oracle_set().await.map(drop).unwrap_err(),
        chain.account(guerdon_core::model::ContributorId(42)).await.map(drop).unwrap_err(),
        scene.post(&scene.sender(&chain)).await.map(drop).unwrap_err(),
    ] {
        let error = chain_of(&error);
        assert!(error.contains("differently at the same block"), "{error}");
        for proxy in &scene.proxies[..2] {
            assert!(error.contains(&proxy.url()), "{error}");
        }
    }
    assert_eq!((scene.nonce().await, scene.rows().await.len()), (0, 0));

    // Events, too: here the liar hides them.
    scene.proxies[0].heal();
    scene.post(&scene.sender(&chain)).await.unwrap();
    scene.proxies[1].fail_all_of("eth_getLogs", &Fault::Lie(Lie::result(json!([]))));
    let error = chain_of(&chain.posted(EPOCH, 1).await.unwrap_err());
    assert!(error.contains("eth_getLogs differently"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_claims_to_be_ahead_moves_nobody() {
    let scene = Scene::start(3).await;
    let chain = scene.chain().await;
    let now = chain.now().await.unwrap();
    let ahead = Lie::new(|_, answer| {
        answer["result"]["number"] = json!("0xffffff");
        answer["result"]["timestamp"] = json!("0xffffffff");
    });
    scene.proxies[0].fail_all_of("eth_getBlockByNumber", &Fault::Lie(ahead));
    assert_eq!(chain.now().await.unwrap(), now);
    assert_eq!(chain.batch(EPOCH).await.unwrap().status, BatchStatus::None);
}

#[tokio::test(flavor = "multi_thread")]
async fn ranges_of_blocks_are_halved_until_the_provider_gives_them() {
    for message in [
        "query returned more than 10000 results",
        "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range",
        "eth_getLogs is limited to a 10,000 range",
        "exceed maximum block range: 5",
    ] {
        let scene = Scene::start(1).await;
        let chain = scene.chain().await;
        let sender = scene.sender(&chain);
        scene.post(&sender).await.unwrap();
        scene.mine(40).await;
        scene.finish(&chain, &sender).await;
        let (posted, credits) = (chain.posted(EPOCH, 1).await.unwrap(), chain.credits().await.unwrap());
        let message = message.to_owned();
        let block = |value: &serde_json::Value| u64::from_str_radix(&value.as_str().unwrap()[2..], 16).unwrap();
        let few = Lie::new(move |request, answer| {
            let filter = &request["params"][0];
            if block(&filter["toBlock"]) - block(&filter["fromBlock"]) >= 5 {
                let error = json!({ "code": -32005, "message": message });
                *answer = json!({ "jsonrpc": "2.0", "id": request["id"], "error": error });
            }
        });
        scene.proxies[0].fail_all_of("eth_getLogs", &Fault::Lie(few));
        assert_eq!(chain.posted(EPOCH, 1).await.unwrap(), posted);
        assert_eq!(chain.credits().await.unwrap(), credits);
        assert_eq!(credits.values().map(|credits| credits.txs.len()).sum::<usize>(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_third_of_all_calls_failing_an_epoch_is_paid_once() {
    let scene = Scene::start(2).await;
    let chain = scene.chain().await;
    let faults = [Fault::Close, Fault::Lost, Fault::Status(502), Fault::Html, Fault::Malformed];
    for (seed, proxy) in (1..).zip(&scene.proxies) {
        proxy.fail_at_random(seed, 30, &faults);
    }
    let sender = scene.sender(&chain);
    scene.post(&sender).await.unwrap();
    scene.finish(&chain, &sender).await;
    assert_eq!(scene.on_chain().await, (1, 2, 2));
    assert_eq!(scene.nonce().await, 5, "each step took one transaction");
    let calls: Vec<_> = scene.proxies.iter().flat_map(guerdon_tests::rpc::Proxy::calls).collect();
    let spoilt = calls.iter().filter(|call| call.spoilt).count();
    println!("{} calls, {spoilt} of them spoilt", calls.len());
    assert!(spoilt > 20);
}
