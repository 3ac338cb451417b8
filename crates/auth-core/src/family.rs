//! The names of vendors.

use std::borrow::Cow;
use std::fmt;

/// The name of a vendor's family of APIs, such as `svix`.
///
/// ```
/// use auth_core::Family;
///
/// const ACME: Family = Family::new("acme");
/// assert_eq!(ACME.as_str(), "acme");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Family(Cow<'static, str>);

impl Family {
    /// A name known at compile time.
    pub const fn new(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Family {
    fn from(name: String) -> Self {
        Self(Cow::Owned(name))
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
