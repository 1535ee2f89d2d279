//! What the demo prints, for a person who sees Guerdon for the first time.

use super::disputes::Disputes;
use super::refusals::Refused;
use super::summary::{Claim, Summary, Verified};
use super::{DemoError, Plan, Result, Waiting};
use crate::sandbox::{Sandbox, secret, wallet};
use alloy::primitives::U256;
use guerdon::amount::{Money, milli};
use guerdon::status::{EpochStatus, Stage};
use guerdon::table::Table;
use guerdon_core::model::FactKey;
use guerdon_core::score::{LineItem, PersonResult, Refusal};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// What the page calls a chain of one machine.
const LOCAL: &str = "Local chain";
/// More rows than this are summed up in one line.
const ROWS: usize = 14;

pub(super) struct Story {
    money: Money,
}

/// What `guerdon score --json` says, as far as the story needs it.
#[derive(Deserialize)]
struct Scored {
    people: Vec<PersonResult>,
    line_items: Vec<LineItem>,
    refused: Vec<Refusal>,
}

impl Story {
    pub(super) fn new() -> Self {
        Self { money: Money { unit: U256::from(10u64.pow(12)), decimals: 18, symbol: "GDN".to_owned() } }
    }

    /// Progress goes to stderr, the account itself to stdout.
    pub(super) fn step(&self, text: &str) {
        eprintln!("· {text}");
    }

    pub(super) fn deployed(&self, sandbox: &Sandbox, organization: &str, epochs: u64) {
        println!("\nGuerdon pays {organization}: {epochs} epochs of one week, 10,000 GDN each at most\n");
        for (name, contract) in sandbox.deployment.contracts.each() {
            println!("  {name:<18} {}", contract.address);
        }
        println!("  2 of 3 oracle keys must sign; a batch waits a day before it is credited\n");
    }

    pub(super) async fn epoch(&self, sandbox: &Sandbox, epoch: u64, status: &EpochStatus) -> Result<()> {
        let scored = scored(sandbox, epoch).await?;
        let names = Names::of(sandbox);
        println!(
            "Epoch {epoch}: {} to {} people, {} line items, {} contributions refused",
            self.money.show_base(status.total.parse().unwrap_or_default()),
            status.entries,
            scored.line_items.len(),
            scored.refused.len()
        );
        if status.status == Stage::Empty {
            println!("  nobody is paid, so nothing is posted\n");
            return Ok(());
        }
        let mut people: Vec<_> = scored.people.iter().filter(|person| person.earned + person.entry > 0).collect();
        people.sort_by_key(|person| (std::cmp::Reverse(person.entry.max(person.earned)), person.id));
        let mut table = Table::new(&["who", ">gets", "mostly for", "note"]);
        for person in people.iter().take(ROWS) {
            let mut items: Vec<_> = scored.line_items.iter().filter(|item| item.contributor == person.id).collect();
            items.sort_by_key(|item| (std::cmp::Reverse(item.units), item.fact));
            let best = items.first().map_or("what had accrued".to_owned(), |item| reason(&names, item));
            table.row([
                names.account(person.id.0),
                self.money.show(if person.linked { person.entry } else { person.earned }),
                best,
                self.note(person),
            ]);
        }
        print!("{}", table.render(2));
        if people.len() > ROWS {
            println!("  and {} more", people.len() - ROWS);
        }
        let hash = |hash: Option<alloy::primitives::B256>| hash.map_or("-".to_owned(), |hash| hash.to_string());
        println!("  entries  {}\n  evidence {}", hash(status.entries_hash), status.evidence_hash);
        println!("  posted   {}\n", hash(status.post_tx));
        Ok(())
    }

    fn note(&self, person: &PersonResult) -> String {
        let mut notes = Vec::new();
        if !person.linked {
            notes.push("accrues: no wallet linked".to_owned());
        }
        let granted: u64 = person.granted_accruals.iter().map(|(_, units)| *units).sum();
        if granted > 0 {
            notes.push(format!("{} of it accrued before the link", self.money.show(granted)));
        }
        if person.priced > person.earned {
            notes.push(format!("{} cut by brackets and cap", self.money.show(person.priced - person.earned)));
        }
        notes.join("; ")
    }

    /// Who earned what, over all epochs.
    pub(super) async fn people(&self, sandbox: &Sandbox, plan: &Plan, claims: &[Claim]) -> Result<()> {
        println!("Who claimed what");
        let mut claims: Vec<_> = claims.iter().collect();
        claims.sort_by_key(|claim| {
            (std::cmp::Reverse(claim.amount.parse::<U256>().unwrap_or_default()), claim.contributor_id)
        });
        let mut table = Table::new(&["who", ">claimed", "transaction", "story"]);
        for claim in claims.iter().take(ROWS) {
            let member = plan.members.iter().find(|member| member.id == claim.contributor_id);
            table.row([
                claim.login.clone(),
                self.money.show_base(claim.amount.parse().unwrap_or_default()),
                short(&claim.tx.to_string()),
                member.map(|member| member.story.clone()).unwrap_or_default(),
            ]);
        }
        print!("{}", table.render(2));
        if claims.len() > ROWS {
            println!("  and {} more", claims.len() - ROWS);
        }
        if let Some(first) = claims.first() {
            let who = first.contributor_id.to_string();
            let explained = sandbox.json(&["explain", &who, "--epoch", "1"]).await?;
            println!("\nWhy, for instance: `guerdon explain {} --epoch 1`", first.login);
            self.explained(sandbox, &explained)?;
        }
        Ok(())
    }

    fn explained(&self, sandbox: &Sandbox, value: &serde_json::Value) -> Result<()> {
        #[derive(Deserialize)]
        struct Parts {
            items: Vec<LineItem>,
        }
        let unexpected =
            |error: serde_json::Error| DemoError::Unexpected { step: "explain", answer: error.to_string() };
        let parts: Vec<Parts> = serde_json::from_value(value.clone()).map_err(unexpected)?;
        let names = Names::of(sandbox);
        let mut table = Table::new(&["contribution", "slice", ">size", "factors", ">points", ">amount"]);
        for item in parts.iter().flat_map(|part| &part.items).take(ROWS) {
            let factors: Vec<_> =
                item.factors.iter().map(|factor| format!("{} {}", factor.name, milli(factor.milli))).collect();
            table.row([
                names.fact(&item.fact),
                item.slice.name().to_owned(),
                milli(item.size),
                factors.join(", "),
                milli(item.points),
                self.money.show(item.units),
            ]);
        }
        println!("{}", table.render(2));
        Ok(())
    }

    /// What did not count, by rule, with an example each; and what the chain refused.
    pub(super) async fn refused(&self, sandbox: &Sandbox, epochs: &[EpochStatus], tried: &[Refused]) -> Result<()> {
        let names = Names::of(sandbox);
        let mut by_rule: BTreeMap<String, Vec<Refusal>> = BTreeMap::new();
        let mut lowered: BTreeMap<String, (usize, String)> = BTreeMap::new();
        for epoch in epochs {
            let scored = scored(sandbox, epoch.epoch.0).await?;
            for refusal in scored.refused {
                by_rule.entry(refusal.rule.to_string()).or_default().push(refusal);
            }
            for item in &scored.line_items {
                for factor in item.factors.iter().filter(|factor| factor.milli < 1000 && factor.name != "substance") {
                    let example = format!("{} by {}", names.fact(&item.fact), names.account(item.contributor.0));
                    lowered.entry(factor.name.to_string()).or_insert((0, example)).0 += 1;
                }
            }
        }
        println!("What was refused, and why");
        let mut table = Table::new(&["rule", ">times", "for instance"]);
        for (rule, refusals) in &by_rule {
            let example = refusals.first().map_or(String::new(), |refusal| {
                let who = names.account(refusal.contributor.0);
                format!("{} by {who}: {}", names.fact(&refusal.fact), refusal.reason)
            });
            table.row([rule.clone(), refusals.len().to_string(), example]);
        }
        print!("{}", table.render(2));
        println!("\nWhat was paid less");
        let mut table = Table::new(&["factor", ">times", "for instance"]);
        for (factor, (times, example)) in lowered {
            table.row([factor, times.to_string(), example]);
        }
        print!("{}", table.render(2));
        println!("\nWhat was tried, and the answer");
        for Refused { what, answer } in tried {
            println!("  {what}\n    -> {answer}");
        }
        println!();
        Ok(())
    }

    /// What was challenged, and the key that was caught.
    pub(super) fn disputed(&self, disputed: &Disputes, epochs: usize) {
        println!("What was disputed, and the answer");
        let coin = Money { unit: U256::ONE, decimals: 18, symbol: "ETH".to_owned() };
        for dispute in &disputed.challenges {
            let amount = self.money.show_base(dispute.amount.parse().unwrap_or_default());
            let bond = coin.show_base(dispute.bond.parse().unwrap_or_default());
            println!(
                "  {} puts up {bond} against the entry of {} in epoch {}: {amount}",
                dispute.challenger, dispute.login, dispute.epoch
            );
            println!(
                "    -> {}",
                match dispute.answer {
                    "dropped" =>
                        "held while the others were paid, then dropped: the bond went back, the amount stays in the Treasury",
                    _ => "the entry stands and was paid in time: the bond went to the Treasury",
                }
            );
        }
        for key in &disputed.switched_off {
            println!("  oracle {} signed two headers of epoch {}, and somebody showed both", key.oracle, key.epoch);
            println!(
                "    -> switched off for good; the other two went on and paid {} more epochs",
                epochs.saturating_sub(1)
            );
        }
        println!();
    }

    pub(super) fn end(
        &self,
        epochs: &[EpochStatus],
        verified: &Verified,
        (claims, waiting): (&[Claim], &[Waiting]),
        summary: &Summary,
        took: Duration,
    ) {
        println!("  evidence with a thousand made-up lines in every file is verified\n    -> {}\n", verified.tampered);
        let sum = |part: fn(&EpochStatus) -> &String| -> U256 {
            epochs.iter().filter_map(|epoch| part(epoch).parse::<U256>().ok()).sum()
        };
        let (total, credited) = (sum(|epoch| &epoch.total), sum(|epoch| &epoch.credited));
        let passed = verified.epochs.iter().filter(|passed| **passed).count();
        println!(
            "Verified: {passed} of {} epochs ({} checks) rebuilt from evidence equal the chain",
            epochs.len(),
            verified.checks
        );
        let left: U256 = waiting.iter().map(|waiting| waiting.amount).sum();
        let paid = self.money.show_base(credited.saturating_sub(left));
        let rest = if left.is_zero() {
            "equal to the base unit to what was credited".to_owned()
        } else {
            format!("and {} left for the page: to the base unit what was credited", self.money.show_base(left))
        };
        println!("Paid:     {paid} in {} claims, {rest}", claims.len());
        println!(
            "Granted:  {}, which is what was credited and the {} that were dropped",
            self.money.show_base(total),
            self.money.show_base(sum(|epoch| &epoch.dropped))
        );
        println!("Facts:    {}, line items: {}, took {} s", summary.facts, summary.line_items, took.as_secs());
        println!("Summary:  target/demo/summary.json, evidence beside it\n");
    }

    /// What to click, for who has a wallet in the browser and for who has none.
    pub(super) fn stays(&self, sandbox: &Sandbox, api: &str, waiting: &[Waiting]) -> Result<()> {
        println!("The daemon goes on, with its page at\n\n    {api}/\n");
        if let Some(first) = waiting.first() {
            println!(
                "Look first, without any wallet: {api}/c/{} shows what {} earned, and why.\n",
                first.login, first.login
            );
            println!(
                "Then claim in MetaMask (or another wallet) as one of these two. Their keys come from anvil's public"
            );
            println!("test phrase, so everybody has them: never send anything of value there.\n");
            let mut table = Table::new(&["who", ">can claim", "private key (funded with test coin for the fee)"]);
            for Waiting { login, nth, amount } in waiting {
                table.row([login.clone(), self.money.show_base(*amount), secret(wallet(*nth))?]);
            }
            println!("{}", table.render(2));
            println!(
                "  1. MetaMask: the account's name at the top, \"Add wallet\" or \"Add account\", \"Import\" with a private"
            );
            println!("     key. Paste one of the keys.");
            println!("  2. The page: \"Connect a wallet\", \"MetaMask\". Choose the imported account.");
            println!("  3. The page: \"Switch to {}\". MetaMask asks to add the network; approve.", LOCAL);
            println!(
                "     By hand: chain id {}, RPC {}, currency ETH.",
                sandbox.deployment.chain_id,
                sandbox.anvil.url()
            );
            println!(
                "  4. The page: the claim button, then confirm in MetaMask. The amount is in the wallet when it is mined."
            );
            println!(
                "  5. Also there: reasons behind every amount, a batch computed again in your browser, proposals.\n"
            );
            println!(
                "  If MetaMask used chain {} before, its activity data must be cleared first (Settings,",
                sandbox.deployment.chain_id
            );
            println!("  Advanced): this chain is new and counts transactions from zero.\n");
        }
        println!("The API is at {api}/v1/epochs. Ctrl-C ends everything.");
        Ok(())
    }
}

async fn scored(sandbox: &Sandbox, epoch: u64) -> Result<Scored> {
    let value = sandbox.json(&["score", "--epoch", &epoch.to_string()]).await?;
    serde_json::from_value(value)
        .map_err(|error| DemoError::Unexpected { step: "guerdon score", answer: error.to_string() })
}

fn short(hash: &str) -> String {
    hash.chars().take(18).chain(std::iter::once('…')).collect()
}

fn reason(names: &Names, item: &LineItem) -> String {
    let factors: Vec<_> =
        item.factors.iter().map(|factor| format!("{} {}", factor.name, milli(factor.milli))).collect();
    let factors = if factors.is_empty() { String::new() } else { format!(" ({})", factors.join(", ")) };
    format!("{}{factors}", names.fact(&item.fact))
}

/// Names from the stand-in's world, for people's eyes.
struct Names {
    accounts: BTreeMap<u64, String>,
    repositories: BTreeMap<u64, String>,
}

impl Names {
    fn of(sandbox: &Sandbox) -> Self {
        let state = sandbox.github.world().read();
        Self {
            accounts: state.accounts.values().map(|account| (account.id.0, account.login.clone())).collect(),
            repositories: state.repositories.values().map(|repo| (repo.id.0, repo.name.clone())).collect(),
        }
    }

    fn account(&self, id: u64) -> String {
        self.accounts.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    fn fact(&self, key: &FactKey) -> String {
        let id = key.repo().0;
        let repository = self.repositories.get(&id).cloned().unwrap_or_else(|| id.to_string());
        let kind = match key {
            FactKey::Pull { .. } => "",
            FactKey::Review { .. } => "review of ",
            FactKey::Issue { .. } => "issue ",
            FactKey::Answer { .. } => "answer ",
            FactKey::Kudos { .. } => "kudos ",
            FactKey::Witness { .. } => "witness of ",
        };
        format!("{kind}{repository}#{}", key.number())
    }
}
