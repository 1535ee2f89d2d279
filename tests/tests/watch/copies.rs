//! Evidence in other places: a bucket that checks signatures by AWS's description of version 4, and a node that
//! names what it is given by its content.

use super::bench::Bench;
use super::quorum::stranger;
use aws_lc_rs::hmac;
use guerdon::store::{Store, StoredCopy};
use guerdon_core::evidence;
use guerdon_core::model::Epoch;
use guerdon_tests::mirror::{Asked, Mirror, Reply};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const ACCESS_KEY: &str = "AKIDSANDBOX000000000";
const SECRET_KEY: &str = "sandbox/secret+key/0123456789abcdef012345";
const REGION: &str = "eu-sandbox-1";
const BOUNDARY: &str = "boundary=";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

/// Whether a signed address is signed with the secret key: the canonical request is made anew from what came.
fn is_signed(asked: &Asked) -> bool {
    let (path, query) = asked.target.split_once('?').unwrap();
    let mut pairs: Vec<(&str, &str)> = query.split('&').map(|pair| pair.split_once('=').unwrap()).collect();
    let given =
        |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()).unwrap();
    let (signature, date, names) = (given("X-Amz-Signature"), given("X-Amz-Date"), given("X-Amz-SignedHeaders"));
    let scope = format!("{}/{REGION}/s3/aws4_request", &date[..8]);
    let credential = given("X-Amz-Credential").replace("%2F", "/");
    pairs.retain(|(name, _)| *name != "X-Amz-Signature");
    pairs.sort_unstable();
    let query: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let names = names.replace("%3B", ";");
    let headers: String = names
        .split(';')
        .map(|name| format!("{name}:{}\n", asked.headers.get(name).map_or("", |value| value.trim())))
        .collect();
    let request = format!("{}\n{path}\n{}\n{headers}\n{names}\nUNSIGNED-PAYLOAD", asked.method, query.join("&"));
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(&Sha256::digest(request.as_bytes())));
    let key = [&date[..8], REGION, "s3", "aws4_request"]
        .iter()
        .fold(format!("AWS4{SECRET_KEY}").into_bytes(), |key, part| mac(&key, part));
    credential == format!("{ACCESS_KEY}/{scope}")
        && names.contains("content-encoding")
        && hex(&mac(&key, &text)) == signature
}

/// Keeps objects; the first requests find it out of order.
async fn bucket(failing: usize) -> Mirror {
    let objects: Arc<Mutex<BTreeMap<String, Vec<u8>>>> = Arc::default();
    let failing = Mutex::new(failing);
    Mirror::start(move |asked| {
        let path = asked.target.split('?').next().unwrap_or_default().to_owned();
        if asked.method == "GET" {
            return objects.lock().unwrap().get(&path).map_or(Reply::status(404), |object| Reply::ok(object.clone()));
        }
        let mut failing = failing.lock().unwrap();
        if *failing > 0 {
            *failing -= 1;
            return Reply { status: 503, body: b"<Error><Code>SlowDown</Code></Error>".to_vec() };
        }
        if asked.method != "PUT" || !is_signed(asked) {
            return Reply { status: 403, body: b"<Error><Code>SignatureDoesNotMatch</Code></Error>".to_vec() };
        }
        objects.lock().unwrap().insert(path, asked.body.clone());
        Reply::status(200)
    })
    .await
    .unwrap()
}

/// The CID of bytes in one block: version 1, raw, SHA-256, in base 32.
fn cid(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let binary = [&[1, 0x55, 0x12, 0x20], Sha256::digest(bytes).as_slice()].concat();
    let bits: Vec<u8> = binary.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let digit = |five: &[u8]| {
        let padded = (0..5).fold(0, |value, at| value << 1 | usize::from(five.get(at).copied().unwrap_or(0)));
        char::from(DIGITS[padded])
    };
    format!("b{}", bits.chunks(5).map(digit).collect::<String>())
}

/// The one file of a multipart form.
fn file_of(asked: &Asked) -> Vec<u8> {
    let kind = &asked.headers["content-type"];
    let boundary = &kind[kind.find(BOUNDARY).unwrap() + BOUNDARY.len()..];
    let start = asked.body.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let end = asked.body.len() - format!("\r\n--{boundary}--\r\n").len();
    assert!(asked.body.starts_with(format!("--{boundary}\r\n").as_bytes()));
    asked.body[start..end].to_vec()
}

async fn node() -> Mirror {
    Mirror::start(|asked| {
        if asked.method != "POST" || asked.headers.get("authorization").map(String::as_str) != Some("Bearer sandbox") {
            return Reply::status(403);
        }
        let cid = cid(&file_of(asked));
        Reply::ok(format!("{{\"Name\":\"file\",\"Hash\":\"{cid}\",\"Size\":\"1\"}}\n"))
    })
    .await
    .unwrap()
}

async fn copies(bench: &Bench) -> Vec<StoredCopy> {
    let store = Store::open(&format!("sqlite:{}", bench.path("guerdon.toml.db").display())).await.unwrap();
    let copies = store.copies().await.unwrap();
    store.close().await;
    copies
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_is_put_elsewhere_once_and_a_stranger_finds_it_there() {
    let bench = Bench::start().await;
    bench.link_early().await;
    let (bucket, node) = (bucket(2).await, node().await);
    bench.write("s3.secret", SECRET_KEY);
    bench.write("ipfs.secret", "Bearer sandbox");
    let sections = format!(
        "\n[evidence.s3]\nendpoint = {:?}\nbucket = \"files\"\nprefix = \"of/us/\"\nregion = {REGION:?}\n\
         access_key = \"env:S3_ACCESS_KEY\"\nsecret_key = \"file:s3.secret\"\n\n\
         [evidence.ipfs]\napi = {:?}\nauthorization = \"file:ipfs.secret\"\n",
        bucket.address(),
        node.address()
    );
    bench.write("copying.toml", bench.read("guerdon.toml") + &sections);
    bench.settle(1).await;
    let environment = [("S3_ACCESS_KEY", ACCESS_KEY)];
    let daemon = bench.sandbox.daemon_in("copying.toml", &environment).await.unwrap();
    let mut found = copies(&bench).await;
    for _ in 0..600 {
        if found.len() >= 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        found = copies(&bench).await;
    }
    let store = Store::open(&format!("sqlite:{}", bench.path("guerdon.toml.db").display())).await.unwrap();
    let (hash, bytes) = store.evidence(Epoch(1), 1).await.unwrap().unwrap();
    store.close().await;
    let names: Vec<(&str, String)> = found.iter().map(|copy| (copy.place.as_str(), copy.name.clone())).collect();
    assert_eq!(names, [("ipfs", cid(&bytes)), ("s3", format!("of/us/{hash}"))], "{}", bench.read("copying.log"));
    assert_eq!(evidence::hash(&file_of(&node.asked()[0])), hash, "plain, so that every node names it alike");
    let (_, figures) = daemon.get("/metrics").await.unwrap();
    for words in [
        "guerdon_evidence_uploads_total{place=\"s3\",outcome=\"failed\"} 2",
        "guerdon_evidence_uploads_total{place=\"s3\",outcome=\"done\"} 1",
        "guerdon_evidence_uploads_total{place=\"ipfs\",outcome=\"done\"} 1",
        &format!("guerdon_evidence_bytes{{packing=\"plain\"}} {}", bytes.len()),
    ] {
        assert!(figures.contains(words), "{words}: {figures}");
    }
    daemon.stop().await.unwrap();

    // What is there is not put there again, while the next epoch's is.
    bench.settle(2).await;
    let daemon = bench.sandbox.daemon_in("copying.toml", &environment).await.unwrap();
    while copies(&bench).await.len() < 4 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    daemon.stop().await.unwrap();
    assert_eq!((bucket.asked().len(), node.asked().len()), (4, 2), "two of the bucket's were refused");

    let status = bench.ok(&["status"]).await;
    assert!(status.contains(&cid(&bytes)) && status.contains("of/us/"), "{status}");
    let place = format!("{}/files/of/us/", bucket.address());
    let output = stranger(&bench, &["verify", "1", "--from", &place]).await;
    assert_eq!(output.code, 0, "{output:?}");

    let log = bench.read("copying.log");
    for secret in [SECRET_KEY, "Bearer sandbox", "X-Amz-Signature"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    let mut shown = bench.command("copying.toml", &["config", "show"]);
    shown.env("S3_ACCESS_KEY", ACCESS_KEY);
    let shown = bench.output(shown).await.stdout;
    assert!(
        shown.contains("evidence.s3.prefix = \"of/us/\"") && !shown.contains(ACCESS_KEY) && !shown.contains(SECRET_KEY),
        "{shown}"
    );
}
