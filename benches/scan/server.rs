//! A registry that answers as fast as it can, or after a chosen delay: keep-alive HTTP/1.1 in clear
//! text, or TLS with HTTP/1.1 or HTTP/2; bodies shared, requests counted.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use testkit::{ServerCertificate, tls_acceptor};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// One document: content type, entity tag, body.
struct Document {
    content_type: String,
    etag: String,
    body: Bytes,
}

/// How a server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wire {
    Clear,
    Tls(Http),
}

/// The versions of HTTP over TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Http {
    One,
    Two,
}

/// A running server. It ends with its runtime.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    wire: Wire,
    shared: Arc<Shared>,
    _runtime: Runtime,
}

struct Shared {
    documents: HashMap<String, Document>,
    delay_micros: AtomicU64,
    asked: Mutex<BTreeMap<String, u64>>,
}

impl Server {
    /// Serves what `registry` was given; over TLS, with `certificate`.
    pub(crate) fn start(
        registry: &testkit::Registry,
        wire: Wire,
        certificate: &ServerCertificate,
    ) -> Self {
        let documents = registry.documents().into_iter().map(|(path, response)| {
            let content_type = response
                .headers
                .iter()
                .find(|(name, _)| name == "content-type")
                .map_or("application/json", |(_, value)| value.as_str());
            let document = Document {
                content_type: content_type.to_owned(),
                etag: format!("\"{:x}-{}\"", response.body.len(), path.len()),
                body: Bytes::from(response.body),
            };
            (path, document)
        });
        let shared = Arc::new(Shared {
            documents: documents.collect(),
            delay_micros: AtomicU64::new(0),
            asked: Mutex::default(),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let server = Arc::clone(&shared);
        let tls = match wire {
            Wire::Clear => None,
            Wire::Tls(Http::One) => Some(tls_acceptor(certificate, &["http/1.1"])),
            Wire::Tls(Http::Two) => Some(tls_acceptor(certificate, &["h2"])),
        };
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // An answer is head and body: waiting to fill a packet would be the server's own delay.
                if stream.set_nodelay(true).is_err() {
                    continue;
                }
                let (server, tls) = (Arc::clone(&server), tls.clone());
                tokio::spawn(async move {
                    let Some(tls) = tls else {
                        return connection(stream, server, Http::One).await;
                    };
                    let Wire::Tls(http) = wire else { return };
                    if let Ok(stream) = tls.accept(stream).await {
                        connection(stream, server, http).await;
                    }
                });
            }
        });
        Self {
            address,
            wire,
            shared,
            _runtime: runtime,
        }
    }

    /// `http://` or `https://`, `127.0.0.1:PORT`; the port of a relay in front of it, where there is one.
    pub(crate) fn url(&self, relay: Option<SocketAddr>) -> String {
        let scheme = match self.wire {
            Wire::Clear => "http",
            Wire::Tls(_) => "https",
        };
        format!("{scheme}://{}", relay.unwrap_or(self.address))
    }

    /// Lets every answer wait this long after its request: a round trip on an open connection.
    pub(crate) fn delay(&self, delay: Duration) {
        let micros = u64::try_from(delay.as_micros()).unwrap();
        self.shared.delay_micros.store(micros, Ordering::Relaxed);
    }

    /// How often each path was asked for since the last call.
    pub(crate) fn asked(&self) -> BTreeMap<String, u64> {
        std::mem::take(&mut *self.shared.asked.lock().unwrap())
    }
}

async fn connection<S>(stream: S, shared: Arc<Shared>, http: Http)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(|request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(answer(&request, &shared).await) }
    });
    // A client that goes away is no failure of the server.
    let stream = TokioIo::new(stream);
    match http {
        Http::One => drop(
            http1::Builder::new()
                .serve_connection(stream, service)
                .await,
        ),
        Http::Two => drop(
            http2::Builder::new(TokioExecutor::new())
                .serve_connection(stream, service)
                .await,
        ),
    }
}

async fn answer(request: &Request<Incoming>, shared: &Shared) -> Response<Full<Bytes>> {
    let path = percent_encoding::percent_decode_str(request.uri().path())
        .decode_utf8_lossy()
        .into_owned();
    let delay = Duration::from_micros(shared.delay_micros.load(Ordering::Relaxed));
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    // npm takes the attestations' path from the host's root, whatever the registry's own path is.
    let path = match path.strip_prefix("/-/npm/") {
        Some(rest) => format!("/npm/-/npm/{rest}"),
        None => path,
    };
    let document = shared.documents.get(&path);
    *shared.asked.lock().unwrap().entry(path).or_default() += 1;
    let Some(document) = document else {
        return empty(StatusCode::NOT_FOUND, None);
    };
    let known = request
        .headers()
        .get("if-none-match")
        .is_some_and(|tag| tag.as_bytes() == document.etag.as_bytes());
    if known {
        return empty(StatusCode::NOT_MODIFIED, Some(&document.etag));
    }
    Response::builder()
        .header("content-type", &document.content_type)
        .header("etag", &document.etag)
        .header("cache-control", "public, max-age=0, must-revalidate")
        .body(Full::new(document.body.clone()))
        .unwrap()
}

fn empty(status: StatusCode, etag: Option<&str>) -> Response<Full<Bytes>> {
    let mut builder = Response::builder().status(status);
    if let Some(etag) = etag {
        builder = builder.header("etag", etag);
    }
    builder.body(Full::default()).unwrap()
}
