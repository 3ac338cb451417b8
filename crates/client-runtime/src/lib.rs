//! client-runtime
