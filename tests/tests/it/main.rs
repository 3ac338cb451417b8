//! The tests across crates, as one program: cargo links it once, and its tests share the cores.

mod adopt;
mod bad_input;
mod client;
mod diff;
mod differential;
mod docs;
mod duplicates;
mod explain;
mod hostile;
mod hostile_documents;
mod http;
mod imports;
mod items;
mod new_family;
mod packages;
mod prism;
mod public_items;
mod random_documents;
mod regenerate;
mod regenerating;
mod samples;
mod semver;
mod show;
mod snapshots;
mod upstream;
mod watch;
