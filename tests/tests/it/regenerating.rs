//! docs/regenerating.md shows the tool's real output: its commands are run in their order, and compared line by line.
//!
//! `UPDATE_DOCS=1 cargo test --workspace --test it -- regenerating` writes the output into the page.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use std::fmt::Write;

use workspace_tests::{Scratch, run, workspace_root, xtask};

const PAGE: &str = "docs/regenerating.md";

/// Version 1.1.0 of Aivo's description: the refresh has another path, sessions can be listed, and a login takes a
/// one-time password.
fn publish(scratch: &Scratch) {
    let file = "downloads/auth.yaml";
    scratch.write(file, &scratch.read("openapi/aivo/auth.yaml"));
    scratch.replace(file, "version: 1.0.0", "version: 1.1.0");
    scratch.replace(file, "  /refresh:\n", "  /token/refresh:\n");
    scratch.replace(
        file,
        "                  minLength: 8\n",
        "                  minLength: 8\n                otp:\n                  type: string\n                  description: The code of an authenticator app.\n",
    );
    let sessions = "  /sessions:
    get:
      tags:
        - Authentication
      summary: List the sessions
      operationId: listSessions
      security:
        - bearerAuth: []
      responses:
        '200':
          description: The devices that are signed in.
          content:
            application/json:
              schema:
                type: object
                required:
                  - devices
                properties:
                  devices:
                    type: array
                    items:
                      type: string

  /me:
";
    scratch.replace(file, "  /me:\n", sessions);
}

/// A fenced block of the page.
struct Block<'a> {
    language: &'a str,
    lines: Vec<&'a str>,
}

#[test]
fn the_page_shows_what_the_tool_says() {
    let path = workspace_root().join(PAGE);
    let page = std::fs::read_to_string(&path).unwrap();
    let scratch = Scratch::new();
    publish(&scratch);
    let mut rewritten = String::new();
    let mut wrong = String::new();
    let mut commands = 0;
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let _ = writeln!(rewritten, "{line}");
        let Some(language) = line.strip_prefix("```").filter(|language| !language.is_empty()) else { continue };
        let block = Block { language, lines: lines.by_ref().take_while(|line| *line != "```").collect() };
        let shown = match block.language {
            "console" => {
                commands += 1;
                let said = answer(&scratch, block.lines[0]);
                let expected: Vec<&str> = said.lines().collect();
                if expected != block.lines[1..] {
                    let _ = writeln!(wrong, "{}\n{said}\n", block.lines[0]);
                }
                format!("{}\n{said}", block.lines[0])
            }
            "diff" => {
                edit(&scratch, &block.lines);
                block.lines.join("\n") + "\n"
            }
            _ => block.lines.join("\n") + "\n",
        };
        let _ = writeln!(rewritten, "{shown}```");
    }
    assert!(commands >= 6, "{PAGE} has {commands} commands");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, rewritten).unwrap();
        return;
    }
    assert!(
        wrong.is_empty(),
        "{PAGE} shows something else than the tool says; UPDATE_DOCS=1 writes this into it:\n\n{wrong}"
    );
}

/// The output of a command, without trailing spaces.
fn answer(scratch: &Scratch, line: &str) -> String {
    let command = line.strip_prefix("$ cargo xtask ").unwrap_or_else(|| panic!("{line} is no command of the tool"));
    let output = xtask().args(command.split(' ')).current_dir(scratch.path("")).output().unwrap();
    run(output).lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// Replaces the lines with `-` by those with `+` in the file that the first line names.
fn edit(scratch: &Scratch, lines: &[&str]) {
    let file = lines[0].strip_prefix("--- ").unwrap();
    let with = |sign: char| -> String {
        lines[1..].iter().filter_map(|line| line.strip_prefix(sign)).map(|line| format!("{line}\n")).collect()
    };
    scratch.replace(file, &with('-'), &with('+'));
}
