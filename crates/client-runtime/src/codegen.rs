//! What generated clients are made of.
//!
//! The code that client-codegen writes names these items, and nobody else has to: a user of a client meets only what the
//! crate itself re-exports. Some show types of progenitor-client, which has versions of its own. So the module is hidden
//! from the documentation, and **semantic versioning does not cover it**: an item may change or go in any version, as far
//! as people are concerned.
//!
//! One limit remains: a client that was published earlier accepts a range of versions of this crate. Within that range, the
//! items that client-codegen has written into clients stay, with their meaning.

pub use crate::answer::{Answer, Unread, finish_answer};
pub use crate::api_error::{fmt_api_error, fmt_documented_error};
pub use crate::builder::Builder;
pub use crate::call::{Call, CallOptions, Core};
pub use crate::exec::exec;
pub use crate::finish::{finish, finish_bytes, finish_empty, finish_optional, finish_text};
pub use crate::form::{form, form_body, json_body, raw_body};
pub use crate::json::read_json;
pub use crate::nullable::{deserialize_nullable, deserialize_present};
pub use crate::path::check_path_segment;
pub use crate::style::{Parameters, Style, Writing, check_numbers, write_path};
pub use crate::union::{Alternative, Constant, deserialize_best, deserialize_tagged};
