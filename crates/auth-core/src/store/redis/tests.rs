//! The names of keys, and what is refused before a connection is made.

use super::*;

#[test]
fn different_accounts_have_different_keys_in_one_slot_each() {
    let store = RedisStore::builder("redis://localhost").prefix("p:").build().unwrap();
    assert_eq!(store.session_key("me@example.com"), "p:{me@example.com}:session");
    assert_eq!(store.key("a}b {c%\n", "lock"), "p:{a%7db%20%7bc%25%0a}:lock");
    let tag = |key: &str| key.split_once('{').unwrap().1.split_once('}').unwrap().0.to_owned();
    for account in ["a", "}", "{", "{}", "a}:session", "%7d", ""] {
        assert_eq!(tag(&store.key(account, "lock")), tag(&store.session_key(account)));
    }
    assert_ne!(store.session_key("}"), store.session_key("%7d"));
    assert_ne!(store.session_key("\u{2003}"), store.session_key(" 03"));
}

#[test]
fn no_password_is_printed() {
    let builder = || RedisStore::builder("redis://user:canary@localhost:1/3?x=canary");
    let store = builder().password("canary").build().unwrap();
    let shown = format!("{:?} {store:?} {store:#?} {}", builder().password("canary"), store.client.place());
    assert!(!shown.contains("canary") && shown.contains("localhost:1"), "{shown}");
}

#[test]
fn invalid_urls_are_refused_without_repeating_them() {
    for url in [
        "",
        "canary",
        "http://:canary@localhost",
        "redis://:canary@",
        "redis://:canary@localhost/canary",
        "redis://:can#ary@localhost",
        "redis://:canary@localhost/0#insecure",
        "redis://:canary@localhost:99999",
    ] {
        let error = RedisStore::builder(url).build().unwrap_err();
        assert_eq!(error.kind(), crate::AuthErrorKind::InvalidInput, "{url}");
        let source = std::error::Error::source(&error).map(|source| format!("{source} {source:?}"));
        assert!(!format!("{error} {error:?} {source:?}").contains("canary"), "{error}");
    }
    let error = RedisStore::builder("redis://localhost").prefix("a{b}").build().unwrap_err();
    assert!(error.to_string().contains("braces"), "{error}");
}

#[test]
fn a_time_limit_or_lease_of_zero_is_refused() {
    assert!(RedisStore::builder("redis://localhost").time_limit(Duration::ZERO).build().is_err());
    assert!(RedisStore::builder("redis://localhost").lock_lease(Duration::ZERO).build().is_err());
}
