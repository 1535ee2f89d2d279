//! The section `[page]`: what the page tells browsers about this deployment. All of it is public.

use crate::config::quoted;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PageConfig {
    /// The title; `github.organization` when absent.
    pub organization: Option<String>,
    /// APIs of oracles: the first that answers is read, all are asked for attestations. `./` is this daemon.
    pub apis: Vec<String>,
    /// RPCs that browsers may use. They are shown to everybody, so never `chain.rpc_url`, which may hold a key.
    pub rpc_urls: Vec<String>,
    /// A block explorer; transactions are at `tx/HASH` below it.
    pub explorer: Option<String>,
    pub chain_name: Option<String>,
    /// The chain's own coin, in which gas is paid.
    pub currency: Currency,
    /// Whether people are shown in the order of what they earned.
    pub ranking: bool,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Currency {
    pub name: String,
    pub symbol: String,
    pub decimals: u8,
}

impl Default for PageConfig {
    fn default() -> Self {
        Self {
            organization: None,
            apis: vec!["./".to_owned()],
            rpc_urls: Vec::new(),
            explorer: None,
            chain_name: None,
            currency: Currency { name: "Ether".to_owned(), symbol: "ETH".to_owned(), decimals: 18 },
            ranking: false,
        }
    }
}

/// What the policy of the page's content lets it connect to.
fn is_reachable(url: &str) -> bool {
    let here = |url: &url::Url| url.scheme() == "http" && matches!(url.host_str(), Some("127.0.0.1" | "localhost"));
    url::Url::parse(url).is_ok_and(|url| url.scheme() == "https" || here(&url))
}

impl PageConfig {
    /// The key that is wrong, and how.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        let wrong = "which a browser cannot reach from the page: use https:// (http:// on 127.0.0.1 or localhost)";
        let is_api = |url: &&String| url.as_str() == "./" || (is_reachable(url) && url.ends_with('/'));
        if let Some(url) = self.apis.iter().find(|url| !is_api(url)) {
            return Err((
                "page.apis",
                format!("has {url:?}, which is neither ./ nor an https:// address that ends with /"),
            ));
        }
        if let Some(url) = self.rpc_urls.iter().find(|url| !is_reachable(url)) {
            return Err(("page.rpc_urls", format!("has {url:?}, {wrong}")));
        }
        if let Some(url) = self.explorer.iter().find(|url| !is_reachable(url)) {
            return Err(("page.explorer", format!("is {url:?}, {wrong}")));
        }
        if self.currency.symbol.is_empty() || self.currency.decimals > 36 {
            return Err(("page.currency", "needs a symbol, and at most 36 decimals".to_owned()));
        }
        Ok(())
    }

    /// For `config show`.
    pub fn shown(&self) -> Vec<(&'static str, String)> {
        let list = |urls: &[String]| format!("[{}]", urls.iter().map(|url| quoted(url)).collect::<Vec<_>>().join(", "));
        let or = |text: &Option<String>, remark: &str| text.as_deref().map_or(remark.to_owned(), quoted);
        let Currency { name, symbol, decimals } = &self.currency;
        let (name, symbol) = (quoted(name), quoted(symbol));
        vec![
            ("page.organization", or(&self.organization, "# as in github.organization")),
            ("page.apis", list(&self.apis)),
            ("page.rpc_urls", list(&self.rpc_urls)),
            ("page.explorer", or(&self.explorer, "# none: transactions are shown without a link")),
            ("page.chain_name", or(&self.chain_name, "# by its id")),
            ("page.currency", format!("{{ name = {name}, symbol = {symbol}, decimals = {decimals} }}")),
            ("page.ranking", self.ranking.to_string()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::PageConfig;

    #[test]
    fn what_a_browser_cannot_reach_is_refused() {
        let read = |text: &str| toml::from_str::<PageConfig>(text).unwrap().check().map_err(|(key, _)| key);
        assert_eq!(read(""), Ok(()));
        assert_eq!(read("apis = [\"./\", \"https://b.example/guerdon/\"]"), Ok(()));
        assert_eq!(read("rpc_urls = [\"http://127.0.0.1:8545\", \"https://rpc.example\"]"), Ok(()));
        assert_eq!(read("apis = [\"https://b.example/guerdon\"]"), Err("page.apis"));
        assert_eq!(read("apis = [\"javascript:alert(1)/\"]"), Err("page.apis"));
        assert_eq!(read("rpc_urls = [\"http://rpc.example\"]"), Err("page.rpc_urls"));
        assert_eq!(read("rpc_urls = [\"ws://127.0.0.1:8545\"]"), Err("page.rpc_urls"));
        assert_eq!(read("explorer = \"javascript:alert(1)\""), Err("page.explorer"));
        assert_eq!(read("currency = { name = \"\", symbol = \"\", decimals = 18 }"), Err("page.currency"));
        assert!(toml::from_str::<PageConfig>("rpc_url = \"https://rpc.example\"").is_err(), "an unknown key");
    }
}
