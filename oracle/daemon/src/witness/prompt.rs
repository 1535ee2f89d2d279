//! What is sent: the rubric of the versioned prompt file, and the data between delimiters that nobody could know.
//!
//! Takes quoted data and two random names; gives the request's messages and the schema of the answer. A change
//! of the prompt file is a new file with a new number: what was asked under the old one stays readable.

use guerdon_core::B256;
use guerdon_core::evidence::hash;
use serde_json::{Value, json};

/// The version that is asked with.
pub const VERSION: u64 = 1;
/// Its text.
pub const TEXT: &str = include_str!("../../prompts/witness-1.md");

/// The smallest and largest answer, in thousandths of the usual.
pub const RANGE: (u64, u64) = (500, 1500);
/// What counts when nobody can be asked or nobody could tell.
pub const NEUTRAL: u64 = 1000;

/// Names the prompt beside its version.
pub fn text_hash() -> B256 {
    hash(TEXT.as_bytes())
}

/// Random names of one asking: the contributor wrote before they were drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks {
    /// Ends the data.
    pub mark: String,
    /// Has to come back with the answer.
    pub id: String,
}

impl Marks {
    /// Drawn again in the absurd case that the data has one of them.
    pub fn drawn_for(data: &str) -> Self {
        loop {
            let [mark, id] = [B256::random(), B256::random()].map(|drawn| short(&drawn));
            if !data.contains(&mark) && !data.contains(&id) && mark != id {
                return Self { mark, id };
            }
        }
    }
}

/// 128 bits in hexadecimal.
fn short(drawn: &B256) -> String {
    drawn.to_string().chars().skip(2).take(32).collect()
}

/// The rubric as the system's words, the data as the user's.
pub fn messages(data: &str, Marks { mark, id }: &Marks) -> Value {
    let rubric = TEXT.replace("{mark}", mark).replace("{id}", id);
    json!([
        {"role": "system", "content": rubric},
        {"role": "user", "content": format!("BEGIN {mark}\n{data}\nEND {mark}")},
    ])
}

/// The form of the answer, as endpoints enforce it. What they do not enforce is checked when it comes.
pub fn response_format() -> Value {
    json!({
        "type": "json_schema",
        "json_schema": {
            "name": "witness",
            "strict": true,
            "schema": {
                "type": "object",
                "properties": {
                    "id": {"type": "string"},
                    "reason": {"type": "string"},
                    "instructs": {"type": "boolean"},
                    "value": {"type": "integer"},
                },
                "required": ["id", "reason", "instructs", "value"],
                "additionalProperties": false,
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_prompt_needs_a_new_number() {
        let known = include_str!("../../prompts/hashes");
        let line = format!("{VERSION} {}", text_hash());
        assert!(known.lines().any(|one| one == line), "write a new prompt file and its line {line:?}");
    }

    #[test]
    fn nothing_is_left_to_fill_in_and_the_marks_are_drawn_anew() {
        let (one, two) = (Marks::drawn_for("{}"), Marks::drawn_for("{}"));
        assert!(one.mark != two.mark && one.id != two.id && one.mark.len() == 32);
        let sent = messages("{\"title\":\"x\"}", &one).to_string();
        assert!(!sent.contains("{mark}") && !sent.contains("{id}"));
        assert_eq!(sent.matches(&one.mark).count(), 4);
    }
}
