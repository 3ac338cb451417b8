//! Helpers for all tests. Each test file uses a part of them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use auth_testkit::VendorState;
use auth_testkit::vendor::{Request, Response};
use serde_json::{Value, json};

pub const EMAIL: &str = "ada@example.com";
pub const PASSWORD: &str = "correct horse";

pub fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000 + seconds)
}

pub fn credentials() -> Value {
    json!({ "email": EMAIL, "password": PASSWORD })
}

pub fn text(value: &Value, member: &str) -> String {
    assert!(value[member].is_string(), "no {member} in {value}");
    value[member].as_str().unwrap().to_owned()
}

pub fn probe(state: &mut VendorState, now: SystemTime, token: &str) -> u16 {
    let path = format!("{}/probe", state.base_path());
    state.handle(now, &Request::get(path).with_bearer(token)).status.as_u16()
}

/// The status and the body.
pub fn parts(response: &Response) -> (u16, Value) {
    (response.status.as_u16(), response.json())
}
