//! The stores in the conformance suite for stores.

use std::sync::Arc;

use auth_core::{MemoryStore, SessionStore};
use auth_testkit::conformance;

async fn assert_conforms(name: &str, open: impl Fn() -> Arc<dyn SessionStore>) {
    let report = conformance::store(open).await;
    println!("{name}: {report}");
    assert!(report.is_ok(), "{name}: {report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn memory() {
    let store = Arc::new(MemoryStore::new());
    assert_conforms("memory", || Arc::clone(&store) as _).await;
}

#[cfg(feature = "file")]
mod file {
    use auth_core::FileStore;

    use super::*;
    use crate::support::scratch::Scratch;

    async fn assert_file_store_conforms() {
        let folder = Scratch::new();
        assert_conforms("file", || Arc::new(FileStore::open(folder.path()).unwrap())).await;
        assert_eq!(folder.files(), [""; 0], "it left nothing");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn on_many_threads() {
        assert_file_store_conforms().await;
    }

    #[tokio::test]
    async fn on_one_thread() {
        assert_file_store_conforms().await;
    }

    #[cfg(feature = "encryption")]
    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn encrypted() {
        let folder = Scratch::new();
        let key = auth_core::EncryptionKey::from_bytes([7; 32]);
        let open = || Arc::new(FileStore::open(folder.path()).unwrap().encrypted(key.clone()));
        assert_conforms("encrypted file", || open() as _).await;
        assert_eq!(folder.files(), [""; 0], "it left nothing");
    }
}
