//! From names in a description to names in Rust, the way progenitor and typify make them.

use std::collections::BTreeSet;

use heck::{ToPascalCase, ToShoutySnakeCase, ToSnakeCase};

/// The Rust type typify makes for a component, such as `HttpValidationError` for `HTTPValidationError`.
pub(crate) fn type_name(component: &str) -> String {
    identifier(clean(component).to_pascal_case(), 'X')
}

/// The items that an operation is behind, each in a module of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OperationItems {
    /// The type in `requests`.
    pub(crate) request: String,
    /// The enum in `errors`, such as `LoginError`.
    pub(crate) error: String,
    /// The enum in `answers`, of an operation with several.
    pub(crate) answer: String,
    /// The constant in `operations`.
    pub(crate) constant: String,
}

/// What the emitted modules use by these names: the prelude, and what they import. A type of the same name would stand
/// before it.
const IN_USE: [&str; 24] = [
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Drop",
    "Duration",
    "Eq",
    "Err",
    "From",
    "Future",
    "Into",
    "IntoFuture",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Result",
    "Send",
    "Some",
    "String",
    "Sync",
    "Vec",
];

/// Names the items of operations, once for all of them. No two are the same, and none is one that the modules use.
pub(crate) fn operation_items<'a>(methods: impl Iterator<Item = &'a str>) -> Vec<OperationItems> {
    let methods: Vec<&str> = methods.collect();
    let mut taken: BTreeSet<String> = methods.iter().map(|method| type_name(method)).collect();
    let mut request = |method: &str| {
        let plain = type_name(method);
        if !IN_USE.contains(&plain.as_str()) {
            return plain;
        }
        let numbered = (1..).map(|number| if number == 1 { String::new() } else { number.to_string() });
        let mut names = numbered.map(|number| format!("{plain}Request{number}"));
        names.find(|name| taken.insert(name.clone())).unwrap_or(plain)
    };
    let constant = |method: &str| match shouty(method) {
        // The list of all of them has that name.
        all if all == "ALL" => "ALL_".to_owned(),
        name => name,
    };
    let items = |method: &&str| OperationItems {
        request: request(method),
        error: error_name(method),
        answer: answer_name(method),
        constant: constant(method),
    };
    methods.iter().map(items).collect()
}

/// The error enum of a method, such as `LoginError`; of `self_` it is `SelfError`.
fn error_name(method: &str) -> String {
    type_name(&format!("{method}_error"))
}

/// The enum of the answers of a method, such as `LoginAnswer`.
fn answer_name(method: &str) -> String {
    type_name(&format!("{method}_answer"))
}

/// The Rust method or field for a name, such as `refresh_token` for `refreshToken`.
pub(crate) fn snake(name: &str) -> String {
    identifier(clean(name).to_snake_case(), 'x')
}

/// The Rust constant for a method name.
fn shouty(name: &str) -> String {
    identifier(clean(name).to_shouty_snake_case(), 'X')
}

/// What typify does before it changes the case: quotes vanish, what no identifier may hold becomes a dash.
fn clean(name: &str) -> String {
    match name {
        "+1" => return "plus1".to_owned(),
        "-1" => return "minus1".to_owned(),
        _ => {}
    }
    name.chars().filter(|c| *c != '\'').map(|c| if c.is_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

fn identifier(name: String, prefix: char) -> String {
    let name = match name.chars().next() {
        None => prefix.to_string(),
        Some(first) if first.is_alphabetic() || first == '_' => name,
        Some(_) => format!("{prefix}{name}"),
    };
    if syn::parse_str::<syn::Ident>(&name).is_ok() { name } else { format!("{name}_") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_what_typify_makes() {
        assert_eq!(type_name("HTTPValidationError"), "HttpValidationError");
        assert_eq!(type_name("inline_response_200"), "InlineResponse200");
        assert_eq!(error_name("self_"), "SelfError");
        assert_eq!(snake("v1.authentication.expire-all"), "v1_authentication_expire_all");
        assert_eq!(snake("type"), "type_");
        assert_eq!(shouty("expire_all"), "EXPIRE_ALL");
    }

    #[test]
    fn no_item_stands_before_what_its_module_uses() {
        let methods = ["option", "all", "into_future", "login", "option_request", "duration"];
        let items = operation_items(methods.into_iter());
        let requests: Vec<&str> = items.iter().map(|one| one.request.as_str()).collect();
        let expected = ["OptionRequest2", "All", "IntoFutureRequest", "Login", "OptionRequest", "DurationRequest"];
        assert_eq!(requests, expected);
        assert_eq!((items[1].constant.as_str(), items[3].constant.as_str()), ("ALL_", "LOGIN"));
        assert_eq!(items[0].error, "OptionError");
    }

    #[test]
    fn no_name_escapes_being_an_identifier() {
        for hostile in ["", "*/", "../../etc", "fn", "a\"b", "1st", "Self", "\n//", "_", "🦀", "r#type"] {
            for made in [type_name(hostile), snake(hostile), shouty(hostile)] {
                assert!(syn::parse_str::<syn::Ident>(&made).is_ok(), "{hostile:?} became {made:?}");
            }
        }
    }
}
