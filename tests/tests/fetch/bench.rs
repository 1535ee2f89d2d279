//! One GitHub, one store and the fetch between them.

use guerdon::fetch::{
    FetchError, FetchPlan, FetchReport, GitHub, GitHubOptions, Patience, Quiet, Window, facts, fetch, load,
};
use guerdon::store::{LATEST, Saved, Store};
use guerdon_core::evidence::{Evidence, FETCH, Header, SCHEMA, Terms};
use guerdon_core::model::{Epoch, Fact, RepositoryId, State};
use guerdon_tests::database::Database;
use guerdon_tests::github::sample::{EPOCH_1_START, ORG};
use guerdon_tests::github::{Server, World};
use std::time::Duration;

pub const TOKEN: &str = "ghp_ThisTokenMustNeverBeSeen";
pub const WEEK: u64 = 7 * 86_400;

pub struct Bench {
    pub world: World,
    pub server: Server,
    pub store: Store,
    pub database: Database,
}

impl Bench {
    pub async fn new(world: World) -> Self {
        Self::on(Database::sqlite().unwrap(), world).await
    }

    pub async fn on(database: Database, world: World) -> Self {
        Self::with_token(database, world, TOKEN).await
    }

    /// On a GitHub that accepts this token.
    pub async fn with_token(database: Database, world: World, token: &str) -> Self {
        let server = Server::start(world.clone(), token).await.unwrap();
        let store = Store::open(&database.url).await.unwrap();
        Self { world, server, store, database }
    }

    pub async fn sample() -> Self {
        Self::new(World::sample().unwrap()).await
    }

    pub fn github(&self, token: &str) -> GitHub {
        let patience = Patience { first_delay: Duration::from_millis(5), ..Patience::default() };
        let options = GitHubOptions {
            api_url: self.server.base_url(),
            graphql_url: Some(self.server.graphql_url()),
            patience,
            ..GitHubOptions::new(token.to_owned().into())
        };
        GitHub::new(options).unwrap()
    }

    pub async fn fetch(&self) -> Result<FetchReport, FetchError> {
        self.fetch_with(TOKEN, &of_organization(ORG)).await
    }

    pub async fn fetch_with(&self, token: &str, plan: &FetchPlan) -> Result<FetchReport, FetchError> {
        fetch(&self.github(token), &self.store, plan, &Quiet).await
    }

    pub async fn facts(&self, window: Window) -> Vec<Fact> {
        facts(&load(&self.store, &self.ids().await, window, LATEST).await.unwrap(), window)
    }

    pub async fn ids(&self) -> Vec<RepositoryId> {
        let repositories = self.store.repositories().await.unwrap();
        repositories.into_iter().map(|repository| RepositoryId(repository.id)).collect()
    }
}

pub fn of_organization(login: &str) -> FetchPlan {
    FetchPlan { organization: Some(login.to_owned()), ..FetchPlan::default() }
}

pub fn listed(owner: &str, name: &str) -> FetchPlan {
    FetchPlan { repositories: vec![(owner.to_owned(), name.to_owned())], ..FetchPlan::default() }
}

pub fn sample_window(epoch: u64) -> Window {
    let starts = u64::try_from(EPOCH_1_START).unwrap() + (epoch - 1) * WEEK;
    Window { starts, ends: starts + WEEK, cutoff: starts + WEEK + 3 * 86_400 }
}

/// The evidence's own reader is the judge of what facts may be.
pub fn hold_in_evidence(epoch: u64, window: Window, repositories: Vec<RepositoryId>, opening: State, facts: Vec<Fact>) {
    let header = Header {
        block: 1,
        carried: Vec::new(),
        chain: 31337,
        cutoff: window.cutoff,
        distributor: Default::default(),
        ends: window.ends,
        epoch: Epoch(epoch),
        fetch: FETCH,
        previous: Default::default(),
        repositories,
        round: 1,
        schema: SCHEMA,
        starts: window.starts,
        terms: Terms { budget: 1, cap: 1, policy: Default::default() },
        unit: "1".to_owned(),
    };
    let evidence = Evidence::new(header, opening, facts).unwrap();
    let bytes = evidence.to_bytes().unwrap();
    assert_eq!(Evidence::from_bytes(&bytes).unwrap(), evidence);
}

/// Pull requests, reviews, issues, answers, kudos, witnesses.
pub fn count(facts: &[Fact]) -> [usize; 6] {
    let mut counts = [0; 6];
    for fact in facts {
        counts[match fact {
            Fact::Pull(_) => 0,
            Fact::Review(_) => 1,
            Fact::Issue(_) => 2,
            Fact::Answer(_) => 3,
            Fact::Kudos(_) => 4,
            Fact::Witness(_) => 5,
        }] += 1;
    }
    counts
}

pub fn new(saved: Saved) -> u64 {
    assert_eq!((saved.changed, saved.same), (0, 0));
    saved.new
}
