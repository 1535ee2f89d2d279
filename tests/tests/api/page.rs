//! The page out of the binary, and what it is told of the deployment.

use crate::bench::Bench;
use crate::client::{ask, get, header, value};
use alloy::transports::http::reqwest::{Client, Method, redirect};
use guerdon_tests::sandbox::{Daemon, root};

#[tokio::test(flavor = "multi_thread")]
async fn the_binary_has_the_page_and_says_what_it_may_load() {
    let bench = Bench::start().await;
    let daemon = bench.sandbox.daemon().await.unwrap();
    files(&daemon).await;
    configuration(&bench, &daemon).await;
    short_addresses(&daemon).await;
}

async fn files(daemon: &Daemon) {
    let index = get(daemon, "/", &[]).await;
    assert_eq!(index.status(), 200, "this binary was built without the page: run `make build`");
    assert_eq!(header(&index, "content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(header(&index, "cache-control"), Some("public, no-cache"));
    assert_eq!(header(&index, "x-content-type-options"), Some("nosniff"));
    let policy = header(&index, "content-security-policy").unwrap().to_owned();
    let tag = header(&index, "etag").unwrap().to_owned();
    let text = index.text().await.unwrap();
    assert_eq!(get(daemon, "/", &[("if-none-match", &tag)]).await.status(), 304);
    assert_eq!(get(daemon, "/index.html", &[]).await.text().await.unwrap(), text);

    // A static host has no headers: the same policy stands in the file, but for what only a header can say.
    let said =
        text.split("http-equiv=\"Content-Security-Policy\" content=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(policy, format!("{said}; frame-ancestors 'none'"));
    for rule in ["default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "base-uri 'none'"] {
        assert!(policy.split("; ").any(|one| one == rule), "no {rule} in {policy}");
    }
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
    assert!(!text.contains("<style") && !text.contains(" style=") && !text.contains("onload="), "{text}");

    let named = text.split('"').filter_map(|part| part.strip_prefix("./")).filter(|path| !path.is_empty());
    let named: Vec<&str> = named.collect();
    let kinds = [(".js", "text/javascript; charset=utf-8"), (".css", "text/css; charset=utf-8")];
    for (end, kind) in kinds {
        let path = named.iter().find(|path| path.ends_with(end)).unwrap_or_else(|| panic!("no {end} in {text}"));
        let plain = get(daemon, &format!("/{path}"), &[]).await;
        assert_eq!((plain.status().as_u16(), header(&plain, "content-type")), (200, Some(kind)), "{path}");
        assert_eq!(header(&plain, "cache-control"), Some("public, max-age=31536000, immutable"), "{path}");
        assert_eq!((header(&plain, "content-encoding"), header(&plain, "vary")), (None, Some("accept-encoding")));
        assert_eq!(
            header(&plain, "content-security-policy"),
            Some(policy.as_str()),
            "workers have the policy of their file"
        );
        let packed = get(daemon, &format!("/{path}"), &[("accept-encoding", "gzip, br")]).await;
        assert_eq!(header(&packed, "content-encoding"), Some("gzip"), "{path}");
        assert_ne!(header(&packed, "etag"), header(&plain, "etag"), "{path}");
        let (packed, plain) = (packed.bytes().await.unwrap(), plain.bytes().await.unwrap());
        assert!(packed.starts_with(&[0x1f, 0x8b]) && packed.len() < plain.len(), "{path}");
    }
    assert_eq!(get(daemon, "/assets/none.js", &[]).await.status(), 404);
    assert_eq!(ask(daemon, Method::POST, "/", &[]).await.status(), 405);
}

async fn configuration(bench: &Bench, daemon: &Daemon) {
    let shown = value(daemon, "/config.json").await;
    let deployment = &bench.sandbox.deployment;
    assert_eq!(shown["chain"]["id"], 31_337);
    assert_eq!(shown["chain"]["rpcs"][0], bench.sandbox.anvil.url(), "a local chain's RPC is no secret");
    assert_eq!(shown["block"], deployment.block);
    assert_eq!(shown["unit"], deployment.unit.to_string());
    for (name, deployed) in [
        ("distributor", &deployment.contracts.distributor),
        ("earnedVotes", &deployment.contracts.earned_votes),
        ("veto", &deployment.contracts.contributor_veto),
    ] {
        let address: alloy::primitives::Address = shown["contracts"][name].as_str().unwrap().parse().unwrap();
        assert_eq!(address, deployed.address, "{name}");
    }
    assert_eq!(shown["ranking"], false);
    // The policy can be read where the page is, and has the hash that it is named by.
    let policy = &shown["policies"][0];
    let text = daemon.get(&format!("/{}", policy["uri"].as_str().unwrap())).await.unwrap();
    assert_eq!(text, (200, std::fs::read_to_string(root().join("policy.toml")).unwrap()));
    let hash = guerdon_core::policy::Policy::from_toml(&text.1).unwrap().hash().unwrap();
    assert_eq!(policy["hash"], hash.to_string());
}

async fn short_addresses(daemon: &Daemon) {
    let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    let ask = async |path: &str| client.get(format!("{}{path}", daemon.api)).send().await.unwrap();
    for who in ["jun-parkway", "90100004", "seedlingbot[bot]"] {
        let answer = ask(&format!("/c/{who}")).await;
        assert_eq!(answer.status(), 302, "{who}");
        assert_eq!(header(&answer, "location"), Some(format!("../#/c/{who}").as_str()));
    }
    for wrong in
        ["/c/%22%3E%3Cscript%3E", "/c/a%0d%0aset-cookie:x", "/c/..%2f..%2fx", &format!("/c/{}", "a".repeat(65))]
    {
        assert_eq!(ask(wrong).await.status(), 404, "{wrong}");
    }
}
