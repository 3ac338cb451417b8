//! Names of the prelude that the generator uses without a path: a type of a description may be called the same.

use syn::visit_mut::{self, VisitMut};
use syn::{Item, Path, parse_quote};

/// Writes `Default::default()` with its whole path.
pub(super) fn spell_out(items: &mut [Item]) {
    items.iter_mut().for_each(|item| Absolute.visit_item_mut(item));
}

struct Absolute;

impl VisitMut for Absolute {
    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        let is_default = path.segments.first().is_some_and(|first| first.ident == "Default");
        if path.leading_colon.is_none() && path.segments.len() > 1 && is_default {
            let rest = path.segments.iter().skip(1);
            *path = parse_quote!(::std::default::Default #(:: #rest)*);
        }
    }
}
