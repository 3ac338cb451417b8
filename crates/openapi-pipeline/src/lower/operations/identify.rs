//! The ids of operations.

use crate::lower::rule;
use crate::lower::work::Work;
use crate::names::{self, Scope, lower_camel, snake};
use crate::report::signature;
use crate::vocabulary::layout::each_operation_mut;

/// The holder, in messages, of the method names that every client has.
const CLIENT: &str = "the client itself";

/// Gives every operation an id, and no two the same function name.
pub(crate) fn run(work: &mut Work<'_>) {
    let Work { cx, document, .. } = work;
    let mut taken = Scope::reserving(names::CLIENT, CLIENT);
    // The vendor's ids come first: a synthesized id never takes the name of one of them.
    each_operation_mut(document, &mut |path, method, operation| {
        let Some(id) = operation.get("operationId") else { return };
        let (origin, mut text) = (id.origin, id.as_str().unwrap_or_default().to_owned());
        if !text.is_empty() && !is_function_name(&text) {
            let named = lower_camel(&format!("op {text}"));
            cx.note(&rule::FUNCTION_NAME, origin, format!("`{text}` becomes `{named}`"));
            operation.set("operationId", named.clone());
            text = named;
        }
        if text.is_empty() {
            operation.remove("operationId");
        } else if !taken.take(snake(&text), &text) {
            let holder = match taken.holder(&snake(&text)) {
                Some(CLIENT) | None => CLIENT.to_owned(),
                Some(operation) => format!("`{operation}`"),
            };
            let new = taken.allocate(&synthesized(method, path), snake);
            let here = signature(method, path);
            cx.note(
                &rule::UNIQUE_ID,
                origin,
                format!("`{text}` of `{here}` becomes `{new}`: {holder} has the same function name"),
            );
            operation.set("operationId", new);
        }
    });
    each_operation_mut(document, &mut |path, method, operation| {
        if operation.get("operationId").is_none() {
            let new = taken.allocate(&synthesized(method, path), snake);
            cx.note(&rule::SYNTHESIZE_ID, operation.origin, format!("`{}` becomes `{new}`", signature(method, path)));
            operation.set("operationId", new);
        }
    });
}

/// Whether an id makes a function name of itself: it begins with a letter, and isn't `gen`, which became a keyword in 2024.
fn is_function_name(id: &str) -> bool {
    id.chars().find(|char| char.is_alphanumeric()).is_none_or(char::is_alphabetic) && snake(id) != "gen_"
}

/// `GET /users/{id}/keys` -> `getUsersByIdKeys`.
fn synthesized(method: &str, path: &str) -> String {
    let mut words = method.to_owned();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        words.push(' ');
        words.push_str(&segment.replace('{', " by ").replace('}', " "));
    }
    lower_camel(&words)
}
