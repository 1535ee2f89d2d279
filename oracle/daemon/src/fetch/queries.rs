//! The GraphQL queries, one file each under `queries/`, with the fragments they use.

macro_rules! query {
    ($name:literal $(, $fragment:literal)*) => {
        concat!(
            include_str!(concat!("../../queries/", $name, ".graphql"))
            $(, include_str!(concat!("../../queries/fragments/", $fragment, ".graphql")))*
        )
    };
}

pub(super) const ACCOUNT: &str = query!("account");
pub(super) const BLOB: &str = query!("blob");
pub(super) const COMMIT_AUTHORS: &str = query!("commit_authors");
pub(super) const DISCUSSIONS: &str = query!("discussions", "discussion", "account");
pub(super) const DOCTOR: &str = query!("doctor");
pub(super) const GISTS: &str = query!("gists");
pub(super) const HEADS: &str = query!("heads");
pub(super) const ISSUE_TIMELINE: &str = query!("issue_timeline", "issue_item", "account");
pub(super) const ISSUES: &str = query!("issues", "issue", "issue_item", "account");
pub(super) const OBJECTS: &str = query!("objects", "pull", "pull_item", "issue", "issue_item", "discussion", "account");
pub(super) const PULL_FILES: &str = query!("pull_files");
pub(super) const PULL_TEXT: &str = query!("pull_text");
pub(super) const PULL_TIMELINE: &str = query!("pull_timeline", "pull_item", "account");
pub(super) const PULLS: &str = query!("pulls", "pull", "pull_item", "unmerged", "account");
pub(super) const REPOSITORIES: &str = query!("repositories");
pub(super) const REPOSITORY: &str = query!("repository");
pub(super) const REVIEW_COMMENTS: &str = query!("review_comments", "account");
pub(super) const THREAD: &str = query!("thread");
pub(super) const TOUCHED: &str = query!("touched");
pub(super) const UNMERGED: &str = query!("unmerged", "unmerged", "account");

/// Every query by the name of its file, as it is sent.
pub const QUERIES: [(&str, &str); 20] = [
    ("account", ACCOUNT),
    ("blob", BLOB),
    ("commit_authors", COMMIT_AUTHORS),
    ("discussions", DISCUSSIONS),
    ("doctor", DOCTOR),
    ("gists", GISTS),
    ("heads", HEADS),
    ("issue_timeline", ISSUE_TIMELINE),
    ("issues", ISSUES),
    ("objects", OBJECTS),
    ("pull_files", PULL_FILES),
    ("pull_text", PULL_TEXT),
    ("pull_timeline", PULL_TIMELINE),
    ("pulls", PULLS),
    ("repositories", REPOSITORIES),
    ("repository", REPOSITORY),
    ("review_comments", REVIEW_COMMENTS),
    ("thread", THREAD),
    ("touched", TOUCHED),
    ("unmerged", UNMERGED),
];
