//! A bad input is shown with its place and a help, and nothing is written: the real xtask, case by case.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use workspace_tests::{Scratch, family_names, run};

const FAMILIES: &str = "openapi/families.toml";
const AIVO: &str = "openapi/aivo/auth.yaml";
const AIVO_OVERLAY: &str = "openapi/aivo/auth.overlay.yaml";
const PACERPRO: &str = "openapi/pacerpro/swagger.json";

/// Damages a copy of the workspace, and expects that `cargo xtask generate` refuses it: exit code 1, every expected
/// string and a help on stderr, nothing on stdout, and all files unchanged. Returns the problems as shown.
#[track_caller]
fn refused(arguments: &[&str], expected: &[&str], spoil: impl FnOnce(&Scratch)) -> String {
    let scratch = Scratch::new();
    spoil(&scratch);
    refused_in(&scratch, arguments, expected)
}

#[track_caller]
fn refused_in(scratch: &Scratch, arguments: &[&str], expected: &[&str]) -> String {
    let before = scratch.files("");
    let output = scratch.generate(arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{stderr}");
    for text in expected.iter().chain(&["error[", "= help: "]) {
        assert!(stderr.contains(text), "no {text:?} in\n{stderr}");
    }
    let after = scratch.files("");
    assert!(before.keys().eq(after.keys()), "files came or went: {:?}", after.keys());
    assert!(before == after, "a file was changed although\n{stderr}");
    let start = stderr.find("error[").unwrap();
    stderr.split_at(start).1.to_owned()
}

#[test]
fn missing_files_are_shown_at_their_place_in_families_toml() {
    refused(&[], &["error[unreadable-file]: can't read openapi/aivo/auth.yaml", "--> openapi/families.toml:"], |s| {
        std::fs::remove_file(s.path(AIVO)).unwrap();
    });
    refused(
        &[],
        &["error[unreadable-file]: can't read openapi/aivo/auth.overlay.yaml", "--> openapi/families.toml:"],
        |s| {
            std::fs::remove_file(s.path(AIVO_OVERLAY)).unwrap();
        },
    );
    refused(&[], &["error[no-workspace]: no openapi/families.toml in"], |s| {
        std::fs::remove_file(s.path(FAMILIES)).unwrap();
    });
}

#[test]
fn unreadable_input_is_shown_with_its_place() {
    refused(&[], &["error[yaml-syntax]", "--> openapi/aivo/auth.yaml:4:10"], |s| {
        s.replace(AIVO, "title: Authentication Service API", "title: [Authentication Service API");
    });
    refused(&[], &["error[json-syntax]", "--> openapi/pacerpro/swagger.json:2:19"], |s| {
        s.replace(PACERPRO, "\"swagger\": \"2.0\",", "\"swagger\": \"2.0\"");
    });
    refused(&[], &["error[not-utf8]", "--> openapi/aivo/auth.yaml:3:10", "0xff"], |s| {
        std::fs::write(s.path(AIVO), b"openapi: 3.1.0\ninfo:\n  title: \xff\n").unwrap();
    });
    refused(&[], &["error[not-utf8]", "--> openapi/families.toml:2:3", "0xff"], |s| {
        std::fs::write(s.path(FAMILIES), b"[families]\n# \xff\n").unwrap();
    });
    refused(&[], &["error[duplicate-key]", "--> openapi/aivo/auth.yaml:5:3", "at #/info/title"], |s| {
        s.replace(AIVO, "  version: 1.0.0\n", "  version: 1.0.0\n  title: Again\n");
    });
    refused(&[], &["error[duplicate-key]", "--> openapi/pacerpro/swagger.json:2:21", "at #/swagger"], |s| {
        s.replace(PACERPRO, "\"swagger\": \"2.0\",", "\"swagger\": \"2.0\", \"swagger\": \"2.0\",");
    });
}

#[test]
fn unsupported_descriptions_are_refused() {
    refused(
        &[],
        &["error[unsupported-dialect]: OpenAPI 4.0.0", "--> openapi/aivo/auth.yaml:1:10", "at #/openapi"],
        |s| {
            s.replace(AIVO, "openapi: 3.1.0", "openapi: 4.0.0");
        },
    );
    refused(&[], &["error[unsupported-dialect]: Swagger 1.2", "swagger.json:2:14", "at #/swagger"], |s| {
        s.replace(PACERPRO, "\"swagger\": \"2.0\"", "\"swagger\": \"1.2\"");
    });
    refused(&[], &["error[not-a-description]", "--> openapi/aivo/auth.yaml:1:1"], |s| s.write(AIVO, "name: John\n"));
    refused(&[], &["error[not-a-description]", "--> openapi/aivo/auth.yaml:1:1"], |s| s.write(AIVO, "- a\n- list\n"));
}

#[test]
fn a_reference_that_leads_nowhere_is_shown_with_the_likely_one() {
    let shown = refused(&[], &["at #/paths/~1me/get/responses/200/content/application~1json/schema/$ref"], |s| {
        s.replace(
            AIVO,
            "description: The account.\n          content:\n            application/json:\n              schema:\n                $ref: '#/components/schemas/User'",
            "description: The account.\n          content:\n            application/json:\n              schema:\n                $ref: '#/components/schemas/Usr'",
        );
    });
    insta::assert_snapshot!(shown, @r#"
    error[dangling-ref]: `#/components/schemas/Usr` leads nowhere
       --> openapi/aivo/auth.yaml:133:23
        |
    133 |                 $ref: '#/components/schemas/Usr'
        |                       ^^^^^^^^^^^^^^^^^^^^^^^^^^ nothing is there
        |
        = note: at #/paths/~1me/get/responses/200/content/application~1json/schema/$ref
        = help: did you mean `#/components/schemas/User`?

    1 problem; nothing was written.
    "#);
}

#[test]
fn overlay_actions_that_match_nothing_are_errors() {
    let shown = refused(&[], &["at #/actions/0/target"], |s| s.replace(AIVO_OVERLAY, "['/refresh']", "['/refersh']"));
    insta::assert_snapshot!(shown, @r#"
    error[overlay-target-unmatched]: `$.paths['/refersh'].post` matches nothing in the document
     --> openapi/aivo/auth.overlay.yaml:6:13
      |
    6 |   - target: $.paths['/refersh'].post
      |             ^^^^^^^^^^^^^^^^^^^^^^^^ this target
      |
      = note: at #/actions/0/target
      = help: did you mean `$.paths['/refresh'].post`?

    1 problem; nothing was written.
    "#);
    refused(&[], &["error[overlay-target]", "--> openapi/aivo/auth.overlay.yaml:6:20", "is not a JSONPath"], |s| {
        s.replace(AIVO_OVERLAY, "$.paths['/refresh'].post", "$.paths[/refresh.post");
    });
}

#[test]
fn families_toml_is_checked() {
    refused(&[], &["error[families-toml]: unknown field `titel`", "--> openapi/families.toml:", "^^^^^"], |s| {
        s.replace(FAMILIES, "title = \"PacerPro\"", "titel = \"PacerPro\"");
    });
    refused(&[], &["error[unknown-secret-field]", "--> openapi/families.toml:", "did you mean `jwtToken`?"], |s| {
        s.replace(FAMILIES, "Session.jwtToken", "Session.jwtTokn");
    });
    refused(&[], &["error[unknown-secret-field]", "--> openapi/families.toml:", "did you mean `Session`?"], |s| {
        s.replace(FAMILIES, "Session.jwtToken", "Sesion.jwtToken");
    });
    refused(&[], &["error[selects-nothing]", "--> openapi/families.toml:", "did you mean `Authentication`?"], |s| {
        s.replace(FAMILIES, "\"Authentication\"", "\"Authentification\"");
    });
    refused(
        &[],
        &["error[stale-merge-rule]", "--> openapi/families.toml:", "settles nothing", "remove the rule"],
        |s| {
            let rule = "\n[[families.svix.merge]]\ncomponent = \"schemas/HttpErrorOut\"\nkeep = \"current\"\n";
            s.write(FAMILIES, &(s.read(FAMILIES) + rule));
        },
    );
    refused(&[], &["error[no-such-crate]", "--> openapi/families.toml:", "crates/aivo-cliient/Cargo.toml"], |s| {
        s.replace(FAMILIES, "\"aivo-client\"", "\"aivo-cliient\"");
    });
    refused(&[], &["error[package-name]", "--> openapi/families.toml:"], |s| {
        s.replace(FAMILIES, "\"aivo-client\"", "\"../../elsewhere\"");
    });
}

#[test]
fn servers_of_families_toml_are_checked() {
    let name = "name = \"QA\"";
    let url = "https://sdx94nst9f.execute-api.us-east-1.amazonaws.com/qa";
    for (from, to, expected) in [
        (name, "nam = \"QA\"", &["error[families-toml]: unknown field `nam`"][..]),
        (name, "name = \"QA\", port = 1", &["error[families-toml]: unknown field `port`"]),
        (name, "name = \"production\"", &["error[server-twice]: two servers have the same name", "first here"]),
        (name, "name = \"- -\"", &["error[server-name]", "no letter and no digit"]),
        (url, "https://api.pacerpro.com/v1/", &["error[server-twice]: two servers have the same URL", "again here"]),
        (url, "api.example.com", &["error[server-url]", "begins with neither"]),
        (url, "https:///qa", &["error[server-url]", "no host"]),
        (url, "https://me:pw@example.com", &["error[server-url]", "a user or a password"]),
        (url, "https://example.com/?a=b", &["error[server-url]", "a query or a fragment"]),
        (url, "https://{region}.example.com", &["error[server-url]", "write the URL out"]),
        (url, "https://example.com/a b", &["error[server-url]", "a character that no URL has"]),
    ] {
        let expected = [expected, &["--> openapi/families.toml:"]].concat();
        refused(&[], &expected, |s| s.replace(FAMILIES, from, to));
    }
}

/// The parts that an overlay adds are held to the rules of descriptions, with places in the overlay.
#[test]
fn parts_added_by_overlays_are_checked() {
    let update = "type: [object, \"null\"]";
    refused(&[], &["error[dangling-ref]: `#/components/schemas/Usr`", "--> openapi/aivo/auth.overlay.yaml:17:"], |s| {
        s.replace(AIVO_OVERLAY, update, "properties: {a: {$ref: '#/components/schemas/Usr'}}");
    });
    let hints = [
        "error[overlay-target-unmatched]",
        "--> openapi/pacerpro/swagger.overlay.yaml:",
        "it has `$.definitions.Error`",
    ];
    refused(&[], &hints, |s| {
        s.replace("openapi/pacerpro/swagger.overlay.yaml", "$.paths['/session'].get", "$.components.schemas.Error");
    });
}

#[test]
fn an_unknown_family_is_an_error_even_if_nothing_changed() {
    let families = family_names().join(", ");
    let expected = ["error[unknown-family]: there is no family `aiv`", families.as_str()];
    refused(&["--family", "aiv"], &expected, |_| ());
    refused(&["--family", "aiv"], &expected, |s| {
        run(s.generate(&[]));
    });
}

/// root may write everywhere, so the target is made unwritable by a folder in its place.
#[test]
fn a_target_that_cannot_be_written_leaves_all_files_as_they_were() {
    let stale = |s: &Scratch| s.write("crates/aivo-client/src/client.rs", "// from an older run\n");
    for target in ["crates/svix-client/src/client.rs", "openapi/families.lock", "openapi/merged/pacerpro.json"] {
        refused(&[], &["error[io]: could not write", target], |s| {
            stale(s);
            std::fs::remove_file(s.path(target)).unwrap();
            s.write(format!("{target}/is-a-folder"), "");
        });
    }
    refused(&[], &["error[io]: could not write", "svix-client/src"], |s| {
        stale(s);
        std::fs::remove_dir_all(s.path("crates/svix-client/src")).unwrap();
        s.write("crates/svix-client/src", "a file");
    });
}

#[test]
fn a_conflict_shows_both_places_and_lines_that_settle_it() {
    let scratch = Scratch::new();
    let merged = scratch.read("openapi/merged/svix.json");
    scratch.remove_tables(FAMILIES, "[[families.svix.merge]]");
    let unsettled = scratch.read(FAMILIES);
    let expected = ["--> openapi/svix/2022-11-29.json:", "::: openapi/svix/2024-09-10.json:", "2 problems"];
    let shown = refused_in(&scratch, &[], &expected);

    let told: Vec<&str> = shown.lines().map(str::trim).filter(|line| is_toml(line)).collect();
    let paste = |lines: &[String]| scratch.write(FAMILIES, &format!("{unsettled}\n{}\n", lines.join("\n")));
    paste(&told.iter().map(ToString::to_string).collect::<Vec<_>>());
    run(scratch.generate(&[]));
    assert!(scratch.read("openapi/merged/svix.json") == merged);

    // The alternative, which the help has in comments.
    let other = told.iter().filter(|line| !line.starts_with("keep"));
    paste(&other.map(|line| line.trim_start_matches("# ").to_owned()).filter(|line| is_toml(line)).collect::<Vec<_>>());
    run(scratch.generate(&[]));
    assert!(scratch.read("openapi/merged/svix.json").contains("\"LegacyHTTPValidationError\": {"));

    insta::assert_snapshot!(shown, @r#"
    error[component-conflict]: `current` and `legacy` have different components `schemas/ApplicationTokenExpireIn`
       --> openapi/svix/2022-11-29.json:345:7
        |
    345 |       "ApplicationTokenExpireIn": {
        |       ^^^^^^^^^^^^^^^^^^^^^^^^^^ `legacy` has no `/properties/expiry/format`
        |
       ::: openapi/svix/2024-09-10.json:864:23
        |
    864 |             "format": "int64",
        |                       ------- in `current`, `/properties/expiry/format` is "int64"
        |
        = note: at #/components/schemas/ApplicationTokenExpireIn
        = help: say in families.toml which one is meant, or give one of them another name:
                [[families.svix.merge]]
                component = "schemas/ApplicationTokenExpireIn"
                keep = "current"
                # or instead of `keep`, to have both:
                # rename = "Legacy{name}"
                # of = "legacy"

    error[component-conflict]: `current` and `legacy` have different components `schemas/HTTPValidationError`
       --> openapi/svix/2022-11-29.json:385:7
        |
    385 |       "HTTPValidationError": {
        |       ^^^^^^^^^^^^^^^^^^^^^ `legacy` has no `/required`
        |
       ::: openapi/svix/2024-09-10.json:960:9
        |
    960 |         "required": [
        |         ---------- in `current`, `/required` is ["detail"]
        |
        = note: at #/components/schemas/HTTPValidationError
        = help: say in families.toml which one is meant, or give one of them another name:
                [[families.svix.merge]]
                component = "schemas/HTTPValidationError"
                keep = "current"
                # or instead of `keep`, to have both:
                # rename = "Legacy{name}"
                # of = "legacy"

    2 problems; nothing was written.
    "#);
}

/// Whether a line is part of the TOML that a help says to write into families.toml.
fn is_toml(line: &str) -> bool {
    let line = line.trim_start_matches("# ");
    line.starts_with("[[families.")
        || ["component = ", "keep = ", "rename = ", "of = "].iter().any(|start| line.starts_with(start))
}
