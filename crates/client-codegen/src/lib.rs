//! client-codegen
