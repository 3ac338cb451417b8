//! Sessions come back complete, each for its own account.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use auth_core::{AuthErrorKind, Session, Stored};

use super::{MARK, Suite, session, stored};

impl Suite<'_> {
    /// Every field of a session, set or not, is loaded as it was saved.
    pub(super) async fn fields(&mut self) {
        const ACCOUNT: &str = "conformance/fields";
        let store = self.open();
        let bare = Session::new(format!("{MARK}-bare"), UNIX_EPOCH);
        let odd = Session::new(
            format!("{MARK} \"\\\n\t\u{0}\u{7f}é\u{2028}\u{1f600}"),
            UNIX_EPOCH - Duration::from_nanos(100),
        )
        .with_refresh_token(String::new())
        .with_expiry(UNIX_EPOCH + Duration::new(253_402_300_799, 999_999_900))
        .with_subject("")
        .with_account("\u{0}")
        .with_scopes([""])
        .with_extra("", "")
        .with_extra("\n\"", "\u{0}");
        // Tokens with claims take kilobytes.
        let long = Session::new(format!("{MARK}{}", "x".repeat(8 * 1024)), SystemTime::now())
            .with_refresh_token(format!("{MARK}{}", "y".repeat(8 * 1024)));
        let half = Session::new(MARK, SystemTime::now()).with_expiry(SystemTime::now());
        for session in [session("whole"), bare, odd, long, half] {
            let Some(revision) = self.ok("any session can be saved", store.save(ACCOUNT, &session).await) else {
                continue;
            };
            let expected = stored(&session, None, revision);
            self.finds("every property of a session is read back unchanged", ACCOUNT, Some(&expected)).await;
        }
        self.clean(ACCOUNT).await;
    }

    /// The keys of the stored sessions, where the store can list them.
    pub(super) async fn listing(&mut self) {
        const KEYS: [&str; 3] = ["acme https://acme.example ada", "conformance/é \n%20", "conformance/removed"];
        let store = self.open();
        if matches!(store.keys().await, Err(error) if error.kind() == AuthErrorKind::Unsupported) {
            return self.report.skip("the keys of stored sessions can be listed", "the store can't list them");
        }
        for key in KEYS {
            self.ok("any session can be saved", store.save(key, &session(key)).await);
        }
        self.clean(KEYS[2]).await;
        if let Some(mut keys) = self.ok("the keys of stored sessions can be listed", store.keys().await) {
            keys.sort();
            let seen = || format!("{keys:?}");
            self.check("the keys are those of stored sessions, and no others", keys == KEYS[..2], seen);
        }
        for key in KEYS {
            self.clean(key).await;
        }
    }

    /// Accounts are arbitrary strings, and none is taken for another.
    pub(super) async fn odd_accounts(&mut self) {
        let long = "x".repeat(1000);
        let accounts = [
            "",
            " ",
            ".",
            "..",
            "/",
            "../conformance",
            "a/b",
            "a%2fb",
            "a%2Fb",
            "a\\b",
            "a:b",
            "con",
            "a",
            "A",
            "a ",
            "a.",
            "ä",
            "Ä",
            "a\u{308}",
            "\u{1f600}",
            "a\nb",
            "*",
            "?",
            "~",
            "-a",
            "$HOME",
            "a'b\"c",
            &long,
            &long[1..],
            &long.to_uppercase(),
        ];
        let store = self.open();
        let mut kept: Vec<(&str, Stored)> = Vec::new();
        for (which, account) in accounts.into_iter().enumerate() {
            let session = session(which);
            let saved = store.compare_and_swap(account, None, &session).await;
            if let Some(revision) =
                self.written("any string is an account, and different strings are different accounts", saved)
            {
                kept.push((account, stored(&session, None, revision)));
            }
        }
        for (at, (account, expected)) in kept.iter().enumerate() {
            self.finds("every account has its own session", account, Some(expected)).await;
            if at % 2 == 0 {
                self.clean(account).await;
            }
        }
        for (at, (account, expected)) in kept.iter().enumerate() {
            let name = "a removal removes that account alone";
            let expected = (at % 2 != 0).then_some(expected);
            self.finds(name, account, expected).await;
        }
        for (account, _) in &kept {
            self.clean(account).await;
        }
    }
}
