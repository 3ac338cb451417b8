use serde_json::{Value as Json, json};

use super::{exchange, json_body, run};
use crate::testing::{codes, document, uses};

fn reference(name: &str) -> Json {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn rust_type(name: &str) -> Json {
    json!({"crate": "client-runtime", "version": "*", "path": format!("client_runtime::{name}")})
}

#[test]
fn listed_fields_and_passwords_become_secrets() {
    let login = json!({"type": "object", "properties": {
        "password": {"type": "string", "format": "password", "minLength": 8},
        "token": {"type": "string", "description": "d", "nullable": true},
        "device": {"type": "object", "properties": {"code": {"type": "string"}}},
        "user": {"$ref": "#/components/schemas/User"},
        "list": {"type": "array", "items": {"allOf": [{"$ref": "#/components/schemas/User"}]}},
        "pin": {"$ref": "#/components/schemas/Pin"},
    }});
    let schemas = json!({"User.Name": {"type": "object", "properties": {"key": {"type": "string"}}}, "User": {"type": "object", "properties": {"jwt": {"type": "string"}, "more": reference("User.Name")}}, "Pin": {"type": "string", "format": "password", "nullable": true}});
    let secrets = ["OpRequest.token", "OpRequest.device.code", "OpRequest.list.jwt", "User.Name.key", "User.jwt"];
    let (cx, lowered) = run(&exchange(login, json!({"type": "string"}), schemas), &secrets);
    let schemas = lowered.unwrap()["components"]["schemas"].clone();
    let properties = &schemas["OpRequest"]["properties"];
    assert_eq!(properties["password"], reference("Secret"));
    assert_eq!(properties["token"], json!({"description": "d", "nullable": true, "allOf": [reference("Secret")]}));
    assert_eq!(properties["device"]["properties"]["code"], reference("Secret"));
    assert_eq!(properties["pin"], json!({"nullable": true, "allOf": [reference("Secret")]}));
    assert_eq!(schemas["User"]["properties"]["jwt"], reference("Secret"));
    assert_eq!(schemas["User.Name"]["properties"]["key"], reference("Secret"));
    assert_eq!(schemas["Secret"], json!({"type": "string", "format": "password", "x-rust-type": rust_type("Secret")}));
    assert_eq!(schemas.get("Pin"), None, "nothing refers to it any more");
    assert_eq!(uses(&cx, "secret-field").len(), 6, "a field listed twice is one");
    assert!(cx.report.notes.iter().any(|note| note.text.contains("without minLength")));
    assert_eq!(uses(&cx, "unlisted-secret").len(), 0);
}

#[test]
fn fields_that_are_no_strings_are_errors_with_suggestions() {
    let request = json!({"type": "object", "properties": {"token": {"type": "string"}, "count": {"type": "integer"}}});
    for (field, message, help) in [
        ("OpRequest.tokn", "there is no property `tokn`", "`token`"),
        ("OpReqest.token", "there is no schema `OpReqest`", "`OpRequest`"),
        ("OpRequest", "there is no schema `OpRequest`", "`Schema.property`"),
        ("OpRequest.count", "is not a string", "`string`"),
        ("OpRequest.token.more", "there is no property `more`", "there is no property at all"),
        ("", "there is no schema ``", "`Schema.property`"),
    ] {
        let (cx, lowered) = run(&exchange(request.clone(), json!({"type": "string"}), json!({})), &[field]);
        let problems = lowered.unwrap_err();
        assert_eq!(codes(&cx, &problems)[0].0, "unknown-secret-field");
        let problem = &problems.0[0];
        assert!(problem.message.contains(message), "{field}: {}", problem.message);
        assert!(problem.help.as_deref().unwrap().contains(help), "{field}: {:?}", problem.help);
    }
}

#[test]
fn unlisted_fields_with_names_of_secrets_are_noted() {
    let request = json!({"type": "object", "properties": {"api_key": {"type": "string"}, "name": {"type": "string"}}});
    let (cx, lowered) = run(&exchange(request, json!({"type": "string"}), json!({})), &[]);
    assert_eq!(lowered.unwrap()["components"]["schemas"].get("Secret"), None);
    assert_eq!(
        uses(&cx, "unlisted-secret"),
        ["#/paths/~1x/post/requestBody/content/application~1json/schema/properties/api_key"]
    );
}

#[test]
fn points_in_time_are_timestamps() {
    let time = json!({"type": "string", "format": "date-time"});
    let response = json!({"type": "object", "properties": {
        "at": time,
        "till": {"type": "string", "format": "date-time", "nullable": true, "description": "d"},
        "all": {"type": "array", "items": time},
        "named": reference("When"),
        "day": {"type": "string", "format": "date"},
    }});
    let (cx, lowered) = run(&exchange(json!({"type": "string"}), response, json!({"When": time})), &[]);
    let schemas = lowered.unwrap()["components"]["schemas"].clone();
    let properties = &schemas["OpResponse"]["properties"];
    assert_eq!(properties["at"], reference("Timestamp"));
    assert_eq!(properties["till"], json!({"description": "d", "nullable": true, "allOf": [reference("Timestamp")]}));
    assert_eq!(properties["all"]["items"], reference("Timestamp"));
    assert_eq!(properties["named"], reference("Timestamp"));
    assert_eq!(properties["day"], json!({"type": "string"}));
    assert_eq!(uses(&cx, "date-as-string").len(), 1);
    assert_eq!(schemas["Timestamp"]["x-rust-type"], rust_type("Timestamp"));
    assert_eq!(uses(&cx, "timestamp").len(), 4);
}

#[test]
fn formatted_strings_keep_values_of_another_form() {
    let format = |format: &str| json!({"type": "string", "format": format});
    let response = json!({"type": "object", "properties": {
        "id": {"type": "string", "format": "uuid", "nullable": true, "maxLength": 36},
        "named": reference("UUID"),
        "from": {"type": "array", "items": format("ipv4")},
        "via": format("ipv6"),
        "by": format("ip"),
        "well-known": {"type": "string", "format": "uuid", "enum": ["67e55044-10b1-426f-9247-bb680e5fe0c8"]},
    }});
    let components =
        json!({"UUID": format("uuid"), "IpAddr": {"type": "object", "properties": {"a": reference("IpAddr")}}});
    let request = json!({"type": "object", "properties": {"to": reference("IpAddr")}});
    let (cx, lowered) = run(&exchange(request, response, components), &[]);
    let schemas = lowered.unwrap()["components"]["schemas"].clone();
    let properties = &schemas["OpResponse"]["properties"];
    assert_eq!(properties["id"], json!({"nullable": true, "allOf": [reference("Uuid")]}));
    assert_eq!(properties["named"], reference("Uuid"));
    assert_eq!(properties["from"]["items"], reference("Ipv4Addr"));
    assert_eq!((&properties["via"], &properties["by"]), (&reference("Ipv6Addr"), &reference("IpAddr")));
    assert_eq!(uses(&cx, "lenient-text").len(), 5);
    assert!(schemas.get("UUID").is_none() && schemas.get("UUIDSchema").is_none(), "{schemas}");
    // A vendor's own type of such a name is separate.
    assert_eq!(schemas["IpAddrSchema"]["properties"]["a"], reference("IpAddrSchema"));
    for (name, of) in [("Uuid", "uuid"), ("IpAddr", "ip"), ("Ipv4Addr", "ipv4"), ("Ipv6Addr", "ipv6")] {
        assert_eq!(schemas[name], json!({"type": "string", "format": of, "x-rust-type": rust_type(name)}));
    }
}

#[test]
fn free_form_properties_of_errors_are_redacted() {
    let error = json!({"type": "object", "properties": {
        "details": {"type": "object", "additionalProperties": true, "nullable": true},
        "input": {},
        "map": {"type": "object", "additionalProperties": {"type": "string"}},
        "list": {"type": "array", "items": {"type": "object"}},
        "alias": reference("Anything"),
        "either": {"anyOf": [{"type": "string"}, {}]},
        "strict": {"allOf": [reference("Cause"), {"type": "object"}]},
        "closed": {"type": "object", "additionalProperties": false},
    }});
    let schemas = json!({"Problem": error, "Anything": {}, "Cause": {"type": "object", "properties": {"ctx": {"type": "object", "properties": {}}}}});
    let operation = json!({"operationId": "op", "responses": {
        "200": {"description": "", "content": json_body(json!({"type": "object", "properties": {"metadata": {"type": "object"}}}))},
        "400": {"description": "", "content": json_body(reference("Problem"))},
        "500": {"description": "", "content": json_body(reference("Anything"))},
    }});
    let (cx, lowered) = run(&document(json!({"/x": {"get": operation}}), json!({"schemas": schemas})), &[]);
    let lowered = lowered.unwrap();
    let schemas = &lowered["components"]["schemas"];
    let properties = &schemas["Problem"]["properties"];
    let redacted = reference("RedactedValue");
    assert_eq!(properties["details"], json!({"nullable": true, "allOf": [redacted]}));
    assert_eq!(properties["input"], redacted);
    assert_eq!(properties["map"]["additionalProperties"]["type"], "string");
    assert_eq!(properties["list"]["items"], redacted);
    assert_eq!(properties["alias"], redacted);
    assert_eq!(properties["either"]["oneOf"], json!([{"type": "string"}, redacted]));
    assert_eq!(properties["strict"], reference("ProblemStrict"), "merged");
    assert_eq!(properties["closed"], redacted, "replies are not rejected over additional properties, so it is open");
    assert_eq!(schemas["ProblemStrict"]["properties"]["ctx"], redacted);
    assert_eq!(schemas["OpResponse"]["properties"]["metadata"], json!({"type": "object"}), "a success is not redacted");
    assert_eq!(lowered["paths"]["/x"]["get"]["responses"]["500"]["content"]["application/json"]["schema"], redacted);
    assert_eq!(schemas["RedactedValue"]["x-rust-type"], rust_type("RedactedValue"));
    assert_eq!(uses(&cx, "redact-free-form").len(), 8);
}

#[test]
fn keywords_of_several_types_without_a_type_describe_what_they_agree_on() {
    let text = json!({"type": "string"});
    let fields = json!({"a": text});
    for (given, kept) in [
        (json!({"properties": fields, "minLength": 1, "format": "date"}), json!({"properties": fields})),
        (json!({"items": text, "minItems": 1, "maximum": 5}), json!({"items": text, "minItems": 1})),
        (json!({"items": text, "additionalProperties": text}), json!({})),
        (json!({"items": text, "properties": fields, "required": ["a"], "maxItems": 3}), json!({})),
    ] {
        let (_, lowered) = run(&exchange(reference("Sample"), json!({}), json!({"Sample": given})), &[]);
        let mut sample = lowered.unwrap()["components"]["schemas"]["Sample"].clone();
        let kept_type = sample.as_object_mut().unwrap().remove("type");
        assert!(kept_type.is_none_or(|kind| kind == "object" || kind == "array"), "{given}");
        for (key, value) in kept.as_object().unwrap() {
            assert_eq!(&sample[key], value, "{given}");
        }
        let more: Vec<&String> = sample.as_object().unwrap().keys().filter(|key| kept.get(*key).is_none()).collect();
        assert!(more.iter().all(|key| key.starts_with("x-") || *key == "additionalProperties"), "{given}: {sample}");
    }
}
