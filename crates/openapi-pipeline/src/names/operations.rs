//! Operations: the method, the items derived from it, and its arguments.

use super::scope::{Form, Proposal, Scope};
use super::words::{BUILDER, CLIENT, CONSTANTS, MODULES, PRIVATE_METHODS, REQUEST, REQUEST_METHODS};
use super::{NameError, Pins, Thing, constant, item, marks, snake};
use crate::vocabulary::layout::{each_operation_mut, operations};
use crate::{Node, Value};

/// The names of an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationNames {
    /// Its id in the description.
    pub(super) id: String,
    /// The method of the client.
    pub method: String,
    /// The type in `requests`.
    pub request: String,
    /// The enum in `errors`, such as `LoginError`.
    pub error: String,
    /// The enum in `answers`, of an operation with several.
    pub answer: String,
    /// The constant in `operations`.
    pub constant: String,
    /// The names of the parameters, in the order of the document.
    pub parameters: Vec<ParameterNames>,
}

/// The names of a parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParameterNames {
    /// The argument of the public method, or the method that sets it.
    pub argument: String,
    /// The argument of the private method: the name on the wire in snake case, unless another argument is called that
    /// or the method uses the name itself.
    pub inner: String,
    /// Whether the private argument is the name on the wire in snake case.
    pub is_plain: bool,
}

/// Names all operations, and makes the method of each its id.
pub(super) fn name(document: &mut Node, pins: &Pins) -> Result<Vec<OperationNames>, NameError> {
    let ids: Vec<String> =
        operations(document).map(|(_, _, one)| one.get_str("operationId").unwrap_or_default().to_owned()).collect();
    let methods = methods(&ids, pins)?;
    let of_methods = |reserved: &[&str], form, names: &dyn Fn(&str) -> Vec<String>| {
        let proposal = |method: &String| {
            let names = names(method);
            Proposal { thing: None, holder: format!("the operation `{method}`"), names, form }
        };
        let mut scope = Scope::reserving(reserved.iter().copied(), "the generated code");
        scope.settle(pins, methods.iter().map(proposal).collect())
    };
    let requests = of_methods(&MODULES, Form::Item, &|method| vec![item(method), item(&format!("{method}_request"))])?;
    let errors = of_methods(&MODULES, Form::Item, &|method| vec![item(&format!("{method}_error"))])?;
    let answers = of_methods(&MODULES, Form::Item, &|method| vec![item(&format!("{method}_answer"))])?;
    let constants = of_methods(&CONSTANTS, Form::Constant, &|method| constants(method).into())?;
    let mut named = Vec::with_capacity(methods.len());
    for (at, (path, _, operation)) in operations(document).enumerate() {
        named.push(OperationNames {
            id: ids[at].clone(),
            method: methods[at].clone(),
            request: requests[at].clone(),
            error: errors[at].clone(),
            answer: answers[at].clone(),
            constant: constants[at].clone(),
            parameters: parameters(path, operation, pins)?,
        });
    }
    let mut methods = methods.into_iter();
    each_operation_mut(document, &mut |_, _, operation| {
        if let Some(method) = methods.next() {
            operation.set("operationId", method);
        }
    });
    Ok(named)
}

/// The names that the constant of a method may have, in order of preference.
fn constants(method: &str) -> [String; 2] {
    [constant(method), format!("{}_", constant(method))]
}

/// The name of the constant of an operation, by the name of its method.
pub fn constant_of(method: &str) -> String {
    let [plain, longer] = constants(method);
    if CONSTANTS.contains(&plain.as_str()) { longer } else { plain }
}

fn methods(ids: &[String], pins: &Pins) -> Result<Vec<String>, NameError> {
    let proposal = |id: &String| Proposal::new(Thing::Operation { id: id.clone() }, vec![snake(id)], Form::Snake);
    Scope::reserving(CLIENT, "a method that every client has").settle(pins, ids.iter().map(proposal).collect())
}

/// The parts of a parameter that decide its names.
struct Parameter<'a> {
    name: &'a str,
    location: &'a str,
    required: bool,
}

fn parameters(path: &str, operation: &Node, pins: &Pins) -> Result<Vec<ParameterNames>, NameError> {
    let id = operation.get_str("operationId").unwrap_or_default();
    let listed = operation.elements("parameters");
    let listed: Vec<Parameter<'_>> = listed.iter().map(Parameter::read).collect();
    let order = precedence(path, &listed);
    let proposals = |names: &dyn Fn(&Parameter<'_>) -> Vec<String>| {
        let proposal = |parameter: &Parameter<'_>| {
            let thing = Thing::Parameter {
                of: id.to_owned(),
                location: parameter.location.to_owned(),
                name: parameter.name.to_owned(),
            };
            Proposal::new(thing, names(parameter), Form::Snake)
        };
        order.iter().map(|&at| proposal(&listed[at])).collect()
    };
    let mut public = Scope::reserving(REQUEST, "what every request has");
    let arguments = public.settle(pins, proposals(&|one| one.arguments()))?;
    let mut private = Scope::reserving(PRIVATE_METHODS, "the generated code");
    let inner = private.settle(&Pins::default(), proposals(&|one| one.inner()))?;
    let mut named = vec![ParameterNames::default(); listed.len()];
    for ((at, argument), inner) in order.iter().zip(arguments).zip(inner) {
        let is_plain = inner == snake(listed[*at].name);
        named[*at] = ParameterNames { argument, inner, is_plain };
    }
    Ok(named)
}

impl<'a> Parameter<'a> {
    fn read(node: &'a Node) -> Self {
        Self {
            name: node.get_str("name").unwrap_or_default(),
            location: node.get_str("in").unwrap_or_default(),
            required: matches!(node.get("required").map(|node| &node.value), Some(Value::Bool(true))),
        }
    }

    /// Its own name, or that with its location behind it.
    fn arguments(&self) -> Vec<String> {
        let mut plain = snake(self.name);
        let is_method = REQUEST_METHODS.contains(&plain.as_str()) && !self.required;
        if is_method || REQUEST.contains(&plain.as_str()) && plain != "body" {
            plain = format!("{plain}_parameter");
        }
        vec![snake(&plain), self.with_place(&plain)]
    }

    fn inner(&self) -> Vec<String> {
        let plain = snake(self.name);
        vec![plain.clone(), self.with_place(&plain)]
    }

    fn with_place(&self, plain: &str) -> String {
        snake(&format!("{plain}_{}", self.location))
    }
}

/// The order in which parameters choose names: those of the path, in its order, so that they have one name in all
/// operations of the path; then the header of an idempotency key, which has a method of its own; then required ones;
/// and `filter` before `$filter`.
fn precedence(path: &str, parameters: &[Parameter<'_>]) -> Vec<usize> {
    let place = |parameter: &Parameter<'_>| match parameter.location {
        "path" => path.find(&format!("{{{}}}", parameter.name)).unwrap_or(usize::MAX),
        _ => 0,
    };
    let mut order: Vec<usize> = (0..parameters.len()).collect();
    order.sort_by_key(|&at| {
        let parameter = &parameters[at];
        let is_key = parameter.location == "header" && snake(parameter.name).ends_with("idempotency_key");
        (parameter.location != "path", place(parameter), !is_key, !parameter.required, marks(parameter.name))
    });
    order
}

/// The methods of the builder that take the credentials of these schemes.
pub fn credentials<'a>(schemes: impl Iterator<Item = &'a str>) -> Vec<String> {
    let proposal = |scheme: &str| {
        let plain = snake(scheme);
        let names = vec![plain.clone(), snake(&format!("{plain}_credential"))];
        Proposal { thing: None, holder: format!("the scheme `{scheme}`"), names, form: Form::Snake }
    };
    let mut scope = Scope::reserving(BUILDER, "a method that every builder has");
    // Without pins no name is refused.
    scope.settle(&Pins::default(), schemes.map(proposal).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::Context;
    use crate::testing::tree;

    fn named(ids: &[&str]) -> Vec<OperationNames> {
        let paths: serde_json::Map<String, Json> =
            ids.iter().enumerate().map(|(at, id)| (format!("/{at}"), json!({"get": {"operationId": id}}))).collect();
        let mut document = tree(&mut Context::new(), "a.json", &json!({"paths": paths}));
        name(&mut document, &Pins::default()).unwrap()
    }

    fn arguments(parameters: Json) -> Vec<(String, String, bool)> {
        let document = json!({"paths": {"/{b}/{a}": {"get": {"operationId": "x", "parameters": parameters}}}});
        let mut document = tree(&mut Context::new(), "a.json", &document);
        let named = name(&mut document, &Pins::default()).unwrap().remove(0).parameters;
        named.into_iter().map(|one| (one.argument, one.inner, one.is_plain)).collect()
    }

    #[test]
    fn items_do_not_shadow_names_that_their_module_uses() {
        let items = named(&["option", "all", "intoFuture", "login", "option_request", "duration", "self", "gen"]);
        let requests: Vec<&str> = items.iter().map(|one| one.request.as_str()).collect();
        let expected =
            ["OptionRequest2", "All", "IntoFutureRequest", "Login", "OptionRequest", "DurationRequest", "Self_", "Gen"];
        assert_eq!(requests, expected);
        assert_eq!((items[1].constant.as_str(), items[3].constant.as_str()), ("ALL_", "LOGIN"));
        items.iter().for_each(|one| assert_eq!(constant_of(&one.method), one.constant));
        assert_eq!((items[0].error.as_str(), items[0].answer.as_str()), ("OptionError", "OptionAnswer"));
        assert_eq!(
            (items[6].method.as_str(), items[6].error.as_str(), items[7].method.as_str()),
            ("self_", "SelfError", "gen_")
        );
    }

    #[test]
    fn operations_that_become_one_name_have_a_number() {
        let items = named(&["a_b", "aB", "AB", "new", "ab"]);
        let methods: Vec<&str> = items.iter().map(|one| one.method.as_str()).collect();
        assert_eq!(methods, ["a_b", "a_b_2", "ab", "new_2", "ab_2"]);
    }

    #[test]
    fn parameters_have_their_name_then_their_place_then_a_number() {
        let one =
            |name: &str, location: &str, required: bool| json!({"name": name, "in": location, "required": required});
        let named = arguments(json!([
            one("A", "query", false),
            one("timeout", "query", false),
            one("timeout_parameter", "query", false),
            one("token", "query", true),
            one("a", "path", true),
            one("b", "path", true),
            one("a", "header", false),
            one("a", "query", true),
            one("body", "query", false),
            one("header_map", "query", false),
            one("encode_path", "header", false),
            one("options", "query", true),
            one("2fa", "query", false),
        ]));
        let expected = [
            ("a_query_2", "a_query_2", false),
            ("timeout_parameter", "timeout", true),
            ("timeout_parameter_query", "timeout_parameter", true),
            ("token", "token", true),
            ("a", "a", true),
            ("b", "b", true),
            ("a_header", "a_header", false),
            ("a_query", "a_query", false),
            ("body_query", "body_query", false),
            ("header_map", "header_map_query", false),
            ("encode_path", "encode_path_header", false),
            ("options_parameter", "options", true),
            ("x2fa", "x2fa", true),
        ];
        assert_eq!(named, expected.map(|(argument, inner, plain)| (argument.to_owned(), inner.to_owned(), plain)));
    }

    #[test]
    fn credentials_do_not_shadow_methods_of_builders() {
        assert_eq!(
            credentials(["apiKey", "server", "api_key"].into_iter()),
            ["api_key", "server_credential", "api_key_credential"]
        );
    }
}
