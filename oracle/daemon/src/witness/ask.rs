//! Asking about one epoch's pull requests: texts from GitHub, tokens from the budget, answers from the endpoint,
//! and each result into the store.

use super::answer::{self, Reply, Said, Verdict};
use super::detect::{Found, detect};
use super::endpoint::Endpoint;
use super::fault::Fault;
use super::prompt::{self, Marks, NEUTRAL};
use super::quote::{Quoted, quote};
use super::settings::WitnessConfig;
use super::transcript::{Answered, KEPT, Transcript};
use crate::fetch::{self, GitHub, PullText};
use crate::figures;
use crate::oracle::{Oracle, Result};
use crate::store::{Repository, Store, StoredWitness};
use futures::future::join_all;
use guerdon_core::evidence::EvidenceError;
use guerdon_core::model::{Pull, RepositoryId, Witness};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

pub(super) struct Asking {
    store: Store,
    config: WitnessConfig,
    github: GitHub,
    endpoint: Endpoint,
    repositories: BTreeMap<RepositoryId, Repository>,
    cutoff: u64,
    now: u64,
    month: String,
    deadline: Instant,
    permits: Semaphore,
}

/// A pull request on its way.
pub(super) enum Prepared {
    Done(Box<StoredWitness>),
    Question(Box<Question>),
}

pub(super) struct Question {
    repo: RepositoryId,
    number: u64,
    found: Found,
    request: Value,
    id: String,
    /// Tokens that are counted for one sample, and the most that it can cost.
    reserved: u64,
    most: u64,
}

impl Asking {
    pub(super) async fn new(oracle: &Oracle, config: &WitnessConfig, cutoff: u64) -> Result<Self> {
        let now = oracle.chain.now().await?.timestamp;
        let known = oracle.store.repositories().await?;
        Ok(Self {
            store: oracle.store.clone(),
            config: config.clone(),
            github: oracle.github()?,
            endpoint: Endpoint::new(config)?,
            repositories: known.into_iter().map(|known| (RepositoryId(known.id), known)).collect(),
            cutoff,
            now,
            month: fetch::month(now),
            deadline: Instant::now() + Duration::from_secs(config.patience),
            permits: Semaphore::new(config.concurrency),
        })
    }

    pub(super) fn concurrency(&self) -> usize {
        self.config.concurrency
    }

    pub(super) async fn tell_spent(&self) -> Result<()> {
        figures::spent(self.store.tokens(&self.month).await?);
        Ok(())
    }

    /// Everything but the asking, one pull request after the other: who comes first has the budget first.
    pub(super) async fn prepare(&self, pull: &Pull) -> Result<Prepared> {
        let text = match self.text(pull).await {
            Ok(text) => text,
            Err(fault) => return self.neutral(pull, detect(&pull.title), fault).await,
        };
        let Quoted { data, found } = quote(pull, &text);
        if text.edited.is_some_and(|edited| edited > self.cutoff) {
            return self.neutral(pull, found, Fault::Edited).await;
        }
        let marks = Marks::drawn_for(&data);
        let request = json!({
            "model": self.config.model,
            "messages": prompt::messages(&data, &marks),
            "response_format": prompt::response_format(),
            self.config.answer_limit.name(): self.config.answer_tokens,
        });
        // A token has at least a byte, and three or four in most texts.
        let bytes = request.to_string().len() as u64;
        let (reserved, most) = (bytes / 2 + self.config.answer_tokens, bytes + self.config.answer_tokens);
        let all = reserved.saturating_mul(self.config.samples);
        if !self.store.reserve_tokens(&self.month, all, self.config.monthly_tokens).await? {
            return self.neutral(pull, found, Fault::Budget).await;
        }
        let (repo, number) = (pull.repo, pull.number);
        Ok(Prepared::Question(Box::new(Question { repo, number, found, request, id: marks.id, reserved, most })))
    }

    /// What the pull request says, as far as GitHub gives it in time.
    async fn text(&self, pull: &Pull) -> Result<PullText, Fault> {
        let repository = self.repositories.get(&pull.repo).ok_or(Fault::NoText)?;
        let text = timeout_at(self.deadline, self.github.pull_text(repository, pull.number)).await;
        match text.map_err(|_| Fault::Late)? {
            Ok(Some(text)) => Ok(text),
            Ok(None) => Err(Fault::NoText),
            Err(error) => {
                tracing::warn!(pull = %pull.key(), %error, "GitHub did not give the text for the witness");
                Err(Fault::NoText)
            }
        }
    }

    async fn neutral(&self, pull: &Pull, found: Found, fault: Fault) -> Result<Prepared> {
        let verdict = Verdict { answer: NEUTRAL, instructs: false, samples: 0, why: Some(fault) };
        let transcript = Transcript::new(pull.repo.0, pull.number, self.now, found);
        Ok(Prepared::Done(Box::new(self.keep(transcript, verdict, None).await?)))
    }

    /// Asks as often as configured, gives back what was not spent, and keeps what came of it.
    pub(super) async fn answer(&self, question: Question) -> Result<StoredWitness> {
        let body = question.request.to_string();
        let asked = (0..self.config.samples).map(|_| self.sample(&question, &body));
        let samples: Vec<(Answered, Reply, u64)> = join_all(asked).await;
        let spent: u64 = samples.iter().map(|(_, _, tokens)| *tokens).sum();
        let reserved = question.reserved.saturating_mul(self.config.samples);
        if spent > reserved {
            // It was spent, whatever the cap says.
            self.store.reserve_tokens(&self.month, spent - reserved, u64::MAX >> 1).await?;
        } else {
            self.store.release_tokens(&self.month, reserved - spent).await?;
        }
        let mut transcript = Transcript::new(question.repo.0, question.number, self.now, question.found);
        transcript.request = Some(question.request);
        let mut said: Vec<Result<Said, Fault>> = Vec::new();
        let mut model = None;
        for (answered, reply, _) in samples {
            transcript.answers.push(answered);
            if reply.said.is_ok() {
                model = model.or(reply.model);
            }
            said.push(reply.said);
        }
        self.keep(transcript, answer::verdict(&said, self.config.spread), model).await
    }

    /// One sample, and what it cost.
    async fn sample(&self, question: &Question, body: &str) -> (Answered, Reply, u64) {
        let unasked = |fault: Fault| {
            let answered = Answered { status: None, tries: 0, text: String::new(), fault: Some(fault.to_string()) };
            (answered, Reply::fault(fault))
        };
        let Ok(permit) = timeout_at(self.deadline, self.permits.acquire()).await else {
            let (answered, reply) = unasked(Fault::Late);
            return (answered, reply, 0);
        };
        let exchange = timeout_at(self.deadline, self.endpoint.ask(body)).await;
        drop(permit);
        let Ok(exchange) = exchange else {
            let (answered, reply) = unasked(Fault::Late);
            return (answered, reply, question.reserved);
        };
        let reply = match exchange.fault {
            Some(fault) => Reply::fault(fault),
            None => answer::read(&exchange.bytes, &question.id),
        };
        let free = exchange.fault.is_some_and(Fault::is_free);
        let told = reply.tokens.filter(|tokens| (1..=question.most).contains(tokens));
        let cost = if free { 0 } else { told.unwrap_or(question.reserved) };
        let text: String = String::from_utf8_lossy(&exchange.bytes).chars().take(KEPT).collect();
        let fault = reply.said.as_ref().err().map(ToString::to_string);
        let text = self.endpoint.without_key(&text);
        (Answered { status: exchange.status, tries: exchange.tries, text, fault }, reply, cost)
    }

    /// Stores the result, and gives what is stored: another process may have been first.
    async fn keep(&self, transcript: Transcript, verdict: Verdict, model: Option<String>) -> Result<StoredWitness> {
        let Verdict { answer, instructs, samples, why } = verdict;
        let transcript = transcript.because(why);
        let key = format!("{}/{}", transcript.repo, transcript.number);
        let flagged = instructs || !transcript.found.is_empty();
        let (text, hash) = transcript
            .sealed()
            .map_err(|error| EvidenceError::Json { line: 0, message: format!("witness {key}: {error}") })?;
        let fact = Witness {
            answer,
            at: self.now,
            flagged,
            model: model.unwrap_or_else(|| self.config.model.clone()),
            number: transcript.number,
            prompt: prompt::VERSION,
            repo: RepositoryId(transcript.repo),
            samples,
            transcript: hash,
        };
        if flagged {
            let found = transcript.found.iter().copied().collect::<Vec<_>>().join(", ");
            tracing::warn!(pull = key, found, instructs, "its text tries to instruct the witness: have a look");
        }
        if let Some(why) = why {
            tracing::info!(pull = key, %why, "the witness is neutral");
        }
        figures::witnessed(why.map_or("answered", Fault::outcome), flagged);
        let stored = StoredWitness { fact, why: transcript.why.unwrap_or_default(), transcript: text };
        if self.store.put_witness(&stored).await? {
            return Ok(stored);
        }
        let (repo, number) = (stored.fact.repo.0, stored.fact.number);
        Ok(self.store.witness(repo, number).await?.unwrap_or(stored))
    }
}
