//! The section `[evidence]` of the configuration: who else has evidence, and where an oracle puts its own.

use super::Place;
use crate::config::{MASKED, masked_url, quoted};
use crate::keys::SecretRef;
use serde::Deserialize;

/// Without the section evidence is looked for at the oracles only, and put nowhere else.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceConfig {
    /// Addresses that an evidence hash is put behind, or in the place of `{hash}`; one without any path is an
    /// oracle's.
    #[serde(default)]
    pub mirrors: Vec<String>,
    pub s3: Option<S3Config>,
    pub ipfs: Option<IpfsConfig>,
}

/// A bucket of any S3-compatible store.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3Config {
    pub endpoint: String,
    pub bucket: String,
    /// Before the hash in an object's key.
    #[serde(default)]
    pub prefix: String,
    #[serde(default = "defaults::region")]
    pub region: String,
    pub access_key: SecretRef,
    pub secret_key: SecretRef,
    pub session_token: Option<SecretRef>,
    /// Whether the bucket stands in the path, not in the host's name.
    #[serde(default = "defaults::path_style")]
    pub path_style: bool,
}

/// A node of IPFS.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IpfsConfig {
    /// Of kubo's HTTP API, without `/api/v0`.
    pub api: String,
    /// Sent as `Authorization`; nothing is when absent.
    pub authorization: Option<SecretRef>,
}

mod defaults {
    pub(super) fn region() -> String {
        "us-east-1".to_owned()
    }
    pub(super) fn path_style() -> bool {
        true
    }
}

fn is_web(address: &str) -> bool {
    let url = url::Url::parse(address).ok();
    url.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.password().is_none())
}

impl EvidenceConfig {
    /// The key that is wrong, and what is wrong with it.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        for mirror in &self.mirrors {
            if Place::of(mirror).url(Default::default()).is_none() {
                return Err(("evidence.mirrors", "has something that is not an http(s) address".to_owned()));
            }
        }
        if let Some(s3) = &self.s3 {
            if !is_web(&s3.endpoint) {
                return Err(("evidence.s3.endpoint", "is not an http(s) address without a key in it".to_owned()));
            }
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            if s3.bucket.is_empty() || !s3.bucket.chars().all(plain) {
                return Err(("evidence.s3.bucket", format!("is {:?}, which is no bucket's name", s3.bucket)));
            }
            // What a path resolves would end in another place.
            let parts = || s3.prefix.split('/');
            if !s3.prefix.chars().all(|c| plain(c) || c == '/')
                || parts().any(|part| matches!(part, "." | ".."))
                || s3.prefix.starts_with('/')
            {
                return Err(("evidence.s3.prefix", format!("is {:?}, which is no object's beginning", s3.prefix)));
            }
        }
        if self.ipfs.as_ref().is_some_and(|ipfs| !is_web(&ipfs.api)) {
            return Err(("evidence.ipfs.api", "is not an http(s) address without a key in it".to_owned()));
        }
        Ok(())
    }

    /// The configured mirrors.
    pub fn places(&self) -> Vec<Place> {
        self.mirrors.iter().map(|mirror| Place::of(mirror)).collect()
    }

    /// What stands elsewhere.
    pub(crate) fn secrets(&mut self) -> impl Iterator<Item = &mut SecretRef> {
        let s3 = self.s3.iter_mut().flat_map(|s3| {
            [Some(&mut s3.access_key), Some(&mut s3.secret_key), s3.session_token.as_mut()].into_iter().flatten()
        });
        s3.chain(self.ipfs.iter_mut().filter_map(|ipfs| ipfs.authorization.as_mut()))
    }

    /// Key and value of each setting, secrets by reference only.
    pub(crate) fn shown(&self) -> Vec<(&'static str, String)> {
        let mirrors: Vec<String> = self.places().iter().map(|place| quoted(&place.to_string())).collect();
        let secret = |from: &SecretRef| format!("{from}{MASKED}");
        let mut shown = vec![("evidence.mirrors", format!("[{}]", mirrors.join(", ")))];
        match &self.s3 {
            Some(s3) => shown.extend([
                ("evidence.s3.endpoint", quoted(&masked_url(&s3.endpoint))),
                ("evidence.s3.bucket", quoted(&s3.bucket)),
                ("evidence.s3.prefix", quoted(&s3.prefix)),
                ("evidence.s3.region", quoted(&s3.region)),
                ("evidence.s3.access_key", secret(&s3.access_key)),
                ("evidence.s3.secret_key", secret(&s3.secret_key)),
                ("evidence.s3.session_token", s3.session_token.as_ref().map_or("# not set".to_owned(), secret)),
                ("evidence.s3.path_style", s3.path_style.to_string()),
            ]),
            None => shown.push(("evidence.s3", "# off: there is no section [evidence.s3]".to_owned())),
        }
        match &self.ipfs {
            Some(ipfs) => shown.extend([
                ("evidence.ipfs.api", quoted(&masked_url(&ipfs.api))),
                ("evidence.ipfs.authorization", ipfs.authorization.as_ref().map_or("# not set".to_owned(), secret)),
            ]),
            None => shown.push(("evidence.ipfs", "# off: there is no section [evidence.ipfs]".to_owned())),
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::EvidenceConfig;

    fn wrong(text: &str) -> Option<&'static str> {
        let config: EvidenceConfig = toml::from_str(text).unwrap();
        config.check().err().map(|(key, _)| key)
    }

    #[test]
    fn what_would_lead_elsewhere_is_refused() {
        let s3 = |more: &str| {
            let keys = "access_key = \"env:A\"\nsecret_key = \"env:B\"\n";
            format!("[s3]\nendpoint = \"https://s3.example.org\"\nbucket = \"files\"\n{keys}{more}\n")
        };
        assert_eq!(wrong(&s3("prefix = \"a/b/\"")), None);
        for prefix in ["../", "a/../b/", "/a/", "a?b", "./"] {
            assert_eq!(wrong(&s3(&format!("prefix = {prefix:?}"))), Some("evidence.s3.prefix"), "{prefix}");
        }
        assert_eq!(wrong(&s3("").replace("\"files\"", "\"a/b\"")), Some("evidence.s3.bucket"));
        assert_eq!(wrong(&s3("").replace("s3.example", "me:key@s3.example")), Some("evidence.s3.endpoint"));
        assert_eq!(wrong("[ipfs]\napi = \"/ip4/127.0.0.1/tcp/5001\""), Some("evidence.ipfs.api"));
        assert_eq!(wrong("mirrors = [\"https://a.example/\", \"ftp://b.example/\"]"), Some("evidence.mirrors"));
    }
}
