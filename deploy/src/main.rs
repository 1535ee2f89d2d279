//! The command line of `guerdon-deploy`: stdout carries the result, stderr everything else.

mod print;

use alloy::primitives::Address;
use alloy::signers::local::PrivateKeySigner;
use clap::{Args, Parser, Subcommand};
use eyre::{WrapErr, bail};
use guerdon_deploy::chain::{LOCAL_CHAIN, connect, connect_signer};
use guerdon_deploy::deploy::{Progress, deploy_at_most, survey};
use guerdon_deploy::{Plan, abi, check, file, record, source};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Compile, deploy and check the Guerdon contracts
#[derive(Parser)]
#[command(name = "guerdon-deploy", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Compile the contracts and write bindings/abi
    Abi {
        /// Write nothing; fail when the committed files are stale
        #[arg(long)]
        check: bool,
        /// The repository's root
        #[arg(long, default_value = ".")]
        root: PathBuf,
    },
    /// Deploy from a config file, or go on where an earlier run has stopped, and write the record
    Deploy {
        #[arg(long)]
        config: PathBuf,
        #[arg(long, env = "ETH_RPC_URL")]
        rpc_url: String,
        /// Where the record goes, and the compiler's input beside it [default: deploy/deployments/<chain id>.json]
        #[arg(long)]
        out: Option<PathBuf>,
        /// Print the plan with its gas and cost; send nothing
        #[arg(long)]
        dry_run: bool,
        /// Stop after so many transactions
        #[arg(long, hide = true)]
        max_transactions: Option<usize>,
        /// The repository's root, or a folder in it
        #[arg(long, default_value = ".")]
        root: PathBuf,
        #[command(flatten)]
        key: Key,
    },
    /// Read the chain; fail if a key holds a role, code is not the compiled one or a parameter is unsafe
    Check {
        #[arg(long)]
        deployment: PathBuf,
        #[arg(long, env = "ETH_RPC_URL")]
        rpc_url: String,
        /// The active policy's file, to hold the cap per person against it
        #[arg(long)]
        policy: Vec<PathBuf>,
    },
}

/// Who pays for the deployment.
#[derive(Args)]
#[group(required = true, multiple = true)]
struct Key {
    /// A raw private key: on chain 31337 only
    #[arg(long, env = "ETH_PRIVATE_KEY", hide_env_values = true, conflicts_with = "keystore")]
    private_key: Option<String>,
    /// An encrypted keystore file
    #[arg(long, env = "ETH_KEYSTORE", requires = "password_file")]
    keystore: Option<PathBuf>,
    /// A file with the keystore's password
    #[arg(long, env = "ETH_PASSWORD", requires = "keystore")]
    password_file: Option<PathBuf>,
    /// The deployer's address, which is all that --dry-run needs
    #[arg(long, env = "ETH_FROM", requires = "dry_run", conflicts_with_all = ["private_key", "keystore"])]
    from: Option<Address>,
}

impl Key {
    fn load(&self, chain_id: u64) -> eyre::Result<PrivateKeySigner> {
        match (&self.private_key, &self.keystore, &self.password_file) {
            (Some(_), ..) if chain_id != LOCAL_CHAIN => {
                bail!(
                    "--private-key is only for chain {LOCAL_CHAIN}, the config is for chain {chain_id}: use --keystore"
                )
            }
            // The parse error could show the key.
            (Some(key), ..) => key.parse().map_err(|_| eyre::eyre!("--private-key is not a private key")),
            (None, Some(keystore), Some(password)) => {
                let password = std::fs::read_to_string(password)
                    .wrap_err_with(|| format!("cannot read the password file {}", password.display()))?;
                PrivateKeySigner::decrypt_keystore(keystore, password.trim())
                    .wrap_err_with(|| format!("cannot open the keystore {}", keystore.display()))
            }
            _ => bail!("give --keystore with --password-file, or --private-key on chain {LOCAL_CHAIN}"),
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse().command).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            for cause in error.chain().skip(1) {
                eprintln!("  because: {cause}");
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> eyre::Result<ExitCode> {
    match command {
        Command::Abi { check: true, root } => {
            abi::check(&root)?;
            eprintln!("bindings/abi is that of the contracts");
            Ok(ExitCode::SUCCESS)
        }
        Command::Abi { check: false, root } => {
            for name in abi::write(&root)? {
                println!("bindings/abi/{name}.json");
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::Deploy { config, rpc_url, dry_run: true, key, .. } => dry_run(&config, &rpc_url, &key).await,
        Command::Deploy { config, rpc_url, out, max_transactions, root, key, .. } => {
            run_deploy(&config, &rpc_url, out, max_transactions, &root, &key).await
        }
        Command::Check { deployment, rpc_url, policy } => run_check(&deployment, &rpc_url, &policy).await,
    }
}

async fn dry_run(config: &Path, rpc_url: &str, key: &Key) -> eyre::Result<ExitCode> {
    let config = file::load(config)?;
    let deployer = match key.from {
        Some(address) => address,
        None => key.load(config.chain_id)?.address(),
    };
    let survey = survey(&config, deployer, &connect(rpc_url).await?).await?;
    print!("{}", print::survey(&survey));
    Ok(ExitCode::SUCCESS)
}

async fn run_deploy(
    config: &Path,
    rpc_url: &str,
    out: Option<PathBuf>,
    limit: Option<usize>,
    root: &Path,
    key: &Key,
) -> eyre::Result<ExitCode> {
    let config = file::load(config)?;
    let signer = key.load(config.chain_id)?;
    let out = out.unwrap_or_else(|| format!("deploy/deployments/{}.json", config.chain_id).into());
    let plan = Plan::new(&config, signer.address())?;
    record::room(&out, &plan)?;
    let input = source::committed(&source::root(root))?;
    let provider = connect_signer(rpc_url, signer).await?;
    let deployment = deploy_at_most(&config, &provider, limit, |step, progress| match progress {
        Progress::Found => eprintln!("{} stands at {}", step.contract, step.address),
        Progress::Created(tx) => eprintln!("{} is created at {} by {tx}", step.contract, step.address),
    })
    .await?;
    record::save(&out, &deployment, &input)?;
    eprintln!("wrote {} and {}", out.display(), record::input_path(&out).display());
    print!("{}", deployment.to_json());
    Ok(ExitCode::SUCCESS)
}

async fn run_check(path: &Path, rpc_url: &str, policies: &[PathBuf]) -> eyre::Result<ExitCode> {
    let deployment = record::load(path)?;
    let provider = connect(rpc_url).await?;
    let policies = policies.iter().map(|path| file::known_policy(path)).collect::<Result<Vec<_>, _>>()?;
    let report = check(&deployment, &policies, &provider).await?;
    for line in &report.holds {
        println!("ok: {line}");
    }
    for problem in &report.problems {
        println!("PROBLEM: {problem}");
    }
    if report.passed() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("error: {} problems: do not entrust money to this deployment", report.problems.len());
    Ok(ExitCode::FAILURE)
}
