//! Bodies of forms: `application/x-www-form-urlencoded`.

use form_urlencoded::Serializer;
use http::header::{CONTENT_TYPE, HeaderValue};
use reqwest::RequestBuilder;
use serde::Serialize;
use serde_json::Value;

/// Gives a request the body of a form.
///
/// A list becomes one field for each of its elements, all of the same name; anything else that has parts is written as
/// JSON. What is null is left out. These are the defaults of
/// [OpenAPI](https://spec.openapis.org/oas/v3.0.4.html#encoding-object).
///
/// # Errors
///
/// An invalid request when the body isn't an object, or can't be serialized.
#[allow(clippy::result_large_err, reason = "it is the error of the generated method that calls this")]
pub fn form<T, E>(request: RequestBuilder, body: &T) -> Result<RequestBuilder, progenitor_client::Error<E>>
where
    T: Serialize + ?Sized,
{
    let text = encode(body).ok_or_else(|| progenitor_client::Error::InvalidRequest("no form".to_owned()))?;
    let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
    Ok(request.header(CONTENT_TYPE, kind).body(text))
}

fn encode(body: &(impl Serialize + ?Sized)) -> Option<String> {
    let Ok(Value::Object(fields)) = serde_json::to_value(body) else { return None };
    let mut form = Serializer::new(String::new());
    for (name, value) in fields {
        match value {
            Value::Array(elements) => {
                for text in elements.into_iter().filter_map(text) {
                    form.append_pair(&name, &text);
                }
            }
            value => {
                if let Some(text) = text(value) {
                    form.append_pair(&name, &text);
                }
            }
        }
    }
    Some(form.finish())
}

/// A value in one field; `None` for null, which a form has no way to say.
fn text(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        value => Some(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::encode;

    #[test]
    fn each_value_has_its_form() {
        let body = json!({
            "text": "a b&c=d/é", "number": 7, "yes": true, "nothing": null, "list": ["a", 2, null], "empty": [],
            "object": {"a": [1]}, "lists": [["a"]],
        });
        let expected = "text=a+b%26c%3Dd%2F%C3%A9&number=7&yes=true&list=a&list=2\
                        &object=%7B%22a%22%3A%5B1%5D%7D&lists=%5B%22a%22%5D";
        let sorted = |text: &str| {
            let mut fields: Vec<String> = text.split('&').map(str::to_owned).collect();
            fields.sort();
            fields
        };
        assert_eq!(sorted(&encode(&body).unwrap()), sorted(expected));
        assert_eq!(encode(&json!({})).unwrap(), "");
    }

    #[test]
    fn what_is_no_object_is_no_form() {
        for body in [json!("text"), json!([1]), json!(null)] {
            assert_eq!(encode(&body), None);
        }
    }
}
