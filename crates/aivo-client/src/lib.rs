//! aivo-client
