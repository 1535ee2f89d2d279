//! A whole small world in one folder: a chain, GitHub, a deployment, keys and a configuration, and
//! the real binaries run on them.

use crate::anvil::{self, Anvil, AnvilError};
use crate::github::{Server, World};
use guerdon_bindings::Deployment;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};

pub const DAY: u64 = 86_400;
pub const WEEK: u64 = 7 * DAY;
pub const SETTLE_DELAY: u64 = 3 * DAY;
pub const WINDOW: u64 = DAY;
/// What one epoch may pay, in whole tokens.
pub const BUDGET: u64 = 10_000;
/// The stand-in's only accepted token: not a secret.
pub const TOKEN: &str = "ghp_sandbox0000000000000000000000000000";
/// anvil's accounts that are oracles; the first pays for transactions.
pub const ORACLES: [u32; 3] = [1, 2, 3];
/// Answers challenges, as a council would.
pub const ARBITER: u32 = 6;
/// May pause.
pub const GUARDIAN: u32 = 7;
/// Has coin of its own and no role.
pub const STRANGER: u32 = 8;
/// What a challenge of an entry costs until it is answered, in the chain's coin.
pub const BOND: &str = "0.05";
/// Pays for the deployment; has no role afterwards.
pub const DEPLOYER: u32 = 0;
/// They hold the votes, in equal parts.
pub const HOLDERS: [u32; 5] = [4, 5, 10, 11, 12];
/// Contributors' wallets follow after anvil's own accounts.
const FIRST_WALLET: u32 = 100;

#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error(transparent)]
    Anvil(#[from] AnvilError),
    #[error("cannot write {0}")]
    File(PathBuf, #[source] std::io::Error),
    #[error("the GitHub stand-in cannot listen")]
    GitHub(#[source] std::io::Error),
    #[error("there is no binary {0}: run `cargo build --workspace --bins`")]
    NoBinary(PathBuf),
    #[error("cannot run {program}")]
    Run { program: String, source: std::io::Error },
    #[error("`{command}` failed:\n{stderr}")]
    Failed { command: String, stderr: String },
    #[error("`{command}` printed no JSON: {message}")]
    NotJson { command: String, message: String },
    #[error("the deployment record is not one: {0}")]
    Deployment(#[from] guerdon_bindings::deployment::DeploymentError),
    #[error("the daemon's API does not answer as expected: {0}; its log is {1}")]
    Api(String, PathBuf),
}

type Result<T> = std::result::Result<T, SandboxError>;

/// What makes one sandbox differ from another.
#[derive(Clone, Debug)]
pub struct Options {
    pub folder: PathBuf,
    /// The first second of epoch 1.
    pub epoch_start: u64,
    pub organization: String,
    /// Logins that are machines although the world calls them users.
    pub bots: Vec<String>,
    /// Whether the chain will be reorganised.
    pub reorgs: bool,
}

/// The running world; everything ends when it is dropped.
pub struct Sandbox {
    pub folder: PathBuf,
    pub anvil: Anvil,
    pub github: Server,
    pub deployment: Deployment,
}

/// What a finished command said.
#[derive(Clone, Debug)]
pub struct Output {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A binary of this workspace, beside the running one.
pub fn binary(name: &str) -> Result<PathBuf> {
    let here = std::env::current_exe().unwrap_or_default();
    let beside = here.ancestors().skip(1).take(2).map(|folder| folder.join(name)).find(|path| path.is_file());
    beside.ok_or_else(|| SandboxError::NoBinary(here.with_file_name(name)))
}

impl Sandbox {
    /// Starts chain and GitHub, deploys, and writes keys and configuration.
    pub async fn start(world: World, options: &Options) -> Result<Self> {
        let folder = options.folder.clone();
        let keys = folder.join("keys");
        std::fs::create_dir_all(&keys).map_err(|source| SandboxError::File(keys.clone(), source))?;
        let timestamp = Some(options.epoch_start - DAY);
        let start = anvil::Options { timestamp, reorgs: options.reorgs, ..Default::default() };
        let anvil = Anvil::start(start).await?;
        let github = Server::start(world, TOKEN).await.map_err(SandboxError::GitHub)?;
        write(&folder.join("github.token"), TOKEN)?;
        for index in ORACLES {
            write(&folder.join(format!("keys/oracle-{index}")), &secret(index)?)?;
        }
        write(&folder.join("deploy.toml"), &deploy_config(options)?)?;
        let record = folder.join("deployment.json");
        if record.exists() {
            std::fs::remove_file(&record).map_err(|source| SandboxError::File(record.clone(), source))?;
        }
        let mut deploy = Command::new(binary("guerdon-deploy")?);
        deploy.arg("deploy").arg("--config").arg(folder.join("deploy.toml")).arg("--out").arg(&record);
        deploy.args(["--rpc-url", anvil.url()]).env("ETH_PRIVATE_KEY", secret(DEPLOYER)?);
        output(deploy).await?.succeeded("guerdon-deploy deploy")?;
        let text = std::fs::read_to_string(&record).map_err(|source| SandboxError::File(record, source))?;
        let deployment = Deployment::from_json(&text)?;
        let sandbox = Self { folder, anvil, github, deployment };
        sandbox.write_config("guerdon.toml", &ORACLES, options)?;
        Ok(sandbox)
    }

    /// Writes a daemon configuration that signs with these oracles' keys.
    pub fn write_config(&self, name: &str, oracles: &[u32], options: &Options) -> Result<PathBuf> {
        let keys: Vec<String> =
            oracles.iter().map(|index| format!("{{ key = \"file:keys/oracle-{index}\" }}")).collect();
        let text = format!(
            "database_url = \"sqlite:{name}.db\"\npolicy = {policy:?}\n\n[github]\napi_url = {github:?}\n\
             token = \"file:github.token\"\norganization = {organization:?}\nbots = {bots:?}\n\n\
             [chain]\nrpc_url = {rpc:?}\ndeployment = \"deployment.json\"\nconfirmations = 0\n\n\
             [oracle]\nkeys = [{keys}]\nsettle_delay = {SETTLE_DELAY}\n\n\
             [api]\nlisten = \"127.0.0.1:0\"\n\n[run]\ninterval_ms = 200\n",
            policy = root().join("policy.toml"),
            github = self.github.base_url(),
            organization = options.organization,
            bots = options.bots,
            rpc = self.anvil.url(),
            keys = keys.join(", "),
        );
        let path = self.folder.join(name);
        write(&path, &text)?;
        Ok(path)
    }

    /// The real binary on this sandbox's configuration.
    pub fn command(&self, args: &[&str]) -> Result<Command> {
        self.command_with("guerdon.toml", args)
    }

    pub fn command_with(&self, config: &str, args: &[&str]) -> Result<Command> {
        let mut command = Command::new(binary("guerdon")?);
        command.arg("--config").arg(self.folder.join(config)).args(args);
        Ok(command)
    }

    /// Runs a command to its end, whatever comes of it.
    pub async fn guerdon(&self, args: &[&str]) -> Result<Output> {
        output(self.command(args)?).await
    }

    /// Runs a command that must succeed and reads its JSON.
    pub async fn json(&self, args: &[&str]) -> Result<serde_json::Value> {
        let name = args.join(" ");
        let mut command = self.command(args)?;
        command.arg("--json");
        output(command).await?.succeeded(&name)?.json(&name)
    }

    /// Starts the daemon; its log goes to `daemon.log` in the folder.
    pub async fn daemon(&self) -> Result<Daemon> {
        self.daemon_with("guerdon.toml").await
    }

    /// The same on another configuration; its log is named by that.
    pub async fn daemon_with(&self, config: &str) -> Result<Daemon> {
        self.daemon_in(config, &[]).await
    }

    /// The same with more in its environment.
    pub async fn daemon_in(&self, config: &str, environment: &[(&str, &str)]) -> Result<Daemon> {
        let name = Path::new(config).file_stem().filter(|stem| *stem != "guerdon");
        let name = name.map_or("daemon".into(), std::ffi::OsStr::to_string_lossy);
        let log = self.folder.join(format!("{name}.log"));
        let file = std::fs::File::create(&log).map_err(|source| SandboxError::File(log.clone(), source))?;
        let mut command = self.command_with(config, &["run"])?;
        command.envs(environment.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file).kill_on_drop(true);
        let child = command.spawn().map_err(|source| SandboxError::Run { program: "guerdon run".into(), source })?;
        let mut daemon = Daemon { child, log, api: String::new() };
        daemon.find_api().await?;
        Ok(daemon)
    }
}

/// A running `guerdon run`.
pub struct Daemon {
    child: Child,
    pub log: PathBuf,
    /// `http://127.0.0.1:PORT`.
    pub api: String,
}

impl Daemon {
    /// The daemon logs where it listens.
    async fn find_api(&mut self) -> Result<()> {
        for _ in 0..600 {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            let lines = log.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
            let mut addresses = lines.filter_map(|line| Some(line.pointer("/fields/address")?.as_str()?.to_owned()));
            if let Some(address) = addresses.next() {
                self.api = format!("http://{address}");
                return Ok(());
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(SandboxError::Api(format!("it ended ({status}): {}", log.trim()), self.log.clone()));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(SandboxError::Api("it never said where it listens".into(), self.log.clone()))
    }

    /// Its process, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// One GET on the API.
    pub async fn get(&self, path: &str) -> Result<(u16, String)> {
        let fail = |error: &dyn std::fmt::Display| SandboxError::Api(error.to_string(), self.log.clone());
        let answer = alloy::transports::http::reqwest::get(format!("{}{path}", self.api)).await;
        let answer = answer.map_err(|error| fail(&error))?;
        let status = answer.status().as_u16();
        Ok((status, answer.text().await.map_err(|error| fail(&error))?))
    }

    /// Sends a signal, such as `TERM`.
    pub async fn signal(&self, name: &str) -> Result<()> {
        if let Some(id) = self.child.id() {
            let mut kill = Command::new("kill");
            kill.args([format!("-{name}"), id.to_string()]);
            output(kill).await?;
        }
        Ok(())
    }

    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Waits for its end.
    pub async fn ended(mut self) -> Result<std::process::ExitStatus> {
        self.child.wait().await.map_err(|source| SandboxError::Run { program: "guerdon run".into(), source })
    }

    /// Ends it as an operator would, and waits.
    pub async fn stop(self) -> Result<std::process::ExitStatus> {
        self.signal("TERM").await?;
        self.ended().await
    }
}

impl Output {
    pub fn succeeded(self, command: &str) -> Result<Self> {
        if self.code == 0 {
            return Ok(self);
        }
        Err(SandboxError::Failed { command: command.to_owned(), stderr: self.stderr })
    }

    pub fn json(&self, command: &str) -> Result<serde_json::Value> {
        serde_json::from_str(&self.stdout)
            .map_err(|error| SandboxError::NotJson { command: command.to_owned(), message: error.to_string() })
    }
}

/// Runs a command to its end.
pub async fn output(mut command: Command) -> Result<Output> {
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let done = command.stdin(Stdio::null()).output().await.map_err(|source| SandboxError::Run { program, source })?;
    Ok(Output {
        code: done.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&done.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&done.stderr).into_owned(),
    })
}

/// The key of one of the test mnemonic's accounts, in hexadecimal.
pub fn secret(index: u32) -> Result<String> {
    Ok(anvil::key(index)?.to_bytes().to_string())
}

/// The mnemonic index of the n-th contributor's wallet.
pub fn wallet(nth: usize) -> u32 {
    FIRST_WALLET + u32::try_from(nth).unwrap_or(u32::MAX - FIRST_WALLET)
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).map_err(|source| SandboxError::File(path.to_owned(), source))
}

fn deploy_config(options: &Options) -> Result<String> {
    let address = |index| Ok::<_, SandboxError>(anvil::key(index)?.address());
    let mut oracles = ORACLES.into_iter().map(address).collect::<Result<Vec<_>>>()?;
    oracles.sort();
    let oracles: Vec<_> = oracles.iter().map(ToString::to_string).collect();
    let mut text =
        "chain_id = 31337\nsalt = \"sandbox\"\n\n[token]\nname = \"Guerdon Demo\"\nsymbol = \"GDN\"\n".to_owned();
    // Writing to a String cannot fail.
    _ = writeln!(text, "[[token.allocations]]\nto = \"treasury\"\namount = \"600000\"");
    for holder in HOLDERS {
        _ = writeln!(text, "[[token.allocations]]\nto = \"{}\"\namount = \"80000\"", address(holder)?);
    }
    _ = write!(
        text,
        "\n[governor]\nvoting_delay = 3600\nvoting_period = 86400\nproposal_threshold = \"1000\"\n\
         quorum_percent = 20\nlate_quorum_extension = 3600\n\n[timelock]\ndelay = 86400\n\n\
         [budget]\ncapacity = \"{budget}\"\nperiod = {WEEK}\n\n\
         [distributor]\nunit = \"1000000000000\"\nepoch_start = {start}\nepoch_length = {WEEK}\nwindow = {WINDOW}\n\
         publish_period = {DAY}\nthreshold = 2\nbase_url = \"http://127.0.0.1/v1/evidence/\"\noracles = {oracles:?}\n\n\
         [guardian]\naddress = \"{guardian}\"\nuntil = {until}\n\n\
         [links]\ndelay = {DAY}\nbudget = \"5000\"\nperiod = {WEEK}\n\n\
         [disputes]\narbiter = \"{arbiter}\"\nbond = \"{BOND}\"\nresolve_deadline = {WEEK}\n\n\
         [veto]\nvotes_per_unit = 1\n\n\
         [[terms]]\npolicy = {policy:?}\nepoch_budget = \"{BUDGET}\"\ncap_per_person = \"{cap}\"\nfrom_epoch = 1\n",
        budget = BUDGET * 2,
        start = options.epoch_start,
        guardian = address(GUARDIAN)?,
        until = options.epoch_start + 26 * WEEK,
        arbiter = address(ARBITER)?,
        policy = root().join("policy.toml"),
        cap = BUDGET / 4,
    );
    Ok(text)
}
