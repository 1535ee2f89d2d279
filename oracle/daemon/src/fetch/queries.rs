//! The GraphQL queries, one file each under `queries/`.

pub(super) const ACCOUNT: &str = include_str!("../../queries/account.graphql");
pub(super) const GISTS: &str = include_str!("../../queries/gists.graphql");
pub(super) const ISSUE_TIMELINE: &str = include_str!("../../queries/issue_timeline.graphql");
pub(super) const ISSUES: &str = include_str!("../../queries/issues.graphql");
pub(super) const PULL_FILES: &str = include_str!("../../queries/pull_files.graphql");
pub(super) const PULL_TIMELINE: &str = include_str!("../../queries/pull_timeline.graphql");
pub(super) const PULLS: &str = include_str!("../../queries/pulls.graphql");
pub(super) const REPOSITORIES: &str = include_str!("../../queries/repositories.graphql");
pub(super) const REPOSITORY: &str = include_str!("../../queries/repository.graphql");
