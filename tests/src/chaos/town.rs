//! One organisation with its chain, its people linked, and its daemons: what is put under stress, and taken
//! from one epoch to the next by moving GitHub's clock and the chain's.

use super::crew::Crew;
use super::{ChaosError, Result};
use crate::anvil::{self, AnvilError};
use crate::demo::cast::{self, Member};
use crate::github::World;
use crate::github::sample::{EPOCH_1_START, ORG};
use crate::sandbox::{DAY, ORACLES, Options, SETTLE_DELAY, Sandbox, WEEK};
use alloy::primitives::U256;
use alloy::providers::ext::AnvilApi as _;
use alloy::providers::{DynProvider, Provider as _};
use alloy::rpc::types::anvil::ReorgOptions;
use guerdon::chain::BatchStatus;
use guerdon_bindings::contracts::RewardDistributor::RewardDistributorInstance;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long an epoch may stand still.
const PATIENCE: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(20);

/// What an organisation is.
pub struct Plan {
    pub world: World,
    pub organization: String,
    /// First second of epoch 1.
    pub start: u64,
    pub bots: Vec<String>,
    pub members: Vec<Member>,
    /// Whether its chain will be reorganised.
    pub reorgs: bool,
}

impl Plan {
    /// The sample organisation for its three epochs.
    pub fn sample() -> Result<Self> {
        Ok(Self {
            world: World::sample()?,
            organization: ORG.to_owned(),
            start: EPOCH_1_START.unsigned_abs(),
            bots: Vec::new(),
            members: cast::of_the_sample(),
            reorgs: true,
        })
    }
}

pub struct Town {
    pub sandbox: Sandbox,
    pub plan: Plan,
    pub options: Options,
    /// Blocks are mined while an epoch is waited for, as they are on a real chain.
    pub mines: bool,
    _folder: TempDir,
}

/// Where a batch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stand {
    pub status: BatchStatus,
    /// First second to credit.
    pub window_end: u64,
}

/// What becomes of transactions whose block is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    MinedAgain,
    Lost,
}

/// A moment that can be gone back to, while no daemon runs.
pub struct Saved {
    snapshot: U256,
    stores: PathBuf,
    clock: i64,
}

impl Town {
    /// Everybody who ever links does so before the first epoch.
    pub async fn start(plan: Plan) -> Result<Self> {
        let town = Self::empty(plan).await?;
        let linking: Vec<&Member> = town.plan.members.iter().filter(|member| member.links_in.is_some()).collect();
        town.link(&linking).await?;
        Ok(town)
    }

    /// Nobody is linked yet.
    pub async fn empty(plan: Plan) -> Result<Self> {
        let folder = tempfile::tempdir().map_err(|source| ChaosError::File(std::env::temp_dir(), source))?;
        let options = Options {
            folder: folder.path().to_owned(),
            epoch_start: plan.start,
            organization: plan.organization.clone(),
            bots: plan.bots.clone(),
            reorgs: plan.reorgs,
        };
        plan.world.set_clock((plan.start - DAY / 2).cast_signed());
        plan.world.set_rate_limit(100_000_000, 100_000_000);
        let sandbox = Sandbox::start(plan.world.clone(), &options).await?;
        let town = Self { sandbox, plan, options, mines: false, _folder: folder };
        town.reconfigure("guerdon.toml", "guerdon.toml", &[("interval_ms = 200", "interval_ms = 50")])?;
        Ok(town)
    }

    pub async fn link(&self, members: &[&Member]) -> Result<()> {
        let until = self.plan.start + 51 * WEEK;
        let linked = cast::link(&self.sandbox, members, until).await;
        linked.map(drop).map_err(|error| ChaosError::Link(Box::new(error)))
    }

    /// A copy of a configuration with these parts of its text replaced.
    pub fn reconfigure(&self, original: &str, name: &str, changes: &[(&str, &str)]) -> Result<()> {
        let (from, to) = (self.sandbox.folder.join(original), self.sandbox.folder.join(name));
        let mut text = std::fs::read_to_string(&from).map_err(|source| ChaosError::File(from.clone(), source))?;
        for (old, new) in changes {
            if !text.contains(old) {
                return Err(ChaosError::Wrong { epoch: 0, problem: format!("{old:?} is not in {original}") });
            }
            text = text.replacen(old, new, 1);
        }
        std::fs::write(&to, text).map_err(|source| ChaosError::File(to, source))
    }

    /// A daemon for each oracle key, with a store and an address of its own, that knows the others; gives their
    /// configurations' names.
    pub fn three(&self, rpc_url: &str) -> Result<Vec<String>> {
        // All are held at once, so that no two are the same.
        let ports = ORACLES.map(|_| TcpListener::bind("127.0.0.1:0"));
        let address = |port: &std::io::Result<TcpListener>| port.as_ref().ok()?.local_addr().ok();
        let mut hosts = Vec::new();
        for (oracle, port) in ORACLES.into_iter().zip(&ports) {
            let address = address(port).ok_or_else(|| ChaosError::Relay(std::io::ErrorKind::AddrInUse.into()))?;
            hosts.push((oracle, anvil::key(oracle)?.address(), address));
        }
        let mut names = Vec::new();
        for (oracle, _, address) in &hosts {
            let name = format!("oracle-{oracle}.toml");
            let path = self.sandbox.write_config(&name, &[*oracle], &self.options)?;
            let listen = format!("listen = \"{address}\"");
            self.reconfigure(
                &name,
                &name,
                &[
                    ("interval_ms = 200", "interval_ms = 50"),
                    ("listen = \"127.0.0.1:0\"", &listen),
                    (self.sandbox.anvil.url(), rpc_url),
                    ("settle_delay", "patience = 10\nfallback = 20\nsettle_delay"),
                ],
            )?;
            let mut text = String::new();
            for (_, key, address) in hosts.iter().filter(|(other, ..)| other != oracle) {
                text += &format!("\n[[peers]]\naddress = \"{key}\"\nurl = \"http://{address}\"\n");
            }
            let file = |source| ChaosError::File(path.clone(), source);
            let mut config = std::fs::File::options().append(true).open(&path).map_err(file)?;
            config.write_all(text.as_bytes()).map_err(file)?;
            names.push(name);
        }
        Ok(names)
    }

    /// When an epoch can be cut.
    pub fn due(&self, epoch: u64) -> u64 {
        self.plan.start + epoch * WEEK + SETTLE_DELAY
    }

    /// The distributor itself: what the daemon reads it with may have opinions on a chain that goes back.
    pub fn distributor(&self) -> RewardDistributorInstance<&DynProvider> {
        RewardDistributorInstance::new(self.sandbox.deployment.distributor(), self.sandbox.anvil.provider())
    }

    /// Where the latest batch of an epoch stands.
    pub async fn batch(&self, epoch: u64) -> Result<Stand> {
        let mut tries = 0;
        let state = loop {
            match self.distributor().batch(epoch).call().await {
                Ok(state) => break state,
                // A chain that is forgetting blocks has no state for a moment.
                Err(_) if tries < 50 => tries += 1,
                Err(error) => return Err(Box::new(error).into()),
            }
            tokio::time::sleep(POLL).await;
        };
        let status = match state.status {
            1 => BatchStatus::Posted,
            2 => BatchStatus::Window,
            3 => BatchStatus::Crediting,
            4 => BatchStatus::Settled,
            5 => BatchStatus::Void,
            _ => BatchStatus::None,
        };
        Ok(Stand { status, window_end: state.windowEnd })
    }

    /// GitHub and the chain at the moment from which an epoch can be cut.
    pub async fn become_due(&self, epoch: u64) -> Result<()> {
        let due = self.due(epoch);
        self.plan.world.set_clock(due.cast_signed());
        self.reach(due).await
    }

    /// The chain's clock, unless it is later already.
    pub async fn reach(&self, time: u64) -> Result<()> {
        match self.sandbox.anvil.warp(time).await {
            Ok(()) | Err(AnvilError::Backwards { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes an epoch to where every daemon is done with it, whoever dies on the way.
    pub async fn pay(&self, crew: &mut Crew, epoch: u64) -> Result<()> {
        self.pay_with(crew, epoch, async |_, _| Ok(())).await
    }

    /// The same, with something to do at every look: it gets the crew and where the batch stands.
    pub async fn pay_with(
        &self,
        crew: &mut Crew,
        epoch: u64,
        mut meddle: impl AsyncFnMut(&mut Crew, &Stand) -> Result<()>,
    ) -> Result<()> {
        self.become_due(epoch).await?;
        let (mut began, mut before) = (Instant::now(), None);
        while !crew.have_done(epoch) {
            crew.revive(&self.sandbox)?;
            // A chain that forgot blocks may have forgotten the time as well.
            self.reach(self.due(epoch)).await?;
            let state = self.batch(epoch).await?;
            meddle(crew, &state).await?;
            if before != Some(state.status) {
                (began, before) = (Instant::now(), Some(state.status));
            }
            // Looked at again: what was done to the chain may have taken the publication with it.
            if state.status == BatchStatus::Window {
                self.reach(self.batch(epoch).await?.window_end).await?;
            }
            // Several daemons wait for one another by the chain's clock.
            if self.mines || crew.hands.len() > 1 {
                self.sandbox.anvil.mine(1).await?;
            }
            if began.elapsed() > PATIENCE {
                let hand = crew.hands.iter_mut().find_map(|hand| (!hand.has_done(epoch)).then_some(hand));
                let (name, last) = hand.map_or_else(Default::default, |hand| (hand.config.clone(), hand.last_words()));
                return Err(ChaosError::Stuck { epoch, name, last });
            }
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    }

    /// The last blocks go with all that is in them, and as many empty ones take their place. What was in them
    /// waits to be mined again, as it mostly does, or is lost.
    pub async fn forget_blocks(&self, depth: u64, fate: Fate) -> Result<()> {
        let provider = self.sandbox.anvil.provider();
        let rpc = |source| AnvilError::Rpc { doing: "forgetting blocks", source };
        let head = provider.get_block_number().await.map_err(rpc)?;
        let mut sent = Vec::new();
        for number in head.saturating_sub(depth) + 1..=head {
            let block = provider.get_block_by_number(number.into()).await.map_err(rpc)?;
            for hash in block.iter().flat_map(|block| block.transactions.hashes()) {
                sent.extend(provider.get_raw_transaction_by_hash(hash).await.map_err(rpc)?);
            }
        }
        let options = ReorgOptions { depth, tx_block_pairs: Vec::new() };
        provider.anvil_reorg(options).await.map_err(rpc)?;
        if fate == Fate::MinedAgain {
            for raw in sent {
                // The daemon may have sent it again already.
                drop(provider.send_raw_transaction(&raw).await);
            }
        }
        Ok(())
    }

    /// Blocks are mined by hand from now on, one at every look.
    pub async fn mine_by_hand(&mut self) -> Result<()> {
        let rpc = |source| AnvilError::Rpc { doing: "switching mining", source };
        self.sandbox.anvil.provider().anvil_set_auto_mine(false).await.map_err(rpc)?;
        self.mines = true;
        Ok(())
    }

    /// Remembers the chain, the stores and the clock. No daemon may run.
    pub async fn save(&self, name: &str) -> Result<Saved> {
        let stores = self.sandbox.folder.join(name);
        std::fs::create_dir_all(&stores).map_err(|source| ChaosError::File(stores.clone(), source))?;
        copy_stores(&self.sandbox.folder, &stores)?;
        Ok(Saved { snapshot: self.snapshot().await?, stores, clock: self.plan.world.clock().0 })
    }

    /// Goes back to a moment, as often as wanted.
    pub async fn restore(&self, saved: &mut Saved) -> Result<()> {
        let rpc = |source| AnvilError::Rpc { doing: "going back to a snapshot", source };
        if !self.sandbox.anvil.provider().anvil_revert(saved.snapshot).await.map_err(rpc)? {
            return Err(ChaosError::Wrong { epoch: 0, problem: "the chain has forgotten its snapshot".to_owned() });
        }
        saved.snapshot = self.snapshot().await?;
        for file in stores_in(&self.sandbox.folder)? {
            std::fs::remove_file(&file).map_err(|source| ChaosError::File(file, source))?;
        }
        copy_stores(&saved.stores, &self.sandbox.folder)?;
        self.plan.world.set_clock(saved.clock);
        Ok(())
    }

    async fn snapshot(&self) -> Result<U256> {
        let rpc = |source| AnvilError::Rpc { doing: "taking a snapshot", source };
        Ok(self.sandbox.anvil.provider().anvil_snapshot().await.map_err(rpc)?)
    }

    /// Bytes of all stores together, without their journals, which come and go with whoever writes.
    pub fn stored(&self) -> Result<u64> {
        let size = |file: PathBuf| {
            let found = std::fs::metadata(&file).map_err(|source| ChaosError::File(file, source))?;
            Ok(found.len())
        };
        let stores = stores_in(&self.sandbox.folder)?.into_iter();
        stores.filter(|file| file.extension().is_some_and(|end| end == "db")).map(size).sum()
    }
}

/// SQLite's files, journals included.
fn stores_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |source| ChaosError::File(folder.to_owned(), source);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if [".db", ".db-wal", ".db-shm"].iter().any(|end| name.ends_with(end)) {
            found.push(path);
        }
    }
    Ok(found)
}

fn copy_stores(from: &Path, to: &Path) -> Result<()> {
    for file in stores_in(from)? {
        let copy = to.join(file.file_name().unwrap_or_default());
        std::fs::copy(&file, &copy).map_err(|source| ChaosError::File(copy, source))?;
    }
    Ok(())
}
