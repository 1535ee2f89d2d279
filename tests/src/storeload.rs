//! A made-up history of any length for the store, the same every time: merged pull requests, issues and review
//! comments of realistic sizes, so many a week.

use guerdon::store::{Account, Marks, Opened, Page, RecordKind, Repository, Row, Saved, Store, StoreError};
use serde_json::{Value, json};

pub const REPOSITORY: u64 = 20_580_498;
/// Records of one page: pull requests, issues, comments.
pub const PAGE: u64 = PULLS + ISSUES + COMMENTS;
const PULLS: u64 = 20;
const ISSUES: u64 = 15;
const COMMENTS: u64 = 65;
pub const WEEK: u64 = 7 * 86_400;
/// What one week sees, however long the history is: 400 merged pull requests, as a very large organisation's.
pub const PAGES_A_WEEK: u64 = 20;
pub const RECORDS_A_WEEK: u64 = PAGES_A_WEEK * PAGE;
/// The first week begins here, UTC seconds.
pub const BEGINS: u64 = 946_857_600;
const PEOPLE: u64 = 2_000;
const FIRST_PERSON: u64 = 1_000_000;

/// Makes the store ready and gives the number of pages that it has.
pub async fn begin(store: &Store) -> Result<u64, StoreError> {
    store.put_repository(&Repository { id: REPOSITORY, node: "R_load".into(), owner: "load".into(), name: "large".into() }).await?;
    let cursor = store.cursor(REPOSITORY, "pulls").await?;
    Ok(cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0))
}

/// Writes the page after so many.
pub async fn write(store: &Store, pages: u64) -> Result<Saved, StoreError> {
    let rows = rows(pages);
    let accounts: Vec<Account> = (0..PULLS).map(|nth| account(mix(pages, nth) % PEOPLE)).collect();
    let cursor = (pages + 1).to_string();
    let page = Page {
        repository: REPOSITORY,
        connection: "pulls",
        cursor: Some(&cursor),
        rows: &rows,
        accounts: &accounts,
        seen: time_of(pages, PAGE),
    };
    store.save_page(page, |_| false).await
}

/// So many numbers that look like chance.
fn mix(a: u64, b: u64) -> u64 {
    let mut x = a.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(b).wrapping_add(0x632b_e59b_d9b4_e019);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

fn person(a: u64, b: u64) -> u64 {
    FIRST_PERSON + mix(a, b) % PEOPLE
}

fn account(nth: u64) -> Account {
    Account { id: FIRST_PERSON + nth, login: format!("person-{nth}"), bot: false }
}

fn oid(a: u64, b: u64) -> String {
    format!("{:016x}{:016x}{:08x}", mix(a, b), mix(b, a), a % 0xffff_ffff)
}

fn time_of(page: u64, nth: u64) -> u64 {
    BEGINS + page * (WEEK / PAGES_A_WEEK) + nth * (WEEK / PAGES_A_WEEK / PAGE)
}

fn rows(page: u64) -> Vec<Row> {
    let pulls = (0..PULLS).map(|nth| pull(page, page * PULLS + nth + 1, time_of(page, nth)));
    let issues = (0..ISSUES).map(|nth| issue(page, page * ISSUES + nth + 1, time_of(page, PULLS + nth)));
    let comments = (0..COMMENTS).map(|nth| {
        let number = page * PULLS + nth % PULLS + 1;
        comment(page, number, page * COMMENTS + nth + 1, time_of(page, nth % PULLS) - 3_600)
    });
    pulls.chain(issues).chain(comments).collect()
}

fn row(kind: RecordKind, number: u64, sub: u64, body: &Value) -> Row {
    Row::new(kind, number, sub, body.to_string())
}

/// GitHub's global id looks like this.
fn node(kind: &str, id: u64) -> Option<String> {
    Some(format!("{kind}_kwDOAToIks{:012x}", mix(id, 6) >> 16))
}

/// About 1.2 kB.
fn pull(page: u64, number: u64, merged: u64) -> Row {
    let files: Vec<Value> = (0..1 + mix(page, number) % 9)
        .map(|nth| {
            let one = mix(number, nth);
            let path = format!("src/area-{:02}/component-{:03}/file_{:04}.rs", nth, one % 800, one % 9_000);
            json!({ "path": path, "added": one % 80, "removed": one % 30, "change": "modified" })
        })
        .collect();
    let reviews: Vec<Value> = (0..1 + mix(number, page) % 4)
        .map(|nth| {
            let verdict = if nth == 0 { "approve" } else { "comment" };
            json!({ "id": number * 10 + nth, "at": merged - 7_200 + nth, "by": person(number, nth),
                "verdict": verdict, "edited": null, "dismissed": null })
        })
        .collect();
    let body = json!({
        "repo": REPOSITORY, "number": number, "author": person(number, 99), "created": merged - 86_400,
        "merged": merged, "merger": person(number, 98), "commit": oid(page, number),
        "title": format!("Handle the {} case of component {} without a retry", number % 77, number % 800),
        "renames": [], "files": files,
        "labels": [
            { "at": merged - 80_000, "by": person(number, 98), "name": "kind/bug", "set": true },
            { "at": merged - 9_000, "by": person(number, 97), "name": "area/component", "set": true },
        ],
        "reviews": reviews, "spoken": [], "reverts": null, "coauthors": [], "generated": [], "kudos": [],
        "exclusions": [],
    });
    let opened = Opened { author: person(number, 99), created: merged - 86_400, ended: Some(merged) };
    let marks = Marks { moments: vec![merged], commit: Some(oid(page, number)), opened: Some(opened) };
    Row { node: node("PR", number), updated: merged, marks, ..row(RecordKind::Pull, number, 0, &body) }
}

fn issue(page: u64, number: u64, closed: u64) -> Row {
    let body = json!({
        "repo": REPOSITORY, "number": number, "author": person(number, 1), "created": closed - 90_000,
        "labels": [{ "at": closed - 50_000, "by": person(number, 2), "name": "triage/accepted", "set": true }],
        "events": [{ "closed": { "at": closed, "reason": "completed", "pull": {
            "repo": REPOSITORY, "number": page * PULLS + number % PULLS + 1, "author": person(number, 3),
            "merger": person(number, 4), "merged": closed - 1 }, "commit": null } }],
        "kudos": [], "exclusions": [],
    });
    let marks = Marks { moments: vec![closed - 50_000, closed], ..Marks::default() };
    Row { node: node("I", number), updated: closed, marks, ..row(RecordKind::Issue, number, 0, &body) }
}

fn comment(page: u64, number: u64, id: u64, at: u64) -> Row {
    let body = json!({
        "repo": REPOSITORY, "number": number, "id": id, "at": at, "by": person(id, 5),
        "path": format!("src/area-00/component-{:03}/file_{:04}.rs", id % 800, id % 9_000),
        "hunk": format!("{:016x}", mix(page, id)), "review": number * 10,
    });
    row(RecordKind::Comment, number, id, &body)
}
