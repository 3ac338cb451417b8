//! Names that are taken in advance: by the language, and by the emitted modules themselves.

/// The keywords of all editions, with those that are reserved for later ones.
pub(super) const KEYWORDS: [&str; 53] = [
    "_", "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do",
    "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super",
    "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// The types of the runtime, each behind a component of its name.
pub(crate) const RUNTIME_TYPES: [&str; 8] =
    ["Secret", "Timestamp", "RedactedValue", "Number", "Uuid", "IpAddr", "Ipv4Addr", "Ipv6Addr"];

/// The names that the types module uses without a path: variants, the trait in the signatures of setters, and the
/// string that named numbers are parsed from.
pub(crate) const TYPES: [&str; 6] = ["Err", "Into", "None", "Ok", "Some", "String"];

/// The names used by the modules of requests, errors and answers: the prelude, and their imports.
pub(super) const MODULES: [&str; 24] = [
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Drop",
    "Duration",
    "Eq",
    "Err",
    "From",
    "Future",
    "Into",
    "IntoFuture",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Result",
    "Send",
    "Some",
    "String",
    "Sync",
    "Vec",
];

/// The array of all operations.
pub(super) const CONSTANTS: [&str; 1] = ["ALL"];

/// Functions that a client has or calls on itself.
pub(crate) const CLIENT: [&str; 14] = [
    "api_version",
    "base_url",
    "baseurl",
    "builder",
    "client",
    "clone",
    "exec",
    "inner",
    "into",
    "new",
    "new_with_client",
    "post",
    "pre",
    "try_into",
];

/// The fields of every request.
pub(super) const REQUEST: [&str; 3] = ["body", "core", "options"];

/// The methods of every request: they only conflict with parameters that are set by a method.
pub(super) const REQUEST_METHODS: [&str; 4] = ["idempotency_key", "into_future", "timeout", "token"];

/// The names used by progenitor's methods: a function, and the headers that they build.
pub(super) const PRIVATE_METHODS: [&str; 3] = ["body", "encode_path", "header_map"];

/// The variant that every enum of servers has.
pub(super) const SERVERS: [&str; 1] = ["Custom"];

/// The methods of every builder.
pub(super) const BUILDER: [&str; 13] = [
    "allow_insecure",
    "build",
    "default",
    "http",
    "idempotency",
    "max_body_size",
    "retry",
    "server",
    "static_token",
    "timeout",
    "timer",
    "token_source",
    "user_agent",
];
