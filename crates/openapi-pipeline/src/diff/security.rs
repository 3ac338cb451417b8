//! The credentials that operations require.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::engine::{Engine, Shown, UnitId};
use super::rules::{
    GENERATED_TYPE_CHANGED, SECURITY_ADDED, SECURITY_ALTERNATIVE_ADDED, SECURITY_ALTERNATIVE_REMOVED,
    SECURITY_FLOW_ADDED, SECURITY_FLOW_REMOVED, SECURITY_OPTIONAL, SECURITY_REMOVED, SECURITY_SCHEME_CHANGED,
    SECURITY_SCOPE_ADDED, SECURITY_SCOPE_REMOVED,
};
use super::side::{Side, Site};
use crate::names::snake;
use crate::vocabulary::is_token;
use crate::vocabulary::layout::METHODS;

/// Credentials that are required together: their kinds, each with its scopes. None at all is an alternative too.
type Alternative = BTreeMap<String, BTreeSet<String>>;

/// More alternatives than any description has; each is compared with all of the other side.
const MAX_ALTERNATIVES: usize = 200;

/// Compares the security schemes of the same name; their kinds are compared where they are required.
pub(super) fn schemes(engine: &mut Engine<'_>, unit: UnitId) {
    builder(engine, unit);
    let list = |side: &Side<'_>| {
        side.root.node.get("components").and_then(|components| components.get("securitySchemes")).is_some()
    };
    if !list(&engine.old) || !list(&engine.new) {
        return;
    }
    let (Some(old), Some(new)) = (engine.old.root.get("components"), engine.new.root.get("components")) else { return };
    for (name, scheme) in new.members("securitySchemes") {
        let Some(known) = old.get("securitySchemes").and_then(|schemes| schemes.get(name)) else { continue };
        let (before, after) = (engine.old.resolve(known), engine.new.resolve(scheme));
        let (old_kind, new_kind) = (kind_of(name, before), kind_of(name, after));
        if old_kind == new_kind && is_required(&engine.old, name) {
            flows(engine, unit, name, before, after);
        }
        let text = |site: Site<'_>| {
            let mut value = site.node.to_json();
            if let Some(members) = value.as_object_mut() {
                // Neither a header's name nor a scheme of HTTP has a case.
                let is_header = members.get("in").is_some_and(|place| place == "header");
                for (key, value) in members.iter_mut() {
                    if let (true, serde_json::Value::String(text)) =
                        (key == "scheme" || key == "name" && is_header, value)
                    {
                        text.make_ascii_lowercase();
                    }
                }
                members
                    .retain(|key, member| !key.starts_with("x-") && member.as_str() != Some("") && !member.is_null());
            }
            value.to_string()
        };
        if old_kind == new_kind && text(before) != text(after) {
            let message = format!("the security scheme `{name}` is described differently");
            engine.found(unit, &SECURITY_SCHEME_CHANGED, Shown::value(before), Shown::value(after), message);
        }
    }
}

/// The client's builder has a method for each credential that is one of several.
fn builder<'a>(engine: &mut Engine<'a>, unit: UnitId) {
    let (before, after) = (held(&engine.old), held(&engine.new));
    for (_, name) in before.iter().filter(|(method, _)| !after.contains_key(*method)) {
        let scheme = |root: Site<'a>| root.get("components")?.get("securitySchemes")?.get(name);
        let old = scheme(engine.old.root).unwrap_or(engine.old.root);
        let new = scheme(engine.new.root).or_else(|| engine.new.root.get("security")).unwrap_or(engine.new.root);
        let message = format!("the client's builder has no method for the credential `{name}` any more");
        let shown = (Shown::new(old, name), Shown::new(new, "no such method"));
        engine.found(unit, &GENERATED_TYPE_CHANGED, shown.0, shown.1, message);
    }
}

/// The schemes of the credentials that a client holds beside its token: keys that an operation needs along with another
/// credential or in place of one, and `Basic` in place of a bearer token. Each by the name of its method.
fn held(side: &Side<'_>) -> BTreeMap<String, String> {
    let operations = side.root.members("paths").flat_map(|(_, item)| {
        let item = side.resolve(item);
        METHODS.iter().filter_map(move |method| item.get(method))
    });
    let mut held = BTreeMap::new();
    let schemes = side.root.get("components").and_then(|components| components.get("securitySchemes"));
    let carrier = |name: &str| {
        let scheme = side.resolve(schemes?.get(name)?).node;
        let word = |key: &str| scheme.get_str(key).unwrap_or_default();
        Some(match (word("type"), word("scheme").to_ascii_lowercase().as_str()) {
            ("oauth2" | "openIdConnect", _) | ("http", "bearer") => "bearer".to_owned(),
            ("http", "basic") => "basic".to_owned(),
            ("apiKey", _) => format!("{} {}", word("in"), word("name")),
            _ => return None,
        })
    };
    for operation in operations {
        let list = operation.get("security").or_else(|| side.root.get("security"));
        let mut ways: Vec<BTreeMap<String, &str>> = Vec::new();
        for requirement in list.and_then(|list| list.node.as_array()).unwrap_or_default().iter().take(MAX_ALTERNATIVES)
        {
            let names = requirement.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
            let mut way: BTreeMap<String, &str> = BTreeMap::new();
            let is_met = names.into_iter().all(|name| match carrier(name) {
                Some(carrier) => {
                    way.entry(carrier).or_insert(name);
                    true
                }
                None => false,
            });
            if is_met && !way.is_empty() && !ways.iter().any(|known| known.keys().eq(way.keys())) {
                ways.push(way);
            }
        }
        let has_bearer = ways.iter().any(|way| way.contains_key("bearer"));
        for way in &ways {
            let of_several = way.iter().filter(|(carrier, _)| match carrier.as_str() {
                "bearer" => false,
                "basic" => ways.len() > 1 && has_bearer,
                _ => ways.len() > 1 || way.len() > 1,
            });
            held.extend(of_several.map(|(_, name)| (snake(name), (*name).to_owned())));
        }
    }
    held
}

/// Whether the document or one of its operations asks for a scheme.
fn is_required(side: &Side<'_>, name: &str) -> bool {
    let asks = |holder: Site<'_>| holder.elements("security").any(|requirement| requirement.get(name).is_some());
    let items = || side.root.members("paths").map(|(_, item)| side.resolve(item));
    asks(side.root) || items().any(|item| METHODS.iter().filter_map(|method| item.get(method)).any(asks))
}

/// Compares the ways in which a token is obtained.
fn flows<'a>(engine: &mut Engine<'a>, unit: UnitId, name: &str, old: Site<'a>, new: Site<'a>) {
    let flow = |site: Site<'a>, flow: &str| site.get("flows").and_then(|flows| flows.get(flow));
    for (kind, site) in old.members("flows").filter(|(kind, _)| !kind.starts_with("x-") && flow(new, kind).is_none()) {
        let message = format!("`{name}` has no flow {kind} any more");
        engine.found(unit, &SECURITY_FLOW_REMOVED, Shown::new(site, kind), None, message);
    }
    for (kind, site) in new.members("flows").filter(|(kind, _)| !kind.starts_with("x-") && flow(old, kind).is_none()) {
        let message = format!("`{name}` has the flow {kind}");
        engine.found(unit, &SECURITY_FLOW_ADDED, None, Shown::new(site, kind), message);
    }
}

/// The labels of both documents' schemes: their kind, and the name too where several are of one kind. A scheme without
/// a namesake is matched with the next renamed one of its kind.
fn labels(old: &Side<'_>, new: &Side<'_>) -> [HashMap<String, String>; 2] {
    let kinds = |side: &Side<'_>| -> BTreeMap<String, Vec<String>> {
        let mut kinds: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, scheme) in side.root.get("components").into_iter().flat_map(|all| all.members("securitySchemes")) {
            kinds.entry(kind_of(name, side.resolve(scheme))).or_default().push(name.to_owned());
        }
        kinds
    };
    let (before, after) = (kinds(old), kinds(new));
    let mut labels = [HashMap::new(), HashMap::new()];
    let none = Vec::new();
    for kind in before.keys().chain(after.keys()) {
        let (old, new) = (before.get(kind).unwrap_or(&none), after.get(kind).unwrap_or(&none));
        let is_single = old.len() <= 1 && new.len() <= 1;
        let label = |name: &str| if is_single { kind.clone() } else { format!("{kind} `{name}`") };
        let mut renamed = new.iter().filter(|name| !old.contains(name));
        for name in old {
            let partner = if new.contains(name) { Some(name) } else { renamed.next() };
            labels[0].insert(name.clone(), label(name));
            labels[1].extend(partner.map(|partner| (partner.clone(), label(name))));
        }
        for name in renamed {
            labels[1].insert(name.clone(), label(name));
        }
    }
    labels
}

/// Compares the requirements of two operations.
pub(super) fn compare<'a>(engine: &mut Engine<'a>, unit: UnitId, old: Site<'a>, new: Site<'a>) {
    let [old_labels, new_labels] = labels(&engine.old, &engine.new);
    let (before, old_at) = alternatives(&engine.old, old, &old_labels);
    let (after, new_at) = alternatives(&engine.new, new, &new_labels);
    engine.limit([Some(old_at.node), Some(new_at.node)], MAX_ALTERNATIVES);
    if before == after {
        return;
    }
    let is_open = |alternatives: &[Alternative]| alternatives.iter().any(BTreeMap::is_empty);
    let shown = |at: Site<'a>, alternatives: &[Alternative]| {
        Shown::new(at, alternatives.iter().map(text_of).collect::<Vec<_>>().join(" or "))
    };
    let (old_shown, new_shown) = (shown(old_at, &before), shown(new_at, &after));
    if is_open(&before) && !is_open(&after) {
        let message = format!("callers need {}", new_shown.text);
        return engine.found(unit, &SECURITY_ADDED, old_shown, new_shown, message);
    }
    if !is_open(&before) && is_open(&after) {
        let (rule, message) = if after.iter().all(BTreeMap::is_empty) {
            (&SECURITY_REMOVED, "callers give no credential any more")
        } else {
            (&SECURITY_OPTIONAL, "callers need no credential")
        };
        return engine.found(unit, rule, old_shown, new_shown, message.to_owned());
    }
    let (mut gone, mut more): (Vec<&Alternative>, Vec<&Alternative>) = (
        before.iter().filter(|have| !after.iter().any(|need| suffices(have, need))).collect(),
        after.iter().filter(|need| !before.iter().any(|other| suffices(need, other))).collect(),
    );
    scopes(engine, unit, &mut gone, &mut more, (&old_shown, &new_shown), (&before, &after));
    for alternative in gone {
        let message = format!("{} is no longer enough", text_of(alternative));
        engine.found(unit, &SECURITY_ALTERNATIVE_REMOVED, old_shown.clone(), new_shown.clone(), message);
    }
    for alternative in more {
        let message = format!("{} is enough", text_of(alternative));
        engine.found(unit, &SECURITY_ALTERNATIVE_ADDED, old_shown.clone(), new_shown.clone(), message);
    }
}

/// Removes alternatives that differ in scopes alone, and reports these.
fn scopes<'a, 's>(
    engine: &mut Engine<'a>,
    unit: UnitId,
    gone: &mut Vec<&'s Alternative>,
    more: &mut Vec<&'s Alternative>,
    (old, new): (&Shown<'a>, &Shown<'a>),
    (before, after): (&'s [Alternative], &'s [Alternative]),
) {
    let same_kinds = |a: &Alternative, b: &Alternative| a.keys().eq(b.keys());
    let all_scopes = |alternative: &Alternative| -> BTreeSet<String> {
        alternative
            .iter()
            .flat_map(|(kind, scopes)| scopes.iter().map(move |scope| format!("{scope} of {kind}")))
            .collect()
    };
    let mut report = |rule, from: &Alternative, to: &Alternative, how: &str| {
        for scope in all_scopes(to).difference(&all_scopes(from)) {
            engine.found(unit, rule, old.clone(), new.clone(), format!("the scope {scope} {how}"));
        }
    };
    gone.retain(|have| match after.iter().find(|need| same_kinds(have, need)) {
        Some(need) => {
            report(&SECURITY_SCOPE_ADDED, have, need, "is needed");
            false
        }
        None => true,
    });
    more.retain(|need| match before.iter().find(|have| same_kinds(have, need)) {
        Some(have) => {
            report(&SECURITY_SCOPE_REMOVED, need, have, "is no longer needed");
            false
        }
        None => true,
    });
}

/// Whether a caller with the credentials `have` may call an operation that needs `need`.
fn suffices(have: &Alternative, need: &Alternative) -> bool {
    need.iter().all(|(kind, scopes)| have.get(kind).is_some_and(|own| scopes.is_subset(own)))
}

/// The alternatives that an operation accepts, its own or the document's, and their place.
fn alternatives<'a>(
    side: &Side<'a>,
    operation: Site<'a>,
    labels: &HashMap<String, String>,
) -> (Vec<Alternative>, Site<'a>) {
    let Some(list) = operation.get("security").or_else(|| side.root.get("security")) else {
        return (vec![Alternative::new()], operation);
    };
    let all = list.node.as_array().unwrap_or_default().iter().take(MAX_ALTERNATIVES);
    let mut alternatives: Vec<Alternative> = all
        .map(|requirement| {
            let kinds = requirement.as_object().into_iter().flatten();
            kinds
                .map(|(name, scopes)| {
                    let scopes = scopes.as_array().unwrap_or_default().iter().filter_map(|scope| scope.as_str());
                    (
                        labels.get(name).cloned().unwrap_or_else(|| format!("`{name}`")),
                        scopes.map(str::to_owned).collect(),
                    )
                })
                .collect()
        })
        .collect();
    if alternatives.is_empty() {
        alternatives.push(Alternative::new());
    }
    alternatives.sort();
    alternatives.dedup();
    (alternatives, list)
}

/// The places, with the names there, in which an operation sends the keys it requires: a parameter there is the
/// credential, and no argument. A requirement that the client can't meet sends nothing.
pub(super) fn places(side: &Side<'_>, operation: Site<'_>) -> HashSet<(String, String)> {
    let schemes = side.root.get("components").and_then(|components| components.get("securitySchemes"));
    let place = |name: &str| {
        let scheme = side.resolve(schemes?.get(name)?).node;
        let word = |key: &str| scheme.get_str(key).unwrap_or_default();
        match (word("type"), word("in")) {
            ("oauth2" | "openIdConnect", _) => Some(("bearer", "header", "authorization".to_owned())),
            ("http", _) if word("scheme").eq_ignore_ascii_case("bearer") => {
                Some(("bearer", "header", "authorization".to_owned()))
            }
            ("http", _) if word("scheme").eq_ignore_ascii_case("basic") => {
                Some(("basic", "header", "authorization".to_owned()))
            }
            ("apiKey", _) if !is_token(word("name")) => None,
            ("apiKey", "header") => Some(("key", "header", word("name").to_ascii_lowercase())),
            ("apiKey", place @ ("query" | "cookie")) => Some(("key", place, word("name").to_owned())),
            _ => None,
        }
    };
    let list = operation.get("security").or_else(|| side.root.get("security"));
    let mut found = HashSet::new();
    for requirement in list.and_then(|list| list.node.as_array()).unwrap_or_default().iter().take(MAX_ALTERNATIVES) {
        let names = requirement.as_object().into_iter().flatten().map(|(name, _)| place(name));
        let Some(sent) = names.collect::<Option<BTreeSet<_>>>() else { continue };
        let apart: HashSet<(String, String)> =
            sent.iter().map(|(_, place, name)| ((*place).to_owned(), name.clone())).collect();
        if apart.len() == sent.len() {
            found.extend(apart);
        }
    }
    found
}

/// The kind of a scheme's credential: its name makes no difference.
fn kind_of(name: &str, scheme: Site<'_>) -> String {
    let word = |key: &str| scheme.node.get_str(key).unwrap_or_default();
    match word("type") {
        "http" => format!("http {}", word("scheme").to_ascii_lowercase()),
        "apiKey" if word("in") == "header" => format!("API key in header {}", word("name").to_ascii_lowercase()),
        "apiKey" => format!("API key in {} {}", word("in"), word("name")),
        "oauth2" => "OAuth 2".to_owned(),
        "openIdConnect" => "OpenID Connect".to_owned(),
        _ => format!("`{name}`"),
    }
}

fn text_of(alternative: &Alternative) -> String {
    if alternative.is_empty() {
        return "no credential".to_owned();
    }
    let kinds = alternative.iter().map(|(kind, scopes)| match scopes.len() {
        0 => kind.clone(),
        _ => format!("{kind} ({})", scopes.iter().cloned().collect::<Vec<_>>().join(", ")),
    });
    kinds.collect::<Vec<_>>().join(" and ")
}
