//! A store that an export is imported into, one that the same world is fetched into, and how they compare.

use guerdon::fetch::{FetchPlan, FetchReport, GitHub, GitHubOptions, Patience, Quiet, Window, facts, fetch, load};
use guerdon::import::{ImportError, ImportPlan, ImportReport, import};
use guerdon::store::{LATEST, RecordKind, Store};
use guerdon_core::evidence::{Evidence, FETCH, Header, SCHEMA, Terms};
use guerdon_core::model::{Epoch, RepositoryId, State};
use guerdon_tests::database::Database;
use guerdon_tests::github::{Server, World};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

pub const WEEK: u64 = 7 * 86_400;
const TOKEN: &str = "ghp_ThisTokenMustNeverBeSeen";

pub struct Bench {
    pub store: Store,
    _database: Database,
}

impl Bench {
    pub async fn new() -> Self {
        let database = Database::sqlite().unwrap();
        Self { store: Store::open(&database.url).await.unwrap(), _database: database }
    }

    pub async fn import(&self, folder: &Path) -> Result<ImportReport, ImportError> {
        import(&self.store, folder, &ImportPlan::default(), &Quiet).await
    }

    /// From the stand-in, started for it.
    pub async fn fetch(&self, world: &World, plan: &FetchPlan) -> FetchReport {
        world.set_rate_limit(1_000_000, 1_000_000);
        let server = Server::start(world.clone(), TOKEN).await.unwrap();
        let options = GitHubOptions {
            api_url: server.base_url(),
            graphql_url: Some(server.graphql_url()),
            patience: Patience { first_delay: Duration::from_millis(5), ..Patience::default() },
            ..GitHubOptions::new(TOKEN.to_owned().into())
        };
        fetch(&GitHub::new(options).unwrap(), &self.store, plan, &Quiet).await.unwrap()
    }

    pub async fn ids(&self) -> Vec<RepositoryId> {
        let repositories = self.store.repositories().await.unwrap();
        repositories.into_iter().map(|repository| RepositoryId(repository.id)).collect()
    }

    /// The last version of every record, by repository and kind.
    pub async fn records(&self) -> BTreeMap<(u64, &'static str), Vec<String>> {
        let kinds = [
            (RecordKind::Pull, "pulls"),
            (RecordKind::Unmerged, "unmerged"),
            (RecordKind::Issue, "issues"),
            (RecordKind::Comment, "comments"),
        ];
        let mut all = BTreeMap::new();
        for repository in self.ids().await {
            for (kind, name) in kinds {
                all.insert((repository.0, name), self.store.latest(repository.0, kind).await.unwrap());
            }
        }
        all
    }

    /// The evidence of one week, whose lines after the header are its facts.
    pub async fn evidence(&self, starts: u64) -> Vec<u8> {
        let terms = Terms { budget: 1, cap: 1, policy: Default::default() };
        self.week(Epoch(1), starts, terms, State::default()).await.to_bytes().unwrap()
    }

    /// An epoch of one week, as it opened.
    pub async fn week(&self, epoch: Epoch, starts: u64, terms: Terms, opening: State) -> Evidence {
        let window = Window { starts, ends: starts + WEEK, cutoff: starts + WEEK + 3 * 86_400 };
        let repositories = self.ids().await;
        let records = load(&self.store, &repositories, window, LATEST).await.unwrap();
        let header = Header {
            block: 1,
            carried: Vec::new(),
            chain: 31337,
            cutoff: window.cutoff,
            distributor: Default::default(),
            ends: window.ends,
            epoch,
            fetch: FETCH,
            previous: Default::default(),
            repositories,
            round: 1,
            schema: SCHEMA,
            starts: window.starts,
            terms,
            unit: "1".to_owned(),
        };
        Evidence::new(header, opening, facts(&records, window)).unwrap()
    }
}

/// How many facts there are in evidence.
pub fn count(evidence: &[u8]) -> usize {
    Evidence::from_bytes(evidence).unwrap().facts.len()
}

/// What differs first, kind by kind: a failure that prints two whole stores tells nothing.
pub fn assert_same(
    imported: &BTreeMap<(u64, &'static str), Vec<String>>,
    fetched: &BTreeMap<(u64, &'static str), Vec<String>>,
) {
    assert_eq!(imported.keys().collect::<Vec<_>>(), fetched.keys().collect::<Vec<_>>());
    for (key, bodies) in fetched {
        let other = &imported[key];
        let differing = other.iter().zip(bodies).filter(|(a, b)| a != b).count();
        if let Some((imported, fetched)) = other.iter().zip(bodies).find(|(a, b)| a != b) {
            panic!(
                "{key:?}: {differing} differ, {} and {} in all\nimported {imported}\nfetched  {fetched}",
                other.len(),
                bodies.len()
            );
        }
        assert_eq!(other.len(), bodies.len(), "{key:?}");
    }
}
