//! Snapshots of the public items of every published crate, so that additions and removals are seen in review. The items
//! are read from the sources: for all features and systems at once, and without a nightly compiler.
//!
//! `INSTA_UPDATE=always cargo test --workspace --test it -- public_items` accepts a change.
//!
//! A line is an item: its kind, its public path, and its declaration. Types of the crate are written with their public
//! paths, those of other crates with their full ones, so that moving code changes nothing. A line ends in further
//! facts: that an item may grow (it is `#[non_exhaustive]`, or has private fields), its condition, that it is hidden.
//! Macros are not expanded; the items that one declares are listed with the macro.
//!
//! Generated code is not listed here: tests/snapshots has the outline of each family.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use client_codegen::items::{self, Item, Kind};
use workspace_tests::workspace_root;

mod macros;
mod names;
mod surface;
mod tree;

/// The folders of the published crates, by name, and whether they hold generated code.
fn crates() -> BTreeMap<String, (PathBuf, bool)> {
    let folders = std::fs::read_dir(workspace_root().join("crates")).unwrap().map(|entry| entry.unwrap());
    let is_published = |entry: &std::fs::DirEntry| {
        let manifest = std::fs::read_to_string(entry.path().join("Cargo.toml")).unwrap();
        !manifest.lines().any(|line| line == "publish = false")
    };
    let described = |entry: std::fs::DirEntry| {
        let is_generated = entry.path().join("src/generated.rs").is_file();
        (entry.file_name().into_string().unwrap(), (entry.path(), is_generated))
    };
    folders.filter(is_published).map(described).collect()
}

/// The public items of a crate, a line each.
struct Listing {
    lines: Vec<String>,
}

impl Listing {
    fn of(root: &Path) -> Self {
        let tree = tree::Tree::read(root);
        let surface = surface::of(&tree);
        let mut found =
            items::of_library(&surface.source).unwrap_or_else(|error| panic!("{error}: {}", surface.source));
        found.sort_by_cached_key(|item| (place(item), item.kind, item.declaration.clone()));
        let hidden: Vec<String> = found.iter().filter(|item| item.hidden).map(|item| item.path.clone()).collect();
        let is_hidden = |item: &Item| {
            let place = place(item);
            hidden.iter().any(|path| {
                place.strip_prefix(path.as_str()).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
            })
        };
        let shown = |mut item: Item| {
            item.hidden = is_hidden(&item);
            item.path = item.path.replace(" for ::", " for ");
            item.to_string()
        };
        let mut lines: Vec<String> = found.into_iter().map(shown).collect();
        lines.dedup();
        lines.extend(macros::of(&tree).into_iter().map(|made| format!("macro {made}")));
        lines.extend(surface.reexports.into_iter().map(|export| format!("use {export}")));
        Self { lines }
    }
}

/// The item that an item is listed beside: for an impl its type.
fn place(item: &Item) -> String {
    match item.kind {
        Kind::Impl => item.path.rsplit_once(" for ").map_or(item.path.as_str(), |(_, ty)| ty).to_owned(),
        _ => item.path.clone(),
    }
}

/// The listings of all crates, and whether each crate is generated. They are read once, in parallel.
fn listings() -> &'static BTreeMap<String, (Listing, bool)> {
    static LISTINGS: OnceLock<BTreeMap<String, (Listing, bool)>> = OnceLock::new();
    LISTINGS.get_or_init(|| {
        std::thread::scope(|scope| {
            let read = |(name, (folder, is_generated)): (String, (PathBuf, bool))| {
                (name, scope.spawn(move || Listing::of(&folder.join("src/lib.rs"))), is_generated)
            };
            let readers: Vec<_> = crates().into_iter().map(read).collect();
            let listed =
                readers.into_iter().map(|(name, reader, is_generated)| (name, (reader.join().unwrap(), is_generated)));
            listed.collect()
        })
    })
}

#[test]
fn public_items_are_what_was_reviewed() {
    let by_hand = listings().iter().filter(|(_, (_, is_generated))| !is_generated);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(workspace_root().join("tests/tests/it/public_items/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    // One changed crate doesn't hide the changes of another.
    let differ = |name: &str, listing: &Listing| {
        let compare = || settings.bind(|| insta::assert_snapshot!(name, listing.lines.join("\n")));
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(compare)).is_err()
    };
    let failed: BTreeSet<&String> =
        by_hand.filter(|(name, (listing, _))| differ(name, listing)).map(|(name, _)| name).collect();
    assert!(failed.is_empty(), "the public items of these crates differ, see above: {failed:?}");
}

fn names_progenitor(line: &str) -> bool {
    ["progenitor::", "progenitor_client::", "progenitor_impl::"].iter().any(|name| line.contains(name))
}

/// progenitor's version is our choice: a new one must not be a breaking change of a client.
#[test]
fn no_type_of_progenitor_is_public_but_in_hidden_code() {
    for (name, (listing, _)) in listings() {
        let shown: Vec<&String> =
            listing.lines.iter().filter(|line| names_progenitor(line) && !line.ends_with("hidden")).collect();
        assert!(shown.is_empty(), "{name}: {shown:#?}");
    }
    let (runtime, _) = &listings()["client-runtime"];
    let hidden = runtime.lines.iter().filter(|line| names_progenitor(line) && line.ends_with("hidden"));
    assert!(hidden.count() > 0, "the hidden module shows none either: this test no longer sees any");
}

/// A crate with constructs that are hard to list: private modules, exports of exports, globs, aliases, conditions,
/// macros.
const SAMPLE: [(&str, &str); 4] = [
    (
        "lib.rs",
        r#"
        mod inner; pub mod open;
        #[doc(hidden)] pub mod behind { pub use crate::inner::deep::helper; }
        pub use inner::{Thing as Item, deep::*}; pub use open::Shape; pub use serde_json::Value as Json;
        #[cfg(test)] pub mod tests { pub fn not_there() {} }
        pub(crate) fn neither() {}
        "#,
    ),
    (
        "inner.rs",
        r#"
        pub mod deep; use deep::Deep; use http::StatusCode; type Outcome = Result<StatusCode, foreign::Error>;
        pub struct Thing { pub deep: Deep, private: u8 }
        impl Thing { pub fn ask(&self, other: &crate::open::Shape) -> Outcome { body() } fn own(&self) {} #[cfg(test)] pub fn no(&self) {} }
        struct Private; impl Private { pub fn not_there(&self) {} }
        impl From<Thing> for String { fn from(_: Thing) -> String { body() } }
        macro_rules! asks { ($($name:ident),*) => { $(impl $name { pub fn made(&self) -> u8 { 1 } })* } }
        asks!(Thing);
        "#,
    ),
    (
        "inner/deep.rs",
        r#"
        #[derive(Clone)] #[non_exhaustive] pub struct Deep;
        #[cfg(feature = "extra")] impl super::super::open::Speak for Deep { fn speak(&self) {} }
        pub fn helper() {}
        "#,
    ),
    ("open.rs", "pub enum Shape { Round } pub trait Speak { fn speak(&self); fn shout(&self) { self.speak() } }"),
];

fn listed(files: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let file = folder.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    Listing::of(&folder.path().join("lib.rs")).lines
}

#[test]
fn a_crate_is_listed_as_its_users_see_it() {
    assert_eq!(
        listed(&SAMPLE),
        [
            "impl From<Item> for String",
            "struct Deep  # may grow",
            "impl Clone for Deep",
            "impl Speak for Deep  # if feature = \"extra\"",
            "struct Item  # may grow",
            "method Item::ask(&self, other: &open::Shape) -> Result<http::StatusCode, foreign::Error>",
            "field Item::deep Deep",
            "fn behind::helper()  # hidden",
            "enum open::Shape",
            "variant open::Shape::Round",
            "trait open::Speak",
            "method open::Speak::shout(&self) (default)",
            "method open::Speak::speak(&self)",
            "macro inner::asks! makes pub fn made (& self) -> u8",
            "macro inner::asks! of Thing",
            "use Json = serde_json::Value",
            "use Shape = open::Shape",
            "use helper = behind::helper",
        ]
    );
}

/// Snapshots are only useful if each of these changes the listing.
#[test]
fn added_and_removed_items_change_the_listing() {
    let before = listed(&SAMPLE);
    for (file, from, to) in [
        ("lib.rs", "pub(crate) fn neither", "pub fn neither"),
        ("lib.rs", "Thing as Item, ", ""),
        ("inner.rs", "private: u8", "pub private: u8"),
        ("inner.rs", "fn own(&self)", "pub fn own(&self)"),
        ("inner.rs", "type Outcome = Result<StatusCode", "type Outcome = Result<u16"),
        ("inner/deep.rs", "#[non_exhaustive] ", ""),
        ("inner/deep.rs", "feature = \"extra\"", "feature = \"other\""),
        ("open.rs", "Round", "Round, Square"),
        ("open.rs", "fn shout(&self) { self.speak() }", "fn shout(&self);"),
    ] {
        let changed =
            SAMPLE.map(|(name, text)| (name, if name == file { text.replacen(from, to, 1) } else { text.to_owned() }));
        let changed: Vec<(&str, &str)> = changed.iter().map(|(name, text)| (*name, text.as_str())).collect();
        assert_ne!(listed(&changed), before, "`{to}` for `{from}` in {file}");
    }
}
