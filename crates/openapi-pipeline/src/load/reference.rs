//! Parses a `$ref`: the file, and the place in it.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use super::position::{Position, walk, walk_mut};
use super::rules::REFERENCE_BY_PLACE;
use crate::vocabulary::pointer::{local_pointer, percent_decode};
use crate::{Context, Node, Value};

/// Rewrites local references as JSON pointers without percent-encoding, since later stages compare them literally.
pub(super) fn spell_out(cx: &mut Context, root: &mut Node) {
    let mut spelled: HashMap<String, String> = HashMap::new();
    walk(root, Position::Root, &mut |object, position| {
        let mapped = object.as_object().into_iter().flatten().filter(|_| position == Position::Mapping);
        let mapped = mapped.filter_map(|(_, target)| target.as_str());
        for text in position.reference(object).map(|(text, _)| text).into_iter().chain(mapped) {
            if text.contains('%')
                && let Some(pointer) = local_pointer(root, text)
            {
                spelled.insert(text.to_owned(), format!("#{pointer}"));
            }
        }
    });
    if spelled.is_empty() {
        return;
    }
    let mut rewrite = |member: &mut Node| {
        let Some(place) = member.as_str().and_then(|text| Some((text, spelled.get(text)?))) else { return };
        if place.0 != place.1 {
            cx.note(&REFERENCE_BY_PLACE, member.origin, format!("`{}` is `{}`", place.0, place.1));
            member.value = Value::String(place.1.clone());
        }
    };
    walk_mut(root, Position::Root, &mut |object, position| {
        if position == Position::Mapping {
            object.as_object_mut().into_iter().flatten().for_each(|(_, target)| rewrite(target));
        } else if position.reference(object).is_some() {
            object.get_mut("$ref").into_iter().for_each(&mut rewrite);
        }
    });
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Target {
    /// The file, relative to the root folder.
    pub(super) file: PathBuf,
    /// The fragment as written: a percent-encoded JSON pointer, or an anchor.
    pub(super) fragment: String,
}

/// Why a reference must not be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    /// It has a scheme, such as `https:`.
    Url,
    /// It leaves the root folder.
    Outside,
    /// Its path is not UTF-8.
    Encoding,
}

impl Target {
    /// Parses a reference found in the file `base`.
    pub(super) fn parse(reference: &str, base: &Path) -> Result<Self, Unusable> {
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let file = match file {
            "" => base.to_owned(),
            file if file.starts_with("//") || has_scheme(file) => return Err(Unusable::Url),
            file => join(base, &percent_decode(file).ok_or(Unusable::Encoding)?)?,
        };
        Ok(Self { file, fragment: fragment.to_owned() })
    }

    /// The preferred name for a component made of this place.
    pub(super) fn name(&self) -> String {
        let last = percent_decode(&self.fragment)
            .and_then(|pointer| pointer.rsplit('/').next().map(crate::source::unescape_pointer))
            .filter(|name| !name.is_empty());
        let stem = || self.file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let name = last.or_else(stem).unwrap_or_default();
        // The characters allowed in component names.
        let legal = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
        if name.is_empty() { "Component".to_owned() } else { name.chars().map(legal).collect() }
    }
}

/// The path without `./`, so that each file has one path.
pub(super) fn normalize(path: &Path) -> PathBuf {
    path.components().filter(|step| *step != Component::CurDir).collect()
}

fn has_scheme(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

fn join(base: &Path, file: &str) -> Result<PathBuf, Unusable> {
    let mut path = base.parent().map(normalize).unwrap_or_default();
    for step in Path::new(file).components() {
        match step {
            Component::Normal(name) => path.push(name),
            Component::CurDir => {}
            Component::ParentDir if path.file_name().is_some() => {
                path.pop();
            }
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return Err(Unusable::Outside),
        }
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(reference: &str, base: &str) -> Result<(String, String), Unusable> {
        let target = Target::parse(reference, Path::new(base))?;
        Ok((target.file.to_string_lossy().replace('\\', "/"), target.fragment))
    }

    fn ok(file: &str, fragment: &str) -> Result<(String, String), Unusable> {
        Ok((file.to_owned(), fragment.to_owned()))
    }

    #[test]
    fn references_are_relative_to_their_file() {
        assert_eq!(target("#/a", "x/y.yaml"), ok("x/y.yaml", "/a"));
        assert_eq!(target("z.yaml#/a", "x/y.yaml"), ok("x/z.yaml", "/a"));
        assert_eq!(target("./b/z.yaml", "x/y.yaml"), ok("x/b/z.yaml", ""));
        assert_eq!(target("../z.yaml#/a~1b", "x/y.yaml"), ok("z.yaml", "/a~1b"));
        assert_eq!(target("a%20b.yaml#/c%20d", "y.yaml"), ok("a b.yaml", "/c%20d"));
    }

    #[test]
    fn references_out_of_reach_are_told_apart() {
        for reference in ["https://example.com/a.yaml", "http:x", "file:///etc/passwd", "//example.com/a", "C:\\a"] {
            assert_eq!(target(reference, "x/y.yaml"), Err(Unusable::Url), "{reference}");
        }
        for reference in ["../../z.yaml", "/etc/passwd", "a/../../../z.yaml", "%2e%2e/%2e%2e/z.yaml", "%2Fetc%2Fpasswd"]
        {
            assert_eq!(target(reference, "x/y.yaml"), Err(Unusable::Outside), "{reference}");
        }
        assert_eq!(target("../z.yaml", "../y.yaml"), Err(Unusable::Outside));
        assert_eq!(target("%ff.yaml", "y.yaml"), Err(Unusable::Encoding));
    }

    #[test]
    fn names_come_from_the_pointer_or_the_file() {
        let name = |reference: &str| Target::parse(reference, Path::new("y.yaml")).unwrap().name();
        assert_eq!(name("z.yaml#/definitions/Foo"), "Foo");
        assert_eq!(name("schemas/Foo.yaml"), "Foo");
        assert_eq!(name("z.yaml#/a/b~1c%20d"), "b_c_d");
        assert_eq!(name("z.yaml#/a/"), "z");
    }
}
