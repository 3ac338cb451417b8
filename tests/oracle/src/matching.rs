//! Finds the operation of a request.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use regex::Regex;

/// The template of a path, prepared for matching.
pub(super) struct Template {
    segments: Vec<Segment>,
    /// How many parameters the template has: the fewer, the better it fits.
    variable: usize,
}

/// A part of a path between two slashes.
enum Segment {
    /// Without a parameter.
    Fixed(String),
    /// With parameters, whose names are listed.
    Variable(Regex, Vec<String>),
}

impl Template {
    pub(super) fn new(path: &str) -> Self {
        let mut template = Self { segments: Vec::new(), variable: 0 };
        for segment in path.split('/') {
            let (mut pattern, mut names, mut rest) = (String::from("(?s)^"), Vec::new(), segment);
            while let Some((before, (name, after))) =
                rest.split_once('{').and_then(|(before, behind)| Some((before, behind.split_once('}')?)))
            {
                pattern.push_str(&regex::escape(before));
                pattern.push_str("(.+)");
                names.push(name.to_owned());
                rest = after;
            }
            pattern.push_str(&regex::escape(rest));
            pattern.push('$');
            template.variable += names.len();
            template.segments.push(match names.is_empty() {
                true => Segment::Fixed(segment.to_owned()),
                false => Segment::Variable(Regex::new(&pattern).unwrap(), names),
            });
        }
        template
    }

    pub(super) fn variable(&self) -> usize {
        self.variable
    }

    /// The values of the parameters, if the path, as it was sent, fits.
    pub(super) fn matches(&self, path: &str) -> Option<BTreeMap<String, String>> {
        let segments: Vec<&str> = path.split('/').collect();
        if segments.len() != self.segments.len() {
            return None;
        }
        let mut values = BTreeMap::new();
        for (segment, wanted) in segments.iter().zip(&self.segments) {
            // After the split, so that an escaped slash stays a part of its value.
            let segment = percent_decode_str(segment).decode_utf8().ok()?;
            let (pattern, names) = match wanted {
                Segment::Fixed(text) if *text == segment => continue,
                Segment::Fixed(_) => return None,
                Segment::Variable(pattern, names) => (pattern, names),
            };
            let found = pattern.captures(&segment)?;
            for (at, name) in names.iter().enumerate() {
                values.insert(name.clone(), found[at + 1].to_owned());
            }
        }
        Some(values)
    }
}

/// The path of a URL, without a trailing slash.
pub(super) fn path_of(url: &str) -> &str {
    let behind_host = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        None => url,
    };
    behind_host.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::{Template, path_of};

    #[test]
    fn path_parameters_are_decoded() {
        let template = Template::new("/a/{id}/b.{kind}");
        let values = template.matches("/a/x%2Fy%20z/b.json").unwrap();
        assert_eq!((values["id"].as_str(), values["kind"].as_str()), ("x/y z", "json"));
        assert!(template.matches("/a/x/y/b.json").is_none());
        assert!(template.matches("/a//b.json").is_none());
        assert_eq!(template.variable(), 2);
    }

    #[test]
    fn paths_of_urls() {
        assert_eq!(path_of("https://a.example/v1/"), "/v1");
        assert_eq!((path_of("https://a.example"), path_of("/"), path_of("/v1")), ("", "", "/v1"));
    }
}
