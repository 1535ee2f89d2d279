//! A key in AWS KMS: the protocol over HTTP, with a stand-in for KMS at the other end that signs with a key of
//! its own, as KMS does. Built with the feature `kms` only.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]
#![recursion_limit = "256"]

use alloy::network::TxSigner as _;
use alloy::primitives::{Address, B256, U256};
use alloy::rpc::types::TransactionRequest;
use alloy::signers::k256::ecdsa::SigningKey;
use alloy::signers::k256::ecdsa::signature::hazmat::PrehashSigner as _;
use alloy::signers::local::PrivateKeySigner;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use guerdon::keys::{KeyError, KeySource, OracleKey};
use serde_json::{Value, json};
use std::process::Command;
use std::sync::{Arc, Mutex};

const ID: &str = "alias/oracle";
/// Set in the process that has the stand-in's address in its environment.
const INNER: &str = "GUERDON_TEST_KMS";

struct Kms {
    key: SigningKey,
    asked: Mutex<Vec<String>>,
}

/// The public key as KMS gives it: SubjectPublicKeyInfo of an uncompressed secp256k1 point.
fn public_key(key: &SigningKey) -> Vec<u8> {
    let head = alloy::hex::decode("3056301006072a8648ce3d020106052b8104000a034200").unwrap();
    [head.as_slice(), key.verifying_key().to_encoded_point(false).as_bytes()].concat()
}

async fn answer(State(kms): State<Arc<Kms>>, headers: HeaderMap, body: axum::body::Bytes) -> (StatusCode, Json<Value>) {
    // It calls itself application/x-amz-json-1.1.
    let asked: Value = serde_json::from_slice(&body).unwrap();
    let target = headers["x-amz-target"].to_str().unwrap().to_owned();
    assert!(headers["authorization"].to_str().unwrap().starts_with("AWS4-HMAC-SHA256 "));
    kms.asked.lock().unwrap().push(target.clone());
    if asked["KeyId"] != ID {
        return (StatusCode::BAD_REQUEST, Json(json!({ "__type": "NotFoundException", "message": "no such key" })));
    }
    let said = match target.as_str() {
        "TrentService.GetPublicKey" => json!({ "KeyId": ID, "PublicKey": STANDARD.encode(public_key(&kms.key)) }),
        "TrentService.Sign" => {
            assert_eq!(
                (&asked["MessageType"], &asked["SigningAlgorithm"]),
                (&json!("DIGEST"), &json!("ECDSA_SHA_256"))
            );
            let digest = STANDARD.decode(asked["Message"].as_str().unwrap()).unwrap();
            let signature: alloy::signers::k256::ecdsa::Signature = kms.key.sign_prehash(&digest).unwrap();
            json!({ "KeyId": ID, "Signature": STANDARD.encode(signature.to_der()) })
        }
        other => panic!("{other} was asked for"),
    };
    (StatusCode::OK, Json(said))
}

fn key() -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(9)).unwrap()
}

/// The process is run again with the stand-in's address in its environment, since no test may change its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_kms_signs_and_must_be_the_configured_one() {
    if std::env::var_os(INNER).is_some() {
        return inside().await;
    }
    let kms = Arc::new(Kms { key: key().credential().clone(), asked: Mutex::default() });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/", post(answer)).with_state(Arc::clone(&kms));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let run = move || {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_key_in_kms_signs_and_must_be_the_configured_one", "--nocapture"])
            .env(INNER, "1")
            .env("AWS_ENDPOINT_URL_KMS", format!("http://{address}"))
            .envs([("AWS_REGION", "eu-central-1"), ("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "secret")])
            .output()
            .unwrap()
    };
    let said = tokio::task::spawn_blocking(run).await.unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    server.abort();
    let asked = kms.asked.lock().unwrap().clone();
    let count = |what: &str| asked.iter().filter(|target| target.ends_with(what)).count();
    assert_eq!((count("GetPublicKey"), count("Sign")), (3, 3), "the public key is asked for once a key: {asked:?}");
}

async fn inside() {
    let address = key().address();
    let load = |id: &str, address| OracleKey::load(&KeySource::Kms { id: id.into(), address }, 1).unwrap();
    let oracle = load(ID, address);
    let digest = B256::repeat_byte(7);
    for _ in 0..2 {
        let signature = oracle.sign_hash(&digest).await.unwrap();
        assert_eq!(signature.recover_address_from_prehash(&digest).unwrap(), address);
    }
    let request = TransactionRequest::default().to(Address::ZERO).value(U256::ONE).nonce(0).gas_limit(21_000);
    let request = request.max_fee_per_gas(1).max_priority_fee_per_gas(1);
    let mut transaction = alloy::consensus::TxEip1559 { chain_id: 1, ..request.build_1559().unwrap() };
    let hash = alloy::consensus::SignableTransaction::signature_hash(&transaction);
    let signature = oracle.sign_transaction(&mut transaction).await.unwrap();
    assert_eq!(signature.recover_address_from_prehash(&hash).unwrap(), address);

    let error = load(ID, Address::repeat_byte(1)).check().await.unwrap_err();
    assert!(matches!(error, KeyError::OtherAddress { found, .. } if found == address), "{error}");
    let error = load("alias/nobody", address).check().await.unwrap_err();
    assert!(error.to_string().contains("kms:Sign"), "{error}");
}
