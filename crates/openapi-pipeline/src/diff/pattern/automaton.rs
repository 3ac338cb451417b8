//! An automaton that matches a pattern, one character after the other.

use std::collections::{BTreeSet, HashSet};

use crate::vocabulary::pattern::{Part, Ranges, read};

/// How many states an automaton may have.
const MAX_STATES: usize = 3_000;

/// How many steps a comparison of automata may take.
const MAX_STEPS: usize = 400_000;

/// How many kinds of characters are told apart.
const MAX_KINDS: usize = 300;

#[derive(Debug)]
enum Edge {
    /// Without a character.
    Free(usize),
    /// Only before the first character.
    Start(usize),
    /// Only after the last one.
    End(usize),
    On(Ranges, usize),
}

/// A pattern that may match anywhere in a string.
pub(super) struct Automaton {
    edges: Vec<Vec<Edge>>,
    last: usize,
}

/// The current states of an automaton; `None` once it has matched, whatever follows.
type Place = Option<BTreeSet<usize>>;

impl Automaton {
    pub(super) fn of(pattern: &str) -> Option<Self> {
        let part = read(pattern)?;
        let mut automaton = Self { edges: vec![Vec::new()], last: 0 };
        automaton.last = automaton.add(&part, 0)?;
        Some(automaton)
    }

    fn state(&mut self) -> Option<usize> {
        self.edges.push(Vec::new());
        (self.edges.len() <= MAX_STATES).then(|| self.edges.len() - 1)
    }

    fn edge(&mut self, from: usize, edge: Edge) {
        if let Some(edges) = self.edges.get_mut(from) {
            edges.push(edge);
        }
    }

    /// Adds a part that begins at a state; returns the state where it ends.
    fn add(&mut self, part: &Part, from: usize) -> Option<usize> {
        match part {
            Part::All(parts) => parts.iter().try_fold(from, |from, part| self.add(part, from)),
            Part::Any(parts) => {
                let to = self.state()?;
                for part in parts {
                    let begin = self.state()?;
                    self.edge(from, Edge::Free(begin));
                    let end = self.add(part, begin)?;
                    self.edge(end, Edge::Free(to));
                }
                Some(to)
            }
            Part::Repeat(part, least, most) => {
                let mut from = from;
                for _ in 0..*least {
                    from = self.add(part, from)?;
                }
                let to = self.state()?;
                self.edge(from, Edge::Free(to));
                match most {
                    None => {
                        let begin = self.state()?;
                        self.edge(from, Edge::Free(begin));
                        let end = self.add(part, begin)?;
                        self.edge(end, Edge::Free(begin));
                        self.edge(end, Edge::Free(to));
                    }
                    Some(most) => {
                        for _ in *least..*most {
                            from = self.add(part, from)?;
                            self.edge(from, Edge::Free(to));
                        }
                    }
                }
                Some(to)
            }
            Part::Start | Part::End | Part::One(_) => {
                let to = self.state()?;
                let edge = match part {
                    Part::Start => Edge::Start(to),
                    Part::End => Edge::End(to),
                    Part::One(ranges) => Edge::On(ranges.clone(), to),
                    _ => return None,
                };
                self.edge(from, edge);
                Some(to)
            }
        }
    }

    fn edges(&self, state: usize) -> &[Edge] {
        self.edges.get(state).map(Vec::as_slice).unwrap_or_default()
    }

    /// The states that are reached without a character.
    fn reach(&self, from: BTreeSet<usize>, is_start: bool, is_end: bool) -> BTreeSet<usize> {
        let mut waiting: Vec<usize> = from.iter().copied().collect();
        let mut reached = from;
        while let Some(state) = waiting.pop() {
            for edge in self.edges(state) {
                let to = match edge {
                    Edge::Free(to) => *to,
                    Edge::Start(to) if is_start => *to,
                    Edge::End(to) if is_end => *to,
                    _ => continue,
                };
                if reached.insert(to) {
                    waiting.push(to);
                }
            }
        }
        reached
    }

    fn place(&self, states: BTreeSet<usize>) -> Place {
        (!states.contains(&self.last)).then_some(states)
    }

    fn start(&self) -> Place {
        self.place(self.reach(BTreeSet::from([0]), true, false))
    }

    fn step(&self, place: &Place, char: u32) -> Place {
        let states = place.as_ref()?;
        let holds = |ranges: &Ranges| ranges.iter().any(|(from, to)| (*from..=*to).contains(&char));
        // A match may begin at every character.
        let mut next = BTreeSet::from([0]);
        for edge in states.iter().flat_map(|state| self.edges(*state)) {
            if let Edge::On(ranges, to) = edge
                && holds(ranges)
            {
                next.insert(*to);
            }
        }
        self.place(self.reach(next, false, false))
    }

    /// Whether a string that ends here matches. `is_start`: the string is empty.
    fn ends(&self, place: &Place, is_start: bool) -> bool {
        match place {
            None => true,
            Some(states) => self.reach(states.clone(), is_start, true).contains(&self.last),
        }
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let place = text.chars().fold(self.start(), |place, char| self.step(&place, u32::from(char)));
        self.ends(&place, text.is_empty())
    }
}

/// Whether every string that all of `narrow` match is matched by `wide`. False where that takes too long.
pub(super) fn is_within(narrow: &[Automaton], wide: &Automaton) -> bool {
    let all = || narrow.iter().chain([wide]);
    let Some(kinds) = kinds(all()) else { return false };
    let mut budget = MAX_STEPS;
    let mut seen: HashSet<(Vec<Place>, bool)> = HashSet::new();
    let mut waiting = vec![(all().map(Automaton::start).collect::<Vec<Place>>(), true)];
    while let Some((places, is_start)) = waiting.pop() {
        let Some((last, others)) = places.split_last() else { return false };
        // After a match, the rest of the string makes no difference.
        if last.is_none() || !seen.insert((places.clone(), is_start)) {
            continue;
        }
        let is_text = narrow.iter().zip(others).all(|(automaton, place)| automaton.ends(place, is_start));
        if is_text && !wide.ends(last, is_start) {
            return false;
        }
        for kind in &kinds {
            let next: Vec<Place> = all().zip(&places).map(|(automaton, place)| automaton.step(place, *kind)).collect();
            let cost: usize = next.iter().flatten().map(BTreeSet::len).sum();
            budget = match budget.checked_sub(cost + 1) {
                Some(rest) => rest,
                None => return false,
            };
            waiting.push((next, false));
        }
    }
    true
}

/// A character of each kind that the automata tell apart.
fn kinds<'a>(all: impl Iterator<Item = &'a Automaton>) -> Option<Vec<u32>> {
    let mut first = BTreeSet::from([0]);
    for edge in all.flat_map(|automaton| automaton.edges.iter().flatten()) {
        if let Edge::On(ranges, _) = edge {
            first.extend(ranges.iter().flat_map(|(from, to)| [*from, to + 1]));
        }
    }
    (first.len() <= MAX_KINDS).then(|| first.into_iter().filter(|code| *code <= 0x0010_FFFF).collect())
}
