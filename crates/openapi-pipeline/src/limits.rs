//! What a document may cost. All limits of the pipeline stand here, each far above any published description and far
//! below what exhausts memory or patience, so that a hostile document gets an error about as quickly as a real one gets
//! its client.
//!
//! [`Limits`] are a value: a [`Context`](crate::Context) has them, and each stage reads them there. Recursion is
//! bounded by [`Limits::depth`]; whatever copies parts of a document does it through
//! [`Context::copy`](crate::Context::copy); the report counts what it holds.

mod weight;

pub use weight::{height, text_weight, weight};

/// What a run may cost. [`Limits::default`] is for descriptions as vendors publish them; other numbers are set on it:
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
/// The numbers are maxima: what is exactly as large is taken. Higher ones of sizes, values and copies cost memory, of
/// levels stack, and of the others time.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// The largest file that is read, in bytes. A file is in memory twice while it is parsed, and places in it are
    /// offsets of 32 bits.
    pub file_size: u64,
    /// What all files of a run may hold together, in bytes: four of the largest size, as every text stays in memory for
    /// the errors that quote it.
    pub total_size: usize,
    /// How deep objects and arrays may nest, in levels. Every stage walks the tree recursively, so this bounds the
    /// stack it needs. Of JSON no more than 512 levels are read, whatever this says: its parser recurses too.
    pub depth: usize,
    /// How many values a file may hold; in YAML long texts count more than once (see [`text_weight`]).
    pub values: usize,
    /// How many values all files of a run may hold together: two of the most, for a description and what is bundled
    /// into it.
    pub total_values: usize,
    /// How long a JSON pointer may become, in bytes. Every line of the report carries one, and no name of an API comes
    /// near the length of a page of memory.
    pub pointer: usize,
    /// What the aliases of a YAML file may add to it, in the measure of [`weight`]: half of what the file may hold.
    pub aliased: usize,
    /// How many references may follow one another before what they mean: more than anybody writes, and few enough to
    /// follow them from every place of a document.
    pub hops: usize,
    /// What bringing other files into a document may add to it, in the measure of [`weight`]: half of what a file may
    /// hold.
    pub bundled: usize,
    /// What a run may copy from one place of a document to another, in the measure of [`weight`]: as much as a file may
    /// hold.
    pub copied: usize,
    /// How long the report of a run may become, in bytes: as long as the largest file.
    pub report: usize,
    /// How much code a client may have, in bytes: an estimate of the generator, made before it begins, since what it takes
    /// of time and memory is in proportion. Several of the largest clients of this repository, and less than a gigabyte
    /// of memory.
    pub code: usize,
    /// The same for large descriptions: how much code a byte of them may become. Those that vendors publish become three
    /// to twelve.
    pub code_growth: usize,
    /// How many problems are kept and drawn before the rest is left out: more than anybody reads at once.
    pub problems: usize,
    /// How many bytes of source lines are read to draw problems. Only minified files come near: each problem in their
    /// one line reads all of it.
    pub lines_read: usize,
    /// How many problems are given a suggestion: it is looked for among all names of a document.
    pub suggestions: usize,
    /// The longest JSONPath, in bytes.
    pub target_length: usize,
    /// How deep the brackets of a JSONPath may nest, in levels: its parser recurses, and tries alternatives at each.
    pub target_nesting: usize,
    /// How many steps evaluating a JSONPath may take, by an estimate from above: a few seconds of work.
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
            code_growth: 20,
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
