//! Names that mark secrets.

use heck::ToSnakeCase;

/// Whether a name alone marks a secret.
///
/// It does if it ends in a word for secrets (`token`, `password`, `clientSecret`), or in a key to something (`apiKey`,
/// `signing_key`). A pagination token (`nextPageToken`, `continuation_token`) is no secret: it opens nothing, and is
/// sent back in a query.
pub(crate) fn sounds_secret(name: &str) -> bool {
    const ALONE: [&str; 15] = [
        "token",
        "tokens",
        "secret",
        "secrets",
        "password",
        "passwd",
        "passphrase",
        "jwt",
        "apikey",
        "credential",
        "credentials",
        "otp",
        "bearer",
        "pwd",
        "passcode",
    ];
    const PAGING: [&str; 9] =
        ["page", "next", "previous", "prev", "continuation", "pagination", "cursor", "sync", "scroll"];
    const KEYS: [&str; 6] = ["api", "access", "private", "secret", "signing", "encryption"];
    let snake = name.to_snake_case();
    let words: Vec<&str> = snake.split('_').collect();
    match words.as_slice() {
        [.., kind, "token" | "tokens"] if PAGING.contains(kind) => false,
        [.., kind, "key" | "keys"] if KEYS.contains(kind) => true,
        [.., last] => ALONE.contains(last) || last.strip_suffix('s').is_some_and(|one| ALONE.contains(&one)),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::sounds_secret;

    #[test]
    fn names_that_sound_secret() {
        for name in ["token", "jwtToken", "oneTimeToken", "api_key", "client-secret", "PASSWORD", "newPassword"] {
            assert!(sounds_secret(name), "{name}");
        }
        for name in ["passwords", "apiKeys", "signing_keys", "passphrases", "backupOtps", "userPwd"] {
            assert!(sounds_secret(name), "{name}");
        }
        for name in ["pageAccessToken", "next_refresh_token"] {
            assert!(sounds_secret(name), "{name}");
        }
        for name in ["nextPageToken", "page_token", "continuation-token", "nextToken", "cursor", "syncToken"] {
            assert!(!sounds_secret(name), "{name}");
        }
        for name in ["tokenType", "key", "secretary", "passwordPolicy", "expiresAt", "keys", "passes", ""] {
            assert!(!sounds_secret(name), "{name}");
        }
    }
}
