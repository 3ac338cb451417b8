//! Finds the document that an item of a client comes from, and the changes made to it on the way.

mod rendering;
mod replay;

use client_codegen::provenance::Sourced;
use openapi_pipeline::Context;
use openapi_pipeline::diagnostic::closeness;

use crate::build::{self, Built};
use crate::config::{Families, Family};
use crate::failure::Failure;
use crate::stack::with_deep_stack;
use crate::workspace::{Tree, Workspace};
use replay::Replay;

pub use rendering::{Explained, Part, Place, Touched, json, table, text};

/// Explains an item, such as `svix_client::types::AppPortalAccessIn`, or all items of a crate. Several items may share a path:
/// a field and its setter do.
///
/// # Errors
///
/// When there is no such crate or item, for which the failure has suggestions, and when the family can't be built.
pub fn explain(workspace: &Workspace, item: &str) -> Result<Vec<Explained>, Failure> {
    with_deep_stack(workspace.root(), || find(workspace, item))
}

fn find(workspace: &Workspace, item: &str) -> Result<Vec<Explained>, Failure> {
    let tree = Tree::new(workspace);
    let (mut cx, families, mut inputs) = build::families(&tree)?;
    let (library, path) = item.split_once("::").unwrap_or((item, ""));
    let family = family_of(&families, library)?;
    let replay = Replay::of(&mut cx, &tree, family)
        .and_then(|replay| Ok((replay, build::family(&tree, &mut cx, family, &mut inputs)?)));
    let (replay, built) = match replay {
        Ok(both) => both,
        Err(error) => return Err(error.into_failure(family, cx.sources)),
    };
    let items = built.table()?.items;
    let chosen: Vec<&Sourced> = items.iter().filter(|one| path.is_empty() || one.item.path == path).collect();
    if chosen.is_empty() {
        return Err(unknown_item(family, &items, path));
    }
    // For a whole crate only the places are shown; the changes are shown item by item.
    let in_full = !path.is_empty();
    Ok(chosen.into_iter().map(|one| explained(&cx, &built, &items, &replay, family, one, in_full)).collect())
}

/// The family of a crate, by its name as a library or as a package.
fn family_of<'a>(families: &'a Families, library: &str) -> Result<&'a Family, Failure> {
    let found = families.families.iter().find(|family| family.library() == library.replace('-', "_"));
    found.ok_or_else(|| {
        let known: Vec<String> = families.families.iter().map(Family::library).collect();
        Failure::Message {
            code: "unknown-crate",
            message: format!("`{library}` is no crate of a family"),
            help: format!("the crates are {}", known.join(", ")),
        }
    })
}

/// The last segment of a path.
fn name(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or_default()
}

fn unknown_item(family: &Family, items: &[Sourced], path: &str) -> Failure {
    let library = family.library();
    // The last segment is compared too, for a path without its module.
    let distance =
        |known: &str| [closeness(path, known), closeness(name(path), name(known))].into_iter().flatten().min();
    let known = items.iter().map(|one| one.item.path.as_str());
    let mut similar: Vec<(usize, &str)> = known.filter_map(|known| Some((distance(known)?, known))).collect();
    similar.sort_unstable();
    similar.dedup();
    let names: Vec<String> = similar.iter().take(3).map(|(_, path)| format!("`{library}::{path}`")).collect();
    Failure::Message {
        code: "unknown-item",
        message: format!("{library} has no public item `{path}`"),
        help: match names.as_slice() {
            [] => format!("`cargo xtask explain {library}` lists all of them"),
            _ => format!("did you mean {}?", names.join(" or ")),
        },
    }
}

fn explained(
    cx: &Context,
    built: &Built,
    items: &[Sourced],
    replay: &Replay,
    family: &Family,
    one: &Sourced,
    in_full: bool,
) -> Explained {
    let library = family.library();
    let place = |origin| Place::of(&cx.sources, origin);
    let mut made_from = vec![place(one.origin)];
    let (mut touched_by, mut parts) = (Vec::new(), Vec::new());
    if in_full && one.described {
        made_from.extend(replay.others(cx, built, one.origin).into_iter().map(place));
        touched_by = replay.touched(cx, built, one.origin);
        let of_this = |part: &&Sourced| part.item.parent() == Some(one.item.path.as_str());
        parts = items
            .iter()
            .filter(of_this)
            .filter(|part| part.item.kind != client_codegen::items::Kind::Method || one.item.path == "Client")
            .map(|part| Part {
                item: format!("{library}::{}", part.item.path),
                declaration: part.item.declaration.clone(),
                made_from: place(part.origin),
            })
            .collect();
    }
    Explained {
        item: format!("{library}::{}", one.item.path),
        kind: one.item.kind.name(),
        declaration: one.item.declaration.clone(),
        described: one.described,
        made_from,
        touched_by,
        parts,
    }
}
