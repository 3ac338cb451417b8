//! A client in the shape of a generated one, written by hand: the private layer mirrors progenitor's output, the public
//! layer that of client-codegen.

use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use client_runtime as rt;
use progenitor_client::ClientHooks;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::{Deserialize, Serialize};

use super::TestTimer;

pub mod types {
    use super::*;

    #[derive(Clone, Debug, Serialize)]
    pub struct Credentials {
        pub email: String,
        pub password: rt::Secret,
    }

    #[derive(Clone, Debug, Deserialize)]
    pub struct Session {
        pub token: rt::Secret,
        pub user: User,
    }

    #[derive(Clone, Debug, Deserialize)]
    pub struct User {
        pub id: u64,
    }

    #[derive(Clone, Debug, Deserialize)]
    pub struct Problem {
        pub code: String,
    }
}

pub mod operations {
    use super::*;

    use rt::{Operation, Security};

    const fn post(id: &'static str, path: &'static str) -> Operation {
        Operation::new("demo", id, "POST", path)
    }

    const fn get(id: &'static str, path: &'static str) -> Operation {
        Operation::new("demo", id, "GET", path)
    }

    pub const LOGIN: Operation = post("login", "/login");
    pub const LOGOUT: Operation = post("logout", "/logout").with_security(Security::Bearer);
    pub const REFRESH: Operation = post("refresh", "/refresh").with_security(Security::Bearer).as_rotating();
    pub const SESSION: Operation = get("session", "/session").with_security(Security::Bearer);
    /// A GET that spends a token: by its method it would be safe to repeat.
    pub const RENEW: Operation = get("renew", "/session").with_security(Security::Bearer).as_rotating();
    pub const STATUS: Operation = get("status", "/status").with_security(Security::Optional);
    pub const SEARCH: Operation = post("search", "/search").with_security(Security::Bearer).as_idempotent();
    pub const EXPIRE: Operation =
        post("expire", "/apps/{app_id}/expire").with_security(Security::Bearer).with_idempotency_key("idempotency-key");
    pub const ALL: &[rt::Operation] = &[LOGIN, LOGOUT, REFRESH, SESSION, RENEW, STATUS, SEARCH, EXPIRE];
}

mod generated {
    use client_runtime::codegen::Call;
    use progenitor_client::{ClientInfo, Error, OperationInfo, ResponseValue, encode_path};
    use serde::de::DeserializeOwned;

    use super::*;

    #[derive(Clone, Debug)]
    pub struct Client {
        pub(crate) baseurl: String,
        pub(crate) client: reqwest::Client,
        pub(crate) inner: Call,
    }

    impl ClientInfo<Call> for Client {
        fn api_version() -> &'static str {
            "1"
        }

        fn baseurl(&self) -> &str {
            &self.baseurl
        }

        fn client(&self) -> &reqwest::Client {
            &self.client
        }

        fn inner(&self) -> &Call {
            &self.inner
        }
    }

    impl Client {
        pub fn new_with_client(baseurl: &str, client: reqwest::Client, inner: Call) -> Self {
            Self { baseurl: baseurl.to_owned(), client, inner }
        }

        async fn send(&self, request: reqwest::RequestBuilder) -> Result<reqwest::Response, Error<()>> {
            let request = request.header(reqwest::header::ACCEPT, "application/json");
            let mut request = request.build()?;
            let info = OperationInfo { operation_id: "" };
            self.pre(&mut request, &info).await?;
            let result = self.exec(request, &info).await;
            self.post(&result, &info).await?;
            Ok(result?)
        }

        async fn value<T: DeserializeOwned>(
            &self,
            request: reqwest::RequestBuilder,
        ) -> Result<ResponseValue<T>, Error<()>> {
            let response = self.send(request).await?;
            match response.status().as_u16() {
                200..=299 => ResponseValue::from_response(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }

        async fn empty(&self, request: reqwest::RequestBuilder) -> Result<ResponseValue<()>, Error<()>> {
            let response = self.send(request).await?;
            match response.status().as_u16() {
                200..=299 => Ok(ResponseValue::empty(response)),
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }

        pub async fn with_credentials(
            &self,
            path: &str,
            body: &types::Credentials,
        ) -> Result<ResponseValue<types::Session>, Error<()>> {
            self.value(self.client.post(format!("{}{path}", self.baseurl)).json(body)).await
        }

        pub async fn session(&self) -> Result<ResponseValue<types::Session>, Error<()>> {
            self.value(self.client.get(format!("{}/session", self.baseurl))).await
        }

        pub async fn status(&self) -> Result<ResponseValue<()>, Error<()>> {
            self.empty(self.client.get(format!("{}/status", self.baseurl))).await
        }

        pub async fn logout(&self) -> Result<ResponseValue<()>, Error<()>> {
            self.empty(self.client.post(format!("{}/logout", self.baseurl))).await
        }

        pub async fn upload(&self, body: reqwest::Body) -> Result<ResponseValue<()>, Error<()>> {
            self.empty(self.client.post(format!("{}/logout", self.baseurl)).body(body)).await
        }

        pub async fn expire(&self, app_id: &str, key: Option<&str>) -> Result<ResponseValue<()>, Error<()>> {
            let url = format!("{}/apps/{}/expire", self.baseurl, encode_path(app_id));
            let mut headers = HeaderMap::new();
            if let Some(key) = key {
                headers.append("idempotency-key", key.try_into()?);
            }
            self.empty(self.client.post(url).headers(headers)).await
        }
    }
}

impl ClientHooks<rt::codegen::Call> for generated::Client {
    async fn exec(
        &self,
        request: reqwest::Request,
        _: &progenitor_client::OperationInfo,
    ) -> reqwest::Result<reqwest::Response> {
        rt::codegen::exec(&self.inner, &self.client, request).await
    }
}

#[derive(Debug)]
#[non_exhaustive]
pub enum DemoError {
    Unauthorized(rt::ErrorResponse<types::Problem>),
    NotFound(rt::ErrorResponse<()>),
    Other { status: StatusCode, headers: HeaderMap, body: rt::RawBody },
}

impl rt::ApiError for DemoError {
    fn from_response(parts: rt::ResponseParts) -> Self {
        let decoded = match parts.status().as_u16() {
            401 => parts.decode().map(Self::Unauthorized),
            404 => parts.without_body().map(Self::NotFound),
            _ => Err(parts),
        };
        decoded.unwrap_or_else(|parts| {
            let (status, headers, body) = parts.into_parts();
            Self::Other { status, headers, body }
        })
    }

    fn parts(&self) -> rt::ErrorParts<'_> {
        match self {
            Self::Unauthorized(error) => error.parts(),
            Self::NotFound(error) => error.parts(),
            Self::Other { status, headers, body } => rt::ErrorParts::new(*status, headers, body),
        }
    }
}

impl std::fmt::Display for DemoError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        rt::codegen::fmt_api_error(self, f)
    }
}

impl std::error::Error for DemoError {}

pub type Error = rt::Error<DemoError>;

#[derive(Clone, Debug)]
pub struct Client {
    core: rt::codegen::Core,
}

/// A builder with the settings of most tests: server and timer.
pub fn builder(url: &str, timer: &Arc<TestTimer>) -> rt::codegen::Builder {
    rt::codegen::Builder::default().base_url(url).timer(Arc::clone(timer) as Arc<dyn rt::Timer>)
}

impl Client {
    pub fn new(builder: rt::codegen::Builder) -> Self {
        Self { core: builder.build().unwrap() }
    }

    /// A client with the static token `static`.
    pub fn of(url: &str) -> Self {
        Self::new(builder(url, &Arc::new(TestTimer::new(0))).static_token("static"))
    }

    /// A client with a source.
    pub fn with_source(url: &str, source: &Arc<super::TestSource>) -> Self {
        let source: Arc<dyn rt::TokenSource> = source.clone();
        Self::new(builder(url, &Arc::new(TestTimer::new(0))).token_source(source))
    }

    fn request(&self, kind: Kind) -> Request<'_> {
        Request { core: &self.core, options: rt::codegen::CallOptions::default(), kind }
    }

    pub fn login(&self, password: &str) -> Request<'_> {
        let body = types::Credentials { email: "a@example.com".to_owned(), password: password.into() };
        self.request(Kind::WithCredentials(&operations::LOGIN, body))
    }

    pub fn refresh(&self, token: &str) -> Request<'_> {
        let body = types::Credentials { email: String::new(), password: token.into() };
        self.request(Kind::WithCredentials(&operations::REFRESH, body))
    }

    pub fn search(&self) -> Request<'_> {
        let body = types::Credentials { email: String::new(), password: "".into() };
        self.request(Kind::WithCredentials(&operations::SEARCH, body))
    }

    pub fn session(&self) -> Request<'_> {
        self.request(Kind::Session(&operations::SESSION))
    }

    pub fn renew(&self) -> Request<'_> {
        self.request(Kind::Session(&operations::RENEW))
    }

    pub fn status(&self) -> Request<'_> {
        self.request(Kind::Status)
    }

    pub fn logout(&self) -> Request<'_> {
        self.request(Kind::Logout)
    }

    pub fn upload(&self, body: reqwest::Body) -> Request<'_> {
        self.request(Kind::Upload(body))
    }

    pub fn expire(&self, app_id: &str) -> Request<'_> {
        self.request(Kind::Expire(app_id.to_owned()))
    }
}

enum Kind {
    WithCredentials(&'static rt::Operation, types::Credentials),
    Session(&'static rt::Operation),
    Status,
    Logout,
    Upload(reqwest::Body),
    Expire(String),
}

/// Generated code has a type per operation; here one type serves all, and returns the session if there is one.
pub struct Request<'a> {
    core: &'a rt::codegen::Core,
    options: rt::codegen::CallOptions,
    kind: Kind,
}

impl Request<'_> {
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    pub fn token(mut self, token: &str) -> Self {
        self.options.token = Some(token.into());
        self
    }

    pub fn idempotency_key(mut self, key: &str) -> Self {
        self.options.idempotency_key = Some(key.to_owned());
        self
    }
}

impl<'a> IntoFuture for Request<'a> {
    type Output = Result<Option<types::Session>, Error>;
    type IntoFuture = rt::BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let operation = match &self.kind {
                Kind::WithCredentials(operation, _) | Kind::Session(operation) => operation,
                Kind::Status => &operations::STATUS,
                Kind::Logout | Kind::Upload(_) => &operations::LOGOUT,
                Kind::Expire(app_id) => {
                    rt::codegen::check_path_segment(&operations::EXPIRE, "app_id", app_id)?;
                    &operations::EXPIRE
                }
            };
            let call = self.core.call(operation, self.options)?;
            let client =
                generated::Client::new_with_client(self.core.base_url(), self.core.http().clone(), call.clone());
            let empty = match self.kind {
                Kind::WithCredentials(operation, body) => {
                    let result = client.with_credentials(operation.path, &body).await;
                    return rt::codegen::finish(&call, result).await.map(|response| Some(response.into_inner()));
                }
                Kind::Session(_) => {
                    let result = client.session().await;
                    return rt::codegen::finish(&call, result).await.map(|response| Some(response.into_inner()));
                }
                Kind::Status => client.status().await,
                Kind::Logout => client.logout().await,
                Kind::Upload(body) => client.upload(body).await,
                Kind::Expire(app_id) => client.expire(&app_id, call.idempotency_key()).await,
            };
            rt::codegen::finish_empty(&call, empty).await.map(|_| None)
        })
    }
}
