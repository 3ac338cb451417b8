//! `openapi/NAME/renames.toml`: the names that items of a family's crate had before, which stay as deprecated aliases, and
//! those that parts of items keep.

mod kept;

use std::io;
use std::path::{Path, PathBuf};

use client_codegen::{Alias, Aliases, OperationAlias};
use openapi_pipeline::load::{Files, spot};
use openapi_pipeline::names::Pins;
use openapi_pipeline::{Context, Diagnostic, Diagnostics};
use serde::{Deserialize, Serialize};

use crate::config::Family;
use crate::workspace::{OPENAPI, Workspace};
pub(crate) use kept::Kept;

/// Its name in the folder of a family.
const LEDGER: &str = "renames.toml";

/// The largest ledger that is read, in bytes.
const LARGEST: u64 = 4 << 20;

const HEAD: &str = "# Names that items of the crate had before: they stay as deprecated aliases. Written by `cargo xtask adopt`, which\n\
                    # empties it when a release breaks calls anyway.\n";

/// The names of the past that a crate has.
#[derive(Debug, Default)]
pub(crate) struct Past {
    /// Items that have another name now.
    pub(crate) aliases: Aliases,
    /// Things that are called what they were.
    pub(crate) kept: Kept,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Ledger {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    operations: Vec<Operation>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    types: Vec<Type>,
    #[serde(default, skip_serializing)]
    kept: kept::Tables,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Operation {
    was: String,
    is: String,
    /// The old name of its request, which its error and answer are named after.
    request: String,
    since: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Type {
    was: String,
    is: String,
    since: String,
}

/// Its path in the workspace.
pub(crate) fn path(family: &Family) -> PathBuf {
    Path::new(OPENAPI).join(&family.name).join(LEDGER)
}

/// The ledgers of all families, by their paths in the workspace.
pub(crate) fn ledgers(workspace: &Workspace) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(workspace.path(OPENAPI)).into_iter().flatten().flatten();
    let ledgers = folders.map(|folder| Path::new(OPENAPI).join(folder.file_name()).join(LEDGER));
    ledgers.filter(|ledger| workspace.path(ledger).is_file()).collect()
}

/// The names of a family's past; none without a ledger.
pub(crate) fn read(cx: &mut Context, files: &dyn Files, family: &Family) -> Result<Past, Diagnostics> {
    let path = path(family);
    let unreadable = |problem: String| {
        Diagnostic::new("renames", format!("can't read {}: {problem}", path.display()))
            .help("remove the file, or restore it: `cargo xtask adopt` writes it")
    };
    let bytes = match files.read(&path, LARGEST) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Past::default()),
        Err(error) => return Err(unreadable(error.to_string()).into()),
    };
    let text = String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8".to_owned()))?;
    let source = cx.sources.add(path.display().to_string(), text.as_str());
    let ledger: Ledger = toml::from_str(&text).map_err(|error| {
        let place = spot(&mut cx.sources, source, error.span().unwrap_or(0..0));
        Diagnostic::new("renames", error.message().to_owned())
            .at(place, "here")
            .help("`cargo xtask adopt` writes this file")
    })?;
    let names = ledger.operations.iter().flat_map(|one| [&one.was, &one.is, &one.request]);
    let names = names.chain(ledger.types.iter().flat_map(|one| [&one.was, &one.is]));
    for name in names {
        // Names become code.
        if syn::parse_str::<syn::Ident>(name).is_err() {
            return Err(unreadable(format!("`{}` is no name of Rust", name.escape_debug())).into());
        }
    }
    let kept = ledger.kept.read(cx, source)?;
    let aliases = Aliases {
        operations: ledger
            .operations
            .into_iter()
            .map(|Operation { was, is, request, since }| OperationAlias { method: Alias { was, is, since }, request })
            .collect(),
        types: ledger.types.into_iter().map(|Type { was, is, since }| Alias { was, is, since }).collect(),
    };
    Ok(Past { aliases, kept })
}

/// The ledger with these aliases and pins; none without any.
pub(crate) fn render(aliases: &Aliases, pins: &Pins) -> Option<String> {
    if aliases.is_empty() && pins.is_empty() {
        return None;
    }
    let operations = aliases.operations.iter().cloned().map(|OperationAlias { method, request }| {
        let Alias { was, is, since } = method;
        Operation { was, is, request, since }
    });
    let types = aliases.types.iter().cloned().map(|Alias { was, is, since }| Type { was, is, since });
    let ledger = Ledger { operations: operations.collect(), types: types.collect(), kept: kept::Tables::default() };
    let tables = [toml::to_string(&ledger).unwrap_or_default(), kept::render(pins)];
    let tables = tables.iter().filter(|tables| !tables.is_empty());
    Some(tables.fold(HEAD.to_owned(), |text, tables| format!("{text}\n{tables}")))
}
