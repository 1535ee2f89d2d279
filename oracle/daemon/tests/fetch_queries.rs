//! Every query is valid against the schema that GitHub publishes.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]

use apollo_compiler::{ExecutableDocument, Schema};
use guerdon::fetch::QUERIES;
use std::path::Path;

const SCHEMA: &str = "node_modules/@octokit/graphql-schema/schema.graphql";

#[test]
fn every_query_is_valid_against_githubs_schema() {
    let daemon = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = daemon.join("../..").join(SCHEMA);
    let Ok(text) = std::fs::read_to_string(&path) else {
        panic!("{SCHEMA} is missing: run `npm ci` in the repository's root first");
    };
    let schema = Schema::parse_and_validate(text, "schema.graphql").unwrap();
    for (name, query) in QUERIES {
        if let Err(refused) = ExecutableDocument::parse_and_validate(&schema, query, name) {
            panic!("{name}: {}", refused.errors);
        }
    }
    let files = std::fs::read_dir(daemon.join("queries")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.is_file()).collect();
    files.sort();
    let names: Vec<_> = files.iter().map(|path| path.file_stem().unwrap().to_str().unwrap()).collect();
    let mut sent: Vec<_> = QUERIES.iter().map(|(name, _)| *name).collect();
    sent.sort_unstable();
    assert_eq!(sent, names, "a query that is not sent, or one that has no file");
}

#[test]
fn a_query_the_schema_does_not_allow_is_noticed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(SCHEMA);
    let schema = Schema::parse_and_validate(std::fs::read_to_string(path).unwrap(), "schema.graphql").unwrap();
    let wrong = "query { repository(owner: \"a\", name: \"b\") { pullRequests(first: 1) { nodes { mergedWhen } } } }";
    assert!(ExecutableDocument::parse_and_validate(&schema, wrong, "wrong.graphql").is_err());
}
