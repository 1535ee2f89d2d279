//! Whose gists are looked at: takes a login and perhaps a gist's name; gives the account and its gists as
//! GitHub has them. What was looked up is believed for a minute, what was not good enough for a moment, so
//! that asking often costs GitHub nothing; and only so many look-ups are made in a minute.

use super::attest::Refusal;
use crate::fetch::{FetchError, Gist, GitHub};
use crate::store::Account;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, OnceCell};

/// How long a look-up is believed.
const FRESH: Duration = Duration::from_secs(60);
/// The same of what no link could be attested from: somebody may be about to mend it.
const DOUBTFUL: Duration = Duration::from_secs(10);
/// The most look-ups within a minute.
const MOST: usize = 60;
/// How long GitHub may take for one.
const TIMEOUT: Duration = Duration::from_secs(20);
/// No login of GitHub's is longer; an address of a gist is not much more than two of its ids.
const LONGEST_LOGIN: usize = 100;
const LONGEST_GIST: usize = 200;

/// An account and the gists to look at.
#[derive(Clone, Debug)]
pub struct Found {
    pub account: Account,
    pub gists: Vec<Gist>,
    /// One gist was asked for.
    pub named: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    #[error(transparent)]
    Refused(Refusal),
    #[error("too many links are looked up at once: try again in {seconds} s")]
    Busy { seconds: u64 },
    #[error("GitHub did not answer within {} s: try again", TIMEOUT.as_secs())]
    Late,
    #[error(transparent)]
    GitHub(#[from] FetchError),
}

/// What was not found stays not found for a minute too.
#[derive(Clone, Debug)]
enum Kept {
    Found(Arc<Found>),
    NoAccount,
    NoGist(String),
}

type Key = (String, Option<String>);

#[derive(Debug)]
struct Entry {
    until: Instant,
    found: Arc<OnceCell<Kept>>,
}

#[derive(Debug, Default)]
pub(super) struct Lookups {
    /// Several who ask the same wait for one look-up.
    kept: Mutex<BTreeMap<Key, Entry>>,
    /// When the look-ups of the last minute began.
    begun: Mutex<VecDeque<Instant>>,
}

impl Lookups {
    /// The account and its gists, looked up at most a minute ago.
    pub(super) async fn find(
        &self,
        github: &GitHub,
        login: &str,
        gist: Option<&str>,
    ) -> Result<Arc<Found>, LookupError> {
        if login.len() > LONGEST_LOGIN || gist.is_some_and(|gist| gist.len() > LONGEST_GIST) {
            return Err(LookupError::Refused(Refusal::NoAccount { login: login.chars().take(40).collect() }));
        }
        let cell = {
            let (mut kept, now) = (self.kept.lock().await, Instant::now());
            kept.retain(|_, entry| entry.until > now);
            let new = || Entry { until: now + FRESH, found: Arc::default() };
            Arc::clone(&kept.entry(key(login, gist)).or_insert_with(new).found)
        };
        let (github, asked) = (github.clone(), (login.to_owned(), gist.map(str::to_owned)));
        let look = || async {
            self.admit().await?;
            // A future of `fetch` stays on its thread.
            let runtime = tokio::runtime::Handle::current();
            let looked = tokio::task::spawn_blocking(move || {
                let (login, gist) = asked;
                runtime.block_on(async { tokio::time::timeout(TIMEOUT, read(&github, &login, gist.as_deref())).await })
            });
            match looked.await {
                Err(_) | Ok(Err(_)) => Err(LookupError::Late),
                Ok(Ok(Err(LookupError::Refused(Refusal::NoAccount { .. })))) => Ok(Kept::NoAccount),
                Ok(Ok(Err(LookupError::Refused(Refusal::UnknownGist { id })))) => Ok(Kept::NoGist(id)),
                Ok(Ok(found)) => found.map(|found| Kept::Found(Arc::new(found))),
            }
        };
        match cell.get_or_try_init(look).await?.clone() {
            Kept::Found(found) => Ok(found),
            Kept::NoAccount => Err(LookupError::Refused(Refusal::NoAccount { login: login.to_owned() })),
            Kept::NoGist(id) => Err(LookupError::Refused(Refusal::UnknownGist { id })),
        }
    }

    /// No link could be attested from what was found.
    pub(super) async fn doubt(&self, login: &str, gist: Option<&str>) {
        if let Some(entry) = self.kept.lock().await.get_mut(&key(login, gist)) {
            entry.until = entry.until.min(Instant::now() + DOUBTFUL);
        }
    }

    async fn admit(&self) -> Result<(), LookupError> {
        let mut begun = self.begun.lock().await;
        while begun.front().is_some_and(|first| first.elapsed() >= FRESH) {
            begun.pop_front();
        }
        match begun.front() {
            Some(first) if begun.len() >= MOST => {
                Err(LookupError::Busy { seconds: FRESH.saturating_sub(first.elapsed()).as_secs() + 1 })
            }
            _ => {
                begun.push_back(Instant::now());
                Ok(())
            }
        }
    }
}

fn key(login: &str, gist: Option<&str>) -> Key {
    (login.to_lowercase(), gist.map(gist_name))
}

/// The last part of a gist's address, or its name itself.
fn gist_name(address: &str) -> String {
    address.trim_end_matches('/').rsplit('/').next().unwrap_or(address).to_owned()
}

/// Asks GitHub now.
pub(super) async fn read(github: &GitHub, login: &str, gist: Option<&str>) -> Result<Found, LookupError> {
    let missing = |error| match error {
        FetchError::NoAccount { login } => LookupError::Refused(Refusal::NoAccount { login }),
        FetchError::NoGist { id } => LookupError::Refused(Refusal::UnknownGist { id }),
        error => LookupError::GitHub(error),
    };
    let account = github.account(login).await.map_err(missing)?;
    let gists = match gist {
        Some(address) => vec![github.gist(&gist_name(address)).await.map_err(missing)?],
        None => github.gists(login).await.map_err(missing)?,
    };
    Ok(Found { account, gists, named: gist.is_some() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_so_many_are_admitted_in_a_minute() {
        let lookups = Lookups::default();
        for _ in 0..MOST {
            lookups.admit().await.unwrap();
        }
        let refused = lookups.admit().await.unwrap_err();
        assert!(matches!(refused, LookupError::Busy { seconds: 1..=61 }), "{refused}");
        lookups.begun.lock().await.pop_front();
        lookups.admit().await.unwrap();
    }

    #[test]
    fn a_gist_is_named_by_its_address_too() {
        for address in ["abc123", "https://gist.github.com/somebody/abc123", "https://gist.github.com/abc123/"] {
            assert_eq!(gist_name(address), "abc123");
        }
    }
}
