//! A small organisation whose pull requests say what a test wants, and the real binary with a witness.

use guerdon::store::{Store, StoredWitness};
use guerdon_core::evidence::Evidence;
use guerdon_core::model::{Epoch, Fact, Witness};
use guerdon_tests::github::model::{AccountKind, ChangeType, FileChange, RepositoryId, ThreadRef};
use guerdon_tests::github::sample::EPOCH_1_START;
use guerdon_tests::github::{PullDraft, State, World};
use guerdon_tests::sandbox::{ORACLES, Options, Output, SETTLE_DELAY, Sandbox, WEEK, output};
use serde_json::Value;
use std::collections::BTreeMap;
use tempfile::TempDir;

const START: u64 = EPOCH_1_START.unsigned_abs();
const HOUR: i64 = 3_600;
pub const ORG: &str = "aviary";
pub const REPOSITORY: RepositoryId = RepositoryId(600);
/// The endpoint's key; it must stand nowhere but in its file.
pub const KEY: &str = "sk-witness-00112233445566778899aabbccddeeff";
const AUTHORS: u64 = 12;

/// What one pull request says.
#[derive(Clone, Debug)]
pub struct Draft {
    pub title: String,
    pub body: String,
    pub path: String,
    /// Lines that it adds.
    pub lines: Vec<String>,
}

impl Draft {
    pub fn titled(title: &str) -> Self {
        Self { title: title.to_owned(), body: "Small and useful.".to_owned(), path: String::new(), lines: Vec::new() }
    }
}

pub struct Bench {
    pub sandbox: Sandbox,
    options: Options,
    _folder: TempDir,
}

/// A world in which all of these were merged in the first epoch, numbered from 1.
fn world(drafts: &[Draft]) -> World {
    let mut state = State::default();
    state.add_reader();
    state.add_account(500, ORG, AccountKind::Organization);
    let keeper = state.add_account(501, "keeper", AccountKind::User);
    let authors: Vec<_> =
        (0..AUTHORS).map(|nth| state.add_account(510 + nth, &format!("author-{nth}"), AccountKind::User)).collect();
    let home = state.add_repository(REPOSITORY.0, ORG, "nest", EPOCH_1_START - 1_000 * HOUR).unwrap();
    for (nth, (draft, author)) in drafts.iter().zip(authors.iter().cycle()).enumerate() {
        let at = EPOCH_1_START + HOUR * i64::try_from(nth).unwrap();
        let path = if draft.path.is_empty() { format!("src/change_{nth}.rs") } else { draft.path.clone() };
        let added = 40 + u32::try_from(draft.lines.len()).unwrap();
        let file = FileChange { path: path.clone(), additions: added, deletions: 0, change: ChangeType::Added };
        let draft_of = PullDraft { title: &draft.title, body: &draft.body, files: vec![file], ..PullDraft::default() };
        let on = state.open_pull(home, at, *author, draft_of).unwrap();
        let filler = (0..40).map(|line| format!("+let line_{line} = {line};"));
        let said = draft.lines.iter().map(|line| format!("+{line}"));
        let lines: Vec<String> = std::iter::once(format!("@@ -0,0 +1,{added} @@")).chain(said).chain(filler).collect();
        state.set_patch(on, &path, &lines.join("\n")).unwrap();
        state.merge(on, at + HOUR / 2, keeper).unwrap();
    }
    World::new(state)
}

pub fn thread(number: u64) -> ThreadRef {
    ThreadRef { repository: REPOSITORY, number: u32::try_from(number).unwrap() }
}

/// What an epoch came to.
pub struct Cut {
    pub evidence: Evidence,
    pub bytes: Vec<u8>,
    pub stored: BTreeMap<u64, StoredWitness>,
    /// What `guerdon score --json` printed.
    pub scored: Value,
    pub said: String,
}

impl Cut {
    pub fn facts(&self) -> BTreeMap<u64, Witness> {
        let witness = |fact: &Fact| match fact {
            Fact::Witness(witness) => Some((witness.number, witness.clone())),
            _ => None,
        };
        self.evidence.facts.iter().filter_map(witness).collect()
    }

    /// Points of each pull request's line items, and its witness factor when it has one.
    pub fn points(&self) -> BTreeMap<u64, (u64, Option<u64>)> {
        let mut points = BTreeMap::new();
        for item in self.scored["line_items"].as_array().unwrap() {
            let Some(number) = item["fact"].as_str().unwrap().strip_prefix("pull/600/") else { continue };
            let found = item["factors"].as_array().unwrap().iter().find(|factor| factor["name"] == "witness");
            let entry: &mut (u64, Option<u64>) = points.entry(number.parse().unwrap()).or_default();
            entry.0 += item["points"].as_u64().unwrap();
            entry.1 = found.map(|factor| factor["milli"].as_u64().unwrap());
        }
        points
    }
}

impl Bench {
    pub async fn start(drafts: &[Draft]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            folder: folder.path().to_owned(),
            epoch_start: START,
            organization: ORG.to_owned(),
            bots: Vec::new(),
            reorgs: false,
        };
        let world = world(drafts);
        world.set_clock((START + WEEK + SETTLE_DELAY).cast_signed());
        world.set_rate_limit(1_000_000, 1_000_000);
        let sandbox = Sandbox::start(world, &options).await.unwrap();
        std::fs::write(sandbox.folder.join("llm.key"), KEY).unwrap();
        sandbox.anvil.warp(START + WEEK + SETTLE_DELAY).await.unwrap();
        Self { sandbox, options, _folder: folder }
    }

    /// A configuration with a store of its own; no witness when `section` is empty.
    pub fn configure(&self, name: &str, endpoint: &str, section: &str) {
        let path = self.sandbox.write_config(name, &ORACLES, &self.options).unwrap();
        if endpoint.is_empty() {
            return;
        }
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.push_str(&format!(
            "\n[witness]\nendpoint = {endpoint:?}\nmodel = \"sample-model\"\nkey = \"file:llm.key\"\n{section}\n"
        ));
        std::fs::write(path, text).unwrap();
    }

    pub async fn run(&self, config: &str, args: &[&str]) -> Output {
        let mut command = self.sandbox.command_with(config, args).unwrap();
        for name in ["DATABASE_URL", "ETH_RPC_URL", "GUERDON_CONFIG", "GUERDON_DEPLOYMENT", "GUERDON_POLICY"] {
            command.env_remove(name);
        }
        command.env("GUERDON_LOG", "trace,hyper_util=off,sqlx=off");
        output(command).await.unwrap()
    }

    pub async fn ok(&self, config: &str, args: &[&str]) -> Output {
        let output = self.run(config, args).await;
        assert_eq!(output.code, 0, "{args:?}: {}", output.stderr);
        output
    }

    pub async fn store(&self, config: &str) -> Store {
        Store::open(&format!("sqlite:{}", self.sandbox.folder.join(format!("{config}.db")).display())).await.unwrap()
    }

    /// Fetches and scores the first epoch, checks that the evidence verifies, and gives all of it.
    pub async fn cut(&self, config: &str) -> Cut {
        let mut said = self.ok(config, &["fetch"]).await.stderr;
        let scored = self.ok(config, &["score", "--epoch", "1", "--json"]).await;
        said.push_str(&scored.stderr);
        let store = self.store(config).await;
        let (_, bytes) = store.evidence(Epoch(1), 1).await.unwrap().unwrap();
        let mut stored = BTreeMap::new();
        for (fact, _) in store.witnesses(false).await.unwrap() {
            stored.insert(fact.number, store.witness(fact.repo.0, fact.number).await.unwrap().unwrap());
        }
        store.close().await;
        let file = self.sandbox.folder.join(format!("{config}.evidence.jsonl"));
        std::fs::write(&file, &bytes).unwrap();
        self.ok(config, &["verify", file.to_str().unwrap()]).await;
        let evidence = Evidence::from_bytes(&bytes).unwrap();
        let cut = Cut { evidence, bytes, stored, scored: serde_json::from_str(&scored.stdout).unwrap(), said };
        assert!(!cut.said.contains(KEY) && !scored.stdout.contains(KEY), "the key was printed");
        for stored in cut.stored.values() {
            assert!(!stored.transcript.contains(KEY), "the key is in a transcript");
            let hash = guerdon_core::evidence::hash(stored.transcript.as_bytes());
            assert_eq!(stored.fact.transcript, hash, "a transcript is not what the fact names");
        }
        cut
    }
}
