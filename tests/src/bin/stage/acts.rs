//! What can be done to the world: takes one line of JSON, gives what came of it.

use super::set::Stage;
use super::{Result, StageError};
use guerdon::chain::{Answer, Chain};
use guerdon_tests::anvil;
use guerdon_tests::demo::cast::Member;
use guerdon_tests::rpc::{Fault, Proxy};
use guerdon_tests::sandbox::{ARBITER, output};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
enum Act {
    /// Both clocks go on by seconds, or to a moment.
    Warp {
        seconds: Option<u64>,
        to: Option<u64>,
    },
    /// GitHub gets the chain's time, which is the answer.
    Sync,
    /// To where the batch of an epoch is in its window.
    Post {
        epoch: u64,
    },
    /// To where everybody in it may claim.
    Settle {
        epoch: u64,
    },
    /// Publishes a gist.
    Gist {
        login: String,
        text: String,
        #[serde(default = "file_name")]
        file: String,
        #[serde(default)]
        secret: bool,
    },
    EditGist {
        id: String,
        text: String,
        #[serde(default = "file_name")]
        file: String,
    },
    DeleteGist {
        id: String,
    },
    /// Links somebody to their own wallet, as the people of the story do.
    Link {
        login: String,
    },
    /// Runs the command line on the world's configuration, with a key as WALLET_KEY.
    Guerdon {
        args: Vec<String>,
        key: Option<String>,
    },
    /// Ends a daemon as an operator does.
    Stop {
        #[serde(default)]
        nth: usize,
    },
    Start {
        #[serde(default)]
        nth: usize,
    },
    /// How an RPC behaves from now on.
    Rpc {
        which: Which,
        fault: Behaviour,
        method: Option<String>,
        message: Option<String>,
    },
    /// The arbiter's word on a challenge.
    Resolve {
        challenge: String,
        answer: Word,
    },
}

fn file_name() -> String {
    "guerdon.md".to_owned()
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Which {
    Page,
    Wallet,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Behaviour {
    Heal,
    /// Connections end without an answer.
    Down,
    Hang,
    Slow,
    Busy,
    Html,
    Error,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Stands,
    Dropped,
    Fault,
}

pub async fn act(stage: &mut Stage, line: &str) -> Result<Value> {
    let act: Act = serde_json::from_str(line).map_err(StageError::Command)?;
    let world = stage.town.plan.world.clone();
    match act {
        Act::Warp { seconds, to } => {
            let now = stage.town.sandbox.anvil.now().await?;
            stage.town.sandbox.anvil.warp(to.unwrap_or(now + seconds.unwrap_or(0))).await?;
            stage.sync().await.map(Value::from)
        }
        Act::Sync => stage.sync().await.map(Value::from),
        Act::Post { epoch } => stage.post(epoch).await.map(|stand| json!({ "windowEnd": stand.window_end })),
        Act::Settle { epoch } => stage.settle(epoch).await.map(|stand| json!({ "windowEnd": stand.window_end })),
        Act::Gist { login, text, file, secret } => {
            stage.sync().await?;
            let gist = if secret {
                world.add_secret_gist(&login, &file, &text)?
            } else {
                world.add_gist(&login, &file, &text)?
            };
            Ok(json!({ "id": gist.id, "url": gist.url }))
        }
        Act::EditGist { id, text, file } => {
            stage.sync().await?;
            world.edit_gist(&id, &file, &text)?;
            Ok(Value::Null)
        }
        Act::DeleteGist { id } => {
            world.delete_gist(&id)?;
            Ok(Value::Null)
        }
        Act::Link { login } => {
            stage.sync().await?;
            let found: Vec<&Member> = stage.town.plan.members.iter().filter(|member| member.login == login).collect();
            if found.is_empty() {
                return Err(StageError::Wrong(format!("there is no {login} in the story")));
            }
            stage.town.link(&found).await?;
            Ok(Value::Null)
        }
        Act::Guerdon { args, key } => {
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            let name = stage.crew.hands.first().map_or("guerdon.toml", |hand| hand.config.as_str());
            let mut command = stage.town.sandbox.command_with(name, &args)?;
            command.envs(key.map(|key| ("WALLET_KEY", key)));
            let done = output(command).await?;
            Ok(json!({ "code": done.code, "stdout": done.stdout, "stderr": done.stderr }))
        }
        Act::Stop { nth } => stage.stop(nth).await.map(|()| Value::Null),
        Act::Start { nth } => stage.start(nth).await.map(|()| Value::Null),
        Act::Rpc { which, fault, method, message } => {
            let proxy = match which {
                Which::Page => &stage.page_rpc,
                Which::Wallet => &stage.wallet_rpc,
            };
            behave(proxy, fault, method.as_deref(), message);
            Ok(Value::Null)
        }
        Act::Resolve { challenge, answer } => {
            let number = challenge.parse().map_err(|_| StageError::Wrong(format!("{challenge:?} is no challenge")))?;
            let answer = match answer {
                Word::Stands => Answer::Stands,
                Word::Dropped => Answer::Dropped,
                Word::Fault => Answer::Fault,
            };
            let sandbox = &stage.town.sandbox;
            let chain = Chain::connect(sandbox.anvil.url(), &sandbox.deployment).await?;
            let sent = chain.sender(&anvil::key(ARBITER)?.into())?.resolve(number, answer, Default::default()).await?;
            Ok(json!({ "tx": sent.tx }))
        }
    }
}

/// Faults hold until it is healed.
fn behave(proxy: &Proxy, how: Behaviour, method: Option<&str>, message: Option<String>) {
    let fault = match how {
        Behaviour::Heal => return proxy.heal(),
        Behaviour::Down => Fault::Close,
        Behaviour::Hang => Fault::Hang,
        Behaviour::Slow => Fault::Slow(Duration::from_secs(1)),
        Behaviour::Busy => Fault::TooManyRequests { retry_after: None },
        Behaviour::Html => Fault::Html,
        Behaviour::Error => Fault::Error { code: -32_000, message: message.unwrap_or_default() },
    };
    match method {
        Some(method) => proxy.fail_all_of(method, &fault),
        None => proxy.fail_all(&fault),
    }
}
