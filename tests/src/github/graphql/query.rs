//! The root of every query.

use apollo_compiler::resolvers::{ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::{GraphQLError, ResponseDataPathSegment};

use super::super::access::Caller;
use super::super::model::AccountKind;
use super::super::state::NodeRef;
use super::entity::{
    Entity, In, Object, Resolved, TYPE_END, fail, leaf, not_modelled, object, optional_object, strings, text,
};
use super::repository::commits;
use super::{Context, reset_at};

pub(super) struct Query<'w>(pub &'w Context<'w>);

impl ObjectValue for Query<'_> {
    fn type_name(&self) -> &str {
        "Query"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Resolved<'a> {
        let cx = self.0;
        match info.field_name() {
            "rateLimit" => Ok(ResolvedValue::object(RateLimit(cx))),
            "viewer" if matches!(cx.caller, Caller::Installation(_)) => Err(not_modelled(self.type_name(), info)),
            "viewer" => optional_object(cx, cx.viewer.and_then(|id| cx.state.accounts.get(&id)).map(Entity::Account)),
            "repository" => {
                let (owner, name) = (text(info, "owner").unwrap_or(""), text(info, "name").unwrap_or(""));
                match cx.state.repository_named(owner, name) {
                    Some(repository) if cx.state.shows(repository, cx.clock) => {
                        object(cx, Entity::Repository(repository))
                    }
                    _ => Err(fail(
                        "NOT_FOUND",
                        format!("Could not resolve to a Repository with the name '{owner}/{name}'."),
                    )),
                }
            }
            "organization" => self.account(info, &[AccountKind::Organization], "an Organization"),
            "user" => self.account(info, &[AccountKind::User], "a User"),
            "repositoryOwner" => {
                self.account(info, &[AccountKind::User, AccountKind::Organization], "a RepositoryOwner")
            }
            "node" => {
                let id = text(info, "id").unwrap_or("");
                match entity(cx, id) {
                    Some(entity) => object(cx, entity),
                    None => Err(fail("NOT_FOUND", no_node(id))),
                }
            }
            "nodes" => self.nodes(info),
            _ => Err(not_modelled(self.type_name(), info)),
        }
    }
}

impl<'w> Query<'w> {
    fn account<'a>(&'a self, info: &'a ResolveInfo<'a>, kinds: &[AccountKind], what: &str) -> Resolved<'a> {
        let login = text(info, "login").unwrap_or("");
        match self.0.state.account_named(login) {
            Some(account) if kinds.contains(&account.kind) => object(self.0, Entity::Account(account)),
            _ => Err(fail("NOT_FOUND", format!("Could not resolve to {what} with the login of '{login}'."))),
        }
    }

    /// An unknown id gives `null` at its place and an error beside the data.
    fn nodes<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Resolved<'a> {
        let ids = strings(info, "ids").unwrap_or_default();
        let values: Vec<ResolvedValue<'a>> = ids
            .into_iter()
            .enumerate()
            .map(|(index, id)| match entity(self.0, id) {
                Some(entity) => ResolvedValue::object(Object(self.0, entity)),
                None => {
                    let field = info.field_selections().first();
                    let mut error = GraphQLError::new(
                        format!("NOT_FOUND{TYPE_END}{}", no_node(id)),
                        field.and_then(|f| f.name.location()),
                        &info.document().sources,
                    );
                    error.path.extend(field.map(|f| ResponseDataPathSegment::Field(f.response_key().clone())));
                    error.path.push(ResponseDataPathSegment::ListIndex(index));
                    self.0.element_errors.borrow_mut().push(error);
                    ResolvedValue::null()
                }
            })
            .collect();
        Ok(ResolvedValue::list(values))
    }
}

fn no_node(id: &str) -> String {
    format!("Could not resolve to a node with the global id of '{id}'.")
}

/// What a node id stands for, if it is visible.
fn entity<'w>(cx: &'w Context<'w>, id: &str) -> Option<Entity<'w>> {
    let Some(node) = cx.state.node(id) else { return commit(cx, id) };
    let (at, part) = match node {
        NodeRef::Account(id) => return cx.state.accounts.get(&id).map(Entity::Account),
        NodeRef::Repository(id) => {
            let repository = cx.state.repositories.get(&id).filter(|r| cx.state.shows(r, cx.clock));
            return repository.map(Entity::Repository);
        }
        NodeRef::Discussion(at) => {
            let repository = cx.state.repositories.get(&at.repository).filter(|r| cx.state.shows(r, cx.clock))?;
            let discussion = repository.discussions.get(&at.number).filter(|d| cx.clock.sees(d.created_at))?;
            return Some(Entity::Discussion(repository, discussion));
        }
        NodeRef::Thread(at) => (at, None),
        NodeRef::Comment(at, id) | NodeRef::Review(at, id) | NodeRef::ReviewComment(at, id) => (at, Some(id)),
    };
    let repository = cx.state.repositories.get(&at.repository).filter(|r| cx.state.shows(r, cx.clock))?;
    let thread = repository.threads.get(&at.number)?;
    let Some(id) = part else {
        return cx.clock.sees(thread.created_at).then_some(Entity::Thread(repository, thread));
    };
    let comment = thread.comments_at(cx.clock).find(|c| c.id == id);
    let review = thread.pull.iter().flat_map(|p| p.reviews_at(cx.clock)).find(|r| r.id == id);
    let in_diff = thread.pull.iter().flat_map(|p| p.review_comments_at(cx.clock)).find(|c| c.id == id);
    comment
        .map(|part| Entity::Comment(In { repository, thread, part }))
        .or_else(|| review.map(|part| Entity::Review(In { repository, thread, part })))
        .or_else(|| in_diff.map(|part| Entity::ReviewComment(In { repository, thread, part })))
}

/// The id of a commit is made of its repository's and its own.
fn commit<'w>(cx: &'w Context<'w>, id: &str) -> Option<Entity<'w>> {
    let (home, oid) = id.strip_prefix("C_")?.rsplit_once('_')?;
    let Some(NodeRef::Repository(home)) = cx.state.node(home) else { return None };
    let repository = cx.state.repositories.get(&home).filter(|r| cx.state.shows(r, cx.clock))?;
    let known = repository.commits.get(oid).or_else(|| commits(repository).find(|c| c.oid == oid));
    known.filter(|c| cx.clock.sees(c.committed_at)).map(|c| Entity::Commit(repository, c))
}

struct RateLimit<'w>(&'w Context<'w>);

impl ObjectValue for RateLimit<'_> {
    fn type_name(&self) -> &str {
        "RateLimit"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Resolved<'a> {
        let number = |n: u64| leaf(i64::try_from(n).unwrap_or(i64::MAX));
        match info.field_name() {
            "cost" => number(self.0.cost.points),
            "nodeCount" => number(self.0.cost.nodes),
            "limit" => number(self.0.budget.limit),
            "remaining" => number(self.0.budget.remaining()),
            "used" => number(self.0.budget.used),
            "resetAt" => leaf(reset_at(&self.0.budget)),
            _ => Err(not_modelled(self.type_name(), info)),
        }
    }
}
