//! Passes over the document as a whole: its root, its references, and the names of its components.

pub(super) mod discriminators;
pub(super) mod extras;
pub(super) mod inline;
pub(super) mod names;
pub(super) mod prune;
pub(super) mod references;
pub(super) mod root;
pub(super) mod shared_bodies;
pub(super) mod sort;
