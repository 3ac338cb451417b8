//! Every vendor alike: the places that list the vendors have each of them, and the fakes have in common what their
//! tests rely on.

use std::collections::HashSet;

use auth_testkit::vendor::{PROBE, Request};
use auth_testkit::{Vendor, VendorState};
use reqwest::StatusCode;

use crate::support::{at, probe};

/// The variants of [`Vendor`]: Rust doesn't list them.
fn variants() -> Vec<&'static str> {
    let source = include_str!("../../src/vendor.rs");
    let (_, body) = source.split_once("pub enum Vendor {").unwrap();
    let lines = body.lines().map(str::trim).take_while(|line| *line != "}");
    lines.filter_map(|line| line.strip_suffix(',').filter(|name| name.chars().all(char::is_alphanumeric))).collect()
}

/// The row of the README's table of operations.
fn row(vendor: Vendor) -> String {
    let operations = vendor.operations().iter().filter(|operation| **operation != "probe");
    let operations: Vec<_> = operations.map(|operation| format!("`{operation}`")).collect();
    let base = match VendorState::new(vendor).base_path() {
        "" => "none".to_owned(),
        base => format!("`{base}`"),
    };
    format!("| `FakeVendor::{}()` | {} | {base} |", vendor.name(), operations.join(" "))
}

#[test]
fn no_list_lacks_a_vendor() {
    let mut missing = Vec::new();
    let listed: Vec<_> = Vendor::ALL.iter().map(|vendor| format!("{vendor:?}")).collect();
    for variant in variants() {
        if !listed.iter().any(|listed| listed == variant) {
            missing.push(format!("`Vendor::ALL` in src/vendor.rs lacks `Vendor::{variant}`"));
        }
    }
    for vendor in Vendor::ALL {
        let name = vendor.name();
        if !include_str!("main.rs").contains(&format!("\nmod {name};\n")) {
            missing.push(format!("tests/it/{name}.rs, which tests the fake of {vendor:?}, or its module in main.rs"));
        }
        let constructor = format!("    pub fn {name}() -> Self {{");
        if !include_str!("../../src/vendor.rs").contains(&constructor) {
            missing.push(format!("`VendorState::{name}` in src/vendor.rs"));
        }
        if !include_str!("../../src/server.rs").contains(&constructor) {
            missing.push(format!("`FakeVendor::{name}` in src/server.rs"));
        }
        if !include_str!("../../README.md").contains(&row(*vendor)) {
            missing.push(format!("the table of operations in README.md lacks this row: {}", row(*vendor)));
        }
    }
    assert!(missing.is_empty(), "missing:\n{}", missing.join("\n"));
}

#[test]
fn names_and_operations_differ() {
    let names: HashSet<_> = Vendor::ALL.iter().map(|vendor| vendor.name()).collect();
    assert_eq!(names.len(), Vendor::ALL.len(), "{names:?}");
    for vendor in Vendor::ALL {
        let operations: HashSet<_> = vendor.operations().iter().collect();
        assert_eq!(operations.len(), vendor.operations().len(), "{vendor:?}");
        assert_eq!(vendor.operations().last(), Some(&"probe"), "{vendor:?}");
    }
}

#[test]
fn a_probe_refuses_an_unknown_token_in_the_vendors_own_shape() {
    for vendor in Vendor::ALL {
        let mut state = VendorState::new(*vendor);
        assert_eq!(probe(&mut state, at(0), "unknown"), 401, "{vendor:?}");
        let request = Request::get(format!("{}{PROBE}", state.base_path()));
        assert_eq!(state.operation(&request), Some("probe"), "{vendor:?}");
        assert_eq!(state.handle(at(0), &request), state.error(StatusCode::UNAUTHORIZED, &request), "{vendor:?}");
        assert_eq!(state.stats().calls("probe"), 2, "{vendor:?}");
    }
}
