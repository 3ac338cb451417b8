//! How a running server differs from its documents.

/// Switches for behaviour of servers that differs from their documents. Everything is off by default.
///
/// ```
/// use auth_testkit::vendor::{Quirks, VendorState};
///
/// let mut quirks = Quirks::aivo_shipped();
/// quirks.reuse_detection = true;
/// let state = VendorState::aivo().with_quirks(quirks);
/// assert_eq!(state.base_path(), "/api/v1/auth");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quirks {
    /// Any vendor: errors repeat the request, credentials included.
    pub echo_request: bool,

    /// Svix: `expire_all`, `exchange_one_time_token` and `create_message_token` are unknown routes: 404 with an empty
    /// body.
    pub svix_missing_routes: bool,
    /// Svix: logging out answers 501.
    pub svix_logout_not_implemented: bool,
    /// Svix: a portal token lives 28 days, whatever the request asks for.
    pub svix_fixed_portal_lifetime: bool,
    /// Svix: a token works for 15 minutes after its expiry.
    pub svix_expiry_leeway: bool,
    /// Svix: a bad percent-escape is answered in plain text.
    pub svix_plain_text_errors: bool,
    /// Svix: the location of a wrong field is given as empty strings.
    pub svix_blank_locations: bool,
    /// Svix: application tokens are JSON Web Tokens and not opaque.
    pub svix_json_web_tokens: bool,
    /// Svix: exchanging a one-time token needs an `Authorization` of its own.
    pub svix_exchange_needs_bearer: bool,

    /// PacerPro: a success without content has no body at all.
    pub pacerpro_empty_bodies: bool,
    /// PacerPro: errors that aren't documented become the gateway's 500.
    pub pacerpro_gateway_errors: bool,
    /// PacerPro: sessions come without `expiresAt`.
    pub pacerpro_no_expiry: bool,

    /// Aivo: property names are in snake_case, in requests too, and values are those of the shipped service.
    pub aivo_snake_case: bool,
    /// Aivo: operations are below `/api/v1/auth`.
    pub aivo_shipped_paths: bool,
    /// Aivo: errors have `"details": null`.
    pub aivo_null_details: bool,
    /// Aivo: a 422 lists errors in the framework's shape, and repeats the input, passwords included.
    pub aivo_validation_echo: bool,
    /// Aivo: a call without a token is answered with 403 and no `WWW-Authenticate`.
    pub aivo_missing_auth_is_403: bool,
    /// Aivo: a path with a slash at its end is redirected, by an absolute `Location`.
    pub aivo_slash_redirect: bool,
    /// Aivo: logging out needs the refresh token and answers 200 with a message.
    pub aivo_logout_message: bool,
    /// Aivo: an access token works until it expires, logged out or not.
    pub aivo_stateless_access: bool,

    /// Aivo: a refresh token that is sent a second time revokes its whole session.
    pub reuse_detection: bool,
}

impl Quirks {
    /// The vendors as documented: no quirk is on.
    pub fn documented() -> Self {
        Self::default()
    }

    /// The quirks of Svix's open-source server.
    pub fn svix_open_source() -> Self {
        Self {
            svix_missing_routes: true,
            svix_logout_not_implemented: true,
            svix_fixed_portal_lifetime: true,
            svix_expiry_leeway: true,
            svix_plain_text_errors: true,
            svix_blank_locations: true,
            svix_json_web_tokens: true,
            ..Self::default()
        }
    }

    /// The quirks of PacerPro behind its gateway.
    pub fn pacerpro_gateway() -> Self {
        Self { pacerpro_empty_bodies: true, pacerpro_gateway_errors: true, ..Self::default() }
    }

    /// The quirks of Aivo's service as it was shipped.
    pub fn aivo_shipped() -> Self {
        Self {
            aivo_snake_case: true,
            aivo_shipped_paths: true,
            aivo_null_details: true,
            aivo_validation_echo: true,
            aivo_missing_auth_is_403: true,
            aivo_slash_redirect: true,
            aivo_logout_message: true,
            aivo_stateless_access: true,
            ..Self::default()
        }
    }
}
