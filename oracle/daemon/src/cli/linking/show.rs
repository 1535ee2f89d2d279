//! `link status` and `link pending`.

use super::args::{OracleUrls, Who};
use super::setting::Setting;
use super::submit::{Wanted, gather};
use crate::cli::args::Global;
use eyre::Result;
use guerdon::amount::Money;
use guerdon::linking::{Before, Gathered, Ledger, WaitingLink};
use guerdon::table::Table;
use guerdon_core::model::ContributorId;
use serde_json::json;
use std::fmt::Write as _;

pub(super) async fn status(global: &Global, who: &Who, gist: Option<&str>, oracles: &OracleUrls) -> Result<()> {
    let setting = Setting::open(global).await?;
    let (chain, id) = (&setting.chain, setting.identify(who).await?);
    let before = Before::read(chain, id).await?;
    let (rules, contested) = (chain.link_rules().await?, chain.is_contested(id).await?);
    let pending = waiting(&setting).await?.into_iter().find(|link| link.contributor_id == id);
    let wanted = Wanted { login: &who.login, gist, id: Some(id), address: None };
    let gathered = gather(&setting, &wanted, oracles, false).await?;
    let money = setting.money().await?;
    let value = json!({
        "contributor_id": id,
        "login": who.login,
        "wallet": before.old,
        "nonce": before.nonce,
        "contested": contested,
        "pending": pending,
        "rules": rules,
        "attestations": { "have": gathered.have, "need": gathered.need, "oracles": gathered.voices },
    });
    global.print(&value, || {
        let wallet = before.old.map_or("none: see `guerdon link`".to_owned(), |wallet| wallet.to_string());
        let mut text = format!("contributor  {id}\nwallet       {wallet}\nlink nonce   {}\n", before.nonce);
        if contested {
            text.push_str(
                "contested    the old wallet cancelled a re-link: only the arbiter decides about the next one\n",
            );
        }
        if let Some(link) = &pending {
            text.push_str(&waits(link, &money));
        }
        if before.old.is_some() {
            // Writing to a String cannot fail.
            _ = writeln!(
                text,
                "a re-link    waits {} s, within {} of {} left in the link budget ({} s)",
                rules.delay,
                money.show(rules.available),
                money.show(rules.budget),
                rules.period
            );
        }
        text.push_str(&attested(&gathered));
        text
    })
}

/// What is known of a pending re-link, and what can be done about it.
fn waits(link: &WaitingLink, money: &Money) -> String {
    let WaitingLink { wallet, status, ready, unclaimed, dead, .. } = link;
    let stands = format!("{status:?}").to_lowercase();
    let next = match (dead, link.old_wallet) {
        (true, _) => "its oracle set is gone: end it with `guerdon link drop`".to_owned(),
        (false, None) => "taken over from the distributor before; anybody may challenge it".to_owned(),
        (false, Some(old)) => format!("{old} is paid until then and may cancel it; anybody may challenge it"),
    };
    let unclaimed = money.show(*unclaimed);
    format!(
        "pending      to {wallet} ({stands}), ready at {ready} (UTC seconds), exposes {unclaimed}\n             {next}\n"
    )
}

fn attested(gathered: &Gathered) -> String {
    if gathered.voices.is_empty() {
        return String::new();
    }
    let mut text = format!("attestations {} of {} needed\n", gathered.have, gathered.need);
    for voice in &gathered.voices {
        let said = match (&voice.refused, voice.wallet) {
            (Some(reason), _) => reason.clone(),
            (None, Some(wallet)) => format!("attests {wallet}"),
            (None, None) => "nothing".to_owned(),
        };
        // Writing to a String cannot fail.
        _ = writeln!(text, "  {}: {said}", voice.oracle);
    }
    text
}

async fn waiting(setting: &Setting) -> Result<Vec<WaitingLink>> {
    let mut ledger = Ledger::default();
    ledger.catch_up(&setting.chain).await?;
    Ok(ledger.waiting_links(&setting.chain).await?)
}

pub(super) async fn pending(global: &Global) -> Result<()> {
    let setting = Setting::open(global).await?;
    let (links, money) = (waiting(&setting).await?, setting.money().await?);
    global.print(&links, || table(&links, &money))
}

/// One line a link.
pub(in crate::cli) fn table(links: &[WaitingLink], money: &Money) -> String {
    if links.is_empty() {
        return "no link waits\n".to_owned();
    }
    let mut table = Table::new(&[">contributor", "login", "to the wallet", "status", ">ready at", ">exposes"]);
    for link in links {
        let ContributorId(id) = link.contributor_id;
        let status = if link.dead { "dead".to_owned() } else { format!("{:?}", link.status).to_lowercase() };
        table.row([
            id.to_string(),
            link.login.clone().unwrap_or_else(|| "-".to_owned()),
            link.wallet.to_string(),
            status,
            link.ready.to_string(),
            money.show(link.unclaimed),
        ]);
    }
    table.render(0)
}
