//! The command line of `guerdon-deploy`: stdout carries the result, stderr everything else.

use alloy::signers::local::PrivateKeySigner;
use clap::{Args, Parser, Subcommand};
use eyre::{WrapErr, bail};
use guerdon_deploy::chain::{LOCAL_CHAIN, connect, connect_signer};
use guerdon_deploy::{abi, check, deploy, file, record};
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
    /// Deploy from a config file and write the deployment record
    Deploy {
        #[arg(long)]
        config: PathBuf,
        #[arg(long, env = "ETH_RPC_URL")]
        rpc_url: String,
        /// Where the record goes [default: deploy/deployments/<chain id>.json]
        #[arg(long)]
        out: Option<PathBuf>,
        #[command(flatten)]
        key: Key,
    },
    /// Read the chain and fail if any externally owned account holds a role
    Check {
        #[arg(long)]
        deployment: PathBuf,
        #[arg(long, env = "ETH_RPC_URL")]
        rpc_url: String,
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
        Command::Deploy { config, rpc_url, out, key } => run_deploy(&config, &rpc_url, out, &key).await,
        Command::Check { deployment, rpc_url } => run_check(&deployment, &rpc_url).await,
    }
}

async fn run_deploy(config: &Path, rpc_url: &str, out: Option<PathBuf>, key: &Key) -> eyre::Result<ExitCode> {
    let config = file::load(config)?;
    let out = out.unwrap_or_else(|| format!("deploy/deployments/{}.json", config.chain_id).into());
    // A local chain forgets; the record of another chain may be the only one.
    if config.chain_id != LOCAL_CHAIN {
        record::vacant(&out)?;
    }
    let provider = connect_signer(rpc_url, key.load(config.chain_id)?).await?;
    let deployment = deploy(&config, &provider).await?;
    record::save(&out, &deployment)?;
    eprintln!("wrote {}", out.display());
    print!("{}", deployment.to_json());
    Ok(ExitCode::SUCCESS)
}

async fn run_check(path: &Path, rpc_url: &str) -> eyre::Result<ExitCode> {
    let deployment = record::load(path)?;
    let provider = connect(rpc_url).await?;
    let report = check(&deployment, &provider).await?;
    for line in &report.holds {
        println!("ok: {line}");
    }
    for problem in &report.problems {
        println!("PROBLEM: {problem}");
    }
    if report.passed() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("error: {} problems: this deployment is not in the hands of its timelock alone", report.problems.len());
    Ok(ExitCode::FAILURE)
}
