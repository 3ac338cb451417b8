//! Futures of object-safe traits.

use std::future::Future;
use std::pin::Pin;

/// A future on the heap that can move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
