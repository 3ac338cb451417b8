//! What a vendor adds compatibly is additive in Rust: a crate written against the old clients compiles against the new.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]
#![allow(clippy::print_stdout, reason = "a test that can't run says why")]

use std::process::Command;

use test_requirements::{Requirement, requirement};
use workspace_tests::{Scratch, run, workspace_root};

const AIVO: &str = "openapi/aivo/auth.yaml";
const SVIX: &str = "openapi/svix/2024-09-10.json";

/// What a careful user writes: constructors and setters, wildcard arms, calls with and without options.
const DOWNSTREAM: &str = r##"//! Uses clients as they were.
use aivo_client::{errors::LoginError, types};
use svix_client::types as svix;

/// Every kind of use.
pub async fn sign_in(client: &aivo_client::Client) -> Result<String, Box<dyn std::error::Error>> {
    let credentials = types::LoginRequest::new("sam@example.com", "not-a-real-password");
    let session = match client.login(&credentials).await {
        Ok(session) => session.into_inner(),
        Err(error) => {
            return Err(match error.api() {
                Some(LoginError::Unauthorized(body)) => body.message.clone().into(),
                Some(LoginError::UnprocessableEntity(body)) => body.message.clone().into(),
                _ => error.into(),
            });
        }
    };
    let types::AuthResponse { access_token, user, .. } = session;
    client.logout().token(access_token).timeout(std::time::Duration::from_secs(5)).await?;
    Ok(match user.role {
        types::UserRole::Learner => "learner".to_owned(),
        types::UserRole::Instructor => "instructor".to_owned(),
        other => other.as_str().to_owned(),
    })
}

/// The same with another client, whose operations have parameters.
pub async fn portal(client: &svix_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    let app: svix::AppId = "customer".parse()?;
    let wanted = svix::AppPortalAccessIn::new().read_only(true);
    let portal = client.app_portal_access(&app, &wanted).idempotency_key("key").await?;
    let _ = (&portal.url, &portal.token);
    client.expire_all(&app, &svix::ApplicationTokenExpireIn::new()).await?;
    Ok(())
}
"##;

/// An optional parameter, an optional field of a response and of a request, an enum value, an error, an operation.
fn grow(scratch: &Scratch) {
    scratch.replace(
        AIVO,
        "      operationId: logout\n",
        "      operationId: logout
      parameters:
        - name: everywhere
          in: query
          schema:
            type: boolean
",
    );
    scratch.replace(
        AIVO,
        "        expiresIn:\n          type: integer\n",
        "        scope:\n          type: string\n        expiresIn:\n          type: integer\n",
    );
    scratch.replace(
        AIVO,
        "                  minLength: 8\n",
        "                  minLength: 8\n                rememberMe:\n                  type: boolean\n",
    );
    scratch.replace(AIVO, "            - learner\n", "            - learner\n            - auditor\n");
    scratch.replace(
        AIVO,
        "        '422':\n",
        "        '429':
          description: Too many attempts.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Error'
        '422':
",
    );
    scratch.replace(
        AIVO,
        "  /me:\n",
        "  /logout-all:
    post:
      tags:
        - Authentication
      operationId: logout_all
      responses:
        '204':
          description: Every session is over.

  /me:
",
    );
    let mut svix: serde_json::Value = serde_json::from_str(&scratch.read(SVIX)).unwrap();
    let portal = &mut svix["paths"]["/api/v1/auth/app-portal-access/{app_id}"]["post"]["parameters"];
    portal
        .as_array_mut()
        .unwrap()
        .push(serde_json::json!({"name": "theme", "in": "query", "schema": {"type": "string"}}));
    let schemas = &mut svix["components"]["schemas"];
    schemas["AppPortalAccessIn"]["properties"]["theme"] = serde_json::json!({"type": "string"});
    schemas["AppPortalAccessOut"]["properties"]["note"] = serde_json::json!({"type": "string"});
    scratch.write(SVIX, &serde_json::to_string_pretty(&svix).unwrap());
}

#[test]
fn what_vendors_add_breaks_no_caller() {
    let scratch = Scratch::new();
    run(scratch.generate(&[]));
    scratch.downstream(&["aivo-client", "svix-client"], DOWNSTREAM);
    let check = ["check", "--quiet", "--package", "downstream"];
    run(scratch.cargo(&check));

    grow(&scratch);
    run(scratch.generate(&[]));
    let (aivo, svix) = ("crates/aivo-client/src/client.rs", "crates/svix-client/src/client.rs");
    for (file, new) in [(aivo, "everywhere"), (aivo, "logout_all"), (aivo, "TooManyRequests"), (svix, "theme")] {
        assert!(scratch.read(file).contains(new), "{new} is not there, so this proves nothing");
    }
    for (file, new) in [("aivo", "Auditor"), ("aivo", "scope"), ("aivo", "remember_me"), ("svix", "note")] {
        let generated = scratch.read(format!("crates/{file}-client/src/generated.rs"));
        assert!(generated.contains(new), "{new} is not there, so this proves nothing");
    }
    run(scratch.cargo(&check));
    semver_checks(&scratch);
}

/// The same question, asked of cargo-semver-checks.
fn semver_checks(new: &Scratch) {
    let installed = Command::new(env!("CARGO")).args(["semver-checks", "--version"]).output();
    let installed = installed.is_ok_and(|output| output.status.success());
    let installed = installed.then_some(()).ok_or("cargo-semver-checks is not installed");
    let Some(()) = requirement(Requirement::SemverChecks, installed) else { return };
    let old = Scratch::new();
    run(old.generate(&[]));
    for package in ["aivo-client", "svix-client"] {
        let mut check = Command::new(env!("CARGO"));
        check.args(["semver-checks", "--package", package, "--release-type", "minor", "--baseline-root"]);
        check.arg(old.path("")).current_dir(new.path("")).env("CARGO_NET_OFFLINE", "true");
        run(check.env("CARGO_TARGET_DIR", workspace_root().join("target/scratch")).output().unwrap());
    }
}
