//! Daemons that may die at any moment: started without waiting for anything, heard by their logs, started
//! again.

use super::{ChaosError, Result};
use crate::sandbox::Sandbox;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use tokio::process::{Child, Command};

/// One daemon, running or dead.
pub struct Hand {
    /// Its configuration's name in the sandbox's folder.
    pub config: String,
    log: PathBuf,
    child: Option<Child>,
    /// What it said since its last start, and where in the log that is read on.
    heard: String,
    read: u64,
    pub starts: u32,
    pub deaths: u32,
    /// How often in all it ended before it served.
    pub false_starts: u32,
}

const FALSE_STARTS: u32 = 200;

impl Hand {
    pub fn new(sandbox: &Sandbox, config: &str) -> Self {
        let log = sandbox.folder.join(format!("{config}.log"));
        Self {
            config: config.to_owned(),
            log,
            child: None,
            heard: String::new(),
            read: 0,
            starts: 0,
            deaths: 0,
            false_starts: 0,
        }
    }

    /// Starts it, with more in its environment.
    pub fn start(&mut self, sandbox: &Sandbox, environment: &[(&str, &str)]) -> Result<()> {
        let mut command = sandbox.command_with(&self.config, &["run"])?;
        command.envs(environment.iter().copied());
        self.spawn(command)
    }

    /// Starts whatever ends in being this daemon.
    pub fn spawn(&mut self, mut command: Command) -> Result<()> {
        let file = |source| ChaosError::File(self.log.clone(), source);
        let log = std::fs::File::options().create(true).append(true).open(&self.log).map_err(file)?;
        self.read = log.metadata().map_err(file)?.len();
        self.heard.clear();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).kill_on_drop(true);
        self.child = Some(command.spawn().map_err(|source| ChaosError::File(PathBuf::from("guerdon"), source))?);
        self.starts += 1;
        Ok(())
    }

    pub fn is_running(&self) -> bool {
        self.child.is_some()
    }

    pub fn id(&self) -> Option<u32> {
        self.child.as_ref().and_then(Child::id)
    }

    /// Whether it is over, and how it ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        let status = self.child.as_mut()?.try_wait().ok()??;
        self.child = None;
        self.deaths += 1;
        Some(status)
    }

    /// As `kill -9` does it, wherever it is.
    pub async fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself meanwhile.
            drop(child.kill().await);
            self.deaths += 1;
        }
    }

    /// As an operator does it; the current step is finished.
    pub async fn stop(&mut self) -> Result<Option<i32>> {
        let Some(mut child) = self.child.take() else { return Ok(None) };
        if let Some(id) = child.id() {
            drop(Command::new("kill").args(["-TERM", &id.to_string()]).status().await);
        }
        let status = child.wait().await.map_err(|source| ChaosError::File(self.log.clone(), source))?;
        Ok(status.code())
    }

    /// What it said since its last start.
    pub fn said(&mut self) -> &str {
        if let Ok(more) = read_from(&self.log, self.read) {
            self.read += more.len() as u64;
            self.heard.push_str(&String::from_utf8_lossy(&more));
        }
        &self.heard
    }

    /// Since its last start it found this epoch to need nothing more.
    pub fn has_done(&mut self, epoch: u64) -> bool {
        self.outcome(epoch).is_some()
    }

    /// What it said became of an epoch that needs nothing more: `Settled`, `Empty`, `Expired`.
    pub fn outcome(&mut self, epoch: u64) -> Option<String> {
        let lines = self.said().lines().filter(|line| line.contains("\"epoch done\""));
        lines.rev().find_map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).ok()?;
            let same = line.pointer("/fields/epoch").and_then(serde_json::Value::as_u64) == Some(epoch);
            same.then(|| Some(line.pointer("/fields/progress")?.as_str()?.to_owned()))?
        })
    }

    /// Another process has its turn.
    pub fn stands_by(&mut self) -> bool {
        let mut lines = self.said().lines().rev();
        let last = lines.find(|line| line.contains("standing by: another") || line.contains("taking over"));
        last.is_some_and(|line| line.contains("standing by: another"))
    }

    /// `http://127.0.0.1:PORT`, once it listens.
    pub fn api(&mut self) -> Option<String> {
        let line = self.said().lines().find(|line| line.contains("\"serving\""))?;
        let line: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(format!("http://{}", line.pointer("/fields/address")?.as_str()?))
    }

    pub fn last_words(&mut self) -> String {
        let lines: Vec<&str> = self.said().lines().collect();
        lines.iter().skip(lines.len().saturating_sub(15)).fold(String::new(), |text, line| text + line + "\n")
    }

    /// Memory that is really its own and in use, in KiB.
    pub fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse().ok()
    }
}

/// All daemons of one DAO.
pub struct Crew {
    pub hands: Vec<Hand>,
}

impl Crew {
    pub fn of(sandbox: &Sandbox, configs: &[&str]) -> Self {
        Self { hands: configs.iter().map(|config| Hand::new(sandbox, config)).collect() }
    }

    /// Starts those that do not run.
    pub fn start(&mut self, sandbox: &Sandbox) -> Result<()> {
        self.hands.iter_mut().filter(|hand| !hand.is_running()).try_for_each(|hand| hand.start(sandbox, &[]))
    }

    /// Starts again whoever was killed; one that gave up by itself is an error.
    pub fn revive(&mut self, sandbox: &Sandbox) -> Result<()> {
        for hand in &mut self.hands {
            match hand.ended() {
                // SIGKILL is a fault point or a test, SIGABRT the fault point whose signal was late.
                Some(status) if matches!(status.signal(), Some(6 | 9)) => hand.start(sandbox, &[])?,
                // A daemon that finds its chain or its database away at the start ends, and its supervisor
                // starts it again.
                Some(_) if !hand.said().contains("\"serving\"") && hand.false_starts < FALSE_STARTS => {
                    hand.false_starts += 1;
                    hand.start(sandbox, &[])?;
                }
                Some(status) => {
                    let (name, last) = (hand.config.clone(), hand.last_words());
                    return Err(ChaosError::Ended { name, status: status.to_string(), last });
                }
                None if !hand.is_running() => hand.start(sandbox, &[])?,
                None => {}
            }
        }
        Ok(())
    }

    /// All that are not standing by have done with an epoch.
    pub fn have_done(&mut self, epoch: u64) -> bool {
        let mut done = 0;
        for hand in &mut self.hands {
            if hand.has_done(epoch) {
                done += 1;
            } else if !hand.stands_by() {
                return false;
            }
        }
        done > 0
    }

    pub async fn kill(&mut self) {
        for hand in &mut self.hands {
            hand.kill().await;
        }
    }

    pub async fn stop(&mut self) -> Result<()> {
        for hand in &mut self.hands {
            hand.stop().await?;
        }
        Ok(())
    }
}

fn read_from(path: &Path, from: u64) -> std::io::Result<Vec<u8>> {
    let mut file = std::fs::File::open(path)?;
    file.seek(SeekFrom::Start(from))?;
    let mut more = Vec::new();
    file.read_to_end(&mut more)?;
    // A line is read when it is whole.
    more.truncate(more.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1));
    Ok(more)
}
