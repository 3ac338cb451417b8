//! The client of `descriptions/letters.yaml`: parameters and bodies, byte by byte as a server receives them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use golden_clients::letters::{ApiError, Client, Error, Server, types};
use serde_json::json;

/// A request as it came over the socket.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Received {
    /// Reads a request; `None` where a connection is closed without one.
    fn read(stream: &TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(stream);
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            lines.push(line.to_owned());
        }
        let (line, headers) = lines.split_first()?;
        let header = |line: &String| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
        let headers: Vec<_> = headers.iter().filter_map(header).collect();
        let length =
            headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, value)| value.parse().unwrap());
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        Some(Self { line: line.clone(), headers, body: String::from_utf8(body).unwrap() })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// The requests of some calls as a server received them; it answers each with 204.
fn received(calls: impl AsyncFnOnce(&Client)) -> Vec<Received> {
    served(async |base| {
        let client = Client::builder().server(Server::Custom(format!("{base}/v1"))).build().unwrap();
        calls(&client).await;
    })
}

/// The requests of calls to the server at an address.
pub(crate) fn served(calls: impl AsyncFnOnce(String)) -> Vec<Received> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let mut all = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let Some(one) = Received::read(&stream) else { break };
            all.push(one);
            stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").unwrap();
        }
        all
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(calls(format!("http://{address}")));
    // A connection without a request ends the server.
    drop(TcpStream::connect(address).unwrap());
    server.join().unwrap()
}

/// The lines of the requests, without what all of them have.
fn targets(calls: impl AsyncFnOnce(&Client)) -> Vec<String> {
    let line = |one: Received| one.line.strip_prefix("GET /v1").unwrap().strip_suffix(" HTTP/1.1").unwrap().to_owned();
    received(calls).into_iter().map(line).collect()
}

fn words() -> types::Words {
    types::Words(["a,b", "c d"].map(str::to_owned).to_vec())
}

fn size() -> types::Size {
    types::Size::new().height(2).width(3)
}

fn span() -> types::Span {
    types::Span::new(2, 3)
}

#[test]
fn query_parameters_in_form() {
    let seen = targets(async |client: &Client| {
        client.in_form().await.unwrap();
        client.in_form().text("a b&c").ratio(1.5).await.unwrap();
        client.in_form().each(&words()).await.unwrap();
        client.in_form().joined(&words()).await.unwrap();
        client.in_form().parted(&vec!["a".to_owned(), "b".to_owned()]).await.unwrap();
        client.in_form().joined(&types::Words(Vec::new())).each(&types::Words(Vec::new())).await.unwrap();
        client.in_form().size(&size()).await.unwrap();
        client.in_form().flat(&size()).await.unwrap();
        client.in_form().sizes(&vec![size(), types::Size::new()]).await.unwrap();
        client.in_form().grid(&vec![vec![1, 2], vec![3]]).await.unwrap();
        client.in_form().labels(&[("k".to_owned(), words().0)].into()).await.unwrap();
        client.in_form().anything(&json!("text")).await.unwrap();
        client.in_form().anything(&json!([1, true])).await.unwrap();
        client.in_form().anything(&json!(null)).await.unwrap();
        client.in_form().either(&types::InFormEither::Boolean(true)).await.unwrap();
        client.in_form().one_or_more(&types::InFormOneOrMore::Array(words().0)).await.unwrap();
        client.in_form().one_or_more(&types::InFormOneOrMore::String("a,b".to_owned())).await.unwrap();
        client.in_form().mixed(&serde_json::from_value(json!("all")).unwrap()).await.unwrap();
        client.in_form().mixed(&serde_json::from_value(json!(7)).unwrap()).await.unwrap();
        client.in_form().place("a/b?c&d e").await.unwrap();
    });
    let expected = [
        "/form",
        "/form?text=a+b%26c&ratio=1.5",
        "/form?each=a%2Cb&each=c+d",
        "/form?joined=a%2Cb,c%20d",
        "/form?parted=a,b",
        "/form",
        "/form?height=2&width=3",
        "/form?flat=height,2,width,3",
        "/form?sizes=%7B%22height%22%3A2%2C%22width%22%3A3%7D&sizes=%7B%7D",
        "/form?grid=%5B1%2C2%5D&grid=%5B3%5D",
        "/form?k=a%2Cb&k=c%20d",
        "/form?anything=text",
        "/form?anything=1&anything=true",
        "/form",
        "/form?either=true",
        "/form?one_or_more=a%2Cb,c%20d",
        "/form?one_or_more=a%2Cb",
        "/form?mixed=all",
        "/form?mixed=7",
        "/form?place=a/b?c%26d%20e",
    ];
    assert_eq!(seen, expected);
}

#[test]
fn query_parameters_in_other_styles() {
    let seen = targets(async |client: &Client| {
        client.in_pieces().spaced(&vec![1, 2]).await.unwrap();
        client.in_pieces().spaced_each(&words()).await.unwrap();
        client.in_pieces().piped(&words().0).await.unwrap();
        client.in_pieces().piped_each(&words().0).await.unwrap();
        let filter = types::Filter::new().kind("a&b").range(types::FilterRange::new().from(1).until(2)).tags(words().0);
        client.in_pieces().filter(&filter).await.unwrap();
        client.in_pieces().document(&size()).await.unwrap();
        client.must(Some("x")).await.unwrap();
        client.must(None).await.unwrap();
    });
    let expected = [
        "/delimited?spaced=1%202",
        "/delimited?spaced_each=a%2Cb&spaced_each=c%20d",
        "/delimited?piped=a%2Cb%7Cc%20d",
        "/delimited?piped_each=a%2Cb&piped_each=c%20d",
        "/delimited?filter[kind]=a%26b&filter[range][from]=1&filter[range][until]=2&filter[tags][0]=a%2Cb&filter[tags][1]=c%20d",
        "/delimited?document=%7B%22height%22%3A2%2C%22width%22%3A3%7D",
        "/must?perhaps=x",
        "/must",
    ];
    assert_eq!(seen, expected);
}

#[test]
fn headers() {
    let seen = received(async |client: &Client| {
        let size = size();
        let divided = client.in_headers("r").x_words(&words()).await.unwrap_err();
        assert!(divided.to_string().contains("`X-Words`, in `0`, contains a comma"), "{divided}");
        let words = types::Words(["a", "c d"].map(str::to_owned).to_vec());
        let request = client.in_headers("r").x_words(&words).x_size(&size).x_sized(&size);
        request
            .x_either(&types::InHeadersXEither::Integer(7))
            .x_any(&json!({"a": [1]}))
            .x_secret_token("canary")
            .await
            .unwrap();
        client.in_headers("é").await.unwrap();
    });
    let all = ["x-required", "x-words", "x-size", "x-sized", "x-either", "x-any", "x-secret-token"];
    let of = |one: &Received| all.map(|name| one.header(name).map(str::to_owned));
    let expected = ["r", "a,c d", "height,2,width,3", "height=2,width=3", "7", "a,[1]", "canary"];
    assert_eq!(of(&seen[0]), expected.map(|text| Some(text.to_owned())));
    assert_eq!(of(&seen[1])[1..], [const { None }; 6]);
}

#[test]
fn paths() {
    let seen = targets(async |client: &Client| {
        client.in_path(&words(), &span(), &types::InPathEither::Integer(7), 0.5).await.unwrap();
        client.in_style("a.b", &words(), "c/d", &span()).await.unwrap();
    });
    let expected =
        ["/simple/a%2Cb,c%20d/from=2,until=3/7/0.5", "/styled/.a.b/.a%2Cb.c%20d/;matrix=c%2Fd/;from=2;until=3"];
    assert_eq!(seen, expected);
}

#[test]
fn parameters_of_one_name() {
    let seen = received(async |client: &Client| {
        let size = types::Size::new();
        let request = client.twice("p", "c", "o", "b", "q", &size).id_header("h");
        request.filter_a("plain").filter_a_query("bracketed").header_map("m").await.unwrap();
    });
    let mut pairs: Vec<&str> = seen[0].line.split(['?', '&', ' ']).skip(2).collect();
    pairs.sort_unstable();
    assert!(seen[0].line.starts_with("POST /v1/twice/p/c/o/b?"), "{}", seen[0].line);
    assert_eq!(pairs, ["HTTP/1.1", "filter%5Ba%5D=bracketed", "filter_a=plain", "header_map=m", "id=q"]);
    assert_eq!(seen[0].header("id"), Some("h"));
    assert_eq!(seen[0].body, "{}");
}

#[test]
fn bodies_of_all_methods() {
    let seen = received(async |client: &Client| {
        client.ask(&size()).await.unwrap();
        client.remove().await.unwrap();
        client.remove().body(&size()).await.unwrap();
        client.upload().await.unwrap();
        client.upload().body("png").await.unwrap();
        client.choose().await.unwrap();
    });
    let seen: Vec<_> = seen
        .iter()
        .map(|one| (one.line.split(' ').next().unwrap(), one.header("content-type"), one.body.as_str()))
        .collect();
    let json = r#"{"height":2,"width":3}"#;
    let expected = [
        ("GET", Some("application/json"), json),
        ("DELETE", None, ""),
        ("DELETE", Some("application/vnd.size+json"), json),
        ("PUT", None, ""),
        ("PUT", Some("image/png"), "png"),
        ("PUT", None, ""),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn forms() {
    let seen = received(async |client: &Client| {
        let meta = types::ParcelMeta::new().n(1).order_id("6");
        let parcel = types::Parcel::new("a b&c")
            .odd_name("é")
            .each(words().0)
            .joined(words().0)
            .spaced(vec![1, 2])
            .meta(meta)
            .address(types::ParcelAddress::new().street("x"))
            .document(vec!["a".to_owned()])
            .since(serde_json::from_value::<client_runtime::Timestamp>(json!("2026-01-02T03:04:05+00:00")).unwrap())
            .fragile(true)
            .weight(1.5);
        client.post_parcels(&parcel).await.unwrap();
        client.choose().body(&types::ChooseRequest::Code(types::ChooseRequestCode::new("c"))).await.unwrap();
        client.choose().body(&types::ChooseRequest::Scope(types::ChooseRequestScope::new(words().0))).await.unwrap();
        client
            .tag(&[("k y", "v"), ("l", "")].map(|(name, value)| (name.to_owned(), value.to_owned())).into())
            .await
            .unwrap();
    });
    for one in &seen {
        assert_eq!(one.header("content-type"), Some("application/x-www-form-urlencoded"));
    }
    let mut fields: Vec<&str> = seen[0].body.split('&').collect();
    fields.sort_unstable();
    let expected = [
        "address=%7B%22street%22%3A%22x%22%7D",
        "document=%5B%22a%22%5D",
        "each=a%2Cb",
        "each=c+d",
        "fragile=true",
        "joined=a%2Cb,c%20d",
        "meta[n]=1",
        "meta[order_id]=6",
        "name=a+b%26c",
        "odd+name=%C3%A9",
        "since=2026-01-02T03%3A04%3A05%2B00%3A00",
        "spaced=1%202",
        "weight=1.5",
    ];
    assert_eq!(fields, expected);
    assert_eq!(seen[1].body, "code=c");
    assert_eq!(seen[2].body, "scope=a%2Cb&scope=c+d");
    assert_eq!(seen[3].body, "k+y=v&l=");
}

#[test]
fn what_has_no_place_in_a_request_is_refused_before_it_is_sent() {
    let seen = received(async |client: &Client| {
        let none = types::Words(Vec::new());
        let either = types::InPathEither::Integer(7);
        let parcel = types::Parcel::new("n").weight(f64::NEG_INFINITY);
        let route = types::Route::new(vec![types::RouteStopsItem::new(0.0), types::RouteStopsItem::new(f64::NAN)]);
        let refused = [
            (client.in_form().ratio(f64::NAN).await.map_err(|error| invalid(&error)), "`ratio`"),
            (client.in_headers("a\nb").await.map_err(|error| invalid(&error)), "`X-Required`"),
            (client.in_headers("a").x_any(&json!("\u{0}")).await.map_err(|error| invalid(&error)), "`X-Any`"),
            (client.in_path(&none, &span(), &either, 0.5).await.map_err(|error| invalid(&error)), "`words`"),
            (
                client.in_path(&words(), &span(), &either, f64::INFINITY).await.map_err(|error| invalid(&error)),
                "`ratio`",
            ),
            (client.in_style("", &words(), "m", &span()).await.map_err(|error| invalid(&error)), "`label`"),
            (client.twice("..", "c", "o", "b", "q", &size()).await.map_err(|error| invalid(&error)), "`id`"),
            (client.twice("p", "c", "o", "", "q", &size()).await.map_err(|error| invalid(&error)), "`body`"),
            (client.locate(&route).await.map_err(|error| invalid(&error)), "`stops.1.lat`"),
            (client.post_parcels(&parcel).await.map_err(|error| invalid(&error)), "`weight`"),
        ];
        for (result, name) in refused {
            let text = result.err().unwrap();
            assert!(text.contains(name), "{name}: {text}");
        }
    });
    assert!(seen.is_empty(), "{seen:?}");
}

/// The text of the error, which has to be about an argument.
fn invalid<E: ApiError>(error: &Error<E>) -> String {
    assert!(matches!(error, Error::InvalidArgument(_)), "{error:?}");
    error.to_string()
}
