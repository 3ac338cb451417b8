//! Fetches the descriptions that vendors publish, and tells whether they are new.
//!
//! A fetched file lies under `target/fetched/`, at the path that the description has under `openapi/`, with the server's
//! validators (`ETag`, `Last-Modified`) beside it. Nothing under `openapi/` is touched: that is for
//! [`adopt`](crate::adopt).
//!
//! Invariant: a description counts as unchanged only after its published bytes were compared with it: those just received, or
//! those received before if the server confirms that they are current. A document that can't be received whole is a
//! failure.

mod content;
mod kept;

use std::path::{Component, Path, PathBuf};

use openapi_pipeline::load::Files;

use crate::build;
use crate::config::{DocumentConfig, Families, Family};
use crate::failure::Failure;
use crate::http::{Answer, Get, Http, Limits, Validators};
use crate::lock::hash;
use crate::progress::Progress;
use crate::stack::with_deep_stack;
use crate::workspace::{FETCHED, Tree, Workspace, in_openapi};

pub(crate) use kept::Kept;

/// The settings of a run: the families to fetch for, and the limits.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The names of the families. If empty, all that have a `source`.
    pub families: Vec<String>,
    /// Whether to check only for something new, without writing a file.
    pub check: bool,
    /// The limits of size and time for each document.
    pub limits: Limits,
}

/// The outcome for each document that has a source.
#[derive(Debug)]
pub struct Fetched {
    /// The documents, in the order of families.toml.
    pub documents: Vec<Document>,
    check: bool,
}

/// A document and its source.
#[derive(Debug)]
pub struct Document {
    /// Its family.
    pub family: String,
    /// Its name in the family.
    pub id: String,
    /// The address that it is published at.
    pub source: String,
    /// The path of the description that the family is built from, in the workspace.
    pub baseline: PathBuf,
    /// The state of the published description.
    pub state: State,
}

/// The state of a published description, compared with the one in the workspace.
#[derive(Debug)]
pub enum State {
    /// It is byte for byte the description that the family is built from.
    Unchanged,
    /// It is the version that `seen` in families.toml names as reviewed and not adopted.
    Seen,
    /// It is another version.
    New(News),
    /// It isn't known, since no description could be fetched.
    Failed(Failure),
}

/// A description that the family is not built from.
#[derive(Debug)]
pub struct News {
    /// Its size in bytes.
    pub size: usize,
    /// Its SHA-256 in hexadecimal.
    pub hash: String,
    /// Its path in the workspace. With [`Options::check`] nothing is written there.
    pub file: PathBuf,
}

impl Fetched {
    /// Whether a document is new.
    pub fn is_new(&self) -> bool {
        self.documents.iter().any(|document| matches!(document.state, State::New(_)))
    }

    /// The failures.
    pub fn failures(&self) -> impl Iterator<Item = (&Document, &Failure)> {
        self.documents.iter().filter_map(|document| match &document.state {
            State::Failed(failure) => Some((document, failure)),
            _ => None,
        })
    }

    /// The outcome for a person.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for document in &self.documents {
            let Document { family, id, source, baseline, state } = document;
            text.push_str(&format!("{family}/{id}  {source}\n"));
            text.push_str(&match state {
                State::Unchanged => format!("  unchanged: it is {}\n", baseline.display()),
                State::Seen => "  unchanged since it was last seen, as openapi/families.toml says\n".to_owned(),
                State::Failed(_) => "  failed\n".to_owned(),
                State::New(News { size, hash, file }) => {
                    let next = if self.check {
                        format!("cargo xtask fetch {family}")
                    } else {
                        format!("cargo xtask adopt {family} {id}={}", file.display())
                    };
                    format!("  new: {size} bytes, SHA-256 {hash}\n  next: {next}\n")
                }
            });
        }
        text
    }

    /// The outcome for scripts: in each line, separated by tabs, the state, the family, the document, the file that was
    /// fetched, and the one it would replace.
    pub fn lines(&self) -> String {
        let mut text = String::new();
        for Document { family, id, baseline, state, .. } in &self.documents {
            let (state, file) = match state {
                State::Unchanged => ("unchanged", "".into()),
                State::Seen => ("seen", "".into()),
                State::Failed(_) => ("failed", "".into()),
                State::New(news) => ("new", news.file.display().to_string()),
            };
            text.push_str(&format!("{state}\t{family}\t{id}\t{file}\t{}\n", baseline.display()));
        }
        text
    }
}

/// Fetches the descriptions of families. One that can't be fetched is a [`State::Failed`], and doesn't stop the others.
///
/// # Errors
///
/// When families.toml can't be read, there is no such family, or no document has a `source`.
pub fn fetch(
    workspace: &Workspace,
    options: &Options,
    http: &dyn Http,
    progress: &dyn Progress,
) -> Result<Fetched, Failure> {
    let (_, families, _) = build::families(&Tree::new(workspace))?;
    let mut documents = Vec::new();
    for family in wanted(&families, &options.families)? {
        for (config, source) in family.documents.iter().filter_map(|one| Some((one, one.source.as_ref()?))) {
            progress.step(&format!("fetching {}", source.url));
            let state = one(workspace, options, config, http).unwrap_or_else(State::Failed);
            documents.push(Document {
                family: family.name.clone(),
                id: config.id.clone(),
                source: source.url.clone(),
                baseline: in_openapi(&config.file.0),
                state,
            });
        }
    }
    Ok(Fetched { documents, check: options.check })
}

/// The families to fetch, each of which has a source.
fn wanted<'f>(families: &'f Families, names: &[String]) -> Result<Vec<&'f Family>, Failure> {
    let has_source = |family: &Family| family.documents.iter().any(|document| document.source.is_some());
    let none = |message: String| Failure::Message {
        code: "no-source",
        message,
        help: "add `source = \"https://…\"` to a document in openapi/families.toml, the address that its vendor \
               publishes it at"
            .to_owned(),
    };
    if names.is_empty() {
        let all: Vec<&Family> = families.families.iter().filter(|family| has_source(family)).collect();
        return if all.is_empty() { Err(none("no document of any family has a source".to_owned())) } else { Ok(all) };
    }
    let mut wanted: Vec<&Family> = Vec::new();
    for name in names {
        let family = families.named(name)?;
        if !has_source(family) {
            return Err(none(format!("no document of family {name} has a source")));
        }
        if !wanted.iter().any(|other| other.name == family.name) {
            wanted.push(family);
        }
    }
    Ok(wanted)
}

fn one(workspace: &Workspace, options: &Options, config: &DocumentConfig, http: &dyn Http) -> Result<State, Failure> {
    let Some(source) = &config.source else { return Ok(State::Seen) };
    let baseline = baseline(workspace, config)?;
    let kept = Kept::at(workspace, Path::new(FETCHED).join(&config.file.0));
    let published = Published::get(http, &source.url, Some(&kept), options.limits)?;
    published.check(kept.path(), options.limits)?;
    if !options.check {
        published.keep(&source.url, &kept)?;
    }
    let hash = hash(&published.content);
    Ok(if published.content == baseline {
        State::Unchanged
    } else if source.seen.as_ref() == Some(&hash) {
        State::Seen
    } else {
        State::New(News { size: published.content.len(), hash, file: kept.path().to_owned() })
    })
}

/// The description that a family is built from. Without it, nothing can be said to be new or unchanged.
fn baseline(workspace: &Workspace, config: &DocumentConfig) -> Result<Vec<u8>, Failure> {
    let path = in_openapi(&config.file.0);
    let is_inside = Path::new(&config.file.0).components().all(|part| matches!(part, Component::Normal(_)));
    let read = if is_inside {
        Tree::new(workspace).read(&path, u64::MAX)
    } else {
        Err(std::io::Error::other("it doesn't lie under openapi/"))
    };
    read.map_err(|error| Failure::Message {
        code: "no-baseline",
        message: format!("could not read {}, which what is published is compared with: {error}", path.display()),
        help: format!("restore the file of document `{}`, or correct its `file` in openapi/families.toml", config.id),
    })
}

/// The document that is published at an address.
pub(crate) struct Published {
    /// The content: the bytes that the server sent, or the kept ones if it confirms that they are current.
    pub(crate) content: Vec<u8>,
    /// The validators to keep, if they aren't kept yet.
    received: Option<Validators>,
}

impl Published {
    /// Gets what is published at an address, with the validators of what is kept. It has been checked to be no page and
    /// no part of a document, as far as that shows without parsing it.
    pub(crate) fn get(http: &dyn Http, url: &str, kept: Option<&Kept>, limits: Limits) -> Result<Self, Failure> {
        let earlier = kept.and_then(|kept| kept.read(url, limits.size));
        let validators = earlier.as_ref().map(|(_, validators)| validators);
        match (http.get(&Get { url, validators, limits })?, earlier) {
            (Answer::Unchanged, Some((content, _))) => Ok(Self { content, received: None }),
            (Answer::Unchanged, None) => Err(content::refusal(url, "the server says that it is unchanged, unasked")),
            (Answer::Document(received), _) => {
                content::is_no_page(url, &received)?;
                Ok(Self { content: received.content, received: Some(received.validators) })
            }
        }
    }

    /// Checks that it is a description. `path` is where it is kept; what was kept has been checked.
    pub(crate) fn check(&self, path: &Path, limits: Limits) -> Result<(), Failure> {
        if self.received.is_none() {
            return Ok(());
        }
        with_deep_stack(path, || content::is_description(path, &self.content, limits.size))
    }

    /// Keeps it. What was kept before stays as it is if anything fails.
    pub(crate) fn keep(&self, url: &str, kept: &Kept) -> Result<(), Failure> {
        self.received.as_ref().map_or(Ok(()), |validators| kept.write(url, &self.content, validators))
    }
}
