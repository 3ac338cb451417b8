//! Names that mark secrets.

use heck::ToSnakeCase;

/// Words that name a secret at the end of a name.
const ALONE: [&str; 18] = [
    "token",
    "tokens",
    "secret",
    "secrets",
    "password",
    "passwd",
    "passphrase",
    "jwt",
    "apikey",
    "privatekey",
    "secretkey",
    "credential",
    "credentials",
    "otp",
    "totp",
    "bearer",
    "pwd",
    "passcode",
];

/// Words before `token` that make it one of pagination.
const PAGING: [&str; 9] =
    ["page", "next", "previous", "prev", "continuation", "pagination", "cursor", "sync", "scroll"];

/// Words before `key` that make it a secret.
const KEYS: [&str; 6] = ["api", "access", "private", "secret", "signing", "encryption"];

/// Words before `code` that make it one for signing in.
const CODES: [&str; 7] = ["mfa", "tfa", "2fa", "otp", "totp", "recovery", "backup"];

/// Words before `pass` and `pin` that tell it from a boarding pass, or a pin on a map.
const OWNERS: [&str; 9] = ["user", "login", "account", "admin", "auth", "db", "smtp", "new", "old"];

/// Words behind `private_key` that name a form of it.
const FORMS: [&str; 11] =
    ["pem", "der", "jwk", "base64", "b64", "data", "content", "value", "string", "text", "password"];

/// Whether a name alone marks a secret.
///
/// It does if it ends in a word for secrets (`token`, `password`, `clientSecret`), or in a key to something (`apiKey`,
/// `signing_key`). A pagination token (`nextPageToken`, `continuation_token`) is no secret: it opens nothing, and is
/// sent back in a query.
pub(crate) fn is_secret_name(name: &str) -> bool {
    with_words(name, &|words| match words {
        [.., kind, "token" | "tokens"] if PAGING.contains(kind) => false,
        [.., kind, "key" | "keys"] if KEYS.contains(kind) => true,
        [.., last] => ALONE.contains(last) || last.strip_suffix('s').is_some_and(|one| ALONE.contains(&one)),
        [] => false,
    }) || is_secret_text(name)
}

/// Whether a name marks a secret where it is a string: as a number or a boolean, `pass` and `pin` are something else.
pub(crate) fn is_secret_text(name: &str) -> bool {
    with_words(name, &|words| match words {
        ["pass" | "pin" | "authorization"] => true,
        [.., owner, "pass" | "pin"] => OWNERS.contains(owner),
        [.., kind, "code" | "codes"] if CODES.contains(kind) => true,
        ["connection", "string"] | [.., "connection", "string" | "strings"] => true,
        [.., "private", "key", form] | [.., "privatekey", form] => FORMS.contains(form),
        _ => false,
    })
}

/// Whether the schema of this name is one of secrets, whose properties `key` and `value` hold them: `EndpointSecretOut`,
/// `ApiKey`. A page, sort or object key is none, and a public one neither.
pub(crate) fn holds_secret(owner: &str) -> bool {
    with_words(owner, &|words| {
        let is_key = |pair: &[&str]| {
            matches!(pair, [kind, "key" | "keys"] if KEYS.contains(kind)) || matches!(pair, ["access" | "api", "token"])
        };
        let is_word = |word: &&str| matches!(*word, "secret" | "apikey" | "apikeys" | "privatekey" | "secretkey");
        !words.contains(&"public") && (words.iter().any(is_word) || words.windows(2).any(is_key))
    })
}

fn with_words(name: &str, ask: &dyn Fn(&[&str]) -> bool) -> bool {
    let snake = name.to_snake_case();
    ask(&snake.split('_').collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::{holds_secret, is_secret_name, is_secret_text};

    #[test]
    fn names_that_mean_a_secret() {
        for name in ["token", "jwtToken", "oneTimeToken", "api_key", "client-secret", "PASSWORD", "newPassword"] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["passwords", "apiKeys", "signing_keys", "passphrases", "backupOtps", "userPwd"] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["pageAccessToken", "next_refresh_token"] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["nextPageToken", "page_token", "continuation-token", "nextToken", "cursor", "syncToken"] {
            assert!(!is_secret_name(name), "{name}");
        }
        for name in ["tokenType", "key", "secretary", "passwordPolicy", "expiresAt", "keys", "passes", ""] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn names_of_what_a_login_takes() {
        for name in ["pass", "userPass", "pin", "account_pin", "authorization", "mfa_code", "recovery_codes"] {
            assert!(is_secret_name(name) && is_secret_text(name), "{name}");
        }
        for name in ["private_key_pem", "privateKeyBase64", "connection_string", "dbConnectionString", "otp-code"] {
            assert!(is_secret_name(name) && is_secret_text(name), "{name}");
        }
        for name in ["totp", "privatekey", "secretkey", "password"] {
            assert!(is_secret_name(name) && !is_secret_text(name), "{name}");
        }
        for name in ["boarding_pass", "passed", "map_pin", "pinned", "authorization_url", "code", "country_code"] {
            assert!(!is_secret_name(name), "{name}");
        }
        for name in ["private_key_id", "privateKeyPath", "connection", "query_string", "is_private", "status_codes"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn schemas_of_secrets() {
        for owner in ["EndpointSecretOut", "ApiKey", "CreateApiKeyResponse", "Apikey", "AccessToken", "signing_key"] {
            assert!(holds_secret(owner), "{owner}");
        }
        for owner in ["PageKey", "SortKey", "ObjectKey", "PublicApiKey", "KeyValue", "Key", "Api", "PublicKey", ""] {
            assert!(!holds_secret(owner), "{owner}");
        }
    }
}
