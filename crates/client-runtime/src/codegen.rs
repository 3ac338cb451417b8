//! The items that generated clients use.
//!
//! Code written by client-codegen names these items; a user of a client needs only what the client's crate re-exports.
//! Some items expose types of progenitor-client, which has versions of its own. So the module is hidden from the
//! documentation, and **semantic versioning does not cover it**: for hand-written code, an item may change or disappear
//! in any version.
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
pub use crate::union::{Alternative, Constant, deserialize_best, deserialize_tagged, value_is_unknown};
