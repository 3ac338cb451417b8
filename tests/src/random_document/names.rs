//! Names that are awkward in Rust.

use std::collections::BTreeSet;

use oracle::Random;

/// Keywords of all editions.
const KEYWORDS: &str = "type self Self crate super async await dyn try gen abstract become box do final macro override priv \
    typeof unsized virtual yield union static match fn ref move raw auto default safe loop impl for in \
    as where true";

/// Names of the prelude and of common types and traits.
const PRELUDE: &str = "Option Some None Result Ok Err String Vec Box ToString Into From Default Clone Copy Drop Send Sync \
    Iterator Debug Eq Ord AsRef Fn Sized str u8 bool i64";

/// Names that generated clients use themselves.
const OWN: &str = "types errors answers requests operations client Client Server Error Value Bytes builder body all ALL \
    generated rt serde std core header_map timeout token idempotency_key url request response result \
    path query headers inner new into_future value data extra Secret Timestamp Uuid Unknown Other Custom";

/// Names that become the same Rust name, or two types of one name.
const COLLISIONS: &str = "fooBar foo_bar FooBar foo-bar FOOBAR Foobar foobar foo.bar FooBarBody foo__bar _fooBar";

/// Names of digits and little else.
const DIGITS: &str = "1 2fa 0 1st 3.0 123abc V1 v2 - _ __ a- -a a.b A1B2";

/// Names that are also valid for a component or an operation: letters, digits, `.`, `-` and `_`.
const PLAIN: [&str; 5] = [KEYWORDS, PRELUDE, OWN, COLLISIONS, DIGITS];

/// Names that only a property, a parameter or a value may have.
#[rustfmt::skip]
const ODD: &[&str] = &[
    "", " ", "+1", "-1", "*", "$", "@type", "$ref_", "a/b", "~", "a~1b", "x y", "'", "\"", "\\", "#", "%", "%20",
    "a:b", "a;b", "<T>", "&", "|", "?", "!", "...", "[]", "a[]", "a[b]", "🦀", "é", "ß", "ñandú", "日本", "İ", "ﬁ",
    "r#type", "\u{200b}", "//", "*/",
];

/// Ordinary names, so that not all names are awkward.
const ORDINARY: &str = "id name created_at userId kind status count items next email";

/// Ordinary names of components.
const THINGS: &str = "User Order Item Page Event Address Account Money Shape Node";

/// The name of a component.
pub(super) fn component(random: &mut Random) -> String {
    let list = if random.below(2) == 0 { *random.pick(&PLAIN) } else { THINGS };
    word(random, list)
}

/// The name of a property or a value.
pub(super) fn property(random: &mut Random) -> String {
    match random.below(5) {
        0 => (*random.pick(ODD)).to_owned(),
        _ => parameter(random),
    }
}

/// The name of a parameter that may be in a header or a path.
pub(super) fn parameter(random: &mut Random) -> String {
    let list = if random.below(2) == 0 { *random.pick(&PLAIN) } else { ORDINARY };
    word(random, list)
}

fn word(random: &mut Random, list: &str) -> String {
    let words: Vec<&str> = list.split_whitespace().collect();
    (*random.pick(&words)).to_owned()
}

/// Up to `count` distinct names.
pub(super) fn distinct(random: &mut Random, count: usize, name: fn(&mut Random) -> String) -> Vec<String> {
    let (mut names, mut seen) = (Vec::new(), BTreeSet::new());
    for _ in 0..4 * count {
        let next = name(random);
        if names.len() < count && seen.insert(next.clone()) {
            names.push(next);
        }
    }
    names
}
