//! Where evidence may lie: takes what a configuration, the chain or a peer says, gives the address of a file.

use guerdon_core::B256;
use std::fmt;
use url::Url;

/// Where a hash stands in the address of a place that does not end with it.
const HASH: &str = "{hash}";

/// A place that has evidence by its hash. Shown without what may be secret in its address.
#[derive(Clone, PartialEq, Eq)]
pub struct Place(String);

impl Place {
    /// An address that the hash is put behind, or in the place of `{hash}`. One without any path is an oracle's.
    pub fn of(address: &str) -> Self {
        let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
        if rest.is_empty() || rest.contains(['/', '?', '{']) { Self(address.to_owned()) } else { Self::oracle(address) }
    }

    /// An oracle's API.
    pub fn oracle(url: &str) -> Self {
        Self(format!("{}/v1/evidence/", url.trim_end_matches('/')))
    }

    /// The address of one file; none when this is not http or https.
    pub fn url(&self, hash: B256) -> Option<Url> {
        let hash = hash.to_string();
        let text = if self.0.contains(HASH) { self.0.replace(HASH, &hash) } else { format!("{}{hash}", self.0) };
        Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(mut url) = self.url(B256::ZERO) else { return f.write_str("(not an http address)") };
        // Neither can fail where there is a host.
        _ = url.set_username("");
        _ = url.set_password(None);
        if url.query().is_some() {
            url.set_query(Some("..."));
        }
        f.write_str(&url.as_str().replace(&B256::ZERO.to_string(), ""))
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_stands_behind_an_address_or_where_it_says() {
        let hash = B256::repeat_byte(0xab);
        let at = |place: Place| place.url(hash).map(String::from);
        assert_eq!(at(Place::of("https://a.example/e/")), Some(format!("https://a.example/e/{hash}")));
        assert_eq!(at(Place::of("https://a.example/{hash}.zst")), Some(format!("https://a.example/{hash}.zst")));
        assert_eq!(at(Place::oracle("http://b.example/")), Some(format!("http://b.example/v1/evidence/{hash}")));
        assert_eq!(Place::of("http://b.example:87"), Place::oracle("http://b.example:87/"));
        assert_eq!(at(Place::of("http://b.example:87/")), Some(format!("http://b.example:87/{hash}")));
        for other in ["", "ipfs://", "file:///etc/"] {
            assert_eq!(at(Place::of(other)), None, "{other}");
        }
    }

    #[test]
    fn a_place_is_shown_without_its_credentials() {
        let place = Place::of("https://me:secret@a.example/e/{hash}?key=secret");
        assert_eq!(place.to_string(), "https://a.example/e/?...");
        assert!(!format!("{place:?}").contains("secret"));
    }
}
