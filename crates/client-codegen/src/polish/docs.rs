//! Makes every doc comment of the file harmless, whatever its source.

use proc_macro2::{Ident, Span};
use syn::visit_mut::VisitMut;
use syn::{AttrStyle, Attribute, Block, Expr, ExprLit, File, Lit, LitStr, Meta, MetaNameValue};

use crate::docs;

pub(super) fn make_harmless(file: &mut File) {
    Docs.visit_file_mut(file);
}

struct Docs;

impl VisitMut for Docs {
    /// Code contains no documentation.
    fn visit_block_mut(&mut self, _: &mut Block) {}

    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        let texts: Vec<String> = attributes.iter().filter_map(doc_text).collect();
        if texts.is_empty() {
            return;
        }
        let harmless = docs::harmless(&texts.join("\n"));
        // Most are harmless already, and literals are expensive to create.
        let same = harmless.lines().map(commented).eq(texts.iter().map(String::as_str));
        if !same {
            let position = attributes.iter().position(|attribute| doc_text(attribute).is_some()).unwrap_or(0);
            attributes.retain(|attribute| doc_text(attribute).is_none());
            attributes.splice(position..position, harmless.lines().map(doc_line));
        }
    }
}

/// A string as `///` lines: no line can end the comment it stands in.
pub(crate) fn doc_attributes(text: &str) -> Vec<Attribute> {
    docs::harmless(text).lines().map(doc_line).collect()
}

/// A line of documentation that is known to be harmless.
pub(crate) fn doc_line(line: &str) -> Attribute {
    let text = LitStr::new(&commented(line), Span::call_site());
    let value = Expr::Lit(ExprLit { attrs: Vec::new(), lit: Lit::Str(text) });
    let path = Ident::new("doc", Span::call_site()).into();
    // Constructed and not parsed: a large API has thousands of lines.
    Attribute {
        pound_token: Default::default(),
        style: AttrStyle::Outer,
        bracket_token: Default::default(),
        meta: Meta::NameValue(MetaNameValue { path, eq_token: Default::default(), value }),
    }
}

/// A line as it follows `///`.
fn commented(line: &str) -> String {
    if line.is_empty() { String::new() } else { format!(" {line}") }
}

fn doc_text(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}
