//! Actions of rules: how the part that a rule is about changes.

/// How the part that a rule is about changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Action {
    /// It was added.
    Added,
    /// It was added, and callers have to send it.
    AddedRequired,
    /// It was added, and callers may leave it out.
    AddedOptional,
    /// It was removed.
    Removed,
    /// It was removed, on the announced day or later.
    RemovedAfterSunset,
    /// It has one more possibility.
    Gained,
    /// It has one possibility less.
    Lost,
    /// It allows less.
    Narrowed,
    /// It allows more.
    Widened,
    /// A limit allows less.
    Tightened,
    /// A limit allows more.
    Loosened,
    /// Unlisted values or properties are no longer allowed.
    Closed,
    /// Unlisted values or properties are allowed.
    Opened,
    /// Its degree is lower, such as that of stability.
    Lowered,
    /// Its degree is higher, such as that of stability.
    Raised,
    /// It must be there.
    BecameRequired,
    /// It can be absent.
    BecameOptional,
    /// It can be absent, and is listed as one more possibility.
    Optional,
    /// It is part of responses alone.
    BecameReadOnly,
    /// It is part of requests alone.
    BecameWriteOnly,
    /// It is part of requests too.
    BecameWritable,
    /// It is part of requests too, and callers have to send it.
    BecameWritableRequired,
    /// It is part of responses too.
    BecameReadable,
    /// It should no longer be used.
    Deprecated,
    /// It may be used again.
    Undeprecated,
    /// It contradicts itself.
    Contradictory,
    /// It no longer contradicts itself.
    Consistent,
    /// It is another one.
    Changed,
    /// It is in another place.
    Moved,
    /// It has another name.
    Renamed,
    /// All of it is other than it was.
    Replaced,
    /// It is written in another way.
    Rewritten,
    /// It was not completed.
    Incomplete,
}

/// The word of an action in the names of rules, as a literal that names are made of.
macro_rules! word {
    (Added) => {
        "added"
    };
    (AddedRequired) => {
        "added-required"
    };
    (AddedOptional) => {
        "added-optional"
    };
    (Removed) => {
        "removed"
    };
    (RemovedAfterSunset) => {
        "removed-after-sunset"
    };
    (Gained) => {
        "gained"
    };
    (Lost) => {
        "lost"
    };
    (Narrowed) => {
        "narrowed"
    };
    (Widened) => {
        "widened"
    };
    (Tightened) => {
        "tightened"
    };
    (Loosened) => {
        "loosened"
    };
    (Closed) => {
        "closed"
    };
    (Opened) => {
        "opened"
    };
    (Lowered) => {
        "lowered"
    };
    (Raised) => {
        "raised"
    };
    (BecameRequired) => {
        "became-required"
    };
    (BecameOptional) => {
        "became-optional"
    };
    (Optional) => {
        "optional"
    };
    (BecameReadOnly) => {
        "became-read-only"
    };
    (BecameWriteOnly) => {
        "became-write-only"
    };
    (BecameWritable) => {
        "became-writable"
    };
    (BecameWritableRequired) => {
        "became-writable-required"
    };
    (BecameReadable) => {
        "became-readable"
    };
    (Deprecated) => {
        "deprecated"
    };
    (Undeprecated) => {
        "undeprecated"
    };
    (Contradictory) => {
        "contradictory"
    };
    (Consistent) => {
        "consistent"
    };
    (Changed) => {
        "changed"
    };
    (Moved) => {
        "moved"
    };
    (Renamed) => {
        "renamed"
    };
    (Replaced) => {
        "replaced"
    };
    (Rewritten) => {
        "rewritten"
    };
    (Incomplete) => {
        "incomplete"
    };
}

impl Action {
    /// All actions.
    #[cfg(test)]
    pub(super) const ALL: &[Self] = &[
        Self::Added,
        Self::AddedRequired,
        Self::AddedOptional,
        Self::Removed,
        Self::RemovedAfterSunset,
        Self::Gained,
        Self::Lost,
        Self::Narrowed,
        Self::Widened,
        Self::Tightened,
        Self::Loosened,
        Self::Closed,
        Self::Opened,
        Self::Lowered,
        Self::Raised,
        Self::BecameRequired,
        Self::BecameOptional,
        Self::Optional,
        Self::BecameReadOnly,
        Self::BecameWriteOnly,
        Self::BecameWritable,
        Self::BecameWritableRequired,
        Self::BecameReadable,
        Self::Deprecated,
        Self::Undeprecated,
        Self::Contradictory,
        Self::Consistent,
        Self::Changed,
        Self::Moved,
        Self::Renamed,
        Self::Replaced,
        Self::Rewritten,
        Self::Incomplete,
    ];

    /// Stable name, as in the names of rules.
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => word!(Added),
            Self::AddedRequired => word!(AddedRequired),
            Self::AddedOptional => word!(AddedOptional),
            Self::Removed => word!(Removed),
            Self::RemovedAfterSunset => word!(RemovedAfterSunset),
            Self::Gained => word!(Gained),
            Self::Lost => word!(Lost),
            Self::Narrowed => word!(Narrowed),
            Self::Widened => word!(Widened),
            Self::Tightened => word!(Tightened),
            Self::Loosened => word!(Loosened),
            Self::Closed => word!(Closed),
            Self::Opened => word!(Opened),
            Self::Lowered => word!(Lowered),
            Self::Raised => word!(Raised),
            Self::BecameRequired => word!(BecameRequired),
            Self::BecameOptional => word!(BecameOptional),
            Self::Optional => word!(Optional),
            Self::BecameReadOnly => word!(BecameReadOnly),
            Self::BecameWriteOnly => word!(BecameWriteOnly),
            Self::BecameWritable => word!(BecameWritable),
            Self::BecameWritableRequired => word!(BecameWritableRequired),
            Self::BecameReadable => word!(BecameReadable),
            Self::Deprecated => word!(Deprecated),
            Self::Undeprecated => word!(Undeprecated),
            Self::Contradictory => word!(Contradictory),
            Self::Consistent => word!(Consistent),
            Self::Changed => word!(Changed),
            Self::Moved => word!(Moved),
            Self::Renamed => word!(Renamed),
            Self::Replaced => word!(Replaced),
            Self::Rewritten => word!(Rewritten),
            Self::Incomplete => word!(Incomplete),
        }
    }
}

pub(super) use word;
