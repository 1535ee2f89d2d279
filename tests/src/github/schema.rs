//! GitHub's published GraphQL schema, read once from the npm package that `make setup` installs.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use apollo_compiler::Schema;
use apollo_compiler::validation::Valid;

/// Why the schema cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SchemaError {
    #[error("GitHub's GraphQL schema is not at {path}: {reason}; run `make setup` to install it")]
    Absent { path: PathBuf, reason: String },
    #[error("GitHub's GraphQL schema at {path} is not valid: {reason}; run `make setup` to install the pinned version")]
    Invalid { path: PathBuf, reason: String },
}

/// Where `make setup` puts it.
pub fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../node_modules/@octokit/graphql-schema/schema.graphql")
}

/// The schema, parsed and validated on first use.
pub fn github() -> Result<&'static Valid<Schema>, SchemaError> {
    static SCHEMA: OnceLock<Result<Valid<Schema>, SchemaError>> = OnceLock::new();
    SCHEMA.get_or_init(|| load(&path())).as_ref().map_err(Clone::clone)
}

fn load(path: &Path) -> Result<Valid<Schema>, SchemaError> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| SchemaError::Absent { path: path.to_owned(), reason: e.to_string() })?;
    Schema::parse_and_validate(as_answered(&text), path).map_err(|e| SchemaError::Invalid {
        path: path.to_owned(),
        reason: e.errors.to_string().lines().next().unwrap_or("unknown").to_owned(),
    })
}

/// The published schema promises a label in every labelling event; GitHub answers `null` where the label was deleted.
fn as_answered(text: &str) -> String {
    let mut inside = false;
    let mut schema = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if line.starts_with("type ") {
            inside = line.starts_with("type LabeledEvent ") || line.starts_with("type UnlabeledEvent ");
        }
        schema.push_str(if inside && line.trim() == "label: Label!" { "  label: Label\n" } else { line });
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_schema_names_the_next_step() {
        let error = load(Path::new("/nowhere/schema.graphql")).unwrap_err();
        assert!(error.to_string().contains("/nowhere/schema.graphql"));
        assert!(error.to_string().contains("make setup"));
    }
}
