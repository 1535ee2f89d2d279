//! Pages over sorted lists: cursors, `pageInfo`, nodes and edges.
//!
//! A cursor holds the sort key of its element, so a page resumes at the right place when elements were added or
//! have moved in between.

use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::JsonValue;

use super::Context;
use super::entity::{Entity, Object, Resolved, fail, leaf, not_modelled, optional};

/// The place of an element: the value it is ordered by, and its id to break ties.
pub(super) type Key = (i64, u64);

pub(super) struct Connection<'w> {
    context: &'w Context<'w>,
    type_name: String,
    order: String,
    page: Vec<(Key, Entity<'w>)>,
    total: usize,
    /// Elements after applying the cursors.
    filtered: usize,
    before: bool,
    after: bool,
}

/// The page of `items` that the arguments of the field ask for.
pub(super) fn connect<'w>(
    context: &'w Context<'w>,
    info: &ResolveInfo<'_>,
    descending: bool,
    mut items: Vec<(Key, Entity<'w>)>,
) -> Result<Connection<'w>, FieldError> {
    let sign = if descending { -1 } else { 1 };
    items.sort_by_key(|(key, _)| *key);
    if descending {
        items.reverse();
    }
    let order = order_name(info, descending);
    let total = items.len();
    let cursor = |name: &str| -> Result<Option<Key>, FieldError> {
        match info.arguments().get(name).and_then(JsonValue::as_str) {
            None => Ok(None),
            Some(text) => decode(&order, text).map(Some).ok_or_else(|| {
                fail("INVALID_CURSOR_ARGUMENTS", format!("`{text}` does not appear to be a valid cursor."))
            }),
        }
    };
    let passed = |key: Key, at: Key| key.cmp(&at) as i8 * sign;
    let start = match cursor("after")? {
        Some(at) => items.partition_point(|(key, _)| passed(*key, at) <= 0),
        None => 0,
    };
    let end = match cursor("before")? {
        Some(at) => items.partition_point(|(key, _)| passed(*key, at) < 0),
        None => total,
    }
    .max(start);
    let size =
        |name: &str| info.arguments().get(name).and_then(JsonValue::as_i64).and_then(|n| usize::try_from(n).ok());
    let skipped = (start + size("skip").unwrap_or(0)).min(end);
    let (from, to) = match (size("first"), size("last")) {
        (Some(first), _) => (skipped, (skipped + first).min(end)),
        (None, Some(last)) => (end.saturating_sub(last).max(skipped), end),
        (None, None) => (skipped, end),
    };
    let page = items.get(from..to).unwrap_or_default().to_vec();
    Ok(Connection {
        context,
        type_name: info.field_definition().ty.inner_named_type().to_string(),
        order,
        page,
        total,
        filtered: end - start,
        before: from > 0,
        after: to < total,
    })
}

/// Cursors of one order are no cursors of another.
fn order_name(info: &ResolveInfo<'_>, descending: bool) -> String {
    let by = info.arguments().get("orderBy").and_then(|o| o.get("field")).and_then(JsonValue::as_str).unwrap_or("-");
    format!("{}:{by}:{}", info.field_name(), if descending { 'd' } else { 'a' })
}

fn encode(order: &str, key: Key) -> String {
    format!("{order}:{}:{}", key.0, key.1).bytes().map(|b| format!("{b:02x}")).collect()
}

fn decode(order: &str, cursor: &str) -> Option<Key> {
    let bytes: Option<Vec<u8>> = (0..cursor.len())
        .step_by(2)
        .map(|i| cursor.get(i..i + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect();
    let text = String::from_utf8(bytes?).ok()?;
    let (value, id) = text.strip_prefix(order)?.strip_prefix(':')?.split_once(':')?;
    Some((value.parse().ok()?, id.parse().ok()?))
}

impl ObjectValue for Connection<'_> {
    fn type_name(&self) -> &str {
        &self.type_name
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Resolved<'a> {
        match info.field_name() {
            "totalCount" => count(self.total),
            "filteredCount" => count(self.filtered),
            "pageCount" => count(self.page.len()),
            "nodes" => Ok(ResolvedValue::list(
                self.page.iter().map(|(_, entity)| ResolvedValue::object(Object(self.context, *entity))),
            )),
            "edges" => {
                let type_name = info.field_definition().ty.inner_named_type().as_str();
                Ok(ResolvedValue::list(self.page.iter().map(move |(key, entity)| {
                    ResolvedValue::object(Edge {
                        type_name,
                        cursor: encode(&self.order, *key),
                        node: Object(self.context, *entity),
                    })
                })))
            }
            "pageInfo" => Ok(ResolvedValue::object(PageInfo(self))),
            _ => Err(not_modelled(self.type_name(), info)),
        }
    }
}

fn count<'a>(n: usize) -> Resolved<'a> {
    leaf(i64::try_from(n).unwrap_or(i64::MAX))
}

struct Edge<'w> {
    type_name: &'w str,
    cursor: String,
    node: Object<'w>,
}

impl ObjectValue for Edge<'_> {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Resolved<'a> {
        match info.field_name() {
            "cursor" => leaf(self.cursor.as_str()),
            "node" => Ok(ResolvedValue::object(self.node)),
            _ => Err(not_modelled(self.type_name(), info)),
        }
    }
}

struct PageInfo<'c, 'w>(&'c Connection<'w>);

impl ObjectValue for PageInfo<'_, '_> {
    fn type_name(&self) -> &str {
        "PageInfo"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Resolved<'a> {
        let cursor = |element: Option<&(Key, Entity<'_>)>| element.map(|(key, _)| encode(&self.0.order, *key));
        match info.field_name() {
            "hasNextPage" => leaf(self.0.after),
            "hasPreviousPage" => leaf(self.0.before),
            "startCursor" => optional(cursor(self.0.page.first())),
            "endCursor" => optional(cursor(self.0.page.last())),
            _ => Err(not_modelled(self.type_name(), info)),
        }
    }
}
