//! `host`, `basePath` and `schemes`.

use crate::convert::rules::{SWAGGER_DEFAULT_SCHEME, SWAGGER_OPERATION_SERVERS, SWAGGER_SERVERS};
use crate::convert::swagger2::strings;
use crate::{Context, Node, Origin};

/// The server fields of a Swagger document.
pub(super) struct Servers {
    host: Option<String>,
    base_path: String,
    schemes: Vec<String>,
    origin: Origin,
}

impl Servers {
    pub(super) fn of(root: &Node) -> Self {
        let base_path = root.get_str("basePath").unwrap_or_default().trim_end_matches('/');
        let slash = if base_path.is_empty() || base_path.starts_with('/') { "" } else { "/" };
        let stated = root.get("host").or(root.get("basePath")).or(root.get("schemes"));
        Self {
            host: root.get_str("host").filter(|host| !host.is_empty()).map(str::to_owned),
            base_path: format!("{slash}{base_path}"),
            schemes: strings(root, "schemes").unwrap_or_default(),
            origin: stated.map_or(root.origin, |stated| stated.origin),
        }
    }

    /// The servers of the document; `None` if it has neither a host nor a base path.
    pub(super) fn of_document(&self, cx: &mut Context) -> Option<Node> {
        if self.host.is_some() && self.schemes.is_empty() {
            cx.note(&SWAGGER_DEFAULT_SCHEME, self.origin, "no schemes are stated, so this is https");
        }
        let urls = self.urls(&self.schemes);
        if urls.is_empty() {
            if !self.schemes.is_empty() {
                let text = format!("dropped schemes {}: there is no host for them", self.schemes.join(", "));
                cx.note(&SWAGGER_SERVERS, self.origin, text);
            }
            return None;
        }
        cx.note(&SWAGGER_SERVERS, self.origin, format!("became {}", urls.join(", ")));
        Some(list(&urls, self.origin))
    }

    /// Turns the `schemes` of an operation into its `servers`.
    pub(super) fn of_operation(&self, cx: &mut Context, operation: &mut Node) {
        let schemes = strings(operation, "schemes");
        let Some(stated) = operation.remove("schemes") else { return };
        let schemes = schemes.unwrap_or_default();
        if schemes.is_empty() || schemes == self.schemes {
            cx.note(&SWAGGER_OPERATION_SERVERS, stated.origin, "removed, the document's servers say the same");
        } else if self.host.is_none() {
            let text = format!("dropped {}: the document has no host for them", schemes.join(", "));
            cx.note(&SWAGGER_OPERATION_SERVERS, stated.origin, text);
        } else {
            let urls = self.urls(&schemes);
            cx.note(&SWAGGER_OPERATION_SERVERS, stated.origin, format!("became {}", urls.join(", ")));
            operation.set("servers", list(&urls, stated.origin).value);
        }
    }

    fn urls(&self, schemes: &[String]) -> Vec<String> {
        match &self.host {
            None if self.base_path.is_empty() => Vec::new(),
            // Relative to the URL that the document is served from.
            None => vec![self.base_path.clone()],
            Some(host) if schemes.is_empty() => vec![format!("https://{host}{}", self.base_path)],
            Some(host) => schemes.iter().map(|scheme| format!("{scheme}://{host}{}", self.base_path)).collect(),
        }
    }
}

fn list(urls: &[String], origin: Origin) -> Node {
    let server = |url: &String| Node::object(origin).with("url", url.as_str());
    Node::new(urls.iter().map(server).collect::<Vec<_>>(), origin)
}
