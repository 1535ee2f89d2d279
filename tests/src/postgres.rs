//! A throw-away PostgreSQL: takes the programs of an installed one, gives fresh databases.
//!
//! It runs as an ordinary user, listens on a socket in a folder of its own and on nothing else, and ends with
//! the process that started it, however that ends. It is no service of the machine and leaves none.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

const KEEPER: &str = include_str!("postgres.sh");
const PROGRAMS: [&str; 7] = ["createdb", "initdb", "pg_dump", "pg_isready", "pg_restore", "postgres", "psql"];
/// Debian's folders; then Homebrew's.
const INSTALLED: [&str; 3] = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"];

#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    #[error(
        "there is no PostgreSQL to test with: run `make postgres`, or install it (`apt-get install postgresql`, `brew \
         install postgresql`)"
    )]
    NotInstalled,
    #[error("cannot run {0}")]
    Run(&'static str, #[source] std::io::Error),
    #[error("PostgreSQL refuses to start: {0}")]
    Refused(String),
    #[error("cannot make a database: {0}")]
    Database(String),
}

type Result<T> = std::result::Result<T, PostgresError>;

/// A running server; it ends when it is dropped.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    keeper: Child,
    talk: Mutex<Option<(ChildStdin, BufReader<ChildStdout>)>>,
    databases: AtomicU32,
}

impl Postgres {
    /// The one server of this process, for all that do not stop it.
    pub fn shared() -> Result<&'static Self> {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        static STARTING: Mutex<()> = Mutex::new(());
        let _one = STARTING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(server) = SHARED.get() {
            return Ok(server);
        }
        let server = Self::start()?;
        Ok(SHARED.get_or_init(|| server))
    }

    /// A server of one's own. What it holds need not outlive the machine.
    pub fn start() -> Result<Self> {
        Self::with(&["fsync=off", "full_page_writes=off", "shared_buffers=64MB", "max_connections=200"])
    }

    /// A server with these settings beside its defaults.
    pub fn with(settings: &[&str]) -> Result<Self> {
        let programs = programs().ok_or(PostgresError::NotInstalled)?;
        let mut keeper = shell()
            .args(["-c", KEEPER, "postgres.sh"])
            .arg(&programs)
            .args(settings.iter().flat_map(|setting| ["-c", setting]))
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| PostgresError::Run("sh", source))?;
        let (Some(input), Some(output)) = (keeper.stdin.take(), keeper.stdout.take()) else {
            return Err(PostgresError::Refused("it has no input or output".to_owned()));
        };
        let mut output = BufReader::new(output);
        let mut line = String::new();
        output.read_line(&mut line).map_err(|source| PostgresError::Run("sh", source))?;
        let Some(folder) = line.trim().strip_prefix("ready ").map(PathBuf::from) else {
            drop(input);
            let mut said = String::new();
            if let Some(mut errors) = keeper.stderr.take() {
                errors.read_to_string(&mut said).map_err(|source| PostgresError::Run("sh", source))?;
            }
            return Err(PostgresError::Refused(said.trim().to_owned()));
        };
        let talk = Mutex::new(Some((input, output)));
        Ok(Self { programs, folder, keeper, talk, databases: AtomicU32::new(0) })
    }

    /// A new empty database; gives its `database_url`.
    pub fn database(&self) -> Result<String> {
        let name = format!("guerdon_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.run("createdb", &[&name])?;
        Ok(self.url("postgres", &name))
    }

    /// The `database_url` of a database that need not be there, for a user who need not be.
    pub fn url(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}@localhost/{database}?host={}", self.folder.display())
    }

    /// Runs SQL as the superuser, as an operator would, and gives the rows, columns by `|`.
    pub fn sql(&self, database_url: &str, statement: &str) -> Result<String> {
        let options = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", name_in(database_url), "-c", statement];
        let rows = self.run("psql", &options)?;
        Ok(String::from_utf8_lossy(&rows).trim().to_owned())
    }

    /// Schema and rows as SQL.
    pub fn dump(&self, database_url: &str) -> Result<Vec<u8>> {
        self.run("pg_dump", &["-d", name_in(database_url)])
    }

    fn run(&self, program: &'static str, args: &[&str]) -> Result<Vec<u8>> {
        let mut command = Command::new(self.programs.join(program));
        command.args(["-h".as_ref(), self.folder.as_os_str()]).args(["-U", "postgres"]).args(args);
        let done = command.stdin(Stdio::null()).output().map_err(|source| PostgresError::Run(program, source))?;
        if done.status.success() {
            return Ok(done.stdout);
        }
        Err(PostgresError::Database(String::from_utf8_lossy(&done.stderr).trim().to_owned()))
    }

    /// Ends the server as an operator would; its data stay.
    pub fn stop(&self) -> Result<()> {
        self.say("stop", "stopped")
    }

    /// Starts it again.
    pub fn go_on(&self) -> Result<()> {
        self.say("start", "started")
    }

    fn say(&self, word: &str, answer: &str) -> Result<()> {
        let mut talk = self.talk.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some((input, output)) = talk.as_mut() else {
            return Err(PostgresError::Refused("it has ended".to_owned()));
        };
        let mut line = String::new();
        writeln!(input, "{word}")
            .and_then(|()| input.flush())
            .and_then(|()| output.read_line(&mut line))
            .map_err(|source| PostgresError::Run("sh", source))?;
        if line.trim() == answer { Ok(()) } else { Err(PostgresError::Refused(line)) }
    }

    /// Where its programs are.
    pub fn programs(&self) -> &Path {
        &self.programs
    }

    /// Bytes on disk of one database.
    pub fn size(&self, database_url: &str) -> Result<u64> {
        let text = self.sql(database_url, "SELECT pg_database_size(current_database())")?;
        text.parse().map_err(|_| PostgresError::Database(text))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The end of its input is the keeper's sign to clear up; without waiting the folder would outlive us.
        self.talk.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        drop(self.keeper.wait());
    }
}

fn name_in(database_url: &str) -> &str {
    let address = database_url.split_once('?').map_or(database_url, |(address, _)| address);
    address.rsplit_once('/').map_or("postgres", |(_, name)| name)
}

/// PostgreSQL refuses to run as root.
fn shell() -> Command {
    let root = Path::new("/proc/self").metadata().is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if !root {
        return Command::new("sh");
    }
    let mut command = Command::new("setpriv");
    let user = if known("postgres") { "postgres" } else { "nobody" };
    let group = if user == "postgres" { "postgres" } else { "nogroup" };
    command.args(["--reuid", user, "--regid", group, "--clear-groups", "--reset-env", "sh"]);
    command
}

fn known(user: &str) -> bool {
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    accounts.lines().any(|line| line.split(':').next() == Some(user))
}

/// The folder with all programs: on the PATH, then where packages put them, newest first.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    for place in INSTALLED {
        let inside = std::fs::read_dir(place).into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
        let mut found: Vec<PathBuf> = inside.filter(|folder| folder.to_string_lossy().contains("postgresql")).collect();
        found.sort_by_key(|folder| {
            let digits: String = folder.to_string_lossy().chars().filter(char::is_ascii_digit).collect();
            std::cmp::Reverse(digits.parse::<u64>().unwrap_or(0))
        });
        folders.extend(found);
    }
    let whole = |folder: &PathBuf| PROGRAMS.iter().all(|name| folder.join(name).is_file());
    folders.into_iter().find(whole)
}
