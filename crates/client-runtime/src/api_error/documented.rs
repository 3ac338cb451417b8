//! The labels of an error's body that a message may show, since the description documents them.

use serde_json::Value;

/// How many items of an array are read, and how many labels are shown: a line in a log, not the body.
const MOST: usize = 5;

/// The longest code or name of a field, and the longest title, in characters.
const LONGEST: usize = 64;
const LONGEST_TITLE: usize = 100;

/// The longest run of letters and digits in any of them: longer ones are rather tokens than words.
const LONGEST_RUN: usize = 32;

/// The labels at these paths of a JSON body, each as `code: x`.
pub(super) fn labels(body: &[u8], paths: &[&str]) -> Vec<String> {
    if paths.is_empty() {
        return Vec::new();
    }
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return Vec::new() };
    let mut found = Vec::new();
    for path in paths {
        let name = path.rsplit(['.', ']']).find(|name| !name.is_empty()).unwrap_or(path);
        let mut values = vec![&body];
        for step in path.split('.') {
            values = match step.strip_suffix("[]") {
                Some(list) => {
                    let lists = values.into_iter().filter_map(|value| value.get(list)?.as_array());
                    lists.flat_map(|list| list.iter().take(MOST)).collect()
                }
                None => values.into_iter().filter_map(|value| value.get(step)).collect(),
            };
        }
        found.extend(values.into_iter().filter_map(|value| label(name, value)).map(|label| format!("{name}: {label}")));
    }
    found.dedup();
    found.truncate(MOST);
    found
}

/// A value as a label: a short word, a number, a title, or the path to a field as an array of these.
fn label(name: &str, value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if name == "title" => {
            let fits = text.chars().count() <= LONGEST_TITLE && !text.chars().any(char::is_control);
            (fits && !text.is_empty() && !may_be_a_token(text)).then(|| text.clone())
        }
        Value::String(text) => is_word(text).then(|| text.clone()),
        Value::Array(steps) => {
            let steps: Option<Vec<String>> = steps.iter().take(MOST).map(|step| label("", step)).collect();
            steps.filter(|steps| !steps.is_empty()).map(|steps| steps.join("."))
        }
        _ => None,
    }
}

fn is_word(text: &str) -> bool {
    let fits = |char: char| char.is_ascii_alphanumeric() || "_-.:/#~$[]".contains(char);
    !text.is_empty() && text.len() <= LONGEST && text.chars().all(fits) && !may_be_a_token(text)
}

/// Whether a text holds what is made at random rather than chosen as a name: letters and digits in turn (`7f3a`), or a run
/// of them that is longer than any word. A server that echoes a credential must not bring it into a log.
fn may_be_a_token(text: &str) -> bool {
    text.split(|char: char| !char.is_ascii_alphanumeric()).any(|run| {
        let kinds: Vec<bool> = run.bytes().map(|byte| byte.is_ascii_digit()).collect();
        let turns = kinds.windows(2).filter(|pair| pair.first() != pair.last()).count();
        turns > 1 || run.len() > LONGEST_RUN
    })
}

#[cfg(test)]
mod tests {
    use super::labels;

    #[test]
    fn labels_are_shown_and_what_may_be_an_echo_is_not() {
        let body =
            br#"{"code": "invalid_email", "title": "Your email is odd.", "message": "no canary", "error": {"code": 7},
            "errors": [{"field": "body.email"}, {"loc": ["body", "tags", 0]}, {"field": "a canary of two words"}]}"#;
        let all = ["code", "title", "error.code", "errors[].field", "errors[].loc", "absent[].x"];
        assert_eq!(
            labels(body, &all),
            ["code: invalid_email", "title: Your email is odd.", "code: 7", "field: body.email", "loc: body.tags.0"]
        );
        assert!(labels(body, &[]).is_empty() && labels(b"<html>", &all).is_empty());
        for token in ["canary-7f3a", "sk_live_4eC39HqLyjWDarjt", "550e8400-e29b-41d4", &"x".repeat(33)] {
            let body = format!(r#"{{"code": "{token}", "title": "The token {token} has expired."}}"#);
            assert!(labels(body.as_bytes(), &all).is_empty(), "{token}");
        }
        for code in ["AADSTS50058", "2fa_required", "E-1234", "v1.oauth2.invalid_grant", "#/items/0/name"] {
            let body = format!(r#"{{"code": "{code}"}}"#);
            assert_eq!(labels(body.as_bytes(), &all), [format!("code: {code}")]);
        }
        let long = format!(r#"{{"code": "{}", "title": "two\nlines"}}"#, "x".repeat(65));
        assert!(labels(long.as_bytes(), &all).is_empty());
    }
}
