//! Passes over the schemas, when each has the name that users will see.

pub(super) mod directions;
pub(super) mod formats;
pub(super) mod keywords;
pub(super) mod merge_parts;
pub(super) mod nullable;
pub(super) mod redact;
pub(super) mod secrets;
pub(super) mod unions;
pub(super) mod unlisted_secrets;
pub(super) mod untyped_bounds;
pub(super) mod validation;
