//! The parts of the crate beside the generated code: src/lib.rs and README.md, the same for every vendor.

use client_codegen::CrateSource;

/// The facts that src/lib.rs and README.md mention.
pub(crate) struct Facts<'a> {
    /// The name of the crate, or the path of a module.
    pub(crate) name: &'a str,
    /// The title of the description, as plain words.
    pub(crate) title: &'a str,
    /// The generated sources.
    pub(crate) source: &'a CrateSource,
    /// The command that writes the generated files.
    pub(crate) command: &'a str,
}

impl Facts<'_> {
    /// Example code that builds a client, each line behind `prefix`.
    fn example(&self, prefix: &str) -> String {
        let library = self.name.replace('-', "_");
        let import = if self.source.has_server { "Client, operations" } else { "Client, Server, operations" };
        let mut lines = vec![
            format!("use {library}::{{{import}}};"),
            String::new(),
            "# fn example() -> Result<(), Box<dyn std::error::Error>> {".to_owned(),
            "let client = Client::builder()".to_owned(),
        ];
        if !self.source.has_server {
            lines.push("    .server(Server::Custom(\"https://api.example.com\".to_owned()))".to_owned());
        }
        if self.source.takes_token {
            lines.push("    .static_token(std::env::var(\"API_TOKEN\")?)".to_owned());
        }
        for method in &self.source.credentials {
            lines.push(format!("    .{method}(std::env::var({:?})?)", method.to_uppercase()));
        }
        lines.extend(
            [
                "    .build()?;",
                "",
                "// Each operation is a method of the client, such as `client.login(&body).await`.",
                "for operation in operations::ALL {",
                "    println!(\"{}: {} {}\", operation.id, operation.method, operation.path);",
                "}",
                "# let _ = client;",
                "# Ok(())",
                "# }",
            ]
            .map(str::to_owned),
        );
        lines.iter().map(|line| format!("{prefix}{line}").trim_end().to_owned() + "\n").collect()
    }

    pub(crate) fn library(&self) -> String {
        self.documentation() + OF_THE_CRATE + &self.modules()
    }

    /// [`library`](Self::library) for a module of a crate.
    pub(crate) fn module(&self) -> String {
        self.documentation() + &self.modules()
    }

    fn documentation(&self) -> String {
        let title = self.title;
        format!("//! A typed client for {title}.\n//!\n//! ```no_run\n{}{DOCUMENTATION}", self.example("//! "))
    }

    fn modules(&self) -> String {
        let answers = if self.source.has_answers { "answers, " } else { "" };
        MODULES.replace("{command}", self.command).replace("{answers}", answers)
    }

    pub(super) fn readme(&self) -> String {
        let mut text = format!(
            "# {}\n\nA typed client for {}: one `Client`, typed errors per operation, secrets that are never printed.\n\n```rust,no_run\n",
            self.name, self.title
        );
        text.extend(self.example("").lines().filter(|line| !line.starts_with("# ")).map(|line| format!("{line}\n")));
        text.push_str(README);
        text
    }
}

const DOCUMENTATION: &str = r#"//! ```
//!
//! A method takes the required parameters of its operation, and returns a request. Optional parameters, and the token, time
//! limit and idempotency key of this call, are methods of the request. It is sent when it is awaited.
//!
//! [`Client`] has a method for each operation, [`errors`] an error type for each, and [`operations::ALL`] lists them as data.
//! The text of a [`Secret`] is available only by [`Secret::expose`].

"#;

const OF_THE_CRATE: &str = r#"// Types may contain one another as deeply as the description says, and its names may be of any script.
#![recursion_limit = "512"]
#![allow(uncommon_codepoints, confusable_idents, mixed_script_confusables)]

"#;

const MODULES: &str = r#"// Written by `{command}`, formatted by its own formatter.
#[rustfmt::skip]
mod client;
#[rustfmt::skip]
#[allow(
    unreachable_pub,
    irrefutable_let_patterns,
    clippy::unwrap_used,
    reason = "progenitor declares everything public, and tries or unwraps what can't fail"
)]
mod generated;

pub use client::{Client, ClientBuilder, Server, {answers}errors, operations, requests};
#[rustfmt::skip]
pub use client_runtime::{
    ApiError, BoxFuture, BuildError, Bytes, Carrier, CredentialsError, DecodeError, Error, ErrorResponse, Idempotency,
    InvalidArgumentError, InvalidBasic, InvalidToken, IpAddr, Ipv4Addr, Ipv6Addr, Lenient, Nullable, Operation, RawBody,
    Redacted, Response, ResponseParts, RetryPolicy, Scheme, Secret, Security, StaticToken, TimeLimit, TimeoutError, Timer,
    Timestamp, Token, TokenError, TokenSource, TooLargeError, TransportError, Uuid,
};
pub use generated::types;
"#;

const README: &str = r#"```

The crate's documentation lists every operation. Features: `rustls` (default), `native-tls`, `http2`, `tracing`,
`schemars`; without default features there is no TLS.

Generated by `cargo xtask client` from an API description; `openapi.json` is what the code was made from. Generating
again replaces all files.
"#;
