//! The sample organisation with a daemon for each of its three oracles.

use guerdon::chain::Chain;
use guerdon::peers::Told;
use guerdon::store::Store;
use guerdon_core::B256;
use guerdon_core::model::Epoch;
use guerdon_tests::chaos::crew::Crew;
use guerdon_tests::chaos::town::{Plan, Town};
use guerdon_tests::sandbox::ORACLES;
use std::time::{Duration, Instant};

pub struct Trio {
    pub town: Town,
    /// The names of the three configurations, in the order of [`ORACLES`].
    pub configs: Vec<String>,
}

impl Trio {
    pub async fn start() -> Self {
        let town = Town::start(Plan::sample().unwrap()).await.unwrap();
        let configs = town.three(town.sandbox.anvil.url()).unwrap();
        Self { town, configs }
    }

    /// The daemons of these oracles, counted from 0.
    pub fn crew(&self, which: &[usize]) -> Crew {
        let configs: Vec<&str> = which.iter().map(|nth| self.configs[*nth].as_str()).collect();
        Crew::of(&self.town.sandbox, &configs)
    }

    pub async fn chain(&self) -> Chain {
        Chain::connect(self.town.sandbox.anvil.url(), &self.town.sandbox.deployment).await.unwrap()
    }

    pub async fn store(&self, nth: usize) -> Store {
        let path = self.town.sandbox.folder.join(format!("{}.db", self.configs[nth]));
        Store::open(&format!("sqlite:{}", path.display())).await.unwrap()
    }

    /// How an oracle came to an epoch's batch.
    pub async fn told(&self, nth: usize, epoch: u64) -> Told {
        let store = self.store(nth).await;
        let told = Told::of(&store, Epoch(epoch)).await.unwrap();
        store.close().await;
        told.unwrap()
    }

    /// What was paid for an epoch, once.
    pub async fn entries(&self, epoch: u64) -> B256 {
        let paid = self.town.books().await.unwrap();
        paid.iter().find(|paid| paid.epoch == epoch).unwrap().entries_hash
    }

    /// Lets time pass for a while.
    pub async fn wait(&self, crew: &mut Crew, real: Duration) {
        let began = Instant::now();
        while began.elapsed() < real {
            crew.revive(&self.town.sandbox).unwrap();
            self.town.sandbox.anvil.mine(1).await.unwrap();
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// What one daemon with all three keys pays in the first epochs: the truth that three have to come to.
pub async fn truth(epochs: u64) -> Vec<B256> {
    let town = Town::start(Plan::sample().unwrap()).await.unwrap();
    let mut crew = Crew::of(&town.sandbox, &["guerdon.toml"]);
    crew.start(&town.sandbox).unwrap();
    for epoch in 1..=epochs {
        town.pay(&mut crew, epoch).await.unwrap();
    }
    crew.stop().await.unwrap();
    town.books().await.unwrap().into_iter().map(|paid| paid.entries_hash).collect()
}

/// The mnemonic's account of an oracle, counted from 0.
pub fn account(nth: usize) -> u32 {
    ORACLES[nth]
}
