//! `report`: what all epochs together look like.

use super::args::Global;
use eyre::Result;
use guerdon::amount::{Money, milli, thousands};
use guerdon::books::Books;
use guerdon::record::EpochRecord;
use guerdon::simulate::part;
use guerdon::table::Table;

const DAY: u64 = 86_400;

/// How evenly each epoch paid. Only the store is read.
pub(super) async fn concentration(global: &Global) -> Result<()> {
    let config = global.config()?;
    let books = Books::open(&config).await?;
    let mut records = Vec::new();
    for cut in books.epochs().await?.values() {
        records.push(books.record(cut).await?);
    }
    let money = if global.json { Money::in_units() } else { global.money_or_units(&config).await };
    global.print(&records, || {
        if records.is_empty() {
            return "no epoch has evidence yet: `guerdon score --epoch 1` cuts and scores the first\n".to_owned();
        }
        let [figures, slices] = [figures(&records, &money), slices(&records)].map(|table| table.render(0));
        format!("{figures}\nshare of each slice\n{slices}")
    })
}

fn figures(records: &[EpochRecord], money: &Money) -> Table {
    let columns = [">epoch", ">people", ">earned", ">Gini", ">ten largest", ">Nakamoto", ">HHI"];
    let mut table =
        Table::new(&[&columns[..], &[">newcomers", ">their share", ">first entries", ">paid after"]].concat());
    for EpochRecord { epoch, fairness, .. } in records {
        let found = &fairness.concentration;
        table.row([
            epoch.to_string(),
            found.people.to_string(),
            money.show(found.units),
            milli(found.gini),
            part(found.top_ten),
            found.nakamoto.to_string(),
            thousands(&found.hhi.to_string()),
            fairness.newcomers.to_string(),
            part(fairness.newcomer_share),
            fairness.first_entries.to_string(),
            fairness.first_payment.map_or_else(|| "-".to_owned(), days),
        ]);
    }
    table
}

fn slices(records: &[EpochRecord]) -> Table {
    let names = ["code", "fixes", "tests", "docs", "review", "feedback", "mentoring", "recognition"];
    let head = [">code", ">fixes", ">tests", ">docs", ">review", ">feedback", ">mentoring", ">recognition"];
    let mut table = Table::new(&[&[">epoch"][..], &head].concat());
    for record in records {
        let share = |name: &&str| {
            let slice = record.fairness.slices.iter().find(|share| share.slice.name() == *name);
            part(slice.map_or(0, |slice| slice.share))
        };
        table.row(std::iter::once(record.epoch.to_string()).chain(names.iter().map(share)));
    }
    table
}

/// Seconds as days with a tenth: `12.5 days`.
fn days(seconds: u64) -> String {
    format!("{}.{} days", seconds / DAY, seconds % DAY * 10 / DAY)
}
