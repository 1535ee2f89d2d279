//! Answers a GraphQL request as GitHub would: parse and validate against the published schema, check the limits of
//! paging and nodes, spend points, execute.
//!
//! Takes a request body and a world; gives HTTP status and JSON. A query that the schema does not allow is refused,
//! and a field that is not modelled is an error, never a silent null.

mod account;
mod connection;
mod cost;
mod discussion;
mod entity;
mod parts;
mod query;
mod repository;
mod thread;
mod timeline;
mod tree;

use std::cell::RefCell;
use std::collections::BTreeSet;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::resolvers::Execution;
use apollo_compiler::response::{GraphQLError, JsonMap};
use apollo_compiler::validation::DiagnosticList;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::access::Caller;
use super::model::AccountId;
use super::state::State;
use super::time;
use super::view::Clock;
use super::world::World;
use super::{faults::Budget, schema};

/// What a query sees: the world, the moment, and what the query costs.
pub(super) struct Context<'w> {
    pub state: &'w State,
    pub clock: Clock,
    pub viewer: Option<AccountId>,
    pub caller: Caller,
    /// Permissions the caller lacks.
    pub withheld: BTreeSet<String>,
    pub cost: cost::Cost,
    pub budget: Budget,
    /// Errors of list elements that stay `null` while the list goes on.
    pub element_errors: RefCell<Vec<GraphQLError>>,
}

/// An answered request and what the log says of it.
pub struct Answer {
    pub status: u16,
    /// JSON, with the fields in the order of the query.
    pub body: String,
    pub cost: u64,
    pub nodes: u64,
    pub largest_page: u64,
    pub operation: Option<String>,
}

impl Answer {
    fn errors(errors: impl Into<Value>) -> Self {
        Self {
            status: 200,
            body: json!({ "errors": errors.into() }).to_string(),
            cost: 0,
            nodes: 0,
            largest_page: 0,
            operation: None,
        }
    }
}

#[derive(Serialize)]
struct Written<'r> {
    data: &'r Option<JsonMap>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Value>,
}

#[derive(Deserialize)]
struct Body {
    query: Option<String>,
    #[serde(default)]
    variables: Option<JsonMap>,
    #[serde(default, rename = "operationName")]
    operation_name: Option<String>,
}

/// Answers the body of one POST request.
pub fn answer(world: &World, caller: Caller, body: &[u8]) -> Answer {
    let body: Body = match serde_json::from_slice(body) {
        Ok(body) => body,
        Err(_) => {
            let body = json!({
                "message": "Problems parsing JSON",
                "documentation_url": "https://docs.github.com/graphql",
                "status": "400",
            });
            return Answer { status: 400, body: body.to_string(), ..Answer::errors(Value::Null) };
        }
    };
    let Some(query) = body.query else {
        return Answer::errors(json!([{ "message": "A query attribute must be specified and must be a string." }]));
    };
    let schema = match schema::github() {
        Ok(schema) => schema,
        Err(error) => {
            return Answer { status: 500, ..Answer::errors(json!([{ "message": error.to_string() }])) };
        }
    };
    let document = match ExecutableDocument::parse_and_validate(schema, query.as_str(), "query.graphql") {
        Ok(document) => document,
        Err(refused) => return Answer::errors(diagnostics(&refused.errors)),
    };
    let operation = match document.operations.get(body.operation_name.as_deref()) {
        Ok(operation) => operation,
        Err(e) => return Answer::errors(json!([{ "message": e.message().to_string() }])),
    };
    let variables = body.variables.unwrap_or_default();
    let variables = match coerce_variable_values(schema, operation, &variables) {
        Ok(variables) => variables,
        Err(e) => return Answer::errors(json!([github_form(&e.to_graphql_error(&document.sources))])),
    };
    let mut answer = match cost::of(&document, operation, &variables) {
        Err(errors) => Answer::errors(errors),
        Ok(cost) => {
            let fits = world.traffic().graphql.take(cost.points);
            if fits {
                let execution =
                    Execution::new(schema, &document).operation(operation).coerced_variable_values(&variables);
                execute(world, caller, &execution, cost)
            } else {
                Answer::errors(json!([rate_limited()]))
            }
        }
    };
    answer.operation = operation.name.as_ref().map(ToString::to_string);
    answer
}

/// The error GitHub gives, with HTTP 200, when the points of the hour are spent.
pub fn rate_limited() -> Value {
    json!({ "type": "RATE_LIMITED", "message": "API rate limit exceeded for the user that the token belongs to." })
}

fn execute(world: &World, caller: Caller, execution: &Execution<'_>, cost: cost::Cost) -> Answer {
    let budget = world.traffic().graphql.clone();
    let clock = world.clock();
    let state = world.read();
    let context = Context {
        viewer: state.viewer,
        state: &state,
        clock,
        caller,
        withheld: world.access().withheld.clone(),
        cost,
        budget,
        element_errors: RefCell::new(Vec::new()),
    };
    let response = match execution.execute_sync(&query::Query(&context)) {
        Ok(response) => response,
        Err(e) => return Answer::errors(json!([{ "message": e.message().to_string() }])),
    };
    let element_errors = context.element_errors.into_inner();
    let errors: Vec<Value> = response.errors.iter().chain(&element_errors).map(github_form).collect();
    let body = serde_json::to_string(&Written { data: &response.data, errors });
    match body {
        Ok(body) => Answer {
            status: 200,
            body,
            cost: cost.points,
            nodes: cost.nodes,
            largest_page: cost.largest_page,
            operation: None,
        },
        Err(e) => Answer::errors(json!([{ "message": e.to_string() }])),
    }
}

/// `{type, path, locations, message}`; the type travels in front of the message, see [`entity::fail`].
fn github_form(error: &GraphQLError) -> Value {
    let message = error.message.strip_prefix("resolver error: ").unwrap_or(&error.message);
    let mut form = serde_json::Map::new();
    let message = match message.split_once(entity::TYPE_END) {
        Some((kind, message)) => {
            form.insert("type".to_owned(), kind.into());
            message
        }
        None => message,
    };
    if !error.path.is_empty() {
        form.insert("path".to_owned(), serde_json::to_value(&error.path).unwrap_or_default());
    }
    form.insert("locations".to_owned(), serde_json::to_value(&error.locations).unwrap_or_default());
    form.insert("message".to_owned(), message.into());
    form.into()
}

fn diagnostics(errors: &DiagnosticList) -> Vec<Value> {
    // A selection emptied by unknown fields is reported for those fields alone.
    let follows = |name: Option<&str>| name == Some("MissingSubselection");
    let only = errors.iter().all(|d| follows(d.error.unstable_error_name()));
    errors
        .iter()
        .filter(|d| only || !follows(d.error.unstable_error_name()))
        .map(|d| {
            let locations: Vec<Value> = d
                .line_column_range()
                .into_iter()
                .map(|r| json!({ "line": r.start.line, "column": r.start.column }))
                .collect();
            let code = d.error.unstable_error_name().map_or("parseError".to_owned(), |name| {
                let mut letters = name.chars();
                letters.next().map(|c| c.to_ascii_lowercase()).into_iter().chain(letters).collect()
            });
            json!({
                "path": ["query"],
                "extensions": { "code": code },
                "locations": locations,
                "message": d.error.to_string(),
            })
        })
        .collect()
}

/// The reset time of a budget as GraphQL writes it.
fn reset_at(budget: &Budget) -> String {
    time::iso(budget.reset_at)
}
