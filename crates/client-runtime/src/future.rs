//! Futures of object-safe traits.

use std::future::Future;
use std::pin::Pin;

/// A boxed future that can move between threads: the result of an async method of an object-safe trait.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
