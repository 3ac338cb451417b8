//! Detects which specification a description follows.

use super::{Dialect, strings};
use crate::{Diagnostic, Node, Sources, Value};

const SUPPORTED: &str = "Swagger 2.0, OpenAPI 3.0.x, 3.1.x and 3.2.x are supported";

/// Reads the dialect from the root object.
pub(super) fn detect(sources: &Sources, root: &Node) -> Result<Dialect, Diagnostic> {
    match (root.get("swagger"), root.get("openapi")) {
        (None, None) => Err(no_description(root)),
        (Some(swagger), Some(openapi)) => {
            Err(Diagnostic::new("ambiguous-dialect", "this says both `swagger` and `openapi`")
                .at(openapi.origin, "OpenAPI 3 here")
                .related(swagger.origin, "Swagger 2 here")
                .help("remove the one that is not meant"))
        }
        (Some(version), None) if text(sources, version).as_deref() == Some("2.0") => Ok(Dialect::Swagger2),
        (Some(version), None) => Err(unsupported(sources, "Swagger", version)),
        (None, Some(version)) => {
            let text = text(sources, version).unwrap_or_default();
            let mut numbers = text.splitn(3, '.');
            match (numbers.next(), numbers.next()) {
                (Some("3"), Some("0")) => Ok(Dialect::OpenApi30),
                (Some("3"), Some("1")) => Ok(Dialect::OpenApi31),
                (Some("3"), Some("2")) => Ok(Dialect::OpenApi32),
                _ => Err(unsupported(sources, "OpenAPI", version)),
            }
        }
    }
}

/// A version as a string; YAML parses an unquoted `2.0` as a number.
fn text(sources: &Sources, version: &Node) -> Option<String> {
    match &version.value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) => strings::written(sources, version),
        _ => None,
    }
}

fn unsupported(sources: &Sources, specification: &str, version: &Node) -> Diagnostic {
    match text(sources, version) {
        Some(text) => Diagnostic::new("unsupported-dialect", format!("{specification} {text} is not supported"))
            .at(version.origin, "this version")
            .help(SUPPORTED),
        None => Diagnostic::new("unsupported-dialect", format!("the version of {specification} is not a string"))
            .at(version.origin, "expected a version such as \"3.0.3\"")
            .help(SUPPORTED),
    }
}

fn no_description(root: &Node) -> Diagnostic {
    let label = match &root.value {
        Value::Object(_) if root.get("overlay").is_some() => "this is an overlay, which changes a description",
        Value::Object(_) => "there is neither `openapi` nor `swagger` in this object",
        _ => "the root is not an object",
    };
    Diagnostic::new("not-a-description", "this is not an API description").at(root.origin, label).help(SUPPORTED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::{MemoryFiles, parse};

    fn dialect(text: &str) -> Result<Dialect, Diagnostic> {
        let files = MemoryFiles::new().with("a.yaml", text);
        let mut cx = crate::Context::new();
        let root = parse(&mut cx, &files, "a.yaml".as_ref()).unwrap();
        detect(&cx.sources, &root)
    }

    #[test]
    fn versions_are_taken_with_and_without_quotes() {
        for (text, expected) in [
            ("swagger: '2.0'", Dialect::Swagger2),
            ("swagger: 2.0", Dialect::Swagger2),
            ("openapi: 3.0.3", Dialect::OpenApi30),
            ("openapi: 3.0", Dialect::OpenApi30),
            ("openapi: 3.0.4-rc1", Dialect::OpenApi30),
            ("{\"openapi\": \"3.1.1\"}", Dialect::OpenApi31),
            ("openapi: 3.1", Dialect::OpenApi31),
            ("openapi: 3.2.0", Dialect::OpenApi32),
            ("openapi: 3.2", Dialect::OpenApi32),
        ] {
            assert_eq!(dialect(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn other_versions_are_named() {
        for (text, version) in [
            ("openapi: 3.3.0", "OpenAPI 3.3.0"),
            ("openapi: 4.0.0", "OpenAPI 4.0.0"),
            ("openapi: 3.10", "OpenAPI 3.10 "),
            ("swagger: 2.00", "Swagger 2.00"),
            ("openapi: 3.10.0", "OpenAPI 3.10.0"),
            ("openapi: 3", "OpenAPI 3 "),
            ("swagger: '1.2'", "Swagger 1.2"),
        ] {
            let problem = dialect(text).unwrap_err();
            assert_eq!(problem.code, "unsupported-dialect");
            assert!(problem.message.contains(version), "{}", problem.message);
            assert!(problem.help.unwrap().contains("3.2.x"));
        }
        assert_eq!(dialect("openapi: [3]").unwrap_err().code, "unsupported-dialect");
        assert_eq!(dialect("openapi: 3.0.3\nswagger: '2.0'").unwrap_err().code, "ambiguous-dialect");
    }

    #[test]
    fn other_documents_are_refused() {
        for text in ["a: 1", "[]", "just text", "overlay: 1.0.0"] {
            assert_eq!(dialect(text).unwrap_err().code, "not-a-description", "{text}");
        }
        assert!(dialect("overlay: 1.0.0").unwrap_err().primary.unwrap().1.contains("overlay"));
    }
}
