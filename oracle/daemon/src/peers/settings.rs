//! The section `[[peers]]` of the configuration, and whose turn it is.

use crate::sign::OracleSet;
use alloy::primitives::Address;
use guerdon_core::model::Epoch;
use serde::Deserialize;

/// Another oracle of the same set.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerConfig {
    /// Of its key.
    pub address: Address,
    /// Where its API is.
    pub url: String,
}

impl PeerConfig {
    /// What is wrong with a list of peers, for a daemon with so many keys.
    pub fn check(peers: &[Self], keys: usize) -> Result<(), (&'static str, String)> {
        let web = |url: &str| url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if let Some(peer) = peers.iter().find(|peer| !web(&peer.url)) {
            return Err(("peers.url", format!("of {} is not an http(s) address", peer.address)));
        }
        let mut addresses: Vec<Address> = peers.iter().map(|peer| peer.address).collect();
        addresses.sort_unstable();
        if let Some([twice, _]) = addresses.windows(2).find(|pair| pair.first() == pair.last()) {
            return Err(("peers.address", format!("{twice} is listed twice")));
        }
        if !peers.is_empty() && keys != 1 {
            return Err(("oracle.keys", format!("has {keys} keys: an oracle with peers signs with one")));
        }
        Ok(())
    }

    pub fn shown(peers: &[Self]) -> String {
        let shown = |peer: &Self| {
            let url = crate::config::quoted(&crate::config::masked_url(&peer.url));
            format!("{{ address = \"{}\", url = {url} }}", peer.address)
        };
        format!("[{}]", peers.iter().map(shown).collect::<Vec<_>>().join(", "))
    }
}

/// The order in which oracles act for all: each epoch begins with another, and when nothing comes of it in
/// time the next one does it.
#[derive(Clone, Copy, Debug)]
pub struct Turns {
    /// Seconds that each of them has, by the chain's clock.
    pub fallback: u64,
}

impl Turns {
    /// Who acts now on what could be done from `since` on; nobody of an empty set.
    pub fn whose(&self, set: &OracleSet, epoch: Epoch, since: u64, now: u64) -> Option<Address> {
        let able: Vec<&Address> = set.members.iter().filter(|member| set.counts(member)).collect();
        let attempt = now.saturating_sub(since).checked_div(self.fallback).unwrap_or_default();
        let at = epoch.0.wrapping_add(attempt).checked_rem(able.len() as u64)?;
        able.get(usize::try_from(at).ok()?).copied().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(members: u8, off: &[u8]) -> OracleSet {
        OracleSet {
            id: 1,
            members: (1..=members).map(Address::repeat_byte).collect(),
            threshold: 2,
            base_url: String::new(),
            switched_off: off.iter().copied().map(Address::repeat_byte).collect(),
        }
    }

    #[test]
    fn turns_go_round_by_epoch_and_by_time_and_pass_over_keys_that_are_off() {
        let turns = Turns { fallback: 100 };
        let who = |set: &OracleSet, epoch, now| turns.whose(set, Epoch(epoch), 1000, now).unwrap();
        let three = set(3, &[]);
        let order: Vec<Address> = (1..=4).map(|epoch| who(&three, epoch, 1000)).collect();
        assert_eq!(order, [2, 3, 1, 2].map(Address::repeat_byte));
        let order: Vec<Address> = [1000, 1099, 1100, 1200, 1300].map(|now| who(&three, 1, now)).to_vec();
        assert_eq!(order, [2, 2, 3, 1, 2].map(Address::repeat_byte));
        assert_eq!(who(&three, 1, 0), Address::repeat_byte(2), "before its time nothing is late");
        assert_eq!(who(&set(3, &[2]), 1, 1000), Address::repeat_byte(3));
        assert_eq!(turns.whose(&set(0, &[]), Epoch(1), 0, 0), None);
    }

    #[test]
    fn peers_are_told_what_is_wrong_with_them() {
        let peer = |n, url: &str| PeerConfig { address: Address::repeat_byte(n), url: url.to_owned() };
        let (one, two) = (peer(1, "https://a.example.org"), peer(2, "http://b.example.org/x"));
        assert!(PeerConfig::check(&[one.clone(), two.clone()], 1).is_ok() && PeerConfig::check(&[], 3).is_ok());
        assert_eq!(PeerConfig::check(&[one.clone(), one.clone()], 1).unwrap_err().0, "peers.address");
        assert_eq!(PeerConfig::check(&[peer(1, "ftp://a")], 1).unwrap_err().0, "peers.url");
        assert_eq!(PeerConfig::check(std::slice::from_ref(&one), 2).unwrap_err().0, "oracle.keys");
        assert!(!PeerConfig::shown(&[one, two]).contains("/x"), "a path may hold a key");
    }
}
