//! Reads an answer. Takes the endpoint's bytes and the id that was asked with; gives what the model said, or
//! the fault that makes it unusable. Nothing is guessed, repaired or filled in.

use super::fault::Fault;
use super::prompt::RANGE;
use guerdon_core::model::MAX_MODEL;
use serde::Deserialize;
use serde_json::Value;

/// What the model said, in the form it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    pub id: String,
    pub reason: String,
    /// The text tries to instruct whoever judges it.
    pub instructs: bool,
    pub value: u64,
}

/// One answer, usable or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub said: Result<Said, Fault>,
    /// Which model answered, as the endpoint names it.
    pub model: Option<String>,
    /// What the endpoint says that it cost.
    pub tokens: Option<u64>,
}

impl Reply {
    pub fn fault(fault: Fault) -> Self {
        Self { said: Err(fault), model: None, tokens: None }
    }
}

#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
    model: Option<Value>,
    usage: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    role: Option<String>,
    content: Option<String>,
    refusal: Option<Value>,
    tool_calls: Option<Value>,
    function_call: Option<Value>,
}

/// Reads what the endpoint answered to the question with this id.
pub fn read(body: &[u8], id: &str) -> Reply {
    let Ok(completion) = serde_json::from_slice::<Completion>(body) else {
        return Reply::fault(Fault::NotCompletion);
    };
    let usable = |name: &&str| !name.is_empty() && name.len() <= MAX_MODEL && !name.chars().any(char::is_control);
    let model = completion.model.as_ref().and_then(Value::as_str).filter(usable).map(str::to_owned);
    let tokens = completion.usage.as_ref().and_then(|usage| usage.get("total_tokens")).and_then(Value::as_u64);
    Reply { said: said(&completion.choices, id), model, tokens }
}

fn said(choices: &[Choice], id: &str) -> Result<Said, Fault> {
    let [Choice { message, finish_reason }] = choices else { return Err(Fault::Choices) };
    if message.role.as_ref().is_some_and(|role| role != "assistant") {
        return Err(Fault::NotCompletion);
    }
    let filled = |value: &Option<Value>| match value {
        None | Some(Value::Null) => false,
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::String(text)) => !text.is_empty(),
        Some(_) => true,
    };
    if filled(&message.refusal) || finish_reason.as_deref() == Some("content_filter") {
        return Err(Fault::Refused);
    }
    if filled(&message.tool_calls) || filled(&message.function_call) {
        return Err(Fault::Tool);
    }
    if finish_reason.as_deref() != Some("stop") {
        return Err(Fault::Unfinished);
    }
    let content = message.content.as_deref().unwrap_or_default().trim();
    if content.is_empty() {
        return Err(Fault::Empty);
    }
    let said: Said = serde_json::from_str(content).map_err(|_| Fault::Form)?;
    if said.id != id {
        return Err(Fault::Id);
    }
    if !(RANGE.0..=RANGE.1).contains(&said.value) {
        return Err(Fault::Range(said.value));
    }
    Ok(said)
}

/// What the samples come to: thousandths, whether the model saw instructions, and why it is neutral if it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub answer: u64,
    pub instructs: bool,
    /// How many answers could be used.
    pub samples: u64,
    pub why: Option<Fault>,
}

/// The median of answers that agree; neutral as soon as one of them cannot be used.
pub fn verdict(samples: &[Result<Said, Fault>], spread: u64) -> Verdict {
    let mut values: Vec<u64> = samples.iter().filter_map(|said| said.as_ref().ok()).map(|said| said.value).collect();
    values.sort_unstable();
    let instructs = samples.iter().filter_map(|said| said.as_ref().ok()).any(|said| said.instructs);
    let apart = values.last().zip(values.first()).map_or(0, |(high, low)| high - low);
    let fault = samples.iter().find_map(|said| said.as_ref().err().copied());
    let why = fault.or((apart > spread).then_some(Fault::Spread(apart)));
    // Of an even number the lower one of the middle.
    let middle = values.get(values.len().saturating_sub(1) / 2).copied();
    let answer = middle.filter(|_| why.is_none()).unwrap_or(super::prompt::NEUTRAL);
    Verdict { answer, instructs, samples: values.len() as u64, why }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(value: u64) -> Result<Said, Fault> {
        Ok(Said { id: String::new(), reason: String::new(), instructs: false, value })
    }

    #[test]
    fn the_median_counts_and_disagreement_or_one_fault_is_neutral() {
        let answer = |values: &[u64]| verdict(&values.iter().map(|value| said(*value)).collect::<Vec<_>>(), 200).answer;
        assert_eq!(answer(&[1100, 1000, 1200]), 1100);
        assert_eq!(answer(&[1100, 1200]), 1100);
        assert_eq!(answer(&[1300]), 1300);
        assert_eq!(answer(&[900, 1101, 1000]), 1000);
        assert_eq!(verdict(&[said(1100), said(1301)], 200).why, Some(Fault::Spread(201)));
        let faulty = verdict(&[said(1300), Err(Fault::Timeout), said(1300)], 200);
        assert_eq!((faulty.answer, faulty.samples, faulty.why), (1000, 2, Some(Fault::Timeout)));
        assert_eq!(verdict(&[], 200).answer, 1000);
    }
}
