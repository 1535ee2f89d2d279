//! The other oracles: whether each is in the set, and whether its API answers.

use super::Finding;
use crate::config::masked_url;
use crate::sign::OracleSet;
use alloy::primitives::Address;
use reqwest::Client;
use std::time::Duration;

/// A peer that takes longer than this for one word is no help at a cutoff.
const TIMEOUT: Duration = Duration::from_secs(10);

pub(super) async fn look<'a>(peers: impl Iterator<Item = (Address, &'a str)>, set: &OracleSet) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (address, url) in peers {
        findings.push(peer(address, url, set).await);
    }
    findings
}

async fn peer(address: Address, url: &str, set: &OracleSet) -> Finding {
    let who = format!("{address} at {}", masked_url(url));
    if set.switched_off.contains(&address) {
        let next = "its signatures do not count any more: governance must rotate in another oracle";
        return Finding::warning("peer", format!("{who} was switched off"), next);
    }
    if !set.members.contains(&address) {
        let next = "ask its operator for the right address, or take it out of `[[peers]]`";
        return Finding::failed("peer", format!("{who} is not in oracle set {}", set.id), next);
    }
    match ask(url).await {
        Ok(()) => Finding::ok("peer", format!("{who} answers")),
        Err(why) => {
            let next = "ask its operator; the others go on without it as long as the threshold is met";
            Finding::warning("peer", format!("{who} does not answer: {why}"), next)
        }
    }
}

async fn ask(url: &str) -> Result<(), String> {
    let client = Client::builder().timeout(TIMEOUT).build().map_err(|error| error.to_string())?;
    let answer = client.get(format!("{}/healthz", url.trim_end_matches('/'))).send().await;
    // The address may carry a password.
    let answer = answer.map_err(|error| crate::run::chain_of(&error.without_url()))?;
    if answer.status().is_success() { Ok(()) } else { Err(format!("HTTP {}", answer.status().as_u16())) }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[tokio::test]
    async fn a_peer_is_in_the_set_and_answers_or_is_told() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let good = format!("http://{}/", listener.local_addr().unwrap());
        let router = axum::Router::new().route("/healthz", axum::routing::get(|| async { "ok\n" }));
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        let [member, off, stranger] = [1, 2, 3].map(Address::repeat_byte);
        let set = OracleSet {
            id: 4,
            members: vec![member, off],
            threshold: 1,
            base_url: String::new(),
            switched_off: [off].into(),
        };
        let peers = [(member, good.as_str()), (member, "http://me:word@127.0.0.1:1"), (off, &good), (stranger, &good)];
        let found = look(peers.into_iter(), &set).await;
        let states: Vec<State> = found.iter().map(|one| one.state).collect();
        assert_eq!(states, [State::Ok, State::Warning, State::Warning, State::Failed], "{found:?}");
        assert!(found[1].detail.contains("does not answer") && !found[1].detail.contains("word"), "{found:?}");
        assert!(found[3].detail.contains("not in oracle set 4"), "{found:?}");
        server.abort();
    }
}
