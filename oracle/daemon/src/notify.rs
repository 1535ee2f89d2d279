//! What systemd is told: that the daemon is up, that it lives, that it ends.
//!
//! Takes `NOTIFY_SOCKET` and `WATCHDOG_USEC` as systemd sets them; without them it does nothing. Never fails: a
//! daemon runs no worse because nobody listens.

#[cfg(target_os = "linux")]
use std::os::unix::net::SocketAddr;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Sends one state, such as `READY=1`.
pub fn tell(state: &str) {
    let Some(socket) = std::env::var_os("NOTIFY_SOCKET") else { return };
    if let Err(error) = send(&socket, state) {
        tracing::warn!(error = %error, state, "systemd was not told");
    }
}

fn send(socket: &std::ffi::OsStr, state: &str) -> std::io::Result<()> {
    let from = UnixDatagram::unbound()?;
    #[cfg(target_os = "linux")]
    if let Some(name) = std::os::unix::ffi::OsStrExt::as_bytes(socket).strip_prefix(b"@") {
        let address = <SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(name)?;
        return from.send_to_addr(state.as_bytes(), &address).map(drop);
    }
    from.send_to(state.as_bytes(), socket).map(drop)
}

/// How often systemd wants to hear of this process, if it does: twice as often as it would lose patience.
fn watchdog() -> Option<Duration> {
    let number = |name| std::env::var(name).ok()?.parse::<u64>().ok();
    let is_us = number("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(std::process::id()));
    let patience = number("WATCHDOG_USEC").filter(|_| is_us)?;
    Some(Duration::from_micros(patience / 2).max(Duration::from_millis(1)))
}

/// Says that the process lives, until cancelled. A runtime whose threads are all stuck says nothing any more;
/// whether ticks succeed is told by `/readyz`, as no restart mends GitHub.
pub async fn live(cancelled: CancellationToken) {
    let Some(every) = watchdog() else { return };
    loop {
        tell("WATCHDOG=1");
        tokio::select! {
            () = cancelled.cancelled() => return,
            () = tokio::time::sleep(every) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systemd_hears_the_state_on_its_socket() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        send(path.as_os_str(), "READY=1").unwrap();
        let mut heard = [0; 64];
        let length = socket.recv(&mut heard).unwrap();
        assert_eq!(&heard[..length], b"READY=1");
        drop(socket);
        assert!(send(path.as_os_str(), "READY=1").is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_abstract_socket_is_one_that_begins_with_an_at() {
        use std::os::linux::net::SocketAddrExt as _;
        let name = format!("guerdon-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let socket = UnixDatagram::bind_addr(&address).unwrap();
        send(format!("@{name}").as_ref(), "STOPPING=1").unwrap();
        let mut heard = [0; 64];
        let length = socket.recv(&mut heard).unwrap();
        assert_eq!(&heard[..length], b"STOPPING=1");
    }
}
