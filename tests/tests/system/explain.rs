//! Why everybody gets what they get, to the last unit, in three forms; and how evenly it was shared.

use super::bench::{Bench, START, member, members};
use super::org::{EPOCHS, amount};
use alloy::primitives::U256;
use guerdon_core::model::visible;
use guerdon_tests::github::model::ThreadRef;
use guerdon_tests::sandbox::DAY;
use serde_json::Value;

/// What somebody may write to leave a table, ping people and mark up a comment.
const HOSTILE: &str =
    "x | y `code` @wren-okafor <img src=x onerror=alert(1)> [a](https://evil.example) #7 \u{202e}\u{1b}[2J";

/// Gives a pull request of epoch 1 a title that attacks whoever shows it.
pub fn spoil_a_title(bench: &Bench) {
    bench.world().change(|state| {
        let repository = state.repository_named("meadowlark-sample", "prairie").unwrap().id;
        let actor = state.account_id("priya-ramanan").unwrap();
        let at = (START + 6 * DAY).cast_signed();
        state.rename(ThreadRef { repository, number: 9 }, at, actor, HOSTILE).unwrap();
    });
}

fn sum(values: &[Value], key: &str) -> u64 {
    values.iter().map(|value| value[key].as_u64().unwrap()).sum()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().unwrap()
}

/// The items of everybody add up to what was granted, and the entries to what is on the chain.
pub async fn every_unit_is_explained(bench: &Bench) {
    let unit = bench.sandbox.deployment.unit;
    let epochs = bench.json(&["status"]).await;
    let mut totals = vec![U256::ZERO; usize::try_from(EPOCHS).unwrap()];
    for member in members() {
        for epoch in bench.json(&["explain", member.login]).await.as_array().unwrap() {
            let (result, items) = (&epoch["result"], list(epoch, "items"));
            if result.is_null() {
                assert!(items.is_empty(), "{}: items without a result", member.login);
                continue;
            }
            let units = |key: &str| result[key].as_u64().unwrap();
            assert_eq!(sum(items, "units"), units("earned"), "{}: {epoch:#}", member.login);
            let granted: u64 = list(result, "granted_accruals").iter().map(|pair| pair[1].as_u64().unwrap()).sum();
            let linked = result["linked"].as_bool().unwrap();
            let entry = if linked { units("earned") - units("repaid") + granted } else { 0 };
            assert_eq!(units("entry"), entry, "{}", member.login);
            totals[usize::try_from(epoch["epoch"].as_u64().unwrap()).unwrap() - 1] += U256::from(entry) * unit;
            for item in items {
                assert_eq!(amount(&item["amount"]), U256::from(item["units"].as_u64().unwrap()) * unit);
                is_priced_by_its_slice(item);
            }
        }
    }
    let on_chain: Vec<U256> = epochs.as_array().unwrap().iter().map(|epoch| amount(&epoch["total"])).collect();
    assert_eq!(totals, on_chain);
}

/// Points times the price of a point, but for the unit that the largest remainders get.
fn is_priced_by_its_slice(item: &Value) {
    let number = |value: &Value| u128::from(value.as_u64().unwrap());
    let (pool, all) = (number(&item["price"]["pool"]), number(&item["price"]["points"]));
    let exact = number(&item["points"]) * pool / all;
    assert!((exact..=exact + 1).contains(&number(&item["priced"])), "{item:#}");
    assert!(number(&item["units"]) <= number(&item["priced"]));
}

pub async fn explanations_name_everything(bench: &Bench) {
    let id = member("priya-ramanan").id;
    let explained = bench.json(&["explain", "priya-ramanan"]).await;
    let epochs: Vec<_> = explained.as_array().unwrap().iter().map(|one| one["epoch"].as_u64().unwrap()).collect();
    assert_eq!(epochs, [1, 2, 3]);
    for epoch in explained.as_array().unwrap() {
        assert_eq!(epoch["contributor"], id);
        for key in ["fact", "kind", "slice", "base", "size", "factors", "points", "rule", "inputs"] {
            assert!(list(epoch, "items").iter().all(|item| !item[key].is_null()), "{key}");
        }
    }
    assert_eq!(bench.json(&["explain", &id.to_string()]).await, explained, "a login and its id are one");

    let of = |of: &str| {
        let items = explained.as_array().unwrap().iter().flat_map(|epoch| list(epoch, "items"));
        items.filter(|item| item["inputs"]["of"] == of).cloned().collect::<Vec<_>>()
    };
    let pull = of("pull").into_iter().find(|item| item["inputs"]["title"] == *visible(HOSTILE)).unwrap();
    assert_eq!(
        (&pull["inputs"]["files"], &pull["inputs"]["additions"], &pull["inputs"]["deletions"]),
        (&2.into(), &54.into(), &6.into())
    );
    assert_eq!(pull["inputs"]["author"], id);
    assert!(pull["reads_like"]["kind"].is_string() && pull["reads_like"]["confidence"].as_u64().unwrap() <= 1000);
    let review = of("review").into_iter().next().unwrap();
    assert!(review["inputs"]["hunks"].is_u64() && review["inputs"]["verdict"].is_string(), "{review:#}");
    assert!(review["reads_like"].is_null(), "only pull requests have a kind to be read");

    let daemon = bench.sandbox.daemon().await.unwrap();
    let (status, text) = daemon.get("/v1/contributors/priya-ramanan/explain").await.unwrap();
    assert_eq!((status, serde_json::from_str::<Value>(&text).unwrap()), (200, explained.clone()));
    let (status, text) = daemon.get("/v1/contributors/priya-ramanan/explain?epoch=2").await.unwrap();
    let one: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((status, &one.as_array().unwrap()[..]), (200, &explained.as_array().unwrap()[1..2]));
    for wrong in ["?epoch=two", "?epoch=-1", "?epok=2"] {
        let (status, text) = daemon.get(&format!("/v1/contributors/priya-ramanan/explain{wrong}")).await.unwrap();
        assert_eq!(status, 400, "{wrong}: {text}");
    }
    let (_, text) = daemon.get("/v1/epochs/2").await.unwrap();
    let epoch: Value = serde_json::from_str(&text).unwrap();
    let record = &bench.json(&["report", "concentration"]).await[1];
    assert_eq!(epoch["fairness"], record["fairness"]);
    assert_eq!(daemon.stop().await.unwrap().code(), Some(0));
}

pub async fn what_did_not_count_is_said(bench: &Bench) {
    let said = async |login: &str, epoch: &str| bench.ok(&["explain", login, "--epoch", epoch]).await;
    let pat = said("pat-typofix", "3").await;
    for words in
        ["pull meadowlark-sample/almanac#", "not merged: closed without a merge on 2025-01-", "not merged: open"]
    {
        assert!(pat.contains(words), "no {words:?} in {pat}");
    }
    let flood = said("pat-typofix", "2").await;
    assert!(flood.contains("trivial pull request number 2 of this author: weight 1/3"), "{flood}");
    let rick = said("rick-fastbuck", "1").await;
    assert!(rick.contains("generated, vendored or moved files") && rick.contains("at weight 0"), "{rick}");
    let excluded = said("rick-fastbuck", "2").await;
    assert!(excluded.contains("prairie#26: 90100001 took it out with `/guerdon exclude`"), "{excluded}");
    let reviewer = said("dana-echo", "1").await;
    assert!(reviewer.contains("of the same author in this epoch: weight 1/3"), "{reviewer}");
    let unmerged = bench.json(&["explain", "pat-typofix", "--epoch", "3"]).await;
    let rules: Vec<_> = list(&unmerged[0], "not_merged").iter().map(|one| one["rule"].clone()).collect();
    assert_eq!(rules, ["unmerged", "unmerged"]);
    // A pull request that was merged in its epoch is nowhere among them.
    let jun = bench.json(&["explain", "jun-parkway"]).await;
    for epoch in jun.as_array().unwrap() {
        let facts: Vec<_> = list(epoch, "items").iter().map(|item| &item["fact"]).collect();
        assert!(list(epoch, "not_merged").iter().all(|one| !facts.contains(&&one["fact"])), "{epoch:#}");
    }
}

/// Whatever stands in a title is text, in both forms.
pub async fn a_hostile_title_stays_text(bench: &Bench) {
    let table = bench.ok(&["explain", "priya-ramanan", "--epoch", "1"]).await;
    for word in ["epoch 1", "priya-ramanan", "meadowlark-sample/prairie#9", "with_tests", "confirmed_issue", "granted"]
    {
        assert!(table.contains(word), "no {word:?} in {table}");
    }
    assert!(table.contains("x | y `code` @wren-okafor <img") && table.contains("reads like"), "{table}");
    assert!(!table.contains("epoch 2") && !table.contains(['\u{1b}', '\u{202e}']), "{table:?}");

    let markdown = bench.ok(&["explain", "priya-ramanan", "--epoch", "1", "--markdown"]).await;
    assert!(markdown.starts_with("### epoch 1"), "{markdown}");
    for active in ["@wren", "<img", "`code`", "](http", "#7", "prairie#9", "://evil", "\u{1b}", "\u{202e}"] {
        assert!(!markdown.contains(active), "{active:?} is active in {markdown}");
    }
    let rows: Vec<&str> = markdown.lines().filter(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 3 && rows[1].contains("---:"), "{markdown}");
    let columns = |row: &str| row.matches('|').count();
    assert!(rows.iter().all(|row| columns(row) == columns(rows[0])), "no cell breaks out: {markdown}");
    assert!(markdown.contains("x &#124; y &#96;code&#96; &#64;&#8203;wren-okafor &#60;img"), "{markdown}");
}

/// The figures of every epoch: in the record, in the status and as a report.
pub async fn the_report_says_how_evenly_it_paid(bench: &Bench) {
    let report = bench.json(&["report", "concentration"]).await;
    let status = bench.json(&["status"]).await;
    assert_eq!(report.as_array().unwrap().len() as u64, EPOCHS);
    let mut first_entries = 0;
    for (record, epoch) in report.as_array().unwrap().iter().zip(status.as_array().unwrap()) {
        assert_eq!((&record["fairness"], &record["epoch"]), (&epoch["fairness"], &epoch["epoch"]));
        assert_eq!(
            (&record["evidence_hash"], &record["policy_hash"]),
            (&epoch["evidence_hash"], &epoch["policy_hash"])
        );
        let scored = bench.json(&["score", "--epoch", &epoch["epoch"].to_string()]).await;
        let mut earned: Vec<u64> = list(&scored, "people")
            .iter()
            .map(|person| person["earned"].as_u64().unwrap())
            .filter(|units| *units > 0)
            .collect();
        earned.sort_unstable();
        let found = &record["fairness"]["concentration"];
        let all: u64 = earned.iter().sum();
        assert_eq!((&found["people"], &found["units"]), (&earned.len().into(), &all.into()));
        let ten: u64 = earned.iter().rev().take(10).sum();
        assert_eq!(found["top_ten"], ten * 1000 / all);
        let gini = found["gini"].as_u64().unwrap();
        assert!((1..1000).contains(&gini) && found["hhi"].as_u64().unwrap() >= 10_000 / earned.len() as u64);
        let fairness = &record["fairness"];
        assert_eq!(sum(list(fairness, "slices"), "units"), all, "the slices add up");
        let review = list(fairness, "slices").iter().find(|slice| slice["slice"] == "review").unwrap();
        assert_eq!(review["share"], fairness["review_share"]);
        first_entries += fairness["first_entries"].as_u64().unwrap();
    }
    let paid = members().filter(|member| super::org::links_in(member).is_some()).count() as u64;
    assert_eq!(first_entries, paid, "everybody who is linked is paid for the first time once");
    assert!(report[0]["fairness"]["first_payment"].is_u64());

    let text = bench.ok(&["report", "concentration"]).await;
    for word in
        ["Gini", "ten largest", "Nakamoto", "HHI", "newcomers", "paid after", "days", "share of each slice", "GDN"]
    {
        assert!(text.contains(word), "no {word:?} in {text}");
    }
    // Without the chain the report is the same, in units.
    let config = offline(bench);
    let offline: Value =
        serde_json::from_str(&bench.ok_with(&config, &["report", "concentration", "--json"]).await).unwrap();
    assert_eq!(offline, report);
}

/// A configuration whose chain does not answer.
pub fn offline(bench: &Bench) -> String {
    bench.changed("guerdon.toml", "offline.toml", bench.sandbox.anvil.url(), "http://127.0.0.1:1")
}
