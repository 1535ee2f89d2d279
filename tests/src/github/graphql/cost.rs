//! The price of a query before it runs: paging arguments, possible nodes, points.
//!
//! Points are GitHub's published formula: the requests needed to fill every connection, each parent reaching its
//! limit, summed, divided by 100, rounded, at least 1. Nodes are the sum of what every connection could return; more
//! than 500,000 are refused.

use std::collections::HashSet;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::Value as Ast;
use apollo_compiler::executable::{Field, Operation, Selection, SelectionSet};
use apollo_compiler::response::JsonMap;
use serde_json::{Value, json};

const MAX_NODES: u64 = 500_000;
const MAX_PAGE: i64 = 100;

#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    pub points: u64,
    pub nodes: u64,
    /// The largest page that is asked for by a variable.
    pub largest_page: u64,
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    variables: &'a JsonMap,
    requests: u64,
    nodes: u64,
    largest_page: u64,
    errors: Vec<Value>,
    seen: HashSet<Vec<String>>,
    path: Vec<String>,
}

/// The cost of an operation, or the errors GitHub answers with.
pub fn of(document: &ExecutableDocument, operation: &Operation, variables: &JsonMap) -> Result<Cost, Vec<Value>> {
    let mut walk = Walk {
        document,
        variables,
        requests: 0,
        nodes: 0,
        largest_page: 0,
        errors: Vec::new(),
        seen: HashSet::new(),
        path: Vec::new(),
    };
    walk.set(&operation.selection_set, 1);
    if walk.errors.is_empty() && walk.nodes > MAX_NODES {
        walk.errors.push(json!({
            "type": "MAX_NODE_LIMIT_EXCEEDED",
            "message": format!(
                "This query requests up to {} possible nodes which exceeds the maximum limit of {}.",
                thousands(walk.nodes),
                thousands(MAX_NODES)
            ),
        }));
    }
    if !walk.errors.is_empty() {
        return Err(walk.errors);
    }
    let points = (walk.requests.saturating_add(50) / 100).max(1);
    Ok(Cost { points, nodes: walk.nodes, largest_page: walk.largest_page })
}

impl Walk<'_> {
    fn set(&mut self, set: &SelectionSet, parents: u64) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => self.field(field, parents),
                Selection::InlineFragment(inline) => self.set(&inline.selection_set, parents),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = spread.fragment_def(self.document) {
                        self.set(&fragment.selection_set, parents);
                    }
                }
            }
        }
    }

    fn field(&mut self, field: &Field, parents: u64) {
        self.path.push(field.response_key().to_string());
        let mut inside = parents;
        let type_name = field.ty().inner_named_type().as_str();
        if type_name.ends_with("Connection") {
            let page = self.page(field);
            // A connection asked for twice under one key (two fragments) is fetched once.
            if self.seen.insert(self.path.clone()) {
                self.requests = self.requests.saturating_add(parents);
                self.nodes = self.nodes.saturating_add(parents.saturating_mul(page));
            }
            inside = parents.saturating_mul(page);
        } else if field.name == "nodes" && field.definition.argument_by_name("ids").is_some() {
            let ids = self.list_length(field, "ids");
            if ids > 100 {
                self.refuse(
                    field,
                    "ARGUMENT_LIMIT",
                    format!("You may not provide more than 100 node ids; you provided {ids}."),
                );
            }
            inside = parents.saturating_mul(ids.max(1));
        }
        self.set(&field.selection_set, inside);
        self.path.pop();
    }

    /// The page size of a connection, or 1 and an error.
    fn page(&mut self, field: &Field) -> u64 {
        let name = &field.name;
        let asked: Vec<(&str, i64)> = ["first", "last"]
            .into_iter()
            .filter_map(|argument| self.integer(field, argument).map(|n| (argument, n)))
            .collect();
        let &[(argument, size)] = asked.as_slice() else {
            if asked.is_empty() {
                let message =
                    format!("You must provide a `first` or `last` value to properly paginate the `{name}` connection.");
                self.refuse(field, "MISSING_PAGINATION_BOUNDARIES", message);
            } else {
                let message =
                    format!("Passing both `first` and `last` to paginate the `{name}` connection is not supported.");
                self.refuse(field, "DUPLICATE_PAGINATION_BOUNDARIES", message);
            }
            return 1;
        };
        if size > MAX_PAGE {
            let message = format!(
                "Requesting {size} records on the `{name}` connection exceeds the `{argument}` limit of {MAX_PAGE} records."
            );
            self.refuse(field, "EXCESSIVE_PAGINATION", message);
        } else if size < 1 {
            let message = format!("`{argument}` on the `{name}` connection cannot be less than 1.");
            self.refuse(field, "INVALID_PAGINATION_BOUNDARIES", message);
        }
        let size = u64::try_from(size).unwrap_or(1).max(1);
        if field.specified_argument_by_name(argument).is_some_and(|v| matches!(&**v, Ast::Variable(_))) {
            self.largest_page = self.largest_page.max(size);
        }
        size
    }

    fn refuse(&mut self, field: &Field, kind: &str, message: String) {
        let locations: Vec<Value> = field
            .name
            .location()
            .and_then(|l| l.line_column(&self.document.sources))
            .map(|at| json!({ "line": at.line, "column": at.column }))
            .into_iter()
            .collect();
        self.errors.push(json!({ "type": kind, "path": self.path, "locations": locations, "message": message }));
    }

    fn integer(&self, field: &Field, argument: &str) -> Option<i64> {
        match &**field.specified_argument_by_name(argument)? {
            Ast::Int(n) => n.try_to_i32().ok().map(i64::from),
            Ast::Variable(name) => self.variables.get(name.as_str())?.as_i64(),
            _ => None,
        }
    }

    fn list_length(&self, field: &Field, argument: &str) -> u64 {
        let length = match field.specified_argument_by_name(argument).map(|v| &**v) {
            Some(Ast::List(items)) => items.len(),
            Some(Ast::Variable(name)) => {
                self.variables.get(name.as_str()).and_then(|v| v.as_array()).map_or(1, Vec::len)
            }
            _ => 1,
        };
        u64::try_from(length).unwrap_or(u64::MAX)
    }
}

fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
