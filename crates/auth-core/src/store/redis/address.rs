//! The address of a Redis server, the login to it, and how a connection is made.

use std::fmt;
use std::io;

use ::redis::aio::MultiplexedConnection;
use ::redis::{AsyncConnectionConfig, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisConnectionInfo};
use client_runtime::Secret;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::credentials::Asked;
use super::deadline::Deadline;
use super::failure::Failure;
use crate::{AuthError, AuthErrorKind};

#[cfg(feature = "redis-tls")]
use super::tls::Tls;

/// The address of a Redis server, and the login to it. `Display` shows the address only.
pub(super) struct Address {
    place: Place,
    login: RedisConnectionInfo,
    /// The callback that returns the credentials of each connection.
    asked: Option<Asked>,
    database: i64,
}

enum Place {
    Tcp(String, u16),
    #[cfg(feature = "redis-tls")]
    Tls(String, u16, Tls),
    #[cfg(unix)]
    Unix(std::path::PathBuf),
}

impl Address {
    /// Parses a URL. It may contain a password, so errors don't repeat it.
    pub(super) fn parse(
        url: &Secret,
        password: Option<&Secret>,
        asked: Option<Asked>,
        #[cfg(feature = "redis-tls")] roots: &[u8],
    ) -> Result<Self, AuthError> {
        // Without a TLS of its own, the `redis` crate doesn't know these schemes.
        let (with_tls, plain) = match url.expose().split_once("://") {
            Some(("rediss" | "valkeys", rest)) => (true, Secret::from(format!("redis://{rest}"))),
            _ => (false, url.clone()),
        };
        if plain.expose().contains('#') {
            return Err(refused(
                "a Redis URL has no `#`: in a password it is %23, and there is no TLS without its checks",
            ));
        }
        let info: ConnectionInfo = plain.expose().into_connection_info().map_err(|_| refused(URL))?;
        let place = match info.addr() {
            #[cfg(feature = "redis-tls")]
            ConnectionAddr::Tcp(host, port) if with_tls => Place::Tls(host.clone(), *port, Tls::new(host, roots)?),
            ConnectionAddr::Tcp(..) if with_tls => {
                return Err(refused("TLS to Redis needs the feature `redis-tls` of auth-core"));
            }
            ConnectionAddr::Tcp(host, port) => Place::Tcp(host.clone(), *port),
            #[cfg(unix)]
            ConnectionAddr::Unix(path) => Place::Unix(path.clone()),
            _ => return Err(refused(URL)),
        };
        let login = info.redis_settings().clone();
        let database = login.db();
        // The store selects the database itself: then its errors are Redis' own.
        let mut login = login.set_db(0).set_skip_set_lib_name();
        if let Some(password) = password {
            login = login.set_password(password.expose());
        }
        Ok(Self { place, login, asked, database })
    }

    pub(super) async fn connect(&self, deadline: Deadline) -> Result<MultiplexedConnection, Failure> {
        match &self.place {
            Place::Tcp(host, port) => self.open(tcp(host, *port), deadline).await,
            #[cfg(feature = "redis-tls")]
            Place::Tls(host, port, tls) => {
                let stream = async { tls.wrap(tcp(host, *port).await?).await.map_err(Failure::Connect) };
                self.open(stream, deadline).await
            }
            #[cfg(unix)]
            Place::Unix(path) => {
                let stream = async { tokio::net::UnixStream::connect(path).await.map_err(Failure::Connect) };
                self.open(stream, deadline).await
            }
        }
    }

    /// Requests credentials only once there is a stream: no vault lease is drawn for a Redis that is down.
    async fn open<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        &self,
        stream: impl Future<Output = Result<S, Failure>>,
        deadline: Deadline,
    ) -> Result<MultiplexedConnection, Failure> {
        let stream = deadline.bound(stream).await?;
        match &self.asked {
            None => deadline.bound(self.sign_in(&self.login, stream)).await,
            Some(asked) => {
                let login = asked.sign(self.login.clone(), deadline).await?;
                deadline.bound(self.sign_in(&login, stream)).await.map_err(Failure::with_asked_credentials)
            }
        }
    }

    /// Signs in, and starts the task that reads and writes; it ends with the last handle of the connection.
    async fn sign_in(
        &self,
        login: &RedisConnectionInfo,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ) -> Result<MultiplexedConnection, Failure> {
        // The time limits are those of the request.
        let config = AsyncConnectionConfig::new().set_response_timeout(None).set_connection_timeout(None);
        let (mut connection, work) = MultiplexedConnection::new_with_config(login, stream, config).await?;
        tokio::spawn(work);
        if self.database != 0 {
            ::redis::cmd("SELECT").arg(self.database).exec_async(&mut connection).await?;
        }
        Ok(connection)
    }
}

const URL: &str = "a Redis URL is redis://[user:password@]host[:port][/database], rediss:// for TLS, or unix:///path; \
                   special characters of a password are percent-encoded, or it is given with `password`";

fn refused(why: &str) -> AuthError {
    AuthError::new(AuthErrorKind::InvalidInput).with_message(why)
}

async fn tcp(host: &str, port: u16) -> Result<TcpStream, Failure> {
    async {
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        Ok::<_, io::Error>(stream)
    }
    .await
    .map_err(Failure::Connect)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Tcp(host, port) => write!(f, "Redis at {host}:{port}"),
            #[cfg(feature = "redis-tls")]
            Place::Tls(host, port, _) => write!(f, "Redis at {host}:{port} (TLS)"),
            #[cfg(unix)]
            Place::Unix(path) => write!(f, "Redis at {}", path.display()),
        }
    }
}
