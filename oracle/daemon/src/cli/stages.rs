//! `fetch`, `score`, `batch`, `sign`, `submit`: the stages one by one.

use super::args::Global;
use eyre::Result;
use guerdon::amount::milli;
use guerdon::explain::slices_table;
use guerdon::fetch::Usage;
use guerdon::oracle::OracleError;
use guerdon::provisional::Running;
use guerdon::run::fetch_once;
use guerdon::sign::SignError;
use guerdon::store::{Repository, Saved};
use guerdon::{fetch, submit::Progress, table::Table};
use guerdon_core::model::Epoch;
use serde_json::json;

pub(super) async fn fetch(global: &Global, reread: bool) -> Result<()> {
    let oracle = global.oracle().await?;
    let github = oracle.github()?;
    let report = fetch_once(&oracle, &github, reread, fetch::progress(&github).as_ref()).await?;
    let missing: Vec<_> = report.missing.iter().map(Repository::full_name).collect();
    let value = json!({
        "requests": report.usage.requests,
        "points": report.usage.points,
        "missing": missing,
        "repositories": report.repositories,
    });
    global.print(&value, || {
        let columns = ["repository", ">pulls", ">unmerged", ">issues", ">answered", ">comments", ">again"];
        let mut table = Table::new(&[&columns[..], &[">requests", ">points"]].concat());
        for row in &report.repositories {
            let fresh = |saved: Saved| (saved.new + saved.changed).to_string();
            let kinds = [row.pulls, row.unmerged, row.issues, row.discussions, row.comments, row.reread].map(fresh);
            let usage = [row.usage.requests.to_string(), row.usage.points.to_string()];
            table.row(std::iter::once(row.repository.full_name()).chain(kinds).chain(usage));
        }
        let Usage { requests, points } = report.usage;
        format!("new or changed:\n{}{requests} requests, {points} points\n", table.render(2))
    })?;
    match missing.as_slice() {
        [] => Ok(()),
        missing => Err(OracleError::Missing { repositories: missing.join(", ") }.into()),
    }
}

pub(super) async fn score(global: &Global, epoch: Epoch) -> Result<()> {
    let oracle = global.oracle().await?;
    let round = oracle.round(epoch).await?;
    let rebuilt = oracle.score(epoch, round).await?;
    let (names, money) = (oracle.names().await?, oracle.money().await?);
    let outcome = &rebuilt.outcome;
    let value = json!({
        "epoch": epoch,
        "round": round,
        "evidence_hash": rebuilt.evidence_hash,
        "facts": rebuilt.evidence.facts.len(),
        "slices": outcome.slices,
        "people": outcome.people,
        "line_items": outcome.items,
        "refused": outcome.refusals,
    });
    global.print(&value, || {
        let mut people = Table::new(&["contributor", ">id", ">priced", ">earned", ">entry", ">accrued"]);
        for person in &outcome.people {
            people.row([
                names.account(person.id),
                person.id.to_string(),
                money.show(person.priced),
                money.show(person.earned),
                money.show(person.entry),
                money.show(person.accrued),
            ]);
        }
        format!(
            "epoch {epoch}, round {round}: {} facts, {} line items, {} refused\nevidence {}\n\n{}\n{}",
            rebuilt.evidence.facts.len(),
            outcome.items.len(),
            outcome.refusals.len(),
            rebuilt.evidence_hash,
            slices_table(&outcome.slices, &money).render(2),
            people.render(2),
        )
    })
}

/// The running epoch so far, or one that has ended and is not cut yet.
pub(super) async fn provisional(global: &Global, epoch: Option<Epoch>) -> Result<()> {
    let oracle = global.oracle().await?;
    let scored = Running::default().latest(&oracle, epoch).await?;
    let (names, money) = (oracle.names().await?, oracle.money().await?);
    global.print(scored.as_ref(), || {
        let mut people = Table::new(&["contributor", ">id", ">line items", ">points", ">estimate"]);
        for person in &scored.people {
            people.row([
                names.account(person.id),
                person.id.to_string(),
                person.line_items.len().to_string(),
                milli(person.points),
                money.show(person.estimate),
            ]);
        }
        format!(
            "epoch {}: {} facts, {} line items, {} refused so far\n{}\n\n{}\n{}",
            scored.epoch,
            scored.facts,
            scored.line_items.len(),
            scored.refused.len(),
            scored.notice,
            slices_table(&scored.slices, &money).render(2),
            people.render(2),
        )
    })
}

pub(super) async fn batch(global: &Global, epoch: Epoch) -> Result<()> {
    let oracle = global.oracle().await?;
    let round = oracle.round(epoch).await?;
    let prepared = oracle.batch(epoch, round).await?;
    let value = prepared.as_ref().map(|batch| json!({ "header": batch.header, "entries": batch.entries }));
    let money = oracle.money().await?;
    global.print(&value, || match &prepared {
        None => format!("epoch {epoch} pays nobody: there is no batch\n"),
        Some(batch) => format!(
            "epoch {epoch}, round {round}: {} entries, {}\nentries  {}\nevidence {}\npolicy   {}\n",
            batch.entries.len(),
            money.show(batch.header.total),
            batch.header.entries_hash,
            batch.header.evidence_hash,
            batch.header.policy_hash,
        ),
    })
}

pub(super) async fn sign(global: &Global, epoch: Epoch) -> Result<()> {
    let oracle = global.oracle().await?;
    let round = oracle.round(epoch).await?;
    let prepared = oracle.prepared(epoch, round).await?.ok_or(OracleError::NoBatch { epoch, round })?;
    let (keys, set) = (oracle.keys()?, oracle.chain.oracle_set().await?);
    let first = keys.first().ok_or(OracleError::NoKeys)?.address();
    if !keys.iter().any(|key| set.members.contains(&key.address())) {
        return Err(OracleError::from(SignError::NotAMember { signer: first, set: set.id }).into());
    }
    let off: Vec<_> = keys.iter().map(|key| key.address()).filter(|key| set.switched_off.contains(key)).collect();
    if !keys.iter().any(|key| set.counts(&key.address())) {
        let signer = off.first().copied().unwrap_or(first);
        return Err(OracleError::from(SignError::SwitchedOff { signer }).into());
    }
    for signer in off {
        eprintln!("warning: the key of {signer} was switched off and does not sign");
    }
    if let Some(until) = oracle.chain.paused_until().await? {
        eprintln!("warning: the distributor is paused until {until} (UTC seconds): the batch cannot be posted before");
    }
    let signatures = oracle.sign(&prepared, &[]).await?;
    global.print(&signatures, || {
        let lines: String = signatures.iter().map(|signature| format!("  {}\n", signature.signer)).collect();
        format!("{} of {} needed signatures:\n{lines}", signatures.len(), set.threshold)
    })
}

pub(super) async fn submit(global: &Global, epoch: Epoch) -> Result<()> {
    let oracle = global.oracle().await?;
    let round = oracle.round(epoch).await?;
    let prepared = oracle.prepared(epoch, round).await?.ok_or(OracleError::NoBatch { epoch, round })?;
    let signatures = oracle.signatures(&prepared.header).await?;
    let progress = oracle.submit(&prepared, &signatures).await?;
    global.print(&progress, || match &progress {
        Progress::Empty => format!("epoch {epoch} pays nobody\n"),
        Progress::Waiting => format!("epoch {epoch} waits for oracles with keys\n"),
        Progress::Window { until } => format!("epoch {epoch} is published; it can be credited from {until} on\n"),
        Progress::Frozen { round } => {
            format!("epoch {epoch}, round {round} is challenged as a whole; it goes on when that is answered\n")
        }
        Progress::Paused { until } => format!("the distributor is paused until {until}; run again then\n"),
        Progress::Pending { tx } => format!("the transaction {tx} is not mined yet; run again, repeating is safe\n"),
        Progress::Confirming => format!("epoch {epoch} is credited; run again when that has its confirmations\n"),
        Progress::Settled => format!("epoch {epoch} is settled\n"),
        Progress::Expired => format!("epoch {epoch} is too old: the distributor takes no batch for it any more\n"),
        Progress::Void { round } => format!("epoch {epoch}, round {round} is void: make the next round\n"),
    })
}
