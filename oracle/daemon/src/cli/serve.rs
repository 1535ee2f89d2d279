//! `run`: the daemon and its API, until SIGTERM or Ctrl-C.

use super::args::Global;
use eyre::{Result, WrapErr};
use guerdon::api::{Api, PeerSide, router, serve};
use guerdon::mirrors::{self, Uploads};
use guerdon::provisional::Running;
use guerdon::run::{Pulse, chain_of, run};
use guerdon::webhook::{self, Webhooks};
use guerdon::{figures, notify};
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
    let uploads = Uploads::of(&oracle.config.evidence)?;
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
    let (asked, peers) = (webhooks.clone(), PeerSide::of(&oracle)?);
    let api = Api::new(Arc::clone(&oracle), Arc::clone(&pulse), Arc::clone(&running), asked, figures, peers);
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
    stop_on_signals(cancelled.clone())?;
    tokio::spawn(notify::live(cancelled.clone()));
    notify::tell("READY=1");
    let reader = webhooks.map(|webhooks| {
        let (oracle, cancelled) = (Arc::clone(&oracle), cancelled.clone());
        let runtime = tokio::runtime::Handle::current();
        // On a thread of its own: a merge does not wait for a page or an epoch's evidence.
        tokio::task::spawn_blocking(move || runtime.block_on(webhook::work(&oracle, &webhooks, &running, cancelled)))
    });
    if reader.is_none() {
        tracing::info!("webhooks are off: set `api.webhook_secret` to take them at /webhooks/github");
    }
    let copies = tokio::spawn({
        let (oracle, cancelled) = (Arc::clone(&oracle), cancelled.clone());
        async move { mirrors::keep(&oracle, &uploads, cancelled).await }
    });
    let ended = run(&oracle, &pulse, cancelled.clone()).await;
    cancelled.cancel();
    if let Some(reader) = reader {
        reader.await.wrap_err("the reader of webhooks did not end well")??;
    }
    copies.await.wrap_err("putting evidence elsewhere did not end well")?;
    older.abort();
    server.await.wrap_err("the API did not end well")?;
    tracing::info!("ended");
    Ok(ended?)
}

/// As shells number a process that SIGTERM ended.
const ENDED_AT_ONCE: i32 = 128 + 15;

/// The first signal lets the current step finish; the second one ends the process where it is, which is as
/// safe as a crash.
fn stop_on_signals(cancelled: CancellationToken) -> Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        let mut heard = async || {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        heard().await;
        tracing::info!("stopping after the current step; a second signal ends it at once");
        notify::tell("STOPPING=1");
        cancelled.cancel();
        heard().await;
        tracing::warn!(
            "ended at once by a second signal; the next start goes on from what the chain and the store have"
        );
        std::process::exit(ENDED_AT_ONCE);
    });
    Ok(())
}
