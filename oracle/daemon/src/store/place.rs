//! Which database: takes a `database_url`, gives what to connect to and what to call it.
//!
//! A password never leaves this module but to the driver: what can be printed has none.

use super::{Result, StoreError};
use serde::Serialize;
use std::fmt;
use url::Url;

/// What keeps the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum DatabaseKind {
    SQLite,
    PostgreSQL,
}

impl fmt::Display for DatabaseKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// What may stand after the `?` of a PostgreSQL address. The driver would log any other, value and all.
const PARAMETERS: [&str; 12] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "user",
];

/// A database that was named.
pub(super) struct Place {
    pub(super) kind: DatabaseKind,
    /// The file's path, or for a server nothing.
    pub(super) path: Option<String>,
    /// For the driver.
    pub(super) url: Url,
    /// For people.
    pub(super) shown: String,
}

impl Place {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let refuse = |problem| StoreError::Url { url: masked(text), problem };
        match text.split_once(':') {
            Some(("sqlite", rest)) => file(rest.strip_prefix("//").unwrap_or(rest)).map_err(refuse),
            Some(("postgres" | "postgresql", _)) => server(text).map_err(refuse),
            _ => Err(refuse("it names neither SQLite nor PostgreSQL")),
        }
    }
}

fn file(path: &str) -> Result<Place, &'static str> {
    match path {
        "" => Err("the path is missing"),
        _ if path.contains(":memory:") => Err("a store must outlive the process"),
        _ if path.contains('?') => Err("parameters are not supported"),
        _ => {
            let escaped = path.replace('%', "%25").replace('#', "%23").replace(' ', "%20");
            let url = Url::parse(&format!("sqlite:{escaped}?mode=rwc")).map_err(|_| "the path is unusable")?;
            Ok(Place { kind: DatabaseKind::SQLite, path: Some(path.to_owned()), url, shown: path.to_owned() })
        }
    }
}

fn server(text: &str) -> Result<Place, &'static str> {
    let url = well_formed(text)?;
    let known = |key: &str| PARAMETERS.contains(&key) || key.starts_with("options[");
    if url.query_pairs().any(|(key, _)| !known(&key)) {
        return Err("it has a parameter that is not known");
    }
    let named = url.path().len() > 1 || url.query_pairs().any(|(key, _)| key == "dbname");
    if !named {
        return Err("the database's name is missing");
    }
    let shown = masked(text);
    Ok(Place { kind: DatabaseKind::PostgreSQL, path: None, url, shown })
}

/// A password with `@ / # ?` in it ends early unless these are written as `%40 %2F %23 %3F`, and its rest
/// would pass for a host, a path or a port.
fn well_formed(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "it is no address; in a password write @ / # ? as %40 %2F %23 %3F")?;
    let strayed = url.path().contains('@') || url.query().is_some_and(|query| query.contains('@'));
    if strayed || url.fragment().is_some() {
        return Err("a part is in the wrong place; in a password write @ / # ? as %40 %2F %23 %3F");
    }
    Ok(url)
}

/// What may be printed of a `database_url`: all but passwords, and of parameters only where a server is.
pub fn masked(text: &str) -> String {
    let Some((scheme @ ("postgres" | "postgresql"), _)) = text.split_once(':') else {
        return match text.split_once("://") {
            Some((scheme, rest)) if rest.contains('@') => format!("{scheme}://***"),
            _ => text.to_owned(),
        };
    };
    let Ok(mut url) = well_formed(text) else { return format!("{scheme}://***") };
    let harmless = ["dbname", "host", "hostaddr", "port", "sslmode", "user"];
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(key, _)| harmless.contains(&key.as_ref()))
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect();
    if url.password().is_some() && url.set_password(Some("***")).is_err() {
        return format!("{scheme}://***");
    }
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    url.to_string()
}
