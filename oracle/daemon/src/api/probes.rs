//! What machines ask: is it alive, does it work, and the figures. They are not counted against any rate.

use super::Api;
use crate::run::Readiness;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

/// Whether the process answers
#[utoipa::path(get, path = "/healthz", tag = "operations",
    responses((status = 200, description = "It does", body = String, content_type = "text/plain", example = "ok\n")))]
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether the daemon's loop works
#[utoipa::path(get, path = "/readyz", tag = "operations", responses(
    (status = 200, description = "The last good tick is younger than four intervals", body = Readiness),
    (status = 503, description = "It is too long ago, or there was none yet", body = Readiness),
))]
pub(super) async fn readyz(State(api): State<Api>) -> impl IntoResponse {
    let readiness = api.pulse.readiness();
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness))
}

/// Figures for Prometheus
#[utoipa::path(get, path = "/metrics", tag = "operations",
    responses((status = 200, description = "See docs/metrics.md", body = String, content_type = "text/plain")))]
pub(super) async fn metrics(State(api): State<Api>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], api.figures.render())
}
