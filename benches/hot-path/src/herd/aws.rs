//! The cache of identities that the AWS SDK uses by default.

use std::error::Error;
use std::sync::Arc;
use std::time::SystemTime;

use auth_core::BoxFuture;
use aws_smithy_runtime::client::identity::IdentityCache as Cache;
use aws_smithy_runtime_api::client::identity::{
    Identity, IdentityFuture, ResolveCachedIdentity, ResolveIdentity, SharedIdentityCache, SharedIdentityResolver,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

use super::{Vendor, Way};
use crate::server::{LIFETIME, TOKEN};
use crate::ways::aws::components;

pub(super) struct IdentityCache {
    cache: SharedIdentityCache,
    resolver: SharedIdentityResolver,
    components: RuntimeComponents,
    config: ConfigBag,
}

impl IdentityCache {
    pub(super) fn new(vendor: Arc<Vendor>) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            cache: Cache::lazy().build(),
            resolver: SharedIdentityResolver::new(Renewing(vendor)),
            components: components()?,
            config: ConfigBag::base(),
        })
    }
}

impl Way for IdentityCache {
    fn ask(&self) -> BoxFuture<'_, bool> {
        Box::pin(async {
            let resolver = self.resolver.clone();
            self.cache.resolve_cached_identity(resolver, &self.components, &self.config).await.is_ok()
        })
    }
}

#[derive(Debug)]
struct Renewing(Arc<Vendor>);

impl ResolveIdentity for Renewing {
    fn resolve_identity<'a>(&'a self, _: &'a RuntimeComponents, _: &'a ConfigBag) -> IdentityFuture<'a> {
        IdentityFuture::new(async {
            if !self.0.renew().await {
                return Err("503 Service Unavailable".into());
            }
            Ok(Identity::new(TOKEN, Some(SystemTime::now() + LIFETIME)))
        })
    }
}
