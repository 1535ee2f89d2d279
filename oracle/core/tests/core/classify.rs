//! Kinds from titles, labels and files.

use guerdon_core::B256;
use guerdon_core::classify::features::Features;
use guerdon_core::classify::model::{KINDS, Model, WeightsError};
use guerdon_core::classify::{Classified, WEIGHTS, classifier_hash, classify};
use guerdon_core::model::{Change, FileChange, Kind};
use proptest::collection::vec;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

fn file(path: &str, additions: u64, deletions: u64) -> FileChange {
    FileChange { path: path.to_owned(), additions, deletions, change: Change::Modified }
}

fn kind(title: &str, files: &[FileChange]) -> Kind {
    classify(title, [], files).kind
}

#[test]
fn obvious_changes_get_their_kind() {
    let source = [file("src/server/mod.rs", 90, 4), file("src/server/retry.rs", 120, 0)];
    let small = [file("src/parser.rs", 3, 2)];
    let changes: [(&str, &[FileChange], Kind); 14] = [
        ("add a flag to retry failed requests", &source, Kind::Feature),
        ("support custom headers in the client", &source, Kind::Feature),
        ("fix crash when the input is empty", &small, Kind::Fix),
        ("fix panic on invalid unicode in paths", &small, Kind::Fix),
        ("correct typo in the installation guide", &[file("docs/install.md", 1, 1)], Kind::Docs),
        ("document the retry options", &[file("docs/retry.md", 40, 2)], Kind::Docs),
        ("add tests for the parser", &[file("tests/parser.rs", 80, 0)], Kind::Test),
        ("make the flaky e2e test wait", &[file("tests/e2e/server_test.go", 5, 2)], Kind::Test),
        ("refactor the parser into smaller modules", &[file("src/parser.rs", 200, 210)], Kind::Refactor),
        (
            "simplify and move shared code to one module",
            &[file("src/a.rs", 30, 60), file("src/b.rs", 40, 50)],
            Kind::Refactor,
        ),
        ("cache dependencies in the release workflow", &[file(".github/workflows/release.yml", 8, 1)], Kind::Build),
        ("run ci on macos too", &[file(".github/workflows/ci.yml", 3, 1)], Kind::Build),
        ("v2.4.0", &[file("CHANGELOG.md", 30, 0), file("package.json", 1, 1)], Kind::Chore),
        ("release 1.2.3", &[file("CHANGELOG.md", 12, 0), file("Cargo.toml", 1, 1)], Kind::Chore),
    ];
    for (title, files, expected) in changes {
        assert_eq!(kind(title, files), expected, "{title}: {:?}", classify(title, [], files));
    }
}

#[test]
fn what_stands_before_the_title_is_not_read() {
    let files = [file("docs/install.md", 10, 2)];
    let bare = classify("explain how to install", [], &files);
    for prefix in ["feat: ", "fix(docs)!: ", "FEAT: ", "feat(x): fix: ", "  build:", "refactor (core) : "] {
        assert_eq!(classify(&format!("{prefix}explain how to install"), [], &files), bare, "{prefix}");
    }
}

#[test]
fn a_label_that_counts_moves_an_unsure_kind() {
    let files = [file("src/parser.rs", 20, 10)];
    for (label, expected) in [
        ("bug", Kind::Fix),
        ("C-bug", Kind::Fix),
        ("Kind/Feature", Kind::Feature),
        ("type: documentation", Kind::Docs),
        ("tests", Kind::Test),
        ("refactoring", Kind::Refactor),
        ("area-ci", Kind::Build),
    ] {
        assert_eq!(classify("parser", [label], &files).kind, expected, "{label}");
    }
    let unlabelled = classify("parser", [], &files);
    assert_eq!(classify("parser", ["good first issue", "P1", ""], &files), unlabelled);
}

#[test]
fn the_same_label_twice_is_one_label() {
    let files = [file("src/parser.rs", 20, 10)];
    assert_eq!(classify("parser", ["bug", "fix", "C-bug"], &files), classify("parser", ["bug"], &files));
}

#[test]
fn performance_and_security_are_never_said() {
    for title in ["optimize the hot loop for speed", "patch a security vulnerability, CVE-2020-1", "perf: faster"] {
        assert!(KINDS.contains(&classify(title, ["perf", "security"], &[file("src/a.rs", 4, 4)]).kind), "{title}");
    }
}

#[test]
fn nothing_known_is_chore() {
    let unknown = Classified { kind: Kind::Chore, confidence: 0 };
    for title in ["", "   ", "...", "fix: ", "-- ()"] {
        assert_eq!(classify(title, [], &[]), unknown, "{title:?}");
        assert_eq!(classify(title, ["bug"], &[]).kind, Kind::Fix, "{title:?}");
    }
}

#[test]
fn odd_titles_and_files_are_read() {
    let huge = [file("src/\u{202e}sr.tset/ä/…/🦀.rs", u64::MAX, u64::MAX), file("", 0, 0), file("/", u64::MAX, 1)];
    for title in [
        "исправить ошибку",
        "修复崩溃",
        "🦀🦀🦀",
        "\u{0}\u{feff}",
        "e\u{301}",
        ":",
        "::::",
        "fix:",
        "fix(",
        "...1.2...",
    ] {
        assert!((142..=1000).contains(&classify(title, [], &huge).confidence), "{title:?}");
    }
}

#[test]
fn only_what_a_fact_keeps_of_a_title_is_read() {
    let files = [file("src/a.rs", 1, 1)];
    let kept = "ä".repeat(128);
    assert_eq!(classify(&format!("{kept}{}", " fix".repeat(2500)), [], &files), classify(&kept, [], &files));
}

#[test]
fn many_files_are_read_in_bounds() {
    let files: Vec<_> = (0..20_000u64).map(|n| file(&format!("src/{n}/{n}/{n}/{n}/file{n}.rs"), n, n)).collect();
    let features = Features::of("move everything", &files);
    assert!(features.groups.iter().all(|group| group.len() <= 2048));
    assert!(classify("move everything", [], &files).confidence <= 1000);
}

/// Features of a made-up change, so that a change of the hash or of a feature is seen: weights
/// trained before it would be read at the wrong places.
#[test]
fn features_are_where_they_were_trained() {
    let files = [file("src/Client.rs", 12, 3), file("tests/client_test.rs", 30, 0)];
    let features = Features::of("fix(net): Retry HTTP/2 `connect` 3 times, since v1.2", &files);
    let print: Vec<_> = features.groups.iter().map(|group| (group.len(), group[0], group[group.len() - 1])).collect();
    assert_eq!(print, PRINT);
}

const PRINT: [(usize, u32, u32); 5] = [
    (20, 3_537_066_237, 1_284_919_398),
    (74, 1_414_276_900, 3_679_914_779),
    (7, 1_262_143_709, 3_726_266_361),
    (12, 3_467_464_129, 4_067_167_639),
    (48, 3_045_334_889, 1_055_094_511),
];

#[test]
fn the_hash_is_that_of_the_weights() {
    assert_eq!(classifier_hash(), B256::from_slice(&Sha256::digest(WEIGHTS)));
    assert!(WEIGHTS.len() <= 1_000_000, "{} bytes", WEIGHTS.len());
}

#[test]
fn damaged_weights_are_refused() {
    let with = |at: usize, byte: u8| {
        let mut bytes = WEIGHTS.to_vec();
        bytes[at] = byte;
        Model::parse(&bytes).map(|_| ()).unwrap_err()
    };
    assert_eq!(with(0, b'G'), WeightsError::Magic);
    assert_eq!(with(8, 0xff), WeightsError::Version);
    assert_eq!(with(10, 9), WeightsError::Version);
    assert_eq!(with(13, 0xff), WeightsError::Bound);
    assert_eq!(with(14, 17), WeightsError::Bound);
    assert_eq!(with(14, 4), WeightsError::Length);
    assert_eq!(with(19, 1), WeightsError::Bound);
    assert_eq!(with(23, 0x7f), WeightsError::Bound);
    assert_eq!(with(51, 0x7f), WeightsError::Bound);
    assert_eq!(Model::parse(&WEIGHTS[..WEIGHTS.len() - 1]).map(|_| ()).unwrap_err(), WeightsError::Length);
    assert_eq!(Model::parse(&[WEIGHTS, &[0]].concat()).map(|_| ()).unwrap_err(), WeightsError::Length);
    for length in 0..200 {
        assert!(Model::parse(&WEIGHTS[..length]).is_err(), "{length}");
    }
}

fn any_files() -> impl Strategy<Value = Vec<FileChange>> {
    let path =
        prop_oneof![any::<String>(), "[a-z./_-]{0,40}", "(src|tests|docs|.github)/[a-z]{1,8}\\.(rs|md|yml|snap)"];
    vec((path, any::<u64>(), any::<u64>()).prop_map(|(path, a, d)| file(&path, a, d)), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn anything_is_classified_the_same_twice(title in any::<String>(), labels in vec(any::<String>(), 0..4), files in any_files()) {
        let labels = || labels.iter().map(String::as_str);
        let said = classify(&title, labels(), &files);
        prop_assert!(KINDS.contains(&said.kind));
        prop_assert!(said.confidence == 0 || (142..=1000).contains(&said.confidence), "{}", said.confidence);
        prop_assert_eq!(classify(&title, labels(), &files), said);
    }

    #[test]
    fn any_weights_are_summed_without_overflow(seed in any::<u64>(), title in ".{0,300}", files in any_files()) {
        let mut state = seed;
        let mut bytes = WEIGHTS.to_vec();
        for byte in &mut bytes[188..] {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = if state >> 63 == 0 { 0x80 } else { 0x7f };
        }
        for scale in bytes[48..188].chunks_exact_mut(4) {
            scale.copy_from_slice(&(1u32 << 26).to_le_bytes());
        }
        let model = Model::parse(&bytes).unwrap();
        let scores = model.scores(&Features::of(&title, &files));
        prop_assert!(scores.iter().all(|score| score.unsigned_abs() < 1 << 60));
    }
}
