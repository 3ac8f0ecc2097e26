//! A relay in front of a server, in which every byte travels for half a round trip, and a new connection
//! takes a whole one: what the handshakes of TCP and TLS cost shows in the time.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// A running relay. It ends with its runtime.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    _runtime: Runtime,
}

impl Relay {
    /// Passes everything on to `server`.
    pub(crate) fn start(server: SocketAddr, round_trip: Duration) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let Ok(far) = TcpStream::connect(server).await else {
                    continue;
                };
                if near.set_nodelay(true).is_err() || far.set_nodelay(true).is_err() {
                    continue;
                }
                // The kernel has accepted already; what comes first waits for the handshake.
                let open = Instant::now() + round_trip;
                let ((near_in, near_out), (far_in, far_out)) =
                    (near.into_split(), far.into_split());
                tokio::spawn(carry(near_in, far_out, open, round_trip / 2));
                tokio::spawn(carry(far_in, near_out, open, round_trip / 2));
            }
        });
        Self {
            address,
            _runtime: runtime,
        }
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, open: Instant, travels: Duration) {
    let (send, mut receive) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some((arrives, bytes)) = receive.recv().await {
            sleep_until(arrives).await;
            let bytes: Vec<u8> = bytes;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    });
    let mut buffer = vec![0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let departs = Instant::now().max(open);
        let bytes = buffer[..length].to_vec();
        if send.send((departs + travels, bytes)).is_err() {
            return;
        }
    }
}
