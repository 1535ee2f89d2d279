//! The real `guerdon fetch`, killed at every request it makes, and run again.

use super::bench::Bench;
use super::every_request::records;
use guerdon::store::Store;
use guerdon_tests::database::Database;
use guerdon_tests::github::model::Verdict;
use guerdon_tests::github::sample::{EPOCH_1_START, ORG};
use guerdon_tests::github::{Fault, Place, PullDraft, Request, World};
use guerdon_tests::sandbox::{Options, Sandbox, TOKEN};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::process::Command;

const NAME: &str = "prairie";

/// A sandbox's chain and configuration, and for every kill a GitHub and a store of its own.
pub struct Yard {
    sandbox: Sandbox,
    folder: TempDir,
}

impl Yard {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            folder: folder.path().to_owned(),
            epoch_start: EPOCH_1_START.unsigned_abs(),
            organization: ORG.to_owned(),
            bots: Vec::new(),
            reorgs: false,
        };
        Self { sandbox: Sandbox::start(World::sample().unwrap(), &options).await.unwrap(), folder }
    }

    /// A bench whose store no process has open, and the configuration of a daemon on it.
    pub async fn bench(&self, name: &str, world: World) -> (Bench, PathBuf) {
        let text = std::fs::read_to_string(self.folder.path().join("guerdon.toml")).unwrap();
        let bench = Bench::with_token(Database::sqlite().unwrap(), world, TOKEN).await;
        bench.store.clone().close().await;
        let text = text.replace(&self.sandbox.github.base_url(), &bench.server.base_url());
        let text = text.replace("sqlite:guerdon.toml.db", &bench.database.url);
        let text = text.replace("[github]", &format!("[github]\nrepositories = [\"{ORG}/{NAME}\"]"));
        let config = self.folder.path().join(name);
        std::fs::write(&config, text).unwrap();
        (bench, config)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn command(&self, config: &Path, command: &str) -> Command {
        self.sandbox.command_with(&config.display().to_string(), &[command]).unwrap()
    }

    fn fetch(&self, config: &Path) -> Command {
        let mut command = self.command(config, "fetch");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    async fn finish(&self, config: &Path) {
        let done = self.fetch(config).output().await.unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}

/// The records in a store that a process wrote.
async fn written(bench: Bench) -> String {
    let store = Store::open(&bench.database.url).await.unwrap();
    records(&Bench { store, ..bench }).await
}

/// One repository with more than a page of everything.
fn grown() -> World {
    let world = World::sample().unwrap();
    world.change(|state| {
        let found = state.repository_named(ORG, NAME).unwrap();
        let (repository, people) = (found.id, found.threads.values().filter_map(|thread| thread.author));
        let people: Vec<_> = people.collect();
        for (n, author) in (0..110).zip(people.iter().cycle()) {
            let at = EPOCH_1_START + 60 * n;
            let draft = PullDraft { title: "One more", ..PullDraft::default() };
            let pull = state.open_pull(repository, at, *author, draft).unwrap();
            let review = state.review(pull, at + 1, people[0], Verdict::Commented, "").unwrap();
            let place = Place { path: "src/lib.rs", line: 1, hunk: "@@ -1 +1 @@\n-a\n+b" };
            state.review_comment(pull, review, place, "why?").unwrap();
            state.merge(pull, at + 2, people[0]).unwrap();
            state.open_issue(repository, at + 3, *author, "And one more", "").unwrap();
            state.open_issue(repository, at + 4, *author, "And yet another", "").unwrap();
        }
    });
    world
}

/// What a request asked for, but for the page.
fn asked(request: &Request) -> String {
    let path = request.path.split('?').next().unwrap_or_default();
    format!("{path} {}", request.operation.as_deref().unwrap_or_default())
}

fn count(requests: &[Request]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for request in requests {
        *counts.entry(asked(request)).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fetch_killed_at_any_request_goes_on_where_it_was() {
    let yard = Yard::new().await;
    let (whole, config) = yard.bench("whole.toml", grown()).await;
    yard.finish(&config).await;
    let requests = whole.world.requests();
    let wanted = written(whole).await;
    assert!(count(&requests).values().any(|pages| *pages > 2), "{:?}", count(&requests));

    let kill = async |index: usize| {
        let (bench, config) = yard.bench(&format!("kill-{index}.toml"), grown()).await;
        bench.world.fail_at(index as u64, Fault::Hang);
        let mut running = yard.fetch(&config).spawn().unwrap();
        // The request waits for its answer now, and everything before it was answered.
        while bench.world.requests().len() <= index {
            assert!(running.try_wait().unwrap().is_none(), "it ended before request {index}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        running.kill().await.unwrap();
        let (before, killed) = (count(&requests[..index]), asked(&requests[index]));
        assert_eq!(count(&bench.world.requests()[..index]), before);
        yard.finish(&config).await;
        let again = count(&bench.world.requests()[index + 1..]);
        assert!(written(bench).await == wanted, "killed at request {index} ({killed}): the store differs");
        // What is finished is asked once for news. Of the rest, one page was perhaps not kept yet.
        let mut repeated = 0;
        for (what, pages) in count(&requests) {
            let left = pages - before.get(&what).copied().unwrap_or_default();
            let again = again.get(&what).copied().unwrap_or_default();
            assert!(again <= left + 1, "killed at request {index} ({killed}): {again} of {what}, {left} were left");
            repeated += again.saturating_sub(left.max(1));
        }
        assert!(repeated <= 1, "killed at request {index} ({killed}): {repeated} pages were asked for again");
        repeated
    };
    let mut repeated = Vec::new();
    for pair in (0..requests.len()).collect::<Vec<_>>().chunks(2) {
        repeated.extend(futures::future::join_all(pair.iter().map(|index| kill(*index))).await);
    }
    assert_eq!(repeated.len(), requests.len());
    let pages = repeated.iter().sum::<usize>();
    println!("{} kill points, {pages} of them with a page that was asked for again", requests.len());
}
