//! Nothing that is written holds a secret.

use testkit::{Fault, Response, TlsAuthority, TlsFront};

use super::{ATTESTATIONS, BASIC, BEARER, Desk, MANIFEST, TOKEN, all, silent};
use crate::stage::{Run, Stage};

#[test]
fn no_log_report_or_error_holds_a_secret() {
    let desk = Desk::new();
    desk.file(".npmrc", &format!("{{npm}}:_authToken={TOKEN}\n"));
    let index = desk.index_of_ann();
    let noisy = |format: &str| {
        let mut command = desk
            .stage
            .trusting(&["scan", "-v", "--no-cache", "--format", format]);
        command.args(["--npm-registry", &desk.stage.registry.npm_url()]);
        command.env("HOME", desk.home.path());
        command.env("UV_DEFAULT_INDEX", &index);
        command.env("RUST_LOG", "trace");
        Run::of(&mut command)
    };
    for format in ["table", "json"] {
        let run = noisy(format).exits(0);
        silent(&run);
        assert!(run.err.contains("TRACE"), "nothing was logged: {}", run.err);
    }
    all(&desk.sent("/npm/"), Some(BEARER));
    all(&desk.sent("/simple/"), Some(BASIC));
    for fault in [
        Fault::Status(401),
        Fault::Truncate,
        Fault::Redirect("http://127.0.0.1:1/".to_owned()),
    ] {
        for path in [MANIFEST, ATTESTATIONS, "/simple/widget/"] {
            desk.stage.registry.fault(path, fault.clone());
        }
        silent(&noisy("json").exits(3));
    }
}

#[test]
fn no_log_holds_a_secret_over_http2_either() {
    let desk = Desk::new();
    let authority = TlsAuthority::new("company");
    desk.stage.write("authority.pem", &authority.pem());
    let front = TlsFront::http2(&desk.stage.registry, &authority.certify("127.0.0.1"));
    let url = front.url("127.0.0.1");
    desk.file(
        ".npmrc",
        &format!("//{}/npm/:_authToken={TOKEN}\n", front.address()),
    );
    let mut command = desk.stage.trusting(&["scan", "-v", "--format", "json"]);
    command.args(["--npm-registry", &format!("{url}/npm")]);
    command.env(
        "UV_DEFAULT_INDEX",
        format!("{url}/simple").replace("//", "//ann:s3cretPassw0rd@"),
    );
    command.env("HOME", desk.home.path());
    command.env("SSL_CERT_FILE", desk.stage.root().join("authority.pem"));
    let run = Run::of(command.env("RUST_LOG", "trace")).exits(0);
    silent(&run);
    assert!(run.err.contains(" h2::"), "nothing was logged: {}", run.err);
    all(&desk.sent("/npm/"), Some(BEARER));
    all(&desk.sent("/simple/"), Some(BASIC));
}

#[test]
fn a_proxys_password_is_not_shown() {
    let stage = Stage::honest();
    let mut command = stage.trusting(&["scan", "-v", "--timeout", "1"]);
    command.args(["--npm-registry", "https://registry.invalid"]);
    command.env("HTTPS_PROXY", "http://ann:s3cretPassw0rd@127.0.0.1:1");
    command.env("RUST_LOG", "trace");
    silent(&Run::of(&mut command).exits(3));
}

#[test]
fn what_is_looked_for_would_be_found() {
    // The control of the tests above: an answer may say what it was sent.
    let desk = Desk::new();
    let echo = Response::typed(&format!("text/{TOKEN}"), "x");
    desk.stage.registry.set("/simple/widget/", echo);
    let run = desk.scan(&["--format", "json"]).exits(3);
    assert!(run.out.contains(TOKEN), "{}", run.out);
}
