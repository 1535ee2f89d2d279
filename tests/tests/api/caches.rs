//! What caches, other pages and clients that have an answer already are told.

use crate::bench::Bench;
use crate::client::{ask, get, header, value};
use alloy::transports::http::reqwest::Method;
use guerdon_core::policy::Policy;
use guerdon_tests::sandbox::Daemon;

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_known_is_not_sent_again() {
    let bench = Bench::start().await;
    bench.link_early().await;
    bench.pay(1).await;
    let daemon = bench.sandbox.daemon().await.unwrap();
    tags(&daemon).await;
    evidence(&daemon).await;
    policy(&daemon).await;
    other_origins(&daemon).await;
}

async fn tags(daemon: &Daemon) {
    let paths = [
        "/v1/epochs",
        "/v1/epochs/1",
        "/v1/epochs/1/entries?limit=2",
        "/v1/epochs/1/explanations",
        "/v1/contributors",
        "/v1/contributors/priya-ramanan",
        "/v1/contributors/priya-ramanan/explain",
        "/v1/openapi.json",
        "/v1/epochs/1/evidence",
    ];
    let mut seen = Vec::new();
    for path in paths {
        let first = get(daemon, path, &[]).await;
        let tag = header(&first, "etag").unwrap().to_owned();
        assert!(tag.len() > 30 && tag.starts_with('"') && tag.ends_with('"'), "{path}: {tag} is no strong tag");
        assert!(header(&first, "cache-control").unwrap().contains("public"), "{path}");
        let length = first.content_length();
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            let again = get(daemon, path, &[("if-none-match", &known)]).await;
            assert_eq!(again.status(), 304, "{path}, {known}");
            assert_eq!(header(&again, "etag"), Some(tag.as_str()), "{path}");
            assert!(header(&again, "cache-control").is_some(), "{path}");
            assert_eq!(again.bytes().await.unwrap().len(), 0, "{path}");
        }
        let other = get(daemon, path, &[("if-none-match", "\"other\"")]).await;
        assert_eq!((other.status().as_u16(), header(&other, "etag")), (200, Some(tag.as_str())), "{path}");
        let head = ask(daemon, Method::HEAD, path, &[]).await;
        assert_eq!((head.status().as_u16(), header(&head, "etag")), (200, Some(tag.as_str())), "{path}");
        if length.is_some() {
            assert_eq!(header(&head, "content-length").map(|length| length.parse().unwrap()), length, "{path}");
        }
        seen.push(tag);
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), paths.len(), "different answers have different tags");
    // An error is no answer to keep.
    let missing = get(daemon, "/v1/epochs/9", &[("if-none-match", "*")]).await;
    assert_eq!((missing.status().as_u16(), header(&missing, "etag")), (404, None));
    assert_eq!(header(&missing, "cache-control"), Some("no-store"));
}

async fn evidence(daemon: &Daemon) {
    let hash = value(daemon, "/v1/epochs/1").await["evidence_hash"].as_str().unwrap().to_owned();
    let path = format!("/v1/evidence/{hash}");
    let plain = get(daemon, &path, &[]).await;
    assert_eq!(header(&plain, "etag"), Some(format!("\"{hash}\"").as_str()));
    assert!(header(&plain, "cache-control").unwrap().contains("immutable"));
    assert_eq!(header(&plain, "content-encoding"), None);
    assert_eq!(header(&plain, "vary"), Some("accept-encoding"));
    let plain = plain.bytes().await.unwrap();
    for accepted in ["zstd", "gzip, zstd;q=0.5"] {
        let packed = get(daemon, &path, &[("accept-encoding", accepted)]).await;
        assert_eq!(header(&packed, "content-encoding"), Some("zstd"));
        assert_ne!(header(&packed, "etag"), Some(format!("\"{hash}\"").as_str()), "other bytes, another tag");
        let packed = packed.bytes().await.unwrap();
        assert!(packed.len() * 2 < plain.len());
        assert_eq!(zstd::decode_all(packed.as_ref()).unwrap(), plain);
    }
    let refused = get(daemon, &path, &[("accept-encoding", "gzip, zstd; q=0")]).await;
    assert_eq!(refused.bytes().await.unwrap(), plain);
    let by_epoch = get(daemon, "/v1/epochs/1/evidence", &[]).await;
    assert!(!header(&by_epoch, "cache-control").unwrap().contains("immutable"), "another round may come");
    assert_eq!(by_epoch.bytes().await.unwrap(), plain);
}

async fn policy(daemon: &Daemon) {
    let hash = value(daemon, "/v1/epochs/1").await["policy_hash"].as_str().unwrap().to_owned();
    let path = format!("/v1/policies/{hash}");
    let answer = get(daemon, &path, &[]).await;
    assert_eq!(header(&answer, "content-type"), Some("text/plain; charset=utf-8"));
    let tag = format!("\"{hash}\"");
    assert_eq!(header(&answer, "etag"), Some(tag.as_str()));
    assert!(header(&answer, "cache-control").unwrap().contains("immutable"));
    let text = answer.text().await.unwrap();
    assert_eq!(Policy::from_toml(&text).unwrap().hash().unwrap().to_string(), hash);
    assert!(text.contains('#'), "as it was written, with its comments");
    assert_eq!(get(daemon, &path, &[("if-none-match", &tag)]).await.status(), 304);
    let unknown = format!("/v1/policies/0x{}", "0".repeat(64));
    assert_eq!(get(daemon, &unknown, &[]).await.status(), 404);
    for malformed in ["0x12", "..%2fguerdon.toml", "policy.toml"] {
        assert_eq!(get(daemon, &format!("/v1/policies/{malformed}"), &[]).await.status(), 400, "{malformed}");
    }
}

async fn other_origins(daemon: &Daemon) {
    let origin = ("origin", "https://page.example");
    for (path, status) in [("/v1/epochs", 200), ("/v1/epochs/9", 404), ("/v1/epochs?limit=0", 400)] {
        let answer = get(daemon, path, &[origin]).await;
        assert_eq!(answer.status(), status);
        assert_eq!(header(&answer, "access-control-allow-origin"), Some("*"), "{path}");
        assert!(header(&answer, "access-control-expose-headers").unwrap().contains("etag"), "{path}");
    }
    let wanted =
        [origin, ("access-control-request-method", "GET"), ("access-control-request-headers", "if-none-match")];
    let preflight = ask(daemon, Method::OPTIONS, "/v1/contributors", &wanted).await;
    assert_eq!(preflight.status(), 204);
    assert_eq!(header(&preflight, "access-control-allow-origin"), Some("*"));
    assert_eq!(header(&preflight, "access-control-allow-methods"), Some("GET, HEAD"));
    assert_eq!(header(&preflight, "access-control-allow-headers"), Some("if-none-match"));
    assert_eq!(ask(daemon, Method::OPTIONS, "/v1/epochs", &[origin]).await.status(), 405);
    // What changes something is for nobody's page.
    for path in ["/webhooks/github", "/metrics"] {
        let answer = ask(daemon, Method::OPTIONS, path, &wanted).await;
        assert_eq!(header(&answer, "access-control-allow-origin"), None, "{path}");
        assert_eq!(answer.status(), 405, "{path}");
    }
}
