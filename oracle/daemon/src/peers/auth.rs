//! Who is asking, and who answers: requests and answers between oracles are signed by their keys.
//!
//! A request names both ends, the path, its body's hash, the time and a number that is used once; the answer
//! names the request. So nothing can be played back, turned around or put into another's mouth.

use crate::keys::OracleKey;
use crate::sign::{OracleSignature, SignError, sign};
use alloy::primitives::{Address, B256, Bytes, keccak256};
use alloy::sol_types::Eip712Domain;
use axum::http::HeaderMap;
use guerdon_bindings::message::{PeerAnswer, PeerRequest, digest};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

pub(super) const FROM: &str = "x-guerdon-from";
pub(super) const TIME: &str = "x-guerdon-time";
pub(super) const NONCE: &str = "x-guerdon-nonce";
pub(super) const SIGNATURE: &str = "x-guerdon-signature";

/// How far two oracles' clocks may be apart, in seconds.
const APART: u64 = 300;

#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    #[error("the header {0} is missing or malformed: a request between oracles is signed")]
    Header(&'static str),
    #[error("{0} is not among the `[[peers]]` of this oracle")]
    Stranger(Address),
    #[error("the request is of {time}, and it is {now} here (UTC seconds): one of the two clocks is wrong")]
    Time { time: u64, now: u64 },
    #[error("the request was made before this oracle started: ask again")]
    Before,
    #[error("this request came before")]
    Replayed,
    #[error("the request's signature is not that of {0}")]
    Signature(Address),
}

/// A request that is ready to be sent, and what its answer must name.
#[derive(Clone, Debug)]
pub struct Signed {
    pub headers: Vec<(&'static str, String)>,
    pub digest: B256,
}

/// Lets requests of known peers in, each once.
#[derive(Debug)]
pub struct Guard {
    me: Address,
    peers: Vec<Address>,
    domain: Eip712Domain,
    started: u64,
    /// Of accepted requests, as long as they could be played back.
    seen: Mutex<BTreeMap<B256, u64>>,
}

pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Signs a request to a peer.
pub(super) fn request(
    key: &OracleKey,
    domain: &Eip712Domain,
    to: Address,
    path: &str,
    body: &[u8],
) -> Result<Signed, SignError> {
    let (time, nonce) = (now(), B256::random());
    let from = key.address();
    let message = PeerRequest { from, to, path: path.to_owned(), body: keccak256(body), time, nonce };
    let signature = sign(&message, domain, key)?.signature;
    let headers = vec![
        (FROM, from.to_string()),
        (TIME, time.to_string()),
        (NONCE, nonce.to_string()),
        (SIGNATURE, signature.to_string()),
    ];
    Ok(Signed { headers, digest: digest(&message, domain) })
}

fn answer_to(request: B256, status: u16, body: &[u8]) -> PeerAnswer {
    PeerAnswer { request, status, body: keccak256(body) }
}

/// Signs an answer to a request.
pub fn answer(
    key: &OracleKey,
    domain: &Eip712Domain,
    request: B256,
    status: u16,
    body: &[u8],
) -> Result<(&'static str, String), SignError> {
    let signed = sign(&answer_to(request, status, body), domain, key)?;
    Ok((SIGNATURE, signed.signature.to_string()))
}

/// Whether an answer is that of the peer that was asked.
pub(super) fn is_answer(
    signature: &str,
    signer: Address,
    domain: &Eip712Domain,
    request: B256,
    status: u16,
    body: &[u8],
) -> bool {
    let Ok(signature) = signature.parse::<Bytes>() else { return false };
    let message = answer_to(request, status, body);
    OracleSignature { signer, signature }.verify(digest(&message, domain)).is_ok()
}

impl Guard {
    pub fn new(me: Address, peers: Vec<Address>, domain: Eip712Domain) -> Self {
        Self { me, peers, domain, started: now(), seen: Mutex::default() }
    }

    /// Who asks, and the request's digest for the answer.
    pub fn admit(&self, headers: &HeaderMap, path: &str, body: &[u8]) -> Result<(Address, B256), AuthError> {
        self.admit_at(headers, path, body, now())
    }

    fn admit_at(&self, headers: &HeaderMap, path: &str, body: &[u8], now: u64) -> Result<(Address, B256), AuthError> {
        let from: Address = part(headers, FROM)?;
        let (time, nonce): (u64, B256) = (part(headers, TIME)?, part(headers, NONCE)?);
        let signature: Bytes = part(headers, SIGNATURE)?;
        if !self.peers.contains(&from) {
            return Err(AuthError::Stranger(from));
        }
        if time.abs_diff(now) > APART {
            return Err(AuthError::Time { time, now });
        }
        // What was accepted before a restart is not remembered, so it is not taken again.
        if time < self.started {
            return Err(AuthError::Before);
        }
        let message = PeerRequest { from, to: self.me, path: path.to_owned(), body: keccak256(body), time, nonce };
        let digest = digest(&message, &self.domain);
        OracleSignature { signer: from, signature }.verify(digest).map_err(|_| AuthError::Signature(from))?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, time| time.saturating_add(APART) >= now);
        // By the digest: a signature has two forms, what it signs has one.
        match seen.insert(digest, time) {
            None => Ok((from, digest)),
            Some(_) => Err(AuthError::Replayed),
        }
    }
}

fn part<T: std::str::FromStr>(headers: &HeaderMap, name: &'static str) -> Result<T, AuthError> {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.and_then(|value| value.parse().ok()).ok_or(AuthError::Header(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::signers::local::PrivateKeySigner;
    use guerdon_bindings::domain;

    fn key(byte: u8) -> OracleKey {
        PrivateKeySigner::from_bytes(&B256::repeat_byte(byte)).unwrap().into()
    }

    fn place() -> Eip712Domain {
        domain(31_337, Address::repeat_byte(1))
    }

    fn headers(signed: &Signed) -> HeaderMap {
        signed.headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_request_is_taken_once_from_a_peer_in_time_and_as_it_was_sent() {
        let (asker, server) = (key(1), key(2));
        let guard = Guard::new(server.address(), vec![asker.address()], place());
        let to = server.address();
        let ask = |to| request(&asker, &place(), to, "/v1/peers/items", b"{}").unwrap();
        let signed = ask(to);
        let map = headers(&signed);
        assert!(matches!(guard.admit(&map, "/v1/peers/holdings", b"{}"), Err(AuthError::Signature(_))));
        assert!(matches!(guard.admit(&map, "/v1/peers/items", b"{ }"), Err(AuthError::Signature(_))));
        assert_eq!(guard.admit(&map, "/v1/peers/items", b"{}").unwrap(), (asker.address(), signed.digest));
        assert!(matches!(guard.admit(&map, "/v1/peers/items", b"{}"), Err(AuthError::Replayed)));
        // Meant for another oracle, or for another distributor.
        let other = headers(&ask(Address::repeat_byte(7)));
        assert!(matches!(guard.admit(&other, "/v1/peers/items", b"{}"), Err(AuthError::Signature(_))));
        let elsewhere = domain(31_337, Address::repeat_byte(9));
        let elsewhere = headers(&request(&asker, &elsewhere, to, "/v1/peers/items", b"{}").unwrap());
        assert!(matches!(guard.admit(&elsewhere, "/v1/peers/items", b"{}"), Err(AuthError::Signature(_))));
        // Of somebody else.
        let stranger = headers(&request(&key(3), &place(), to, "/v1/peers/items", b"{}").unwrap());
        assert!(matches!(guard.admit(&stranger, "/v1/peers/items", b"{}"), Err(AuthError::Stranger(_))));
        let mut posing = headers(&request(&key(3), &place(), to, "/v1/peers/items", b"{}").unwrap());
        posing.insert(FROM, asker.address().to_string().parse().unwrap());
        assert!(matches!(guard.admit(&posing, "/v1/peers/items", b"{}"), Err(AuthError::Signature(_))));
        let mut bare = headers(&ask(to));
        bare.remove(NONCE);
        assert!(matches!(guard.admit(&bare, "/v1/peers/items", b"{}"), Err(AuthError::Header(NONCE))));
    }

    #[test]
    fn what_is_old_or_of_the_time_before_the_start_is_refused() {
        let (asker, server) = (key(1), key(2));
        let map = headers(&request(&asker, &place(), server.address(), "/", b"").unwrap());
        let mut guard = Guard::new(server.address(), vec![asker.address()], place());
        let late = now() + APART + 1;
        assert!(matches!(guard.admit_at(&map, "/", b"", late), Err(AuthError::Time { .. })));
        guard.started = now() + 5;
        assert!(matches!(guard.admit(&map, "/", b""), Err(AuthError::Before)));
    }

    #[test]
    fn an_answer_belongs_to_its_request_status_body_and_signer() {
        let (server, place) = (key(2), place());
        let request = B256::repeat_byte(5);
        let (_, signature) = answer(&server, &place, request, 200, b"yes").unwrap();
        let holds = |signer: &OracleKey, request, status, body: &[u8]| {
            is_answer(&signature, signer.address(), &place, request, status, body)
        };
        assert!(holds(&server, request, 200, b"yes"));
        assert!(!holds(&server, request, 409, b"yes"));
        assert!(!holds(&server, request, 200, b"no"));
        assert!(!holds(&server, B256::ZERO, 200, b"yes"));
        assert!(!holds(&key(1), request, 200, b"yes"));
        assert!(!is_answer("0x00", server.address(), &place, request, 200, b"yes"));
    }
}
