//! Parameters and the fields of forms, written by the styles of
//! [OpenAPI](https://spec.openapis.org/oas/v3.0.4.html#style-values).
//!
//! OpenAPI defines how scalars, arrays of scalars and objects of scalars are written. The rest is convention:
//!
//! - In `deepObject`, each level has brackets of its own: `filter[size][gte]=1`, `filter[tags][0]=a`.
//! - In the other styles, a value that would need a second level is JSON, as it is by default in forms. The one
//!   exception is an array in an object whose properties are written as pairs (`form` with `explode`): it is repeated
//!   like any array.
//! - An item with the character that separates items, a space or a pipe, can't be written: it would be read as two.
//! - Null is absence: a parameter, element or property that is null is not sent. Neither is an empty array or object.

use http::{HeaderName, HeaderValue};
use serde::Serialize;

use crate::{Error, Operation};

mod escape;
mod parts;
mod separators;
#[cfg(test)]
mod tests;

use escape::Escape;
use parts::{Part, Unwritable};

/// The serialization styles of OpenAPI, and JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `form`
    Form,
    /// `spaceDelimited`
    SpaceDelimited,
    /// `pipeDelimited`
    PipeDelimited,
    /// `deepObject`
    DeepObject,
    /// `simple`
    Simple,
    /// `label`
    Label,
    /// `matrix`
    Matrix,
    /// A JSON document.
    Json,
}

/// A style with its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Writing {
    style: Style,
    explode: bool,
    allow_reserved: bool,
    sensitive: bool,
}

impl Writing {
    /// A style; exploded, each element and each property is written on its own.
    pub const fn new(style: Style, explode: bool) -> Self {
        Self { style, explode, allow_reserved: false, sensitive: false }
    }

    /// The writing with reserved characters unescaped in a query, except those that structure the query itself.
    #[must_use]
    pub const fn with_reserved(self) -> Self {
        Self { allow_reserved: true, ..self }
    }

    /// The writing for a value that must not be shown.
    #[must_use]
    pub const fn as_sensitive(self) -> Self {
        Self { sensitive: true, ..self }
    }
}

/// The parameters of a call that the generated layer doesn't write.
#[derive(Clone, Default)]
pub struct Parameters {
    /// Pairs of the query, encoded.
    query: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// Without values: they may be secrets.
impl std::fmt::Debug for Parameters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parameters").finish_non_exhaustive()
    }
}

impl Parameters {
    /// Adds a parameter of the query.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] naming the parameter, when its value can't be written in a query.
    pub fn query<E>(
        &mut self,
        operation: &'static Operation,
        name: &'static str,
        writing: Writing,
        value: &(impl Serialize + ?Sized),
    ) -> Result<(), Error<E>> {
        let part = Part::of(value).map_err(|problem| unwritable(operation, "query", name, &problem))?;
        write_pairs(&mut self.query, name, writing, &part)
            .map_err(|problem| unwritable(operation, "query", name, &problem))
    }

    /// Adds a header.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidArgument`] naming the parameter, when its value can't be a header's.
    pub fn header<E>(
        &mut self,
        operation: &'static Operation,
        name: &'static str,
        writing: Writing,
        value: &(impl Serialize + ?Sized),
    ) -> Result<(), Error<E>> {
        let checked = Part::of(value).and_then(|part| separators::check_header(writing, &part).map(|()| part));
        let part = checked.map_err(|problem| unwritable(operation, "header", name, &problem))?;
        let Some(text) = write_single(name, writing, &part, Escape::Nothing) else { return Ok(()) };
        let invalid = || {
            let problem = format!("the header parameter `{name}` contains a line break or another control character");
            Error::invalid_argument(operation, problem)
        };
        if text.starts_with([' ', '\t']) || text.ends_with([' ', '\t']) {
            let problem = format!("the header parameter `{name}` begins or ends with a space, which HTTP drops");
            return Err(Error::invalid_argument(operation, problem));
        }
        let mut value = HeaderValue::try_from(text).map_err(|_| invalid())?;
        value.set_sensitive(writing.sensitive);
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| Error::invalid_argument(operation, format!("no header can be called `{name}`")))?;
        self.headers.push((name, value));
        Ok(())
    }

    /// Puts them into a request.
    pub(crate) fn put(&self, request: &mut reqwest::Request) {
        for (name, value) in &self.headers {
            request.headers_mut().insert(name, value.clone());
        }
        if self.query.is_empty() {
            return;
        }
        let query = match request.url().query() {
            Some(before) if !before.is_empty() => format!("{before}&{}", self.query),
            _ => self.query.clone(),
        };
        request.url_mut().set_query(Some(&query));
    }
}

/// Writes a path parameter as a segment of the URL.
///
/// # Errors
///
/// [`Error::InvalidArgument`] naming the parameter, when it would not stay one segment: see
/// [`check_path_segment`](crate::codegen::check_path_segment).
pub fn write_path<E>(
    operation: &'static Operation,
    name: &'static str,
    writing: Writing,
    value: &(impl Serialize + ?Sized),
) -> Result<String, Error<E>> {
    let part = Part::of(value).map_err(|problem| unwritable(operation, "path", name, &problem))?;
    let plain = write_single(name, writing, &part, Escape::Nothing).unwrap_or_default();
    crate::path::check_path_segment(operation, name, &plain)?;
    Ok(write_single(name, writing, &part, Escape::All).unwrap_or_default())
}

/// Refuses a body with a number that JSON can't express: it would be sent as null.
///
/// # Errors
///
/// [`Error::InvalidArgument`] naming the property.
pub fn check_numbers<E>(operation: &'static Operation, body: &(impl Serialize + ?Sized)) -> Result<(), Error<E>> {
    match Part::of(body) {
        Ok(_) => Ok(()),
        Err(problem) => Err(Error::invalid_argument(operation, format!("the body{problem}"))),
    }
}

fn unwritable<E>(operation: &'static Operation, place: &str, name: &str, problem: &Unwritable) -> Error<E> {
    Error::invalid_argument(operation, format!("the {place} parameter `{name}`{problem}"))
}

/// Writes an object as the body of a form, some of its fields in a style of their own. The error is the problem.
///
/// By default an array becomes one field per element, and an object becomes JSON.
pub(crate) fn write_form(body: &(impl Serialize + ?Sized), fields: &[(&str, Writing)]) -> Result<String, String> {
    let members = match Part::of(body) {
        Ok(Part::Object(members)) => members,
        Ok(_) => return Err("the body is no object, and a form has fields".to_owned()),
        Err(problem) => return Err(format!("the body{problem}")),
    };
    let mut form = String::new();
    for (name, part) in &members {
        let own = fields.iter().find(|(field, _)| field == name).map(|(_, writing)| *writing);
        match (own, part) {
            (Some(writing), part) => write_pairs(&mut form, name, writing, part)
                .map_err(|problem| format!("the field `{name}` of the body{problem}"))?,
            (None, Part::Array(items)) => {
                let texts = items.iter().filter_map(text_or_json);
                texts.for_each(|text| push_field(&mut form, name, &text));
            }
            (None, part) => {
                if let Some(text) = text_or_json(part) {
                    push_field(&mut form, name, &text);
                }
            }
        }
    }
    Ok(form)
}

/// Adds a field in the usual encoding of forms, with a plus for a space.
fn push_field(form: &mut String, name: &str, text: &str) {
    let pair = form_urlencoded::Serializer::new(String::new()).append_pair(name, text).finish();
    push_pair(form, &pair);
}

fn push_pair(query: &mut String, pair: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    query.push_str(pair);
}

/// The string of a scalar, or an array or object as JSON; `None` for null.
fn text_or_json(part: &Part) -> Option<String> {
    match part {
        Part::Null => None,
        Part::Array(_) | Part::Object(_) => Some(part.json()),
        Part::Bare(text) | Part::Text(text) => Some(text.clone()),
    }
}

/// The elements of an array as strings.
fn elements(items: &[Part], escape: Escape) -> Vec<String> {
    items.iter().filter_map(text_or_json).map(|text| escape.text(&text)).collect()
}

/// The properties of an object as pairs of strings.
fn members(members: &[(String, Part)], escape: Escape) -> Vec<(String, String)> {
    let known = members.iter().filter_map(|(name, part)| Some((name, text_or_json(part)?)));
    known.map(|(name, text)| (escape.text(name), escape.text(&text))).collect()
}

/// Writes a value to a query, or to a form, as pairs.
fn write_pairs(query: &mut String, name: &str, writing: Writing, part: &Part) -> Result<(), Unwritable> {
    let escape = if writing.allow_reserved { Escape::NotReserved } else { Escape::All };
    let key = Escape::All.text(name);
    let separator = match writing.style {
        Style::Json => {
            if *part != Part::Null {
                push_pair(query, &format!("{key}={}", escape.text(&part.json())));
            }
            return Ok(());
        }
        Style::DeepObject => {
            write_deep(query, &key, escape, part);
            return Ok(());
        }
        Style::SpaceDelimited => "%20",
        Style::PipeDelimited => "%7C",
        // The last three don't apply to queries; the lowering lets none of them through.
        Style::Form | Style::Simple | Style::Label | Style::Matrix => ",",
    };
    separators::check(writing, part)?;
    match part {
        Part::Null => {}
        Part::Bare(text) | Part::Text(text) => push_pair(query, &format!("{key}={}", escape.text(text))),
        Part::Array(items) => {
            let texts = elements(items, escape);
            if writing.explode {
                texts.iter().for_each(|text| push_pair(query, &format!("{key}={text}")));
            } else if !texts.is_empty() {
                push_pair(query, &format!("{key}={}", texts.join(separator)));
            }
        }
        Part::Object(parts) if writing.explode => {
            for (name, part) in parts {
                let name = Escape::All.text(name);
                let texts = match part {
                    Part::Array(items) => elements(items, escape),
                    part => text_or_json(part).map(|text| escape.text(&text)).into_iter().collect(),
                };
                texts.iter().for_each(|text| push_pair(query, &format!("{name}={text}")));
            }
        }
        Part::Object(parts) => {
            let texts: Vec<String> = members(parts, escape).into_iter().flat_map(|(name, text)| [name, text]).collect();
            if !texts.is_empty() {
                push_pair(query, &format!("{key}={}", texts.join(separator)));
            }
        }
    }
    Ok(())
}

/// `key[property][0]=value`. The brackets are not escaped, since servers look for them.
fn write_deep(query: &mut String, key: &str, escape: Escape, part: &Part) {
    match part {
        Part::Null => {}
        Part::Bare(text) | Part::Text(text) => push_pair(query, &format!("{key}={}", escape.text(text))),
        Part::Array(items) => {
            let known = items.iter().filter(|item| **item != Part::Null);
            known.enumerate().for_each(|(at, item)| write_deep(query, &format!("{key}[{at}]"), escape, item));
        }
        Part::Object(parts) => {
            for (name, part) in parts {
                write_deep(query, &format!("{key}[{}]", Escape::All.text(name)), escape, part);
            }
        }
    }
}

/// Writes a value for a path or a header, as one string; `None` for null and for empty arrays and objects.
fn write_single(name: &str, writing: Writing, part: &Part, escape: Escape) -> Option<String> {
    let explode = writing.explode;
    let name = escape.text(name);
    let pairs = |separator: &str, parts: &[(String, Part)]| {
        let texts = members(parts, escape).into_iter().map(|(name, text)| format!("{name}={text}"));
        texts.collect::<Vec<_>>().join(separator)
    };
    let flat = |parts: &[(String, Part)]| {
        let texts = members(parts, escape).into_iter().flat_map(|(name, text)| [name, text]);
        texts.collect::<Vec<_>>().join(",")
    };
    let matrix = |text: &str| if text.is_empty() { format!(";{name}") } else { format!(";{name}={text}") };
    match (part, writing.style) {
        (Part::Null, _) => None,
        (part, Style::Json) => Some(escape.text(&part.json())),
        (Part::Bare(text) | Part::Text(text), Style::Label) => Some(format!(".{}", escape.text(text))),
        (Part::Bare(text) | Part::Text(text), Style::Matrix) => Some(matrix(&escape.text(text))),
        (Part::Bare(text) | Part::Text(text), _) => Some(escape.text(text)),
        (Part::Array(items), style) => {
            let texts = elements(items, escape);
            if texts.is_empty() {
                return None;
            }
            Some(match (style, explode) {
                (Style::Label, true) => format!(".{}", texts.join(".")),
                (Style::Label, false) => format!(".{}", texts.join(",")),
                (Style::Matrix, true) => texts.iter().map(|text| matrix(text)).collect(),
                (Style::Matrix, false) => matrix(&texts.join(",")),
                _ => texts.join(","),
            })
        }
        (Part::Object(parts), _) if members(parts, escape).is_empty() => None,
        (Part::Object(parts), style) => Some(match (style, explode) {
            (Style::Label, true) => format!(".{}", pairs(".", parts)),
            (Style::Label, false) => format!(".{}", flat(parts)),
            (Style::Matrix, true) => format!(";{}", pairs(";", parts)),
            (Style::Matrix, false) => matrix(&flat(parts)),
            (_, true) => pairs(",", parts),
            (_, false) => flat(parts),
        }),
    }
}
