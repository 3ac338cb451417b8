//! From names in a description to names in Rust, the way progenitor and typify make them.

use heck::{ToPascalCase, ToShoutySnakeCase, ToSnakeCase};

/// The Rust type typify makes for a component, such as `HttpValidationError` for `HTTPValidationError`.
pub(crate) fn type_name(component: &str) -> String {
    identifier(clean(component).to_pascal_case(), 'X')
}

/// The error enum of a method, such as `LoginError`; of `self_` it is `SelfError`.
pub(crate) fn error_name(method: &str) -> String {
    type_name(&format!("{method}_error"))
}

/// The enum of the answers of a method, such as `LoginAnswer`.
pub(crate) fn answer_name(method: &str) -> String {
    type_name(&format!("{method}_answer"))
}

/// The Rust method or field for a name, such as `refresh_token` for `refreshToken`.
pub(crate) fn snake(name: &str) -> String {
    identifier(clean(name).to_snake_case(), 'x')
}

/// The Rust constant for a method name.
pub(crate) fn shouty(name: &str) -> String {
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
    fn no_name_escapes_being_an_identifier() {
        for hostile in ["", "*/", "../../etc", "fn", "a\"b", "1st", "Self", "\n//", "_", "🦀", "r#type"] {
            for made in [type_name(hostile), snake(hostile), shouty(hostile)] {
                assert!(syn::parse_str::<syn::Ident>(&made).is_ok(), "{hostile:?} became {made:?}");
            }
        }
    }
}
