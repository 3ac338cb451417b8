//! The form of operations that the generator takes; those that it can't call are left out.

mod bodies;
mod parameters;
mod responses;

use crate::lower::plan::LowerPlan;
use crate::lower::rule;
use crate::lower::servers::{may_be_called, resolved, urls};
use crate::lower::work::Work;
use crate::report::{Construct, signature};
use crate::vocabulary::layout::{is_method, remove_empty_path_items};
use crate::{Context, Node, Origin};

/// The reason why an operation is left out.
#[derive(Debug)]
pub(super) struct LeftOut {
    pub(super) construct: Construct,
    pub(super) origin: Origin,
    pub(super) reason: String,
}

/// Brings parameters, bodies and responses into the form the generator takes; leaves out operations where that fails.
pub(crate) fn run(work: &mut Work<'_>) {
    let Work { cx, plan, document, .. } = work;
    let servers = document.get("servers").cloned();
    // References in parameters and bodies are followed in the document as it was.
    let original = document.clone();
    for (path, item) in document.members_mut("paths") {
        let Some(members) = item.as_object_mut() else { continue };
        members.retain(|method, operation| {
            if !is_method(method) {
                return true;
            }
            match shape_one(cx, &original, plan, servers.as_ref(), method, operation) {
                Ok(()) => true,
                Err(LeftOut { construct, origin, reason }) => {
                    cx.note(&rule::LEAVE_OUT, origin, format!("`{}` is left out: {reason}", signature(method, path)));
                    cx.leave_out((method, path), construct, origin, reason);
                    false
                }
            }
        });
    }
    remove_empty_path_items(document);
}

fn shape_one(
    cx: &mut Context,
    original: &Node,
    plan: &LowerPlan,
    servers: Option<&Node>,
    method: &str,
    operation: &mut Node,
) -> Result<(), LeftOut> {
    own_servers(cx, servers, operation)?;
    parameters::shape(cx, original, operation)?;
    bodies::request(cx, original, operation)?;
    responses::shape(cx, original, plan.strictness, method, operation);
    Ok(())
}

/// The generated client calls the server it was built for, and nothing else.
fn own_servers(cx: &mut Context, servers: Option<&Node>, operation: &mut Node) -> Result<(), LeftOut> {
    let Some(own) = operation.remove("servers") else { return Ok(()) };
    let mut known = servers.map(urls).unwrap_or_default();
    // OpenAPI's default: the root of the address of the description.
    if known.is_empty() {
        known.push(String::new());
    }
    let without_scheme = |url: &str| url.split_once("://").map_or(url, |(_, rest)| rest).to_owned();
    let is_at = |url: &str, known: &str| without_scheme(&resolved(url, known)) == without_scheme(known);
    let (own_urls, useless): (Vec<String>, Vec<String>) = urls(&own).into_iter().partition(|url| may_be_called(url));
    let is_elsewhere = own_urls.is_empty() && !useless.is_empty();
    let is_known = |url: &String| known.iter().any(|known| is_at(url, known));
    let begins_alike = own_urls.first().zip(known.first()).is_some_and(|(own, known)| is_at(own, known));
    if !is_elsewhere && (begins_alike || own_urls.iter().all(is_known)) {
        cx.note(&rule::OPERATION_SERVERS, own.origin, "the document has the same server");
        return Ok(());
    }
    let reason = "it has a server of its own, and a client calls only the servers of the document".to_owned();
    Err(LeftOut { construct: Construct::OwnServer, origin: own.origin, reason })
}
