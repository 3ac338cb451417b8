//! Random descriptions: valid in their dialect, and made of awkward parts. Names that collide, are keywords or no
//! identifiers; unions, compositions, recursion, discriminators; parameters and bodies of every kind.
//!
//! The same seed gives the same description. Constructs that clients leave out (see docs/left-out.md) aren't generated.

mod names;
mod operation;
mod pair;
mod schema;

pub use pair::{RandomPair, random_pair};

use serde_json::{Map, Value, json};

use oracle::Random;

/// The dialects, as the descriptions declare them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// Swagger 2.0.
    Swagger2,
    /// OpenAPI 3.0.
    V30,
    /// OpenAPI 3.1.
    V31,
}

const VERSIONS: [Version; 3] = [Version::Swagger2, Version::V30, Version::V31];

/// A random description.
pub fn random_document(seed: u64) -> Value {
    let version = VERSIONS[(seed % 3) as usize];
    Draft { version, random: Random::new(seed, "document"), components: Vec::new() }.document(seed)
}

/// A description being generated.
struct Draft {
    version: Version,
    random: Random,
    /// The names of the components: a property may refer to any of them, a composition only to earlier ones.
    components: Vec<String>,
}

impl Draft {
    fn document(mut self, seed: u64) -> Value {
        let count = 3 + self.random.below(6);
        self.components = names::distinct(&mut self.random, count, names::component);
        let mut schemas = Map::new();
        for at in 0..self.components.len() {
            let schema = self.component(at);
            schemas.insert(self.components[at].clone(), schema);
        }
        let paths = self.paths();
        let info = json!({"title": format!("Random {seed}"), "version": "1"});
        match self.version {
            Version::Swagger2 => json!({
                "swagger": "2.0", "info": info, "host": "random.example.com", "schemes": ["https"],
                "paths": paths, "definitions": schemas,
            }),
            _ => json!({
                "openapi": if self.version == Version::V30 { "3.0.3" } else { "3.1.0" }, "info": info,
                "servers": [{"url": "https://random.example.com"}],
                "paths": paths, "components": {"schemas": schemas},
            }),
        }
    }

    /// True once in so many times.
    fn one_in(&mut self, times: usize) -> bool {
        self.random.below(times) == 0
    }

    fn reference(&self, name: &str) -> Value {
        let name = name.replace('~', "~0").replace('/', "~1");
        json!({"$ref": match self.version {
            Version::Swagger2 => format!("#/definitions/{name}"),
            _ => format!("#/components/schemas/{name}"),
        }})
    }
}
