//! Many rows in one statement: one way to the server and back for a page, not for each of its rows.

use super::DatabaseKind;
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe};

/// How many values one statement may have. Longer ones gain nothing; SQLite takes 32,766 at most.
const VALUES: usize = 4_000;

/// How many rows of so many values go into one statement.
pub(super) fn rows_at_once(columns: usize) -> usize {
    (VALUES / columns.max(1)).max(1)
}

/// `before (..), (..) after` for rows of values, to be bound row by row. `before` and `after` are the
/// callers' own text and have no values: nothing from outside is ever part of a statement.
pub(super) fn statement<'q>(
    kind: DatabaseKind,
    before: &'static str,
    (columns, rows): (usize, usize),
    after: &'static str,
) -> Query<'q, Any, AnyArguments> {
    let mut text = String::with_capacity(before.len() + after.len() + rows * columns * 6);
    text.push_str(before);
    let mut next = 0;
    for row in 0..rows {
        text.push_str(if row == 0 { " (" } else { ", (" });
        for column in 0..columns {
            if column > 0 {
                text.push(',');
            }
            match kind {
                // It searches its list of numbered values for each of them.
                DatabaseKind::SQLite => text.push('?'),
                DatabaseKind::PostgreSQL => {
                    next += 1;
                    text.push('$');
                    text.push_str(&next.to_string());
                }
            }
        }
        text.push(')');
    }
    text.push(' ');
    text.push_str(after);
    // Pages differ in length: kept statements would only push one another out.
    sqlx::query(AssertSqlSafe(text)).persistent(false)
}
