//! A sandbox whose epoch 1 has as many contributors as wanted. The evidence is made up, and wallets are
//! linked by an impersonated contract instead of by as many signatures; all else goes the way that a real
//! epoch goes, by the real commands.

use crate::epoch;
use alloy::primitives::{Address, U256};
use alloy::providers::Provider;
use alloy::providers::ext::AnvilApi;
use alloy::rpc::types::TransactionRequest;
use alloy::sol_types::SolCall;
use eyre::{OptionExt as _, Result, WrapErr, ensure};
use futures::StreamExt as _;
use guerdon::store::{Account, Page, Repository, Store};
use guerdon_bindings::contracts::RewardDistributor;
use guerdon_core::evidence::Evidence;
use guerdon_core::model::{ContributorId, Epoch};
use guerdon_tests::github;
use guerdon_tests::github::sample::{EPOCH_1_START, ORG};
use guerdon_tests::sandbox::{Daemon, Options, SETTLE_DELAY, Sandbox, WEEK};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub const CONFIG: &str = "bench.toml";
/// Of ten facts that the made-up epoch has for each contributor, so many are kept: a busy week of a very
/// large organisation.
const FACTS_OF_TEN: usize = 3;
/// Links in one block.
const LINKS: usize = 300;
const PATIENCE: Duration = Duration::from_secs(600);

pub struct World {
    pub sandbox: Sandbox,
    pub contributors: u64,
    pub accounts: u64,
    database: PathBuf,
}

impl World {
    pub async fn make(folder: &Path, contributors: u64) -> Result<Self> {
        let start = EPOCH_1_START.unsigned_abs();
        let options = Options {
            folder: folder.to_owned(),
            epoch_start: start,
            organization: ORG.to_owned(),
            bots: Vec::new(),
            reorgs: false,
        };
        let world = github::World::sample()?;
        world.set_rate_limit(1_000_000, 1_000_000);
        eprintln!("starting a chain and deploying");
        let sandbox = Sandbox::start(world, &options).await?;
        let database = folder.join("guerdon.toml.db");
        configure(folder)?;

        eprintln!("making an epoch of {contributors} contributors");
        let evidence = evidence(&sandbox, contributors)?;
        let linked: Vec<ContributorId> =
            evidence.opening.people.iter().filter(|person| person.linked).map(|person| person.id).collect();
        let store = Store::open(&format!("sqlite:{}", database.display())).await?;
        accounts(&store, &evidence).await?;
        let due = start + WEEK + SETTLE_DELAY;
        store.put_evidence(Epoch(1), 1, &evidence.to_bytes()?, due).await?;
        store.close().await;
        drop(evidence);

        eprintln!("linking {} wallets", linked.len());
        link(&sandbox, &linked).await?;
        sandbox.anvil.warp(due).await?;
        for stage in ["score", "batch", "sign"] {
            eprintln!("guerdon {stage}");
            sandbox.guerdon(&[stage, "--epoch", "1"]).await?.succeeded(stage)?;
        }
        eprintln!("guerdon submit: posting and publishing, then crediting");
        let window = sandbox.json(&["submit", "--epoch", "1"]).await?;
        let until = window.get("until").and_then(serde_json::Value::as_u64).ok_or_eyre("the batch is not published")?;
        sandbox.anvil.warp(until).await?;
        let settled = sandbox.json(&["submit", "--epoch", "1"]).await?;
        ensure!(settled.get("step").is_some_and(|step| step == "settled"), "the epoch is not settled: {settled}");
        let accounts = u64::try_from(linked.len())?;
        Ok(Self { sandbox, contributors, accounts, database })
    }

    /// Waits until the API has its first view.
    pub async fn ready(&self, daemon: &Daemon) -> Result<()> {
        let began = Instant::now();
        loop {
            if let Ok((200, text)) = daemon.get("/v1/epochs/1").await {
                let epoch: serde_json::Value = serde_json::from_str(&text)?;
                ensure!(epoch.get("status").is_some_and(|status| status == "settled"), "{epoch}");
                break;
            }
            ensure!(began.elapsed() < PATIENCE, "the daemon's API never had a view");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let (first, ..) = self.ids();
        let (_, account) = daemon.get(&format!("/v1/contributors/{}", first + 37)).await?;
        let (_, why) = daemon.get(&format!("/v1/contributors/{}/explain", first + 37)).await?;
        eprintln!("an account: {account}\nan explanation: {} bytes", why.len());
        Ok(())
    }

    /// The first, the step and the number of the contributors' ids.
    pub fn ids(&self) -> (u64, u64, u64) {
        (20_000_000, 37, self.contributors)
    }

    pub fn store_bytes(&self) -> Result<u64> {
        Ok(std::fs::metadata(&self.database).wrap_err("the store is gone")?.len())
    }
}

/// The load comes from one address, and the daemon has nothing else to do.
fn configure(folder: &Path) -> Result<()> {
    let text = std::fs::read_to_string(folder.join("guerdon.toml"))?;
    let text = text.replace(
        "listen = \"127.0.0.1:0\"\n",
        "listen = \"127.0.0.1:0\"\nrequests_per_second = 1000000\nburst = 1000000\nconnections_per_address = 2000\n\
         concurrent_requests = 2000\n",
    );
    let text = text.replace("interval_ms = 200", "interval_ms = 30000");
    std::fs::write(folder.join(CONFIG), text).wrap_err("cannot write the configuration")
}

fn evidence(sandbox: &Sandbox, contributors: u64) -> Result<Evidence> {
    let whole = epoch::evidence(contributors * 10)?;
    let Evidence { mut header, opening, mut facts, .. } = whole;
    // Whole repositories, so that what belongs together stays together.
    let repositories: BTreeSet<_> =
        header.repositories.iter().take((header.repositories.len() * FACTS_OF_TEN).div_ceil(10)).copied().collect();
    facts.retain(|fact| repositories.contains(&fact.key().repo()));
    header.epoch = Epoch(1);
    header.distributor = sandbox.deployment.distributor();
    header.repositories = repositories.into_iter().collect();
    Ok(Evidence::new(header, opening, facts)?)
}

async fn accounts(store: &Store, evidence: &Evidence) -> Result<()> {
    let repository = Repository { id: 1, node: "R_bench".into(), owner: "bench".into(), name: "bench".into() };
    store.put_repository(&repository).await?;
    let account = |id: ContributorId| Account { id: id.0, login: format!("person-{id}"), bot: false };
    let accounts: Vec<Account> = evidence.opening.people.iter().map(|person| account(person.id)).collect();
    let page = Page { repository: 1, connection: "pulls", cursor: None, rows: &[], accounts: &accounts, seen: 1 };
    store.save_page(page, |_| false).await?;
    Ok(())
}

/// As if each had shown both proofs.
async fn link(sandbox: &Sandbox, ids: &[ContributorId]) -> Result<()> {
    let provider = sandbox.anvil.provider();
    let links = sandbox.deployment.contracts.links.address;
    provider.anvil_impersonate_account(links).await?;
    provider.anvil_set_balance(links, U256::MAX >> 8).await?;
    provider.anvil_set_auto_mine(false).await?;
    let mut nonce = provider.get_transaction_count(links).await?;
    for chunk in ids.chunks(LINKS) {
        let sending =
            chunk.iter().zip(nonce..).map(|(id, nonce)| {
                let wallet = Address::left_padding_from(&id.0.to_be_bytes());
                let call = RewardDistributor::settleLinkCall { id: id.0, wallet, nonce: 0 };
                let request = TransactionRequest::default()
                    .from(links)
                    .to(sandbox.deployment.distributor())
                    .nonce(nonce)
                    .gas_limit(90_000)
                    .input(call.abi_encode().into());
                async move {
                    provider.raw_request::<_, alloy::primitives::B256>("eth_sendTransaction".into(), (request,)).await
                }
            });
        let mut sent = futures::stream::iter(sending).buffer_unordered(16);
        while let Some(sent) = sent.next().await {
            sent?;
        }
        nonce += u64::try_from(chunk.len())?;
        sandbox.anvil.mine(1).await?;
    }
    let mined = provider.get_transaction_count(links).await?;
    ensure!(mined == nonce, "{} links were not mined", nonce - mined);
    provider.anvil_stop_impersonating_account(links).await?;
    provider.anvil_set_auto_mine(true).await?;
    Ok(())
}

/// Bytes of a process in memory, as Linux counts them.
pub fn resident(process: Option<u32>) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process?)).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}
