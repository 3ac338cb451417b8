//! The parts of a pattern, in the syntax that all dialects of regular expressions share.

/// How deep groups may be nested.
const MAX_DEPTH: usize = 50;

/// The greatest character.
const LAST: u32 = 0x0010_FFFF;

/// Code points of characters, as ranges with both ends.
pub type Ranges = Vec<(u32, u32)>;

/// A part of a pattern.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    Start,
    End,
    One(Ranges),
    All(Vec<Part>),
    Any(Vec<Part>),
    Repeat(Box<Part>, u32, Option<u32>),
}

/// The parts of a pattern; `None` where the dialects differ, or the syntax isn't supported.
pub(crate) fn read(pattern: &str) -> Option<Part> {
    let mut reader = Reader { chars: pattern.chars().collect(), at: 0, depth: 0 };
    let part = reader.alternatives()?;
    (reader.at == reader.chars.len()).then_some(part)
}

/// The characters of a class such as `[a-z0-9]`, in the order written; `None` if the text is anything else than one
/// class, or where dialects differ.
///
/// ```
/// use openapi_pipeline::vocabulary::class;
///
/// assert_eq!(class("[a-f_]"), Some(vec![(0x61, 0x66), (0x5f, 0x5f)]));
/// assert_eq!(class("[a-f]+"), None);
/// ```
pub fn class(text: &str) -> Option<Ranges> {
    let mut reader = Reader { chars: text.chars().collect(), at: 0, depth: 0 };
    let class = reader.take("[").then(|| reader.class())??;
    (reader.at == reader.chars.len()).then_some(class)
}

/// The least and the greatest length of strings that match a pattern.
pub(crate) fn lengths(pattern: &Part) -> (u64, Option<u64>) {
    let (least, most) = lengths_of(pattern);
    let is_anchored = |part: &Part| match part {
        Part::All(parts) => matches!(parts.as_slice(), [Part::Start, .., Part::End]),
        _ => false,
    };
    let is_whole = matches!(pattern, Part::Any(all) if all.iter().all(is_anchored));
    (least, most.filter(|_| is_whole))
}

fn lengths_of(part: &Part) -> (u64, Option<u64>) {
    match part {
        Part::Start | Part::End => (0, Some(0)),
        Part::One(_) => (1, Some(1)),
        Part::All(parts) => parts.iter().map(lengths_of).fold((0, Some(0)), |(least, most), (more, up_to)| {
            (least.saturating_add(more), most.zip(up_to).map(|(most, up_to)| most.saturating_add(up_to)))
        }),
        Part::Any(parts) => {
            let all = || parts.iter().map(lengths_of);
            let most = all().map(|(_, most)| most).reduce(|one, other| one.zip(other).map(|(a, b)| a.max(b)));
            (all().map(|(least, _)| least).min().unwrap_or(0), most.unwrap_or(Some(0)))
        }
        Part::Repeat(part, from, to) => {
            let (least, most) = lengths_of(part);
            let up_to = most.zip(to.map(u64::from)).map(|(most, times)| most.saturating_mul(times));
            (least.saturating_mul(u64::from(*from)), if most == Some(0) { Some(0) } else { up_to })
        }
    }
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    depth: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += 1;
        Some(char)
    }

    fn take(&mut self, text: &str) -> bool {
        let is_there = text.chars().enumerate().all(|(at, char)| self.chars.get(self.at + at) == Some(&char));
        if is_there {
            self.at += text.chars().count();
        }
        is_there
    }

    fn alternatives(&mut self) -> Option<Part> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut all = vec![self.sequence()?];
        while self.take("|") {
            all.push(self.sequence()?);
        }
        self.depth -= 1;
        Some(Part::Any(all))
    }

    fn sequence(&mut self) -> Option<Part> {
        let mut parts = Vec::new();
        while let Some(char) = self.peek().filter(|char| !matches!(char, '|' | ')')) {
            self.at += 1;
            let part = match char {
                '^' => Part::Start,
                '$' => Part::End,
                '(' => self.group()?,
                '[' => Part::One(self.class()?),
                '.' => Part::One(negated(vec![(0x0a, 0x0a), (0x0d, 0x0d), (0x2028, 0x2029)])),
                '\\' => Part::One(self.escape(false)?),
                '*' | '+' | '?' | '{' | '}' | ']' => return None,
                _ => Part::One(vec![(u32::from(char), u32::from(char))]),
            };
            parts.push(self.repeated(part)?);
        }
        Some(Part::All(parts))
    }

    fn group(&mut self) -> Option<Part> {
        if self.take("?") {
            let is_named = self.take("<");
            if is_named {
                // `(?<=` and `(?<!` would be a lookbehind.
                let name: String = std::iter::from_fn(|| self.next().filter(|char| *char != '>')).collect();
                name.starts_with(|char: char| char.is_ascii_alphabetic()).then_some(())?;
            } else if !self.take(":") {
                return None;
            }
        }
        let part = self.alternatives()?;
        self.take(")").then_some(part)
    }

    fn repeated(&mut self, part: Part) -> Option<Part> {
        let (least, most) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                let rest: String = self.chars.iter().skip(self.at + 1).take_while(|char| **char != '}').collect();
                self.at += rest.chars().count() + 1;
                match rest.split_once(',') {
                    None => (rest.parse().ok()?, Some(rest.parse().ok()?)),
                    Some((least, "")) => (least.parse().ok()?, None),
                    Some((least, most)) => (least.parse().ok()?, Some(most.parse().ok()?)),
                }
            }
            _ => return Some(part),
        };
        self.at += 1;
        // Laziness makes no difference to the set of matched strings.
        self.take("?");
        if matches!(part, Part::Start | Part::End) || most.is_some_and(|most| most < least) {
            return None;
        }
        if matches!(self.peek(), Some('*' | '+' | '?' | '{')) {
            return None;
        }
        Some(Part::Repeat(Box::new(part), least, most))
    }

    /// The characters of an escape.
    fn escape(&mut self, in_class: bool) -> Option<Ranges> {
        let one = |char: u32| Some(vec![(char, char)]);
        match self.next()? {
            'd' => Some(digits()),
            'D' => Some(negated(digits())),
            'w' => Some(word()),
            'W' => Some(negated(word())),
            's' => Some(space()),
            'S' => Some(negated(space())),
            'n' => one(0x0a),
            'r' => one(0x0d),
            't' => one(0x09),
            'f' => one(0x0c),
            'v' => one(0x0b),
            'x' => one(self.hexadecimal(2)?),
            'u' => one(self.hexadecimal(4)?),
            '-' if !in_class => one(u32::from('-')),
            char if char.is_ascii_punctuation() => one(u32::from(char)),
            _ => None,
        }
    }

    fn hexadecimal(&mut self, digits: usize) -> Option<u32> {
        let text: String = (0..digits).map_while(|_| self.next().filter(char::is_ascii_hexdigit)).collect();
        if text.len() != digits {
            return None;
        }
        // Half of a surrogate pair is no character.
        u32::from_str_radix(&text, 16).ok().filter(|code| char::from_u32(*code).is_some())
    }

    fn class(&mut self) -> Option<Ranges> {
        let is_negated = self.take("^");
        let mut all = Ranges::new();
        loop {
            let from = match self.next()? {
                ']' => break,
                '[' => return None,
                '\\' => self.escape(true)?,
                char => vec![(u32::from(char), u32::from(char))],
            };
            let is_range = self.peek() == Some('-') && self.chars.get(self.at + 1).is_some_and(|char| *char != ']');
            if !is_range {
                all.extend(from);
                continue;
            }
            self.at += 1;
            let to = match self.next()? {
                '[' => return None,
                '\\' => self.escape(true)?,
                char => vec![(u32::from(char), u32::from(char))],
            };
            match (from.as_slice(), to.as_slice()) {
                (&[(from, same)], &[(to, also)]) if from == same && to == also && from <= to => all.push((from, to)),
                _ => return None,
            }
        }
        // Dialects differ on the class of nothing and that of everything.
        if all.is_empty() {
            return None;
        }
        Some(if is_negated { negated(all) } else { all })
    }
}

fn digits() -> Ranges {
    vec![(0x30, 0x39)]
}

fn word() -> Ranges {
    vec![(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)]
}

fn space() -> Ranges {
    let single = [0x20, 0xa0, 0x1680, 0x202f, 0x205f, 0x3000, 0xfeff].map(|code| (code, code));
    [(0x09, 0x0d), (0x2000, 0x200a), (0x2028, 0x2029)].into_iter().chain(single).collect()
}

fn negated(mut ranges: Ranges) -> Ranges {
    ranges.sort_unstable();
    let (mut others, mut next) = (Ranges::new(), 0);
    for (from, to) in ranges {
        if from > next {
            others.push((next, from - 1));
        }
        next = next.max(to + 1);
    }
    if next <= LAST {
        others.push((next, LAST));
    }
    others
}
