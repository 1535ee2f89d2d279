//! What several oracles agree on: takes the list that each of them holds, gives what at least k hold alike,
//! and what differs. Pure, so that everybody who has the lists comes to the same.
//!
//! Oracles compare items. A pull request and its reviews are one item, because a review says nothing without
//! its pull request; every other fact is one by itself. Before the first epoch, the people and mergers of
//! GitHub's history are items too.

use crate::evidence::line::{Line, Owned};
use crate::model::{ContributorId, Fact, FactKey, Merger, Person, RepositoryId, State, Witness};
use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The name of an item: `repository/ID`, `person/ID`, `merger/REPO/ID`, the key of a fact, or that with
/// `carried/` before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemKey {
    Repository(RepositoryId),
    Person(ContributorId),
    Merger(RepositoryId, ContributorId),
    Fact(FactKey),
    /// That fact is of an earlier epoch, in which too few held it alike.
    Carried(FactKey),
}

impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repository(id) => write!(f, "repository/{id}"),
            Self::Person(id) => write!(f, "person/{id}"),
            Self::Merger(repo, id) => write!(f, "merger/{repo}/{id}"),
            Self::Fact(key) => key.fmt(f),
            Self::Carried(key) => write!(f, "carried/{key}"),
        }
    }
}

impl Serialize for ItemKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ItemKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::{Error, IntoDeserializer as _};
        let text = String::deserialize(deserializer)?;
        let ids: Vec<Option<u64>> = text.split('/').skip(1).map(|part| part.parse().ok()).collect();
        let key = match (text.split('/').next(), ids.as_slice()) {
            (Some("repository"), [Some(id)]) => Self::Repository(RepositoryId(*id)),
            (Some("person"), [Some(id)]) => Self::Person(ContributorId(*id)),
            (Some("merger"), [Some(repo), Some(id)]) => Self::Merger(RepositoryId(*repo), ContributorId(*id)),
            _ => match text.strip_prefix("carried/") {
                Some(key) => Self::Carried(FactKey::deserialize(key.into_deserializer())?),
                None => Self::Fact(FactKey::deserialize(text.as_str().into_deserializer())?),
            },
        };
        if key.to_string() == text { Ok(key) } else { Err(D::Error::custom(format!("{text:?} is not a key"))) }
    }
}

/// What an item says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// It is so: there is no more to say.
    Listed,
    Person(Person),
    Merger(Merger),
    /// Ascending by key: one fact, or a pull request and its reviews.
    Facts(Vec<Fact>),
}

/// What one oracle holds for an epoch.
pub type Items = BTreeMap<ItemKey, Body>;
/// The same by the hash of each item: what oracles compare.
pub type Held = BTreeMap<ItemKey, B256>;

#[derive(Debug, thiserror::Error)]
pub enum AgreementError {
    #[error("item {key}: {message}")]
    Item { key: ItemKey, message: String },
    #[error("{} items were agreed on and are not at hand, {first} the first of them", .count)]
    Missing { count: usize, first: ItemKey },
}

impl Body {
    /// As they stand in evidence, without newlines.
    pub fn lines(&self) -> Vec<String> {
        let lines: Vec<Line<'_>> = match self {
            Self::Listed => Vec::new(),
            Self::Person(person) => vec![Line::Person(person)],
            Self::Merger(merger) => vec![Line::Merger(merger)],
            Self::Facts(facts) => facts.iter().map(Line::from).collect(),
        };
        lines.iter().map(Line::text).collect()
    }

    /// Reads what [`Self::lines`] gave, for the item of that name and no other.
    pub fn read(key: ItemKey, lines: &[String]) -> Result<Self, AgreementError> {
        let wrong = |message: String| AgreementError::Item { key, message };
        let read = lines.iter().map(|text| Owned::read(text)).collect::<Result<Vec<_>, _>>();
        let mut read = read.map_err(|error| wrong(error.to_string()))?;
        let body = match key {
            ItemKey::Repository(_) | ItemKey::Carried(_) if read.is_empty() => Self::Listed,
            ItemKey::Person(id) => match (read.pop(), read.is_empty()) {
                (Some(Owned::Person(person)), true) if person.id == id => Self::Person(person),
                _ => return Err(wrong("is not that person".to_owned())),
            },
            ItemKey::Merger(repo, id) => match (read.pop(), read.is_empty()) {
                (Some(Owned::Merger(merger)), true) if (merger.repo, merger.id) == (repo, id) => Self::Merger(merger),
                _ => return Err(wrong("is not that merger".to_owned())),
            },
            ItemKey::Fact(fact) => Self::Facts(facts_of(fact, read).map_err(wrong)?),
            ItemKey::Repository(_) | ItemKey::Carried(_) => return Err(wrong("says more than it can".to_owned())),
        };
        Ok(body)
    }

    /// A SHA-256 over the SHA-256 of each line.
    pub fn hash(&self) -> B256 {
        let mut hasher = Sha256::new();
        for line in self.lines() {
            hasher.update(Sha256::digest(line.as_bytes()));
        }
        B256::from_slice(&hasher.finalize())
    }
}

fn facts_of(key: FactKey, lines: Vec<Owned>) -> Result<Vec<Fact>, String> {
    let facts = lines.into_iter().map(Owned::into_fact).collect::<Option<Vec<_>>>();
    let facts = facts.ok_or("has lines that are no facts")?;
    let (first, rest) = facts.split_first().ok_or("has no line")?;
    if first.key() != key || !facts.is_sorted_by(|a, b| a.key() < b.key()) {
        return Err("is another item, or out of order".to_owned());
    }
    let of_this = |fact: &Fact| matches!(fact, Fact::Review(review) if key == pull_of(review.repo, review.number));
    if rest.iter().all(of_this) { Ok(facts) } else { Err("has facts of another item".to_owned()) }
}

fn pull_of(repo: RepositoryId, number: u64) -> FactKey {
    FactKey::Pull { repo, number }
}

/// Puts what one oracle sees into items. A review without its pull request is in none, and neither is what
/// witnesses said.
pub fn items(repositories: &[RepositoryId], opening: State, facts: Vec<Fact>) -> Items {
    let mut items: Items = repositories.iter().map(|id| (ItemKey::Repository(*id), Body::Listed)).collect();
    items.extend(opening.people.into_iter().map(|person| (ItemKey::Person(person.id), Body::Person(person))));
    let merger = |merger: Merger| (ItemKey::Merger(merger.repo, merger.id), Body::Merger(merger));
    items.extend(opening.mergers.into_iter().map(merger));
    let mut facts = facts;
    // Pull requests come before reviews in the order of keys.
    facts.sort_by_key(Fact::key);
    for fact in facts {
        let key = match &fact {
            Fact::Witness(_) => continue,
            Fact::Review(review) => pull_of(review.repo, review.number),
            other => other.key(),
        };
        let is_review = matches!(fact, Fact::Review(_));
        match items.get_mut(&ItemKey::Fact(key)) {
            Some(Body::Facts(facts)) if is_review => facts.push(fact),
            // Of two with one name the first stays.
            Some(_) => {}
            None if is_review => {}
            None => drop(items.insert(ItemKey::Fact(key), Body::Facts(vec![fact]))),
        }
    }
    items
}

/// The list that other oracles compare with theirs.
pub fn held(items: &Items) -> Held {
    items.iter().map(|(key, body)| (*key, body.hash())).collect()
}

/// What evidence is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Ascending.
    pub repositories: Vec<RepositoryId>,
    /// Of the first epoch; of the others it is what the epoch before left.
    pub opening: State,
    /// Ascending by key.
    pub facts: Vec<Fact>,
    /// Those of them that are of an earlier epoch, ascending.
    pub carried: Vec<FactKey>,
}

/// Puts together what was agreed on for an epoch that begins at `starts`, out of bodies with these hashes. Facts
/// of a repository that too few list are left out with it, and so are facts of the time before that too few
/// say are carried.
pub fn assemble(items: &Items, agreed: &Held, starts: u64) -> Result<Parts, AgreementError> {
    let is_there = |key: &ItemKey, hash: &B256| items.get(key).filter(|body| body.hash() == *hash);
    let missing: Vec<ItemKey> =
        agreed.iter().filter(|(key, hash)| is_there(key, hash).is_none()).map(|(key, _)| *key).collect();
    if let Some(first) = missing.first() {
        return Err(AgreementError::Missing { count: missing.len(), first: *first });
    }
    let counts = |repo: RepositoryId| agreed.contains_key(&ItemKey::Repository(repo));
    let mut parts = Parts::default();
    for key in agreed.keys() {
        match (key, items.get(key)) {
            (ItemKey::Repository(id), _) => parts.repositories.push(*id),
            (_, Some(Body::Person(person))) => parts.opening.people.push(person.clone()),
            (_, Some(Body::Merger(merger))) if counts(merger.repo) => parts.opening.mergers.push(merger.clone()),
            (ItemKey::Fact(fact), Some(Body::Facts(facts))) if counts(fact.repo()) => {
                let is_carried = agreed.contains_key(&ItemKey::Carried(*fact));
                let at = facts.first().and_then(Fact::accepted);
                // An issue does not tell by itself when it was accepted.
                if at.is_some_and(|at| at < starts) && !is_carried {
                    continue;
                }
                if is_carried && at.is_none_or(|at| at < starts) {
                    parts.carried.push(*fact);
                }
                parts.facts.extend(facts.iter().cloned());
            }
            _ => {}
        }
    }
    parts.facts.sort_by_key(Fact::key);
    Ok(parts)
}

/// One item that not all hold alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    pub key: ItemKey,
    /// Who holds which hash; nobody's is that of who holds none.
    pub held: BTreeMap<B256, Vec<Address>>,
    /// Who holds nothing under this key.
    pub without: Vec<Address>,
    /// Enough hold one of them alike.
    pub agreed: Option<B256>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// What at least k hold alike, and more than hold anything else.
    pub agreed: Held,
    /// Ascending by key.
    pub differences: Vec<Difference>,
}

/// What at least `threshold` of these lists have in common.
pub fn agree(lists: &BTreeMap<Address, &Held>, threshold: usize) -> Agreement {
    let keys: BTreeSet<&ItemKey> = lists.values().flat_map(|held| held.keys()).collect();
    let mut agreement = Agreement::default();
    for key in keys {
        let mut held: BTreeMap<B256, Vec<Address>> = BTreeMap::new();
        let mut without = Vec::new();
        for (oracle, list) in lists {
            match list.get(key) {
                Some(hash) => held.entry(*hash).or_default().push(*oracle),
                None => without.push(*oracle),
            }
        }
        let most = held.values().map(Vec::len).max().unwrap_or_default();
        let mut leading = held.iter().filter(|(_, oracles)| oracles.len() == most && most >= threshold.max(1));
        let agreed = match (leading.next(), leading.next()) {
            (Some((hash, _)), None) => Some(*hash),
            // As many for one as for another: nobody can say which is right.
            _ => None,
        };
        if let Some(hash) = agreed {
            agreement.agreed.insert(*key, hash);
        }
        if held.len() > 1 || !without.is_empty() {
            agreement.differences.push(Difference { key: *key, held, without, agreed });
        }
    }
    agreement
}

/// What one oracle's witness said, for the median.
#[derive(Clone, Copy, Debug)]
pub struct Testimony<'a> {
    pub oracle: Address,
    pub said: &'a Witness,
}

/// The fact that several oracles' answers on one pull request come to: the median, the lower one of two in
/// the middle; flagged when half of them flagged it. How many are enough is the policy's question. `record` is
/// the hash of all that they said.
pub fn median(testimonies: &[Testimony<'_>], cutoff: u64, record: B256) -> Option<Witness> {
    let mut usable: Vec<&Testimony<'_>> = testimonies.iter().filter(|one| one.said.samples > 0).collect();
    usable.sort_by_key(|one| (one.said.answer, one.oracle));
    let middle = usable.get(usable.len().saturating_sub(1) / 2)?.said;
    let flagged = testimonies.iter().filter(|one| one.said.flagged).count();
    Some(Witness {
        answer: middle.answer,
        at: cutoff,
        flagged: flagged > 0 && flagged.saturating_mul(2) >= testimonies.len(),
        model: middle.model.clone(),
        number: middle.number,
        prompt: middle.prompt,
        repo: middle.repo,
        samples: usable.len() as u64,
        transcript: record,
    })
}
