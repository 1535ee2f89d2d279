//! A sandbox of the sample org in a folder of its own, with everything that its commands said.

use super::state::{State, state};
use guerdon_tests::github::World;
use guerdon_tests::github::sample::{CAST, EPOCH_1_START, Links, ORG, Role};
use guerdon_tests::sandbox::{DAY, Options, Output, SETTLE_DELAY, Sandbox, WEEK, binary, output, secret, wallet};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use tempfile::TempDir;
use tokio::process::Command;

pub const START: u64 = EPOCH_1_START.unsigned_abs();

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

pub struct Bench {
    pub sandbox: Sandbox,
    /// All that commands printed, on both streams.
    pub said: Mutex<String>,
    _folder: TempDir,
}

/// One person of the sample org.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    pub login: &'static str,
    pub id: u64,
    /// Which wallet of the test mnemonic is theirs.
    pub nth: usize,
    pub links: Links,
}

impl Member {
    pub fn wallet(&self) -> u32 {
        wallet(self.nth)
    }
}

/// Everybody but the bots.
pub fn members() -> impl Iterator<Item = Member> {
    let people = CAST.iter().filter(|person| person.role != Role::Bot).enumerate();
    people.map(|(nth, person)| Member { login: person.login, id: person.id, nth, links: person.links })
}

pub fn member(login: &str) -> Member {
    members().find(|member| member.login == login).unwrap()
}

/// The real binary, by itself.
pub fn guerdon() -> Command {
    let mut command = Command::new(binary("guerdon").unwrap());
    for name in ENVIRONMENT {
        command.env_remove(name);
    }
    command
}

impl Bench {
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
        world.set_clock((START - DAY / 2).cast_signed());
        world.set_rate_limit(1_000_000, 1_000_000);
        let sandbox = Sandbox::start(world, &options).await.unwrap();
        Self { sandbox, said: Mutex::default(), _folder: folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.sandbox.folder.join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn world(&self) -> &World {
        self.sandbox.github.world()
    }

    /// A copy of a file with one thing changed; the configuration's store stays the same.
    pub fn changed(&self, original: impl AsRef<Path>, name: &str, from: &str, to: &str) -> String {
        let text = std::fs::read_to_string(self.sandbox.folder.join(original)).unwrap();
        assert!(text.contains(from), "{from:?} is not in the original");
        self.write(name, text.replacen(from, to, 1));
        name.to_owned()
    }

    /// A configuration with these signing keys only.
    pub fn with_keys(&self, name: &str, files: &[&str]) -> String {
        let text = self.read("guerdon.toml");
        let line = text.lines().find(|line| line.starts_with("keys = ")).unwrap();
        let keys: Vec<String> = files.iter().map(|file| format!("{{ key = \"file:keys/{file}\" }}")).collect();
        self.changed("guerdon.toml", name, line, &format!("keys = [{}]", keys.join(", ")))
    }

    pub fn command(&self, config: &str, args: &[&str]) -> Command {
        let mut command = guerdon();
        command.arg("--config").arg(self.path(config)).args(args);
        command
    }

    /// Runs a command to its end and keeps what it said.
    pub async fn output(&self, command: Command) -> Output {
        let output = output(command).await.unwrap();
        let mut said = self.said.lock().unwrap();
        said.push_str(&output.stdout);
        said.push_str(&output.stderr);
        output
    }

    /// What a command prints that must succeed.
    pub async fn ok(&self, args: &[&str]) -> String {
        self.ok_with("guerdon.toml", args).await
    }

    pub async fn ok_with(&self, config: &str, args: &[&str]) -> String {
        let output = self.output(self.command(config, args)).await;
        assert_eq!(output.code, 0, "{args:?}: {}", output.stderr);
        output.stdout
    }

    pub async fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.ok(&[args, &["--json"]].concat()).await).unwrap()
    }

    /// The store and the chain, whole.
    pub async fn state(&self) -> State {
        state(&self.path("guerdon.toml.db"), &self.sandbox).await
    }

    /// A command must fail with one error that has all of these words, and change nothing.
    pub async fn refuses(&self, args: &[&str], words: &[&str]) -> String {
        self.refuses_with("guerdon.toml", args, words).await
    }

    pub async fn refuses_with(&self, config: &str, args: &[&str], words: &[&str]) -> String {
        self.refuses_command(self.command(config, args), words).await
    }

    pub async fn refuses_command(&self, command: Command, words: &[&str]) -> String {
        let called = format!("{:?}", command.as_std().get_args().skip(2).collect::<Vec<_>>());
        // What could not be checked is neither right nor wrong.
        let code = if command.as_std().get_args().any(|arg| arg == "verify") { 2 } else { 1 };
        let before = self.state().await;
        let output = self.output(command).await;
        assert_eq!(output.code, code, "{called}: {output:?}");
        assert_eq!(output.stdout, "", "{called}: the result is not mixed with the error");
        assert!(output.stderr.starts_with("error: "), "{called}: {}", output.stderr);
        assert_eq!(output.stderr.matches("\nerror:").count(), 0, "{called}: {}", output.stderr);
        for word in words {
            assert!(output.stderr.contains(word), "{called}: no {word:?} in: {}", output.stderr);
        }
        assert_eq!(self.state().await, before, "{called} changed something");
        output.stderr
    }

    pub async fn warp(&self, to: u64) {
        self.sandbox.anvil.warp(to).await.unwrap();
    }

    /// GitHub and the chain at the moment from which an epoch can be cut.
    pub async fn settle(&self, epoch: u64) {
        let due = START + epoch * WEEK + SETTLE_DELAY;
        self.world().set_clock(due.cast_signed());
        self.warp(due).await;
    }

    /// The text that a wallet signs for a member, from `guerdon link gist`.
    pub async fn gist_text(&self, member: &Member) -> String {
        let mut command = self.command("guerdon.toml", &["link", "gist", member.login, "--key", "env:WALLET_KEY"]);
        command.env("WALLET_KEY", secret(member.wallet()).unwrap());
        let output = self.output(command).await;
        assert_eq!(output.code, 0, "{}", output.stderr);
        output.stdout
    }

    /// Links members by the commands that they would use, each with a gist of their own.
    pub async fn link(&self, members: &[Member]) {
        for member in members {
            let text = self.gist_text(member).await;
            self.world().add_gist(member.login, "guerdon.md", &text).unwrap();
        }
        let logins: Vec<&str> = members.iter().map(|member| member.login).collect();
        let linked = self.json(&[&["link", "submit"], logins.as_slice()].concat()).await;
        assert_eq!(linked.as_array().unwrap().len(), members.len());
    }

    /// Those who link before the first epoch.
    pub async fn link_early(&self) {
        let early: Vec<Member> = members().filter(|member| member.links == Links::BeforeStart).collect();
        self.link(&early).await;
        // Linking opens no store; what comes after it compares the store before and after.
        self.ok(&["status"]).await;
    }

    /// One epoch by the commands of the stages, until it is settled.
    pub async fn pay(&self, epoch: u64) {
        self.settle(epoch).await;
        let epoch = epoch.to_string();
        self.ok(&["fetch"]).await;
        self.ok(&["score", "--epoch", &epoch]).await;
        self.ok(&["batch", "--epoch", &epoch]).await;
        self.ok(&["sign", "--epoch", &epoch]).await;
        let window = self.json(&["submit", "--epoch", &epoch]).await;
        assert_eq!(window["step"], "window");
        self.warp(window["until"].as_u64().unwrap()).await;
        assert_eq!(self.json(&["submit", "--epoch", &epoch]).await["step"], "settled");
    }
}
