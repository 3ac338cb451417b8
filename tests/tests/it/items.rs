//! The public items of a generated crate.
#![allow(clippy::unwrap_used, reason = "tests say what they expect by unwrapping")]

use client_codegen::outline::outline;

/// The items of a crate's sources, a line each, paired with the line of the item it belongs to (or its own). Whether an
/// item is deprecated is left out.
pub(crate) fn items(client: &str, generated: &str) -> Vec<(String, String)> {
    let [client, generated] = [client, generated].map(|source| outline(source).unwrap());
    // The private layer's client isn't public.
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
