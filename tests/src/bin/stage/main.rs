//! A world for a browser to look at: a real chain with the contracts, the GitHub stand-in, the real daemons that serve
//! the page, and hands that move all of it.
//!
//! Takes how it begins as JSON in its one argument, then a command as JSON in each line on stdin. Gives a line of JSON
//! on stdout when it is ready, and one for each command. It ends, and everything with it, when stdin does.

mod acts;
mod set;

use serde_json::{Value, json};
use set::{Options, Stage};
use std::process::ExitCode;
use tokio::sync::mpsc;

/// What a command came to; the message is for who reads a failed test.
type Result<T, E = StageError> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
enum StageError {
    #[error("the argument is not as it should be: {0}")]
    Options(#[source] serde_json::Error),
    #[error("no command: {0}")]
    Command(#[source] serde_json::Error),
    #[error(transparent)]
    Chaos(#[from] guerdon_tests::chaos::ChaosError),
    #[error(transparent)]
    Sandbox(#[from] guerdon_tests::sandbox::SandboxError),
    #[error(transparent)]
    Anvil(#[from] guerdon_tests::anvil::AnvilError),
    #[error(transparent)]
    GitHub(#[from] guerdon_tests::github::StateError),
    #[error(transparent)]
    Chain(#[from] guerdon::chain::ChainError),
    #[error("a port of this machine cannot be had")]
    Port(#[source] std::io::Error),
    #[error("cannot use {0}")]
    File(std::path::PathBuf, #[source] std::io::Error),
    #[error("{0}")]
    Wrong(String),
}

#[tokio::main]
async fn main() -> ExitCode {
    match play().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", guerdon::run::chain_of(&error));
            ExitCode::FAILURE
        }
    }
}

async fn play() -> Result<()> {
    let argument = std::env::args().nth(1).unwrap_or_else(|| "{}".to_owned());
    let options: Options = serde_json::from_str(&argument).map_err(StageError::Options)?;
    let mut stage = Stage::build(&options).await?;
    println!("{}", stage.described().await?);
    let (tell, mut told) = mpsc::channel(16);
    std::thread::spawn(move || {
        let mut lines = std::io::stdin().lines().map_while(Result::ok);
        lines.try_for_each(|line| tell.blocking_send(line))
    });
    while let Some(line) = told.recv().await {
        let answer: Value = match acts::act(&mut stage, &line).await {
            Ok(done) => json!({ "ok": done }),
            Err(error) => json!({ "error": guerdon::run::chain_of(&error) }),
        };
        println!("{answer}");
    }
    stage.crew.kill().await;
    Ok(())
}
