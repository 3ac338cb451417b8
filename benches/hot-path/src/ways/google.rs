//! The access token of Google Cloud's user credentials.

use std::error::Error;
use std::hint::black_box;

use google_cloud_auth::credentials::{AccessTokenCredentials, user_account};
use serde_json::json;
use tokio::runtime::Runtime;

use super::Way;
use crate::server;
use crate::server::TOKEN;

pub(super) struct AccessToken {
    runtime: Runtime,
    credentials: AccessTokenCredentials,
}

impl AccessToken {
    /// Gets the token from a server in this process, once.
    pub(super) fn new() -> Result<Self, Box<dyn Error>> {
        let url = server::start(|| true)?;
        // A worker, since the credentials renew in a task.
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let guard = runtime.enter();
        let credentials = credentials(url)?;
        drop(guard);
        let token = runtime.block_on(credentials.access_token())?;
        if token.token != TOKEN {
            return Err("the token is not the server's".into());
        }
        Ok(Self { runtime, credentials })
    }
}

/// Credentials that get their token at this URL. To be called within a runtime: they start a task at once.
pub(crate) fn credentials(url: String) -> Result<AccessTokenCredentials, Box<dyn Error>> {
    let user = json!({
        "type": "authorized_user",
        "client_id": "made-up",
        "client_secret": "made-up",
        "refresh_token": "made-up",
    });
    Ok(user_account::Builder::new(user).with_token_uri(url).build_access_token_credentials()?)
}

impl Way for AccessToken {
    fn ask(&self, count: usize) {
        // As in `aws`: one runtime, and no cooperative yielding.
        self.runtime.block_on(tokio::task::unconstrained(async {
            for _ in 0..count {
                let token = self.credentials.access_token().await;
                assert!(black_box(token).is_ok());
            }
        }));
    }
}
