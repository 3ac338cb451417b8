//! A vendor's compatible additions are additive in Rust: the same code compiles against the client of the old
//! description and that of the new one, and the additions can be used.

use golden_clients::harbour_2::{Client, Error, errors, operations, types};

/// The code of a careful user: constructors and setters, wildcard arms, calls with and without options.
macro_rules! downstream {
    ($module:ident, $harbour:path) => {
        mod $module {
            use harbour::{errors::LoginError, types};
            use $harbour as harbour;

            /// Every kind of use.
            pub(crate) async fn sign_in(client: &harbour::Client) -> Result<String, Box<dyn std::error::Error>> {
                let credentials = types::LoginRequest::new("sam@example.com", "not-a-real-password");
                let session = match client.login(&credentials).await {
                    Ok(session) => session.into_inner(),
                    Err(error) => {
                        return Err(match error.api() {
                            Some(LoginError::Unauthorized(body)) => body.message.clone().into(),
                            Some(LoginError::UnprocessableEntity(body)) => body.message.clone().into(),
                            _ => error.into(),
                        });
                    }
                };
                let types::Session { access_token, user, .. } = session;
                client.logout().token(access_token).timeout(std::time::Duration::from_secs(5)).await?;
                Ok(match user.role {
                    types::UserRole::Sailor => "sailor".to_owned(),
                    types::UserRole::Captain => "captain".to_owned(),
                    other => other.as_str().to_owned(),
                })
            }

            /// An operation with parameters.
            pub(crate) async fn book(client: &harbour::Client) -> Result<(), Box<dyn std::error::Error>> {
                let berth: types::BerthId = "north-7".parse()?;
                let wanted = types::BookingIn::new().nights(2);
                let booking = client.book(&berth, &wanted).idempotency_key("key").await?;
                let _ = (&booking.url, &booking.berth);
                client.book(&berth, &types::BookingIn::new()).await?;
                Ok(())
            }
        }
    };
}

downstream!(before, golden_clients::harbour_1);
downstream!(after, golden_clients::harbour_2);

/// An addition: the devices that are signed in.
async fn devices(client: &Client) -> Result<Vec<String>, Error<errors::ListSessionsError>> {
    let sessions = client.list_sessions().limit(5).token("token").await?;
    Ok(sessions.into_inner().devices)
}

/// A server that answers each call as the old description says, and what it was asked.
async fn serve(listener: tokio::net::TcpListener, answers: &[&str]) -> Vec<String> {
    use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

    let mut heads = Vec::new();
    for answer in answers {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.unwrap();
            if let Some(text) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                length = text.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
            head += &line;
        }
        stream.read_exact(&mut vec![0; length]).await.unwrap();
        heads.push(head.lines().next().unwrap().to_owned());
        let (length, head) = (answer.len(), "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close");
        stream.write_all(format!("{head}\r\ncontent-length: {length}\r\n\r\n{answer}").as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
    }
    heads
}

const SESSION: &str =
    r#"{"accessToken":"t","expiresIn":60,"scope":"all","user":{"email":"sam@example.com","role":"pilot"}}"#;
const BOOKING: &str = r#"{"url":"https://x","note":"new"}"#;

#[tokio::test]
async fn callers_of_the_old_client_call_the_new_one() {
    // The old client calls the server of the old and of the new description.
    for is_new in [false, true] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let calls = async {
            if is_new {
                let server = golden_clients::harbour_2::Server::Custom(url);
                let client =
                    golden_clients::harbour_2::Client::builder().server(server).static_token("t").build().unwrap();
                (after::sign_in(&client).await.unwrap(), after::book(&client).await.unwrap())
            } else {
                let server = golden_clients::harbour_1::Server::Custom(url);
                let client =
                    golden_clients::harbour_1::Client::builder().server(server).static_token("t").build().unwrap();
                (before::sign_in(&client).await.unwrap(), before::book(&client).await.unwrap())
            }
        };
        let (heads, (role, ())) = tokio::join!(serve(listener, &[SESSION, "", BOOKING, BOOKING]), calls);
        assert_eq!(role, "pilot", "a value that the old client doesn't know is kept");
        let book = "POST /berths/north-7/bookings HTTP/1.1";
        assert_eq!(heads, ["POST /login HTTP/1.1", "POST /logout HTTP/1.1", book, book]);
    }
}

#[tokio::test]
async fn what_is_new_can_be_used() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = golden_clients::harbour_2::Server::Custom(format!("http://{}", listener.local_addr().unwrap()));
    let client = Client::builder().server(server).static_token("t").build().unwrap();
    let (heads, devices) = tokio::join!(serve(listener, &[r#"{"devices":["phone"]}"#]), devices(&client));
    assert_eq!((heads[0].as_str(), devices.unwrap()), ("GET /sessions?limit=5 HTTP/1.1", vec!["phone".to_owned()]));

    let login = types::LoginRequest::new("sam@example.com", "not-a-real-password").remember_me(true);
    assert_eq!(login.remember_me, Some(true));
    assert_eq!(types::UserRole::Pilot.as_str(), "pilot");
    let is_new = |error: &errors::LoginError| matches!(error, errors::LoginError::TooManyRequests(_));
    let _ = is_new;
    assert_eq!(operations::LIST_SESSIONS.path, "/sessions");
}
