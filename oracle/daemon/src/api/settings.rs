//! The section `[api]`: where the API listens, and how much of it one address may have.

use crate::keys::SecretRef;
use ipnet::IpNet;
use serde::Deserialize;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiConfig {
    pub listen: SocketAddr,
    /// What GitHub signs its webhooks with; without it they are not taken.
    pub webhook_secret: Option<SecretRef>,
    /// Addresses or networks whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Requests a second that one address may make for long; 0 for any number.
    pub requests_per_second: u32,
    /// Requests that one address may make at once after a pause.
    pub burst: u32,
    /// Connections at once, of all.
    pub connections: usize,
    /// Connections at once, of one address that is no trusted proxy.
    pub connections_per_address: usize,
    /// Requests that are answered at once; more are told to come again.
    pub concurrent_requests: usize,
    /// Seconds for a request's head to come, and again for its answer to be made.
    pub request_seconds: u64,
}

/// `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network(IpNet);

impl TryFrom<String> for Network {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let one = text.parse::<IpAddr>().map(IpNet::from);
        one.or_else(|_| text.parse())
            .map(Self)
            .map_err(|_| "an entry is neither an IP address nor a network like 10.0.0.0/8")
    }
}

impl Network {
    pub(super) fn has(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8787)),
            webhook_secret: None,
            trusted_proxies: Vec::new(),
            requests_per_second: 50,
            burst: 200,
            connections: 2_000,
            connections_per_address: 100,
            concurrent_requests: 256,
            request_seconds: 15,
        }
    }
}

impl ApiConfig {
    /// The key that is wrong, and how.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        if self.requests_per_second > 1_000_000 {
            return Err(("api.requests_per_second", format!("is {}, more than 1000000", self.requests_per_second)));
        }
        if self.burst == 0 {
            return Err(("api.burst", "is 0: then nobody is ever answered".to_owned()));
        }
        let counts = [
            ("api.connections", self.connections),
            ("api.connections_per_address", self.connections_per_address),
            ("api.concurrent_requests", self.concurrent_requests),
        ];
        if let Some((key, count)) = counts.into_iter().find(|(_, count)| !(1..=100_000).contains(count)) {
            return Err((key, format!("is {count}, not within 1 and 100000")));
        }
        if !(1..=600).contains(&self.request_seconds) {
            return Err(("api.request_seconds", format!("is {}, not within 1 and 600 s", self.request_seconds)));
        }
        Ok(())
    }

    /// For `config show`.
    pub fn shown(&self) -> Vec<(&'static str, String)> {
        let secret = self.webhook_secret.as_ref();
        let rate = match self.requests_per_second {
            0 => "0".to_owned(),
            rate => rate.to_string(),
        };
        let proxies: Vec<String> =
            self.trusted_proxies.iter().map(|network| crate::config::quoted(&network.0.to_string())).collect();
        vec![
            ("api.listen", crate::config::quoted(&self.listen.to_string())),
            (
                "api.webhook_secret",
                secret.map_or("# none: webhooks are off".to_owned(), |from| format!("{from}{}", crate::config::MASKED)),
            ),
            ("api.trusted_proxies", format!("[{}]", proxies.join(", "))),
            ("api.requests_per_second", rate),
            ("api.burst", self.burst.to_string()),
            ("api.connections", self.connections.to_string()),
            ("api.connections_per_address", self.connections_per_address.to_string()),
            ("api.concurrent_requests", self.concurrent_requests.to_string()),
            ("api.request_seconds", self.request_seconds.to_string()),
        ]
    }
}
