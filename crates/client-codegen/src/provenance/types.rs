//! The origins of types: the generated code and the schemas are followed side by side.
//!
//! A component makes the type of its name. From there a field leads to the property of its name on the wire, a variant
//! to its value or to its branch, and the type of each to the schema of the same part. So the types that the generator
//! makes for inline schemas are found through the references to them, whatever their names.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use openapi_pipeline::source::escape_pointer;
use openapi_pipeline::vocabulary::{self, meant};
use openapi_pipeline::{Node, Origin};
use syn::{
    Attribute, Expr, ExprLit, Fields, File, FnArg, GenericArgument, Item, Lit, Pat, PathArguments, ReturnType, Type,
};

use crate::CodegenError;
use crate::model::Api;
use crate::reach::{methods_by_name, type_name, types};
use crate::wiring::places;

/// How many references and combinations lie between a schema and its target, at most.
const DEEPEST: usize = 16;

/// How many schemas a type is combined from, at most. Beyond it, the origins of properties and whether they may be null
/// stay unknown.
const MOST: usize = 200;

/// The results of the walk, by the paths of types, fields and variants.
pub(crate) struct Origins {
    pub(crate) places: BTreeMap<String, Origin>,
    /// The fields whose properties may be null.
    pub(crate) nullable: BTreeSet<String>,
}

/// The origin of each type, field and variant, by path; from the code before it is polished, which removes the wire
/// names of some enums.
pub(crate) fn origins(document: &Node, api: &Api, raw: &File) -> Result<Origins, CodegenError> {
    let items = types(raw)?;
    let types = items.iter().filter_map(|item| Some((type_name(item)?, item))).collect();
    let components: Vec<(&String, &Node)> = vocabulary::schemas(document).collect();
    let mut walk = Walk {
        document,
        types,
        components: components.iter().map(|(name, schema)| (reference(name), Component { name, schema })).collect(),
        origins: BTreeMap::new(),
        nullable: BTreeSet::new(),
        open: Vec::new(),
    };
    // Components first: each keeps the type of its name, whatever refers to it.
    for (component, schema) in &components {
        walk.assign(component, schema);
    }
    let methods = methods_by_name(raw);
    for operation in &api.operations {
        let node = document.pointer(&operation.pointer);
        let (Some(node), Some(method)) = (node, methods.get(&operation.names.method)) else { continue };
        walk.operation(node, operation, method);
    }
    walk.run();
    walk.name_the_rest();
    Ok(Origins { places: walk.origins, nullable: walk.nullable })
}

/// A component; its type has the same name.
#[derive(Clone, Copy)]
struct Component<'a> {
    name: &'a str,
    schema: &'a Node,
}

/// A reference to a component.
fn reference(component: &str) -> String {
    format!("#/components/schemas/{}", escape_pointer(component))
}

struct Walk<'a> {
    document: &'a Node,
    types: HashMap<String, &'a Item>,
    /// By the references to them: unions refer to the same components repeatedly.
    components: HashMap<String, Component<'a>>,
    origins: BTreeMap<String, Origin>,
    nullable: BTreeSet<String>,
    /// Types whose parts are still to be visited.
    open: Vec<(&'a Item, &'a Node)>,
}

impl<'a> Walk<'a> {
    /// Records the origin of a type; the first one stays.
    fn assign(&mut self, name: &str, schema: &'a Node) {
        let Some((item, path)) = self.types.get(name).map(|item| (*item, format!("types::{name}"))) else { return };
        if let Entry::Vacant(vacant) = self.origins.entry(path) {
            vacant.insert(schema.origin);
            self.open.push((item, schema));
        }
    }

    fn run(&mut self) {
        while let Some((item, schema)) = self.open.pop() {
            match item {
                Item::Struct(item) => self.fields(&format!("types::{}", item.ident), &item.fields, schema),
                Item::Enum(item) => self.variants(item, schema),
                Item::Type(item) => self.descend(&item.ty, schema),
                _ => {}
            }
        }
    }

    fn operation(&mut self, node: &'a Node, operation: &crate::model::Operation, method: &'a syn::ImplItemFn) {
        let listed = node.elements("parameters");
        let places = places(method);
        for input in &method.sig.inputs {
            let FnArg::Typed(argument) = input else { continue };
            let Pat::Ident(pattern) = &*argument.pat else { continue };
            let place = places.iter().find(|(argument, _)| pattern.ident == argument).map(|(_, place)| place);
            let at = place.and_then(|place| operation.parameter_at(place));
            match at.and_then(|at| listed.get(at)) {
                Some(parameter) => self.descend(&argument.ty, parameter.get("schema").unwrap_or(parameter)),
                None => {
                    if let Some(body) = node.get("requestBody") {
                        self.descend(&argument.ty, content(body));
                    }
                }
            }
        }
        if let ReturnType::Type(_, ty) = &method.sig.output
            && let Some((_, response)) = node.members("responses").find(|(status, _)| crate::model::is_success(status))
        {
            self.descend(ty, content(response));
        }
    }

    /// The fields of a struct or of a variant.
    fn fields(&mut self, path: &str, fields: &'a Fields, schema: &'a Node) {
        for (index, field) in fields.iter().enumerate() {
            let Some(ident) = &field.ident else {
                self.origins.entry(format!("{path}::{index}")).or_insert(schema.origin);
                self.descend(&field.ty, schema);
                continue;
            };
            let wire = renamed(&field.attrs).unwrap_or_else(|| ident.to_string());
            let mut found = self.property(schema, &wire);
            if found.is_none() && has_serde(&field.attrs, "flatten") {
                // A field without a wire name: a numbered branch of a union, or additional properties.
                let branch = ident.to_string().strip_prefix("subtype_").and_then(|at| at.parse::<usize>().ok());
                let branch = branch.and_then(|at| self.choice(schema, DEEPEST).get(at));
                found = branch.or_else(|| meant(self.document, schema).get("additionalProperties"));
            }
            if self.may_be_null(schema, &wire) {
                self.nullable.insert(format!("{path}::{ident}"));
            }
            let property = found.unwrap_or(schema);
            self.origins.entry(format!("{path}::{ident}")).or_insert(property.origin);
            self.descend(&field.ty, property);
        }
    }

    fn variants(&mut self, item: &'a syn::ItemEnum, schema: &'a Node) {
        let path = format!("types::{}", item.ident);
        let choice = self.choice(schema, DEEPEST);
        let values = if item.variants.iter().any(is_unit) { self.values(schema) } else { HashMap::new() };
        let branches = self.branches(choice);
        let holding = item.variants.iter().filter(|variant| !is_unit(variant)).count();
        let is_tagged = !has_serde(&item.attrs, "untagged");
        let mut at = 0;
        for variant in &item.variants {
            let wire = renamed(&variant.attrs).unwrap_or_else(|| variant.ident.to_string());
            let variant_path = format!("{path}::{}", variant.ident);
            // A unit variant is found by its value, another by the type it holds, else by its position.
            let value = values.get(wire.as_str()).copied().filter(|_| is_unit(variant));
            let branch = value.or_else(|| {
                held(variant).and_then(|held| branches.get(held.as_str()).copied()).or_else(|| {
                    if choice.len() == item.variants.len() || choice.len() == holding { choice.get(at) } else { None }
                })
            });
            if value.is_none() {
                at += 1;
            }
            let branch = branch.unwrap_or(schema);
            self.origins.entry(variant_path.clone()).or_insert(branch.origin);
            // An externally tagged variant holds the property of its name.
            let inside = if is_tagged { self.property(branch, &wire) } else { None }.unwrap_or(branch);
            match &variant.fields {
                Fields::Unit => {}
                Fields::Named(_) => self.fields(&variant_path, &variant.fields, inside),
                Fields::Unnamed(fields) => fields.unnamed.iter().for_each(|field| self.descend(&field.ty, inside)),
            }
        }
    }

    /// The branches that refer to components, by the types of these.
    fn branches(&self, choice: &'a [Node]) -> HashMap<&'a str, &'a Node> {
        let mut found = HashMap::new();
        for branch in choice {
            if let Some(component) = branch.get_str("$ref").and_then(|target| self.components.get(target)) {
                found.entry(component.name).or_insert(branch);
            }
        }
        found
    }

    /// The target of a reference.
    fn target(&self, reference: &str) -> Option<&'a Node> {
        match self.components.get(reference) {
            Some(component) => Some(component.schema),
            None => self.document.pointer(reference),
        }
    }

    /// Follows a type and its schema in parallel: the parts of the type belong to the parts of the schema.
    fn descend(&mut self, ty: &'a Type, schema: &'a Node) {
        let mut ty = ty;
        let mut schema = schema;
        // A written type is nested no deeper than its source; the limit is against mistakes.
        for _ in 0..DEEPEST * 4 {
            if let Type::Reference(reference) = ty {
                ty = &reference.elem;
                continue;
            }
            if let Some(name) = local(ty) {
                self.assign(&name, schema);
            }
            let Type::Path(path) = ty else { return };
            let Some(last) = path.path.segments.last() else { return };
            let PathArguments::AngleBracketed(arguments) = &last.arguments else { return };
            let mut types = arguments.args.iter().filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            });
            let Some(first) = types.next() else { return };
            let meant = meant(self.document, schema);
            match last.ident.to_string().as_str() {
                "Vec" | "BTreeSet" | "HashSet" => {
                    schema = meant.get("items").unwrap_or(schema);
                    ty = first;
                }
                "BTreeMap" | "HashMap" => {
                    if let Some(key) = local(first) {
                        self.assign(&key, schema);
                    }
                    let Some(value) = types.next() else { return };
                    schema = meant.get("additionalProperties").unwrap_or(schema);
                    ty = value;
                }
                _ => ty = first,
            }
        }
    }

    /// The property of a name, also in combined schemas: the nearest one.
    fn property(&self, schema: &'a Node, name: &str) -> Option<&'a Node> {
        self.nearest(schema, |schema| schema.get("properties").and_then(|properties| properties.get(name)))
    }

    /// Searches a schema, then the nearest of those that it is combined from: each reference is followed once, and no
    /// more than [`MOST`] schemas are visited.
    fn nearest<T>(&self, schema: &'a Node, mut find: impl FnMut(&'a Node) -> Option<T>) -> Option<T> {
        let (mut open, mut seen) = (VecDeque::from([schema]), HashSet::new());
        let mut left = MOST;
        while let Some(schema) = open.pop_front() {
            left = left.checked_sub(1)?;
            if let Some(target) = schema.get_str("$ref") {
                open.extend(self.target(target).filter(|_| seen.insert(target)));
                continue;
            }
            if let Some(found) = find(schema) {
                return Some(found);
            }
            open.extend(combined(schema).take(MOST));
        }
        None
    }

    /// Whether the property of a name may be null: all parts of the schema that describe it must allow it.
    fn may_be_null(&self, schema: &'a Node, name: &str) -> bool {
        let mut open = vec![schema];
        let mut found = false;
        let mut left = MOST;
        while let Some(schema) = open.pop() {
            let Some(fewer) = left.checked_sub(1) else { return false };
            left = fewer;
            open.extend(schema.get_str("$ref").and_then(|target| self.target(target)));
            open.extend(combined(schema).take(MOST));
            if let Some(property) = schema.get("properties").and_then(|properties| properties.get(name)) {
                if !property.is_true("nullable") {
                    return false;
                }
                found = true;
            }
        }
        found
    }

    /// The values of an enum, also in combined schemas: the nearest of each.
    fn values(&self, schema: &'a Node) -> HashMap<&'a str, &'a Node> {
        let mut values = HashMap::new();
        let _ = self.nearest(schema, |schema| -> Option<()> {
            for value in schema.elements("enum") {
                if let Some(text) = value.as_str() {
                    values.entry(text).or_insert(value);
                }
            }
            None
        });
        values
    }

    /// The branches of a schema, also through references and combinations.
    fn choice(&self, schema: &'a Node, depth: usize) -> &'a [Node] {
        let Some(depth) = depth.checked_sub(1) else { return &[] };
        let own = ["oneOf", "anyOf"].into_iter().find_map(|key| schema.get(key)).and_then(Node::as_array);
        match (own, schema.get_str("$ref").and_then(|target| self.target(target))) {
            (Some(own), _) => own,
            (None, Some(target)) => self.choice(target, depth),
            (None, None) => {
                let branches = schema.elements("allOf");
                branches.iter().map(|branch| self.choice(branch, depth)).find(|found| !found.is_empty()).unwrap_or(&[])
            }
        }
    }

    /// A type that no reference led to belongs to the type whose name it begins with.
    fn name_the_rest(&mut self) {
        let missing: BTreeSet<String> = self.types.keys().filter(|name| !self.knows(name)).cloned().collect();
        for name in missing {
            let known = name.char_indices().rev().find_map(|(at, _)| {
                let start = name.get(..at).filter(|start| !start.is_empty())?;
                self.origins.get(&format!("types::{start}")).copied()
            });
            let Some(item) = self.types.get(&name) else { continue };
            let origin = known.unwrap_or(self.document.origin);
            let path = format!("types::{name}");
            let parts: Vec<String> = match item {
                Item::Struct(item) => item
                    .fields
                    .iter()
                    .enumerate()
                    .map(|(at, field)| field.ident.as_ref().map_or_else(|| at.to_string(), ToString::to_string))
                    .collect(),
                Item::Enum(item) => item.variants.iter().map(|variant| variant.ident.to_string()).collect(),
                _ => Vec::new(),
            };
            for part in parts {
                self.origins.entry(format!("{path}::{part}")).or_insert(origin);
            }
            self.origins.insert(path, origin);
        }
    }

    fn knows(&self, name: &str) -> bool {
        self.origins.contains_key(&format!("types::{name}"))
    }
}

/// The schema of the first body that has one; else the body.
fn content(body: &Node) -> &Node {
    body.members("content").find_map(|(_, media)| media.get("schema")).unwrap_or(body)
}

fn combined(schema: &Node) -> impl Iterator<Item = &Node> {
    ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|key| schema.get(key)?.as_array()).flatten()
}

fn is_unit(variant: &syn::Variant) -> bool {
    matches!(variant.fields, Fields::Unit)
}

/// The type of the crate that a variant holds, if it holds nothing else.
fn held(variant: &syn::Variant) -> Option<String> {
    match &variant.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => local(innermost(&fields.unnamed.first()?.ty)),
        _ => None,
    }
}

/// The name of a type of the crate.
fn local(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let ours = path.path.leading_colon.is_none() && matches!(last.arguments, PathArguments::None);
    ours.then(|| last.ident.to_string())
}

/// The type within boxes and options.
fn innermost(ty: &Type) -> &Type {
    let mut ty = ty;
    while let Type::Path(path) = ty
        && let Some(last) = path.path.segments.last()
        && let PathArguments::AngleBracketed(arguments) = &last.arguments
        && let Some(GenericArgument::Type(inner)) = arguments.args.first()
    {
        ty = inner;
    }
    ty
}

/// The name on the wire, where it is not the name in Rust.
fn renamed(attrs: &[Attribute]) -> Option<String> {
    let mut found = None;
    each_serde(attrs, &mut |key, value| {
        if key.is_ident("rename") {
            found = value;
        }
    });
    found
}

fn has_serde(attrs: &[Attribute], word: &str) -> bool {
    let mut found = false;
    each_serde(attrs, &mut |key, _| found |= key.is_ident(word));
    found
}

fn each_serde(attrs: &[Attribute], visit: &mut dyn FnMut(&syn::Path, Option<String>)) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
        let _ = attr.parse_nested_meta(|meta| {
            let mut text = None;
            if meta.input.peek(syn::Token![=]) {
                if let Expr::Lit(ExprLit { lit: Lit::Str(value), .. }) = meta.value()?.parse()? {
                    text = Some(value.value());
                }
            } else if meta.input.peek(syn::token::Paren) {
                meta.parse_nested_meta(|_| Ok(()))?;
            }
            visit(&meta.path, text);
            Ok(())
        });
    }
}
