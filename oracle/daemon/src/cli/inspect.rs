//! `explain` and `status`.

use super::args::Global;
use super::linking;
use eyre::{Result, eyre};
use guerdon::amount::Money;
use guerdon::oracle::Oracle;
use guerdon::status::EpochStatus;
use guerdon::store::Account;
use guerdon::table::Table;
use guerdon_core::model::{ContributorId, Epoch};
use std::fmt::Write as _;

pub(super) async fn find(oracle: &Oracle, who: &str) -> Result<Account> {
    oracle.find(who).await?.ok_or_else(|| {
        eyre!("nobody called {who} was seen in the repositories: check the login, or run `guerdon fetch` first")
    })
}

pub(super) async fn explain(global: &Global, who: &str, epoch: Option<Epoch>, markdown: bool) -> Result<()> {
    let oracle = global.oracle().await?;
    let account = find(&oracle, who).await?;
    let explanations = oracle.explain(ContributorId(account.id), epoch).await?;
    let (names, money) = (oracle.names().await?, oracle.money().await?);
    global.print(&explanations, || {
        if explanations.is_empty() {
            return format!("nothing of {who} was seen in a scored epoch\n");
        }
        let each = explanations.iter().map(|explanation| {
            if markdown { explanation.markdown(&names, &money) } else { explanation.text(&names, &money) }
        });
        each.collect::<Vec<_>>().join("\n")
    })
}

pub(super) async fn status(global: &Global, who: Option<&str>) -> Result<()> {
    let oracle = global.oracle().await?;
    let money = oracle.money().await?;
    if let Some(who) = who {
        let account = find(&oracle, who).await?;
        let status = oracle.contributor(&account).await?;
        return global.print(&status, || {
            let base = |text: &str| money.show_base(text.parse().unwrap_or_default());
            let wallet = status.wallet.map_or("none: see `guerdon link`".to_owned(), |wallet| wallet.to_string());
            let pending = status.pending_link.as_ref().map_or(String::new(), |link| {
                format!("re-link   to {} is pending, ready at {} (UTC seconds)\n", link.wallet, link.ready)
            });
            format!(
                "contributor {}\nwallet    {wallet}\n{pending}earned    {}\nclaimed   {}\nclaimable {}\naccrued   {}\n",
                status.id,
                base(&status.earned),
                base(&status.claimed),
                base(&status.claimable),
                base(&status.accrued),
            )
        });
    }
    let (epochs, links) = (oracle.epochs().await?, oracle.pending_links().await?);
    global.print(&epochs, || {
        let pending = match links.as_slice() {
            [] => String::new(),
            links => format!("\npending re-links:\n{}", linking::table(links, &money)),
        };
        if epochs.is_empty() {
            return format!("no epoch has evidence yet\n{pending}");
        }
        let mut table = Table::new(&["epoch", ">round", "status", ">entries", ">total", "entries hash"]);
        for epoch in &epochs {
            table.row([
                epoch.epoch.to_string(),
                epoch.round.to_string(),
                stands(epoch, &money),
                epoch.entries.to_string(),
                money.show_base(epoch.total.parse().unwrap_or_default()),
                epoch.entries_hash.map_or("-".to_owned(), |hash| hash.to_string()),
            ]);
        }
        let mut out = table.render(0);
        for epoch in &epochs {
            for (place, name) in &epoch.copies {
                // Writing to a String cannot fail.
                _ = writeln!(out, "epoch {}: its evidence is on {place} as {name}", epoch.epoch);
            }
        }
        out + &pending
    })
}

/// Where an epoch stands, and what of it was challenged.
fn stands(epoch: &EpochStatus, money: &Money) -> String {
    let mut text = format!("{:?}", epoch.status).to_lowercase();
    for (amount, what) in [(&epoch.held, "held"), (&epoch.dropped, "dropped")] {
        if amount != "0" {
            text = format!("{text}, {} {what}", money.show_base(amount.parse().unwrap_or_default()));
        }
    }
    text
}
