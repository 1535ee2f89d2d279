//! The whole history of a real organization scored epoch by epoch, when `GUERDON_DATA` names its folder:
//! what was never merged earns nothing, and neither does what its moderators called spam.

use super::bench::{Bench, WEEK};
use guerdon_core::evidence::Terms;
use guerdon_core::model::{Epoch, FactKey, State};
use guerdon_core::policy::Policy;
use guerdon_core::score::score;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

const POLICY: &str = include_str!("../../../policy.toml");
/// The Monday before its first commit.
const FIRST: u64 = 1_393_804_800;
const WEEKS: u64 = 653;
/// Issues by maintainers, open and useful, whose authors' blocks of others were taken for theirs.
const FALSELY_FLAGGED: [(&str, u64); 3] = [("gui", 737), ("gui", 930), ("gui", 932)];

/// What somebody said of every issue and pull request, by repository and number.
struct Labels {
    merged: BTreeSet<(String, u64)>,
    unmerged: BTreeSet<(String, u64)>,
    spam: BTreeSet<(String, u64)>,
}

impl Labels {
    fn read(path: &Path) -> Self {
        let mut text = String::new();
        let file = std::fs::File::open(path).unwrap();
        zstd::stream::read::Decoder::new(file).unwrap().read_to_string(&mut text).unwrap();
        let mut labels = Self { merged: BTreeSet::new(), unmerged: BTreeSet::new(), spam: BTreeSet::new() };
        // Titles may hold line ends and commas; what is needed stands before them.
        for line in text.lines().filter_map(|line| line.strip_prefix("bitcoin-core/")) {
            let mut fields = line.splitn(5, ',');
            let (Some(name), Some(number), Some(kind), Some(label)) =
                (fields.next(), fields.next(), fields.next(), fields.next())
            else {
                continue;
            };
            let key = (name.to_owned(), number.parse().unwrap());
            match (kind, label) {
                ("pull", "merged") => labels.merged.insert(key.clone()),
                ("pull", _) => labels.unmerged.insert(key.clone()),
                _ => true,
            };
            if label == "spam" {
                labels.spam.insert(key);
            }
        }
        labels
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_a_whole_history_no_unmerged_pull_request_earns_and_no_spam() {
    let Some(folder) = std::env::var_os("GUERDON_DATA").map(PathBuf::from) else {
        // Past the capture of a passing test's output.
        writeln!(
            std::io::stderr(),
            "SKIPPED: over_a_whole_history_no_unmerged_pull_request_earns_and_no_spam needs GUERDON_DATA"
        )
        .unwrap();
        return;
    };
    let labels = Labels::read(&folder.join("labels/spam_labels_bitcoin-core.csv.zst"));
    assert_eq!((labels.merged.len(), labels.unmerged.len(), labels.spam.len()), (1276, 569, 55));
    let unpacked = tempfile::tempdir().unwrap();
    let mut decoder =
        zstd::stream::read::Decoder::new(std::fs::File::open(folder.join("bitcoin-core-org.tar.zst")).unwrap())
            .unwrap();
    decoder.window_log_max(31).unwrap();
    tar::Archive::new(decoder).unpack(unpacked.path()).unwrap();
    let bench = Bench::new().await;
    bench.import(unpacked.path()).await.unwrap();
    let names: BTreeMap<u64, String> = bench
        .store
        .repositories()
        .await
        .unwrap()
        .into_iter()
        .map(|repository| (repository.id, repository.name))
        .collect();

    let policy = Policy::from_toml(POLICY).unwrap();
    let terms = Terms { budget: 1_000_000_000, cap: 250_000_000, policy: policy.hash().unwrap() };
    let mut opening = State::default();
    let mut paid: BTreeMap<(String, u64), Vec<FactKey>> = BTreeMap::new();
    for epoch in 1..=WEEKS {
        let starts = FIRST + (epoch - 1) * WEEK;
        let evidence = bench.week(Epoch(epoch), starts, terms.clone(), opening).await;
        let outcome = score(&evidence, &policy).unwrap();
        for item in outcome.items.iter().filter(|item| item.points > 0) {
            let key = (names[&item.fact.repo().0].clone(), item.fact.number());
            paid.entry(key).or_default().push(item.fact);
        }
        opening = outcome.closing;
    }

    let of_kind = |pulls: bool| {
        paid.values().flatten().filter(|fact| matches!(fact, FactKey::Pull { .. }) == pulls).collect::<BTreeSet<_>>()
    };
    println!("{WEEKS} epochs pay {} pull requests and {} other acts", of_kind(true).len(), of_kind(false).len());
    // Nearly all that was merged is paid, so that what follows says something.
    assert!(of_kind(true).len() > 1_150 && of_kind(false).len() > 2_000);
    for (name, number) in &labels.unmerged {
        let earned = paid.get(&(name.clone(), *number));
        assert!(earned.is_none(), "{name}#{number} was never merged, and {earned:?} earned");
    }
    for fact in of_kind(true) {
        let key = (names[&fact.repo().0].clone(), fact.number());
        assert!(labels.merged.contains(&key), "{key:?} was paid and is not known to be merged");
    }
    let flagged: BTreeSet<(&str, u64)> = labels
        .spam
        .iter()
        .filter(|key| paid.contains_key(*key))
        .map(|(name, number)| (name.as_str(), *number))
        .collect();
    println!("flagged as spam, and paid: {flagged:?}");
    assert!(flagged.is_subset(&FALSELY_FLAGGED.into_iter().collect()), "{flagged:?}");
}
