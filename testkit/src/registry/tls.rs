//! A registry behind TLS: what is in front of it decrypts, and speaks HTTP/2 where it is asked to.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use h2::server::SendResponse;
use tokio::io::{
    AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, copy_bidirectional, duplex,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateSec1KeyDer};

use super::Registry;
use super::http2::{Http2Fault, Http2Faults, interpose};
use crate::tls::ServerCertificate;

/// A TLS server that passes what it is asked on to a [`Registry`]. Dropping it ends every
/// connection.
#[derive(Debug)]
pub struct TlsFront {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    faults: Option<Arc<Http2Faults>>,
    runtime: Option<Runtime>,
}

/// Bytes that may be under way inside of the front.
const UNDER_WAY: usize = 1 << 20;

impl TlsFront {
    /// Serves `registry` with HTTP/1.1 only.
    pub fn http1(registry: &Registry, certificate: &ServerCertificate) -> Self {
        Self::start(registry, certificate, &["http/1.1"], None)
    }

    /// Serves `registry`, with HTTP/2 for who offers it (ALPN).
    pub fn http2(registry: &Registry, certificate: &ServerCertificate) -> Self {
        Self::start(registry, certificate, &["h2", "http/1.1"], None)
    }

    /// Serves `registry` with HTTP/2, which goes wrong for so many `times`: connections or requests,
    /// whichever the fault is about.
    pub fn http2_failing(
        registry: &Registry,
        certificate: &ServerCertificate,
        fault: Http2Fault,
        times: usize,
    ) -> Self {
        let faults = Arc::new(Http2Faults::new(fault, times));
        Self::start(registry, certificate, &["h2"], Some(faults))
    }

    fn start(
        registry: &Registry,
        certificate: &ServerCertificate,
        alpn: &[&str],
        faults: Option<Arc<Http2Faults>>,
    ) -> Self {
        let acceptor = tls_acceptor(certificate, alpn);
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("threads");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        let address = listener.local_addr().expect("a bound socket");
        listener.set_nonblocking(true).expect("a socket");
        let connections = Arc::new(AtomicUsize::new(0));
        let (counter, behind) = (Arc::clone(&connections), registry.address);
        let shared = faults.clone();
        runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).expect("a socket");
            while let Ok((stream, _)) = listener.accept().await {
                counter.fetch_add(1, Ordering::SeqCst);
                let (acceptor, faults) = (acceptor.clone(), shared.clone());
                // A client that goes away is no failure of the server.
                tokio::spawn(async move { drop(serve(acceptor, stream, behind, faults).await) });
            }
        });
        Self {
            address,
            connections,
            faults,
            runtime: Some(runtime),
        }
    }

    /// The port, on 127.0.0.1.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `https://HOST:PORT`; whether HOST leads here is the caller's affair.
    pub fn url(&self, host: &str) -> String {
        format!("https://{host}:{}", self.address.port())
    }

    /// Connections so far, those whose handshake failed included.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Requests so far to a front that fails, those included that reached nobody.
    pub fn streams(&self) -> usize {
        self.faults.as_ref().map_or(0, |faults| faults.streams())
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// What accepts TLS connections with this certificate, for these protocols (ALPN).
pub fn tls_acceptor(certificate: &ServerCertificate, alpn: &[&str]) -> TlsAcceptor {
    TlsAcceptor::from(Arc::new(config(certificate, alpn)))
}

fn config(certificate: &ServerCertificate, alpn: &[&str]) -> ServerConfig {
    let chain = certificate.chain.iter().cloned();
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider's versions")
        .with_no_client_auth()
        .with_single_cert(
            chain.map(CertificateDer::from).collect(),
            PrivateSec1KeyDer::from(certificate.key.clone()).into(),
        )
        .expect("a usable key");
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    config
}

async fn serve(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    behind: SocketAddr,
    faults: Option<Arc<Http2Faults>>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = acceptor.accept(stream).await?;
    if let Some(faults) = faults {
        let (outer, inner) = duplex(UNDER_WAY);
        let most = (faults.fault == Http2Fault::OneStream).then_some(1);
        tokio::spawn(async move { drop(http2(inner, behind, most).await) });
        return interpose(stream, outer, &faults).await;
    }
    if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
        return http2(stream, behind, None).await.map_err(io::Error::other);
    }
    let mut inner = TcpStream::connect(behind).await?;
    inner.set_nodelay(true)?;
    copy_bidirectional(&mut stream, &mut inner).await.map(drop)
}

/// Serves a connection, with at most so many streams at a time.
async fn http2<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    behind: SocketAddr,
    most: Option<u32>,
) -> Result<(), h2::Error> {
    let mut builder = h2::server::Builder::new();
    if let Some(most) = most {
        builder.max_concurrent_streams(most);
    }
    let mut connection = builder.handshake(stream).await?;
    while let Some(asked) = connection.accept().await {
        let (request, mut respond) = asked?;
        tokio::spawn(async move {
            match pass_on(&request, behind).await {
                Ok((head, body)) => answer(&mut respond, head, body),
                Err(_) => respond.send_reset(h2::Reason::INTERNAL_ERROR),
            }
        });
    }
    Ok(())
}

fn answer(respond: &mut SendResponse<Bytes>, head: http::Response<()>, body: Vec<u8>) {
    if let Ok(mut stream) = respond.send_response(head, body.is_empty()) {
        drop(stream.send_data(body.into(), true));
    }
}

/// Asks the registry behind with HTTP/1.1.
async fn pass_on<T>(
    request: &http::Request<T>,
    behind: SocketAddr,
) -> io::Result<(http::Response<()>, Vec<u8>)> {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let mut head = format!(
        "{} {path} HTTP/1.1\r\nconnection: close\r\n",
        request.method()
    );
    for (name, value) in request.headers() {
        let value = value.to_str().unwrap_or_default();
        head.extend([name.as_str(), ": ", value, "\r\n"]);
    }
    head.push_str("\r\n");
    let mut inner = TcpStream::connect(behind).await?;
    inner.write_all(head.as_bytes()).await?;
    let mut answer = Vec::new();
    inner.read_to_end(&mut answer).await?;
    parse(&answer).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn parse(answer: &[u8]) -> Option<(http::Response<()>, Vec<u8>)> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let (head, body) = answer.split_at(end + 4);
    let mut lines = std::str::from_utf8(head).ok()?.lines();
    let status = lines.next()?.split(' ').nth(1)?;
    let mut response = http::Response::builder().status(status);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name != "connection" {
            response = response.header(name, value.trim());
        }
    }
    Some((response.body(()).ok()?, body.to_vec()))
}
