//! What linking works with: a configuration where there is one, else an RPC and a deployment record. Opens no
//! store.

use super::args::Who;
use crate::cli::args::{Global, Wallet};
use eyre::{Result, WrapErr, bail, eyre};
use guerdon::amount::Money;
use guerdon::chain::{Chain, Sender, load_deployment};
use guerdon::config::Config;
use guerdon::fetch::{GitHub, GitHubOptions};
use guerdon::keys::OracleKey;
use guerdon::oracle;
use guerdon_core::model::ContributorId;

/// As GitHub's own tools name it.
const GITHUB_API: &str = "GITHUB_API_URL";

pub(super) struct Setting {
    pub(super) chain: Chain,
    config: Option<Config>,
}

impl Setting {
    pub(super) async fn open(global: &Global) -> Result<Self> {
        if let (Some(rpc_url), Some(record), false) = (&global.rpc_url, &global.deployment, global.config.exists()) {
            let deployment = load_deployment(record)?;
            return Ok(Self { chain: Chain::connect(rpc_url, &deployment).await?, config: None });
        }
        let config = global.config().wrap_err("without a configuration file give --rpc-url and --deployment")?;
        Ok(Self { chain: oracle::connect(&config).await?, config: Some(config) })
    }

    /// By the configuration, or else by the token in the environment, if there is one.
    pub(super) fn github(&self) -> Result<Option<GitHub>> {
        if let Some(config) = &self.config {
            return Ok(Some(oracle::github(config)?));
        }
        let Some(token) = std::env::var("GITHUB_TOKEN").ok().filter(|token| !token.is_empty()) else {
            return Ok(None);
        };
        let mut options = GitHubOptions::new(token.into());
        if let Ok(url) = std::env::var(GITHUB_API) {
            options.api_url = url;
        }
        Ok(Some(GitHub::new(options)?))
    }

    /// The account's number, which is all that counts on the chain.
    pub(super) async fn identify(&self, who: &Who) -> Result<ContributorId> {
        if let Some(id) = who.id {
            return Ok(ContributorId(id));
        }
        match self.github()? {
            Some(github) => Ok(ContributorId(github.account(&who.login).await?.id)),
            None => bail!(
                "which number has the account {login}? Give --id with the `id` at https://api.github.com/users/{login}, \
                 or a token in GITHUB_TOKEN",
                login = who.login
            ),
        }
    }

    /// The oracle keys that are at hand here.
    pub(super) fn keys(&self) -> Result<Vec<OracleKey>> {
        let sources = self.config.iter().flat_map(|config| &config.oracle.keys);
        Ok(sources.map(|source| OracleKey::load(source, self.chain.chain_id())).collect::<Result<_, _>>()?)
    }

    /// The addresses of oracles: those that were given, or those that are configured.
    pub(super) fn oracles(&self, given: &[String]) -> Vec<String> {
        let configured = || self.config.as_ref().map(Config::attesters).unwrap_or_default();
        if given.is_empty() { configured() } else { given.to_vec() }
    }

    /// The given wallet's key.
    pub(super) fn key(&self, wallet: &Wallet, what_for: &str) -> Result<OracleKey> {
        let source =
            wallet.source().ok_or_else(|| eyre!("which wallet {what_for}? Give --keystore with --password"))?;
        Ok(OracleKey::load(&source, self.chain.chain_id())?)
    }

    /// Who pays: the given wallet, or the configured submitter.
    pub(super) fn sender(&self, wallet: &Wallet) -> Result<Sender> {
        let oracle = self.config.as_ref().map(|config| &config.oracle);
        let submitter = || oracle.and_then(|oracle| oracle.submitter.as_ref().or_else(|| oracle.keys.first()).cloned());
        let source = wallet.source().or_else(submitter);
        let source = source.ok_or_else(|| eyre!("who pays for the transaction? Give --keystore with --password"))?;
        Ok(self.chain.sender(&OracleKey::load(&source, self.chain.chain_id())?)?)
    }

    pub(super) async fn money(&self) -> Result<Money> {
        let token = self.chain.token().await?;
        Ok(Money { unit: self.chain.deployment().unit, decimals: token.decimals, symbol: token.symbol })
    }
}
