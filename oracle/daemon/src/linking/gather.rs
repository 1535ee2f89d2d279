//! Gathering attestations: takes the addresses of oracles and what is known of the link; gives the proof and
//! the packed quorum, and what each oracle said.
//!
//! Nobody who answers is trusted. An answer is bounded in time and size, nobody is followed elsewhere, each
//! signature must be a member's and of this link, and the wallets' signatures are checked again.

use super::attest::{Attestation, AttestedLink};
use super::{LinkingError, signed};
use crate::chain::Chain;
use crate::link::{LinkProof, check_link};
use crate::sign::{OracleSet, OracleSignature, Quorum};
use alloy::primitives::{Address, Bytes};
use guerdon_bindings::message::{Link, digest};
use guerdon_core::model::ContributorId;
use reqwest::{Client, redirect};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use url::Url;

/// The longest answer that is read, in bytes.
const LONGEST: usize = 65_536;
const TIMEOUT: Duration = Duration::from_secs(30);
/// More are not asked.
const MOST: usize = 64;

/// What must be true of the link, as far as it is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Expected {
    pub id: Option<ContributorId>,
    pub wallet: Option<Address>,
}

/// What one oracle said.
#[derive(Clone, Debug, Serialize)]
pub struct Voice {
    /// Its address, or `here`.
    pub oracle: String,
    /// Members whose signatures of the link were good.
    pub signed: Vec<Address>,
    /// The wallet that it attests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wallet: Option<Address>,
    /// Why it is not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// What all of them said together.
#[derive(Clone, Debug)]
pub struct Gathered {
    pub voices: Vec<Voice>,
    /// How many members attest the link that most of them attest.
    pub have: usize,
    pub need: usize,
    /// The link with its proofs and the packed attestation, once there is a quorum.
    pub quorum: Result<(LinkProof, Bytes), Failure>,
}

/// Why there is none.
#[derive(Clone, Debug)]
pub enum Failure {
    TooFew,
    /// More than one wallet has a quorum.
    Ambiguous(Vec<Address>),
    /// The wallets' signatures are not theirs.
    Proof(String),
}

/// Some oracles' APIs.
#[derive(Clone, Debug)]
pub struct Oracles {
    client: Client,
    urls: Vec<Url>,
}

/// A refusal as the API words it.
#[derive(Deserialize)]
struct Refused {
    error: String,
    #[serde(default)]
    code: Option<String>,
}

/// The attestations of one and the same link.
struct Group<'a> {
    link: AttestedLink,
    /// As different oracles gave them: one of them may be a lie.
    proofs: Vec<LinkProof>,
    quorum: Quorum<'a>,
}

impl Oracles {
    /// Nothing is asked yet. The addresses are those of the APIs, with or without a path before `/v1`.
    pub fn new(addresses: &[String]) -> Result<Self, LinkingError> {
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(TIMEOUT / 3)
            .timeout(TIMEOUT)
            .user_agent(concat!("guerdon/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| LinkingError::Client(error.without_url()))?;
        let mut urls = Vec::new();
        for address in addresses.iter().take(MOST) {
            let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
            let mut url = url.ok_or_else(|| LinkingError::Address(address.clone()))?;
            url.set_query(None);
            url.set_fragment(None);
            if !urls.contains(&url) {
                urls.push(url);
            }
        }
        Ok(Self { client, urls })
    }

    /// The host that the oracle set names for its evidence, if it is an address at all.
    pub fn at_base_url(base_url: &str) -> Option<String> {
        let url = Url::parse(base_url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        Some(url.origin().ascii_serialization())
    }

    pub fn is_empty(&self) -> bool {
        self.urls.is_empty()
    }

    /// Asks them all at once, and adds what was attested here.
    pub async fn gather(
        &self,
        chain: &Chain,
        (login, gist): (&str, Option<&str>),
        expected: Expected,
        here: Vec<Attestation>,
    ) -> Result<Gathered, LinkingError> {
        let set = chain.oracle_set().await?;
        let asked = self.urls.iter().map(|url| async move { (shown(url), self.ask(url, login, gist).await) });
        let mut answers: Vec<_> = here.into_iter().map(|made| ("here".to_owned(), Ok(made))).collect();
        answers.extend(futures::future::join_all(asked).await);
        let mut groups: Vec<Group<'_>> = Vec::new();
        let mut voices = Vec::with_capacity(answers.len());
        for (oracle, answer) in answers {
            let mut voice = Voice { oracle, signed: Vec::new(), wallet: None, refused: None, code: None };
            match answer {
                Err((reason, code)) => (voice.refused, voice.code) = (Some(reason), code),
                Ok(attestation) => {
                    voice.wallet = Some(attestation.link.wallet);
                    match take(chain, &set, &mut groups, attestation, expected).await? {
                        Ok(signed) => voice.signed = signed,
                        Err(reason) => voice.refused = Some(reason),
                    }
                }
            }
            voices.push(voice);
        }
        let have = groups.iter().map(|group| set.threshold.saturating_sub(group.quorum.missing())).max();
        let full: Vec<&Group<'_>> = groups.iter().filter(|group| group.quorum.missing() == 0).collect();
        let quorum = match full.as_slice() {
            [] => Err(Failure::TooFew),
            [group] => proven(chain, group).await?,
            several => Err(Failure::Ambiguous(several.iter().map(|group| group.link.wallet).collect())),
        };
        Ok(Gathered { voices, have: have.unwrap_or_default(), need: set.threshold, quorum })
    }

    async fn ask(&self, url: &Url, login: &str, gist: Option<&str>) -> Result<Attestation, (String, Option<String>)> {
        let plain = |reason: String| (reason, None);
        let mut url = url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["v1", "links", login, "attestation"]);
        }
        if let Some(gist) = gist {
            url.query_pairs_mut().append_pair("gist", gist);
        }
        let broken = |error: reqwest::Error| match error {
            error if error.is_timeout() => plain("it did not answer in time".to_owned()),
            error if error.is_connect() => plain("it cannot be reached".to_owned()),
            error => plain(format!("it gave no whole answer: {}", error.without_url())),
        };
        let mut answer = self.client.get(url).send().await.map_err(broken)?;
        let status = answer.status().as_u16();
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(broken)? {
            if bytes.len() + chunk.len() > LONGEST {
                return Err(plain(format!("its answer is longer than {LONGEST} bytes")));
            }
            bytes.extend_from_slice(&chunk);
        }
        if status == 200 {
            return serde_json::from_slice(&bytes).map_err(|_| plain("its answer is not an attestation".to_owned()));
        }
        match serde_json::from_slice::<Refused>(&bytes) {
            Ok(Refused { error, code }) => Err((printable(&error, 500), code.map(|code| printable(&code, 40)))),
            Err(_) => Err(plain(format!("it answered {status} and no reason"))),
        }
    }
}

/// Puts an answer with those of the same link, if all of it can be so. Gives the members that signed it.
async fn take<'a>(
    chain: &Chain,
    set: &'a OracleSet,
    groups: &mut Vec<Group<'a>>,
    attestation: Attestation,
    expected: Expected,
) -> Result<Result<Vec<Address>, String>, LinkingError> {
    let Attestation { link: attested, wallet_proof, old_wallet_proof, oracle_set, signatures, .. } = attestation;
    if oracle_set != set.id {
        return Ok(Err(format!("it attests for oracle set {oracle_set}, the current one is {}", set.id)));
    }
    if let Some(id) = expected.id.filter(|id| id.0 != attested.contributor_id) {
        return Ok(Err(format!("it attests the account {}, not {id}", attested.contributor_id)));
    }
    if let Some(wallet) = expected.wallet.filter(|wallet| *wallet != attested.wallet) {
        return Ok(Err(format!("it attests the wallet {}, not {wallet}", attested.wallet)));
    }
    let link = Link::from(&attested);
    let nonce = chain.link_nonce(ContributorId(link.id)).await?;
    if let Err(error) = check_link(&link, nonce, chain.now().await?.timestamp) {
        return Ok(Err(error.to_string()));
    }
    let message = digest(&link.attestation(set.id), &chain.domain());
    let good = |signature: &OracleSignature| {
        Quorum::new(message, set).add(signature).map(|()| signature.signer).map_err(|error| error.to_string())
    };
    // A key that was switched off signs well and counts nothing.
    let counted = signatures.iter().map(good).collect::<Result<Vec<Address>, String>>();
    let counted = match counted {
        Ok(signers) if signers.iter().any(|signer| set.counts(signer)) => signers,
        Ok(signers) if signers.is_empty() => return Ok(Err("its answer has no signature".to_owned())),
        Ok(_) => return Ok(Err("its key was switched off".to_owned())),
        Err(error) => return Ok(Err(error)),
    };
    let place = groups.iter().position(|group| group.link == attested);
    let group = match place.and_then(|place| groups.get_mut(place)) {
        Some(group) => group,
        None => {
            groups.push(Group { link: attested, proofs: Vec::new(), quorum: Quorum::new(message, set) });
            // It was pushed just now.
            let Some(group) = groups.last_mut() else { return Ok(Err("it could not be kept".to_owned())) };
            group
        }
    };
    for signature in &signatures {
        group.quorum.add(signature)?;
    }
    let proof = LinkProof { link, wallet_proof, old_wallet_proof };
    if !group.proofs.contains(&proof) {
        group.proofs.push(proof);
    }
    Ok(Ok(counted))
}

/// The first of the given proofs that holds, one that the old wallet signed before the others.
async fn proven(chain: &Chain, group: &Group<'_>) -> Result<Result<(LinkProof, Bytes), Failure>, LinkingError> {
    let old = chain.account(ContributorId(group.link.contributor_id)).await?.wallet;
    let mut wrong = String::new();
    let (full, plain): (Vec<_>, Vec<_>) = group.proofs.iter().partition(|proof| proof.old_wallet_proof.is_some());
    let bare = full.iter().map(|proof| LinkProof { old_wallet_proof: None, ..(*proof).clone() });
    for proof in full.iter().chain(&plain).map(|proof| (*proof).clone()).chain(bare) {
        match signed(chain, &proof, old).await {
            Ok(proof) => return Ok(Ok((proof, group.quorum.pack()?))),
            Err(LinkingError::Link(error)) => wrong = error.to_string(),
            Err(error) => return Err(error),
        }
    }
    Ok(Err(Failure::Proof(wrong)))
}

impl Gathered {
    /// The link and its attestation, or why there is none.
    pub fn into_quorum(self, login: &str) -> Result<(LinkProof, Bytes), LinkingError> {
        let login = login.to_owned();
        self.quorum.map_err(|failure| match failure {
            Failure::TooFew => LinkingError::NoQuorum { login, have: self.have, need: self.need },
            Failure::Ambiguous(wallets) => {
                let wallets: Vec<String> = wallets.iter().map(ToString::to_string).collect();
                LinkingError::Ambiguous { login, wallets: wallets.join(", ") }
            }
            Failure::Proof(error) => LinkingError::Unproved { login, error },
        })
    }
}

/// Scheme, host and port: what else stands in an address may be a secret.
fn shown(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// What a stranger says, fit for a terminal.
fn printable(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oracle_is_an_http_address_and_asked_once() {
        let asked = |addresses: &[&str]| {
            let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            Oracles::new(&addresses).map(|oracles| oracles.urls.len())
        };
        assert_eq!(asked(&["https://a.example", "https://a.example/", "http://b.example/guerdon"]).unwrap(), 2);
        assert!(matches!(asked(&["ftp://a.example"]), Err(LinkingError::Address(_))));
        assert!(matches!(asked(&["a.example"]), Err(LinkingError::Address(_))));
        assert_eq!(
            Oracles::at_base_url("https://a.example:8443/v1/evidence/").as_deref(),
            Some("https://a.example:8443")
        );
        assert_eq!(Oracles::at_base_url("ipfs://abc/"), None);
    }

    #[test]
    fn what_a_stranger_says_cannot_move_the_cursor() {
        assert_eq!(printable("a\u{1b}[2Jb\nc", 4), "a[2J");
    }
}
