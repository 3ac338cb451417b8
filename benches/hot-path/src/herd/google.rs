//! The access token of Google Cloud's user credentials. It is fetched by HTTP; the server is in this process.

use std::error::Error;
use std::sync::Arc;

use auth_core::BoxFuture;
use google_cloud_auth::credentials::AccessTokenCredentials;

use super::{RENEWAL, Vendor, Way};
use crate::server;
use crate::ways::google::credentials;

pub(super) struct AccessToken {
    credentials: AccessTokenCredentials,
}

impl AccessToken {
    pub(super) fn new(vendor: Arc<Vendor>) -> Result<Self, Box<dyn Error>> {
        let url = server::start(move || {
            vendor.begin();
            // The sleep blocks only the thread of this request.
            std::thread::sleep(RENEWAL);
            vendor.finish()
        })?;
        Ok(Self { credentials: credentials(url)? })
    }
}

impl Way for AccessToken {
    fn ask(&self) -> BoxFuture<'_, bool> {
        Box::pin(async { self.credentials.access_token().await.is_ok() })
    }
}
