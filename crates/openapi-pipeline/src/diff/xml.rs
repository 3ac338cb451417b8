//! The notation of values in XML bodies.

use super::engine::{Engine, Shown, UnitId};
use super::rule::Direction;
use super::rules::{REQUEST_XML_CHANGED, RESPONSE_XML_CHANGED};
use super::side::Site;
use super::view::View;

/// Whether bodies of a media type are XML.
pub(super) fn is_xml(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.ends_with("/xml") || essence.ends_with("+xml")
}

/// Compares the XML notation of two schemas; `names` are their default names.
pub(super) fn compare<'a>(
    engine: &mut Engine<'a>,
    unit: UnitId,
    direction: Direction,
    (old, new): (&[Site<'a>], &[Site<'a>]),
    names: Option<(&str, &str)>,
    label: &str,
) {
    let (old, new) = (engine.old_view(old), engine.new_view(new));
    // The default name of a body's element is that of its component.
    let name = |view: &View<'a>| view.name.unwrap_or_default().to_owned();
    let names = names.map(|(old, new)| (old.to_owned(), new.to_owned())).unwrap_or_else(|| (name(&old), name(&new)));
    let (before, after) = (written(&old, &names.0), written(&new, &names.1));
    if before != after {
        let rule = if direction == Direction::Request { &REQUEST_XML_CHANGED } else { &RESPONSE_XML_CHANGED };
        let message = format!("{label} is written as {after}; it was {before}");
        let at = |view: &View<'a>| view.keyword("xml").unwrap_or(view.at);
        engine.found(unit, rule, Shown::new(at(&old), before), Shown::new(at(&new), after), message);
    }
}

fn written(view: &View<'_>, name: &str) -> String {
    let xml = view.keyword("xml");
    let text = |key: &str| xml.and_then(|xml| xml.node.get_str(key)).filter(|text| !text.is_empty());
    let is_set = |key: &str| xml.and_then(|xml| xml.get(key)).is_some_and(|word| word.node.as_bool() == Some(true));
    let is_attribute = is_set("attribute");
    let mut words = vec![if is_attribute { "the attribute" } else { "the element" }.to_owned()];
    words.push(match text("prefix") {
        Some(prefix) => format!("{prefix}:{}", text("name").unwrap_or(name)),
        None => text("name").unwrap_or(name).to_owned(),
    });
    words.extend(text("namespace").map(|namespace| format!("of {namespace}")));
    words.extend((is_set("wrapped") && view.is_kind("array")).then(|| "around its items".to_owned()));
    words.join(" ")
}
