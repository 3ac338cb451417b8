//! The client of `descriptions/garden-3-1.yaml`: bodies that may be null.

use golden_clients::garden_3_1::{Client, Server, errors, types};
use serde_json::json;

use crate::letters::served;

#[test]
fn a_required_body_that_may_be_null_is_sent_as_null() {
    let plant = types::Plant::new(types::PlantKind::Rose);
    let showers = types::Showers::new();
    let requests = served(async |base| {
        let builder = Client::builder().server(Server::Custom(base));
        let client = builder.station("key").build().unwrap();
        for body in [None, Some(&plant)] {
            let _ = client.set_plant("north", 1, body).await;
        }
        for body in [None, Some(2.5)] {
            client.set_rain(body).await.unwrap();
        }
        for body in [None, Some(&showers)] {
            client.adjust_rain(body).await.unwrap();
        }
    });
    let bodies: Vec<&str> = requests.iter().map(|one| one.body.as_str()).collect();
    assert_eq!(bodies, ["null", r#"{"kind":"rose"}"#, "null", "2.5", "null", "{}"]);
    assert!(requests.iter().all(|one| one.header("content-type") == Some("application/json")), "{requests:?}");
}

#[test]
fn an_error_that_is_null_is_the_documented_one() {
    use client_runtime::{ApiError as _, ResponseParts};
    let parts = |status: u16, body: &'static str| {
        ResponseParts::new(
            status.try_into().unwrap(),
            Default::default(),
            client_runtime::Bytes::from_static(body.as_bytes()).into(),
        )
    };
    let missing = errors::SetPlantError::from_response(parts(404, "null"));
    assert!(matches!(&missing, errors::SetPlantError::NotFound(error) if error.is_none()), "{missing:?}");
    let missing = errors::SetPlantError::from_response(parts(404, r#""bed""#));
    assert!(matches!(&missing, errors::SetPlantError::NotFound(error) if error.is_some()), "{missing:?}");
    let rains = errors::SetRainError::from_response(parts(409, "null"));
    assert!(matches!(&rains, errors::SetRainError::Conflict(error) if error.is_none()), "{rains:?}");
}

/// A value that may be null is an `Option` of the component.
#[test]
fn a_component_that_may_be_null_needs_no_type_of_its_own() {
    fn plant(answer: client_runtime::Response<Option<types::Plant>>) -> Option<types::Plant> {
        answer.into_inner()
    }
    let _ = |client: Client| async move { client.set_plant("north", 1, None).await.map(plant).ok() };
}

#[test]
fn an_integer_whose_bounds_need_more_than_64_bits_holds_such_a_number() {
    let showers: types::Showers = serde_json::from_value(json!({"litres": 1e22})).unwrap();
    assert_eq!(serde_json::to_value(&showers).unwrap(), json!({"litres": 1e22}));
    let showers: types::Showers = serde_json::from_value(json!({"litres": 12})).unwrap();
    assert_eq!(serde_json::to_value(&showers).unwrap(), json!({"litres": 12}));
}
