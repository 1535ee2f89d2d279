//! The command line: takes arguments, calls the library, prints what it gives.

mod args;
mod check;
mod dispute;
mod import;
mod inspect;
mod linking;
mod report;
mod serve;
mod simulate;
mod stages;
mod verify;
mod watch;
mod witness;

pub use args::Args;
use args::Command;
use clap::CommandFactory as _;
use clap::error::ErrorKind;
use eyre::Result;
use guerdon::amount::Money;
use guerdon::config::{Config, Overrides};
use guerdon::oracle::Oracle;
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;

pub async fn dispatch(args: Args) -> Result<ExitCode> {
    let Args { command, global } = args;
    match command {
        Command::Init { folder } => check::init(&global, &folder)?,
        Command::Fetch { reread } => stages::fetch(&global, reread).await?,
        Command::Import { backup } => import::import(&global, &backup).await?,
        Command::Score { epoch: Some(epoch), provisional: false } => stages::score(&global, epoch).await?,
        Command::Score { epoch, .. } => stages::provisional(&global, epoch).await?,
        Command::Batch { epoch } => stages::batch(&global, epoch).await?,
        Command::Sign { epoch } => stages::sign(&global, epoch).await?,
        Command::Submit { epoch } => stages::submit(&global, epoch).await?,
        Command::Run => serve::run_daemon(&global).await?,
        Command::Explain { who, epoch, markdown } => inspect::explain(&global, &who, epoch, markdown).await?,
        Command::Status { who } => inspect::status(&global, who.as_deref()).await?,
        Command::Link(link) => linking::link(&global, *link).await?,
        Command::Claim { who, wallet } => linking::claim(&global, &who, &wallet).await?,
        Command::Challenge { epoch, position, batch, wallet } => {
            dispute::challenge(&global, epoch, position, batch.as_deref(), &wallet).await?;
        }
        Command::Verify { targets, sources, refetch } => {
            return Ok(unchecked(verify::verify(&global, &targets, &sources, refetch).await));
        }
        Command::Watch(watch) => return Ok(unchecked(watch::watch(&global, &watch).await)),
        Command::Simulate { epochs } => simulate::simulate(&global, &global.other_policy(), epochs).await?,
        Command::Report(args::Report::Concentration) => report::concentration(&global).await?,
        Command::Witness(command) => witness::witness(&global, command).await?,
        Command::Config(which) => check::config(&global, &which)?,
        Command::Doctor => return check::doctor(&global).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// What could not be checked is neither right nor wrong: it ends with 2.
fn unchecked(checked: Result<ExitCode>) -> ExitCode {
    checked.unwrap_or_else(|report| {
        eprintln!("error: {}", guerdon::run::chain_of(report.as_ref()));
        ExitCode::from(2)
    })
}

impl args::Global {
    fn config(&self) -> Result<Config> {
        self.config_with(self.policy.clone())
    }

    /// For what takes `--policy` as another policy than the one in force.
    fn config_in_force(&self) -> Result<Config> {
        self.config_with(std::env::var_os(args::POLICY_ENV).map(Into::into))
    }

    fn config_with(&self, policy: Option<PathBuf>) -> Result<Config> {
        let overrides = Overrides {
            database_url: self.database_url.clone(),
            rpc_url: self.rpc_url.clone(),
            deployment: self.deployment.clone(),
            policy,
        };
        Ok(Config::load(&self.config, overrides)?)
    }

    /// The policy that is tried. Without one this ends as every other wrong command line does.
    fn other_policy(&self) -> PathBuf {
        self.policy.clone().unwrap_or_else(|| {
            let message = "simulate needs the policy to try: --policy FILE\n";
            clap::Error::raw(ErrorKind::MissingRequiredArgument, message).with_cmd(&Args::command()).exit()
        })
    }

    /// Amounts in the payout token or, where the chain cannot be asked, in units.
    async fn money_or_units(&self, config: &Config) -> Money {
        match guerdon::oracle::money(config).await {
            Ok(money) => money,
            Err(error) => {
                let why = guerdon::run::chain_of(&error);
                eprintln!("warning: amounts are in units, because the chain does not answer: {why}");
                Money::in_units()
            }
        }
    }

    async fn oracle(&self) -> Result<Oracle> {
        Ok(Oracle::open(self.config()?).await?)
    }

    /// One JSON document, or the text for people.
    fn print<T: Serialize>(&self, value: &T, text: impl FnOnce() -> String) -> Result<()> {
        if self.json {
            println!("{}", serde_json::to_string_pretty(value)?);
        } else {
            print!("{}", text());
        }
        Ok(())
    }
}
