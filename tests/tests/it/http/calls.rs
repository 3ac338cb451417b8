//! All fifteen operations as a table, and their outcomes in one form.

use std::error::Error as StdError;
use std::fmt::Debug;

use aivo_client::types as aivo;
use client_runtime::{ApiError, BoxFuture, Error, Operation, Response};
use pacerpro_client::types as pacerpro;
use reqwest::header::HeaderMap;
use svix_client::types as svix;

/// A client of each family.
#[derive(Debug)]
pub(crate) struct Clients {
    pub(crate) svix: svix_client::Client,
    pub(crate) pacerpro: pacerpro_client::Client,
    pub(crate) aivo: aivo_client::Client,
}

/// Builds the clients for a server, each with these methods of its builder.
macro_rules! clients {
    ($url:expr $(, $method:ident($($argument:expr),*))*) => {
        $crate::http::calls::Clients {
            svix: $crate::http::calls::client!(svix_client, $url $(, $method($($argument),*))*),
            pacerpro: $crate::http::calls::client!(pacerpro_client, $url $(, $method($($argument),*))*),
            aivo: $crate::http::calls::client!(aivo_client, $url $(, $method($($argument),*))*),
        }
    };
}

/// Builds the client of one family, with a timer that doesn't wait.
macro_rules! client {
    ($family:ident, $url:expr $(, $method:ident($($argument:expr),*))*) => {
        $family::Client::builder()
            .server($family::Server::Custom(String::from($url)))
            .timer($crate::http::time::TestTimer::new())
            $(.$method($($argument),*))*
            .build()
            .unwrap()
    };
}

pub(crate) use {client, clients};

/// An operation with arguments.
pub(crate) struct Call {
    pub(crate) operation: &'static Operation,
    /// The expected body on the wire.
    pub(crate) body: &'static str,
    pub(crate) send: fn(&Clients) -> BoxFuture<'_, Outcome>,
    /// The same with the call's own token, where the request has a method for it.
    pub(crate) send_with_token: Option<for<'a> fn(&'a Clients, &'a str) -> BoxFuture<'a, Outcome>>,
    /// `Debug` of the request, with this token if the request takes one.
    pub(crate) debug: fn(&Clients, &str) -> String,
}

impl Call {
    /// The path with its parameter filled in.
    pub(crate) fn target(&self) -> String {
        self.operation.path.replace("{app_id}", APP_ID)
    }
}

macro_rules! call {
    ($family:ident, $operation:expr, $body:literal, |$client:ident| $request:expr) => {
        Call {
            send_with_token: Some(|clients, token| {
                let $client = &clients.$family;
                Box::pin(async move { Outcome::of($request.token(token).await) })
            }),
            debug: |clients, token| {
                let $client = &clients.$family;
                format!("{:?} {0:#?}", $request.token(token))
            },
            ..call!(open $family, $operation, $body, |$client| $request)
        }
    };
    (open $family:ident, $operation:expr, $body:literal, |$client:ident| $request:expr) => {
        Call {
            operation: &$operation,
            body: $body,
            send: |clients| {
                let $client = &clients.$family;
                Box::pin(async move { Outcome::of($request.await) })
            },
            send_with_token: None,
            debug: |clients, _| {
                let $client = &clients.$family;
                format!("{:?} {0:#?}", $request)
            },
        }
    };
}

pub(crate) const APP_ID: &str = "app_1.b-C";
pub(crate) const PASSWORD: &str = "correct horse";
const EMAIL: &str = "sam@example.com";

pub(crate) fn app() -> svix::AppId {
    APP_ID.parse().unwrap()
}

pub(crate) fn login() -> aivo::LoginRequest {
    aivo::LoginRequest::new(EMAIL, PASSWORD)
}

pub(crate) fn redeem() -> aivo::RefreshTokenRequest {
    aivo::RefreshTokenRequest::new("spent")
}

pub(crate) fn user() -> pacerpro::User {
    pacerpro::User::new(EMAIL, PASSWORD)
}

fn portal() -> svix::AppPortalAccessIn {
    svix::AppPortalAccessIn::new().read_only(true)
}

fn message_token() -> svix::CreateMessageTokenIn {
    svix::CreateMessageTokenIn::new("n").expiry(60)
}

fn expire() -> svix::ApplicationTokenExpireIn {
    svix::ApplicationTokenExpireIn::new().expiry(60)
}

fn one_time() -> svix::OneTimeTokenIn {
    svix::OneTimeTokenIn::new("once")
}

#[allow(deprecated)]
pub(crate) static CALLS: [Call; 15] = {
    use {aivo_client::operations as aivo, pacerpro_client::operations as pacerpro, svix_client::operations as svix};
    [
        call!(svix, svix::APP_PORTAL_ACCESS, r#"{"readOnly":true}"#, |c| c.app_portal_access(&app(), &portal())),
        call!(svix, svix::CREATE_MESSAGE_TOKEN, r#"{"expiry":60,"name":"n"}"#, |c| c
            .create_message_token(&app(), &message_token())),
        call!(svix, svix::EXPIRE_ALL, r#"{"expiry":60}"#, |c| c.expire_all(&app(), &expire())),
        call!(svix, svix::DASHBOARD_ACCESS, "", |c| c.dashboard_access(&app())),
        call!(svix, svix::LOGOUT, "", |c| c.logout()),
        call!(svix, svix::EXCHANGE_ONE_TIME_TOKEN, r#"{"oneTimeToken":"once"}"#, |c| c
            .exchange_one_time_token(&one_time())),
        call!(svix, svix::LEGACY_EXPIRE_ALL, r#"{"expiry":60}"#, |c| c.legacy_expire_all(&app(), &expire())),
        call!(svix, svix::LEGACY_DASHBOARD_ACCESS, "", |c| c.legacy_dashboard_access(&app())),
        call!(svix, svix::LEGACY_LOGOUT, "", |c| c.legacy_logout()),
        call!(open pacerpro, pacerpro::CREATE_SESSION, r#"{"email":"sam@example.com","password":"correct horse"}"#, |c| c
            .create_session(&user())),
        call!(pacerpro, pacerpro::REFRESH_SESSION, "", |c| c.refresh_session()),
        call!(pacerpro, pacerpro::DELETE_SESSION, "", |c| c.delete_session()),
        call!(open aivo, aivo::LOGIN, r#"{"email":"sam@example.com","password":"correct horse"}"#, |c| c.login(&login())),
        call!(aivo, aivo::REFRESH_TOKEN, r#"{"refreshToken":"spent"}"#, |c| c.refresh_token(&redeem())),
        call!(aivo, aivo::LOGOUT, "", |c| c.logout()),
    ]
};

/// The outcome of a call, without its types.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// All output without explicit access to a body: `Debug` and `Display`, also of all sources.
    pub(crate) shown: String,
    pub(crate) result: Result<(), Failure>,
}

/// An error without its types.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: Kind,
    pub(crate) status: Option<u16>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    pub(crate) operation: &'static Operation,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An answer in its documented form.
    Typed,
    /// An answer in another form.
    Other,
    /// A success that doesn't decode, and the wrong field.
    Decode(Option<String>),
    Transport {
        connect: bool,
    },
    InvalidArgument,
    Credentials,
    Rest,
}

impl Outcome {
    fn of<T: Debug, E: ApiError>(result: Result<Response<T>, Error<E>>) -> Self {
        match result {
            Ok(response) => Self { shown: format!("{response:?} {response:#?}"), result: Ok(()) },
            Err(error) => Self { shown: shown(&error), result: Err(Failure::of(&error)) },
        }
    }

    #[track_caller]
    pub(crate) fn failure(self) -> Failure {
        self.result.unwrap_err()
    }
}

impl Failure {
    fn of<E: ApiError>(error: &Error<E>) -> Self {
        let (mut headers, mut body) = (HeaderMap::new(), Vec::new());
        let kind = match error {
            Error::Api(answer) => {
                headers = answer.headers().clone();
                body = answer.raw_body().expose().to_vec();
                if format!("{answer:?}").starts_with("Other") { Kind::Other } else { Kind::Typed }
            }
            Error::Decode(details) => {
                body = details.raw_body().expose().to_vec();
                Kind::Decode(details.field().map(str::to_owned))
            }
            Error::Transport(details) => Kind::Transport { connect: details.is_connect() },
            Error::InvalidArgument(_) => Kind::InvalidArgument,
            Error::Credentials(_) => Kind::Credentials,
            _ => Kind::Rest,
        };
        let status = error.status().map(|status| status.as_u16());
        Self { kind, status, headers, body, operation: error.operation().unwrap() }
    }
}

/// All output of an error without explicit access to a body.
pub(crate) fn shown(error: &(dyn StdError + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |&error| error.source());
    chain.map(|error| format!("{error} {error:#} {error:?} {error:#?}\n")).collect()
}
