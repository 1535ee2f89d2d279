//! Who takes part, and linking them: a gist signed by each one's wallet, then `guerdon link submit`.

use super::{DemoError, Result};
use crate::anvil;
use crate::github::State;
use crate::github::model::{AccountId, AccountKind, Thread};
use crate::github::sample::{CAST, Links, Role};
use crate::sandbox::{Sandbox, wallet};
use guerdon::link::{Place, gist_text, sign_link};
use guerdon_bindings::message::Link;
use std::collections::BTreeSet;

/// One person of the organisation.
#[derive(Clone, Debug)]
pub struct Member {
    pub login: String,
    pub id: u64,
    /// Which wallet of the test mnemonic is theirs.
    pub nth: usize,
    /// 0 before the first epoch; nothing when they never link.
    pub links_in: Option<u64>,
    pub story: String,
}

/// A contributor whose wallet is linked.
#[derive(Clone, Debug)]
pub struct Linked {
    pub login: String,
    pub id: u64,
    pub nth: usize,
}

pub fn of_the_sample() -> Vec<Member> {
    let people = CAST.iter().filter(|person| person.role != Role::Bot);
    people
        .enumerate()
        .map(|(nth, person)| Member {
            login: person.login.to_owned(),
            id: person.id,
            nth,
            links_in: match person.links {
                Links::BeforeStart => Some(0),
                Links::InEpoch(epoch) => Some(u64::from(epoch)),
                Links::Never => None,
            },
            story: person.story.to_owned(),
        })
        .collect()
}

/// Accounts that GitHub calls users although they are machines: their logins say so.
pub fn likely_bots(state: &State) -> Vec<String> {
    let users = state.accounts.values().filter(|account| account.kind == AccountKind::User);
    let logins = users.map(|account| account.login.clone());
    logins.filter(|login| login.to_lowercase().ends_with("bot")).collect()
}

/// Everybody who took part in something that happened in `[from, to)`. The first author of a pull
/// request merged in it links late, in epoch 3, so that an accrual is seen.
pub fn active(state: &State, from: u64, to: u64, bots: &[String]) -> Vec<Member> {
    let within = |at: i64| u64::try_from(at).is_ok_and(|at| (from..to).contains(&at));
    let mut people: BTreeSet<AccountId> = BTreeSet::new();
    let mut first: Option<(i64, AccountId)> = None;
    for thread in state.repositories.values().flat_map(|repository| repository.threads.values()) {
        let merged = thread.pull.as_ref().and_then(|pull| pull.merge.as_ref()).filter(|merge| within(merge.at));
        if merged.is_none() && !(thread.pull.is_none() && thread.events.iter().any(|event| within(event.at))) {
            continue;
        }
        people.extend(participants(thread));
        if let (Some(merge), Some(author)) = (merged, thread.author) {
            first = Some(first.map_or((merge.at, author), |before| before.min((merge.at, author))));
        }
    }
    let late = first.map(|(_, author)| author);
    let accounts = people.iter().filter_map(|id| state.accounts.get(id));
    let persons = accounts.filter(|account| account.kind == AccountKind::User && !bots.contains(&account.login));
    persons
        .enumerate()
        .map(|(nth, account)| Member {
            login: account.login.clone(),
            id: account.id.0,
            nth,
            links_in: Some(if late == Some(account.id) { 3 } else { 0 }),
            story: String::new(),
        })
        .collect()
}

fn participants(thread: &Thread) -> impl Iterator<Item = AccountId> + '_ {
    let comments = thread.comments.iter().map(|comment| comment.author);
    let reviews = thread.pull.iter().flat_map(|pull| pull.reviews.iter().map(|review| review.author));
    let remarks = thread.pull.iter().flat_map(|pull| pull.review_comments.iter().map(|comment| comment.author));
    std::iter::once(thread.author).chain(comments).chain(reviews).chain(remarks).flatten()
}

/// Publishes everybody's gist and has the oracles check, attest and link them.
pub async fn link(sandbox: &Sandbox, members: &[&Member], valid_until: u64) -> Result<Vec<Linked>> {
    let place = Place { chain_id: sandbox.deployment.chain_id, distributor: sandbox.deployment.distributor() };
    for member in members {
        let key = anvil::key(wallet(member.nth))?;
        sandbox.anvil.fund(key.address()).await?;
        let link = Link { id: member.id, wallet: key.address(), nonce: 0, validUntil: valid_until };
        let text = gist_text(&sign_link(&link, place, &key.into()).await?, place);
        sandbox.github.world().add_gist(&member.login, "guerdon.md", &text)?;
    }
    let logins: Vec<&str> = members.iter().map(|member| member.login.as_str()).collect();
    if !logins.is_empty() {
        let done = sandbox.json(&[&["link", "submit"], logins.as_slice()].concat()).await?;
        if done.as_array().map(Vec::len) != Some(members.len()) {
            return Err(DemoError::Unexpected { step: "guerdon link submit", answer: done.to_string() });
        }
    }
    let linked = |member: &&Member| Linked { login: member.login.clone(), id: member.id, nth: member.nth };
    Ok(members.iter().map(linked).collect())
}
