//! What stands on the stage: takes how it begins, gives the running world and where everything in it is.

use super::{Result, StageError};
use alloy::transports::http::reqwest;
use guerdon::chain::BatchStatus;
use guerdon_tests::anvil;
use guerdon_tests::chaos::crew::Crew;
use guerdon_tests::chaos::town::{Plan, Stand, Town};
use guerdon_tests::demo::cast::Member;
use guerdon_tests::rpc::Proxy;
use guerdon_tests::sandbox::{ARBITER, GUARDIAN, HOLDERS, ORACLES, STRANGER, TOKEN, secret, wallet};
use serde::Deserialize;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(25);

/// How it begins.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// 1: a daemon with all three keys; 3: one for each key, of whom two must agree.
    oracles: usize,
    /// Epochs that are settled before the curtain rises.
    epochs: u64,
    /// Whether the batch of the next one is in its window.
    posted: bool,
    /// Logins that link before the first epoch; those of the story when absent.
    linked: Option<Vec<String>>,
    /// Lines below `[page]` of the daemons' configuration.
    page: String,
}

impl Default for Options {
    fn default() -> Self {
        Self { oracles: 1, epochs: 1, posted: false, linked: None, page: String::new() }
    }
}

pub struct Stage {
    pub town: Town,
    pub crew: Crew,
    /// The RPC that the page is told of.
    pub page_rpc: Proxy,
    /// The one that wallets use.
    pub wallet_rpc: Proxy,
    /// Where each daemon listens, also after it was started again.
    apis: Vec<String>,
}

impl Stage {
    pub async fn build(options: &Options) -> Result<Self> {
        let town = Town::empty(Plan::sample()?).await?;
        for index in HOLDERS.into_iter().chain([ARBITER, GUARDIAN, STRANGER]) {
            town.sandbox.anvil.fund(anvil::key(index)?.address()).await?;
        }
        for member in &town.plan.members {
            town.sandbox.anvil.fund(anvil::key(wallet(member.nth))?.address()).await?;
        }
        let links = |member: &&Member| match &options.linked {
            Some(logins) => logins.contains(&member.login),
            None => member.links_in == Some(0),
        };
        let linking: Vec<&Member> = town.plan.members.iter().filter(links).collect();
        town.link(&linking).await?;
        let page_rpc = Proxy::start(town.sandbox.anvil.url()).await.map_err(StageError::Port)?;
        let wallet_rpc = Proxy::start(town.sandbox.anvil.url()).await.map_err(StageError::Port)?;
        let names = match options.oracles {
            1 => vec!["guerdon.toml".to_owned()],
            3 => town.three(town.sandbox.anvil.url())?,
            other => return Err(StageError::Wrong(format!("there are 1 or 3 oracles, not {other}"))),
        };
        let apis = configure(&town, &names, &page_rpc.url(), &options.page)?;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let crew = Crew::of(&town.sandbox, &names);
        let mut stage = Self { town, crew, page_rpc, wallet_rpc, apis };
        for nth in 0..stage.apis.len() {
            stage.start(nth).await?;
        }
        for epoch in 1..=options.epochs {
            stage.settle(epoch).await?;
        }
        if options.posted {
            stage.post(options.epochs + 1).await?;
        }
        Ok(stage)
    }

    pub async fn start(&mut self, nth: usize) -> Result<()> {
        let hand =
            self.crew.hands.get_mut(nth).ok_or_else(|| StageError::Wrong(format!("there is no daemon {nth}")))?;
        if !hand.is_running() {
            hand.start(&self.town.sandbox, &[])?;
        }
        let began = Instant::now();
        while hand.api().is_none() {
            if hand.ended().is_some() || began.elapsed() > PATIENCE {
                return Err(StageError::Wrong(format!("daemon {nth} does not serve:\n{}", hand.last_words())));
            }
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    }

    pub async fn stop(&mut self, nth: usize) -> Result<()> {
        let hand =
            self.crew.hands.get_mut(nth).ok_or_else(|| StageError::Wrong(format!("there is no daemon {nth}")))?;
        hand.stop().await?;
        Ok(())
    }

    /// To where the batch of an epoch is in its window.
    pub async fn post(&mut self, epoch: u64) -> Result<Stand> {
        self.town.become_due(epoch).await?;
        let stand = self.until(epoch, |status| matches!(status, BatchStatus::Window | BatchStatus::Settled)).await?;
        self.served(epoch, &["window", "crediting", "settled"]).await?;
        Ok(stand)
    }

    /// To where everybody in it may claim.
    pub async fn settle(&mut self, epoch: u64) -> Result<Stand> {
        let stand = self.post(epoch).await?;
        self.town.reach(stand.window_end).await?;
        self.sync().await?;
        let stand = self.until(epoch, |status| status == BatchStatus::Settled).await?;
        self.served(epoch, &["settled"]).await?;
        Ok(stand)
    }

    /// Until every daemon that runs serves it so: what it serves is some seconds old.
    async fn served(&mut self, epoch: u64, stages: &[&str]) -> Result<()> {
        let began = Instant::now();
        for (api, hand) in self.apis.iter().zip(&mut self.crew.hands).filter(|(_, hand)| hand.is_running()) {
            while !stages.contains(&stage(api, epoch).await.as_deref().unwrap_or_default()) {
                if began.elapsed() > PATIENCE {
                    let said = hand.last_words();
                    return Err(StageError::Wrong(format!(
                        "{api} does not serve epoch {epoch} as {stages:?}:\n{said}"
                    )));
                }
                tokio::time::sleep(POLL).await;
            }
        }
        Ok(())
    }

    async fn until(&mut self, epoch: u64, is_there: impl Fn(BatchStatus) -> bool) -> Result<Stand> {
        let began = Instant::now();
        loop {
            let stand = self.town.batch(epoch).await?;
            if is_there(stand.status) {
                return Ok(stand);
            }
            // Several daemons wait for one another by the chain's clock.
            if self.apis.len() > 1 {
                self.town.sandbox.anvil.mine(1).await?;
            }
            if began.elapsed() > PATIENCE {
                let said: Vec<String> = self.crew.hands.iter_mut().map(|hand| hand.last_words()).collect();
                return Err(StageError::Wrong(format!(
                    "epoch {epoch} is {:?} for too long:\n{}",
                    stand.status,
                    said.join("\n")
                )));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// GitHub has the chain's time.
    pub async fn sync(&self) -> Result<u64> {
        let now = self.town.sandbox.anvil.now().await?;
        self.town.plan.world.set_clock(now.cast_signed());
        Ok(now)
    }

    pub async fn described(&self) -> Result<Value> {
        let sandbox = &self.town.sandbox;
        let account = |index| {
            let address = anvil::key(index)?.address();
            Ok::<_, StageError>(json!({ "address": address, "key": secret(index)? }))
        };
        let accounts = |indices: &[u32]| indices.iter().map(|index| account(*index)).collect::<Result<Vec<_>>>();
        let person = |member: &Member| {
            let Member { login, id, story, .. } = member;
            Ok(json!({ "login": login, "id": id, "story": story, "wallet": account(wallet(member.nth))? }))
        };
        let people = self.town.plan.members.iter().map(person).collect::<Result<Vec<_>>>()?;
        let deployment: Value = serde_json::from_str(&sandbox.deployment.to_json())
            .map_err(|error| StageError::Wrong(error.to_string()))?;
        Ok(json!({
            "apis": self.apis,
            "rpc": { "page": self.page_rpc.url(), "wallet": self.wallet_rpc.url(), "anvil": sandbox.anvil.url() },
            "github": { "url": sandbox.github.base_url(), "token": TOKEN },
            "deployment": deployment,
            "people": people,
            "oracles": accounts(&ORACLES)?,
            "holders": accounts(&HOLDERS)?,
            "arbiter": account(ARBITER)?,
            "guardian": account(GUARDIAN)?,
            "stranger": account(STRANGER)?,
            "folder": sandbox.folder,
            "now": sandbox.anvil.now().await?,
        }))
    }
}

/// What an oracle's server says of an epoch; nothing where it does not know it.
async fn stage(api: &str, epoch: u64) -> Option<String> {
    let answer = reqwest::get(format!("{api}/v1/epochs/{epoch}")).await.ok()?.error_for_status().ok()?;
    let status: Value = serde_json::from_str(&answer.text().await.ok()?).ok()?;
    Some(status.get("status")?.as_str()?.to_owned())
}

/// Every daemon gets a port of its own that it keeps, and tells the page of all of them.
fn configure(town: &Town, names: &[String], rpc: &str, page: &str) -> Result<Vec<String>> {
    let mut apis = Vec::new();
    for name in names {
        let path = town.sandbox.folder.join(name);
        let text = std::fs::read_to_string(&path).map_err(|source| StageError::File(path, source))?;
        let address = text.lines().find_map(|line| line.strip_prefix("listen = \"")?.strip_suffix('"'));
        let address = address.unwrap_or_default().to_owned();
        if address.ends_with(":0") {
            let port = TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr()).map_err(StageError::Port)?;
            town.reconfigure(name, name, &[(&address, &port.to_string())])?;
            apis.push(format!("http://{port}"));
        } else {
            apis.push(format!("http://{address}"));
        }
    }
    for (name, own) in names.iter().zip(&apis) {
        let others = apis.iter().filter(|api| *api != own).map(|api| format!(", \"{api}/\"")).collect::<String>();
        let listen = "[api]\nrequests_per_second = 0\n";
        town.reconfigure(name, name, &[("[api]\n", listen)])?;
        let path = town.sandbox.folder.join(name);
        let mut text = std::fs::read_to_string(&path).map_err(|source| StageError::File(path.clone(), source))?;
        text += &format!("\n[page]\nrpc_urls = [\"{rpc}\"]\napis = [\"./\"{others}]\n{page}\n");
        std::fs::write(&path, text).map_err(|source| StageError::File(path, source))?;
    }
    Ok(apis)
}
