//! The allocator: no two things of one scope have the same name.

use std::collections::HashMap;

use super::{NameError, Pins, Thing};

/// Names in one namespace, such as the types of a module or the fields of a struct.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    holders: HashMap<String, String>,
    /// Names that are free for one thing alone, which is named later.
    kept: HashMap<String, Thing>,
}

impl Scope {
    /// A scope in which these names are taken.
    pub(crate) fn reserving<'a>(names: impl IntoIterator<Item = &'a str>, holder: &str) -> Self {
        let mut scope = Self::default();
        for name in names {
            scope.take(name.to_owned(), holder);
        }
        scope
    }

    /// Takes a name; `false` when it is taken already.
    pub(crate) fn take(&mut self, name: String, holder: &str) -> bool {
        let free = !self.holders.contains_key(&name) && !self.kept.contains_key(&name);
        if free {
            self.holders.insert(name, holder.to_owned());
        }
        free
    }

    /// Keeps a name free for a thing.
    pub(super) fn keep(&mut self, name: &str, thing: &Thing) {
        self.kept.insert(name.to_owned(), thing.clone());
    }

    /// The holder of a name.
    pub(crate) fn holder(&self, name: &str) -> Option<&str> {
        self.holders.get(name).map(String::as_str)
    }

    /// Gives back the name of a thing that came to nothing.
    pub(crate) fn release(&mut self, name: &str) {
        self.holders.remove(name);
    }

    /// Takes `wanted`, or `wanted` with the first number behind it whose `name` is free.
    pub(crate) fn allocate(&mut self, wanted: &str, name: impl Fn(&str) -> String) -> String {
        let numbered = (2_usize..).map(|number| format!("{wanted}{number}"));
        let mut candidates = std::iter::once(wanted.to_owned()).chain(numbered);
        candidates.find(|text| self.take(name(text), text)).unwrap_or_else(|| wanted.to_owned())
    }

    /// Names several things at once. A pinned thing gets its pin; of the others each gets the first of its wishes, and
    /// of several that share it the first one; then come their other wishes, and at last numbers.
    pub(super) fn settle(&mut self, pins: &Pins, proposals: Vec<Proposal>) -> Result<Vec<String>, NameError> {
        let mut given: Vec<Option<String>> = Vec::with_capacity(proposals.len());
        for proposal in &proposals {
            given.push(self.pinned(pins, proposal)?);
        }
        for (proposal, name) in proposals.iter().zip(&mut given).filter(|(_, name)| name.is_none()) {
            *name = proposal.names.first().filter(|first| self.take((*first).clone(), &proposal.holder)).cloned();
        }
        let settled = proposals.iter().zip(given).map(|(proposal, name)| {
            let last = proposal.names.last().map_or("x", String::as_str);
            let numbered = (2_usize..).map(|number| proposal.form.numbered(last, number));
            let mut more = proposal.names.iter().skip(1).cloned().chain(numbered);
            name.or_else(|| more.find(|name| self.take(name.clone(), &proposal.holder)))
                .unwrap_or_else(|| last.to_owned())
        });
        Ok(settled.collect())
    }

    fn pinned(&mut self, pins: &Pins, proposal: &Proposal) -> Result<Option<String>, NameError> {
        let Some((thing, name)) = proposal.thing.as_ref().and_then(|thing| Some((thing, pins.get(thing)?))) else {
            return Ok(None);
        };
        if proposal.form.of(name) != name {
            return Err(NameError::unfit(thing, name, &proposal.form.of(name)));
        }
        if self.kept.get(name) == Some(thing) {
            self.kept.remove(name);
        }
        match self.take(name.to_owned(), &proposal.holder) {
            true => Ok(Some(name.to_owned())),
            false => Err(NameError::taken(thing, name, self.holder(name).unwrap_or_default())),
        }
    }
}

/// The names that a thing would have.
pub(super) struct Proposal {
    /// The thing, if its name can be pinned.
    pub(super) thing: Option<Thing>,
    /// The thing in messages.
    pub(super) holder: String,
    /// The names in order of preference.
    pub(super) names: Vec<String>,
    pub(super) form: Form,
}

impl Proposal {
    pub(super) fn new(thing: Thing, names: Vec<String>, form: Form) -> Self {
        Self { holder: thing.to_string(), thing: Some(thing), names, form }
    }
}

/// The case of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Type,
    Item,
    Snake,
    Constant,
}

impl Form {
    fn of(self, text: &str) -> String {
        match self {
            Self::Type => super::type_name(text),
            Self::Item => super::item(text),
            Self::Snake => super::snake(text),
            Self::Constant => super::constant(text),
        }
    }

    fn numbered(self, name: &str, number: usize) -> String {
        let stem = name.trim_end_matches('_');
        match self {
            Self::Type | Self::Item => self.of(&format!("{stem}{number}")),
            Self::Snake => self.of(&format!("{stem}_{number}")),
            Self::Constant => self.of(&format!("{stem}_{number}")),
        }
    }
}

/// The first of some names that is not taken, else the last with a number behind it.
pub fn free<'a>(names: &[&str], taken: impl Iterator<Item = &'a str> + Clone) -> String {
    let is_free = |name: &str| taken.clone().all(|other| other != name);
    let last = names.last().copied().unwrap_or("X");
    let numbered = (2_usize..).map(|number| format!("{last}{number}"));
    let mut candidates = names.iter().map(|name| (*name).to_owned()).chain(numbered);
    candidates.find(|name| is_free(name)).unwrap_or_else(|| last.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposal(wire: &str, names: &[&str]) -> Proposal {
        let thing = Thing::Field { of: "User".into(), member: wire.into() };
        Proposal::new(thing, names.iter().map(|name| (*name).to_owned()).collect(), Form::Snake)
    }

    fn settle(pins: &[(&str, &str)], proposals: Vec<Proposal>) -> Result<Vec<String>, NameError> {
        let thing = |wire: &str| Thing::Field { of: "User".into(), member: wire.into() };
        let pins: Pins = pins.iter().map(|(wire, name)| (thing(wire), (*name).to_owned())).collect();
        Scope::reserving(["core"], "the request").settle(&pins, proposals)
    }

    #[test]
    fn preferred_names_are_given_before_numbered_ones() {
        let proposals = vec![
            proposal("aB", &["a_b"]),
            proposal("a-b", &["a_b"]),
            proposal("a_b_2", &["a_b_2"]),
            proposal("core", &["core", "core_query"]),
            proposal("type", &["type_"]),
            proposal("type_", &["type_"]),
        ];
        assert_eq!(settle(&[], proposals).unwrap(), ["a_b", "a_b_3", "a_b_2", "core_query", "type_", "type_2"]);
    }

    #[test]
    fn pinned_names_are_given_or_refused() {
        let proposals = || vec![proposal("a", &["a"]), proposal("b", &["b"]), proposal("c", &["c"])];
        assert_eq!(settle(&[("c", "a")], proposals()).unwrap(), ["a_2", "b", "a"]);
        let problem = |pins| settle(pins, proposals()).unwrap_err().to_string();
        assert_eq!(
            problem(&[("a", "core")]),
            "the property `a` of `User` can't be called `core`: the request is called that"
        );
        assert_eq!(
            problem(&[("a", "x"), ("b", "x")]),
            "the property `b` of `User` can't be called `x`: the property `a` of `User` is called that"
        );
        assert_eq!(
            problem(&[("a", "NotSnake")]),
            "the property `a` of `User` can't be called `NotSnake`: a name of that kind would be `not_snake`"
        );
    }

    #[test]
    fn numbers_are_free_too() {
        let mut scope = Scope::default();
        assert_eq!(scope.allocate("A-b", super::super::item), "A-b");
        assert_eq!(scope.allocate("a_b", super::super::item), "a_b2");
        assert_eq!(scope.holder("AB"), Some("A-b"));
        assert_eq!(free(&["Unknown", "UnknownValue"], ["Unknown"].into_iter()), "UnknownValue");
        assert_eq!(free(&["Unknown"], ["Unknown", "Unknown2"].into_iter()), "Unknown3");
    }
}
