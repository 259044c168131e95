//! The admin port: metrics, liveness, readiness. Read-only; errors are RFC 9457 problem details.

use super::connections::Bounded;
use super::{Health, Metrics};
use crate::config::Admin;
use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const INDEX: &str = "copydesk\n\n/metrics  for Prometheus\n/livez    200 while the event loops turn\n\
                     /readyz   200 while the worker has joined its group and can publish\n";

/// Listens and serves until `closed` fires. Nothing when the port is switched off.
///
/// # Errors
/// When the address is not free, naming the option.
pub async fn start(
    admin: &Admin,
    metrics: Arc<Metrics>,
    health: Arc<Health>,
    closed: oneshot::Receiver<()>,
) -> anyhow::Result<Option<JoinHandle<()>>> {
    let Some(address) = admin.listen else { return Ok(None) };
    let hint =
        || format!("cannot listen on admin.listen = \"{address}\"; choose another port, or \"\" for none");
    let listener = TcpListener::bind(address).await.with_context(hint)?;
    tracing::info!(%address, "admin port is open");
    Ok(Some(serve(listener, metrics, health, closed)))
}

/// Serves on a port that is open already, until `closed` fires.
pub fn serve(
    listener: TcpListener,
    metrics: Arc<Metrics>,
    health: Arc<Health>,
    closed: oneshot::Receiver<()>,
) -> JoinHandle<()> {
    let app = routes(metrics, health);
    let server = axum::serve(Bounded::new(listener), app).with_graceful_shutdown(async {
        // A dropped sender means the same.
        let _ = closed.await;
    });
    tokio::spawn(async move {
        if let Err(error) = server.await {
            tracing::error!(%error, "the admin port has failed");
        }
    })
}

fn routes(metrics: Arc<Metrics>, health: Arc<Health>) -> Router {
    let metrics = Router::new().route("/metrics", get(scrape)).with_state(metrics);
    let health = Router::new().route("/livez", get(alive)).route("/readyz", get(ready)).with_state(health);
    Router::new()
        .route("/", get(|| async { INDEX }))
        .merge(metrics)
        .merge(health)
        .fallback(not_found)
        .method_not_allowed_fallback(not_allowed)
}

async fn scrape(State(metrics): State<Arc<Metrics>>) -> Response {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics.render()).into_response()
}

async fn alive(State(health): State<Arc<Health>>) -> Response {
    answer(health.not_alive(), "not alive")
}

async fn ready(State(health): State<Arc<Health>>) -> Response {
    answer(health.not_ready(), "not ready")
}

async fn not_found(uri: Uri) -> Response {
    let detail = format!("{} is not served here; see /", uri.path());
    problem(StatusCode::NOT_FOUND, "not found", &detail)
}

async fn not_allowed() -> Response {
    problem(StatusCode::METHOD_NOT_ALLOWED, "method not allowed", "the port is read-only; use GET")
}

fn answer(trouble: Option<String>, title: &str) -> Response {
    match trouble {
        None => "ok\n".into_response(),
        Some(why) => problem(StatusCode::SERVICE_UNAVAILABLE, title, &why),
    }
}

fn problem(status: StatusCode, title: &str, detail: &str) -> Response {
    let body =
        serde_json::json!({ "title": title, "status": status.as_u16(), "detail": detail }).to_string();
    (status, [(CONTENT_TYPE, "application/problem+json")], body).into_response()
}
