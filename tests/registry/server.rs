//! A tiny HTTP/1.1 server on loopback that answers what a test tells it to, faults included.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// What to do with one request.
pub(crate) enum Reply {
    /// Send these bytes (a whole answer) and wait for the next request.
    Keep(Vec<u8>),
    /// Send these bytes and close the connection.
    Close(Vec<u8>),
    /// Send these bytes and then nothing, until the client gives up.
    Hang(Vec<u8>),
    /// Send the first bytes once, and the second ones for ever.
    Endless(Vec<u8>, Vec<u8>),
}

/// A request line's target, and the header lines in lower case.
pub(crate) struct Request {
    pub path: String,
    pub headers: Vec<String>,
}

type Handler = dyn Fn(&Request, usize) -> Reply + Send + Sync;

pub(crate) struct Server {
    address: SocketAddr,
    counts: Arc<Mutex<BTreeMap<String, usize>>>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// Starts a server; `handler` gets each request and how many came for its path before.
    pub(crate) fn start(
        handler: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let counts = Arc::<Mutex<BTreeMap<String, usize>>>::default();
        let handler: Arc<Handler> = Arc::new(handler);
        let shared = Arc::clone(&counts);
        let connections = Arc::<AtomicUsize>::default();
        let connected = Arc::clone(&connections);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                connected.fetch_add(1, Ordering::SeqCst);
                let (handler, counts) = (Arc::clone(&handler), Arc::clone(&shared));
                // A client that goes away is part of the tests.
                thread::spawn(move || drop(serve(&stream, &handler, &counts)));
            }
        });
        Self {
            address,
            counts,
            connections,
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests came for a path.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.counts.lock().unwrap().get(path).copied().unwrap_or(0)
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// How many requests came.
    pub(crate) fn total(&self) -> usize {
        self.counts.lock().unwrap().values().sum()
    }
}

fn serve(
    stream: &TcpStream,
    handler: &Arc<Handler>,
    counts: &Mutex<BTreeMap<String, usize>>,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    while let Some(request) = read_request(&mut reader)? {
        let earlier = {
            let mut counts = counts.lock().unwrap();
            let count = counts.entry(request.path.clone()).or_default();
            *count += 1;
            *count - 1
        };
        match handler(&request, earlier) {
            Reply::Keep(bytes) => writer.write_all(&bytes)?,
            Reply::Close(bytes) => return writer.write_all(&bytes),
            Reply::Hang(bytes) => {
                writer.write_all(&bytes)?;
                return reader.read_to_end(&mut Vec::new()).map(drop);
            }
            Reply::Endless(head, body) => {
                writer.write_all(&head)?;
                loop {
                    writer.write_all(&body)?;
                }
            }
        }
    }
    Ok(())
}

fn read_request(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut lines = reader.lines();
    let Some(first) = lines.next().transpose()? else {
        return Ok(None);
    };
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = Vec::new();
    for line in lines {
        let line = line?;
        if line.is_empty() {
            break;
        }
        headers.push(line.to_ascii_lowercase());
    }
    Ok(Some(Request { path, headers }))
}

/// A whole answer.
pub(crate) fn answer(status: u16, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} X\r\n");
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    if !matches!(status, 204 | 304) {
        let length = format!("Content-Length: {}\r\n", body.len());
        head.push_str(&length);
    }
    head.push_str("\r\n");
    let body = if matches!(status, 204 | 304) {
        &[]
    } else {
        body
    };
    [head.as_bytes(), body].concat()
}
