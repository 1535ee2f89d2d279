//! The HTTP interface: read-only views of the store and the chain. Whatever it says can be checked
//! without it: the batches are on the chain, and the evidence is named by its hash.
//!
//! A request for a view asks neither the chain nor GitHub and scores nothing: views come from a snapshot
//! and from what scoring kept.

mod contributors;
mod document;
mod epochs;
mod error;
mod evidence;
mod guard;
mod links;
mod page;
mod paging;
mod peers;
mod policies;
mod probes;
mod rates;
mod reply;
mod serve;
mod settings;
mod webhooks;

pub use page::PageConfig;
pub use serve::serve;
pub use settings::{ApiConfig, Network};

use crate::oracle::Oracle;
use crate::provisional::Running;
use crate::run::Pulse;
use crate::snapshot::Snapshots;
use crate::webhook::Webhooks;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::middleware::from_fn_with_state;
use axum::{Extension, Router};
use error::{ApiError, Result};
use metrics_exporter_prometheus::PrometheusHandle;
pub use peers::PeerSide;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use tower_http::trace::TraceLayer;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

/// What every handler may look at.
#[derive(Clone)]
pub struct Api {
    pub oracle: Arc<Oracle>,
    pub pulse: Arc<Pulse>,
    pub running: Arc<Running>,
    /// None when no secret is configured.
    pub webhooks: Option<Arc<Webhooks>>,
    pub figures: PrometheusHandle,
    /// None for an oracle that decides alone.
    peers: Option<Arc<PeerSide>>,
    snapshots: Arc<Snapshots>,
    made: Arc<epochs::Made>,
}

impl Api {
    pub fn new(
        oracle: Arc<Oracle>,
        pulse: Arc<Pulse>,
        running: Arc<Running>,
        webhooks: Option<Arc<Webhooks>>,
        figures: PrometheusHandle,
        peers: Option<Arc<PeerSide>>,
    ) -> Self {
        let snapshots = Arc::new(Snapshots::new(Arc::clone(&oracle)));
        snapshots.begin();
        Self { oracle, pulse, running, webhooks, figures, peers, snapshots, made: Arc::default() }
    }
}

/// A part of the path; one that is malformed is answered as every other error is.
struct Part<T>(T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Part<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let part = Path::from_request_parts(parts, state).await;
        part.map(|Path(part)| Self(part)).map_err(|refused| ApiError::malformed(&refused.body_text()))
    }
}

/// What anybody may read, as often as the guard lets them.
fn public() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(document::Document::openapi())
        .routes(routes!(epochs::list))
        .routes(routes!(epochs::one))
        .routes(routes!(epochs::entries))
        .routes(routes!(epochs::explanations))
        .routes(routes!(epochs::provisional))
        .routes(routes!(contributors::list))
        .routes(routes!(contributors::one))
        .routes(routes!(contributors::explain))
        .routes(routes!(evidence::of_epoch))
        .routes(routes!(evidence::by_hash))
        .routes(routes!(policies::by_hash))
        .routes(routes!(links::pending))
        .routes(routes!(links::attestation))
        .routes(routes!(webhooks::standing))
        .routes(routes!(document::serve))
}

/// For machines that know what they do: no rate, and no page of another origin. What changes something has limits
/// and authentication of its own.
fn own() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(probes::healthz))
        .routes(routes!(probes::readyz))
        .routes(routes!(probes::metrics))
        .routes(routes!(webhooks::receive).map(|route| route.fallback(webhooks::only_post)))
}

/// The description of every route but those between oracles, whose requests are signed: docs/quorum.md.
pub fn openapi() -> OpenApi {
    let mut document = public().into_openapi();
    document.merge(own().into_openapi());
    document
}

/// The same, as it is served and committed.
pub fn openapi_text() -> serde_json::Result<String> {
    Ok(String::from_utf8_lossy(&document::text(&openapi())?).into_owned())
}

pub fn router(api: Api) -> serde_json::Result<Router> {
    let guarded = guard::Guard::new(&api.oracle.config.api);
    let served = document::Served(document::text(&openapi())?);
    let public: Router<Api> = public().into();
    let public = public
        .merge(page::router())
        .fallback(|| async { ApiError::not_found("there is no such path: see /v1/epochs") })
        .method_not_allowed_fallback(|| async { ApiError::read_only() })
        .layer(Extension(served))
        .layer(from_fn_with_state(guarded, guard::guard));
    let own: Router<Api> = own().into();
    let own = own.merge(peers::router()).method_not_allowed_fallback(|| async { ApiError::read_only() });
    Ok(public.merge(own).layer(TraceLayer::new_for_http()).with_state(api))
}
