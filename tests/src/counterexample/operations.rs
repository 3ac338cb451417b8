//! Operations as a whole: their URLs and their credentials.

use super::{Claim, ClaimPlace, Counterexample, Exchange, Kind, Route, Versions, call};
use oracle::{Oracle, Scheme, Server, pointer, servers};
use serde_json::Value;

/// A call of the old version that reaches no operation in the new one, or another operation.
pub(super) fn unreachable(versions: &Versions, route: Route) -> Result<Counterexample, String> {
    let operation = &versions.old.api().operations[route.old];
    let call = call::draft(&versions.old, operation, 1)?;
    let request = call.request(operation, versions.old.base(), operation)?;
    let examined = versions.old.examine(&request);
    if examined.operation != Some(route.old) || !examined.problems.is_empty() {
        return Err(format!("the old version refuses its own call: {:?}", examined.problems));
    }
    let request = call.request(operation, versions.new.base(), operation)?;
    let examined = versions.new.examine(&request);
    if examined.operation.is_some() && examined.operation == route.new {
        return Err(format!("{} {} still reaches it", request.method, request.target));
    }
    Ok(Counterexample::new(Kind::Refused, format!("{} {}: {:?}", request.method, request.target, examined.problems)))
}

/// A URL that the old version lists and the new one doesn't.
pub(super) fn server(versions: &Versions, claim: &Claim) -> Result<Counterexample, String> {
    let at = &claim.old.as_ref().ok_or("the old version had no server")?.pointer;
    let (owner, below) = at.rsplit_once("/servers/").ok_or("it is not about a server")?;
    let number: usize = below.split('/').next().and_then(|number| number.parse().ok()).ok_or("which server?")?;
    let in_old = servers(versions.old.schemas().document().target(owner).ok_or("the old version lists nothing")?);
    // An operation without servers of its own has those of its document.
    let in_new = claim.operations.iter().find_map(|name| own_servers(versions, name));
    let in_new = in_new.unwrap_or_else(|| servers(versions.new.schemas().document().root()));
    let urls = in_old.get(number).map(Server::urls).unwrap_or_default();
    match urls.iter().find(|url| !in_new.iter().any(|server| server.is_at(url))) {
        Some(url) => {
            Ok(Counterexample::new(Kind::Refused, format!("a call of {url}, where nothing is said to be any more")))
        }
        None => Err(format!("all of {urls:?} are still there")),
    }
}

/// Where a call goes that names no server, in either version.
pub(super) fn default_server(versions: &Versions, claim: &Claim) -> Result<Counterexample, String> {
    let url = |oracle: &Oracle, spot: &Option<ClaimPlace>| {
        let (owner, below) = spot.as_ref()?.pointer.rsplit_once("/servers/")?;
        let servers = oracle.schemas().document().target(owner)?.get("servers")?.clone();
        let number: usize = below.split('/').next()?.parse().ok()?;
        with_defaults(servers.get(number)?)
    };
    match (url(&versions.old, &claim.old), url(&versions.new, &claim.new)) {
        (Some(old), Some(new)) if old != new => Ok(Counterexample::new(
            Kind::Unread,
            format!("a call that names no server goes to {new} in place of {old}"),
        )),
        found => Err(format!("calls go to the same server: {found:?}")),
    }
}

/// The URL of a server whose variables are left alone.
fn with_defaults(server: &Value) -> Option<String> {
    let mut url = server.get("url")?.as_str()?.to_owned();
    for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
        url = url.replace(&format!("{{{name}}}"), variable.get("default")?.as_str()?);
    }
    Some(url)
}

/// The servers that an operation, or its path item, has of its own in the new version.
fn own_servers(versions: &Versions, name: &str) -> Option<Vec<Server>> {
    let operation = &versions.new.api().operations[versions.route(name)?.new?];
    let document = versions.new.schemas().document();
    let item = pointer::split(&operation.pointer)?.0;
    [operation.pointer.as_str(), item].into_iter().find_map(|owner| {
        let owner = document.target(owner)?;
        owner.get("servers").map(|_| servers(owner))
    })
}

/// A call with credentials that were sufficient and aren't any more.
pub(super) fn credential(exchange: Exchange<'_>) -> Result<Counterexample, String> {
    let (old, operation) = exchange.before();
    let none = [Vec::new()];
    let ways: &[Vec<Scheme>] = if operation.security.is_empty() { &none } else { &operation.security };
    for way in ways {
        let mut call = call::draft(old, operation, 1)?;
        call.credentials.clone_from(way);
        let (_, examined) = exchange.examine(&call)?;
        if let Some(problem) = examined.problems.iter().find(|problem| problem.starts_with("credential: none")) {
            return Ok(Counterexample::new(Kind::Refused, format!("a call with {way:?}: {problem}")));
        }
    }
    Err("every credential that was enough still is".to_owned())
}

/// Scopes that were sufficient and aren't any more.
pub(super) fn scope(exchange: Exchange<'_>) -> Result<Counterexample, String> {
    let ((_, operation), (_, at)) = (exchange.before(), exchange.after());
    for (way, have) in operation.security.iter().zip(&operation.scopes) {
        let mut needed = at.security.iter().zip(&at.scopes);
        if !needed.any(|(other, need)| other.iter().all(|scheme| way.contains(scheme)) && need.is_subset(have)) {
            let needed = &at.scopes;
            return Ok(Counterexample::new(
                Kind::Refused,
                format!("a credential with {have:?}, where one of {needed:?} is needed"),
            ));
        }
    }
    Err("all scopes that were enough still are".to_owned())
}
