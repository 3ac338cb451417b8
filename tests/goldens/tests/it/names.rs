//! The client of `descriptions/names.yaml`: whatever something is called in Rust, on the wire it has its own name.

use std::collections::BTreeSet;

use golden_clients::call::Arguments;
use golden_clients::names::types::{Members, ParametersOrder, ReceivedValue, Schemas, Values};
use golden_clients::names::{Server, operations};
use serde_json::{Map, Value, json};

use crate::letters::{Received, served};

/// The properties of `Members` and the values of `Values`.
const NAMES: [&str; 38] = [
    "all",
    "result",
    "option",
    "box",
    "into",
    "duration",
    "intoFuture",
    "gen",
    "2fa",
    "+1",
    "-1",
    "*",
    "header_map",
    "timeout",
    "timeout_parameter",
    "self",
    "Self",
    "crate",
    "super",
    "_",
    "",
    "🦀",
    "e\u{301}",
    "größe",
    "日本",
    "a_b",
    "aB",
    "AB",
    "a-b",
    "type",
    "type_",
    "Unknown",
    "UnknownValue",
    "Err",
    "new",
    "body",
    "clone",
    "default",
];

#[test]
fn every_property_is_read_and_written_under_its_name() {
    let members: Map<String, Value> =
        NAMES.iter().map(|name| ((*name).to_owned(), json!(format!("of {name}")))).collect();
    let read: Members = serde_json::from_value(Value::Object(members.clone())).unwrap();
    assert_eq!((read.ab.as_deref(), read.a_b.as_deref()), (Some("of AB"), Some("of a_b")));
    assert_eq!((read.self_.as_deref(), read.type_2.as_deref()), (Some("of self"), Some("of type_")));
    assert_eq!(serde_json::to_value(read).unwrap(), Value::Object(members));
    let built = Members::new().new_("n").clone_("c");
    assert_eq!(serde_json::to_value(built).unwrap(), json!({"new": "n", "clone": "c"}));
}

#[test]
fn every_value_is_read_and_written_under_its_name() {
    let mut seen = BTreeSet::new();
    for name in NAMES {
        let value: Values = serde_json::from_value(json!(name)).unwrap();
        assert!(!matches!(value, Values::UnknownValue2(_)), "{name} is known");
        assert_eq!((value.to_string().as_str(), serde_json::to_value(&value).unwrap()), (name, json!(name)));
        assert!(seen.insert(value), "{name} is a value of its own");
    }
    let other: Values = serde_json::from_value(json!("other")).unwrap();
    assert_eq!(other, Values::UnknownValue2("other".to_owned()));
    for (value, name) in [(ReceivedValue::Asc, "ASC"), (ReceivedValue::Asc2, "asc")] {
        assert_eq!(serde_json::to_value(&value).unwrap(), json!(name));
        assert_eq!(value, name.parse().unwrap());
    }
    // An enum that is only sent has no variant for unknown values.
    for (value, name) in [(ParametersOrder::Asc2, "asc"), (ParametersOrder::Minus1, "-1")] {
        assert_eq!((value.to_string().as_str(), serde_json::to_value(value).unwrap()), (name, json!(name)));
        assert!(name.parse().is_ok_and(|read: ParametersOrder| read == value), "{name}");
    }
    assert!("Asc2".parse::<ParametersOrder>().is_err());
}

/// Schemas that are called like what generated code uses, or like one another, are types of their own.
#[test]
fn every_schema_is_a_type() {
    let one = |member: &str, value: Value| {
        let read: Schemas =
            serde_json::from_value(json!({member: value})).map_err(|error| format!("{member}: {error}")).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), json!({member: value}));
    };
    for name in ["Vec", "String", "Client", "builder", "Some", "Default", "Self", "Secret", "aB", "2fa", "_"] {
        one(name, json!("text"));
    }
    for name in ["Option", "Box", "Builder", "Ok", "None", "Clone", "self", "Timestamp", "AB"] {
        one(name, json!({"a": "text", "code": "c"}));
    }
    for name in ["Result", "Error", "types", "Err", "Into", "Debug", "crate", "a_b", "a-b", "UserAddress"] {
        one(name, json!("b"));
    }
    one("sorted", json!({"by": "ASC"}));
    one("event", json!({"%": {"next": {"%": {}}}}));
    one("User", json!({"address": {"street": "s"}, "address_2": "a"}));
}

#[test]
fn every_operation_goes_to_its_path() {
    let plain = |operation: &&golden_clients::names::Operation| operation.path.starts_with("/operations/");
    let all: Vec<_> = operations::ALL.iter().filter(plain).collect();
    assert_eq!(all.len(), 50);
    let received = served(async |base| {
        for operation in &all {
            let reply = golden_clients::call("names", &base, operation.id, &Arguments::new(Map::new())).await;
            assert!(reply.is_ok(), "{}: {reply:?}", operation.id);
        }
    });
    let lines: Vec<String> = received.into_iter().map(|one| one.line).collect();
    let expected: Vec<String> = all.iter().map(|one| format!("GET {} HTTP/1.1", one.path)).collect();
    assert_eq!(lines, expected);
}

/// The arguments of `parameters`, with their names on the wire.
const QUERY: [(&str, &str); 48] = [
    ("all", "all"),
    ("result", "result"),
    ("option", "option"),
    ("box_", "box"),
    ("into", "into"),
    ("duration", "duration"),
    ("into_future_parameter", "intoFuture"),
    ("gen_", "gen"),
    ("x2fa", "2fa"),
    ("plus1", "+1"),
    ("minus1", "-1"),
    ("x", "*"),
    ("header_map", "header_map"),
    ("timeout_parameter", "timeout"),
    ("timeout_parameter_query", "timeout_parameter"),
    ("self_", "self"),
    ("self_query", "Self"),
    ("crate_", "crate"),
    ("super_", "super"),
    ("x_query", "_"),
    ("x_query_2", "🦀"),
    ("e", "e\u{301}"),
    ("größe", "größe"),
    ("日本", "日本"),
    ("a_b_query", "a_b"),
    ("a_b_query_2", "aB"),
    ("ab", "AB"),
    ("a_b_query_3", "a-b"),
    ("type_", "type"),
    ("type_query", "type_"),
    ("unknown", "Unknown"),
    ("unknown_value", "UnknownValue"),
    ("err", "Err"),
    ("new", "new"),
    ("body_query", "body"),
    ("clone", "clone"),
    ("default", "default"),
    ("token_parameter", "token"),
    ("options_parameter", "options"),
    ("core_parameter", "core"),
    ("encode_path_query", "encode_path"),
    ("client", "client"),
    ("request", "request"),
    ("response", "response"),
    ("url", "url"),
    ("value", "value"),
    ("info", "info"),
    ("path", "path"),
];

#[test]
fn every_argument_goes_to_its_parameter() {
    let path = [("encode_path", "encode_path"), ("a_b", "a_b"), ("a_b_path", "aB")];
    let header = [("header_map_header", "header_map"), ("self_header", "self"), ("a_b_header", "a_b")];
    let arguments = QUERY.iter().chain(&path).chain(&header);
    let mut arguments: Map<String, Value> =
        arguments.map(|(argument, wire)| ((*argument).to_owned(), json!(format!("{argument}={wire}")))).collect();
    arguments.insert("order".to_owned(), json!("ASC"));
    let received = served(async |base| {
        let reply = golden_clients::call("names", &base, "parameters", &Arguments::new(arguments)).await;
        assert!(reply.is_ok(), "{reply:?}");
    });
    let [one] = &received[..] else { panic!("{received:?}") };
    let (found, pairs) = target(one);
    assert_eq!(found, "/parameters/encode_path=encode_path/a_b=a_b/a_b_path=aB");
    let mut expected: BTreeSet<(String, String)> =
        QUERY.iter().map(|(argument, wire)| ((*wire).to_owned(), format!("{argument}={wire}"))).collect();
    expected.insert(("order".to_owned(), "ASC".to_owned()));
    assert_eq!(pairs, expected);
    for (argument, wire) in header {
        assert_eq!(one.header(wire), Some(format!("{argument}={wire}").as_str()));
    }
}

/// Path and query of a request, decoded.
fn target(one: &Received) -> (String, BTreeSet<(String, String)>) {
    let target = one.line.split(' ').nth(1).unwrap();
    let url = reqwest::Url::parse(&format!("http://localhost{target}")).unwrap();
    let pairs = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    (url.path().replace("%3D", "="), pairs)
}

#[test]
fn servers_have_names_of_their_differences() {
    let urls = [Server::Eu, Server::Us, Server::Test].map(|server| server.url().to_owned());
    assert_eq!(
        urls,
        ["https://eu.names.example.com", "https://us.names.example.com", "https://names.example.com/test"]
    );
}
