//! The credentials sent for an operation with several alternatives.

use std::sync::{Arc, Mutex};

use client_runtime::{BoxFuture, Secret, Token, TokenError, TokenSource};
use golden_clients::gate::{Client, ClientBuilder, Error, Security, Server, operations};

use crate::http::calls::shown;
use crate::http::servers::{ScriptedServer, empty};

/// A server that records the credentials of each request.
struct Gate {
    scripted: ScriptedServer,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Gate {
    async fn open() -> Self {
        let (scripted, seen) = (ScriptedServer::start().await, Arc::new(Mutex::new(Vec::new())));
        let notes = seen.clone();
        scripted.tell(move |request| {
            let header = |name: &str| request.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
            let query = request.target.split_once('?').map(|(_, query)| query.to_owned());
            let parts = [query, header("x-seal"), header("cookie"), header("authorization")];
            notes.lock().unwrap().push(parts.into_iter().flatten().collect::<Vec<_>>().join(" + "));
            empty(204)
        });
        Self { scripted, seen }
    }

    fn builder(&self) -> ClientBuilder {
        Client::builder().server(Server::Custom(self.scripted.url().to_owned()))
    }

    fn seen(&self) -> Vec<String> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

/// A source without a token, which says that a login is required.
#[derive(Debug)]
struct SignedOut;

impl TokenSource for SignedOut {
    fn cached(&self) -> Option<Token> {
        None
    }

    fn acquire(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        Box::pin(std::future::ready(Err(TokenError::login_required("signed out"))))
    }

    fn reject(&self, _: u64) {}
}

#[tokio::test]
async fn of_several_alternatives_one_that_can_be_met_is_taken() {
    let gate = Gate::open().await;
    gate.builder().pass("p").build().unwrap().either().await.unwrap();
    gate.builder().static_token("t").build().unwrap().either().await.unwrap();
    let both = gate.builder().pass("p").static_token("t").build().unwrap();
    both.either().await.unwrap();
    // The call's own token must be sent.
    both.either().token("own").await.unwrap();
    both.pair_or_token().await.unwrap();
    gate.builder().pass("p").seal("s").build().unwrap().pair_or_token().await.unwrap();
    let signed_out = || gate.builder().token_source(Arc::new(SignedOut));
    signed_out().crumb("c").build().unwrap().welcome().await.unwrap();
    signed_out().build().unwrap().welcome().await.unwrap();
    gate.builder().build().unwrap().welcome().await.unwrap();
    gate.builder().static_token("t").crumb("c").build().unwrap().welcome().await.unwrap();
    assert_eq!(
        gate.seen(),
        ["pass=p", "Bearer t", "pass=p", "Bearer own", "Bearer t", "pass=p + s", "crumb=c", "", "", "Bearer t"]
    );
}

#[tokio::test]
async fn all_schemes_of_an_alternative_are_sent_and_basic_is_apart_from_bearer() {
    let gate = Gate::open().await;
    gate.builder().static_token("t").seal("s").build().unwrap().together().await.unwrap();
    let login = Secret::basic("me", "pw").unwrap();
    let client = gate.builder().static_token("t").login(login).build().unwrap();
    client.login_alone().await.unwrap();
    client.login_or_token().await.unwrap();
    gate.builder().static_token("t").build().unwrap().login_or_token().await.unwrap();
    assert_eq!(gate.seen(), ["s + Bearer t", "Basic bWU6cHc=", "Basic bWU6cHc=", "Bearer t"]);
}

#[tokio::test]
async fn missing_credentials_are_named_before_anything_is_sent() {
    let gate = Gate::open().await;
    let error = gate.builder().seal("canary").build().unwrap().pair_or_token().await.unwrap_err();
    let Error::Credentials(details) = &error else { panic!("{error:?}") };
    assert_eq!(details.missing(), Some("pass"));
    assert!(error.to_string().contains("give its builder `pass` and `seal`, or a token"), "{error}");
    assert!(!error.is_transient() && !shown(&error).contains("canary"));

    let error = gate.builder().token_source(Arc::new(SignedOut)).build().unwrap().either().await.unwrap_err();
    let Error::Credentials(details) = &error else { panic!("{error:?}") };
    assert!(details.missing().is_none() && details.token_error().needs_login(), "{error:?}");

    let error = gate.builder().static_token("canary").build().unwrap().together().await.unwrap_err();
    assert!(matches!(&error, Error::Credentials(details) if details.missing() == Some("seal")), "{error:?}");
    assert_eq!(gate.seen(), [""; 0]);
    assert!(matches!(operations::WELCOME.security, Security::OptionalAnyOf(ways) if ways.len() == 2));
    assert!(matches!(operations::LOGIN_ALONE.security, Security::All(_)));
}
