//! The public items of a generated crate.
#![allow(clippy::unwrap_used, reason = "tests say what they expect by unwrapping")]

use client_codegen::outline::outline;

/// The items of a crate's sources, a line each, with the line of the item that each belongs to (its own, for those that
/// belong to none). Whether one is deprecated is left out.
pub(crate) fn items(client: &str, generated: &str) -> Vec<(String, String)> {
    let [client, generated] = [client, generated].map(|source| outline(source).unwrap());
    // Of the private layer, the client is nobody's business.
    let types = generated.lines().filter(|line| !line.starts_with("Client::"));
    let mut owner = String::new();
    let item = |line: &str| {
        let line = line.replace("#[deprecated] ", "");
        if !line.starts_with(' ') {
            owner.clone_from(&line);
        }
        (owner.clone(), line)
    };
    types.chain(client.lines()).map(item).collect()
}
