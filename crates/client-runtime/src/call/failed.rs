//! Turns the failure of a call into its public error.

use super::Call;
use crate::error::{CredentialsError, Error, TimeLimit, TimeoutError, TooLargeError, TransportError};
use crate::failure::Failure;
use crate::operation::Scheme;
use crate::token::TokenError;

impl Call {
    /// The public error for a failure.
    pub(crate) fn error<E>(&self, failure: Failure) -> Error<E> {
        let operation = self.operation();
        match failure {
            Failure::Credentials(error) => Error::Credentials(CredentialsError { operation, error, missing: None }),
            Failure::Missing(scheme, method) => {
                let text = format!("the client has no credential for `{scheme}`; give it to its builder by `{method}`");
                let error = TokenError::permanent(text);
                Error::Credentials(CredentialsError { operation, error, missing: Some(scheme) })
            }
            Failure::NoneMet(ways) => {
                let text =
                    format!("the client has none of the credentials that would do; give its builder {}", told(ways));
                let missing = ways.iter().copied().flatten().find(|scheme| scheme.method().is_some()).map(Scheme::name);
                let error = TokenError::permanent(text);
                Error::Credentials(CredentialsError { operation, error, missing })
            }
            Failure::Transport(source) => Error::Transport(TransportError { operation, source }),
            Failure::Timeout(limit) => {
                let duration = match limit {
                    TimeLimit::Connect => self.shared().connect_timeout,
                    TimeLimit::Call | TimeLimit::Token => self.timeout(),
                };
                Error::Timeout(TimeoutError { operation, limit, duration })
            }
            Failure::TooLarge(status) => {
                Error::TooLarge(TooLargeError { operation, status, limit: self.shared().max_body_size })
            }
            Failure::Argument(problem) => Error::invalid_argument(operation, problem),
            Failure::Unsendable { by_scheme: true } => Error::invalid_argument(
                operation,
                "the HTTP client doesn't take the scheme of the server's URL; for https, enable a feature for TLS",
            ),
            Failure::Unsendable { by_scheme: false } => Error::invalid_argument(
                operation,
                "no request can be built from the arguments and the server's URL; check them",
            ),
        }
    }
}

/// The alternatives of credentials, in prose: `board_key`, or `board_key` and a token.
fn told(ways: &[&[Scheme]]) -> String {
    let scheme = |scheme: &Scheme| scheme.method().map_or_else(|| "a token".to_owned(), |method| format!("`{method}`"));
    let way = |way: &&[Scheme]| way.iter().map(scheme).collect::<Vec<_>>().join(" and ");
    ways.iter().map(way).collect::<Vec<_>>().join(", or ")
}
