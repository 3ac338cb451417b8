//! A crate that uses every public item of a generated crate as its callers may, each in a function of its own.
//!
//! It is written from the sources of the generated crate, in the order in which `client_codegen::items` lists the items:
//! an item that nothing is written for fails the writing. Types are written with the paths that callers have.

mod scope;
mod uses;

use std::collections::BTreeMap;
use std::fmt::Write;

use client_codegen::items::{self, Item, Kind};

/// A use of an item: a function, in one line.
#[derive(Clone, Debug)]
pub struct Use {
    /// The item.
    pub item: Item,
    /// The function, without its name.
    code: String,
}

/// The uses of a crate's items.
#[derive(Clone, Debug)]
pub struct Downstream {
    /// The uses in the order of the items, of which each has one at least.
    pub uses: Vec<Use>,
}

/// The lines above the first use.
const HEAD: &str = "#![allow(deprecated, dead_code, clippy::all, unreachable_patterns)]\n";

impl Downstream {
    /// The uses of all items of a crate: the path that the crate is called by, and the sources of its client and of its
    /// generated layer.
    ///
    /// # Panics
    ///
    /// When a source can't be parsed, or has a kind of item that generated crates have none of.
    pub fn of(path: &str, client: &str, generated: &str) -> Self {
        let items = items::of_source(client, generated).unwrap();
        let [client, generated] = [client, generated].map(|source| syn::parse_file(source).unwrap());
        Self { uses: uses::of(path, (&client, &generated), items) }
    }

    /// The source of the crate.
    pub fn source(&self) -> String {
        let mut source = HEAD.to_owned();
        for (number, one) in self.uses.iter().enumerate() {
            writeln!(source, "{}", one.code.replace(uses::NAME, &format!("use_{number}"))).unwrap();
        }
        source
    }

    /// The line of the source that a use is in, counted from 1.
    pub fn line(&self, number: usize) -> usize {
        HEAD.lines().count() + number + 1
    }

    /// The number of items of each kind.
    pub fn items(&self) -> BTreeMap<Kind, usize> {
        let items: std::collections::BTreeSet<(Kind, &str)> =
            self.uses.iter().map(|one| (one.item.kind, one.item.path.as_str())).collect();
        let mut counts = BTreeMap::new();
        items.into_iter().for_each(|(kind, _)| *counts.entry(kind).or_default() += 1);
        counts
    }
}
