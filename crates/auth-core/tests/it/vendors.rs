//! Each vendor that can be faked is in every place that lists the vendors.

use auth_testkit::Vendor;

use crate::support::vendors::{Link, PROFILES, Setup, Verb, missing, profile};

/// Files of this program whose modules need all vendors, by their feature.
const CONDITIONS: [(&str, &str); 3] = [
    ("tests/it/main.rs", include_str!("main.rs")),
    ("tests/it/support.rs", include_str!("support.rs")),
    ("tests/it/histories.rs", include_str!("histories.rs")),
];

const MANIFEST: &str = include_str!("../../Cargo.toml");
const LIB: &str = include_str!("../../src/lib.rs");
const README: &str = include_str!("../../README.md");
const CHANGELOG: &str = include_str!("../../CHANGELOG.md");

/// Whether the first line with this beginning has a word.
fn line_has(text: &str, beginning: &str, word: &str) -> bool {
    let line = text.lines().find(|line| line.starts_with(beginning));
    line.unwrap_or_else(|| panic!("no line begins with {beginning:?}")).contains(word)
}

/// The operations that a profile lacks, or has although the fake doesn't.
fn of_operations(vendor: Vendor) -> Vec<String> {
    let (profile, name) = (profile(vendor), vendor.name());
    let called: Vec<_> = profile.rows.iter().map(|row| row.operation).chain(profile.uncalled.iter().copied()).collect();
    let faked: Vec<_> = vendor.operations().iter().copied().filter(|operation| *operation != "probe").collect();
    let lacks = faked.iter().filter(|operation| !called.contains(operation)).map(|operation| {
        format!("support/vendors/{name}.rs has no row for `{operation}`, and doesn't list it as uncalled")
    });
    let invents = called.iter().filter(|operation| !faked.contains(operation)).map(|operation| {
        format!("support/vendors/{name}.rs has `{operation}`, which is no operation of `Vendor::{vendor:?}`")
    });
    let login = (!profile.rows.iter().any(|row| row.verb == Verb::Login))
        .then(|| format!("support/vendors/{name}.rs has no row for `Verb::Login`"));
    let foreign = profile.rows.iter().filter(|row| row.vendor != vendor);
    let foreign = foreign.map(|row| format!("support/vendors/{name}.rs has a row of another vendor: {row:?}"));
    lacks.chain(invents).chain(login).chain(foreign).collect()
}

/// The lists of the crate and of its tests that lack the vendor.
fn of_lists(vendor: Vendor) -> Vec<String> {
    let (name, title) = (vendor.name(), format!("{vendor:?}"));
    let mut found = Vec::new();
    let mut check = |has: bool, lacks: String| {
        if !has {
            found.push(lacks);
        }
    };
    let (quoted, code) = (format!("\"{name}\""), format!("`{name}`"));
    check(line_has(MANIFEST, "default = [", &quoted), format!("Cargo.toml: {quoted} among the default features"));
    let feature = format!("{name} = [\"adapter\", \"dep:{name}-client\"]");
    check(MANIFEST.lines().any(|line| line == feature), format!("Cargo.toml: the feature {feature}"));
    let adapters = "#[cfg(any(feature = \"svix\"";
    check(line_has(LIB, adapters, &quoted), format!("src/lib.rs: {quoted} in the condition of the module `adapters`"));
    check(line_has(LIB, "//! | verb |", &title), format!("src/lib.rs: {title} in the table of verbs"));
    check(line_has(LIB, "//! | `svix`", &code), format!("src/lib.rs: {code} in the table of features"));
    check(line_has(README, "| `svix`", &code), format!("README.md: {code} in the table of features"));
    check(CHANGELOG.contains(&title), format!("CHANGELOG.md: the adapter for {title}"));
    let tests = format!("\nmod adapters_{name};\n");
    check(CONDITIONS[0].1.contains(&tests), format!("tests/it/adapters_{name}.rs, or its module in main.rs"));
    for (path, text) in CONDITIONS {
        let times = |vendor: &Vendor| text.matches(&format!("feature = \"{}\"", vendor.name())).count();
        let most = Vendor::ALL.iter().map(times).max().unwrap_or_default();
        let (has, lacks) = (times(&vendor), "in each condition that has all others");
        check(has == most, format!("{path}: the feature {quoted} {lacks} ({has} of {most})"));
    }
    found
}

#[test]
fn no_place_lacks_a_vendor() {
    let mut lacking = Vec::new();
    for vendor in Vendor::ALL {
        lacking.extend(of_lists(*vendor));
        if PROFILES.iter().any(|profile| profile.vendor == *vendor) {
            lacking.extend(of_operations(*vendor));
            let adapter = profile(*vendor).adapter(Link::to("http://127.0.0.1:1", "key")).as_it_is();
            if adapter.family().as_str() != vendor.name() {
                lacking.push(format!("the adapter of {vendor:?} is of the family {}", adapter.family()));
            }
        } else {
            lacking.push(missing(*vendor));
        }
    }
    assert!(lacking.is_empty(), "these places lack a vendor:\n{}", lacking.join("\n"));
}

/// Without this, the tests that send no refresh token twice would pass whatever is sent.
#[tokio::test]
async fn a_fake_whose_refresh_tokens_rotate_counts_them() {
    for vendor in Vendor::ALL {
        let setup = Setup::start(*vendor).await;
        if !setup.adapter.as_it_is().capabilities().rotates {
            continue;
        }
        let ready = setup.ready(Verb::Refresh).await;
        setup.call(Verb::Refresh, &ready).await.unwrap();
        let error = setup.call(Verb::Refresh, &ready).await.unwrap_err();
        assert!(error.needs_login(), "{vendor:?}: {error}");
        let stats = setup.server.state().stats().clone();
        let counts = (stats.redemptions(), stats.repeated_refresh_tokens(), stats.reused_refresh_tokens());
        assert_eq!(counts, (1, 1, 1), "{vendor:?}: redeemed, repeated and reused refresh tokens");
    }
}
