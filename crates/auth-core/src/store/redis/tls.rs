//! TLS to Redis, built like that of reqwest: rustls, and the certificates that the platform trusts.

use std::io;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::{AuthError, AuthErrorKind};

pub(super) struct Tls {
    connector: TlsConnector,
    host: ServerName<'static>,
}

impl Tls {
    /// `roots` are further trusted certificates, in PEM.
    pub(super) fn new(host: &str, roots: &[u8]) -> Result<Self, AuthError> {
        let host = ServerName::try_from(host.to_owned())
            .map_err(|_| refused("the host of the Redis URL is no name that a certificate could have"))?;
        let roots = CertificateDer::pem_slice_iter(roots)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| refused("`root_certificates` wants certificates in PEM"))?;
        // The provider is named: the default of the process is up to the program.
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = Verifier::new_with_extra_roots(roots, Arc::clone(&provider))
            .map_err(|error| refused("the trusted certificates can't be read: see the cause").with_source(error))?;
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| refused("TLS can't be set up: see the cause").with_source(error))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), host })
    }

    pub(super) async fn wrap(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.connector.connect(self.host.clone(), stream).await
    }
}

fn refused(why: &str) -> AuthError {
    AuthError::new(AuthErrorKind::InvalidInput).with_message(why)
}
