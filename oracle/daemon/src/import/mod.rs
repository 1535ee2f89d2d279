//! Import: takes a directory of exported GitHub objects, gives the records that fetching the same world would
//! have given, and a report of what could not be used.
//!
//! Everything is read twice: first all of it, so that whatever is wrong is found before anything is written,
//! then page by page. It never asks GitHub, never moves a cursor (an export does not prove that it is whole) and
//! never puts an older state over a newer one. The rules for what an export lacks stand in `docs/import.md`.

pub(crate) mod closers;
mod layout;
mod lines;
pub(crate) mod raw;
mod threads;

use crate::fetch::{Exported, FetchError, Progress};
use crate::store::{Repository, Saved, Store, StoreError};
use layout::{Export, Gathered, Home, exports};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Threads in memory at once.
const THREADS_A_PAGE: usize = 50;

/// Why an export is not imported. Nothing of it is written then, but where the store itself fails.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("cannot read {path}: give the directory of an unpacked export that this user may read")]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "{path} holds no export: a repository's folder has a `repo.json` beside its `.ndjson` files, or folders \
         `issues` and `pulls`; unpack an archive first"
    )]
    Empty { path: PathBuf },
    #[error("{path} line {line} is not what it should be: {message}")]
    Line { path: PathBuf, line: u64, message: String },
    #[error("{path}, `{place}` is not what it should be: {message}")]
    Part { path: PathBuf, place: String, message: String },
    #[error("{path} line {line} is larger than any object of GitHub's (64 MiB)")]
    Large { path: PathBuf, line: u64 },
    #[error("{path} line {line} is of {name}, another repository than the folder's: put it into a folder of its own")]
    Stranger { path: PathBuf, line: u64, name: String },
    #[error("{path} was changed while it was read; run the same command again")]
    Changed { path: PathBuf },
    #[error("{path} does not say of which repository it is: no pull request and no issue in it names one")]
    Nameless { path: PathBuf },
    #[error(
        "{path} has no pull request that shows {name}, and the store does not know that repository yet: run \
         `guerdon fetch` once, then import"
    )]
    Unknown { path: PathBuf, name: String },
    #[error(
        "{path} is of {name}, which `github` in the configuration does not list: add it there, or leave it out here"
    )]
    Unlisted { path: PathBuf, name: String },
    #[error("{path} is of {name}, which was private: what nobody else can see pays nobody")]
    Private { path: PathBuf, name: String },
    #[error("{path} and {other} are both of {name}: import one after the other")]
    Twice { path: PathBuf, other: PathBuf, name: String },
    #[error(transparent)]
    Record(#[from] FetchError),
    #[error("the store failed")]
    Store(#[from] StoreError),
}

type Result<T> = std::result::Result<T, ImportError>;

/// What counts, as for a fetch.
#[derive(Clone, Debug, Default)]
pub struct ImportPlan {
    /// Owner and name. When there are none, the organization's are taken; without one, all.
    pub repositories: Vec<(String, String)>,
    pub organization: Option<String>,
    /// Owner and name of those that are left out.
    pub exclude: Vec<(String, String)>,
    /// Logins that are bots although GitHub does not say so; case does not matter.
    pub bots: Vec<String>,
    /// When this is, UTC seconds by the clock that cutoffs are measured with.
    pub now: u64,
    /// No epoch will look at what was merged before, UTC seconds.
    pub facts_from: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// In the order of the folders' paths.
    pub repositories: Vec<ImportedRepository>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImportedRepository {
    pub repository: Repository,
    pub folder: PathBuf,
    pub pulls: Saved,
    pub unmerged: Saved,
    pub issues: Saved,
    pub comments: Saved,
    /// Threads that the store knew in the same or a later state.
    pub kept: u64,
    /// Merged pull requests whose files the export does not name; the next fetch asks for them.
    pub without_files: u64,
    /// What hangs on an issue or pull request that is not in the export, by kind.
    pub orphans: BTreeMap<&'static str, u64>,
    /// Files of no known kind.
    pub passed_over: Vec<String>,
}

/// An export that was read once.
struct Surveyed {
    export: Export,
    repository: Repository,
    gathered: Gathered,
}

/// Brings what was exported into the store.
pub async fn import(store: &Store, root: &Path, plan: &ImportPlan, progress: &dyn Progress) -> Result<ImportReport> {
    let mut surveyed: Vec<Surveyed> = Vec::new();
    for mut export in exports(root)? {
        let repository = plan.repository(store, &export).await?;
        if let Some(other) = surveyed.iter().find(|other| other.repository.id == repository.id) {
            let (path, other) = (export.path().to_owned(), other.export.path().to_owned());
            return Err(ImportError::Twice { path, other, name: repository.full_name() });
        }
        let gathered = export.survey(repository.full_name(), repository.id)?;
        surveyed.push(Surveyed { export, repository, gathered });
    }
    let mut report = ImportReport::default();
    for Surveyed { mut export, repository, gathered } in surveyed {
        let name = repository.full_name();
        store.put_repository(&repository).await?;
        let known = (&gathered.survey, &gathered.addresses);
        let into = Exported::new(store, &repository, known, &plan.bots, (plan.now, plan.facts_from)).await?;
        let mut imported = ImportedRepository::new(&repository, &export, gathered.orphans.clone());
        progress.begin(&name, "threads", Some(export.count()));
        let mut after = 0;
        loop {
            let threads = export.page(after, THREADS_A_PAGE)?;
            let Some(last) = threads.last() else { break };
            after = last.number();
            let count = threads.len() as u64;
            let taken = into.page(threads).await?;
            imported.pulls += taken.pulls;
            imported.unmerged += taken.unmerged;
            imported.issues += taken.issues;
            imported.comments += taken.comments;
            imported.kept += taken.kept;
            imported.without_files += taken.without_files;
            progress.page(&name, "threads", count);
        }
        progress.end(&name, "threads");
        report.repositories.push(imported);
    }
    Ok(report)
}

impl ImportedRepository {
    fn new(repository: &Repository, export: &Export, orphans: BTreeMap<&'static str, u64>) -> Self {
        Self {
            repository: repository.clone(),
            folder: export.path().to_owned(),
            pulls: Saved::default(),
            unmerged: Saved::default(),
            issues: Saved::default(),
            comments: Saved::default(),
            kept: 0,
            without_files: 0,
            orphans,
            passed_over: export.passed_over(),
        }
    }
}

impl ImportPlan {
    /// The repository that an export is of. One that the store knows keeps the name that it has there: it may have
    /// been renamed since the export.
    async fn repository(&self, store: &Store, export: &Export) -> Result<Repository> {
        let path = || export.path().to_owned();
        let stored = store.repositories().await?;
        let repository = match export.repository()? {
            Home::Shown(shown) => {
                let name = format!("{}/{}", shown.owner.login, shown.name);
                if shown.private == Some(true) {
                    return Err(ImportError::Private { path: path(), name });
                }
                let known = stored.into_iter().find(|stored| stored.id == shown.id);
                let new = || Repository {
                    id: shown.id,
                    node: shown.node_id.clone(),
                    owner: shown.owner.login.clone(),
                    name: shown.name.clone(),
                };
                known.unwrap_or_else(new)
            }
            Home::Named { owner, name } => {
                let known = stored.into_iter().find(|stored| stored.is_named(&owner, &name));
                known.ok_or_else(|| ImportError::Unknown { path: path(), name: format!("{owner}/{name}") })?
            }
        };
        if !self.lists(&repository) {
            return Err(ImportError::Unlisted { path: path(), name: repository.full_name() });
        }
        Ok(repository)
    }

    fn lists(&self, repository: &Repository) -> bool {
        let named = |list: &[(String, String)]| list.iter().any(|(owner, name)| repository.is_named(owner, name));
        let is_in = match (self.repositories.as_slice(), &self.organization) {
            ([], Some(organization)) => repository.owner.eq_ignore_ascii_case(organization),
            ([], None) => true,
            (listed, _) => named(listed),
        };
        is_in && !named(&self.exclude)
    }
}
