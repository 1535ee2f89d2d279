//! `simulate`: what another policy would have paid.

use super::args::Global;
use eyre::Result;
use guerdon::amount::{Money, milli, thousands};
use guerdon::books::Books;
use guerdon::oracle::read_policy;
use guerdon::simulate::{AttackChange, Change, PersonChange, Simulation, Span, part, percent};
use guerdon::table::Table;
use guerdon_core::attack::Limit;
use guerdon_core::fairness::Concentration;
use std::fmt::Write as _;
use std::path::Path;

/// The table shows so many people; `--json` has all.
const MOST: usize = 40;

pub(super) async fn simulate(global: &Global, path: &Path, span: Span) -> Result<()> {
    let policy = read_policy(path)?;
    let config = global.config_in_force()?;
    let simulation = Books::open(&config).await?.simulate(&policy, span).await?;
    let money = if global.json { Money::in_units() } else { global.money_or_units(&config).await };
    global.print(&simulation, || text(&simulation, &money))
}

fn text(simulation: &Simulation, money: &Money) -> String {
    let Simulation { policy, instead_of, from, to, people, earned, .. } = simulation;
    let before: Vec<String> = instead_of.iter().map(ToString::to_string).collect();
    let mut out = format!("epochs {from} to {to} under policy {policy}\ninstead of {}\n", before.join(", "));
    if instead_of.as_slice() == [*policy] {
        out.push_str("that is the policy in force: nothing changes\n");
    }
    // Writing to a String cannot fail.
    _ = writeln!(
        out,
        "\nearned {} instead of {}\n{} gain ({} of them earned nothing before), {} lose ({} of them everything), {} as before",
        money.show(earned.after),
        money.show(earned.before),
        people.gain,
        people.appear,
        people.lose,
        people.disappear,
        people.same,
    );
    if !simulation.changes.is_empty() {
        _ = write!(out, "\nwho gains and who loses\n{}", changes(&simulation.changes, money).render(2));
        if let Some(more) = simulation.changes.len().checked_sub(MOST).filter(|more| *more > 0) {
            _ = writeln!(out, "  and {more} more: see --json");
        }
    }
    _ = write!(out, "\nslices\n{}", slices(simulation, money).render(2));
    let figures = concentration(&simulation.concentration);
    _ = write!(out, "\nconcentration, all these epochs together\n{}", figures.render(2));
    _ = write!(out, "\nepoch by epoch\n{}", epochs(simulation, money).render(2));
    let (table, limits) = (attacks(&simulation.attacks), simulation.attacks.iter().filter(|one| has_limit(one)));
    let held = |side: fn(&Change<bool>) -> bool| limits.clone().filter(|one| side(&one.holds)).count();
    _ = write!(
        out,
        "\n{} attacks: {} of {} limits hold, {} under the policy in force\n",
        simulation.attacks.len(),
        held(|holds| holds.after),
        limits.clone().count(),
        held(|holds| holds.before),
    );
    if !table.is_empty() {
        _ = write!(out, "whose ratio to honest work changes, or whose limit is exceeded\n{}", table.render(2));
    }
    out
}

fn changes(changes: &[PersonChange], money: &Money) -> Table {
    let mut table = Table::new(&["contributor", ">id", ">before", ">after", ">difference", ">percent"]);
    for change in changes.iter().take(MOST) {
        let difference = money.show(u64::try_from(change.difference.unsigned_abs()).unwrap_or(u64::MAX));
        table.row([
            change.login.clone().unwrap_or_else(|| "-".to_owned()),
            change.id.to_string(),
            money.show(change.earned.before),
            money.show(change.earned.after),
            format!("{}{difference}", if change.difference < 0 { "-" } else { "+" }),
            change.difference_milli.map_or_else(|| "new".to_owned(), percent),
        ]);
    }
    table
}

fn slices(simulation: &Simulation, money: &Money) -> Table {
    let mut table =
        Table::new(&["slice", ">budget before", ">after", ">earned before", ">after", ">points before", ">after"]);
    for slice in &simulation.slices {
        table.row([
            slice.slice.name().to_owned(),
            money.show(slice.budget.before),
            money.show(slice.budget.after),
            money.show(slice.earned.before),
            money.show(slice.earned.after),
            milli(slice.points.before),
            milli(slice.points.after),
        ]);
    }
    table
}

fn concentration(change: &Change<Concentration>) -> Table {
    let mut table = Table::new(&["figure", ">before", ">after"]);
    let mut row = |name: &str, of: &dyn Fn(&Concentration) -> String| {
        table.row([name.to_owned(), of(&change.before), of(&change.after)]);
    };
    row("people", &|figures| figures.people.to_string());
    row("Gini", &|figures| milli(figures.gini));
    row("ten largest", &|figures| part(figures.top_ten));
    row("Nakamoto", &|figures| figures.nakamoto.to_string());
    row("HHI", &|figures| thousands(&figures.hhi.to_string()));
    table
}

fn epochs(simulation: &Simulation, money: &Money) -> Table {
    let columns = [">epoch", ">entries before", ">after", ">Gini", ">after", ">Nakamoto", ">after"];
    let mut table = Table::new(&[&columns[..], &[">newcomers", ">after", ">reviews", ">after"]].concat());
    for epoch in &simulation.epochs {
        let Change { before, after } = &epoch.fairness;
        table.row([
            epoch.epoch.to_string(),
            money.show(epoch.entries.before),
            money.show(epoch.entries.after),
            milli(before.concentration.gini),
            milli(after.concentration.gini),
            before.concentration.nakamoto.to_string(),
            after.concentration.nakamoto.to_string(),
            part(before.newcomer_share),
            part(after.newcomer_share),
            part(before.review_share),
            part(after.review_share),
        ]);
    }
    table
}

fn has_limit(attack: &AttackChange) -> bool {
    attack.limit != Limit::Printed
}

fn attacks(attacks: &[AttackChange]) -> Table {
    let mut table = Table::new(&["attack", ">limit", ">before", ">after", ""]);
    let ratio = |ratio: Option<u64>| ratio.map_or_else(|| "-".to_owned(), milli);
    let tells = |one: &&AttackChange| one.ratio.before != one.ratio.after || !one.holds.after;
    for attack in attacks.iter().filter(tells) {
        let limit = match attack.limit {
            Limit::AtMost(most) => format!("<= {}", milli(most)),
            Limit::AtLeast(least) => format!(">= {}", milli(least)),
            Limit::Printed => "-".to_owned(),
        };
        let verdict = match (attack.holds.before, attack.holds.after) {
            (true, false) => "EXCEEDED",
            (false, false) => "EXCEEDED, as before",
            (false, true) => "holds now",
            (true, true) => "",
        };
        let (before, after) = (ratio(attack.ratio.before), ratio(attack.ratio.after));
        table.row([attack.name.to_owned(), limit, before, after, verdict.to_owned()]);
    }
    table
}
