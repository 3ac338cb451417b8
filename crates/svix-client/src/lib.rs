//! svix-client
