//! A description at an address.

use std::io;
use std::path::Path;

use openapi_pipeline::load::Files;
use openapi_pipeline::{Diagnostic, Diagnostics};

use crate::failure::Failure;
use crate::fetch::{Kept, Published};
use crate::http::{Http, Limits, shown};
use crate::workspace::Workspace;

/// The means to fetch descriptions at addresses.
#[derive(Clone, Copy)]
pub struct Online<'a> {
    /// The HTTP client.
    pub http: &'a dyn Http,
    /// The workspace that keeps fetched files, so that a file is fetched again only if it has changed.
    pub workspace: Option<&'a Workspace>,
    /// The limits of size and time for each description.
    pub limits: Limits,
}

/// One description, and no other files.
pub(super) struct Addressed {
    url: String,
    content: Vec<u8>,
}

impl Addressed {
    /// Its path: as YAML it may be JSON too.
    pub(super) const PATH: &'static str = "-.yaml";

    /// Gets the description at an address.
    pub(super) fn get(url: &str, online: Option<&Online<'_>>) -> Result<Self, Diagnostics> {
        let Some(Online { http, workspace, limits }) = online else {
            let problem = Diagnostic::new("no-http", format!("there is no HTTP client to get {} with", shown(url)));
            return Err(problem.help("fetch it by other means, and name the file").into());
        };
        let kept = workspace.map(|workspace| Kept::of(workspace, url));
        let published = Published::get(*http, url, kept.as_ref(), *limits).map_err(diagnostics)?;
        // A part of a description is not kept; its problems are shown when it is read for the comparison. A folder that
        // can't be written to costs a download the next time.
        if let Some(kept) = kept
            && published.check(kept.path(), *limits).is_ok()
        {
            let _ = published.keep(url, &kept);
        }
        Ok(Self { url: url.to_owned(), content: published.content })
    }
}

fn diagnostics(failure: Failure) -> Diagnostics {
    match failure {
        Failure::Message { code, message, help } => Diagnostic::new(code, message).help(help).into(),
        Failure::Input { problems, .. } => problems,
        other => Diagnostic::new("fetch", other.to_string()).into(),
    }
}

impl Files for Addressed {
    fn read(&self, path: &Path, _: u64) -> io::Result<Vec<u8>> {
        if path == Path::new(Self::PATH) {
            return Ok(self.content.clone());
        }
        let message = "an address brings one description, and none of the files that it refers to";
        Err(io::Error::new(io::ErrorKind::Unsupported, message))
    }

    fn name(&self, path: &Path) -> String {
        if path == Path::new(Self::PATH) { shown(&self.url).to_owned() } else { path.display().to_string() }
    }
}
