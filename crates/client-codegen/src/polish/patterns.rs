//! Patterns that only restrict the characters of a string are checked without a regular expression: the engine would be
//! the most expensive dependency of a small client.

use openapi_pipeline::lower::pattern_flags;
use openapi_pipeline::vocabulary;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, ExprCall, Item, Lit, Stmt, parse_quote};

/// Replaces the engine if the pattern is one character class, repeated: `^[a-z0-9]+$`.
pub(super) fn spell_out(items: &mut [Item]) {
    for item in items {
        if let Item::Impl(block) = item
            && let Some((path, _)) = &block.trait_
            && path.segments.last().is_some_and(|last| last.ident == "FromStr")
        {
            SpellOut.visit_item_impl_mut(block);
        }
    }
}

struct SpellOut;

impl VisitMut for SpellOut {
    fn visit_block_mut(&mut self, block: &mut Block) {
        visit_mut::visit_block_mut(self, block);
        let Some((at, pattern)) = block.stmts.iter().enumerate().find_map(|(at, stmt)| Some((at, pattern_of(stmt)?)))
        else {
            return;
        };
        let Some(mismatch) = mismatch(&pattern) else {
            if let ("u", Some(Stmt::Item(Item::Static(engine)))) = (pattern_flags(&pattern), block.stmts.get_mut(at)) {
                Unicode.visit_item_static_mut(engine);
            }
            return;
        };
        let engine: Expr = parse_quote!(PATTERN.find(value).is_none());
        for stmt in &mut block.stmts {
            if let Stmt::Expr(Expr::If(check), _) = stmt
                && *check.cond == engine
            {
                *check.cond = parse_quote!(#mismatch);
                block.stmts.remove(at);
                return;
            }
        }
    }
}

/// Sets the flag by which the engine knows Unicode classes.
struct Unicode;

impl VisitMut for Unicode {
    fn visit_expr_call_mut(&mut self, call: &mut ExprCall) {
        if let Expr::Path(function) = &mut *call.func
            && let Some(last) = function.path.segments.last_mut()
            && last.ident == "new"
            && call.args.iter().all(|argument| matches!(argument, Expr::Lit(_)))
        {
            last.ident = format_ident!("with_flags");
            call.args.push(parse_quote!("u"));
        }
        visit_mut::visit_expr_call_mut(self, call);
    }
}

/// The pattern in typify's `static PATTERN`.
fn pattern_of(stmt: &Stmt) -> Option<String> {
    let Stmt::Item(Item::Static(item)) = stmt else { return None };
    if item.ident != "PATTERN" {
        return None;
    }
    let mut found = FirstString(None);
    let mut expr = (*item.expr).clone();
    found.visit_expr_mut(&mut expr);
    found.0
}

struct FirstString(Option<String>);

impl VisitMut for FirstString {
    fn visit_lit_mut(&mut self, lit: &mut Lit) {
        if let (None, Lit::Str(text)) = (&self.0, lit) {
            self.0 = Some(text.value());
        }
    }
}

/// A condition that holds for strings that don't match, if the pattern is simple enough.
fn mismatch(pattern: &str) -> Option<TokenStream> {
    let repeated = pattern.strip_prefix('^')?.strip_suffix('$')?;
    let (class, may_be_empty) = match (repeated.strip_suffix('+'), repeated.strip_suffix('*')) {
        (Some(class), _) => (class, false),
        (_, class) => (class?, true),
    };
    let ranges = plain_ranges(class)?.into_iter();
    let ranges = ranges.map(|(from, to)| if from == to { quote!(#from) } else { quote!(#from..=#to) });
    let foreign = quote!(!value.chars().all(|c| matches!(c, #(#ranges)|*)));
    Some(if may_be_empty { foreign } else { quote!(value.is_empty() || #foreign) })
}

/// The characters of a class as ranges; `None` if it is negated or has anything but plain ASCII, ranges and escaped
/// punctuation, since a named class reads better as the pattern that it is.
fn plain_ranges(class: &str) -> Option<Vec<(char, char)>> {
    let mut chars = class.chars();
    while let Some(next) = chars.next() {
        if next == '\\' && chars.next().is_some_and(|escaped| escaped.is_alphanumeric()) {
            return None;
        }
    }
    if class.starts_with("[^") {
        return None;
    }
    let plain = |code: u32| char::from_u32(code).filter(|char| char.is_ascii_graphic() || *char == ' ');
    vocabulary::class(class)?.into_iter().map(|(from, to)| Some((plain(from)?, plain(to)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_unicode_are_read_as_such() {
        let spelled = |pattern: &str| {
            let mut file: syn::File = syn::parse_quote! {
                impl ::std::str::FromStr for Name {
                    fn from_str(value: &str) -> Result<Self, Error> {
                        static PATTERN: LazyLock<::regress::Regex> =
                            LazyLock::new(|| ::regress::Regex::new(#pattern).unwrap());
                        if PATTERN.find(value).is_none() { return Err("no".into()); }
                        Ok(Self(value.to_string()))
                    }
                }
            };
            spell_out(&mut file.items);
            quote!(#file).to_string().replace(' ', "")
        };
        assert!(spelled(r"^\p{L}{2}$").contains(r#"with_flags("^\\p{L}{2}$","u")"#), "{}", spelled(r"^\p{L}{2}$"));
        for plain in [r"^\\p{2}$", r"^[a\-b]{2}$", r"^p{2}$", r"^\p{L}\-$"] {
            assert!(spelled(plain).contains("Regex::new"), "{plain}");
        }
    }

    #[test]
    fn one_repeated_class_is_spelled_out_and_nothing_else_is() {
        let text = |pattern| mismatch(pattern).map(|tokens| tokens.to_string());
        assert_eq!(
            plain_ranges("[a-zA-Z0-9\\-_.]"),
            Some(vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('-', '-'), ('_', '_'), ('.', '.')])
        );
        assert_eq!(plain_ranges("[a-]"), Some(vec![('a', 'a'), ('-', '-')]));
        assert_eq!(plain_ranges(r"[\\d]"), Some(vec![('\\', '\\'), ('d', 'd')]));
        assert!(text("^[a-z]+$").is_some_and(|text| text.contains("is_empty")));
        assert!(text("^[a-z]*$").is_some_and(|text| !text.contains("is_empty")));
        for other in [
            "[a-z]+",
            "^[a-z]+",
            "^[^a]+$",
            "^[a-z]{2}$",
            "^[\\d]+$",
            "^[z-a]+$",
            "^(a|[b])+$",
            "^[a]x[b]+$",
            "^[é]+$",
            "^[]+$",
        ] {
            assert_eq!(text(other), None, "{other}");
        }
    }
}
