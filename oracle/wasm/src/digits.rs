//! JSON whose numbers are strings: takes what serde writes, puts every number into quotes. Never a float.

use serde::Serialize;

pub(crate) fn json(value: &impl Serialize) -> String {
    quoted(&serde_json::to_string(value).unwrap_or_default())
}

fn quoted(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + json.len() / 4);
    let (mut in_text, mut escaped, mut in_number) = (false, false, false);
    for character in json.chars() {
        let is_digit = !in_text && (character.is_ascii_digit() || character == '-');
        if is_digit != in_number {
            out.push('"');
            in_number = is_digit;
        }
        out.push(character);
        match character {
            '"' if !escaped => in_text = !in_text,
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            _ => {}
        }
        escaped = false;
    }
    if in_number {
        out.push('"');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::json;

    #[test]
    fn numbers_are_text_and_text_stays() {
        let value = (u64::MAX, [-1i128, 0], "a \"7\" \\", (), Some(true), i128::MIN);
        let expected =
            r#"["18446744073709551615",["-1","0"],"a \"7\" \\",null,true,"-170141183460469231731687303715884105728"]"#;
        assert_eq!(json(&value), expected);
        assert_eq!((json(&7), json(&"-7")), ("\"7\"".to_owned(), "\"-7\"".to_owned()));
    }
}
