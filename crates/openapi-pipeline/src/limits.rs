//! The limits of a run. Each is far above any published description and far below what exhausts memory or patience, so
//! that a hostile document gets an error about as quickly as a real one gets its client.
//!
//! [`Limits`] are a value: a [`Context`](crate::Context) has them, and each stage reads them there. Recursion is
//! bounded by [`Limits::depth`]; parts of documents are copied by [`Context::copy`](crate::Context::copy); the report
//! counts its own length.

mod weight;

pub use weight::{height, text_weight, weight};

/// The limits of a run. [`Limits::default`] suits the descriptions that vendors publish; to set others, change its fields:
///
/// ```
/// use openapi_pipeline::{Context, Limits};
///
/// let mut limits = Limits::default();
/// limits.file_size = 1 << 20;
/// let cx = Context::with_limits(limits);
/// # assert_eq!(cx.limits().file_size, 1 << 20);
/// ```
///
/// The numbers are inclusive maxima. Higher limits of sizes, values and copies cost memory, of levels stack, and of the
/// others time.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// The size of a file, in bytes; by default 64 MiB. A file is in memory twice while it is parsed, and places in it are
    /// offsets of 32 bits.
    pub file_size: u64,
    /// The size of all files of a run together, in bytes; by default four files of the largest size, as every file stays in
    /// memory for the errors that quote it.
    pub total_size: usize,
    /// The nesting of objects and arrays, in levels; by default 256. Every stage walks the tree recursively, so this bounds the stack
    /// it needs. Of JSON no more than 512 levels are read, whatever this says: its parser recurses too.
    pub depth: usize,
    /// The number of values in a file; by default two million. In YAML, long strings count more than once (see
    /// [`text_weight`]).
    pub values: usize,
    /// The number of values in all files of a run together; by default twice that of one file, for a description and the
    /// files bundled into it.
    pub total_values: usize,
    /// The length of a JSON pointer, in bytes; by default 4096. Every line of the report carries one, and the pointers of
    /// published descriptions are much shorter.
    pub pointer: usize,
    /// The values that aliases may add to a YAML file, in the measure of [`weight`]; by default half of those of a file.
    pub aliased: usize,
    /// The length of a chain of references; by default 64: longer than authors write, and short enough to be followed from
    /// every place of a document.
    pub hops: usize,
    /// The values that bundling other files may add to a document, in the measure of [`weight`]; by default half of those of
    /// a file.
    pub bundled: usize,
    /// The values that a run may copy from one place of a document to another, in the measure of [`weight`]; by default as
    /// many as in a file.
    pub copied: usize,
    /// The length of the report of a run, in bytes; by default that of the largest file.
    pub report: usize,
    /// The size of a client's code, in bytes; by default 24 MiB, which takes less than a gigabyte of memory. It is estimated
    /// before the generator begins, whose time and memory are in proportion to it.
    pub code: usize,
    /// The same for large descriptions, in bytes of code for each byte of the description; by default 16. Published
    /// descriptions become three to twelve, and up to fifteen without white space.
    pub code_growth: usize,
    /// The number of problems that are kept and drawn; by default 100.
    pub problems: usize,
    /// The bytes of source lines that are read to draw problems; by default 32 MiB. Only minified files come near: each
    /// problem in their one line reads all of it.
    pub lines_read: usize,
    /// The number of problems that get a suggestion; by default 20. A suggestion is searched among all names of a document.
    pub suggestions: usize,
    /// The length of a JSONPath, in bytes; by default 4096.
    pub target_length: usize,
    /// The nesting of brackets in a JSONPath, in levels; by default 8. Its parser recurses, and tries alternatives at each
    /// level.
    pub target_nesting: usize,
    /// The number of steps to evaluate a JSONPath, by an upper estimate; by default 30 million, a few seconds of work.
    pub target_steps: f64,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: usize = 1 << 20;
        const VALUES: usize = 2_000_000;
        Self {
            file_size: 64 * MIB as u64,
            total_size: 4 * 64 * MIB,
            depth: 256,
            values: VALUES,
            total_values: 2 * VALUES,
            pointer: 4096,
            aliased: VALUES / 2,
            hops: 64,
            bundled: VALUES / 2,
            copied: VALUES,
            report: 64 * MIB,
            code: 24 * MIB,
            code_growth: 16,
            problems: 100,
            lines_read: 32 * MIB,
            suggestions: 20,
            target_length: 4096,
            target_nesting: 8,
            target_steps: 3e7,
        }
    }
}

/// A number of bytes as messages show it: `64 MiB`, if it is a whole number of them.
pub(crate) fn bytes(number: u64) -> String {
    match number {
        0 => "0 bytes".to_owned(),
        _ if number.is_multiple_of(1 << 20) => format!("{} MiB", number >> 20),
        _ if number.is_multiple_of(1 << 10) => format!("{} KiB", number >> 10),
        _ => format!("{number} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_shown_in_the_largest_unit_that_fits() {
        let shown = [0, 1000, 1024, 1536, 64 << 20, (64 << 20) + 1024].map(bytes);
        assert_eq!(shown, ["0 bytes", "1000 bytes", "1 KiB", "1536 bytes", "64 MiB", "65537 KiB"]);
    }
}
