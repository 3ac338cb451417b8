//! Suggests where the target of an action that matches nothing may be: under another name, or at its place in another
//! dialect.

use super::target::{Step, Target};
use crate::diagnostic::suggest::{closest, listing};
use crate::vocabulary::template::without_names;
use crate::{Node, Value};

/// How many members are listed where none is similar.
const SHOWN: usize = 8;

/// The help for a target that matches nothing.
pub(super) fn help(document: &Node, target: &Target<'_>) -> String {
    let (steps, is_whole) = steps(target.text);
    let known = known(document, &steps);
    if known == steps.len() {
        return match (steps.is_empty(), is_whole) {
            (false, false) => {
                format!("`{}` is there, but holds nothing of what follows: correct the target", path(&steps))
            }
            _ => DEFAULT.to_owned(),
        };
    }
    let dialect = if document.get("swagger").is_some() { Dialect::Swagger2 } else { Dialect::OpenApi3 };
    if let Some(translated) = dialect.translate(&steps) {
        let (moved, known) = nearest(document, &translated);
        if known == moved.len() {
            let (name, moved) = (dialect.name(), path(&moved));
            return format!("this document is {name}, and an overlay is applied to it as published: it has `{moved}`");
        }
    }
    if dialect == Dialect::Swagger2 && steps.first() == Some(&Step::Name("servers".to_owned())) {
        return "Swagger 2.0 has one server, in `host`, `basePath` and `schemes`: `servers` in families.toml adds others, \
                and gives them names"
            .to_owned();
    }
    match nearest(document, &steps) {
        (near, found) if found == near.len() => format!("did you mean `{}`?", path(&near) + rest(target.text, &steps)),
        (near, found) => match near[..found] == steps[..found] {
            true => there_is(document, &near[..found]),
            false => format!("did you mean `{}`? It has no `{}`", path(&near[..found]), near[found].name()),
        },
    }
}

const DEFAULT: &str = "correct the target, or remove the action if the document no longer needs it";

fn there_is(document: &Node, parent: &[Step]) -> String {
    match find(document, parent).and_then(Node::as_object) {
        Some(members) if !parent.is_empty() && !members.is_empty() => {
            let names = listing(members.keys().map(String::as_str), SHOWN);
            format!("`{}` has {names}: correct the target, or remove the action", path(parent))
        }
        _ => DEFAULT.to_owned(),
    }
}

/// Replaces steps that lead nowhere by similar ones; returns them, and how many of them exist then.
fn nearest(document: &Node, steps: &[Step]) -> (Vec<Step>, usize) {
    let mut steps = steps.to_vec();
    loop {
        let known = known(document, &steps);
        let missing = steps.get(known).map(Step::name).unwrap_or_default();
        let parent = find(document, &steps[..known]);
        if let Some(near) = parent.and_then(|parent| member(parent, missing)) {
            steps[known] = Step::Name(near.to_owned());
        } else if let Some(section) = section_with(document, &steps).filter(|_| known == 2) {
            steps[1] = Step::Name(section);
        } else {
            return (steps, known);
        }
    }
}

/// The member of an object that a missing name may mean.
fn member<'a>(parent: &'a Node, missing: &str) -> Option<&'a str> {
    let names = || parent.as_object().into_iter().flat_map(|members| members.keys()).map(String::as_str);
    // Placeholders are often renamed, and slashes come and go.
    let template = |path: &str| without_names(path.trim_end_matches('/'));
    let same = |name: &&str| missing.starts_with('/') && template(name) == template(missing);
    names().find(same).or_else(|| closest(missing, names()))
}

/// The section of the components that has a name which the given section lacks.
fn section_with(document: &Node, steps: &[Step]) -> Option<String> {
    let [Step::Name(components), Step::Name(_), Step::Name(name), ..] = steps else { return None };
    let sections = document.get(components).filter(|_| components == "components")?.as_object()?;
    sections.iter().find(|(_, section)| section.get(name).is_some()).map(|(section, _)| section.clone())
}

/// The dialects that differ in where things are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Swagger2,
    OpenApi3,
}

/// The sections of Swagger 2.0 and OpenAPI 3 for the same things.
const SECTIONS: [(&str, &str); 4] = [
    ("definitions", "schemas"),
    ("parameters", "parameters"),
    ("responses", "responses"),
    ("securityDefinitions", "securitySchemes"),
];

impl Dialect {
    fn name(self) -> &'static str {
        match self {
            Self::Swagger2 => "Swagger 2.0",
            Self::OpenApi3 => "OpenAPI 3",
        }
    }

    /// The same place in this dialect, if the steps are those of the other one.
    fn translate(self, steps: &[Step]) -> Option<Vec<Step>> {
        let names: Vec<&str> = steps.iter().map(Step::name).collect();
        let name = |text: &str| Step::Name(text.to_owned());
        let mut translated = match (self, names.as_slice()) {
            (Self::Swagger2, ["components", section, ..]) => {
                let (old, _) = SECTIONS.iter().find(|(_, new)| new == section)?;
                [&[name(old)], &steps[2..]].concat()
            }
            (Self::OpenApi3, [section, ..]) if *section != "paths" => {
                let (_, new) = SECTIONS.iter().find(|(old, _)| old == section)?;
                [&[name("components"), name(new)], &steps[1..]].concat()
            }
            _ => steps.to_vec(),
        };
        if self == Self::Swagger2
            && let Some(at) = translated.iter().position(|step| step.name() == "content")
        {
            // The media type goes too.
            translated.drain(at..(at + 2).min(translated.len()));
        }
        if self == Self::Swagger2
            && let Some(at) = translated.iter().position(|step| step.name() == "requestBody")
        {
            translated.truncate(at);
            translated.push(name("parameters"));
        }
        (translated != steps).then_some(translated)
    }
}

/// How many of the leading steps exist.
fn known(document: &Node, steps: &[Step]) -> usize {
    (0..=steps.len()).rev().find(|count| find(document, &steps[..*count]).is_some()).unwrap_or_default()
}

fn find<'a>(document: &'a Node, steps: &[Step]) -> Option<&'a Node> {
    steps.iter().try_fold(document, |node, step| match (step, &node.value) {
        (Step::Name(name), _) => node.get(name),
        (Step::Index(index), Value::Array(items)) => items.get(*index),
        (Step::Index(_), _) => None,
    })
}

/// The leading steps of an expression that select a single place each, and whether they are all of it.
fn steps(text: &str) -> (Vec<Step>, bool) {
    let mut rest = text.strip_prefix('$').unwrap_or(text);
    let mut steps = Vec::new();
    while let Some((step, after)) = step(rest) {
        steps.push(step);
        rest = after;
    }
    (steps, rest.trim().is_empty())
}

/// The part of an expression after its single steps.
fn rest<'a>(text: &'a str, steps: &[Step]) -> &'a str {
    let mut rest = text.strip_prefix('$').unwrap_or(text);
    for _ in steps {
        rest = step(rest).map_or("", |(_, after)| after);
    }
    rest
}

fn step(text: &str) -> Option<(Step, &str)> {
    if let Some(name) = text.strip_prefix('.') {
        let is_name = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
        let end = name.find(|character| !is_name(character)).unwrap_or(name.len());
        let (name, after) = name.split_at(end);
        return (!name.is_empty()).then(|| (Step::Name(name.to_owned()), after));
    }
    let inside = text.strip_prefix('[')?.trim_start();
    let Some(quote) = inside.chars().next().filter(|first| matches!(first, '\'' | '"')) else {
        let (index, after) = inside.split_once(']')?;
        return Some((Step::Index(index.trim().parse().ok()?), after));
    };
    let (mut name, mut characters) = (String::new(), inside.char_indices().skip(1));
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => name.push(characters.next()?.1),
            _ if character == quote => {
                let after = inside.get(at + 1..)?.trim_start().strip_prefix(']')?;
                return Some((Step::Name(name), after));
            }
            _ => name.push(character),
        }
    }
    None
}

/// Steps as an expression.
fn path(steps: &[Step]) -> String {
    let is_plain = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
    };
    let mut text = String::from("$");
    for step in steps {
        text += &match step {
            Step::Name(name) if is_plain(name) => format!(".{name}"),
            Step::Name(name) => format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'")),
            Step::Index(index) => format!("[{index}]"),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::source::Step as Way;
    use crate::{Limits, Sources};

    fn help(document: &serde_json::Value, target: &str) -> String {
        let mut sources = Sources::new();
        let source = sources.add("a.json", "");
        let origin = sources.mark(source, 0..0, None, Way::Root);
        let target = Target::parse(target, origin, &Limits::default()).unwrap();
        super::help(&Node::from_json(document, origin), &target)
    }

    #[test]
    fn targets_of_the_converted_form_are_found_in_swagger() {
        let swagger = json!({"swagger": "2.0", "host": "a.example", "definitions": {"Pet": {"properties": {"id": {}}}},
            "securityDefinitions": {"key": {}}, "paths": {"/pets": {"post": {"parameters": [],
            "responses": {"200": {"schema": {}}}}}}});
        for (target, expected) in [
            ("$.components.schemas.Pet.properties.id", "`$.definitions.Pet.properties.id`"),
            ("$.components.schemas['pet'].properties", "`$.definitions.Pet.properties`"),
            ("$.components.securitySchemes.key", "`$.securityDefinitions.key`"),
            ("$.paths['/pets'].post.responses['200'].content['application/json'].schema", "['200'].schema`"),
            ("$.paths['/pets'].post.requestBody.content", "`$.paths['/pets'].post.parameters`"),
            ("$.servers[?@.url == 'https://a.example']", "families.toml"),
        ] {
            let help = help(&swagger, target);
            assert!(help.contains(expected) && help.contains("Swagger 2.0"), "{target}: {help}");
        }
    }

    #[test]
    fn targets_of_swagger_are_found_in_openapi() {
        let openapi = json!({"openapi": "3.0.3", "paths": {}, "components": {"schemas": {"Pet": {}}}});
        assert!(help(&openapi, "$.definitions.Pet").contains("it has `$.components.schemas.Pet`"));
    }

    #[test]
    fn renamed_places_are_found_by_similarity() {
        let document = json!({"openapi": "3.0.3", "paths": {"/v2/pets/{petId}/": {"get": {"parameters": [{}]}},
            "/token/refresh": {"post": {}}}, "components": {"schemas": {"Pet": {"type": "object"}}, "headers": {}}});
        for (target, expected) in [
            ("$.paths['/v2/pets/{id}'].get", "did you mean `$.paths['/v2/pets/{petId}/'].get`?"),
            ("$.paths['/refresh'].post", "did you mean `$.paths['/token/refresh'].post`?"),
            (
                "$.paths[\"/refresh\"].post.parameters[?@.name == 'x']",
                "`$.paths['/token/refresh'].post`? It has no `parameters`",
            ),
            ("$.components.schemas.Pets.type", "did you mean `$.components.schemas.Pet.type`?"),
            ("$.components.headers.Pet", "did you mean `$.components.schemas.Pet`?"),
            ("$.paths['/token/refresh'].put", "`$.paths['/token/refresh']` has `post`"),
            ("$.paths['/v2/pets/{petId}/'].get.parameters[?@.name == 'x']", "holds nothing of what follows"),
            ("$.paths['/v2/pets/{petId}/'].delete", "has `get`"),
            ("$..nothing", DEFAULT),
        ] {
            let help = help(&document, target);
            assert!(help.contains(expected), "{target}: {help}");
        }
    }
}
