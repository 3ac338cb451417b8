//! Bodies that the generated layer leaves to the runtime: forms, and optional bodies.

use http::header::{CONTENT_TYPE, HeaderValue};
use reqwest::RequestBuilder;
use serde::Serialize;

use crate::call::Call;
use crate::failure::Failure;
use crate::style::write_form;

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// Sets the body of a request to a form.
///
/// An array becomes one field per element, all of the same name; any other compound value is written as JSON. Null is
/// left out. These are the defaults of [OpenAPI](https://spec.openapis.org/oas/v3.0.4.html#encoding-object).
///
/// # Errors
///
/// An invalid request when the body isn't an object, or can't be serialized.
#[allow(clippy::result_large_err, reason = "it is the error of the generated method that calls this")]
pub fn form<T, E>(request: RequestBuilder, body: &T) -> Result<RequestBuilder, progenitor_client::Error<E>>
where
    T: Serialize + ?Sized,
{
    let text = write_form(body, &[]).map_err(progenitor_client::Error::InvalidRequest)?;
    Ok(request.header(CONTENT_TYPE, FORM).body(text))
}

/// [`form`] with the field styles of the call; without a body, the request is left unchanged.
///
/// # Errors
///
/// An invalid request when the body isn't an object, or holds a value that can't be written. The problem is stored in
/// the call.
#[allow(clippy::result_large_err, reason = "it is the error of the generated method that calls this")]
pub fn form_body<T, E>(
    call: &Call,
    request: RequestBuilder,
    body: Option<&T>,
) -> Result<RequestBuilder, progenitor_client::Error<E>>
where
    T: Serialize + ?Sized,
{
    let Some(body) = body else { return Ok(request) };
    match write_form(body, call.form()) {
        Ok(text) => Ok(request.header(CONTENT_TYPE, FORM).body(text)),
        Err(problem) => {
            call.fail(Failure::Argument(problem));
            Err(progenitor_client::Error::InvalidRequest(String::new()))
        }
    }
}

/// Sets a JSON body, if there is one.
pub fn json_body<T: Serialize + ?Sized>(request: RequestBuilder, body: Option<&T>) -> RequestBuilder {
    match body {
        Some(body) => request.json(body),
        None => request,
    }
}

/// Sets a body of bytes or text, if there is one.
pub fn raw_body(
    request: RequestBuilder,
    media_type: &'static str,
    body: Option<impl Into<reqwest::Body>>,
) -> RequestBuilder {
    match body {
        Some(body) => request.header(CONTENT_TYPE, HeaderValue::from_static(media_type)).body(body),
        None => request,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::style::{Style, Writing, write_form};

    fn encode(body: &serde_json::Value) -> Option<String> {
        write_form(body, &[]).ok()
    }

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
    fn a_body_other_than_an_object_is_no_form() {
        for body in [json!("text"), json!([1]), json!(null)] {
            assert_eq!(encode(&body), None);
        }
    }

    #[test]
    fn fields_are_written_as_their_encoding_says() {
        let body = json!({"meta": {"order_id": 6, "n": {"x": 1}}, "csv": ["a,b", "c d"], "spaced": ["a", "b"], "raw": ["a b"], "plain": "a b"});
        let fields = [
            ("meta", Writing::new(Style::DeepObject, true)),
            ("csv", Writing::new(Style::Form, false)),
            ("spaced", Writing::new(Style::SpaceDelimited, false)),
            ("raw", Writing::new(Style::Json, false)),
        ];
        let form = write_form(&body, &fields).unwrap();
        let mut pairs: Vec<&str> = form.split('&').collect();
        pairs.sort_unstable();
        let expected = [
            "csv=a%2Cb,c%20d",
            "meta[n][x]=1",
            "meta[order_id]=6",
            "plain=a+b",
            "raw=%5B%22a%20b%22%5D",
            "spaced=a%20b",
        ];
        assert_eq!(pairs, expected);
    }

    #[test]
    fn a_number_that_is_none_is_refused_with_its_field() {
        let problem = write_form(&std::collections::BTreeMap::from([("lat", f64::NAN)]), &[]).unwrap_err();
        assert_eq!(problem, "the body, in `lat`, is not a finite number");
    }
}
