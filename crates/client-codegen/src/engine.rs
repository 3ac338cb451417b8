//! Runs progenitor on a view of the merged document that it can handle.

use openapi_pipeline::names::{self, Named, Pins};
use openapi_pipeline::vocabulary::is_method;
use openapi_pipeline::{Node, Object};
use proc_macro2::TokenStream;
use progenitor::{CrateVers, GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle};

use crate::error::CodegenError;
use crate::given;
use crate::model::{self, Operation, is_answer, is_success};
use crate::panic_capture::capture;
use crate::view::{call_by_name, simplify};

/// Runs progenitor and parses its output, with the names on the wire put in.
pub(crate) fn run(named: &Named, operations: &[Operation]) -> Result<syn::File, CodegenError> {
    let tokens = tokens_of(view_of(named, operations))?;
    let mut file =
        syn::parse2(tokens).map_err(|error| CodegenError::Progenitor(format!("its output isn't Rust: {error}")))?;
    given::read_back(&mut file, named, operations)?;
    Ok(file)
}

/// progenitor's output for a view. The view in all its forms is dropped before the output is parsed, which takes the most
/// memory of all.
fn tokens_of(view: Node) -> Result<TokenStream, CodegenError> {
    let json = view.to_json();
    drop(view);
    let spec: openapiv3::OpenAPI =
        serde_json::from_value(json).map_err(|error| CodegenError::document("#", error.to_string()))?;
    // A fresh generator for every output: it remembers types. It panics on constructs that it doesn't know.
    capture(|| Generator::new(&settings()).generate_tokens(&spec))
        .map_err(CodegenError::Progenitor)?
        .map_err(|error| CodegenError::Progenitor(error.to_string()))
}

/// Checks that progenitor can handle a document.
pub(crate) fn attempt(document: &Node) -> Result<(), CodegenError> {
    let named = names::assign(document, "", &Pins::default())?;
    run(&named, &model::operations(&named)?).map(drop)
}

fn settings() -> GenerationSettings {
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_tag(TagStyle::Merged)
        // A missing hook implementation is then a compile error instead of a skipped hook.
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote::quote!(::client_runtime::codegen::Call))
        .with_map_type("::std::collections::BTreeMap")
        .with_crate("client-runtime", CrateVers::Any, None);
    settings
}

/// The form of a lowered document that progenitor is given: without the parts that it would write wrongly, such as error
/// responses and unions. This crate writes those itself.
///
/// # Errors
///
/// When the document isn't one that `openapi_pipeline::lower` returns.
pub fn view(document: &Node) -> Result<Node, CodegenError> {
    let named = names::assign(document, "", &Pins::default())?;
    Ok(view_of(&named, &model::operations(&named)?))
}

/// progenitor takes one error type per operation, so the view has no failures; ours are typed per status and decoded by
/// the emitted client. The schemas stay, so their types are generated.
fn view_of(named: &Named, operations: &[Operation]) -> Node {
    let mut view = named.document.clone();
    let paths = view.get_mut("paths").and_then(Node::as_object_mut);
    for operation in paths.into_iter().flat_map(|paths| paths.values_mut()).flat_map(operations_mut) {
        if let Some(responses) = operation.get_mut("responses").and_then(Node::as_object_mut) {
            match responses.values().any(is_answer) {
                true => any_bytes(responses),
                false => {
                    responses.retain(|status, _| is_success(status));
                    accept_any_success(responses);
                }
            }
        }
    }
    simplify(&mut view, operations);
    call_by_name(&mut view, &named.types);
    view
}

/// Replaces the successes by bytes, which the emitted client decodes by status.
fn any_bytes(responses: &mut Object) {
    let Some((_, first)) = responses.first() else { return };
    let origin = first.origin;
    let object = |members: [(&str, Node); 1]| {
        Node::new(members.into_iter().map(|(key, node)| (key.to_owned(), node)).collect::<Object>(), origin)
    };
    let mut schema = object([("type", Node::new("string", origin))]);
    schema.set("format", "binary");
    let mut success = object([("description", Node::new("", origin))]);
    success.set("content", object([("application/octet-stream", object([("schema", schema)]))]).value);
    responses.clear();
    responses.insert("2XX".to_owned(), success);
}

/// Accepts any success: a server that answers 200 where 204 is documented has done what it was asked all the same.
fn accept_any_success(responses: &mut Object) {
    if responses.len() == 1
        && let Some((_, only)) = responses.pop()
    {
        responses.insert("2XX".to_owned(), only);
    }
}

fn operations_mut(item: &mut Node) -> impl Iterator<Item = &mut Node> {
    item.as_object_mut().into_iter().flatten().filter(|(key, _)| is_method(key)).map(|(_, node)| node)
}
