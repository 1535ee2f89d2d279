//! A sandbox of the sample org with three oracles, each with one key, and its people.

use alloy::dyn_abi::TypedData;
use alloy::primitives::Address;
use alloy::signers::SignerSync;
use guerdon::chain::Chain;
use guerdon_core::model::ContributorId;
use guerdon_tests::anvil::key;
use guerdon_tests::github::World;
use guerdon_tests::github::sample::{CAST, EPOCH_1_START, ORG};
use guerdon_tests::sandbox::{Daemon, ORACLES, Options, Output, Sandbox, binary, output, secret};
use serde_json::Value;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::process::Command;

pub const START: u64 = EPOCH_1_START.unsigned_abs();
const PATIENCE: Duration = Duration::from_secs(120);

/// The environment of whoever runs the tests must not lead a command elsewhere.
const ENVIRONMENT: [&str; 10] = [
    "DATABASE_URL",
    "ETH_KEYSTORE",
    "ETH_PASSWORD",
    "ETH_PRIVATE_KEY",
    "ETH_RPC_URL",
    "GITHUB_TOKEN",
    "GUERDON_CONFIG",
    "GUERDON_DEPLOYMENT",
    "GUERDON_LOG",
    "GUERDON_POLICY",
];

pub struct Town {
    pub sandbox: Sandbox,
    pub options: Options,
    _folder: TempDir,
}

impl Town {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            folder: folder.path().to_owned(),
            epoch_start: START,
            organization: ORG.to_owned(),
            bots: Vec::new(),
            reorgs: false,
        };
        let world = World::sample().unwrap();
        world.set_rate_limit(1_000_000, 1_000_000);
        let sandbox = Sandbox::start(world, &options).await.unwrap();
        let town = Self { sandbox, options, _folder: folder };
        town.sync().await;
        town
    }

    pub fn world(&self) -> &World {
        self.sandbox.github.world()
    }

    /// GitHub has the chain's time.
    pub async fn sync(&self) {
        self.world().set_clock(self.now().await.cast_signed());
    }

    pub async fn now(&self) -> u64 {
        self.sandbox.anvil.now().await.unwrap()
    }

    /// Both clocks go on.
    pub async fn wait(&self, seconds: u64) {
        self.sandbox.anvil.warp(self.now().await + seconds).await.unwrap();
        self.sync().await;
    }

    pub async fn chain(&self) -> Chain {
        Chain::connect(self.sandbox.anvil.url(), &self.sandbox.deployment).await.unwrap()
    }

    /// One oracle of the set by itself; `more` is put at the end of its configuration.
    pub async fn oracle(&self, name: &str, keys: &[u32], more: &str) -> Daemon {
        let config = format!("{name}.toml");
        let path = self.sandbox.write_config(&config, keys, &self.options).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{text}\n{more}")).unwrap();
        self.sandbox.daemon_with(&config).await.unwrap()
    }

    /// Three oracles, two of whom must sign.
    pub async fn three(&self) -> [Daemon; 3] {
        let [a, b, c] = ORACLES;
        [self.oracle("a", &[a], "").await, self.oracle("b", &[b], "").await, self.oracle("c", &[c], "").await]
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.sandbox.folder.join(name)
    }

    /// A contributor's command: in an empty folder, with an RPC and the deployment record, and a token.
    pub fn contributor(&self, args: &[&str]) -> Command {
        let home = self.path("home");
        std::fs::create_dir_all(&home).unwrap();
        let mut command = Command::new(binary("guerdon").unwrap());
        for name in ENVIRONMENT {
            command.env_remove(name);
        }
        command.args(["--rpc-url", self.sandbox.anvil.url()]).arg("--deployment").arg(self.path("deployment.json"));
        command
            .env("GITHUB_TOKEN", guerdon_tests::sandbox::TOKEN)
            .env("GITHUB_API_URL", self.sandbox.github.base_url());
        command.args(args).current_dir(home);
        command
    }

    /// The same, paid or signed by one of the mnemonic's wallets.
    pub async fn run(&self, wallet: u32, args: &[&str]) -> Output {
        let mut command = self.contributor(args);
        command.args(["--key", "env:WALLET_KEY"]).env("WALLET_KEY", secret(wallet).unwrap());
        output(command).await.unwrap()
    }

    /// The result of a command that must succeed.
    pub async fn ok(&self, wallet: u32, args: &[&str]) -> String {
        let output = self.run(wallet, args).await;
        assert_eq!(output.code, 0, "{args:?}: {}", output.stderr);
        output.stdout
    }

    /// What a command says that must fail, with all of these words.
    pub async fn refuses(&self, wallet: u32, args: &[&str], words: &[&str]) -> String {
        let output = self.run(wallet, args).await;
        assert_eq!((output.code, output.stdout.as_str()), (1, ""), "{args:?}: {output:?}");
        for word in words {
            assert!(output.stderr.contains(word), "{args:?}: no {word:?} in: {}", output.stderr);
        }
        output.stderr
    }

    /// What is shown of a login, without any wallet.
    pub async fn status(&self, login: &str, oracles: &[&str]) -> Value {
        let mut args = vec!["link", "status", login, "--json"];
        args.extend(oracles.iter().flat_map(|url| ["--oracle", url]));
        let output = output(self.contributor(&args)).await.unwrap();
        assert_eq!(output.code, 0, "{}", output.stderr);
        serde_json::from_str(&output.stdout).unwrap()
    }

    /// The text for a gist, signed by a wallet's key.
    pub async fn text(&self, login: &str, wallet: u32) -> String {
        self.ok(wallet, &["link", "gist", login]).await
    }

    /// The same, published.
    pub async fn publish(&self, login: &str, wallet: u32) -> String {
        let text = self.text(login, wallet).await;
        self.sync().await;
        self.world().add_gist(login, "guerdon.md", &text).unwrap().id
    }

    /// Submits through these oracles, paid by anvil's account 8, which has no role.
    pub async fn submit(&self, login: &str, oracles: &[&str]) -> Output {
        self.submit_gist(login, None, oracles).await
    }

    /// The same; an oracle that was asked about a login alone believes for a moment what it saw.
    pub async fn submit_gist(&self, login: &str, gist: Option<&str>, oracles: &[&str]) -> Output {
        let mut args = vec!["link", "submit", login];
        args.extend(gist.iter().flat_map(|gist| ["--gist", gist]));
        args.extend(oracles.iter().flat_map(|url| ["--oracle", url]));
        self.run(guerdon_tests::sandbox::STRANGER, &args).await
    }

    /// The same, of one named gist, which must succeed.
    pub async fn link(&self, login: &str, gist: &str, oracles: &[&str]) -> Value {
        let mut args = vec!["link", "submit", login, "--gist", gist, "--json"];
        args.extend(oracles.iter().flat_map(|url| ["--oracle", url]));
        let text = self.ok(guerdon_tests::sandbox::STRANGER, &args).await;
        serde_json::from_str::<Value>(&text).unwrap()[0].clone()
    }

    pub async fn wallet_of(&self, login: &str) -> Option<Address> {
        self.chain().await.account(ContributorId(id_of(login))).await.unwrap().wallet
    }

    pub async fn coin(&self, wallet: u32) {
        self.sandbox.anvil.fund(address(wallet)).await.unwrap();
    }
}

pub fn address(wallet: u32) -> Address {
    key(wallet).unwrap().address()
}

pub fn id_of(login: &str) -> u64 {
    CAST.iter().find(|person| person.login == login).unwrap().id
}

/// What a wallet in a browser makes of `eth_signTypedData_v4`.
pub fn sign_typed(wallet: u32, message: &str) -> String {
    let typed: TypedData = serde_json::from_str(message).unwrap();
    let hash = typed.eip712_signing_hash().unwrap();
    alloy::primitives::hex::encode_prefixed(key(wallet).unwrap().sign_hash_sync(&hash).unwrap().as_bytes())
}

/// What an oracle answers about a login.
pub async fn ask(daemon: &Daemon, login: &str, gist: Option<&str>) -> (u16, Value) {
    let query = gist.map_or(String::new(), |gist| format!("?gist={gist}"));
    let (status, text) = daemon.get(&format!("/v1/links/{login}/attestation{query}")).await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}")))
}

pub async fn pending(daemon: &Daemon) -> Vec<Value> {
    let (status, text) = daemon.get("/v1/links/pending").await.unwrap();
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// The value of a figure without labels.
pub async fn figure(daemon: &Daemon, name: &str) -> Option<f64> {
    let text = daemon.get("/metrics").await.unwrap().1;
    text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
}

/// Asks until it is so.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < PATIENCE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A server that gives one answer to every question; ends with its handle.
pub struct Stranger {
    pub url: String,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Stranger {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub async fn stranger(status: u16, headers: &[(&'static str, &str)], body: String) -> Stranger {
    let status = axum::http::StatusCode::from_u16(status).unwrap();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let mut answer = axum::http::HeaderMap::new();
    for (name, value) in headers {
        answer.insert(name, value.parse().unwrap());
    }
    let say = move || {
        let (answer, body) = (answer.clone(), body.clone());
        async move { (status, answer, body) }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = axum::Router::new().fallback(say);
    let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    Stranger { url, task }
}
