//! The command line of [`families`], which does the work: arguments are parsed, a function is called, and what it returns
//! is printed.
//!
//! It is a library too, so that tests have a program of their own with the same commands.
//!
//! Architecture invariant: all printing happens here, and so does the choice of exit codes.

pub mod cli;
mod tasks;
mod terminal;
