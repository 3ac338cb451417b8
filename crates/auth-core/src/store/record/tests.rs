use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::*;
use crate::{AuthErrorKind, Fingerprint, Intent};

const KEY: &str = "aivo https://aivo.test ada";
const ACCOUNT: &str = "ada";
const ACCESS: &str = "canary-access";
const REFRESH: &str = "canary-refresh";

fn stored() -> Stored {
    let session = Session::new(ACCESS, UNIX_EPOCH + Duration::new(1_714_557_600, 1))
        .with_refresh_token(REFRESH)
        .with_expiry(UNIX_EPOCH + Duration::new(1_714_561_200, 999_999_999))
        .with_subject("ada@example.com")
        .with_account(ACCOUNT)
        .with_scopes(["read", "write"])
        .with_extra("device", "canary-device");
    let intent = Intent::of(&session, u64::MAX - 1).resent();
    let session = Session { fingerprint: Some(Fingerprint::from_bytes([0xab; 32])), ..session };
    Stored::new(session, Some(intent), Revision(7))
}

fn text(format: &RecordFormat, stored: &Stored) -> String {
    String::from_utf8(format.encode(KEY, stored).unwrap().to_vec()).unwrap()
}

fn refusal(format: &RecordFormat, text: &str) -> String {
    let error = format.decode(KEY, text.as_bytes(), &"here").unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Storage);
    let shown = format!("{error} {error:?} {:?}", std::error::Error::source(&error));
    assert!(!shown.contains("canary"), "{shown}");
    error.to_string()
}

fn assert_same(left: &Stored, right: &Stored) {
    assert_eq!(left.session.access_token, right.session.access_token);
    assert_eq!(left.session.refresh_token, right.session.refresh_token);
    assert_eq!(left.session.issued_at, right.session.issued_at);
    assert_eq!(left.session.expires_at, right.session.expires_at);
    assert_eq!(left.session.subject, right.session.subject);
    assert_eq!(left.session.account, right.session.account);
    assert_eq!((&left.session.scopes, left.session.fingerprint), (&right.session.scopes, right.session.fingerprint));
    assert_eq!(left.session.extra, right.session.extra);
    assert_eq!((left.intent, left.revision), (right.intent, right.revision));
}

#[test]
fn the_format_is_unchanged() {
    // Existing files must stay readable: a change of this string is a new version.
    let expected = concat!(
        r#"{"version":2,"key":"aivo https://aivo.test ada","revision":"00000000000000000000000000000007","#,
        r#""session":{"access_token":"canary-access","refresh_token":"canary-refresh","#,
        r#""issued_at":"2024-05-01T10:00:00.000000001Z","expires_at":"2024-05-01T11:00:00.999999999Z","#,
        r#""subject":"ada@example.com","account":"ada","scopes":["read","write"],"#,
        r#""extra":{"device":"canary-device"},"#,
        r#""fingerprint":"abababababababababababababababababababababababababababababababab"},"#,
        r#""intent":{"token_hash":"1e3f4ca84cf81b03900e6750945e8769b4407fb0cc35052668250b87b17c11e4","#,
        r#""owner":"fffffffffffffffe","resent":true}}"#,
        "\n"
    );
    assert_eq!(text(&RecordFormat::default(), &stored()), expected);
}

#[test]
fn every_property_is_read_back() {
    let format = RecordFormat::default();
    let bare = Stored::new(Session::new("", UNIX_EPOCH - Duration::from_nanos(1)), None, Revision(u128::MAX));
    let odd = Stored::new(
        Session::new("\u{0}\"\\\n\u{2028}é", SystemTime::now()).with_subject("").with_account("\u{1f600}"),
        None,
        fresh_revision().unwrap(),
    );
    for stored in [stored(), bare, odd] {
        let bytes = format.encode(KEY, &stored).unwrap();
        assert_same(&format.decode(KEY, &bytes, &"here").unwrap(), &stored);
    }
}

#[test]
fn unreadable_records_are_refused_with_a_reason() {
    let format = RecordFormat::default();
    let whole = text(&format, &stored());
    let changed = |from: &str, to: &str| {
        assert!(whole.contains(from), "{from}");
        whole.replace(from, to)
    };
    for (text, why) in [
        (String::new(), "is no record"),
        ("canary".to_owned(), "is no record"),
        ("\u{0}".repeat(100), "is no record"),
        (whole[..whole.len() / 2].to_owned(), "is no record"),
        (format!("{whole}{whole}"), "is no record"),
        (changed(r#""version":2"#, r#""version":"2""#), "is no record"),
        (changed(r#""version":2"#, r#""version":3,"canary":true"#), "update this one"),
        (changed(r#""version":2"#, r#""version":1"#), "`SessionManager::login`"),
        (changed(r#""version":2"#, r#""version":0"#), "which never was"),
        (changed(r#""version":2"#, r#""version":2,"canary":true"#), "is no record"),
        (changed(r#""version":2,"#, ""), "is no record"),
        (changed(r#""subject""#, r#""canary""#), "is no record"),
        (changed(r#""subject""#, r#""account""#), "is no record"),
        (changed(r#""key":"aivo https"#, r#""key":"canary https"#), "another account"),
        (changed(r#""revision":"0000"#, r#""revision":"000"#), "`revision`"),
        (changed(r#""owner":"f"#, r#""owner":""#), "`intent`"),
        (changed(r#""token_hash":"1"#, r#""token_hash":"X"#), "`intent`"),
        (changed("2024-05-01T10", "2024-05-32T10"), "`session`"),
        (changed("000000001Z", "000000001"), "`session`"),
        (changed(r#""session""#, r#""sealed":"canary","session""#), "either"),
        (
            r#"{"version":2,"key":"aivo https://aivo.test ada","revision":"00000000000000000000000000000007"}"#
                .to_owned(),
            "either",
        ),
        (whole.clone() + &" ".repeat(LIMIT), "larger"),
    ] {
        let shown = refusal(&format, &text);
        assert!(shown.contains(why) && shown.contains("here"), "{why}: {shown}");
    }
}

#[test]
fn a_session_that_could_not_be_read_again_is_not_written() {
    let huge = Stored::new(Session::new("canary".repeat(LIMIT), UNIX_EPOCH), None, Revision(1));
    let error = RecordFormat::default().encode(KEY, &huge).unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Storage);
    assert!(error.to_string().contains("too long") && !error.to_string().contains("canary"), "{error}");
}

#[cfg(feature = "encryption")]
mod sealed {
    use super::*;
    use crate::EncryptionKey;

    fn format(byte: u8) -> RecordFormat {
        RecordFormat::sealed(EncryptionKey::from_bytes([byte; 32]))
    }

    #[test]
    fn a_sealed_session_is_read_back_and_shows_nothing() {
        let sealed = text(&format(1), &stored());
        assert!(!sealed.contains("canary") && !sealed.contains("ada@"), "{sealed}");
        assert_same(&format(1).decode(KEY, sealed.as_bytes(), &"here").unwrap(), &stored());
        assert_ne!(text(&format(1), &stored()), sealed, "the nonce is another");
    }

    #[test]
    fn sealed_and_unsealed_do_not_mix() {
        let (sealed, plain) = (text(&format(1), &stored()), text(&RecordFormat::default(), &stored()));
        assert!(refusal(&RecordFormat::default(), &sealed).contains("has no key"));
        assert!(refusal(&format(1), &plain).contains("is not encrypted"));
    }

    #[test]
    fn another_key_another_account_and_changed_bytes_are_refused() {
        let sealed = text(&format(1), &stored());
        assert!(refusal(&format(2), &sealed).contains("can't be decrypted"));
        let moved = sealed.replace(KEY, "another");
        let error = format(1).decode("another", moved.as_bytes(), &"here").unwrap_err();
        assert!(error.to_string().contains("can't be decrypted"), "{error}");
        let at = sealed.find("sealed").unwrap() + 40;
        let mut changed = sealed.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        assert!(refusal(&format(1), std::str::from_utf8(&changed).unwrap()).contains("can't be decrypted"));
        let garbage = r#"{"version":2,"key":"aivo https://aivo.test ada","revision":"00000000000000000000000000000007","sealed":"#;
        for (tail, why) in [(r#""*"}"#, "damaged"), (r#"""}"#, "can't be decrypted"), (r#""AAAA"}"#, "can't be")] {
            assert!(refusal(&format(1), &format!("{garbage}{tail}")).contains(why), "{tail}");
        }
    }

    #[test]
    fn old_keys_open_and_the_new_key_seals() {
        let old = text(&format(1), &stored());
        let both = RecordFormat::sealed(
            EncryptionKey::from_bytes([2; 32]).also_decrypt_with(EncryptionKey::from_bytes([1; 32])),
        );
        let read = both.decode(KEY, old.as_bytes(), &"here").unwrap();
        assert_same(&read, &stored());
        let new = text(&both, &read);
        assert_same(&format(2).decode(KEY, new.as_bytes(), &"here").unwrap(), &stored());
        assert!(refusal(&format(1), &new).contains("can't be decrypted"));
    }
}
