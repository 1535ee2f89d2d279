//! Canonical JSON: one byte string for one content.
//!
//! Keys ascend by bytes, nothing is padded, strings escape only what JSON requires, and there are
//! integers but no floats. For such documents this is RFC 8785 with ASCII keys. The writer sorts
//! by itself, because whether a `serde_json` map keeps insertion order depends on features that
//! other crates of a build may switch on.

use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    #[error("a floating-point number has no canonical form")]
    Float,
    #[error("the value cannot be written as JSON")]
    Json(#[from] serde_json::Error),
}

/// Writes any serialisable value as canonical JSON.
pub fn to_string<T: Serialize>(value: &T) -> Result<String, CanonicalError> {
    let value = serde_json::to_value(value)?;
    let mut out = String::new();
    write(&value, &mut out)?;
    Ok(out)
}

fn write(value: &Value, out: &mut String) -> Result<(), CanonicalError> {
    match value {
        Value::Number(number) if number.is_f64() => return Err(CanonicalError::Float),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            out.push_str(&serde_json::to_string(value)?);
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, out)?;
            }
            out.push(']');
        }
        Value::Object(map) => {
            let sorted: BTreeMap<&str, &Value> = map.iter().map(|(key, item)| (key.as_str(), item)).collect();
            out.push('{');
            for (at, (key, item)) in sorted.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                out.push_str(&serde_json::to_string(key)?);
                out.push(':');
                write(item, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_ascend_whatever_order_they_came_in() {
        let value = json!({"b": [1, {"z": null, "a": "é\n\"\\"}], "a": true, "B": 18_446_744_073_709_551_615_u64});
        assert_eq!(
            to_string(&value).unwrap(),
            "{\"B\":18446744073709551615,\"a\":true,\"b\":[1,{\"a\":\"é\\n\\\"\\\\\",\"z\":null}]}"
        );
    }

    #[test]
    fn floats_are_refused() {
        assert!(matches!(to_string(&json!({"a": 1.5})), Err(CanonicalError::Float)));
    }
}
