//! The command line of [`families`], which does the work: parses arguments, calls a function, and prints what it
//! returns.
//!
//! It is a library too, so that the tests can have a program with the same commands.
//!
//! Architecture invariant: all printing happens here, and so does the choice of exit codes.

pub mod cli;
mod online;
mod tasks;
mod terminal;
