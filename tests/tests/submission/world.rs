//! A local chain behind hostile RPCs, a batch that two of three oracles signed, and a store.

use super::local::{EVIDENCE, Local, POLICY, START, WEEK, signed};
use alloy::primitives::{Address, B256, Bytes};
use alloy::providers::Provider;
use alloy::providers::ext::AnvilApi;
use guerdon::chain::{Chain, ChainConfig, ChainError, Sender, Sent};
use guerdon::store::{NewTransaction, Store, TransactionStatus};
use guerdon_core::batch::{BatchHeader, Chunk, Entry, chunks, total};
use guerdon_core::model::{ContributorId, Epoch};
use guerdon_tests::rpc::Proxy;
use serde_json::Value;
use std::path::PathBuf;
use tempfile::TempDir;

pub const EPOCH: Epoch = Epoch(1);

pub struct Scene {
    pub local: Local,
    pub proxies: Vec<Proxy>,
    pub store: Store,
    pub header: BatchHeader,
    pub chunks: Vec<Chunk>,
    pub signatures: Bytes,
    folder: TempDir,
}

impl Scene {
    /// The first epoch is over, and its batch of two chunks can be posted.
    pub async fn start(rpcs: usize) -> Self {
        let local = Local::start().await;
        let mut proxies = Vec::new();
        for _ in 0..rpcs {
            proxies.push(Proxy::start(local.anvil.url()).await.unwrap());
        }
        local.anvil.warp(START + WEEK).await.unwrap();
        let entries = [(42, 1_000_000), (43, 2_500_000), (99, 7)];
        let entries = entries.map(|(id, units)| Entry { id: ContributorId(id), units });
        let chunks = chunks(&entries, 2).unwrap();
        let header = BatchHeader {
            epoch: EPOCH,
            round: 1,
            oracle_set: 1,
            post_before: START + 4 * WEEK,
            total: total(&entries).unwrap(),
            entries_hash: chunks[0].hash(),
            policy_hash: POLICY,
            evidence_hash: EVIDENCE,
        };
        let chain = local.chain().await;
        let signatures = signed(&chain, &header, &local.oracles[..2]).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder, "store.db").await;
        Self { local, proxies, store, header, chunks, signatures, folder }
    }

    /// Another machine's.
    pub async fn empty_store(&self) -> Store {
        open(&self.folder, "empty.db").await
    }

    pub fn config(&self) -> ChainConfig {
        ChainConfig {
            rpc_url: self.proxies.iter().map(Proxy::url).collect(),
            deployment: PathBuf::new(),
            rpc_agree: None,
            confirmations: 0,
            stall: 120,
            max_fee: 200,
        }
    }

    pub async fn chain(&self) -> Chain {
        self.chain_with(self.config()).await
    }

    pub async fn chain_with(&self, config: ChainConfig) -> Chain {
        Chain::open(&config, &self.local.deployment).await.unwrap()
    }

    pub fn sender(&self, chain: &Chain) -> Sender {
        chain.sender(&self.local.payer).unwrap().keeping(&self.store).briefly()
    }

    pub async fn post(&self, sender: &Sender) -> Result<Sent, ChainError> {
        sender.post_batch(&self.header, self.signatures.clone()).await
    }

    /// All that comes after the post.
    pub async fn finish(&self, chain: &Chain, sender: &Sender) {
        for chunk in &self.chunks {
            sender.publish(EPOCH, chunk).await.unwrap();
        }
        let opens = chain.batch(EPOCH).await.unwrap().window_end;
        self.local.anvil.warp(opens).await.unwrap();
        for chunk in &self.chunks {
            sender.credit(EPOCH, chunk).await.unwrap();
        }
    }

    pub fn payer(&self) -> Address {
        self.local.payer.address()
    }

    pub async fn nonce(&self) -> u64 {
        self.local.anvil.provider().get_transaction_count(self.payer()).await.unwrap()
    }

    pub async fn automine(&self, on: bool) {
        self.local.anvil.provider().anvil_set_auto_mine(on).await.unwrap();
    }

    pub async fn mine(&self, blocks: u64) {
        self.local.anvil.mine(blocks).await.unwrap();
    }

    /// Transactions that wait to be mined.
    pub async fn pool(&self) -> Vec<B256> {
        let pool: Value = self.local.anvil.provider().raw_request("txpool_content".into(), ()).await.unwrap();
        let accounts = pool["pending"].as_object().unwrap().values();
        let waiting = accounts.flat_map(|account| account.as_object().unwrap().values());
        waiting.map(|transaction| transaction["hash"].as_str().unwrap().parse().unwrap()).collect()
    }

    /// What the store has of the epoch.
    pub async fn rows(&self) -> Vec<NewTransaction> {
        let rows = self.store.transactions(EPOCH).await.unwrap();
        rows.into_iter().map(|row| row.transaction).collect()
    }

    pub async fn statuses(&self) -> Vec<TransactionStatus> {
        self.rows().await.into_iter().map(|row| row.status).collect()
    }

    /// Transactions of a purpose that the chain has, by its events: posts, publications, credits.
    pub async fn on_chain(&self) -> (usize, usize, usize) {
        let chain = self.local.chain().await;
        let posted = usize::from(chain.posted(EPOCH, 1).await.unwrap().is_some());
        let published = chain.published(EPOCH, 1).await.unwrap().len();
        let credits = chain.credits().await.unwrap();
        (posted, published, credits.get(&(EPOCH, 1)).map_or(0, |credits| credits.txs.len()))
    }
}

async fn open(folder: &TempDir, name: &str) -> Store {
    Store::open(&format!("sqlite:{}", folder.path().join(name).display())).await.unwrap()
}
