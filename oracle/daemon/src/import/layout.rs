//! Where in a directory exports lie, and of which layout each is.
//!
//! A folder with a `repo.json` is a repository's `.ndjson` export; one with `issues` or `pulls` folders is a
//! backup of one file a thread. They may lie a few folders deep, as `OWNER/REPO`. Links are not followed.

use super::ImportError;
use super::closers::Survey;
use super::lines::Lines;
use super::raw::{Repo, Thread, User};
use super::threads::Threads;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// Deeper than this no export is looked for.
const DEPTH: usize = 4;
/// More than this is no thread of GitHub's, and no line of an export.
pub(super) const MAX_OBJECT: u64 = 64 * 1024 * 1024;

type Result<T> = std::result::Result<T, ImportError>;

/// A repository's export, read once to survey it and then thread by thread.
#[derive(Debug)]
pub(super) enum Export {
    Lines(Lines),
    Threads(Threads),
}

/// What a first reading gathers.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) survey: Survey,
    /// Accounts by the addresses of their commits, in lower case.
    pub(super) addresses: BTreeMap<String, User>,
    /// What hangs on no thread of the export, by kind.
    pub(super) orphans: BTreeMap<&'static str, u64>,
}

impl Gathered {
    pub(super) fn address(&mut self, commit: &super::raw::Commit) {
        let email = commit.commit.author.as_ref().and_then(|author| author.email.as_ref());
        if let (Some(email), Some(user)) = (email, &commit.author) {
            self.addresses.insert(email.to_ascii_lowercase(), user.clone());
        }
    }
}

/// Every export below `root`, in the order of their paths.
pub(super) fn exports(root: &Path) -> Result<Vec<Export>> {
    let mut found = Vec::new();
    look(root, DEPTH, &mut found)?;
    if found.is_empty() {
        return Err(ImportError::Empty { path: root.to_owned() });
    }
    Ok(found)
}

fn look(folder: &Path, depth: usize, found: &mut Vec<Export>) -> Result<()> {
    if is_file(&folder.join("repo.json")) {
        found.push(Export::Lines(Lines::open(folder)?));
        return Ok(());
    }
    if is_folder(&folder.join("issues")) || is_folder(&folder.join("pulls")) {
        found.push(Export::Threads(Threads::open(folder)?));
        return Ok(());
    }
    for (path, kind) in entries(folder)? {
        if kind.is_dir() && depth > 0 {
            look(&path, depth - 1, found)?;
        }
    }
    Ok(())
}

fn is_file(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_file())
}

fn is_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_dir())
}

/// By name; hidden ones are left out.
pub(super) fn entries(folder: &Path) -> Result<Vec<(PathBuf, std::fs::FileType)>> {
    let failed = |source| ImportError::Read { path: folder.to_owned(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            found.push((entry.path(), entry.file_type().map_err(failed)?));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(found)
}

/// A whole file, unless it is larger than an object may be.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    let failed = |source| ImportError::Read { path: path.to_owned(), source };
    let mut text = Vec::new();
    let file = File::open(path).map_err(failed)?;
    BufReader::new(file).take(MAX_OBJECT + 1).read_to_end(&mut text).map_err(failed)?;
    if text.len() as u64 > MAX_OBJECT {
        return Err(ImportError::Large { path: path.to_owned(), line: 1 });
    }
    Ok(text)
}

impl Export {
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Lines(lines) => lines.path(),
            Self::Threads(threads) => threads.path(),
        }
    }

    /// The repository as the export shows it, or its owner and name where it shows no more.
    pub(super) fn repository(&self) -> Result<Home> {
        match self {
            Self::Lines(lines) => Ok(Home::Shown(lines.repository().clone())),
            Self::Threads(threads) => threads.repository(),
        }
    }

    /// Reads everything once: whatever is wrong in it is found before anything is written.
    pub(super) fn survey(&mut self, full_name: String, id: u64) -> Result<Gathered> {
        let mut gathered = Gathered { survey: Survey::new(full_name), ..Gathered::default() };
        match self {
            Self::Lines(lines) => lines.survey(&mut gathered)?,
            Self::Threads(threads) => threads.survey(&mut gathered, id)?,
        }
        gathered.survey.finish();
        Ok(gathered)
    }

    /// How many threads there are.
    pub(super) fn count(&self) -> u64 {
        match self {
            Self::Lines(lines) => lines.count(),
            Self::Threads(threads) => threads.count(),
        }
    }

    /// The next threads after `after`, ascending by number; none at the end.
    pub(super) fn page(&mut self, after: u64, most: usize) -> Result<Vec<Thread>> {
        match self {
            Self::Lines(lines) => lines.page(after, most),
            Self::Threads(threads) => threads.page(after, most),
        }
    }

    /// Files in it that are of no known kind.
    pub(super) fn passed_over(&self) -> Vec<String> {
        match self {
            Self::Lines(lines) => lines.passed_over().to_vec(),
            Self::Threads(threads) => threads.passed_over().to_vec(),
        }
    }
}

/// Whose an export is.
#[derive(Debug)]
pub(super) enum Home {
    Shown(Repo),
    Named { owner: String, name: String },
}
