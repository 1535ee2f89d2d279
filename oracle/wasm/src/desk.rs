//! What is at hand between two calls: takes policies and evidence files one by one, gives an answer to each.
//! Policies are known by their hashes, and evidence names the one that it was made for.

use crate::digits::json;
use crate::rebuilt::Rebuilt;
use guerdon_core::B256;
use guerdon_core::attack;
use guerdon_core::evidence::{self, Evidence};
use guerdon_core::fairness::Fairness;
use guerdon_core::policy::Policy;
use guerdon_core::simulate::{AttackChange, Simulated, Simulator};
use guerdon_core::verify::{self, Check};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub struct Desk {
    policies: BTreeMap<B256, Policy>,
    /// The last one that was rebuilt.
    rebuilt: Option<Evidence>,
    simulator: Option<Simulator>,
    /// The last one, and how many attacks were tried of it.
    simulated: Option<(Simulated, usize)>,
}

/// Why there is no answer.
#[derive(Serialize)]
struct Refused {
    error: String,
    kind: Kind,
    /// Of the file, whatever it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence_hash: Option<B256>,
    /// The policy that the evidence names.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_hash: Option<B256>,
}

/// What it is about.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Evidence,
    Policy,
    Score,
    Call,
}

#[derive(Serialize)]
struct Hash {
    hash: B256,
}

#[derive(Serialize)]
struct Preceding {
    #[serde(flatten)]
    rebuilt: Rebuilt,
    followed: Vec<Followed>,
}

/// Something that has to lead from an epoch to the next.
#[derive(Serialize)]
struct Followed {
    name: &'static str,
    passed: bool,
}

#[derive(Serialize)]
struct Replayed {
    epoch: u64,
    evidence_hash: B256,
}

#[derive(Serialize)]
struct Attacked {
    attack: Option<AttackChange>,
    of: usize,
}

type Answer<T> = Result<T, Refused>;

impl Refused {
    fn new(kind: Kind, error: impl ToString) -> Self {
        Self { error: error.to_string(), kind, evidence_hash: None, policy_hash: None }
    }
}

fn answer<T: Serialize>(answer: Answer<T>) -> String {
    match answer {
        Ok(answer) => json(&answer),
        Err(refused) => json(&refused),
    }
}

/// Of a policy's file.
fn read(text: &[u8]) -> Answer<(B256, Policy)> {
    let refused = |error: &dyn ToString| Refused::new(Kind::Policy, error.to_string());
    let text = std::str::from_utf8(text).map_err(|_| refused(&"the policy is not valid UTF-8"))?;
    let policy = Policy::from_toml(text).map_err(|error| refused(&error))?;
    let hash = policy.hash().map_err(|error| refused(&error))?;
    Ok((hash, policy))
}

impl Desk {
    /// SHA-256 of any bytes.
    pub fn sha256(bytes: &[u8]) -> String {
        json(&Hash { hash: evidence::hash(bytes) })
    }

    /// Keeps a policy, the text of its file, under its hash: `{"hash"}`.
    pub fn learn(&mut self, policy: &[u8]) -> String {
        answer(read(policy).map(|(hash, policy)| {
            self.policies.insert(hash, policy);
            Hash { hash }
        }))
    }

    /// A batch from evidence, by the policy that it names: a [`Rebuilt`]. `tell` hears now and then how many
    /// bytes are read.
    pub fn rebuild(&mut self, evidence: &[u8], tell: &mut dyn FnMut(usize)) -> String {
        self.rebuilt = None;
        let rebuilt = self.rebuilt_of(evidence, tell);
        answer(rebuilt.map(|(shown, rebuilt)| {
            self.rebuilt = Some(rebuilt.evidence);
            shown
        }))
    }

    /// The same for the evidence before, and whether what was rebuilt last goes on where this one ends: a [`Rebuilt`]
    /// with `followed`. It is the last one then, so that the one before it can be asked about.
    pub fn precede(&mut self, evidence: &[u8], tell: &mut dyn FnMut(usize)) -> String {
        let next = self.rebuilt.take().ok_or_else(|| Refused::new(Kind::Call, "nothing is rebuilt"));
        answer(next.and_then(|next| {
            let (rebuilt, before) = self.rebuilt_of(evidence, tell)?;
            let followed = before.followed_by(&next);
            let followed = followed.into_iter().map(|Check { name, passed, .. }| Followed { name, passed }).collect();
            self.rebuilt = Some(before.evidence);
            Ok(Preceding { rebuilt, followed })
        }))
    }

    fn rebuilt_of(&self, bytes: &[u8], tell: &mut dyn FnMut(usize)) -> Answer<(Rebuilt, verify::Rebuilt)> {
        let (rebuilt, policy) = self.score(bytes, tell)?;
        let fairness = Fairness::of(&rebuilt.evidence, &rebuilt.outcome, policy);
        let shown = Rebuilt::of(&rebuilt, fairness, bytes.len()).map_err(|error| Refused::new(Kind::Score, error))?;
        Ok((shown, rebuilt))
    }

    fn score(&self, bytes: &[u8], tell: &mut dyn FnMut(usize)) -> Answer<(verify::Rebuilt, &Policy)> {
        let hash = evidence::hash(bytes);
        let known = |refused| Refused { evidence_hash: Some(hash), ..refused };
        let read = Evidence::from_bytes_telling(bytes, tell);
        let evidence = read.map_err(|error| known(Refused::new(Kind::Evidence, error)))?;
        let header = &evidence.header;
        let (epoch, named) = (header.epoch, header.terms.policy);
        let known = |refused| Refused { policy_hash: Some(named), ..known(refused) };
        let policy = self.policies.get(&named).ok_or_else(|| {
            known(Refused::new(Kind::Policy, format!("epoch {epoch} ran under policy {named}, which is not at hand")))
        })?;
        let rebuilt = verify::Rebuilt::new((hash, evidence), policy);
        Ok((rebuilt.map_err(|error| known(Refused::new(Kind::Score, error)))?, policy))
    }

    /// Begins to try a policy on past epochs: `{"hash"}`.
    pub fn propose(&mut self, policy: &[u8]) -> String {
        self.simulator = None;
        answer(read(policy).and_then(|(hash, policy)| {
            let simulator = Simulator::new(&policy).map_err(|error| Refused::new(Kind::Policy, error))?;
            self.simulator = Some(simulator);
            Ok(Hash { hash })
        }))
    }

    /// The next epoch under the proposed policy: `{"epoch", "evidence_hash"}`. After an error it has to be
    /// proposed again.
    pub fn replay(&mut self, evidence: &[u8], tell: &mut dyn FnMut(usize)) -> String {
        let simulator = self.simulator.take().ok_or_else(|| Refused::new(Kind::Call, "no policy is proposed"));
        let replayed = simulator.and_then(|mut simulator| {
            let (rebuilt, policy) = self.score(evidence, tell)?;
            let (epoch, evidence_hash) = (rebuilt.evidence.header.epoch.0, rebuilt.evidence_hash);
            let next = simulator.next(rebuilt, policy);
            next.map_err(|error| Refused {
                evidence_hash: Some(evidence_hash),
                ..Refused::new(Kind::Score, told(&error))
            })?;
            Ok((simulator, Replayed { epoch, evidence_hash }))
        });
        answer(replayed.map(|(simulator, replayed)| {
            self.simulator = Some(simulator);
            replayed
        }))
    }

    /// What the proposed policy comes to in these epochs, a [`guerdon_core::simulate::Simulation`] without attacks.
    pub fn conclude(&mut self) -> String {
        let simulator = self.simulator.take().ok_or_else(|| Refused::new(Kind::Call, "no policy is proposed"));
        self.simulated = None;
        let simulated = simulator
            .and_then(|one| one.finish().ok_or_else(|| Refused::new(Kind::Call, "no epoch was replayed")))
            .map(|simulated| &self.simulated.insert((simulated, 0)).0.simulation);
        answer(simulated)
    }

    /// The next attack on the policy that was concluded on: `{"attack", "of"}`, how many there are, and a
    /// [`guerdon_core::simulate::AttackChange`], or null when all were tried.
    pub fn attack(&mut self) -> String {
        let simulated = self.simulated.as_mut().ok_or_else(|| Refused::new(Kind::Call, "nothing is simulated"));
        answer(simulated.and_then(|(simulated, tried)| {
            let attack = simulated.attack(*tried).transpose();
            *tried = tried.saturating_add(1);
            let attack = attack.map_err(|error| Refused::new(Kind::Score, told(&error)))?;
            Ok(Attacked { attack, of: attack::attacks().count() })
        }))
    }
}

/// An error with what caused it.
fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"))
}
