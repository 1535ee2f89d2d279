//! The token and the keys must be nowhere but in the files that hold them.

use super::bench::{Bench, members};
use guerdon_tests::sandbox::{ORACLES, TOKEN, secret};
use std::path::Path;

/// Looks through all that was said, and through every file but the secrets' own.
pub fn absent(bench: &Bench) {
    let said = bench.said.lock().unwrap();
    assert!(!said.is_empty());
    let mut places = vec![("what commands printed".to_owned(), said.clone().into_bytes())];
    files(&bench.sandbox.folder, &mut places);
    assert!(places.iter().any(|(name, _)| name.ends_with("guerdon.toml.db")));
    assert!(places.iter().any(|(name, _)| name.ends_with("daemon.log")));
    for secret in secrets() {
        for (name, bytes) in &places {
            let text = String::from_utf8_lossy(bytes).to_lowercase();
            assert!(!text.contains(&secret), "a secret stands in {name}");
        }
    }
}

/// One more secret, and the only file that may hold it.
pub fn nowhere(bench: &Bench, secret: &str, file: &str) {
    let mut places = vec![("what commands printed".to_owned(), bench.said.lock().unwrap().clone().into_bytes())];
    files(&bench.sandbox.folder, &mut places);
    assert!(places.iter().any(|(name, _)| name.ends_with(file)));
    for (name, bytes) in places.iter().filter(|(name, _)| !name.ends_with(file)) {
        assert!(!String::from_utf8_lossy(bytes).contains(secret), "a secret stands in {name}");
    }
}

fn secrets() -> Vec<String> {
    let wallets = members().map(|member| member.wallet());
    let keys = ORACLES.into_iter().chain(wallets).map(|index| secret(index).unwrap());
    let plain = keys.map(|key| key.trim_start_matches("0x").to_lowercase());
    plain.chain([TOKEN.to_lowercase()]).collect()
}

fn files(folder: &Path, into: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.display().to_string();
        if path.is_dir() {
            if !name.ends_with("/keys") {
                files(&path, into);
            }
        } else if !name.ends_with("/github.token") {
            into.push((name, std::fs::read(&path).unwrap()));
        }
    }
}
