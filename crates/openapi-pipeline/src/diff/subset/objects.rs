//! The contents of arrays and objects.

use super::{Prover, Set};
use crate::diff::rule::Direction;
use crate::diff::side::Site;
use crate::diff::view::{Others, View};

impl<'a> Prover<'_, 'a> {
    pub(super) fn has_items(&mut self, one: &Set<'a>, other: &Set<'a>) -> bool {
        if other.view.items.is_empty() || one.view.kind.is_some_and(|(kind, _)| kind != "array") {
            return true;
        }
        let (own, others) = (self.set(one.is_new, &one.view.items), self.set(other.is_new, &other.view.items));
        self.is_nullable_within(&own, &others)
    }

    pub(super) fn has_properties(&mut self, one: &Set<'a>, other: &Set<'a>) -> bool {
        if one.view.kind.is_some_and(|(kind, _)| kind != "object") {
            return true;
        }
        let is_missing = |prover: &mut Self, name: &str| {
            let is_sent = one.view.required.contains_key(name) && prover.travels(one, name);
            !is_sent && prover.travels(other, name)
        };
        if other.view.required.keys().any(|name| is_missing(self, name)) {
            return false;
        }
        let listed: Vec<&str> = other.view.properties.keys().copied().collect();
        listed.into_iter().all(|name| self.has_property(one, other, name)) && self.has_no_others(one, other)
    }

    fn has_property(&mut self, one: &Set<'a>, other: &Set<'a>, name: &str) -> bool {
        if !self.travels(other, name) {
            return true;
        }
        let own: Vec<Site<'a>> = match (one.view.properties.get(name), &one.view.others) {
            (Some(own), _) => own.clone(),
            (None, Others::None(_)) => return true,
            (None, Others::Like(sites)) => sites.clone(),
            // If an object lists other properties, callers send no unlisted one; to a free object they do.
            (None, Others::Any) if one.view.required.contains_key(name) || one.view.properties.is_empty() => Vec::new(),
            (None, Others::Any) => return true,
        };
        let sites = other.view.properties.get(name).cloned().unwrap_or_default();
        let (own, sites) = (self.set(one.is_new, &own), self.set(other.is_new, &sites));
        self.is_nullable_within(&own, &sites)
    }

    /// Whether the one's properties that the other doesn't list are irrelevant to the other.
    fn has_no_others(&mut self, one: &Set<'a>, other: &Set<'a>) -> bool {
        let is_unlisted = |name: &&str| !other.view.properties.contains_key(*name);
        let unlisted: Vec<&str> = one.view.properties.keys().copied().filter(is_unlisted).collect();
        let unlisted: Vec<&str> = unlisted.into_iter().filter(|name| self.travels(one, name)).collect();
        let is_response = self.way.direction == Direction::Response;
        match &other.view.others {
            // A free object takes all unlisted properties. Another object doesn't know them, though it doesn't
            // refuse them.
            Others::Any => {
                let is_extended =
                    is_response && other.view.properties.keys().all(|name| one.view.properties.contains_key(*name));
                unlisted.is_empty() || other.view.properties.is_empty() || is_extended
            }
            Others::None(_) => unlisted.is_empty() && matches!(one.view.others, Others::None(_)),
            Others::Like(sites) => {
                let like = self.set(other.is_new, sites);
                let listed_fit = unlisted.iter().all(|name| {
                    let own =
                        self.set(one.is_new, one.view.properties.get(name).map(Vec::as_slice).unwrap_or_default());
                    self.is_nullable_within(&own, &like)
                });
                listed_fit
                    && match &one.view.others {
                        Others::None(_) => true,
                        Others::Any => like.view.is_free(),
                        Others::Like(own) => {
                            let own = self.set(one.is_new, own);
                            self.is_nullable_within(&own, &like)
                        }
                    }
            }
        }
    }

    /// Whether a property is sent at all in this direction.
    fn travels(&mut self, set: &Set<'a>, name: &str) -> bool {
        let Some(sites) = set.view.properties.get(name) else { return true };
        let property: Set<'a> = self.set(set.is_new, sites);
        let view: &View<'a> = &property.view;
        match self.way.direction {
            Direction::Request => !view.read_only,
            _ => !view.write_only,
        }
    }

    /// Whether a property of both can't have the same value in both.
    pub(super) fn properties_are_apart(&mut self, one: &Set<'a>, other: &Set<'a>) -> bool {
        let is_needed = |name: &str| one.view.required.contains_key(name) || other.view.required.contains_key(name);
        let shared: Vec<&str> = one.view.properties.keys().copied().filter(|name| is_needed(name)).collect();
        shared.into_iter().any(|name| {
            let (Some(own), Some(others)) = (one.view.properties.get(name), other.view.properties.get(name)) else {
                return false;
            };
            let (own, others) = (self.set(one.is_new, own), self.set(other.is_new, others));
            let is_null = own.view.allows_null() && others.view.allows_null();
            !is_null && self.is_disjoint(&own, &others)
        })
    }
}
