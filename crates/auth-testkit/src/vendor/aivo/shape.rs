//! The bodies of Aivo's answers, as documented and as shipped.

use std::time::SystemTime;

use http::StatusCode;
use serde_json::{Value, json};

use crate::vendor::core::User;
use crate::vendor::encoding::rfc3339;
use crate::vendor::{Core, Request, Response, echo};

/// A problem with a property of a request.
pub(super) struct Problem {
    field: &'static str,
    message: &'static str,
}

impl Problem {
    pub(super) const fn new(field: &'static str, message: &'static str) -> Self {
        Self { field, message }
    }
}

pub(super) fn session_body(core: &Core, now: SystemTime, user: &User, access: &str, refresh: &str) -> Value {
    let (created, expires_in) = (rfc3339(SystemTime::UNIX_EPOCH), core.access_lifetime.as_secs());
    if core.quirks.aivo_snake_case {
        return json!({
            "access_token": access,
            "refresh_token": refresh,
            "token_type": "bearer",
            "expires_in": expires_in,
            "user": {
                "id": user.id,
                "email": user.email,
                "first_name": "Ada",
                "last_name": "Lovelace",
                "role": "teacher",
                "tenant_id": null,
                "status": "active",
                "avatar": null,
                "last_login_at": rfc3339(now),
                "created_at": created,
                "updated_at": created,
            },
        });
    }
    json!({
        "accessToken": access,
        "refreshToken": refresh,
        "expiresIn": expires_in,
        "user": {
            "id": user.id,
            "email": user.email,
            "firstName": "Ada",
            "lastName": "Lovelace",
            "role": "learner",
            "tenantId": user.tenant,
            "status": "active",
            "avatar": null,
            "lastLoginAt": rfc3339(now),
            "createdAt": created,
            "updatedAt": created,
        },
    })
}

pub(super) fn failure(core: &Core, status: StatusCode, error: &str, message: &str) -> Response {
    let body = if core.quirks.aivo_null_details {
        json!({ "error": error, "message": message, "details": null })
    } else {
        json!({ "error": error, "message": message })
    };
    Response::new_json(status, &body)
}

/// An error in the framework's own shape.
pub(super) fn framework(status: StatusCode, detail: Value) -> Response {
    Response::new_json(status, &json!({ "detail": detail }))
}

pub(super) fn validation(core: &Core, request: &Request, problems: &[Problem]) -> Response {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if core.quirks.aivo_validation_echo {
        let input = echo::input(request);
        let detail = |(place, problem): (usize, &Problem)| {
            let value = input.get(problem.field).unwrap_or(&input);
            json!({ "type": "value_error", "loc": ["body", problem.field, place], "msg": problem.message, "input": value })
        };
        return framework(status, problems.iter().enumerate().map(detail).collect());
    }
    let error = |problem: &Problem| json!({ "field": problem.field, "message": problem.message });
    let errors: Vec<Value> = problems.iter().map(error).collect();
    let body =
        json!({ "error": "validation_error", "message": "The request is not valid", "validationErrors": errors });
    Response::new_json(status, &body)
}
