//! Exports that are broken, or that want to be: each is refused with its place, and nothing of it is written.

use super::bench::Bench;
use super::export::{as_lines, as_threads};
use guerdon::fetch::Quiet;
use guerdon::import::{ImportError, ImportPlan, import};
use guerdon_tests::github::World;
use guerdon_tests::github::sample::{ORG, REPOSITORIES};
use std::fs::{OpenOptions, read_to_string, write};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const LAST: usize = REPOSITORIES.len() - 1;

fn lines() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    as_lines(&World::sample().unwrap(), folder.path());
    folder
}

fn threads() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    as_threads(&World::sample().unwrap(), folder.path());
    folder
}

/// In the repository whose folder is read last.
fn last(folder: &TempDir, file: &str) -> PathBuf {
    let mut names = REPOSITORIES.map(|(name, _)| name);
    names.sort();
    folder.path().join(ORG).join(names[LAST]).join(file)
}

/// The error's text; nothing may be in the store after it.
async fn refused(folder: &Path) -> String {
    refused_by(folder, &ImportPlan::default()).await.to_string()
}

async fn refused_by(folder: &Path, plan: &ImportPlan) -> ImportError {
    let bench = Bench::new().await;
    let error = import(&bench.store, folder, plan, &Quiet).await.unwrap_err();
    assert!(bench.records().await.values().all(Vec::is_empty), "something was written");
    assert!(bench.store.repositories().await.unwrap().is_empty(), "a repository was written");
    error
}

/// Puts a line to the end of a file; gives its number.
fn append(path: &Path, line: &str) -> usize {
    let mut text = read_to_string(path).unwrap();
    text += line;
    write(path, &text).unwrap();
    text.lines().count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_wrong_is_told_by_file_and_line() {
    let deep = format!("{{\"x\": {}", "[".repeat(100_000));
    let huge_id = r#"{"number": 1, "event": "closed", "id": 1, "actor": {"id": 18446744073709551615, "login": "x"}}"#;
    let no_time = r#"{"number": 1, "event": "closed", "id": 1, "created_at": "yesterday"}"#;
    let nowhere = r#"{"event": "closed", "id": 1, "created_at": "2025-01-06T00:00:00Z"}"#;
    let cases = [
        ("{\"number\": 1, \"eve", "EOF while parsing a string"),
        ("\u{0}\u{1}", "expected value"),
        ("[]", "invalid length"),
        (&deep, "EOF while parsing"),
        (huge_id, "18446744073709551615 is no id"),
        (no_time, "\"yesterday\" is no time"),
        (nowhere, "does not say of which"),
    ];
    for (line, message) in cases {
        let folder = lines();
        let path = last(&folder, "timeline.ndjson");
        let number = append(&path, line);
        let text = refused(folder.path()).await;
        assert!(text.starts_with(&format!("{} line {number} ", path.display())), "{text}");
        assert!(text.contains(message), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_that_is_wrong_is_told_by_file_and_place() {
    let path_of = |folder: &TempDir| {
        let pulls = last(folder, "pulls");
        let mut all: Vec<_> = std::fs::read_dir(pulls).unwrap().map(|entry| entry.unwrap().path()).collect();
        all.sort();
        all.pop().unwrap()
    };
    let folder = threads();
    let path = path_of(&folder);
    let text = read_to_string(&path).unwrap();
    let number = text.lines().count();
    write(&path, text.trim_end().trim_end_matches('}')).unwrap();
    let error = refused(folder.path()).await;
    assert!(error.starts_with(&format!("{} line {} ", path.display(), number)), "{error}");

    write(&path, format!("{{\"pull\": {}", "[".repeat(100_000))).unwrap();
    let error = refused(folder.path()).await;
    assert!(error.contains("line 1 ") && error.contains("recursion limit"), "{error}");

    write(&path, text.replacen("\"created_at\": \"2", "\"created_at\": \"x", 1)).unwrap();
    let error = refused(folder.path()).await;
    assert!(error.starts_with(&path.display().to_string()) && error.contains("is no time"), "{error}");

    write(&path, text.replacen("\"type\": \"pull\"", "\"type\": \"gist\"", 1)).unwrap();
    let error = refused(folder.path()).await;
    assert!(error.contains("\"gist\""), "{error}");

    write(&path, &text).unwrap();
    let renamed = path.with_file_name("99999.json");
    std::fs::rename(&path, &renamed).unwrap();
    let error = refused(folder.path()).await;
    assert!(error.contains("99999.json") && error.contains("not what the file is called by"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_without_an_end_is_not_read_to_its_end() {
    let folder = lines();
    let path = last(&folder, "reviews.ndjson");
    let mut file = OpenOptions::new().write(true).open(&path).unwrap();
    file.seek(SeekFrom::End((65 * 1024 * 1024) - 1)).unwrap();
    file.write_all(b" ").unwrap();
    let text = refused(folder.path()).await;
    assert!(text.contains("reviews.ndjson line") && text.contains("larger"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_of_another_repository_is_refused() {
    let folder = lines();
    let path = last(&folder, "pulls.ndjson");
    let text = read_to_string(&path).unwrap();
    let mut pull: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    pull["base"]["repo"]["id"] = 4_711.into();
    let line = append(&path, &pull.to_string());
    let error = refused(folder.path()).await;
    assert!(error.starts_with(&format!("{} line {line} is of {ORG}/", path.display())), "{error}");

    let folder = lines();
    let copy = folder.path().join("copy");
    std::fs::create_dir(&copy).unwrap();
    std::fs::copy(last(&folder, "repo.json"), copy.join("repo.json")).unwrap();
    assert!(matches!(refused_by(folder.path(), &ImportPlan::default()).await, ImportError::Twice { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_the_configuration_lists_is_imported() {
    let folder = lines();
    let owner = |name: &str| Some(name.to_owned());
    let named = |name: &str| vec![(ORG.to_owned(), name.to_owned())];
    let plans = [
        ImportPlan { organization: owner("another"), ..ImportPlan::default() },
        ImportPlan { repositories: named(REPOSITORIES[0].0), ..ImportPlan::default() },
        ImportPlan { organization: owner(ORG), exclude: named(REPOSITORIES[0].0), ..ImportPlan::default() },
    ];
    for plan in plans {
        assert!(matches!(refused_by(folder.path(), &plan).await, ImportError::Unlisted { .. }), "{plan:?}");
    }
    let path = last(&folder, "repo.json");
    let text = read_to_string(&path).unwrap();
    write(&path, text.replace("\"private\":false", "\"private\":true")).unwrap();
    assert!(matches!(refused_by(folder.path(), &ImportPlan::default()).await, ImportError::Private { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_without_an_export_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert!(refused(folder.path()).await.contains("holds no export"));
    assert!(refused(&folder.path().join("absent")).await.starts_with("cannot read"));
    // Links lead out of the folder.
    let other = lines();
    std::os::unix::fs::symlink(other.path().join(ORG), folder.path().join(ORG)).unwrap();
    assert!(refused(folder.path()).await.contains("holds no export"));
    // Issues alone do not show their repository, which the store does not know either.
    std::fs::create_dir(folder.path().join("issues")).unwrap();
    assert!(refused(folder.path()).await.contains("does not say of which repository"));
}

/// What hangs on nothing is counted, and what is no part of an export is named.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_used_is_told() {
    let folder = lines();
    append(&last(&folder, "timeline.ndjson"), r#"{"number": 999999, "event": "closed", "id": 1}"#);
    write(last(&folder, "stars.ndjson"), "not even JSON").unwrap();
    let report = Bench::new().await.import(folder.path()).await.unwrap();
    let told = report.repositories.last().unwrap();
    assert_eq!(told.orphans.get("timeline"), Some(&1));
    assert_eq!(told.passed_over, ["stars.ndjson"]);
    assert!(report.repositories.iter().rev().skip(1).all(|one| one.orphans.is_empty() && one.passed_over.is_empty()));
}
