//! An impl that many types get: parsed once, and copied for each of them.

use syn::visit_mut::VisitMut;
use syn::{Ident, Item, ItemImpl, LitStr, Type};

/// The placeholder for the name of the type in string literals.
pub(super) const NAME: &str = "{name}";

/// The impl, for any type.
pub(super) struct Template(pub(super) ItemImpl);

impl Template {
    /// The impl for a type.
    pub(super) fn of(&self, ident: &Ident) -> Item {
        let mut block = self.0.clone();
        *block.self_ty = Type::Path(syn::TypePath { attrs: Vec::new(), qself: None, path: ident.clone().into() });
        Texts(ident).visit_item_impl_mut(&mut block);
        Item::Impl(block)
    }
}

struct Texts<'a>(&'a Ident);

impl VisitMut for Texts<'_> {
    fn visit_lit_str_mut(&mut self, text: &mut LitStr) {
        if text.value() == NAME {
            *text = LitStr::new(&self.0.to_string(), text.span());
        }
    }
}
