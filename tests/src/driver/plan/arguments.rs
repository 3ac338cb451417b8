//! The arguments of a method, and the parameters that they are for.

use std::collections::BTreeMap;

use families::calls::{Argument, Method};

use oracle::{Location, Operation, Parameter};

/// The arguments of a method that no parameter has claimed yet.
pub(super) struct Arguments {
    pub(super) required: Vec<Argument>,
    optional: Vec<Argument>,
}

pub(super) struct Claimed {
    pub(super) name: String,
    pub(super) ty: String,
    pub(super) required: bool,
}

impl Arguments {
    pub(super) fn of(method: &Method) -> Self {
        Self { required: method.required.clone(), optional: method.optional.clone() }
    }

    /// The arguments of parameters by the order of a method, where each parameter has one: those of the path in its
    /// order, those of the query by name, the body, those of headers by name. Names play no part: `*/` has none in Rust.
    pub(super) fn by_order<'a>(&mut self, operation: &'a Operation) -> BTreeMap<(Location, &'a str), Claimed> {
        let mut found = BTreeMap::new();
        for required in [true, false] {
            let is_here = |one: &&Parameter| one.required == required && !is_special(one);
            let mut parameters: Vec<&Parameter> = operation.parameters.iter().filter(is_here).collect();
            parameters.sort_by_key(|one| match one.location {
                Location::Path => (0, operation.path.find(&format!("{{{}}}", one.name)), ""),
                Location::Header => (2, None, one.name.as_str()),
                _ => (1, None, one.name.as_str()),
            });
            let list = if required { &mut self.required } else { &mut self.optional };
            // A client of another description has other arguments, in an order that says nothing.
            let is_its = |(parameter, argument): (&&Parameter, &Argument)| {
                letters(&argument.name).contains(&letters(&parameter.name))
            };
            // Elsewhere than in a header it is a parameter like any other.
            let has_key = parameters.iter().any(|one| is_idempotency_key(&one.name));
            let is_parameter = |one: &Argument| match letters(&one.name).as_str() {
                "body" => false,
                "idempotencykey" => has_key,
                _ => true,
            };
            let known: Vec<&Argument> = list.iter().filter(|one| is_parameter(one)).collect();
            if known.len() != parameters.len() || !parameters.iter().zip(known).all(is_its) {
                continue;
            }
            let (arguments, others) = std::mem::take(list).into_iter().partition(is_parameter);
            *list = others;
            let arguments: Vec<Argument> = arguments;
            found.extend(parameters.into_iter().zip(arguments).map(|(parameter, argument)| {
                let claimed = Claimed { name: argument.name, ty: argument.ty, required };
                ((parameter.location, parameter.name.as_str()), claimed)
            }));
        }
        found
    }

    /// The argument for a parameter: names are compared by their letters and digits.
    pub(super) fn claim(&mut self, name: &str, location: Location) -> Option<Claimed> {
        let name = letters(name);
        let behind = format!("{name}{}", letters(&format!("{location:?}")));
        // The argument `body` is the request body.
        let plain = if name == "body" { Vec::new() } else { vec![name.clone()] };
        self.take(&[plain, vec![format!("{name}parameter"), behind]].concat())
    }

    /// Takes the first argument with one of these names.
    pub(super) fn take(&mut self, names: &[String]) -> Option<Claimed> {
        for (list, required) in [(&mut self.required, true), (&mut self.optional, false)] {
            for wanted in names {
                if let Some(at) = list.iter().position(|argument| letters(&argument.name) == *wanted) {
                    let argument = list.remove(at);
                    return Some(Claimed { name: argument.name, ty: argument.ty, required });
                }
            }
        }
        None
    }
}

/// Whether the client sends it by itself, or may do so.
fn is_special(parameter: &Parameter) -> bool {
    let is_cookie = parameter.location == Location::Cookie;
    is_cookie || parameter.location == Location::Header && is_idempotency_key(&parameter.name)
}

pub(super) fn is_idempotency_key(name: &str) -> bool {
    letters(name).contains("idempotencykey")
}

pub(super) fn letters(name: &str) -> String {
    name.trim_start_matches("r#").chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}
