//! The parts that a schema consists of, and the component that it is.

use std::collections::HashSet;

use super::is_remark;
use crate::diff::side::{Side, Site};

/// How many parts a schema may have; real ones have a few.
const MAX_PARTS: usize = 512;

/// The options for reading a schema.
#[derive(Debug, Default)]
pub(in crate::diff) struct Reading {
    /// Whether a union of one branch stays a union, rather than a part that must hold.
    pub(in crate::diff) keeps_singles: bool,
    /// Unions that are left out, by their addresses.
    pub(in crate::diff) leaves_out: Vec<usize>,
}

/// The parts that a schema consists of.
pub(super) struct Parts<'a> {
    pub(super) sites: Vec<Site<'a>>,
    pub(super) has_single: bool,
    pub(super) is_cut_short: bool,
}

/// Collects the parts of schemas that must all hold.
pub(super) fn read<'a>(side: &Side<'a>, sites: &[Site<'a>], reading: &Reading) -> Parts<'a> {
    let mut seen = HashSet::new();
    let mut parts = Parts { sites: Vec::new(), has_single: false, is_cut_short: false };
    let mut waiting: Vec<Site<'a>> = sites.iter().rev().copied().collect();
    while let Some(site) = waiting.pop() {
        let site = side.resolve(site);
        // A schema that contains itself adds nothing to itself.
        if !seen.insert(site.address()) {
            continue;
        }
        if parts.sites.len() >= MAX_PARTS {
            parts.is_cut_short = true;
            return parts;
        }
        parts.sites.push(site);
        let mut also: Vec<Site<'a>> = site.elements("allOf").collect();
        for key in ["oneOf", "anyOf"] {
            let mut branches = site.elements(key);
            if let Some(only) = branches.next().filter(|_| branches.next().is_none()) {
                parts.has_single = true;
                also.extend(Some(only).filter(|_| !reading.keeps_singles));
            }
        }
        waiting.extend(also.into_iter().rev());
    }
    parts
}

/// The names of the component that a schema is.
#[derive(Clone, Copy, Debug)]
pub(in crate::diff) struct Names<'a> {
    /// The component that is referred to: the generated type is named after it.
    pub(in crate::diff) first: &'a str,
    /// The component that this one stands for, or the same.
    pub(in crate::diff) last: &'a str,
}

/// The component that a schema is: by reference, or by an `allOf`, `oneOf` or `anyOf` that only annotates one.
pub(super) fn names<'a>(side: &Side<'a>, sites: &[Site<'a>]) -> Option<Names<'a>> {
    let mut all = sites.iter().filter(|site| sites.len() == 1 || !only_annotates(**site));
    let mut site = *all.next().filter(|_| all.next().is_none())?;
    for _ in 0..8 {
        if let (_, Some(last)) = side.follow(site) {
            return Some(Names { first: side.first(site).unwrap_or(last), last });
        }
        let mut others = site.node.as_object()?.keys().filter(|key| !is_remark(key));
        let key = others.next().filter(|_| others.next().is_none())?;
        let is_wrapper = matches!(key.as_str(), "allOf" | "oneOf" | "anyOf");
        let mut branches = site.elements(key).filter(|part| is_wrapper && (key != "allOf" || !only_annotates(*part)));
        site = branches.next().filter(|_| branches.next().is_none())?;
    }
    None
}

/// Whether a schema restricts nothing.
pub(super) fn only_annotates(site: Site<'_>) -> bool {
    site.node.as_object().is_some_and(|members| members.keys().all(|key| is_remark(key)))
}
