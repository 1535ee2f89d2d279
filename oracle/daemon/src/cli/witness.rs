//! `witness list` and `witness show`: what the language model was asked, and what it said.

use super::args::{Global, WitnessCommand};
use eyre::{Result, eyre};
use guerdon::oracle::Oracle;
use guerdon::store::{Repository, StoredWitness};
use guerdon::table::Table;
use guerdon_core::model::Witness;
use serde_json::{Value, json};
use std::fmt::Write as _;

pub(super) async fn witness(global: &Global, command: WitnessCommand) -> Result<()> {
    let oracle = global.oracle().await?;
    match command {
        WitnessCommand::List { flagged } => list(global, &oracle, flagged).await,
        WitnessCommand::Show { pull, transcript } => {
            let stored = find(&oracle, &pull).await?;
            if transcript {
                // Exactly the bytes that the evidence has the hash of.
                print!("{}", stored.transcript);
                return Ok(());
            }
            let value: Value = serde_json::from_str(&stored.transcript)?;
            let shown = json!({"fact": stored.fact, "why": stored.why, "transcript": value});
            global.print(&shown, || text(&pull, &stored, &value))
        }
    }
}

async fn list(global: &Global, oracle: &Oracle, flagged: bool) -> Result<()> {
    let witnesses = oracle.store.witnesses(flagged).await?;
    let repositories = oracle.store.repositories().await?;
    let name = |fact: &Witness| {
        let known = repositories.iter().find(|known| known.id == fact.repo.0);
        known.map_or_else(|| fact.repo.to_string(), Repository::full_name)
    };
    let rows: Vec<Value> = witnesses
        .iter()
        .map(|(fact, why)| json!({"pull": format!("{}#{}", name(fact), fact.number), "fact": fact, "why": why}))
        .collect();
    global.print(&rows, || {
        if rows.is_empty() {
            return "the witness has said nothing yet\n".to_owned();
        }
        let mut table = Table::new(&["pull request", ">answer", ">samples", "flagged", "model", "neutral because"]);
        for (fact, why) in &witnesses {
            table.row([
                format!("{}#{}", name(fact), fact.number),
                fact.answer.to_string(),
                fact.samples.to_string(),
                if fact.flagged { "yes" } else { "" }.to_owned(),
                fact.model.clone(),
                why.clone(),
            ]);
        }
        table.render(0)
    })
}

async fn find(oracle: &Oracle, pull: &str) -> Result<StoredWitness> {
    let parsed = pull.rsplit_once('#').and_then(|(name, number)| Some((name.split_once('/')?, number.parse().ok()?)));
    let Some(((owner, name), number)) = parsed else {
        return Err(eyre!("{pull:?} is no pull request: write OWNER/NAME#NUMBER"));
    };
    let known = oracle.store.repositories().await?.into_iter().find(|known| known.is_named(owner, name));
    let stored = match known {
        Some(known) => oracle.store.witness(known.id, number).await?,
        None => None,
    };
    stored.ok_or_else(|| eyre!("the witness was not asked about {pull}: `guerdon witness list` shows what it was"))
}

fn text(pull: &str, StoredWitness { fact, why, .. }: &StoredWitness, transcript: &Value) -> String {
    let found: Vec<&str> = list_at(transcript, "/found").filter_map(Value::as_str).collect();
    let mut out = format!(
        "{pull}: {} thousandths, from {} usable samples of {}, prompt {}, asked at {}\ntranscript {}\n",
        fact.answer, fact.samples, fact.model, fact.prompt, fact.at, fact.transcript
    );
    // Writing to a String cannot fail.
    if !why.is_empty() {
        _ = writeln!(out, "neutral: {why}");
    }
    if fact.flagged {
        let found = if found.is_empty() { "the model says so".to_owned() } else { found.join(", ") };
        _ = writeln!(out, "flagged: its text tries to instruct the model ({found})");
    }
    for message in list_at(transcript, "/request/messages") {
        _ = writeln!(out, "\n--- {}\n{}", as_text(message, "role"), as_text(message, "content"));
    }
    for answer in list_at(transcript, "/answers") {
        let fault = answer.get("fault").and_then(Value::as_str).map_or(String::new(), |fault| format!(" ({fault})"));
        _ = writeln!(out, "\n--- answer{fault}\n{}", as_text(answer, "text"));
    }
    out
}

fn list_at<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

/// A contributor or an endpoint wrote it: nothing of it may reach the terminal as a command.
fn as_text(value: &Value, key: &str) -> String {
    let text = value.get(key).and_then(Value::as_str).unwrap_or_default().chars();
    text.map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}
