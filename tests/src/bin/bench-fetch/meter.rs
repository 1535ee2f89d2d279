//! Counts the bytes between the daemon and GitHub: a plain TCP relay.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub struct Meter {
    address: SocketAddr,
    received: Arc<AtomicU64>,
}

impl Meter {
    /// Relays to an `http://` address.
    pub async fn before(base_url: &str) -> std::io::Result<Self> {
        let target = base_url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let received = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&received);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (target, counter) = (target.clone(), Arc::clone(&counter));
                // A connection that breaks is the client's to notice.
                tokio::spawn(async move { drop(relay(client, &target, &counter).await) });
            }
        });
        Ok(Self { address, received })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Bytes of answers so far, with their headers.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }
}

async fn relay(mut client: TcpStream, target: &str, counter: &AtomicU64) -> std::io::Result<()> {
    let mut server = TcpStream::connect(target).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let up = async {
        tokio::io::copy(&mut from_client, &mut to_server).await?;
        to_server.shutdown().await
    };
    let down = async {
        let mut part = vec![0; 64 * 1024];
        loop {
            let read = from_server.read(&mut part).await?;
            if read == 0 {
                return to_client.shutdown().await;
            }
            counter.fetch_add(read.try_into().unwrap_or(0), Ordering::Relaxed);
            to_client.write_all(part.get(..read).unwrap_or_default()).await?;
        }
    };
    tokio::try_join!(up, down).map(drop)
}
