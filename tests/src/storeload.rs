//! A made-up history of any length for the store, the same every time: merged pull requests, issues and review
//! comments of realistic sizes, so many a week.

use guerdon::fetch::{
    CloseEvent, CommentRecord, IssueEvent, IssueRecord, LabelEvent, PullCloser, PullRecord, ReviewEvent,
};
use guerdon::store::{Account, Marks, Opened, Page, RecordKind, Repository, Row, Saved, Store, StoreError};
use guerdon_core::model::{Change, ContributorId, FileChange, Reason, RepositoryId, Verdict};
use serde::Serialize;

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
    store
        .put_repository(&Repository {
            id: REPOSITORY,
            node: "R_load".into(),
            owner: "load".into(),
            name: "large".into(),
        })
        .await?;
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

fn person(a: u64, b: u64) -> ContributorId {
    ContributorId(FIRST_PERSON + mix(a, b) % PEOPLE)
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

fn row(kind: RecordKind, number: u64, sub: u64, record: &impl Serialize) -> Row {
    // Serialising these to text cannot fail.
    Row::new(kind, number, sub, serde_json::to_string(record).unwrap_or_default())
}

/// GitHub's global id looks like this.
fn node(kind: &str, id: u64) -> Option<String> {
    Some(format!("{kind}_kwDOAToIks{id:08x}"))
}

fn label(at: u64, by: ContributorId, name: &str) -> LabelEvent {
    LabelEvent { at, by: Some(by), name: name.to_owned(), set: true }
}

/// About 1.2 kB.
fn pull(page: u64, number: u64, merged: u64) -> Row {
    let file = |nth| {
        let one = mix(number, nth);
        let path = format!("src/area-{nth:02}/component-{:03}/file_{:04}.rs", one % 800, one % 9_000);
        FileChange { path, additions: one % 80, deletions: one % 30, change: Change::Modified }
    };
    let review = |nth| ReviewEvent {
        id: number * 10 + nth,
        at: merged - 7_200 + nth,
        by: person(number, nth),
        verdict: if nth == 0 { Verdict::Approve } else { Verdict::Comment },
        edited: None,
        dismissed: None,
    };
    let (author, created) = (person(number, 99), merged - 86_400);
    let record = PullRecord {
        repo: RepositoryId(REPOSITORY),
        number,
        author: Some(author),
        created,
        merged,
        merger: Some(person(number, 98)),
        commit: Some(oid(page, number)),
        title: format!("Handle the {} case of component {} without a retry", number % 77, number % 800),
        renames: Vec::new(),
        files: (0..1 + mix(page, number) % 12).map(file).collect(),
        labels: vec![
            label(merged - 80_000, person(number, 98), "kind/bug"),
            label(merged - 9_000, person(number, 97), "area/component"),
        ],
        reviews: (0..1 + mix(number, page) % 4).map(review).collect(),
        spoken: Vec::new(),
        reverts: None,
        coauthors: Vec::new(),
        generated: Vec::new(),
        kudos: Vec::new(),
        exclusions: Vec::new(),
    };
    let opened = Opened { author: author.0, created, ended: Some(merged) };
    let marks = Marks { moments: vec![merged], commit: record.commit.clone(), opened: Some(opened) };
    Row { node: node("PR", number), updated: merged, marks, ..row(RecordKind::Pull, number, 0, &record) }
}

fn issue(page: u64, number: u64, closed: u64) -> Row {
    let closer = PullCloser {
        repo: RepositoryId(REPOSITORY),
        number: page * PULLS + number % PULLS + 1,
        author: Some(person(number, 3)),
        merger: Some(person(number, 4)),
        merged: Some(closed - 1),
    };
    let record = IssueRecord {
        repo: RepositoryId(REPOSITORY),
        number,
        author: Some(person(number, 1)),
        created: closed - 90_000,
        labels: vec![label(closed - 50_000, person(number, 2), "triage/accepted")],
        events: vec![IssueEvent::Closed(CloseEvent {
            at: closed,
            reason: Some(Reason::Completed),
            pull: Some(closer),
            commit: None,
        })],
        kudos: Vec::new(),
        exclusions: Vec::new(),
    };
    let marks = Marks { moments: vec![closed - 50_000, closed], ..Marks::default() };
    Row { node: node("I", number), updated: closed, marks, ..row(RecordKind::Issue, number, 0, &record) }
}

fn comment(page: u64, number: u64, id: u64, at: u64) -> Row {
    let record = CommentRecord {
        repo: RepositoryId(REPOSITORY),
        number,
        id,
        at,
        by: Some(person(id, 5)),
        path: format!("src/area-00/component-{:03}/file_{:04}.rs", id % 800, id % 9_000),
        hunk: format!("{:016x}", mix(page, id)),
        review: Some(number * 10),
    };
    row(RecordKind::Comment, number, id, &record)
}
