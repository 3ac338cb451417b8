//! The files of a run, with a line, a column and a JSON pointer for every node.

use std::fmt;
use std::ops::Range;

/// The id of a file in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(u32);

/// The origin of a node: a file, and the place in it. Eight bytes, so that every node can carry one.
///
/// The line, the column and the JSON pointer are looked up in [`Sources`] on demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    source: SourceId,
    mark: u32,
}

/// A place in readable form.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The file as the user named it.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// JSON pointer into the file, as a URI fragment: `#/paths/~1login/post`. Empty where there is none (a TOML file, a
    /// syntax error).
    pub pointer: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The step from a parent node to a child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The document's root, or a place outside any document tree.
    Root,
    /// A member of an object.
    Key(String),
    /// An element of an array.
    Index(u32),
}

#[derive(Debug)]
struct Mark {
    /// The span to underline: the value, or the key where the value is an object or array of many lines.
    span: Range<u32>,
    parent: Option<u32>,
    step: Step,
}

#[derive(Debug)]
struct Source {
    name: String,
    text: String,
    /// Byte offset at which each line begins.
    lines: Vec<u32>,
    /// The number of characters before each [`STRIDE`] bytes: a column in the one line of a minified file is found without
    /// counting from its beginning.
    characters: Vec<u32>,
    marks: Vec<Mark>,
}

/// The bytes between two counts of characters.
const STRIDE: usize = 4096;

impl Source {
    /// The number of characters before a byte offset.
    fn characters_before(&self, offset: usize) -> usize {
        let at = offset / STRIDE;
        let counted = self.characters.get(at).map_or(0, |count| *count as usize);
        counted + count_characters(self.text.as_bytes().get(at * STRIDE..offset).unwrap_or_default())
    }
}

/// The number of characters that begin in some bytes of UTF-8.
fn count_characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count()
}

/// All files read so far, with the position of every node.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file under the name that messages will show.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        let text = text.into();
        let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32 + 1);
        let lines = std::iter::once(0).chain(starts).collect();
        let characters = std::iter::once(0).chain(text.as_bytes().chunks(STRIDE).scan(0, |sum, chunk| {
            *sum += count_characters(chunk) as u32;
            Some(*sum)
        }));
        let characters = characters.collect();
        self.files.push(Source { name: name.into(), text, lines, characters, marks: Vec::new() });
        SourceId((self.files.len() - 1) as u32)
    }

    /// Records a place in a file: the span in bytes, and how it is reached from `parent`.
    pub fn mark(&mut self, source: SourceId, span: Range<usize>, parent: Option<Origin>, step: Step) -> Origin {
        let file = &mut self.files[source.0 as usize];
        let end = file.text.len();
        let span = span.start.min(end) as u32..span.end.min(end) as u32;
        file.marks.push(Mark { span, parent: parent.filter(|at| at.source == source).map(|at| at.mark), step });
        Origin { source, mark: (file.marks.len() - 1) as u32 }
    }

    /// How many bytes all files have together.
    pub fn total_size(&self) -> usize {
        self.files.iter().map(|file| file.text.len()).sum()
    }

    /// How many places were recorded in all files together.
    pub fn count_marks(&self) -> usize {
        self.files.iter().map(|file| file.marks.len()).sum()
    }

    /// The name of a file.
    pub fn name(&self, source: SourceId) -> &str {
        &self.files[source.0 as usize].name
    }

    /// The text of a file.
    pub fn text(&self, source: SourceId) -> &str {
        &self.files[source.0 as usize].text
    }

    /// The bytes of the file that an origin covers.
    pub fn span(&self, origin: Origin) -> Range<usize> {
        let span = &self.files[origin.source.0 as usize].marks[origin.mark as usize].span;
        span.start as usize..span.end as usize
    }

    /// The length in bytes of the line an origin begins in.
    pub fn line_length(&self, origin: Origin) -> usize {
        let file = &self.files[origin.source.0 as usize];
        let line = file.lines.partition_point(|&begin| begin as usize <= self.span(origin).start);
        let end = file.lines.get(line).map_or(file.text.len(), |&next| next as usize);
        end - file.lines[line - 1] as usize
    }

    /// File, line, column and pointer of an origin.
    pub fn place(&self, origin: Origin) -> Place {
        let file = &self.files[origin.source.0 as usize];
        let start = self.span(origin).start;
        let line = file.lines.partition_point(|&begin| begin as usize <= start);
        let begin = file.lines[line - 1] as usize;
        let column = file.characters_before(start) - file.characters_before(begin) + 1;
        Place { file: file.name.clone(), line, column, pointer: self.pointer(origin) }
    }

    /// The steps from the root to an origin, each with the origin that it leads to.
    pub(crate) fn steps(&self, origin: Origin) -> Vec<(Origin, &Step)> {
        let marks = &self.files[origin.source.0 as usize].marks;
        let mut steps = Vec::new();
        let mut next = Some(origin.mark);
        while let Some(mark) = next {
            let at = &marks[mark as usize];
            if at.step != Step::Root {
                steps.push((Origin { source: origin.source, mark }, &at.step));
            }
            next = at.parent;
        }
        steps.reverse();
        steps
    }

    /// The JSON pointer of an origin, as a URI fragment (`#`, then RFC 6901), or an empty string where there is none.
    pub fn pointer(&self, origin: Origin) -> String {
        let marks = &self.files[origin.source.0 as usize].marks;
        let mut steps = Vec::new();
        let mut at = &marks[origin.mark as usize];
        loop {
            match &at.step {
                Step::Root => break,
                Step::Key(key) => steps.push(escape_pointer(key)),
                Step::Index(index) => steps.push(index.to_string()),
            }
            match at.parent {
                Some(parent) => at = &marks[parent as usize],
                None => return String::new(),
            }
        }
        if steps.is_empty() && at.parent.is_none() && marks.len() == 1 {
            return String::new();
        }
        let mut pointer = String::from("#");
        for step in steps.iter().rev() {
            pointer.push('/');
            pointer.push_str(step);
        }
        pointer
    }
}

impl Origin {
    /// The file of this origin.
    pub fn source(self) -> SourceId {
        self.source
    }
}

/// Escapes one segment of a JSON pointer (RFC 6901): `~` and `/`.
pub fn escape_pointer(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// The reverse of [`escape_pointer`].
pub fn unescape_pointer(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_and_escape_pointers() {
        let mut sources = Sources::new();
        let file = sources.add("a.yaml", "é: 1\nb/c:\n  - ü: x\n");
        let root = sources.mark(file, 0..20, None, Step::Root);
        let list = sources.mark(file, 6..9, Some(root), Step::Key("b/c".into()));
        let item = sources.mark(file, 15..17, Some(list), Step::Index(0));
        let place = sources.place(item);
        assert_eq!((place.line, place.column), (3, 5));
        assert_eq!(place.pointer, "#/b~1c/0");
        assert_eq!(sources.place(list).to_string(), "a.yaml:2:1");
        assert_eq!([root, list, item].map(|origin| sources.line_length(origin)), [6, 5, 10]);
        assert_eq!(sources.pointer(root), "#");
    }

    #[test]
    fn columns_in_a_long_line_are_those_that_counting_gives() {
        let text = format!("short\n{}\nü: end", "aé日🦀".repeat(5_000));
        let mut sources = Sources::new();
        let file = sources.add("a.json", text.clone());
        for (start, _) in text.char_indices().step_by(997).chain(text.char_indices().last()) {
            let origin = sources.mark(file, start..start + 1, None, Step::Root);
            let line = text[..start].rsplit('\n').next().unwrap();
            assert_eq!(sources.place(origin).column, line.chars().count() + 1, "at {start}");
        }
    }
}
