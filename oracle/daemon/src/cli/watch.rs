//! `watch`: the watchtower. Needs no key unless it is to challenge, and no store.

use super::args::{Global, Watch};
use super::verify::{Settings, scope};
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use eyre::{Result, WrapErr, bail, eyre};
use guerdon::figures;
use guerdon::keys::OracleKey;
use guerdon::run::chain_of;
use guerdon::watch::{Alert, Challenger, Watcher, Webhook};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

pub(super) async fn watch(global: &Global, args: &Watch) -> Result<ExitCode> {
    let settings = Settings::of(global, &args.sources)?;
    let webhook = args.webhook.as_deref().map(Webhook::new).transpose()?;
    let auditor = settings.auditor().await?;
    let window = auditor.chain.schedule().await?.window;
    if args.patience >= window {
        bail!(
            "--patience {} is not shorter than the window of {window} s: nobody could challenge any more",
            args.patience
        );
    }
    let challenger = match args.max_bonds.filter(|_| args.challenge) {
        None => None,
        Some(limit) => {
            let source = args.wallet.source();
            let source =
                source.ok_or_else(|| eyre!("which wallet puts up the bonds? Give --keystore with --password"))?;
            let key = OracleKey::load(&source, auditor.chain.chain_id())?;
            Some(Challenger::new(auditor.chain.sender(&key)?, limit))
        }
    };
    let mut watcher = Watcher::new(auditor, args.patience);
    watcher.challenger = challenger;
    if args.refetch.refetch {
        watcher.github = Some((settings.refetcher().await?, scope(args.refetch)));
    }
    if args.once {
        once(global, &mut watcher, webhook.as_ref()).await
    } else {
        always(args, &mut watcher, webhook).await
    }
}

/// One look: silence and 0 when all is right.
async fn once(global: &Global, watcher: &mut Watcher, webhook: Option<&Webhook>) -> Result<ExitCode> {
    let look = watcher.look().await?;
    global.print(&look, || look.alerts.iter().map(|alert| format!("{alert}\n")).collect())?;
    for alert in &look.alerts {
        hand_over(webhook, alert).await;
    }
    Ok(match (look.wrong, look.unchecked) {
        (true, _) => ExitCode::from(1),
        (false, true) => ExitCode::from(2),
        (false, false) => ExitCode::SUCCESS,
    })
}

/// Looks until SIGTERM or Ctrl-C.
async fn always(args: &Watch, watcher: &mut Watcher, webhook: Option<Webhook>) -> Result<ExitCode> {
    let cancelled = CancellationToken::new();
    let server = match args.listen {
        Some(listen) => Some(serve(listen, cancelled.clone()).await?),
        None => None,
    };
    let mut terminate = signal(SignalKind::terminate())?;
    tracing::info!(
        chain = watcher.auditor.chain.chain_id(),
        distributor = %watcher.auditor.chain.distributor(),
        challenges = watcher.challenger.is_some(),
        github = watcher.github.is_some(),
        "watching"
    );
    loop {
        // What was sent and not waited for is read from the chain by the next one.
        let look = tokio::select! {
            _ = terminate.recv() => break,
            _ = tokio::signal::ctrl_c() => break,
            look = watcher.look() => look,
        };
        match look {
            Ok(look) => {
                tracing::debug!(batches = look.batches, right = look.right, "looked");
                for alert in &look.alerts {
                    tell(alert);
                    hand_over(webhook.as_ref(), alert).await;
                }
            }
            Err(error) => tracing::error!(error = %chain_of(&error), "could not look; trying again after the interval"),
        }
        tokio::select! {
            _ = terminate.recv() => break,
            _ = tokio::signal::ctrl_c() => break,
            () = tokio::time::sleep(Duration::from_secs(args.interval)) => {}
        }
    }
    cancelled.cancel();
    if let Some(server) = server {
        server.await.wrap_err("serving did not end well")??;
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(alert: &Alert) {
    let (epoch, round, kind) = (alert.epoch.0, alert.round, alert.kind.name());
    if alert.kind.is_wrong() {
        tracing::error!(epoch, round, kind, evidence = %alert.evidence, "{}", alert.summary);
    } else {
        tracing::warn!(epoch, round, kind, evidence = %alert.evidence, "{}", alert.summary);
    }
}

async fn hand_over(webhook: Option<&Webhook>, alert: &Alert) {
    let Some(webhook) = webhook else { return };
    if let Err(error) = webhook.send(alert).await {
        eprintln!("warning: an alert did not reach the webhook: {}", chain_of(&error));
    }
}

async fn serve(
    listen: SocketAddr,
    cancelled: CancellationToken,
) -> Result<tokio::task::JoinHandle<std::io::Result<()>>> {
    let figures = figures::install().wrap_err("cannot keep figures for /metrics")?;
    let listener =
        TcpListener::bind(listen).await.wrap_err_with(|| format!("cannot listen on {listen}: is it in use?"))?;
    let address = listener.local_addr()?;
    tracing::info!(%address, "serving /healthz and /metrics");
    let text = [(CONTENT_TYPE, "text/plain; version=0.0.4")];
    let router = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/metrics", get(move || async move { (text, figures.render()) }));
    Ok(tokio::spawn(
        async move { axum::serve(listener, router).with_graceful_shutdown(cancelled.cancelled_owned()).await },
    ))
}
