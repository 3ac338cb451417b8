//! The operation of a path.

use http::Method;

use crate::vendor::Request;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    AppPortalAccess,
    CreateMessageToken,
    ExpireAll,
    DashboardAccess,
    Logout,
    ExchangeOneTimeToken,
}

pub(super) struct Route<'a> {
    pub(super) operation: Operation,
    /// The application's segment as it was sent; empty where there is none.
    pub(super) application: &'a str,
    /// Only the legacy documents end paths with a slash. The server accepts both.
    has_slash: bool,
}

pub(super) fn find(request: &Request) -> Option<Route<'_>> {
    if request.method != Method::POST {
        return None;
    }
    let segments: Vec<&str> = request.trimmed_path().strip_prefix("/api/v1/auth/")?.split('/').collect();
    let (operation, application) = match segments.as_slice() {
        ["app-portal-access", application] => (Operation::AppPortalAccess, *application),
        ["dashboard-access", application] => (Operation::DashboardAccess, *application),
        ["app", application, "expire-all"] => (Operation::ExpireAll, *application),
        ["app", application, "create-message-token"] => (Operation::CreateMessageToken, *application),
        ["logout"] => (Operation::Logout, ""),
        ["one-time-token"] => (Operation::ExchangeOneTimeToken, ""),
        _ => return None,
    };
    Some(Route { operation, application, has_slash: request.path.ends_with('/') })
}

impl Route<'_> {
    pub(super) fn name(&self) -> &'static str {
        match (self.operation, self.has_slash) {
            (Operation::ExpireAll, true) => "legacy_expire_all",
            (Operation::DashboardAccess, true) => "legacy_dashboard_access",
            (Operation::Logout, true) => "legacy_logout",
            (Operation::AppPortalAccess, _) => "app_portal_access",
            (Operation::CreateMessageToken, _) => "create_message_token",
            (Operation::ExpireAll, false) => "expire_all",
            (Operation::DashboardAccess, false) => "dashboard_access",
            (Operation::Logout, false) => "logout",
            (Operation::ExchangeOneTimeToken, _) => "exchange_one_time_token",
        }
    }
}
