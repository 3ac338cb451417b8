//! Requires credentials in a document that declares security schemes and requires none.

use std::collections::HashSet;

use super::rule;
use crate::diagnostic::suggest::{did_you_mean, listing};
use crate::vocabulary::layout;
use crate::vocabulary::reach::scheme_names;
use crate::{Context, Diagnostic, Diagnostics, Node, Origin};

/// Makes the operations of a 3.0.3 document that have no `security` require one of the `wanted` schemes: each is a name, or
/// several names joined by `+` that are sent together.
///
/// If none is wanted, warns if the document declares schemes and requires none of them.
///
/// # Errors
///
/// When the document declares no such scheme.
pub fn require_security(cx: &mut Context, document: &mut Node, wanted: &[String]) -> Result<(), Diagnostics> {
    let declared: Vec<(String, Origin)> = document
        .get("components")
        .into_iter()
        .flat_map(|components| components.members("securitySchemes"))
        .map(|(name, scheme)| (name.clone(), scheme.origin))
        .collect();
    if wanted.is_empty() {
        warn(cx, document, &declared);
        return Ok(());
    }
    let mut problems = Diagnostics::default();
    let mut requirements = Vec::new();
    for alternative in wanted {
        let mut requirement = Node::object(document.origin);
        for name in alternative.split('+') {
            match declared.iter().find(|(known, _)| known == name) {
                Some((_, origin)) => {
                    if let Some(members) = requirement.as_object_mut() {
                        members.insert(name.to_owned(), Node::new(Vec::new(), *origin));
                    }
                }
                None => problems.push(
                    Diagnostic::new("unknown-security", format!("the description has no security scheme `{name}`"))
                        .help(did_you_mean(
                            name,
                            "security scheme",
                            &mut declared.iter().map(|(name, _)| name.as_str()),
                        )),
                ),
            }
        }
        requirements.push(requirement);
    }
    problems.into_result()?;
    let mut count = 0_usize;
    layout::each_operation_mut(document, &mut |_, _, operation| {
        count += usize::from(operation.get("security").is_none())
    });
    let text = format!("{count} operations without a requirement of their own require {}", wanted.join(" or "));
    cx.note(&rule::REQUIRE_SECURITY, document.origin, text);
    document.set("security", requirements);
    Ok(())
}

fn warn(cx: &mut Context, document: &Node, declared: &[(String, Origin)]) {
    let required: HashSet<&str> = scheme_names(document).collect();
    let idle: Vec<&(String, Origin)> = declared.iter().filter(|(name, _)| !required.contains(name.as_str())).collect();
    // Of several kinds of credentials that a document declares, operations often take one: that is no reason to warn.
    let Some((first, origin)) = idle.first().filter(|_| required.is_empty()) else { return };
    let names = listing(idle.iter().map(|(name, _)| name.as_str()), 8);
    let message = format!("no operation requires {names}: credentials are never sent");
    let warning = Diagnostic::new("security-not-required", message).at(*origin, "declared here");
    cx.warn(warning.help(format!(
        "if operations need credentials, require them by `--security {first}`, or by an overlay that adds `security`"
    )));
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::testing::{tree, uses};

    fn run(document: Json, wanted: &[&str]) -> (Context, Result<Json, Diagnostics>) {
        let mut cx = Context::new();
        let mut root = tree(&mut cx, "a.json", &document);
        let wanted: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
        let outcome = require_security(&mut cx, &mut root, &wanted).map(|()| root.to_json()["security"].clone());
        (cx, outcome)
    }

    fn document(security: Json) -> Json {
        let mut document = json!({"paths": {"/a": {"get": {}, "post": {"security": []}}},
            "components": {"securitySchemes": {"key": {"type": "apiKey"}, "token": {"type": "http"}}}});
        if security != Json::Null {
            document["security"] = security;
        }
        document
    }

    #[test]
    fn schemes_that_nothing_requires_are_a_warning_with_the_remedy() {
        let (cx, _) = run(document(Json::Null), &[]);
        let [warning] = cx.report.warnings.as_slice() else { panic!("{:?}", cx.report.warnings) };
        assert!(warning.message.contains("`key`, `token`"), "{warning}");
        assert!(warning.help.as_deref().unwrap().contains("`--security key`"), "{warning}");
        assert_eq!(warning.place.as_ref().unwrap().pointer, "#/components/securitySchemes/key");
        // A document that requires any scheme gets no warning.
        assert!(run(document(json!([{"token": []}])), &[]).0.report.warnings.is_empty());
    }

    #[test]
    fn schemes_are_required_where_nothing_is_stated() {
        let (cx, security) = run(document(Json::Null), &["token", "key+token"]);
        assert_eq!(security.unwrap(), json!([{"token": []}, {"key": [], "token": []}]));
        assert_eq!(uses(&cx, "require-security").len(), 1);
        assert!(cx.report.notes[0].text.starts_with("1 operations"), "the other one states that it needs nothing");
        let (_, refused) = run(document(Json::Null), &["tokn"]);
        let problem = &refused.unwrap_err().0[0];
        assert_eq!((problem.code, problem.help.as_deref()), ("unknown-security", Some("did you mean `token`?")));
    }
}
