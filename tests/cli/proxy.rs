//! Proxies, as the environment names them.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use testkit::{TlsAuthority, TlsFront};

use crate::stage::{Run, Stage};

const HOST: &str = "registry.testkit.example";

/// A proxy that leads every tunnel to one place.
struct Proxy {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Answers `CONNECT` with this status line, and connects to `target` where it is 200.
    fn start(status: &'static str, target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let seen = Arc::clone(&heads);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let seen = Arc::clone(&seen);
                // A client that goes away is part of the tests.
                thread::spawn(move || drop(tunnel(&stream, status, target, &seen)));
            }
        });
        Self { address, heads }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was asked of it: request lines and headers.
    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn tunnel(
    stream: &TcpStream,
    status: &str,
    target: SocketAddr,
    seen: &Mutex<Vec<String>>,
) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while reader.read_line(&mut head)? > 2 {}
    seen.lock().unwrap().push(head);
    let mut writer = stream;
    write!(writer, "HTTP/1.1 {status}\r\n\r\n")?;
    if !status.starts_with("200") {
        return Ok(());
    }
    let target = TcpStream::connect(target)?;
    thread::scope(|scope| {
        scope.spawn(|| {
            drop(io::copy(&mut reader, &mut &target));
            drop(target.shutdown(std::net::Shutdown::Write));
        });
        drop(io::copy(&mut &target, &mut writer));
        stream.shutdown(std::net::Shutdown::Write)
    })
}

/// A stage whose registry is only to be had through TLS under a name that does not resolve.
struct Behind {
    stage: Stage,
    front: TlsFront,
}

impl Behind {
    fn new() -> Self {
        let stage = Stage::honest();
        let authority = TlsAuthority::new("company");
        stage.write("authority.pem", &authority.pem());
        let front = TlsFront::http2(&stage.registry, &authority.certify(HOST));
        Self { stage, front }
    }

    fn scan(&self) -> Command {
        let mut command = self.stage.trusting(&["scan", "-v", "--format", "json"]);
        command
            .args(["--npm-registry", &format!("{}/npm", self.front.url(HOST))])
            .env("SSL_CERT_FILE", self.stage.root().join("authority.pem"));
        command
    }
}

#[test]
fn https_goes_through_the_proxy() {
    let behind = Behind::new();
    let proxy = Proxy::start("200 OK", behind.front.address());
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let earlier = proxy.heads().len();
        Run::of(behind.scan().env(name, proxy.url())).exits(0);
        let heads = proxy.heads();
        let port = behind.front.address().port();
        assert_eq!(heads.len(), earlier + 1, "{name}: {heads:?}");
        assert!(
            heads[earlier].starts_with(&format!("CONNECT {HOST}:{port} ")),
            "{name}: {heads:?}"
        );
    }
}

#[test]
fn a_proxys_password_is_for_the_proxy_alone() {
    let behind = Behind::new();
    let open = Proxy::start("200 OK", behind.front.address());
    let shut = Proxy::start("407 Proxy Authentication Required", behind.front.address());
    let with_password = |proxy: &Proxy| proxy.url().replace("//", "//someone:hunter2secret@");
    let accepted = Run::of(behind.scan().env("HTTPS_PROXY", with_password(&open))).exits(0);
    let refused = Run::of(
        behind
            .scan()
            .env("HTTPS_PROXY", with_password(&shut))
            .env("RUST_LOG", "trace"),
    )
    .exits(3);
    let encoded = "c29tZW9uZTpodW50ZXIyc2VjcmV0";
    for proxy in [&open, &shut] {
        assert!(
            proxy.heads().concat().contains(encoded),
            "{:?}",
            proxy.heads()
        );
    }
    for run in [&accepted, &refused] {
        for text in [&run.out, &run.err] {
            for secret in ["hunter2secret", encoded] {
                assert!(!text.contains(secret), "{text}");
            }
        }
    }
    for request in behind.stage.registry.requests() {
        assert_eq!(request.header("proxy-authorization"), None);
    }
}

#[test]
fn a_proxy_that_refuses_is_said() {
    let behind = Behind::new();
    for status in [
        "403 Forbidden",
        "407 Proxy Authentication Required",
        "502 Bad Gateway",
    ] {
        let proxy = Proxy::start(status, behind.front.address());
        let run = Run::of(behind.scan().env("HTTPS_PROXY", proxy.url())).exits(3);
        let report = run.report();
        assert_eq!(report.status("npx/a/spec.yaml"), "unknown", "{status}");
        let message = report.messages("npx/a/spec.yaml")[0];
        assert!(message.contains("HTTPS_PROXY"), "{status}: {message}");
        assert_eq!(proxy.heads().len(), 2, "{status}: asked once per document");
    }
}

/// Not the registry, whose name nobody asked for.
#[test]
fn a_proxy_that_is_not_there_is_blamed() {
    let behind = Behind::new();
    let run = Run::of(behind.scan().env("HTTPS_PROXY", "nonsense.invalid")).exits(3);
    let report = run.report();
    let message = report.messages("npx/a/spec.yaml")[0];
    assert!(
        message.contains("the proxy was not reached: check HTTPS_PROXY"),
        "{message}"
    );
    assert!(!message.contains("check the registry"), "{message}");
}

#[test]
fn no_proxy_names_hosts_that_are_asked_directly() {
    let behind = Behind::new();
    let proxy = Proxy::start("200 OK", behind.front.address());
    let mut command = behind.scan();
    command.env("HTTPS_PROXY", proxy.url());
    let run = Run::of(command.env("NO_PROXY", ".testkit.example")).exits(3);
    let report = run.report();
    let message = report.messages("npx/a/spec.yaml")[0];
    assert!(message.contains("could not be resolved"), "{message}");
    assert_eq!(proxy.heads(), [""; 0]);

    // The control: another host's exception.
    Run::of(command.env("NO_PROXY", "other.example")).exits(0);
}

#[test]
fn this_machine_is_asked_without_a_proxy() {
    let stage = Stage::honest();
    let nobody = SocketAddr::from(([127, 0, 0, 1], 9));
    let proxy = Proxy::start("502 Bad Gateway", nobody);
    let mut command = stage.command(&["scan"]);
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env(name, proxy.url());
    }
    Run::of(&mut command).exits(0);
    assert_eq!(proxy.heads(), [""; 0]);
}
