//! Reports progress to the caller, which shows it.

/// Receives the steps of a task as they begin.
pub trait Progress: Sync {
    /// A step begins, such as `generating svix-client`.
    fn step(&self, text: &str);
}

/// Ignores the steps.
impl Progress for () {
    fn step(&self, _: &str) {}
}
