//! `run`: the daemon and its API, until SIGTERM or Ctrl-C.

use super::args::Global;
use eyre::{Result, WrapErr};
use guerdon::api::{Api, router, serve};
use guerdon::figures;
use guerdon::provisional::Running;
use guerdon::run::{Pulse, chain_of, run};
use guerdon::webhook::{self, Webhooks};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

pub(super) async fn run_daemon(global: &Global) -> Result<()> {
    let oracle = Arc::new(global.oracle().await?);
    // What no later tick can mend is told before anything listens.
    oracle.github()?;
    oracle.keys()?;
    let webhooks = Webhooks::of(&oracle.config)?.map(Arc::new);
    let place = oracle.chain.place();
    let listen = oracle.config.api.listen;
    let listener = TcpListener::bind(listen)
        .await
        .wrap_err_with(|| format!("cannot listen on {listen}: is it in use? Set `api.listen`"))?;
    let address = listener.local_addr()?;
    tracing::info!(%address, chain = place.chain_id, distributor = %place.distributor, "serving");

    let pulse = Arc::new(Pulse::new(Duration::from_millis(oracle.config.run.interval_ms)));
    let cancelled = CancellationToken::new();
    let running = Arc::new(Running::default());
    let figures = figures::install().wrap_err("cannot keep figures for /metrics")?;
    let api = Api::new(Arc::clone(&oracle), Arc::clone(&pulse), Arc::clone(&running), webhooks.clone(), figures);
    let api = router(api).wrap_err("cannot describe the API")?;
    let server = tokio::spawn({
        let (oracle, cancelled) = (Arc::clone(&oracle), cancelled.clone());
        async move { serve(listener, api, &oracle.config.api, cancelled).await }
    });
    let older = tokio::spawn({
        let oracle = Arc::clone(&oracle);
        async move {
            if let Err(error) = oracle.keep_missing_explanations().await {
                tracing::error!(error = %chain_of(&error), "explanations of earlier epochs cannot be made");
            }
        }
    });
    let stop = tokio::spawn({
        let cancelled = cancelled.clone();
        let mut terminate = signal(SignalKind::terminate())?;
        async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            tracing::info!("stopping after the current step");
            cancelled.cancel();
        }
    });
    let reader = webhooks.map(|webhooks| {
        let (oracle, cancelled) = (Arc::clone(&oracle), cancelled.clone());
        let runtime = tokio::runtime::Handle::current();
        // On a thread of its own: a merge does not wait for a page or an epoch's evidence.
        tokio::task::spawn_blocking(move || runtime.block_on(webhook::work(&oracle, &webhooks, &running, cancelled)))
    });
    if reader.is_none() {
        tracing::info!("webhooks are off: set `api.webhook_secret` to take them at /webhooks/github");
    }
    let ended = run(&oracle, &pulse, cancelled.clone()).await;
    cancelled.cancel();
    if let Some(reader) = reader {
        reader.await.wrap_err("the reader of webhooks did not end well")??;
    }
    stop.abort();
    older.abort();
    server.await.wrap_err("the API did not end well")?;
    Ok(ended?)
}
