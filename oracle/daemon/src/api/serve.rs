//! The sockets: takes a listener and the routes, answers HTTP/1.1 until it is told to stop.
//!
//! Whoever sends slowly, reads slowly, or opens many connections costs little: heads are small and must
//! come in time, a connection that moves nothing is closed, and both all addresses and each have a limit.

use super::settings::ApiConfig;
use crate::figures;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{Instant, Sleep};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// The request line and all header lines together.
const MAX_HEAD: usize = 16 * 1024;
const MAX_HEADER_LINES: usize = 100;
/// A reader that takes nothing for so long is gone.
const STALLED: Duration = Duration::from_secs(30);
/// What is under way at the end may take so long.
const LAST_ANSWERS: Duration = Duration::from_secs(10);
/// The system has no sockets left: another try at once would not find more.
const EXHAUSTED: Duration = Duration::from_millis(100);

/// How many connections each address has.
type Open = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// Answers until cancelled, and then what is under way.
pub async fn serve(listener: TcpListener, routes: Router, config: &ApiConfig, cancelled: CancellationToken) {
    let all = Arc::new(Semaphore::new(config.connections));
    let open = Open::default();
    let mut http = http1::Builder::new();
    let patience = Duration::from_secs(config.request_seconds);
    http.timer(TokioTimer::new()).header_read_timeout(patience);
    http.max_buf_size(MAX_HEAD).max_headers(MAX_HEADER_LINES);
    let mut connections = JoinSet::new();
    loop {
        // Further ones wait in the system's queue until one of these ends.
        let place = tokio::select! {
            () = cancelled.cancelled() => break,
            place = Arc::clone(&all).acquire_owned() => place,
        };
        let (Ok(place), accepted) = (
            place,
            tokio::select! {
                () = cancelled.cancelled() => break,
                accepted = listener.accept() => accepted,
            },
        ) else {
            break;
        };
        while connections.try_join_next().is_some() {}
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                if !is_of_one_connection(&error) {
                    tracing::warn!(%error, "the API cannot take a connection");
                    tokio::time::sleep(EXHAUSTED).await;
                }
                continue;
            }
        };
        let trusted = config.trusted_proxies.iter().any(|network| network.has(peer.ip().to_canonical()));
        let most = if trusted { config.connections } else { config.connections_per_address };
        let Some(seat) = Seat::take(&open, peer.ip(), most, place) else {
            figures::turned_away();
            continue;
        };
        _ = stream.set_nodelay(true);
        connections.spawn(connection(http.clone(), stream, peer, routes.clone(), cancelled.clone(), seat));
    }
    drop(listener);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(LAST_ANSWERS, all_ended).await.is_err() {
        tracing::warn!("some answers of the API were cut off at the end");
    }
}

async fn connection(
    http: http1::Builder,
    stream: TcpStream,
    peer: SocketAddr,
    routes: Router,
    cancelled: CancellationToken,
    seat: Seat,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        routes.clone().oneshot(request)
    });
    let mut connection = pin!(http.serve_connection(TokioIo::new(Moving::new(stream)), service));
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = cancelled.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, %peer, "a connection ended early");
    }
    drop(seat);
}

/// The other end gave up before it was taken.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionRefused | ConnectionAborted | ConnectionReset)
}

/// A connection's part of both limits, given back when it is dropped.
struct Seat {
    open: Open,
    address: IpAddr,
    _place: OwnedSemaphorePermit,
}

impl Seat {
    fn take(open: &Open, address: IpAddr, most: usize, place: OwnedSemaphorePermit) -> Option<Self> {
        let mut counts = open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Self { open: Arc::clone(open), address, _place: place })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut counts = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let left = counts.get(&self.address).copied().unwrap_or_default().saturating_sub(1);
        if left == 0 {
            counts.remove(&self.address);
        } else {
            counts.insert(self.address, left);
        }
    }
}

/// A stream that fails once nothing could be written for a while.
struct Moving {
    stream: TcpStream,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl Moving {
    fn new(stream: TcpStream) -> Self {
        Self { stream, deadline: None }
    }

    /// What came of a try to write.
    fn watched<T>(&mut self, tried: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if tried.is_ready() {
            self.deadline = None;
            return tried;
        }
        let deadline =
            self.deadline.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + STALLED)));
        deadline.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Moving {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Moving {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let tried = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.watched(tried, cx)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let tried = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.watched(tried, cx)
    }
}
