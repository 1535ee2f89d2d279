//! The configuration as it is shown: takes every setting in force, gives TOML that could be loaded again.
//! Never: a secret. What is secret stands elsewhere and is shown by its place; in addresses it is masked.

use super::{Config, DatabaseUrl};
use crate::peers::PeerConfig;
use crate::store::masked;
use crate::witness::WitnessConfig;
use std::fmt::Write as _;
use std::path::Path;

/// A TOML string.
pub(crate) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn path(path: &Path) -> String {
    quoted(&path.display().to_string())
}

fn list<T: AsRef<str>>(texts: &[T]) -> String {
    listed(texts.iter().map(|text| quoted(text.as_ref())))
}

fn listed(values: impl Iterator<Item = String>) -> String {
    format!("[{}]", values.collect::<Vec<_>>().join(", "))
}

/// What follows the value of something that is not shown itself.
pub(crate) const MASKED: &str = " (masked)";

impl Config {
    /// Every setting in force, as TOML with secrets by reference only.
    pub fn show(&self) -> String {
        let mut out = String::new();
        for (key, value) in self.shown() {
            // Writing to a String cannot fail.
            _ = writeln!(out, "{}", line(key, &value));
        }
        out
    }

    /// Key and value; a value that begins with `#` is a remark about a key that is not set.
    fn shown(&self) -> Vec<(&'static str, String)> {
        let Self { database_url, past_policies, github, chain, oracle, peers, api, run, .. } = self;
        let database_url = match database_url {
            DatabaseUrl::Plain(url) => quoted(&masked(url)),
            DatabaseUrl::Secret(from) => format!("{from}{MASKED}"),
        };
        let graphql = || crate::fetch::graphql_url(&github.api_url);
        let submitter = oracle.submitter.as_ref();
        let mut shown = vec![
            ("database_url", database_url),
            ("policy", path(&self.policy)),
            ("past_policies", listed(past_policies.iter().map(|file| path(file)))),
            ("github.api_url", quoted(&github.api_url)),
            ("github.graphql_url", quoted(&github.graphql_url.clone().unwrap_or_else(graphql))),
            self.shown_access(),
            ("github.reserve", github.reserve.to_string()),
            ("github.patience", github.patience.to_string()),
            ("github.organization", github.organization.as_deref().map_or("# not set".to_owned(), quoted)),
            ("github.repositories", list(&github.repositories)),
            ("github.exclude", list(&github.exclude)),
            ("github.bots", list(&github.bots)),
        ];
        shown.extend(chain.shown());
        shown.extend([
            ("oracle.keys", listed(oracle.keys.iter().map(crate::keys::KeySource::as_toml))),
            (
                "oracle.submitter",
                submitter.map_or("# the first of oracle.keys".to_owned(), crate::keys::KeySource::as_toml),
            ),
            ("oracle.settle_delay", oracle.settle_delay.to_string()),
            ("oracle.post_within", oracle.post_within.to_string()),
            ("oracle.patience", oracle.patience.to_string()),
            ("oracle.fallback", oracle.fallback.to_string()),
            ("peers", PeerConfig::shown(peers)),
            ("run.interval_ms", run.interval_ms.to_string()),
        ]);
        shown.extend(api.shown());
        shown.extend(self.page.shown());
        shown.extend(self.evidence.shown());
        shown.extend(self.links.shown());
        let off = || vec![("witness", "# off: there is no section [witness]".to_owned())];
        shown.extend(self.witness.as_ref().map_or_else(off, WitnessConfig::shown));
        shown
    }

    fn shown_access(&self) -> (&'static str, String) {
        let Some(app) = &self.github.app else {
            return ("github.token", format!("{}{MASKED}", self.github_token()));
        };
        let installation = app.installation.map_or(String::new(), |id| format!(", installation = {id}"));
        let private_key = quoted(&app.private_key.to_string());
        ("github.app", format!("{{ id = {}, private_key = {private_key}{installation} }}{MASKED}", app.id))
    }
}

fn line(key: &str, value: &str) -> String {
    if let Some(remark) = value.strip_prefix("# ") {
        return format!("# {key}: {remark}");
    }
    let (value, masked) = value.strip_suffix(MASKED).map_or((value, ""), |value| (value, "  # masked"));
    let is_toml = !value.contains('\n') && toml::from_str::<toml::Table>(&format!("value = {value}")).is_ok();
    if is_toml { format!("{key} = {value}{masked}") } else { format!("{key} = {}{masked}", quoted(value)) }
}

/// RPC addresses carry API keys in their path or query: only the host is shown.
pub fn masked_url(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(url) => {
            let host = url.host_str().unwrap_or("?");
            let port = url.port().map_or(String::new(), |port| format!(":{port}"));
            let rest = if url.path().len() > 1 || url.query().is_some() { "/..." } else { "" };
            format!("{}://{host}{port}{rest}", url.scheme())
        }
        Err(_) => "(not an address)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Overrides, TEMPLATE};
    use std::collections::BTreeSet;

    /// The template with everything in it that is commented out.
    fn everything() -> String {
        let is_key = |line: &str| line.starts_with('[') || line.split_once(" = ").is_some_and(|(key, _)| is_name(key));
        // Of two ways to say the same one stays.
        let twice = |line: &&str| line.starts_with("token = ") || line.starts_with("rpc_url = ");
        let lines = TEMPLATE.lines().filter(|line| !twice(line));
        let lines = lines.map(|line| line.strip_prefix("# ").filter(|rest| is_key(rest)).unwrap_or(line));
        lines.collect::<Vec<_>>().join("\n")
    }

    fn is_name(key: &str) -> bool {
        !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    }

    fn load(text: &str) -> Config {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("guerdon.toml");
        std::fs::write(&path, text).unwrap();
        Config::load(&path, Overrides::default()).unwrap()
    }

    fn keys(prefix: &str, table: &toml::Table, found: &mut BTreeSet<String>) {
        for (key, value) in table {
            match value {
                toml::Value::Table(table) => keys(&format!("{prefix}{key}."), table, found),
                _ => _ = found.insert(format!("{prefix}{key}")),
            }
        }
    }

    #[test]
    fn every_key_of_the_template_is_shown_and_what_is_shown_loads_again() {
        let everything = everything();
        let shown = load(&everything).show();
        let (mut wanted, mut found) = (BTreeSet::new(), BTreeSet::new());
        keys("", &toml::from_str(&everything).unwrap(), &mut wanted);
        keys("", &toml::from_str(&shown).unwrap(), &mut found);
        assert!(wanted.len() > 25, "{wanted:?}");
        assert_eq!(wanted.difference(&found).collect::<Vec<_>>(), Vec::<&String>::new(), "{shown}");
        assert_eq!(load(&shown).show(), shown);
    }

    #[test]
    fn what_is_absent_is_a_remark_and_secrets_are_places() {
        let text = "database_url = \"postgres://me:word@db.example/x\"\n[github]\nrepositories = [\"a/b\"]\n[chain]\n\
                    rpc_url = \"https://rpc.example/key/abc?k=v\"\ndeployment = \"d.json\"\n[oracle]\n\
                    keys = [{ keystore = \"/k.json\", password = \"credential:oracle.password\" }]\n";
        let shown = load(text).show();
        for line in [
            "database_url = \"postgres://me:***@db.example/x\"",
            "github.token = \"env:GITHUB_TOKEN\"  # masked",
            "chain.rpc_url = \"https://rpc.example/...\"",
            "oracle.keys = [{ keystore = \"/k.json\", password = \"credential:oracle.password\" }]",
            "# oracle.submitter: the first of oracle.keys",
            "# witness: off: there is no section [witness]",
        ] {
            assert!(shown.lines().any(|shown| shown == line), "no {line:?} in\n{shown}");
        }
        assert!(!shown.contains("word@") && !shown.contains("abc"), "{shown}");
        assert_eq!(load(&shown).show(), shown);
    }
}
