//! Passes over the operations: the form of each, those that are left out, and names for their inline schemas.

pub(super) mod adopt_servers;
pub(super) mod check;
pub(super) mod identify;
pub(super) mod name_bodies;
pub(super) mod name_parameters;
pub(super) mod path_level;
pub(super) mod repair;
pub(super) mod security;
pub(super) mod shape;
