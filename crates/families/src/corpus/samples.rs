//! Tries the types of a crate with values made from the schemas of its description.
//!
//! A program that is compiled against the crate's types reads and writes the values. Only its list of types is written here:
//! `oracle`, which shares no code with the pipeline, makes the values and judges the results.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::client::ItemPlace;
use crate::workspace::Workspace;

/// The plan for trying types: the number of values for each, and their seed.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The number of values for each direction (request, response) that a type is used in. More are made if that takes every
    /// alternative and every value of an enum.
    pub samples: usize,
    /// The seed of the values: the same seed gives the same values.
    pub seed: u64,
}

/// The result of trying values for a description.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Samples {
    /// The number of types made from schemas.
    pub schemas: usize,
    /// The number of those types that values were made for.
    pub exercised: usize,
    /// The types without values, each with the reason.
    pub unexercised: Vec<Unexercised>,
    /// The number of values that were read and written.
    pub values: usize,
    /// The number of values that came back unchanged.
    pub round_tripped: usize,
    /// The values that the types refused to read.
    pub refused: Vec<Finding>,
    /// The values that came back changed.
    pub changed: Vec<Finding>,
    /// The number of fields.
    pub fields: usize,
    /// The fields whose type is any JSON though their schema is more specific.
    pub recoverable: Vec<String>,
}

/// A type without values.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Unexercised {
    /// Its path.
    pub item: String,
    /// Its schema.
    pub pointer: String,
    /// The reason.
    pub reason: String,
}

/// A value that was refused or changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Finding {
    /// The type.
    pub item: String,
    /// Its schema.
    pub pointer: String,
    /// `request` or `response`.
    pub direction: String,
    /// The value.
    pub value: serde_json::Value,
    /// The problem with it.
    pub problem: String,
}

impl Samples {
    /// Whether every value came back unchanged.
    pub fn are_good(&self) -> bool {
        self.refused.is_empty() && self.changed.is_empty()
    }

    /// The sums of several results.
    pub(super) fn sum<'a>(all: impl Iterator<Item = &'a Samples>) -> SampleTotals {
        let mut sum = SampleTotals::default();
        for one in all {
            sum.schemas += one.schemas;
            sum.exercised += one.exercised;
            sum.values += one.values;
            sum.round_tripped += one.round_tripped;
            sum.refused += one.refused.len();
            sum.changed += one.changed.len();
            sum.fields += one.fields;
            sum.recoverable += one.recoverable.len();
        }
        sum
    }
}

/// Sums of [`Samples`].
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct SampleTotals {
    /// Types made from schemas.
    pub schemas: usize,
    /// Types that values were made for.
    pub exercised: usize,
    /// Values.
    pub values: usize,
    /// Values that came back unchanged.
    pub round_tripped: usize,
    /// Values that the types refused to read.
    pub refused: usize,
    /// Values that came back changed.
    pub changed: usize,
    /// Fields.
    pub fields: usize,
    /// Fields whose type is any JSON though their schema is more specific.
    pub recoverable: usize,
}

/// The program for a crate.
pub(super) struct Program<'a> {
    pub(super) workspace: &'a Workspace,
    /// The folder of the crate.
    pub(super) client: &'a Path,
    pub(super) items: &'a [ItemPlace],
}

/// The program's name.
pub(super) const PROGRAM: &str = "samples";

impl Program<'_> {
    /// Writes its package to a folder.
    pub(super) fn write(&self, folder: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(folder.join("src"))?;
        std::fs::copy(self.workspace.path("Cargo.lock"), folder.join("Cargo.lock"))?;
        let read = |name: &str| std::fs::read_to_string(self.client.join(name));
        std::fs::write(folder.join("Cargo.toml"), self.manifest(&read("Cargo.toml")?)?)?;
        std::fs::write(folder.join("src/types.rs"), types(&read("src/generated.rs")?)?)?;
        std::fs::write(folder.join("src/main.rs"), self.main())
    }

    /// The dependencies and features of the crate, whose source it compiles, and `oracle`.
    fn manifest(&self, client: &str) -> std::io::Result<String> {
        let client: toml::Table = client.parse().map_err(std::io::Error::other)?;
        let table = |key: &str| client.get(key).and_then(toml::Value::as_table).cloned().unwrap_or_default();
        let mut dependencies = table("dependencies");
        let oracle = self.workspace.path("tests/oracle").display().to_string();
        dependencies.insert("oracle".to_owned(), toml::Table::from_iter([("path".to_owned(), oracle.into())]).into());
        let package = [("name", PROGRAM), ("version", "0.0.0"), ("edition", "2024")];
        let package = package.map(|(key, value)| (key.to_owned(), value.into()));
        let manifest = toml::Table::from_iter([
            ("package".to_owned(), toml::Table::from_iter(package).into()),
            ("features".to_owned(), table("features").into()),
            ("dependencies".to_owned(), dependencies.into()),
            ("workspace".to_owned(), toml::Table::new().into()),
        ]);
        // Without debug info, since the program is never debugged and large ones would take gigabytes.
        Ok(format!("{manifest}\n[profile.dev.package.{PROGRAM}]\ndebug = false\n"))
    }

    fn main(&self) -> String {
        let mut types = String::new();
        for item in self.items.iter().filter(|item| item.is_type()) {
            let _ = writeln!(types, "    ({0:?}, journey::<{0}>),", item.item);
        }
        MAIN.replace("TYPES]", &format!("{types}]"))
    }
}

/// The module with the types. In formatted code its closing brace is the first one at the beginning of a line.
fn types(generated: &str) -> std::io::Result<String> {
    let begin = generated.find("\npub mod types {\n");
    let module = begin.and_then(|begin| generated.get(begin..));
    let module = module.and_then(|rest| rest.split_once("\n}\n"));
    let (module, _) = module.ok_or_else(|| std::io::Error::other("the generated layer has no types"))?;
    Ok(format!("{}\n}}\n", module.trim_start()))
}

/// The program's arguments.
pub(super) fn arguments(description: &Path, items: &Path, plan: Plan, out: &Path) -> [PathBuf; 5] {
    let number = |number: u64| PathBuf::from(number.to_string());
    [description.to_owned(), items.to_owned(), number(plan.samples as u64), number(plan.seed), out.to_owned()]
}

/// The types are compiled from source rather than by linking the crate: its code for calls takes minutes and gigabytes.
const MAIN: &str = r#"//! Reads and writes values by the types of a client.
#![allow(warnings)]

use std::process::ExitCode;

use oracle::samples::Journey;
use serde::Serialize;
use serde::de::DeserializeOwned;

include!("types.rs");

const TYPES: &[(&str, Journey)] = &[
TYPES];

fn main() -> ExitCode {
    oracle::samples::main(TYPES)
}

/// As the body of a response is read, and that of a request is written.
fn journey<T: Serialize + DeserializeOwned>(json: &[u8]) -> Result<Vec<u8>, String> {
    let read: T = client_runtime::codegen::read_json(json).map_err(|error| error.to_string())?;
    serde_json::to_vec(&read).map_err(|error| error.to_string())
}
"#;
