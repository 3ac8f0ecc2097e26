//! Registries over TLS: whose certificates are believed, and what is said where they are not.

use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::{ServerCertificate, TlsAuthority, TlsFront, at};

use crate::stage::{DECLARED, Run, Stage};

const HOST: &str = "127.0.0.1";

/// `scan` of the stage's root through `front`, with `certificates` as `SSL_CERT_FILE`.
fn scan(stage: &Stage, front: &TlsFront, host: &str, certificates: &Path) -> Command {
    let url = front.url(host);
    let mut command = stage.trusting(&["scan", "--format", "json"]);
    command
        .args(["--npm-registry", &format!("{url}/npm")])
        .args(["--pypi-index", &format!("{url}/simple")])
        .env("SSL_CERT_FILE", certificates);
    command
}

/// The authority's certificate as a file beside the specs.
fn file(stage: &Stage, authority: &TlsAuthority) -> PathBuf {
    stage.write("authority.pem", &authority.pem());
    stage.root().join("authority.pem")
}

#[test]
fn an_authority_of_ones_own_is_trusted_through_ssl_cert_file() {
    let stage = Stage::honest();
    stage.pypi("b", "widget", DECLARED);
    let authority = TlsAuthority::new("company");
    let certificates = file(&stage, &authority);
    for front in [TlsFront::http1, TlsFront::http2] {
        let front = front(&stage.registry, &authority.certify(HOST));
        Run::of(&mut scan(&stage, &front, HOST, &certificates)).exits(0);
    }
}

#[test]
fn one_connection_carries_everything_over_http2() {
    let stage = Stage::new();
    for at in 0..12 {
        stage.npm(&format!("s{at}"), &format!("widget{at}"), DECLARED);
    }
    let authority = TlsAuthority::new("company");
    let certificates = file(&stage, &authority);
    let certificate = authority.certify(HOST);
    let front = TlsFront::http2(&stage.registry, &certificate);
    Run::of(&mut scan(&stage, &front, HOST, &certificates)).exits(0);
    assert_eq!(stage.registry.requests().len(), 24);
    assert_eq!(front.connections(), 1);
}

/// Exit 3, `unknown`, the reason, and no request that reached the registry.
#[track_caller]
fn refused(certificate: &ServerCertificate, authority: &TlsAuthority, host: &str, says: &[&str]) {
    let stage = Stage::honest();
    let certificates = file(&stage, authority);
    let front = TlsFront::http2(&stage.registry, certificate);
    let run = Run::of(&mut scan(&stage, &front, host, &certificates)).exits(3);
    let report = run.report();
    let spec = "npx/a/spec.yaml";
    assert_eq!(report.status(spec), "unknown");
    assert_eq!(report.rules(spec), ["verification-incomplete"]);
    let message = report.messages(spec)[0];
    for says in says {
        assert!(message.contains(says), "{says:?} is not in {message:?}");
    }
    assert_eq!(stage.registry.paths(), [""; 0]);
    assert_eq!(
        front.connections(),
        2,
        "manifest and attestations, once each"
    );
}

#[test]
fn an_unknown_authority_is_not_trusted() {
    let says = ["authority", "set SSL_CERT_FILE"];
    let stranger = TlsAuthority::new("stranger").certify(HOST);
    refused(&stranger, &TlsAuthority::new("company"), HOST, &says);
}

#[test]
fn a_certificate_of_another_host_is_refused() {
    let authority = TlsAuthority::new("company");
    let other = authority.certify("registry.testkit.example");
    let says = ["not valid for name", "check the registry's address"];
    refused(&other, &authority, HOST, &says);
}

#[test]
fn a_certificate_out_of_its_time_is_refused() {
    let authority = TlsAuthority::new("company");
    for (from, to, says) in [
        ("2021-03-01T00:00:00Z", "2022-03-01T00:00:00Z", "expired"),
        (
            "2045-03-01T00:00:00Z",
            "2046-03-01T00:00:00Z",
            "not valid yet",
        ),
    ] {
        let certificate = authority.certify_for(HOST, at(from), at(to));
        refused(&certificate, &authority, HOST, &[says, "clock"]);
    }
}

#[test]
fn a_certificate_file_without_certificates_is_said() {
    let stage = Stage::honest();
    let authority = TlsAuthority::new("company");
    let front = TlsFront::http2(&stage.registry, &authority.certify(HOST));
    stage.write("empty.pem", "");
    for name in ["empty.pem", "not-there.pem"] {
        let certificates = stage.root().join(name);
        let run = Run::of(&mut scan(&stage, &front, HOST, &certificates)).exits(3);
        let report = run.report();
        assert_eq!(report.status("npx/a/spec.yaml"), "unknown");
        let message = report.messages("npx/a/spec.yaml")[0].to_owned();
        assert!(message.contains("set SSL_CERT_FILE"), "{message}");
    }
}
