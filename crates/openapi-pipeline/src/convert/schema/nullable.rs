//! Brings the many ways to allow `null` to the one of 3.0: `nullable: true`.

use std::collections::HashSet;

use crate::convert::rules::{
    NULL_BRANCH, NULL_IN_ENUM, NULL_TYPE, TYPE_ARRAY_NULLABLE, TYPE_ARRAY_SINGLE, TYPE_ARRAY_UNION,
};
use crate::convert::schema::require;
use crate::vocabulary::is_annotation;
use crate::{Context, Node, Value};

/// Whether a keyword annotates a schema without restricting its values.
fn is_remark(key: &str) -> bool {
    is_annotation(key) || key.starts_with("x-") || matches!(key, "example" | "examples" | "discriminator")
}

/// Removes the null branches of `oneOf` and `anyOf`. True when a branch was pulled up into the schema itself.
pub(super) fn branches(cx: &mut Context, schema: &mut Node) -> bool {
    ["oneOf", "anyOf"].into_iter().any(|keyword| without_null(cx, schema, keyword))
}

fn without_null(cx: &mut Context, schema: &mut Node, keyword: &str) -> bool {
    let Some(branches) = schema.get_mut(keyword).and_then(Node::as_array_mut) else { return false };
    let Some(origin) = branches.iter().find(|branch| is_null(branch)).map(|branch| branch.origin) else { return false };
    branches.retain(|branch| !is_null(branch));
    if branches.is_empty() {
        schema.remove(keyword);
        only_null(schema);
        cx.note(&NULL_BRANCH, origin, format!("every branch of {keyword} is null"));
        return false;
    }
    let last = if branches.len() == 1 { branches.pop() } else { None };
    let Some(branch) = last else {
        schema.set("nullable", true);
        cx.note(&NULL_BRANCH, origin, format!("a null branch of {keyword} became nullable"));
        return false;
    };
    schema.remove(keyword);
    let pulled_up = pull_up(schema, branch);
    schema.set("nullable", true);
    let how = if pulled_up { "pulled up" } else { "kept under allOf" };
    cx.note(&NULL_BRANCH, origin, format!("a null branch of {keyword} became nullable; the other branch was {how}"));
    pulled_up
}

fn is_null(branch: &Node) -> bool {
    let Some(members) = branch.as_object() else { return false };
    let says_null = |key: &str, value: &Node| match (key, &value.value) {
        ("type", Value::String(name)) => name == "null",
        ("type", Value::Array(names)) => names.len() == 1 && names.iter().all(|name| name.as_str() == Some("null")),
        ("const", Value::Null) => true,
        ("enum", Value::Array(values)) => !values.is_empty() && values.iter().all(|value| value.value == Value::Null),
        _ => false,
    };
    members.iter().any(|(key, value)| says_null(key, value))
        && members.iter().all(|(key, value)| says_null(key, value) || is_remark(key) || key == "$comment")
}

/// Merges the members of `branch` into the enclosing schema, if that keeps the meaning of both; otherwise requires it.
fn pull_up(schema: &mut Node, branch: Node) -> bool {
    let Some(outer) = schema.as_object() else { return false };
    let fits = branch.as_object().is_some_and(|inner| {
        let agrees = |(key, value): (&String, &Node)| outer.get(key).is_none_or(|other| other == value);
        // A `$ref` would lose its siblings, and restrictions of the outer schema must not mix with the inner keywords.
        !inner.contains_key("$ref") && outer.keys().all(|key| is_remark(key)) && inner.iter().all(agrees)
    });
    match branch.value {
        Value::Object(inner) if fits => {
            schema.as_object_mut().into_iter().for_each(|outer| outer.extend(inner.clone()));
            true
        }
        _ => {
            require(schema, branch, false);
            false
        }
    }
}

/// Makes the schema allow only `null`, in the form of 3.0 that generators take for a null.
fn only_null(schema: &mut Node) {
    let null = Node::new(Value::Null, schema.origin);
    schema.remove("type");
    schema.set("enum", vec![null]);
    schema.set("nullable", true);
}

/// Reduces `type` to one type.
pub(super) fn types(cx: &mut Context, schema: &mut Node) {
    let Some(declared) = schema.get("type") else { return };
    let origin = declared.origin;
    let listed = match &declared.value {
        Value::String(name) if name == "null" => vec!["null".to_owned()],
        Value::Array(items) => {
            let mut seen = HashSet::new();
            items.iter().filter_map(Node::as_str).filter(|name| seen.insert(*name)).map(str::to_owned).collect()
        }
        _ => return,
    };
    let has_null = listed.iter().any(|name| name == "null");
    let has_number = listed.iter().any(|name| name == "number");
    // An integer is a number, so naming both says no more than naming the wider one.
    let others: Vec<String> =
        listed.into_iter().filter(|name| name != "null" && !(has_number && name == "integer")).collect();
    if has_null && !others.is_empty() {
        schema.set("nullable", true);
        cx.note(&TYPE_ARRAY_NULLABLE, origin, format!("{} or null became nullable", others.join(", ")));
    }
    match others.as_slice() {
        [] if has_null => {
            only_null(schema);
            cx.note(&NULL_TYPE, origin, "became a nullable enum of null");
        }
        [] => {
            schema.remove("type");
            cx.note(&TYPE_ARRAY_SINGLE, origin, "removed an empty array of types");
        }
        [one] => {
            if !has_null {
                cx.note(&TYPE_ARRAY_SINGLE, origin, format!("became {one}"));
            }
            replace_type(schema, one);
        }
        several => {
            cx.note(&TYPE_ARRAY_UNION, origin, format!("became a oneOf of {}", several.join(", ")));
            split(schema, several);
        }
    }
}

fn replace_type(schema: &mut Node, name: &str) {
    if let Some(member) = schema.get_mut("type") {
        *member = Node::new(name, member.origin);
    }
}

/// Makes one branch for each type. Keywords that only restrict values of one type go to its branch.
fn split(schema: &mut Node, types: &[String]) {
    let origin = schema.origin;
    let mut branches: Vec<Node> = types.iter().map(|name| Node::object(origin).with("type", name.as_str())).collect();
    schema.remove("type");
    let keys: Vec<String> = schema.as_object().into_iter().flat_map(|members| members.keys().cloned()).collect();
    for key in keys {
        let Some(position) = types.iter().position(|name| speaks_of(&key, schema.get_str("format"), name)) else {
            continue;
        };
        if let Some(value) = schema.remove(&key)
            && let Some(members) = branches.get_mut(position).and_then(Node::as_object_mut)
        {
            members.insert(key, value);
        }
    }
    if let Some(values) = schema.get("enum").and_then(Node::as_array).map(<[Node]>::to_vec)
        && values.iter().any(|value| types.iter().any(|name| is_of_type(value, name)))
    {
        split_enum(&mut branches, &values);
        schema.remove("enum");
    }
    if schema.get("oneOf").is_some() {
        let union = Node::object(origin).with("oneOf", branches);
        require(schema, union, false);
    } else {
        schema.set("oneOf", branches);
    }
}

/// Gives each branch the values of its type, and removes the branches without values.
fn split_enum(branches: &mut Vec<Node>, values: &[Node]) {
    branches.retain_mut(|branch| {
        let fits = |value: &&Node| branch.get_str("type").is_some_and(|name| is_of_type(value, name));
        let own: Vec<Node> = values.iter().filter(fits).cloned().collect();
        let keep = !own.is_empty();
        branch.set("enum", own);
        keep
    });
}

fn is_of_type(value: &Node, name: &str) -> bool {
    match (&value.value, name) {
        (Value::String(_), "string") | (Value::Bool(_), "boolean") => true,
        (Value::Array(_), "array") | (Value::Object(_), "object") | (Value::Number(_), "number") => true,
        (Value::Number(number), "integer") => number.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => false,
    }
}

/// Whether a keyword restricts only the values of this type.
fn speaks_of(keyword: &str, format: Option<&str>, name: &str) -> bool {
    let numeric = || {
        format.is_some_and(|format| {
            ["int", "uint", "float", "double", "decimal"].iter().any(|prefix| format.starts_with(prefix))
        })
    };
    match keyword {
        "minLength" | "maxLength" | "pattern" | "contentEncoding" | "contentMediaType" | "contentSchema" => {
            name == "string"
        }
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
            matches!(name, "integer" | "number")
        }
        "format" if numeric() => matches!(name, "integer" | "number"),
        "format" => name == "string",
        "items" | "prefixItems" | "additionalItems" | "unevaluatedItems" | "contains" | "minContains"
        | "maxContains" | "minItems" | "maxItems" | "uniqueItems" => name == "array",
        "properties"
        | "required"
        | "additionalProperties"
        | "patternProperties"
        | "propertyNames"
        | "minProperties"
        | "maxProperties"
        | "unevaluatedProperties"
        | "dependentRequired"
        | "dependentSchemas" => name == "object",
        _ => false,
    }
}

/// Makes a schema with `null` in its `enum` nullable. The value stays: 3.0.3 asks for both.
pub(super) fn enum_values(cx: &mut Context, schema: &mut Node) {
    let values = schema.elements("enum");
    let Some(origin) = values.iter().find(|value| value.value == Value::Null).map(|value| value.origin) else { return };
    if !schema.is_true("nullable") {
        schema.set("nullable", true);
        cx.note(&NULL_IN_ENUM, origin, "made the schema nullable");
    }
}
