//! pacerpro-client
