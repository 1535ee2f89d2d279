//! Everything the world holds, with its indexes, and how objects are added. Acts on threads are in `acts`.

use std::collections::{BTreeMap, HashMap};

use super::model::{
    Account, AccountId, AccountKind, Gist, Label, Repository, RepositoryId, Text, Thread, ThreadRef, Time,
};

/// Why an object cannot be added or changed.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("no account `{0}` in this world; add it first")]
    UnknownAccount(String),
    #[error("no repository `{0}` in this world; add it first")]
    UnknownRepository(String),
    #[error("repository {} has no pull request or issue #{}", .0.repository.0, .0.number)]
    UnknownThread(ThreadRef),
    #[error("{} of repository {} is an issue, not a pull request", .0.number, .0.repository.0)]
    NotAPull(ThreadRef),
    #[error("#{} of repository {} has no {what} {id}", .thread.number, .thread.repository.0)]
    UnknownPart { thread: ThreadRef, what: &'static str, id: u64 },
    #[error("no gist `{0}` in this world")]
    UnknownGist(String),
    #[error("no label `{0}` in this repository; define it first")]
    UnknownLabel(String),
    #[error("{} of repository {} is a pull request, not an issue", .0.number, .0.repository.0)]
    NotAnIssue(ThreadRef),
}

/// What a node id stands for.
#[derive(Debug, Clone, Copy)]
pub enum NodeRef {
    Account(AccountId),
    Repository(RepositoryId),
    Thread(ThreadRef),
    Comment(ThreadRef, u64),
    Review(ThreadRef, u64),
    ReviewComment(ThreadRef, u64),
    Discussion(ThreadRef),
}

impl NodeRef {
    /// The repository it is, or is in.
    pub fn repository(self) -> Option<RepositoryId> {
        match self {
            Self::Account(_) => None,
            Self::Repository(id) => Some(id),
            Self::Thread(at)
            | Self::Comment(at, _)
            | Self::Review(at, _)
            | Self::ReviewComment(at, _)
            | Self::Discussion(at) => Some(at.repository),
        }
    }
}

#[derive(Debug)]
pub struct State {
    pub accounts: BTreeMap<AccountId, Account>,
    pub repositories: BTreeMap<RepositoryId, Repository>,
    pub gists: BTreeMap<String, Gist>,
    /// The account the accepted token belongs to.
    pub viewer: Option<AccountId>,
    /// Whether that token is let into private repositories; to others they are not there.
    pub reads_private: bool,
    /// What a pull request changed in a file, where it was said; else it is made up from the counted lines.
    pub(super) patches: BTreeMap<(ThreadRef, String), String>,
    pub(super) emails: HashMap<String, AccountId>,
    pub(super) logins: HashMap<String, AccountId>,
    /// Also the names a repository had before: GitHub redirects them.
    pub(super) names: HashMap<String, RepositoryId>,
    pub(super) nodes: HashMap<String, NodeRef>,
    next_id: u64,
}

impl Default for State {
    fn default() -> Self {
        Self {
            accounts: BTreeMap::new(),
            repositories: BTreeMap::new(),
            gists: BTreeMap::new(),
            viewer: None,
            reads_private: false,
            patches: BTreeMap::new(),
            emails: HashMap::new(),
            logins: HashMap::new(),
            names: HashMap::new(),
            nodes: HashMap::new(),
            // Ids of new objects lie above 2^31, as GitHub's do by now: `databaseId` cannot hold them.
            next_id: 2_560_000_000,
        }
    }
}

/// An opaque node id: stable for a kind and number.
pub fn node_id(prefix: &str, id: u64) -> String {
    format!("{prefix}_kwDO{:010x}", id.rotate_left(7) ^ 0x5a17)
}

impl State {
    /// The next number for an object that has none of its own; steps vary a little, as a busy site's do.
    pub fn fresh_id(&mut self) -> u64 {
        self.next_id += 17 + self.next_id % 13;
        self.next_id
    }

    /// Keeps fresh ids above every id in use.
    pub fn reserve_id(&mut self, used: u64) {
        self.next_id = self.next_id.max(used);
    }

    pub fn index_node(&mut self, node_id: &str, node: NodeRef) {
        self.nodes.insert(node_id.to_owned(), node);
    }

    pub fn node(&self, node_id: &str) -> Option<NodeRef> {
        self.nodes.get(node_id).copied()
    }

    /// Adds the account the accepted token belongs to; it takes part in nothing.
    pub fn add_reader(&mut self) {
        self.viewer = Some(self.add_account(90_000_001, "oracle-reader", AccountKind::User));
    }

    pub fn put_account(&mut self, account: Account) {
        self.logins.insert(account.login.to_lowercase(), account.id);
        self.index_node(&account.node_id.clone(), NodeRef::Account(account.id));
        self.accounts.insert(account.id, account);
    }

    pub fn add_account(&mut self, id: u64, login: &str, kind: AccountKind) -> AccountId {
        let prefix = match kind {
            AccountKind::User => "U",
            AccountKind::Bot => "BOT",
            AccountKind::Organization => "O",
            AccountKind::Mannequin => "M",
        };
        let id = AccountId(id);
        self.put_account(Account {
            id,
            node_id: node_id(prefix, id.0),
            login: login.to_owned(),
            kind,
            suspended_at: None,
        });
        id
    }

    /// By login, in any case; a bot also without its `[bot]`.
    pub fn account_named(&self, login: &str) -> Option<&Account> {
        let login = login.to_lowercase();
        self.logins
            .get(&login)
            .or_else(|| self.logins.get(&format!("{login}[bot]")))
            .and_then(|id| self.accounts.get(id))
    }

    pub fn account_id(&self, login: &str) -> Result<AccountId, StateError> {
        self.account_named(login).map(|a| a.id).ok_or_else(|| StateError::UnknownAccount(login.to_owned()))
    }

    pub fn put_repository(&mut self, repository: Repository) {
        let owner = self.accounts.get(&repository.owner).map_or("", |a| a.login.as_str());
        let name = format!("{owner}/{}", repository.name).to_lowercase();
        self.names.insert(name, repository.id);
        self.index_node(&repository.node_id.clone(), NodeRef::Repository(repository.id));
        for (number, thread) in &repository.threads {
            let at = ThreadRef { repository: repository.id, number: *number };
            self.nodes.insert(thread.node_id.clone(), NodeRef::Thread(at));
            for comment in &thread.comments {
                self.nodes.insert(comment.node_id.clone(), NodeRef::Comment(at, comment.id));
            }
            for review in thread.pull.iter().flat_map(|p| &p.reviews) {
                self.nodes.insert(review.node_id.clone(), NodeRef::Review(at, review.id));
            }
            for comment in thread.pull.iter().flat_map(|p| &p.review_comments) {
                self.nodes.insert(comment.node_id.clone(), NodeRef::ReviewComment(at, comment.id));
            }
        }
        for (number, discussion) in &repository.discussions {
            let at = ThreadRef { repository: repository.id, number: *number };
            self.nodes.insert(discussion.node_id.clone(), NodeRef::Discussion(at));
        }
        self.repositories.insert(repository.id, repository);
    }

    pub fn add_repository(
        &mut self,
        id: u64,
        owner: &str,
        name: &str,
        created_at: Time,
    ) -> Result<RepositoryId, StateError> {
        let owner = self.account_id(owner)?;
        let id = RepositoryId(id);
        self.put_repository(Repository {
            id,
            node_id: node_id("R", id.0),
            owner,
            name: name.to_owned(),
            private: false,
            archived: false,
            default_branch: "main".to_owned(),
            created_at,
            labels: BTreeMap::new(),
            threads: BTreeMap::new(),
            discussions: BTreeMap::new(),
            last_number: 0,
            commits: HashMap::new(),
            attributes: Vec::new(),
        });
        Ok(id)
    }

    /// By `owner` and `name`, in any case; also by a name it had before.
    pub fn repository_named(&self, owner: &str, name: &str) -> Option<&Repository> {
        self.names.get(&format!("{owner}/{name}").to_lowercase()).and_then(|id| self.repositories.get(id))
    }

    /// `owner/name`; empty where there is no such repository.
    pub fn full_name(&self, id: RepositoryId) -> String {
        let Some(repository) = self.repositories.get(&id) else { return String::new() };
        let owner = self.accounts.get(&repository.owner).map_or("", |a| a.login.as_str());
        format!("{owner}/{}", repository.name)
    }

    pub fn repository_mut(&mut self, id: RepositoryId) -> Result<&mut Repository, StateError> {
        self.repositories.get_mut(&id).ok_or_else(|| StateError::UnknownRepository(id.0.to_string()))
    }

    /// Ensures a label of that name in the repository.
    pub fn define_label(&mut self, repository: RepositoryId, name: &str) -> Result<(), StateError> {
        let id = self.fresh_id();
        let repository = self.repository_mut(repository)?;
        repository.labels.entry(name.to_owned()).or_insert_with(|| Label {
            id,
            node_id: node_id("LA", id),
            name: name.to_owned(),
            color: "ededed".to_owned(),
            description: String::new(),
        });
        Ok(())
    }

    pub fn thread(&self, at: ThreadRef) -> Option<&Thread> {
        self.repositories.get(&at.repository)?.threads.get(&at.number)
    }

    pub fn thread_mut(&mut self, at: ThreadRef) -> Result<&mut Thread, StateError> {
        self.repositories
            .get_mut(&at.repository)
            .and_then(|r| r.threads.get_mut(&at.number))
            .ok_or(StateError::UnknownThread(at))
    }

    /// A gist of that account, or the next one; returns its id.
    pub fn add_gist(
        &mut self,
        login: &str,
        at: Time,
        public: bool,
        filename: &str,
        text: &str,
    ) -> Result<String, StateError> {
        let owner = self.account_id(login)?;
        let number = self.fresh_id();
        let id = format!(
            "{:016x}{:016x}",
            owner.0.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            number.wrapping_mul(0xd1b5_4a32_d192_ed03)
        );
        let files = BTreeMap::from([(filename.to_owned(), text.to_owned())]);
        self.gists.insert(
            id.clone(),
            Gist {
                node_id: node_id("G", number),
                id: id.clone(),
                owner,
                public,
                description: String::new(),
                created_at: at,
                revisions: vec![(at, files)],
            },
        );
        Ok(id)
    }

    /// Sets one file of a gist from a moment on; the text `None` removes it.
    pub fn edit_gist(&mut self, id: &str, at: Time, filename: &str, text: Option<&str>) -> Result<(), StateError> {
        let gist = self.gists.get_mut(id).ok_or_else(|| StateError::UnknownGist(id.to_owned()))?;
        let mut files = gist.revisions.last().map(|(_, files)| files.clone()).unwrap_or_default();
        match text {
            Some(text) => files.insert(filename.to_owned(), text.to_owned()),
            None => files.remove(filename),
        };
        gist.revisions.push((at, files));
        Ok(())
    }

    pub fn delete_gist(&mut self, id: &str) -> Result<(), StateError> {
        self.gists.remove(id).map(|_| ()).ok_or_else(|| StateError::UnknownGist(id.to_owned()))
    }
}

impl Thread {
    /// A new open thread without anything on it.
    pub fn new(id: u64, node_id: String, number: u32, at: Time, title: &str, body: &str) -> Self {
        Self {
            id,
            node_id,
            number,
            title: title.to_owned(),
            body: Text::new(body),
            author: None,
            created_at: at,
            updated_at: at,
            closed: false,
            locked: false,
            labels: Default::default(),
            comments: Vec::new(),
            events: Vec::new(),
            pull: None,
            activity: vec![at],
        }
    }
}
