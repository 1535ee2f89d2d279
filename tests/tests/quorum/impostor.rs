//! The third oracle is this test: it asks for what it must not get, and signs what it must not.

use super::trio::{Trio, account, truth};
use alloy::primitives::B256;
use axum::extract::State;
use axum::http::Request;
use axum::response::IntoResponse;
use axum::routing::post;
use guerdon::keys::OracleKey;
use guerdon::peers::{
    Ask, Guard, HoldingsAnswer, HoldingsAsk, ItemsAnswer, ItemsAsk, PeerConfig, PeerError, Peers, Reason, Verdict,
    Vote, answer,
};
use guerdon::sign::{header_message, sign};
use guerdon_bindings::domain;
use guerdon_core::batch::BatchHeader;
use guerdon_core::model::Epoch;
use guerdon_tests::anvil;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// An oracle that holds nothing and votes twice.
struct TwoFaced {
    key: OracleKey,
    guard: Guard,
    domain: alloy::sol_types::Eip712Domain,
    votes: Vec<Vote>,
}

async fn listen(state: Arc<TwoFaced>, address: SocketAddr) {
    let routes = axum::Router::new().fallback(post(answered)).with_state(state);
    let listener = tokio::net::TcpListener::bind(address).await.unwrap();
    drop(tokio::spawn(async move { axum::serve(listener, routes).await }));
}

async fn answered(State(state): State<Arc<TwoFaced>>, request: Request<axum::body::Body>) -> impl IntoResponse {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let (_, digest) = state.guard.admit(&parts.headers, parts.uri.path(), &body).unwrap();
    let value = match parts.uri.path() {
        "/v1/peers/holdings" => {
            serde_json::to_vec(&HoldingsAnswer { sealed: Vec::new(), votes: state.votes.clone() }).unwrap()
        }
        "/v1/peers/decision" => b"null".to_vec(),
        _ => json!({"refused": {"reason": "not_ready", "detail": "never"}}).to_string().into_bytes(),
    };
    let (name, signature) = answer(&state.key, &state.domain, digest, 200, &value).await.unwrap();
    ([(name, signature)], value)
}

/// Where the third oracle's API would be, as the first one's configuration has it.
fn address_of(trio: &Trio, nth: usize, of: usize) -> (String, SocketAddr) {
    let text = std::fs::read_to_string(trio.town.sandbox.folder.join(&trio.configs[nth])).unwrap();
    let key = anvil::key(account(of)).unwrap().address().to_string();
    let after = text.split_once(&key).unwrap().1.split_once("url = \"").unwrap().1;
    let url = after.split_once('"').unwrap().0.to_owned();
    let address = url.strip_prefix("http://").unwrap().parse().unwrap();
    (url, address)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_refused_by_name_and_signing_twice_costs_the_key() {
    let (trio, truth) = tokio::join!(Trio::start(), truth(1));
    let chain = trio.chain().await;
    let key: OracleKey = anvil::key(account(2)).unwrap().into();
    let (set, place) = (chain.oracle_set().await.unwrap(), chain.domain());
    let terms = chain.terms_of(Epoch(1)).await.unwrap().unwrap();
    let header = |total| BatchHeader {
        epoch: Epoch(1),
        round: 1,
        oracle_set: set.id,
        post_before: trio.town.due(1) + 7 * 86_400,
        total,
        entries_hash: B256::repeat_byte(1),
        policy_hash: terms.policy_hash,
        evidence_hash: B256::repeat_byte(2),
    };
    let mut votes = Vec::new();
    for total in [1, 2] {
        let signature = sign(&header_message(&header(total)), &place, &key).await.unwrap();
        votes.push(Vote { header: header(total), lists: Vec::new(), signature });
    }
    let (_, third) = address_of(&trio, 0, 2);
    let (url, _) = address_of(&trio, 1, 0);
    let honest = [0, 1].map(|nth| anvil::key(account(nth)).unwrap().address());
    let guard = Guard::new(key.address(), honest.to_vec(), place.clone());
    listen(Arc::new(TwoFaced { key: key.clone(), guard, domain: place.clone(), votes }), third).await;

    // Before the cutoff nobody signs anything; a stranger is not even heard.
    let mut crew = trio.crew(&[0, 1]);
    crew.start(&trio.town.sandbox).unwrap();
    trio.wait(&mut crew, Duration::from_secs(3)).await;
    let peer = PeerConfig { address: honest[0], url: url.clone() };
    let asker = |key: &OracleKey| Peers::new(key.clone(), place.clone(), vec![peer.clone()]).unwrap();
    let path = "/v1/batches/1/signatures";
    let ask = async |header: BatchHeader, sign| -> Verdict {
        asker(&key).ask(&peer, path, &Ask { header, lists: Vec::new(), sign }).await.unwrap()
    };
    let reason = |verdict: Verdict| match verdict {
        Verdict::Refused(refusal) => refusal.reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(reason(ask(header(1), true).await), Reason::NotReady);
    let stranger: OracleKey = anvil::key(9).unwrap().into();
    let refused = asker(&stranger)
        .ask::<_, Verdict>(&peer, path, &Ask { header: header(1), lists: Vec::new(), sign: true })
        .await
        .unwrap_err();
    assert!(matches!(refused, PeerError::Status { status: 403, .. }), "{refused}");
    let elsewhere = Peers::new(key.clone(), domain(1, chain.distributor()), vec![peer.clone()]).unwrap();
    let items = ItemsAsk { epoch: Epoch(1), keys: Vec::new() };
    let refused = elsewhere.ask::<_, ItemsAnswer>(&peer, "/v1/peers/items", &items).await;
    assert!(matches!(refused.unwrap_err(), PeerError::Status { status: 401, .. }));
    // Who answers in another's name is not believed.
    let posing = PeerConfig { address: honest[1], url };
    let posing = Peers::new(key.clone(), place.clone(), vec![posing.clone()])
        .unwrap()
        .ask::<_, HoldingsAnswer>(
            &posing,
            "/v1/peers/holdings",
            &HoldingsAsk { epoch: Epoch(1), round: 1, have: Vec::new() },
        )
        .await
        .unwrap_err();
    assert!(matches!(posing, PeerError::Status { status: 401, .. } | PeerError::Impostor { .. }), "{posing}");

    trio.town.become_due(1).await.unwrap();
    let mut asked = Vec::new();
    let wrong = [
        BatchHeader { round: 7, ..header(1) },
        BatchHeader { oracle_set: 9, ..header(1) },
        BatchHeader { policy_hash: B256::ZERO, ..header(1) },
        header(1),
    ];
    trio.town
        .pay_with(&mut crew, 1, async |_, state| {
            if asked.is_empty() && state.status == guerdon::chain::BatchStatus::None {
                for header in &wrong {
                    asked.push(reason(ask(header.clone(), true).await));
                }
            }
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(asked, [Reason::Stale, Reason::Stale, Reason::Policy, Reason::Lists]);
    assert_eq!(reason(ask(header(1), true).await), Reason::NotMember, "its key is off by now");
    crew.stop().await.unwrap();
    assert_eq!(trio.entries(1).await, truth[0]);
    let off = chain.oracle_set().await.unwrap().switched_off;
    assert_eq!(off.into_iter().collect::<Vec<_>>(), [key.address()], "who signed twice is switched off on the chain");
}
