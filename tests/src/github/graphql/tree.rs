//! Files of a commit: of a whole tree only the root `.gitattributes` is in the world.

use apollo_compiler::resolvers::ResolveInfo;

use super::super::model::{Commit, FileVersion, Repository};
use super::Context;
use super::entity::{Entity, Resolved, fail, leaf, not_modelled, object, optional, optional_object, text};

const ATTRIBUTES: &str = ".gitattributes";
/// Text beyond this many bytes is cut, as at GitHub.
const BLOB_LIMIT: usize = 512_000;

pub(super) fn file_of<'w>(
    cx: &'w Context<'w>,
    repository: &'w Repository,
    commit: &'w Commit,
    info: &'w ResolveInfo<'w>,
) -> Resolved<'w> {
    if cx.withheld.contains("contents") {
        return Err(fail("FORBIDDEN", cx.caller.refusal()));
    }
    match text(info, "path") {
        Some(ATTRIBUTES) => {
            let version = repository.attributes_at(commit.committed_at);
            optional_object(cx, version.map(|v| Entity::TreeEntry(repository, v)))
        }
        other => Err(fail(
            "NOT_MODELLED",
            format!("the GitHub stand-in models no file but {ATTRIBUTES}, not `{}`", other.unwrap_or("")),
        )),
    }
}

/// The version of a file that has that id.
pub(super) fn blob_of<'w>(cx: &Context<'_>, repository: &'w Repository, oid: &str) -> Option<Entity<'w>> {
    let mut versions = repository.attributes.iter().filter(|v| v.text.is_some() && cx.clock.sees(v.at));
    versions.find(|v| v.oid == oid).map(|v| Entity::Blob(repository, v))
}

pub(super) fn entry<'w>(
    cx: &'w Context<'w>,
    repository: &'w Repository,
    version: &'w FileVersion,
    info: &'w ResolveInfo<'w>,
) -> Resolved<'w> {
    match info.field_name() {
        "oid" => leaf(version.oid.as_str()),
        "name" => leaf(ATTRIBUTES),
        "path" => optional(Some(ATTRIBUTES)),
        "type" => leaf("blob"),
        "mode" => leaf(0o100_644_i64),
        "size" => size(version),
        "object" => optional_object(cx, Some(Entity::Blob(repository, version))),
        "repository" => object(cx, Entity::Repository(repository)),
        _ => Err(not_modelled("TreeEntry", info)),
    }
}

pub(super) fn blob<'w>(
    cx: &'w Context<'w>,
    repository: &'w Repository,
    version: &'w FileVersion,
    info: &'w ResolveInfo<'w>,
) -> Resolved<'w> {
    let content = version.text.as_deref().unwrap_or("");
    match info.field_name() {
        "id" => leaf(format!("B_{}_{}", repository.node_id, version.oid)),
        "oid" => leaf(version.oid.as_str()),
        "abbreviatedOid" => leaf(version.oid.get(..7).unwrap_or("")),
        "byteSize" => size(version),
        "isBinary" => leaf(false),
        "isTruncated" => leaf(content.len() > BLOB_LIMIT),
        "text" => optional(content.get(..content.floor_char_boundary(BLOB_LIMIT))),
        "repository" => object(cx, Entity::Repository(repository)),
        _ => Err(not_modelled("Blob", info)),
    }
}

fn size<'w>(version: &FileVersion) -> Resolved<'w> {
    leaf(version.text.as_deref().map_or(0, |text| i64::try_from(text.len()).unwrap_or(i64::MAX)))
}
