//! Real documents, where a folder of them is at hand: `CORPUS_DIR=… cargo test -p openapi-pipeline corpus -- --nocapture`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use test_requirements::Requirement;

use crate::Context;
use crate::convert::to_v3_0;
use crate::load::{DiskFiles, load};

#[test]
fn real_documents_become_openapi_3_0() {
    let Some(folder) = test_requirements::variable(Requirement::Corpus, "CORPUS_DIR").map(PathBuf::from) else {
        return;
    };
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| [".json", ".yaml", ".yml"].iter().any(|ending| name.ends_with(ending)))
        .collect();
    names.sort();
    let mut refused = Vec::new();
    for name in names {
        let mut cx = Context::new();
        let document = match load(&mut cx, &DiskFiles::new(&folder), Path::new(&name)) {
            Ok(document) => document,
            Err(problems) => {
                println!("{name}: not loaded: {problems}");
                continue;
            }
        };
        let result = to_v3_0(&mut cx, document).unwrap();
        let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
        for note in &cx.report.notes {
            *uses.entry(note.rule.name).or_default() += 1;
        }
        println!("{name}: {uses:?}");
        if let Err(problem) = serde_json::from_str::<openapiv3::OpenAPI>(&result.to_pretty_json()) {
            refused.push(format!("{name}: {problem}"));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}
