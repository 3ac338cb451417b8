//! The folder of a store: no other user may write to it, and no file in it is opened through a link.

#[cfg_attr(unix, path = "folder/unix.rs")]
#[cfg_attr(not(unix), path = "folder/other.rs")]
mod system;

pub(crate) use system::{Folder, has_name};
