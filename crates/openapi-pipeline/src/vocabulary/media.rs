//! Media types, and those that a client sends and reads.

use crate::Node;

pub(crate) const JSON: &str = "application/json";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
pub(crate) const BYTES: &str = "application/octet-stream";
pub(crate) const TEXT: &str = "text/plain";

/// A media type without its parameters, in small letters.
pub(crate) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a media type is JSON.
pub(crate) fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    essence == "application/json" || essence.ends_with("+json")
}

/// Whether what has a media type is bytes, and never text: images, sound, fonts, archives and documents to print.
pub(crate) fn is_binary(media_type: &str) -> bool {
    let essence = essence(media_type);
    match essence.split_once('/') {
        Some(("image", subtype)) => !subtype.ends_with("+xml"),
        Some(("audio" | "video" | "font", _)) => true,
        Some(("application", "octet-stream" | "pdf" | "zip" | "gzip" | "x-gzip" | "x-tar" | "wasm")) => true,
        _ => false,
    }
}

/// The direction of a body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Request,
    Response,
}

/// A media type of a body that a client can carry.
pub(crate) struct Carried<'a> {
    /// The key in `content`.
    pub(crate) key: &'a str,
    pub(crate) media: &'a Node,
    /// The kind that the generated method takes it for: [`JSON`], [`FORM`], [`BYTES`] or [`TEXT`].
    pub(crate) name: &'static str,
}

/// The media type that the generated method sends or reads, the most telling one; `None` if it can carry none of them.
pub(crate) fn preferred<'a>(content: impl IntoIterator<Item = (&'a str, &'a Node)>, way: Way) -> Option<Carried<'a>> {
    let ranked = content.into_iter().filter_map(|(key, media)| {
        let (rank, name) = rank(key, media, way)?;
        Some((rank, Carried { key, media, name }))
    });
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, carried)| carried)
}

fn rank(key: &str, media: &Node, way: Way) -> Option<(u8, &'static str)> {
    let essence = key.split([';', ',']).next().unwrap_or_default().trim().to_ascii_lowercase();
    let binary = media.get("schema").and_then(|schema| schema.get_str("format")) == Some("binary");
    match essence.as_str() {
        // A binary body whose media type is JSON is a file.
        json if binary && json.ends_with("json") => Some((5, BYTES)),
        JSON => Some((0, JSON)),
        // An array of changes; the media type of the changed properties stands beside it, often with the same schema.
        "application/json-patch+json" => Some((2, JSON)),
        json if json.ends_with("+json") || json == "text/json" => Some((1, JSON)),
        "*/*" | "application/*" if binary => Some((5, BYTES)),
        // A server that may answer in any type sends a string as it is, and quotes it only in JSON.
        "*/*" if way == Way::Response && is_plain_string(media) => Some((3, TEXT)),
        "*/*" | "application/*" => Some((3, JSON)),
        FORM if way == Way::Request => Some((4, FORM)),
        BYTES => Some((5, BYTES)),
        TEXT => Some((6, TEXT)),
        multipart if multipart.starts_with("multipart/") && way == Way::Request => None,
        // The user hands over a body of any other type as bytes, and gets one as bytes.
        _ => Some((7, BYTES)),
    }
}

/// Whether a body is a string about which nothing else is said; as text, null would be that word.
fn is_plain_string(media: &Node) -> bool {
    let is_string = |schema: &&Node| schema.get_str("type") == Some("string") && !schema.is_true("nullable");
    let schema = media.get("schema").filter(is_string);
    schema.is_some_and(|schema| ["format", "enum", "pattern"].iter().all(|key| schema.get(key).is_none()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Context;
    use crate::testing::tree;

    #[test]
    fn the_most_specific_of_several_media_types_is_taken() {
        for (types, chosen) in [
            (&["text/plain", "application/json"][..], "application/json"),
            (&["application/json-patch+json", "application/merge-patch+json"], "application/merge-patch+json"),
            (&["application/json-patch+json", "*/*"], "application/json-patch+json"),
            (&["application/xml", "application/x-www-form-urlencoded"], FORM),
            (&["application/xml", "text/plain"], "text/plain"),
        ] {
            let content: serde_json::Map<String, serde_json::Value> =
                types.iter().map(|key| ((*key).to_owned(), json!({}))).collect();
            let content = tree(&mut Context::new(), "a.json", &json!(content));
            let members = content.as_object().into_iter().flatten();
            let found = preferred(members.map(|(key, media)| (key.as_str(), media)), Way::Request);
            assert_eq!(found.map(|carried| carried.key), Some(chosen), "{types:?}");
        }
    }

    #[test]
    fn images_and_archives_are_bytes_and_what_may_be_read_is_not() {
        for binary in ["image/png", "image/*", "Application/PDF; version=2", "video/mp4", "application/octet-stream"] {
            assert!(is_binary(binary), "{binary}");
        }
        for other in ["image/svg+xml", "application/xml", "text/csv", "application/*", "*/*", "pdf"] {
            assert!(!is_binary(other), "{other}");
        }
    }
}
