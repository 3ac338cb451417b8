//! Estimates how much code a document becomes, before the generator runs: it can't be interrupted, and its time and
//! memory are proportional to its output.
//!
//! The numbers are bytes of formatted source for a construct, measured on documents that consist of many of one kind
//! and rounded up; those of enums and of checked strings, whose source is denser, are higher, so that a byte takes at most
//! 40 bytes of memory. References multiply nothing: each component is generated once.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use openapi_pipeline::source::escape_pointer;
use openapi_pipeline::vocabulary::{self, schemas};
use openapi_pipeline::{Diagnostic, Diagnostics, Limits, Node, Origin, Sources};

/// An operation: its method in both layers, its request, its errors.
const OPERATION: usize = 5_000;
/// A parameter: an argument or a setter, and the code that writes it.
const PARAMETER: usize = 700;
/// A response: a variant of an enum, and the code that decodes it.
const RESPONSE: usize = 500;
/// A struct without its fields.
const OBJECT: usize = 500;
/// A field with its setter.
const PROPERTY: usize = 450;
/// A union without its variants.
const UNION: usize = 500;
/// A variant of a union, and how it is told from the others.
const ALTERNATIVE: usize = 600;
/// An enum without its values.
const ENUM: usize = 2_300;
/// A value: a variant, and the code that reads and writes it.
const ENUM_VALUE: usize = 100;
/// A string with bounds or a pattern: a type that checks them.
const CHECKED: usize = 3_600;
/// How often a name occurs in the code.
const NAME: usize = 6;
/// How much longer documentation becomes.
const TEXT: usize = 2;

/// How many components may be visited to sort operations: each operation needs all of them at most.
const FOLLOWED: usize = 500_000;

/// How many parts an error names.
const SHOWN: usize = 5;

/// Refuses a document whose client would be larger than the limits allow, before [`generate`](crate::generate) runs: it
/// can't be interrupted.
///
/// # Errors
///
/// When the client would be too large. The error names the operations and schemas that most of it is made of.
pub fn check_size(document: &Node, sources: &Sources, limits: &Limits) -> Result<(), Diagnostics> {
    let sizes = Sizes::of(document);
    let described = sources.total_size();
    let allowed = limits.code.max(limits.code_growth.saturating_mul(described));
    if sizes.whole <= allowed {
        return Ok(());
    }
    let mebibytes = |bytes: usize| bytes.div_ceil(1 << 20);
    let message = format!(
        "the client would have about {} MiB of code: {} MiB are allowed for descriptions of this length",
        mebibytes(sizes.whole),
        allowed >> 20
    );
    let mut parts = sizes.parts;
    parts.sort_by_key(|part| Reverse(part.size));
    let named = |part: &Part| format!("{} ({} KiB)", part.name, part.size.div_ceil(1 << 10));
    let largest: Vec<String> = parts.iter().take(SHOWN).map(named).collect();
    let help = format!(
        "select fewer operations, or make schemas smaller by an overlay; of {} operations and {} schemas, the largest are {}",
        sizes.operations,
        sizes.components.len(),
        largest.join(", ")
    );
    let origin = parts.first().map_or(document.origin, |part| part.origin);
    Err(Diagnostic::new("too-large", message).at(origin, "the largest part").help(help).into())
}

/// The operations of a document, such as `POST /login`, the one that becomes most code first.
///
/// The schemas that an operation needs count too, unless the document has very many.
pub fn operations_by_size(document: &Node) -> Vec<String> {
    let sizes = Sizes::of(document);
    let follows = sizes.operations.saturating_mul(sizes.components.len()) <= FOLLOWED;
    let mut operations = Vec::new();
    for (path, method, node) in vocabulary::operations(document) {
        let own = operation(node);
        let size = if follows { sizes.with_needs(own, node) } else { own };
        operations.push((Reverse(size), format!("{} {path}", method.to_uppercase())));
    }
    operations.sort();
    operations.into_iter().map(|(_, operation)| operation).collect()
}

/// An operation or a component.
struct Part {
    name: String,
    size: usize,
    origin: Origin,
}

/// The estimated code of the parts of a document.
pub(crate) struct Sizes {
    /// The estimate for all of it.
    pub(crate) whole: usize,
    operations: usize,
    parts: Vec<Part>,
    /// Each component by the reference to it: its estimate, and the references in it.
    components: HashMap<String, (usize, Vec<String>)>,
}

impl Sizes {
    pub(crate) fn of(document: &Node) -> Self {
        let mut sizes = Self { whole: 0, operations: 0, parts: Vec::new(), components: HashMap::new() };
        for (path, method, node) in vocabulary::operations(document) {
            sizes.operations += 1;
            sizes.add(format!("`{} {path}`", method.to_uppercase()), operation(node), node.origin);
        }
        for (name, node) in schemas(document) {
            let size = NAME * name.len() + schema(node);
            sizes.add(format!("the schema `{name}`"), size, node.origin);
            sizes.components.insert(format!("#/components/schemas/{}", escape_pointer(name)), (size, references(node)));
        }
        sizes
    }

    fn add(&mut self, name: String, size: usize, origin: Origin) {
        self.whole = self.whole.saturating_add(size);
        self.parts.push(Part { name, size, origin });
    }

    /// The estimate for an operation or a schema, including the components that it needs.
    pub(crate) fn with_needs(&self, size: usize, node: &Node) -> usize {
        let (mut whole, mut open, mut seen) = (size, references(node), HashSet::new());
        while let Some(next) = open.pop() {
            if let Some((target, (size, references))) = self.components.get_key_value(&next)
                && seen.insert(target)
            {
                whole = whole.saturating_add(*size);
                open.extend(references.iter().filter(|next| !seen.contains(next)).cloned());
            }
        }
        whole
    }
}

fn references(node: &Node) -> Vec<String> {
    let mut found = HashSet::new();
    node.walk_objects(&mut |object| found.extend(object.get_str("$ref").map(str::to_owned)));
    found.into_iter().collect()
}

/// The estimate for an operation, without the components that it needs.
pub(crate) fn operation(node: &Node) -> usize {
    let mut size = OPERATION + texts(node);
    for parameter in node.elements("parameters") {
        let name = parameter.get_str("name").map_or(0, str::len);
        size += PARAMETER + NAME * name + texts(parameter) + parameter.get("schema").map_or(0, schema);
    }
    let content = |node: &Node| -> usize {
        node.members("content").filter_map(|(_, media)| media.get("schema")).map(schema).sum::<usize>()
    };
    size += node.get("requestBody").map_or(0, content);
    size + node.members("responses").map(|(_, response)| RESPONSE + texts(response) + content(response)).sum::<usize>()
}

/// The estimate for a schema, without the targets of its references.
pub(crate) fn schema(node: &Node) -> usize {
    let mut size = texts(node);
    let list = |key: &str| node.elements(key);
    if node.get("properties").is_some() {
        size += OBJECT;
    }
    for (name, property) in node.members("properties") {
        size += PROPERTY + NAME * name.len() + schema(property);
    }
    for key in ["oneOf", "anyOf"].into_iter().filter(|key| node.get(key).is_some()) {
        size += UNION + list(key).iter().map(|alternative| ALTERNATIVE + schema(alternative)).sum::<usize>();
    }
    size += list("allOf").iter().map(schema).sum::<usize>();
    if node.get("enum").is_some() {
        let length = |value: &Node| NAME * value.as_str().map_or(0, str::len);
        size += ENUM + list("enum").iter().map(|value| ENUM_VALUE + length(value)).sum::<usize>();
    } else if ["pattern", "minLength", "maxLength"].iter().any(|key| node.get(key).is_some()) {
        size += CHECKED + TEXT * node.get_str("pattern").map_or(0, str::len);
    }
    size + ["items", "additionalProperties", "not"]
        .into_iter()
        .filter_map(|key| node.get(key))
        .map(schema)
        .sum::<usize>()
}

fn texts(node: &Node) -> usize {
    ["summary", "description", "title"].iter().filter_map(|key| node.get_str(key)).map(|text| TEXT * text.len()).sum()
}
