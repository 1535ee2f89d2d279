//! A real chain for tests and the demo: one anvil process, gone when its handle is dropped or the
//! process that holds it ends, however it ends.
//!
//! Takes: what time it is there, chain id, number of accounts. Gives: its URL, funded keys of
//! anvil's well-known mnemonic, and control over its clock. Never: a fixed port, another's process.

use alloy::network::Ethereum;
use alloy::primitives::{Address, U256};
use alloy::providers::ext::AnvilApi;
use alloy::providers::{DynProvider, Provider, ProviderBuilder};
use alloy::signers::local::{MnemonicBuilder, PrivateKeySigner, coins_bip39::English};
use alloy::transports::{RpcError, TransportErrorKind};
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::sync::oneshot;

/// anvil's own; everybody has these keys.
pub const MNEMONIC: &str = "test test test test test test test test test test test junk";

const START_TIMEOUT: Duration = Duration::from_secs(30);

/// As many states of blocks as a chain with reorgs has at most.
const STATES: &str = "10000";

/// Runs anvil until its standard input ends, which it does however the process that wrote to it ends.
/// anvil writes the states of old blocks to disk, gigabytes in a long run, and a killed one leaves them
/// there: in a folder of their own they can be removed.
const KEEPER: &str = r#"
trap : HUP INT TERM
states=$(mktemp -d) || exit
"$@" --cache-path "$states" </dev/null &
exec >/dev/null 2>&1
read -r _
kill -9 $!
wait
rm -rf "$states"
"#;

/// How the chain begins.
#[derive(Clone, Debug)]
pub struct Options {
    /// The time of the first block, UTC seconds; now when absent.
    pub timestamp: Option<u64>,
    pub chain_id: u64,
    /// Funded accounts.
    pub accounts: u32,
    /// It will be reorganised: all states stay in memory, since anvil does not find each of them again on
    /// the disk. Not for a chain of many thousand blocks.
    pub reorgs: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { timestamp: None, chain_id: 31_337, accounts: 10, reorgs: false }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum AnvilError {
    #[error("anvil cannot be run, for want of a shell (sh)")]
    Start(#[source] std::io::Error),
    #[error("anvil did not say where it listens within {} seconds", START_TIMEOUT.as_secs())]
    Silent,
    #[error("anvil does not start ({0}): run `npm ci`, or name a binary with ANVIL")]
    Ended(String),
    #[error("anvil failed while {doing}")]
    Rpc { doing: &'static str, source: RpcError<TransportErrorKind> },
    #[error("the chain's clock is at {now}, it cannot go back to {to}")]
    Backwards { now: u64, to: u64 },
    #[error("account {0} cannot be derived")]
    Account(u32),
}

/// A running chain.
pub struct Anvil {
    process: Child,
    url: String,
    provider: DynProvider<Ethereum>,
}

impl Drop for Anvil {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        // It may be gone already; there is nobody left to tell.
        _ = self.process.wait();
    }
}

impl Anvil {
    /// Starts a chain on a free port and waits until it answers.
    pub async fn start(options: Options) -> Result<Self, AnvilError> {
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER, "sh"]).arg(binary());
        command.args(["--host", "127.0.0.1", "--port", "0", "--mnemonic", MNEMONIC]);
        if options.reorgs {
            command.args(["--prune-history", STATES]);
        }
        command.args(["--chain-id", &options.chain_id.to_string(), "--accounts", &options.accounts.to_string()]);
        if let Some(timestamp) = options.timestamp {
            command.args(["--timestamp", &timestamp.to_string()]);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().map_err(AnvilError::Start)?;
        let (tell, told) = oneshot::channel();
        if let Some(stdout) = process.stdout.take() {
            std::thread::spawn(move || listen(BufReader::new(stdout), tell));
        }
        let address = match tokio::time::timeout(START_TIMEOUT, told).await {
            Ok(Ok(address)) => address,
            Ok(Err(_)) => return Err(AnvilError::Ended(last_words(process))),
            Err(_) => {
                drop(process.stdin.take());
                _ = process.wait();
                return Err(AnvilError::Silent);
            }
        };
        // Its errors were only wanted while it started.
        drain(&mut process);
        let url = format!("http://{address}");
        let endpoint = url::Url::parse(&url).map_err(|_| AnvilError::Ended(address))?;
        let provider = ProviderBuilder::new().connect_http(endpoint).erased();
        let anvil = Self { process, url, provider };
        anvil.now().await?;
        Ok(anvil)
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// A provider without a key.
    pub fn provider(&self) -> &DynProvider<Ethereum> {
        &self.provider
    }

    /// The time of the latest block.
    pub async fn now(&self) -> Result<u64, AnvilError> {
        let rpc = |source| AnvilError::Rpc { doing: "reading a block", source };
        let block = self.provider.get_block_by_number(Default::default()).await.map_err(rpc)?;
        block.map(|block| block.header.timestamp).ok_or(rpc(RpcError::NullResp))
    }

    /// Mines one block at exactly this time; nothing happens if it is that late already.
    pub async fn warp(&self, to: u64) -> Result<(), AnvilError> {
        let now = self.now().await?;
        if now == to {
            return Ok(());
        }
        if now > to {
            return Err(AnvilError::Backwards { now, to });
        }
        let rpc = |source| AnvilError::Rpc { doing: "moving the clock", source };
        self.provider.anvil_set_next_block_timestamp(to).await.map_err(rpc)?;
        self.mine(1).await
    }

    /// Mines blocks.
    pub async fn mine(&self, blocks: u64) -> Result<(), AnvilError> {
        let rpc = |source| AnvilError::Rpc { doing: "mining", source };
        self.provider.anvil_mine(Some(blocks), None).await.map_err(rpc)
    }

    /// The chain as it is now, to come back to.
    pub async fn snapshot(&self) -> Result<U256, AnvilError> {
        let rpc = |source| AnvilError::Rpc { doing: "taking a snapshot", source };
        self.provider.anvil_snapshot().await.map_err(rpc)
    }

    /// Back to a snapshot, which is used up by it.
    pub async fn revert(&self, to: U256) -> Result<(), AnvilError> {
        let rpc = |source| AnvilError::Rpc { doing: "going back to a snapshot", source };
        if self.provider.anvil_revert(to).await.map_err(rpc)? { Ok(()) } else { Err(rpc(RpcError::NullResp)) }
    }

    /// Gives an account some of the chain's coin.
    pub async fn fund(&self, account: Address) -> Result<(), AnvilError> {
        let rpc = |source| AnvilError::Rpc { doing: "funding an account", source };
        let ten = alloy::primitives::utils::Unit::ETHER.wei() * U256::from(10);
        self.provider.anvil_set_balance(account, ten).await.map_err(rpc)
    }
}

/// The key of one of anvil's accounts.
pub fn key(index: u32) -> Result<PrivateKeySigner, AnvilError> {
    let built = MnemonicBuilder::<English>::default().phrase(MNEMONIC).index(index).map(|builder| builder.build());
    match built {
        Ok(Ok(signer)) => Ok(signer),
        _ => Err(AnvilError::Account(index)),
    }
}

/// Tells where anvil listens, then reads on so that the pipe never fills.
fn listen(lines: impl BufRead, tell: oneshot::Sender<String>) {
    let mut tell = Some(tell);
    for line in lines.lines().map_while(Result::ok) {
        if let Some(address) = line.trim().strip_prefix("Listening on ")
            && let Some(tell) = tell.take()
        {
            _ = tell.send(address.to_owned());
        }
    }
}

fn drain(process: &mut Child) {
    if let Some(mut stderr) = process.stderr.take() {
        std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
    }
}

fn last_words(process: Child) -> String {
    let output = process.wait_with_output();
    output.map(|output| String::from_utf8_lossy(&output.stderr).trim().to_owned()).unwrap_or_default()
}

/// ANVIL, or the binary that npm installed, or whatever is on the PATH.
fn binary() -> OsString {
    if let Some(binary) = std::env::var_os("ANVIL") {
        return binary;
    }
    let npm = installed();
    if npm.exists() { npm.into_os_string() } else { "anvil".into() }
}

fn installed() -> PathBuf {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        "windows" => "win32",
        other => other,
    };
    let machine = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let name = format!("anvil{}", std::env::consts::EXE_SUFFIX);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    root.join("node_modules/@foundry-rs").join(format!("anvil-{system}-{machine}")).join("bin").join(name)
}
