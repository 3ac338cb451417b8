//! The cache of identities that the AWS SDK uses by default.

use std::error::Error;
use std::hint::black_box;
use std::time::SystemTime;

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_runtime::client::identity::IdentityCache as Cache;
use aws_smithy_runtime_api::client::identity::{
    Identity, IdentityFuture, ResolveCachedIdentity, ResolveIdentity, SharedIdentityCache, SharedIdentityResolver,
};
use aws_smithy_runtime_api::client::runtime_components::{RuntimeComponents, RuntimeComponentsBuilder};
use aws_smithy_types::config_bag::ConfigBag;
use tokio::runtime::Runtime;

use super::Way;
use crate::server::{LIFETIME, TOKEN};

pub(super) struct IdentityCache {
    runtime: Runtime,
    cache: SharedIdentityCache,
    resolver: SharedIdentityResolver,
    components: RuntimeComponents,
    config: ConfigBag,
}

impl IdentityCache {
    pub(super) fn new() -> Result<Self, Box<dyn Error>> {
        let this = Self {
            runtime: tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?,
            cache: Cache::lazy().build(),
            resolver: SharedIdentityResolver::new(InProcess),
            components: components()?,
            config: ConfigBag::base(),
        };
        this.ask(1);
        Ok(this)
    }
}

/// The clock and the timer of the real clients; nothing here uses the rest.
pub(crate) fn components() -> Result<RuntimeComponents, Box<dyn Error>> {
    let builder = RuntimeComponentsBuilder::for_tests()
        .with_time_source(Some(SystemTimeSource::new()))
        .with_sleep_impl(Some(TokioSleep::new()));
    Ok(builder.build()?)
}

impl Way for IdentityCache {
    fn ask(&self, count: usize) {
        // One runtime for all calls, and no cooperative yielding: entering the runtime and yielding are not the cache's
        // cost.
        self.runtime.block_on(tokio::task::unconstrained(async {
            for _ in 0..count {
                let resolver = self.resolver.clone();
                let identity = self.cache.resolve_cached_identity(resolver, &self.components, &self.config).await;
                assert!(black_box(identity).is_ok());
            }
        }));
    }
}

/// Resolves once; a second time within the hour would be a cache miss.
#[derive(Debug)]
struct InProcess;

impl ResolveIdentity for InProcess {
    fn resolve_identity<'a>(&'a self, _: &'a RuntimeComponents, _: &'a ConfigBag) -> IdentityFuture<'a> {
        IdentityFuture::ready(Ok(Identity::new(TOKEN, Some(SystemTime::now() + LIFETIME))))
    }
}
