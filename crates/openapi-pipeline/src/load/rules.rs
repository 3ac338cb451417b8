//! The rules of this stage.

crate::report::define_rules! {
    BUNDLE_REF = "bundle-ref": "Referenced parts of other files are copied into the document, which then needs no other file.";
    STRIP_RUST_TYPE = "strip-rust-type": "`x-rust-type` is removed, because a description must not choose which Rust types are used.";
    REFERENCE_BY_PLACE = "reference-by-place": "A reference by `$anchor` or `$id`, or one that is relative to an embedded schema, becomes a reference by place, without percent-encoding.";
    UNQUOTED_TEXT = "unquoted-text": "A number or a boolean where a string belongs is taken for the string that was written.";
    UNREACHABLE_REF = "unreachable-broken-ref": "A reference that leads nowhere is left alone where no operation can reach it.";
}
