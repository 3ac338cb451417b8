//! Serves a vendor's state over HTTP.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, State};
use http::header::{CONNECTION, DATE};
use http::{HeaderValue, StatusCode};

use super::wire::WireControl;
use super::{Shared, VendorListener};
use crate::fault::{Stage, Treatment};
use crate::vendor::Request;

/// More than any vendor accepts, so that the vendor itself can refuse the body.
const MAX_BODY: usize = 16 * 1024 * 1024;

pub(super) async fn serve(listener: VendorListener, shared: Arc<Shared>) {
    let app = Router::new().fallback(answer).with_state(shared);
    // The server never ends by itself, and never fails.
    let _ = axum::serve(listener, app.into_make_service_with_connect_info::<WireControl>()).await;
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(wire): ConnectInfo<WireControl>,
    request: http::Request<Body>,
) -> http::Response<Body> {
    let Ok(request) = read(request).await else { return status(StatusCode::PAYLOAD_TOO_LARGE) };
    shared.received().push(request.clone());
    // A vendor that has received a request processes it, whether or not the caller still waits.
    let processing = tokio::spawn(process(Arc::clone(&shared), request));
    let Ok(treatment) = processing.await else { return status(StatusCode::INTERNAL_SERVER_ERROR) };
    wire.set(treatment.script.map(|script| (script, shared.faults.stall())));
    let mut response = http::Response::new(Body::from(treatment.response.body));
    *response.status_mut() = treatment.response.status;
    *response.headers_mut() = treatment.response.headers;
    if let Ok(date) = HeaderValue::from_str(&treatment.date) {
        response.headers_mut().insert(DATE, date);
    }
    if !shared.keep_alive {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

async fn process(shared: Arc<Shared>, request: Request) -> Treatment {
    let operation = shared.state().operation(&request);
    shared.faults.pass(operation, Stage::Request).await;
    let fault = shared.faults.take(operation);
    let now = (shared.clock)();
    let treatment = match fault {
        Some(fault) => Treatment::under(&fault, &mut shared.state(), now, &request),
        None => Treatment::healthy(&mut shared.state(), now, &request),
    };
    shared.faults.pass(operation, Stage::Answer).await;
    treatment
}

async fn read(request: http::Request<Body>) -> Result<Request, axum::Error> {
    let (head, body) = request.into_parts();
    let mut read = Request::new(head.method, head.uri.path());
    read.headers = head.headers;
    read.body = to_bytes(body, MAX_BODY).await?;
    Ok(read)
}

fn status(status: StatusCode) -> http::Response<Body> {
    let mut response = http::Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
