//! `config.json`: what the page has to know before it can ask anybody. Takes the deployment, the section `[page]` and
//! what the store knows; gives nothing that another host could not serve as a file.

use super::settings::Currency;
use crate::config::Config;
use crate::oracle::Oracle;
use crate::store::Repository;
use alloy::primitives::Address;
use guerdon_core::B256;
use serde::Serialize;

/// A chain of one machine, which has no secrets.
const LOCAL: u64 = 31_337;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shown {
    organization: Option<String>,
    apis: Vec<String>,
    chain: Chain,
    /// The block of the deployment: nothing happened before it.
    block: u64,
    contracts: Contracts,
    /// UTC seconds.
    epoch_start: u64,
    epoch_length: u64,
    window: u64,
    /// Base units of the payout token, decimal.
    unit: String,
    /// For how many epochs an amount waits for a link.
    accrue_epochs: Option<u64>,
    repositories: Vec<Named>,
    ranking: bool,
    policies: Vec<Policy>,
}

#[derive(Serialize)]
struct Chain {
    id: u64,
    name: String,
    rpcs: Vec<String>,
    explorer: Option<String>,
    currency: Currency,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Contracts {
    distributor: Address,
    links: Address,
    disputes: Address,
    token: Address,
    treasury: Address,
    governor: Address,
    timelock: Address,
    earned_votes: Address,
    veto: Address,
}

/// Facts name a repository by its id.
#[derive(Serialize)]
struct Named {
    id: u64,
    name: String,
}

#[derive(Serialize)]
struct Policy {
    hash: B256,
    /// Beside the page.
    uri: String,
}

impl Shown {
    pub(super) fn of(oracle: &Oracle, repositories: Vec<Repository>) -> Self {
        let deployment = oracle.chain.deployment();
        let page = &oracle.config.page;
        let contracts = &deployment.contracts;
        let named = |one: Repository| Named { id: one.id, name: format!("{}/{}", one.owner, one.name) };
        let policy = |hash: &B256| Policy { hash: *hash, uri: format!("v1/policies/{hash}") };
        Self {
            organization: page.organization.clone().or_else(|| oracle.config.github.organization.clone()),
            apis: page.apis.clone(),
            chain: Chain {
                id: deployment.chain_id,
                name: page.chain_name.clone().unwrap_or_else(|| name_of(deployment.chain_id)),
                rpcs: rpcs(&oracle.config, deployment.chain_id),
                explorer: page.explorer.clone(),
                currency: page.currency.clone(),
            },
            block: deployment.block,
            contracts: Contracts {
                distributor: contracts.distributor.address,
                links: contracts.links.address,
                disputes: contracts.disputes.address,
                token: contracts.token.address,
                treasury: contracts.treasury.address,
                governor: contracts.governor.address,
                timelock: contracts.timelock.address,
                earned_votes: contracts.earned_votes.address,
                veto: contracts.contributor_veto.address,
            },
            epoch_start: deployment.epoch_start,
            epoch_length: deployment.epoch_length,
            window: deployment.window,
            unit: deployment.unit.to_string(),
            accrue_epochs: oracle.policies.first().map(|policy| policy.accrue_epochs),
            repositories: repositories.into_iter().map(named).collect(),
            ranking: page.ranking,
            policies: oracle.policies.hashes().map(policy).collect(),
        }
    }
}

/// The configured ones. The daemon's own may hold a key, so it is shown on a local chain only.
fn rpcs(config: &Config, chain_id: u64) -> Vec<String> {
    if config.page.rpc_urls.is_empty() && chain_id == LOCAL {
        return config.chain.rpc_url.iter().map(str::to_owned).collect();
    }
    config.page.rpc_urls.clone()
}

fn name_of(chain_id: u64) -> String {
    match chain_id {
        1 => "Ethereum".to_owned(),
        10 => "OP Mainnet".to_owned(),
        137 => "Polygon".to_owned(),
        8_453 => "Base".to_owned(),
        42_161 => "Arbitrum One".to_owned(),
        17_000 => "Holesky".to_owned(),
        11_155_111 => "Sepolia".to_owned(),
        LOCAL => "Local chain".to_owned(),
        other => format!("Chain {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{LOCAL, rpcs};
    use crate::config::{Config, Overrides};

    fn load(page: &str) -> Config {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("guerdon.toml");
        let text = format!(
            "[github]\nrepositories = [\"a/b\"]\n[chain]\nrpc_url = \"https://rpc.example/secret-key\"\n\
             deployment = \"d.json\"\n[page]\n{page}"
        );
        std::fs::write(&path, text).unwrap();
        Config::load(&path, Overrides::default()).unwrap()
    }

    #[test]
    fn the_daemons_own_rpc_is_shown_on_a_local_chain_only() {
        let silent = load("");
        assert_eq!(rpcs(&silent, 1), Vec::<String>::new());
        assert_eq!(rpcs(&silent, LOCAL), ["https://rpc.example/secret-key"]);
        let told = load("rpc_urls = [\"https://public.example\"]");
        assert_eq!(rpcs(&told, 1), ["https://public.example"]);
        assert_eq!(rpcs(&told, LOCAL), ["https://public.example"]);
    }
}
