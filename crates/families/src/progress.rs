//! What is going on, told to whoever shows it.

/// Is told of the steps of a task as they begin.
pub trait Progress: Sync {
    /// A step begins, such as `generating svix-client`.
    fn step(&self, text: &str);
}

/// Nobody is told.
impl Progress for () {
    fn step(&self, _: &str) {}
}
