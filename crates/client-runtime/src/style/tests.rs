use serde_json::{Value, json};

use super::*;
use crate::ResponseParts;
use crate::error::tests::OPERATION;

/// OpenAPI's table: style, explode, and the results for an empty string, a string, an array and an object.
const TABLE: [(Style, bool, &str, &str, &str, &str); 14] = [
    (Style::Matrix, false, ";color", ";color=blue", ";color=blue,black,brown", ";color=R,100,G,200,B,150"),
    (Style::Matrix, true, ";color", ";color=blue", ";color=blue;color=black;color=brown", ";R=100;G=200;B=150"),
    (Style::Label, false, ".", ".blue", ".blue,black,brown", ".R,100,G,200,B,150"),
    (Style::Label, true, ".", ".blue", ".blue.black.brown", ".R=100.G=200.B=150"),
    (Style::Simple, false, "", "blue", "blue,black,brown", "R,100,G,200,B,150"),
    (Style::Simple, true, "", "blue", "blue,black,brown", "R=100,G=200,B=150"),
    (Style::Form, false, "color=", "color=blue", "color=blue,black,brown", "color=R,100,G,200,B,150"),
    (Style::Form, true, "color=", "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"),
    (
        Style::SpaceDelimited,
        false,
        "color=",
        "color=blue",
        "color=blue%20black%20brown",
        "color=R%20100%20G%20200%20B%20150",
    ),
    (Style::SpaceDelimited, true, "color=", "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"),
    (
        Style::PipeDelimited,
        false,
        "color=",
        "color=blue",
        "color=blue%7Cblack%7Cbrown",
        "color=R%7C100%7CG%7C200%7CB%7C150",
    ),
    (Style::PipeDelimited, true, "color=", "color=blue", "color=blue&color=black&color=brown", "R=100&G=200&B=150"),
    (
        Style::DeepObject,
        true,
        "color=",
        "color=blue",
        "color[0]=blue&color[1]=black&color[2]=brown",
        "color[R]=100&color[G]=200&color[B]=150",
    ),
    (
        Style::Json,
        false,
        "color=%22%22",
        "color=%22blue%22",
        "color=%5B%22blue%22%2C%22black%22%2C%22brown%22%5D",
        "color=%7B%22R%22%3A100%2C%22G%22%3A200%2C%22B%22%3A150%7D",
    ),
];

/// The object of the table, with its properties in order.
#[derive(serde::Serialize)]
#[allow(non_snake_case, reason = "the names of OpenAPI's table")]
struct Color {
    R: u8,
    G: u8,
    B: u8,
}

fn query(writing: Writing, value: &(impl Serialize + ?Sized)) -> String {
    let mut parameters = Parameters::default();
    parameters.query::<ResponseParts>(&OPERATION, "color", writing, value).unwrap();
    parameters.query
}

fn single(writing: Writing, value: &(impl Serialize + ?Sized)) -> String {
    write_single("color", writing, &Part::of(value).unwrap(), Escape::All).unwrap_or_default()
}

#[test]
fn each_style_writes_what_openapi_says() {
    for (style, explode, empty, string, array, object) in TABLE {
        let writing = Writing::new(style, explode);
        let written = |value: &dyn Fn(bool) -> String| match style {
            Style::Matrix | Style::Label | Style::Simple => value(true),
            _ => value(false),
        };
        let write =
            |value: &Value| written(&|in_path| if in_path { single(writing, value) } else { query(writing, value) });
        assert_eq!(write(&json!("")), empty, "{writing:?}");
        assert_eq!(write(&json!("blue")), string, "{writing:?}");
        assert_eq!(write(&json!(["blue", "black", "brown"])), array, "{writing:?}");
        let color = Color { R: 100, G: 200, B: 150 };
        let written = written(&|in_path| if in_path { single(writing, &color) } else { query(writing, &color) });
        assert_eq!(written, object, "{writing:?}");
        if style != Style::Json {
            for nothing in [json!(null), json!([]), json!({}), json!([null]), json!({"R": null})] {
                assert_eq!(write(&nothing), "", "{writing:?} {nothing}");
            }
        }
    }
}

#[test]
fn separators_are_not_escaped_and_values_are() {
    let list = json!(["a,b", "c d", "e|f", "g&h=i", "é%"]);
    let written = |style, explode| query(Writing::new(style, explode), &list);
    assert_eq!(written(Style::Form, false), "color=a%2Cb,c%20d,e%7Cf,g%26h%3Di,%C3%A9%25");
    let words = query(Writing::new(Style::SpaceDelimited, false), &json!(["a,b", "e|f", "g&h=i", "é%"]));
    assert_eq!(words, "color=a%2Cb%20e%7Cf%20g%26h%3Di%20%C3%A9%25");
    assert_eq!(single(Writing::new(Style::Simple, false), &list), "a%2Cb,c%20d,e%7Cf,g%26h%3Di,%C3%A9%25");
    assert_eq!(single(Writing::new(Style::Label, true), &json!(["a/b", "..", "c"])), ".a%2Fb....c");
    assert_eq!(query(Writing::new(Style::DeepObject, true), &json!({"a&b": "c=d"})), "color[a%26b]=c%3Dd");
    assert_eq!(query(Writing::new(Style::Form, true), &json!({"a b": "c+d"})), "a%20b=c%2Bd");
}

#[test]
fn reserved_characters_stay_where_they_are_allowed_and_the_query_keeps_its_form() {
    let writing = Writing::new(Style::Form, true).with_reserved();
    assert_eq!(query(writing, "a/b?c:d@e,f;g"), "color=a/b?c:d@e,f;g");
    assert_eq!(query(writing, "a&b=c#d+e%20[f] g"), "color=a%26b%3Dc%23d%2Be%2520%5Bf%5D%20g");
}

#[test]
fn deep_objects_have_brackets_for_each_level() {
    let value = json!({"a": {"b": {"c": 1}}, "list": ["x", null, "y"], "objects": [{"z": true}], "nothing": null});
    let written = query(Writing::new(Style::DeepObject, true), &value);
    assert_eq!(written, "color[a][b][c]=1&color[list][0]=x&color[list][1]=y&color[objects][0][z]=true");
}

#[test]
fn a_second_level_is_json_where_the_style_has_none() {
    let nested = json!({"a": {"b": 1}, "list": ["x", "y"]});
    let json = "%7B%22b%22%3A1%7D";
    assert_eq!(query(Writing::new(Style::Form, true), &nested), format!("a={json}&list=x&list=y"));
    assert_eq!(
        query(Writing::new(Style::Form, false), &nested),
        format!("color=a,{json},list,%5B%22x%22%2C%22y%22%5D")
    );
    assert_eq!(
        query(Writing::new(Style::Form, true), &json!([{"b": 1}, [1, 2]])),
        format!("color={json}&color=%5B1%2C2%5D")
    );
    assert_eq!(single(Writing::new(Style::Simple, false), &json!([[1], 2])), "%5B1%5D,2");
}

#[test]
fn parameters_are_added_to_those_of_the_request() {
    let mut parameters = Parameters::default();
    let form = Writing::new(Style::Form, true);
    let simple = Writing::new(Style::Simple, false);
    parameters.query::<ResponseParts>(&OPERATION, "a", form, &[1, 2]).unwrap();
    parameters.query::<ResponseParts>(&OPERATION, "none", form, &None::<u8>).unwrap();
    parameters.header::<ResponseParts>(&OPERATION, "X-List", simple, &["a b", "é"]).unwrap();
    parameters.header::<ResponseParts>(&OPERATION, "X-None", simple, &None::<u8>).unwrap();
    parameters.header::<ResponseParts>(&OPERATION, "X-Secret", simple.as_sensitive(), "canary").unwrap();
    assert!(!format!("{parameters:?}").contains("canary"));
    for (before, after) in [("", "a=1&a=2"), ("?z=%20", "z=%20&a=1&a=2")] {
        let url = format!("https://api.example.com/v1{before}").parse().unwrap();
        let mut request = reqwest::Request::new(reqwest::Method::GET, url);
        parameters.put(&mut request);
        assert_eq!(request.url().query(), Some(after));
        assert_eq!(request.headers()["x-list"], "a b,é");
        assert!(request.headers()["x-secret"].is_sensitive());
        assert_eq!(request.headers().len(), 2);
    }
}

#[test]
fn a_value_that_cannot_be_written_is_refused_with_the_parameters_name() {
    let simple = Writing::new(Style::Simple, false);
    let mut parameters = Parameters::default();
    let errors = [
        parameters.query::<ResponseParts>(&OPERATION, "color", simple, &f64::NAN).unwrap_err(),
        parameters.header::<ResponseParts>(&OPERATION, "color", simple, &f32::INFINITY).unwrap_err(),
        parameters.header::<ResponseParts>(&OPERATION, "color", simple, "a\r\nb: c").unwrap_err(),
        parameters.header::<ResponseParts>(&OPERATION, "color", simple, " blue").unwrap_err(),
        parameters.header::<ResponseParts>(&OPERATION, "color", simple, &["red", "blue\t"]).unwrap_err(),
        parameters
            .query::<ResponseParts>(&OPERATION, "color", Writing::new(Style::SpaceDelimited, false), &["a b"])
            .unwrap_err(),
        parameters
            .query::<ResponseParts>(&OPERATION, "color", Writing::new(Style::PipeDelimited, false), &[("a", "b|c")])
            .unwrap_err(),
        parameters.header::<ResponseParts>(&OPERATION, "color", simple, &["red,blue"]).unwrap_err(),
        parameters.header::<ResponseParts>(&OPERATION, "color", simple, &[("R", "1,2")]).unwrap_err(),
        write_path::<ResponseParts>(&OPERATION, "color", simple, &f64::NEG_INFINITY).unwrap_err(),
        write_path::<ResponseParts>(&OPERATION, "color", simple, &Vec::<String>::new()).unwrap_err(),
        write_path::<ResponseParts>(&OPERATION, "color", simple, "..").unwrap_err(),
        write_path::<ResponseParts>(&OPERATION, "color", simple, &["a", "b\\c"]).unwrap_err(),
        write_path::<ResponseParts>(&OPERATION, "color", Writing::new(Style::Label, false), "").unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, Error::InvalidArgument(_)), "{error:?}");
        assert!(error.to_string().contains("`color`"), "{error}");
    }
    assert!(parameters.headers.is_empty() && parameters.query.is_empty());
    let error = check_numbers::<ResponseParts>(&OPERATION, &[("lat", f64::NAN)]).unwrap_err();
    assert!(error.to_string().contains("the body, in `0.1`, is not a finite number"), "{error}");
    assert_eq!(write_path::<ResponseParts>(&OPERATION, "color", simple, &["a/b", "."]).unwrap(), "a%2Fb,.");
}

#[test]
fn separators_of_other_styles_may_occur_in_items() {
    let mut parameters = Parameters::default();
    for (style, explode) in [(Style::SpaceDelimited, true), (Style::PipeDelimited, false), (Style::Form, false)] {
        parameters.query::<ResponseParts>(&OPERATION, "a", Writing::new(style, explode), &["b c", "d,e"]).unwrap();
    }
    assert_eq!(parameters.query, "a=b%20c&a=d%2Ce&a=b%20c%7Cd%2Ce&a=b%20c,d%2Ce");
    // A comma divides lists only.
    parameters.header::<ResponseParts>(&OPERATION, "a", Writing::new(Style::Simple, false), "b,c").unwrap();
    assert_eq!(parameters.headers[0].1, "b,c");
}
