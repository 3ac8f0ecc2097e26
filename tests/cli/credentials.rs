//! Credentials: where each comes from, that it reaches the registry it is for, and nobody else.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;
use testkit::{Fault, Registry, Response, TlsAuthority, TlsFront};

use crate::stage::{DECLARED, Run, Stage, spec};

const TOKEN: &str = "npm_s3cretT0ken";
const BEARER: &str = "Bearer npm_s3cretT0ken";
/// `ann:s3cretPassw0rd`.
const BASIC: &str = "Basic YW5uOnMzY3JldFBhc3N3MHJk";
/// What must not be seen anywhere: token, password, and the password as it is sent.
const SECRETS: [&str; 3] = [TOKEN, "s3cretPassw0rd", "YW5uOnMzY3JldFBhc3N3MHJk"];

const MANIFEST: &str = "/npm/@acme/a/1.2.3";
const ATTESTATIONS: &str = "/npm/-/npm/v1/attestations/@acme/a@1.2.3";

/// A repository with an npm and a PyPI package, and the home folder of whoever scans it.
struct Desk {
    stage: Stage,
    home: TempDir,
}

impl Desk {
    fn new() -> Self {
        let stage = Stage::honest();
        stage.pypi("b", "widget", DECLARED);
        Self {
            stage,
            home: tempfile::tempdir().unwrap(),
        }
    }

    /// Writes a file of the home folder. `{npm}` stands for `//host:port/npm/`.
    fn file(&self, name: &str, text: &str) -> PathBuf {
        let npm = nerf(&self.stage.registry);
        let path = self.home.path().join(name);
        fs::write(&path, text.replace("{npm}", &npm)).unwrap();
        path
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.stage.command(&["scan"]);
        command.args(arguments).env("HOME", self.home.path());
        command
    }

    fn scan(&self, arguments: &[&str]) -> Run {
        Run::of(&mut self.command(arguments))
    }

    /// As [`Desk::scan`], the index named by a variable instead of a flag.
    fn scan_index(&self, variables: &[(&str, String)]) -> Run {
        let mut command = self
            .stage
            .trusting(&["scan", "--no-cache", "--format", "json"]);
        command.args(["--npm-registry", &self.stage.registry.npm_url()]);
        command.env("HOME", self.home.path());
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        Run::of(&mut command)
    }

    /// The index with a user name and a password in it.
    fn index_of_ann(&self) -> String {
        self.stage
            .registry
            .pypi_index_url()
            .replace("//", "//ann:s3cretPassw0rd@")
    }

    /// What was sent with requests whose path starts with `path`.
    #[track_caller]
    fn sent(&self, path: &str) -> Vec<Option<String>> {
        let sent = authorizations(&self.stage.registry, path);
        assert!(!sent.is_empty(), "nothing was asked below {path}");
        sent
    }
}

/// `//host:port/npm/`.
fn nerf(registry: &Registry) -> String {
    format!("{}/", registry.npm_url().replace("http:", ""))
}

fn authorizations(registry: &Registry, path: &str) -> Vec<Option<String>> {
    registry
        .requests()
        .iter()
        .filter(|request| request.path.starts_with(path))
        .map(|request| request.header("authorization").map(str::to_owned))
        .collect()
}

#[track_caller]
fn all(sent: &[Option<String>], expected: Option<&str>) {
    assert!(
        sent.iter().all(|sent| sent.as_deref() == expected),
        "{sent:?}"
    );
}

#[track_caller]
fn silent(run: &Run) {
    for secret in SECRETS {
        for text in [&run.out, &run.err] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}

#[test]
fn npmrc_of_the_home_folder_is_for_npm_only() {
    let desk = Desk::new();
    for (npmrc, header) in [
        ("{npm}:_authToken=${NPM_TOKEN}\n", BEARER),
        ("{npm}:_auth=YW5uOnMzY3JldFBhc3N3MHJk\n", BASIC),
        (
            "{npm}:username=ann\n{npm}:_password=czNjcmV0UGFzc3cwcmQ=\n",
            BASIC,
        ),
    ] {
        desk.file(".npmrc", npmrc);
        let before = desk.stage.registry.requests().len();
        let run = Run::of(desk.command(&["--format", "json"]).env("NPM_TOKEN", TOKEN)).exits(0);
        assert_eq!(run.report().status("npx/a/spec.yaml"), "verified");
        silent(&run);
        let requests = desk.stage.registry.requests();
        let (_, new) = requests.split_at(before);
        assert_eq!(new.len(), 5);
        for request in new {
            let expected = request.path.starts_with("/npm/").then_some(header);
            assert_eq!(
                request.header("authorization"),
                expected,
                "{}",
                request.path
            );
        }
    }
}

#[test]
fn another_file_may_be_named() {
    let desk = Desk::new();
    desk.file(".npmrc", "{npm}:_authToken=other\n");
    let file = desk.file("named", &format!("{{npm}}:_authToken={TOKEN}\n"));
    for variable in ["NPM_CONFIG_USERCONFIG", "npm_config_userconfig"] {
        Run::of(desk.command(&[]).env(variable, &file)).exits(0);
    }
    all(&desk.sent("/npm/"), Some(BEARER));
}

#[test]
fn a_token_for_another_port_path_or_host_is_not_sent() {
    let desk = Desk::new();
    let other = Registry::start();
    let other = nerf(&other);
    desk.file(
        ".npmrc",
        &format!(
            "{other}:_authToken={TOKEN}\n//127.0.0.1/:_authToken={TOKEN}\n\
             {{npm}}private/:_authToken={TOKEN}\n//registry.npmjs.org/:_authToken={TOKEN}\n"
        ),
    );
    silent(&desk.scan(&[]).exits(0));
    all(&desk.sent("/"), None);
}

#[test]
fn npmrc_of_the_scanned_repository_is_never_read() {
    let desk = Desk::new();
    let stranger = Registry::start();
    let npmrc = format!(
        "registry={0}\n@acme:registry={0}\n{1}:_authToken=${{NPM_TOKEN}}\n",
        stranger.npm_url(),
        nerf(&stranger),
    );
    for path in [
        ".npmrc",
        "npx/.npmrc",
        "npx/a/.npmrc",
        ".netrc",
        "pip.conf",
        "uv.toml",
    ] {
        desk.stage.write(path, &npmrc);
    }
    let run = Run::of(desk.command(&[]).env("NPM_TOKEN", TOKEN)).exits(0);
    silent(&run);
    assert_eq!(stranger.paths(), [""; 0]);
    all(&desk.sent("/"), None);
    // Not even where the user's own settings name it.
    for (variable, path) in [
        ("NPM_CONFIG_USERCONFIG", ".npmrc"),
        ("NETRC", ".netrc"),
        ("HOME", ""),
    ] {
        let path = desk.stage.root().join(path);
        let mut command = desk.command(&[]);
        command.env("NPM_TOKEN", TOKEN).env(variable, path);
        Run::of(&mut command).refuses("lies in the scanned folder");
    }
    assert_eq!(stranger.paths(), [""; 0]);
}

#[test]
fn a_scope_has_its_own_registry_and_the_report_says_so() {
    let desk = Desk::new();
    let own = Registry::start();
    own.publish_npm(&desk.stage.world.npm_package("@own/a", "1.2.3"));
    desk.stage.write(
        "npx/own/spec.yaml",
        &spec("npx", "@own/a", "1.2.3", DECLARED),
    );
    let (npm, url) = (nerf(&own), own.npm_url());
    desk.file(
        ".npmrc",
        &format!("@own:registry={url}\n{npm}:_authToken={TOKEN}\n"),
    );
    // This one is a mirror for the scope.
    let keys = format!("@own={}", desk.stage.npm_keys().display());
    let run = desk
        .scan(&["--format", "json", "--npm-keys", &keys])
        .exits(0);
    let report = run.report();
    assert_eq!(report.status("npx/own/spec.yaml"), "verified");
    let changes = report.json["gate"]["changes"].to_string();
    let change = format!("npm-registry of @own is {url} (~/.npmrc)");
    assert!(changes.contains(&change), "{changes}");
    all(&authorizations(&own, "/"), Some(BEARER));
    assert_eq!(own.requests().len(), 2);
    all(&desk.sent("/"), None);
    assert!(
        desk.stage
            .registry
            .paths()
            .iter()
            .all(|path| !path.contains("@own"))
    );
}

#[test]
fn a_mirrors_own_keys_are_not_asked_for_however_one_logs_in() {
    let desk = Desk::new();
    desk.stage
        .registry
        .serve_npm_keys(&testkit::World::with_label("mirror", desk.stage.world.now));
    desk.file(".npmrc", &format!("{{npm}}:_authToken={TOKEN}\n"));
    desk.scan(&[]).exits(0);
    let paths = desk.stage.registry.paths();
    assert!(
        paths.iter().all(|path| !path.contains("/keys")),
        "{paths:?}"
    );
}

#[test]
fn what_could_change_the_registry_and_cannot_be_read_stops() {
    let desk = Desk::new();
    for (npmrc, says) in [
        (
            "@acme:registry=${UNSET}\n",
            "~/.npmrc:1: the environment variable UNSET is not set",
        ),
        (
            "registry=https://r.example/${NPM_TOKEN}/\n",
            "~/.npmrc:1: a variable in a registry's address is refused",
        ),
        (
            "registry=https://ann:s3cretPassw0rd@r.example/\n",
            "~/.npmrc:1: ",
        ),
        (
            "@acme:registry=http://r.example/\n",
            "http is accepted for this machine only",
        ),
        (
            "@acme:registry=\n",
            "~/.npmrc:1: the registry's address is empty",
        ),
    ] {
        desk.file(".npmrc", npmrc);
        let run = Run::of(desk.command(&[]).env("NPM_TOKEN", TOKEN)).refuses(says);
        silent(&run);
    }
    assert_eq!(desk.stage.registry.paths(), [""; 0]);
}

#[test]
fn a_credential_that_cannot_be_used_is_told_of() {
    let desk = Desk::new();
    desk.file(
        ".npmrc",
        "# mine\n{npm}:_authToken=${UNSET}\n_authToken=npm_s3cretT0ken\n",
    );
    let run = desk.scan(&[]).exits(0);
    silent(&run);
    let lines: Vec<&str> = run.err.lines().collect();
    assert_eq!(
        lines,
        [
            "warning: ~/.npmrc:3: `_authToken` without `//host/…/:` before it says not where it may \
             go; it is not used",
            "warning: ~/.npmrc:2: this credential cannot be used: the environment variable UNSET is \
             not set",
        ]
    );
    assert_eq!(desk.scan(&["--quiet"]).exits(0).err, "");
    all(&desk.sent("/"), None);
}

#[test]
fn pypi_gets_what_stands_in_the_variable() {
    let desk = Desk::new();
    let index = desk.index_of_ann();
    for variables in [
        vec![("UV_DEFAULT_INDEX", index.clone())],
        vec![("UV_DEFAULT_INDEX", format!("mine={index}"))],
        vec![("UV_INDEX_URL", index.clone())],
        vec![("PIP_INDEX_URL", index)],
        vec![
            (
                "UV_DEFAULT_INDEX",
                format!("my-index={}", desk.stage.registry.pypi_index_url()),
            ),
            ("UV_INDEX_MY_INDEX_USERNAME", "ann".to_owned()),
            ("UV_INDEX_MY_INDEX_PASSWORD", "s3cretPassw0rd".to_owned()),
        ],
    ] {
        let before = desk.stage.registry.requests().len();
        let run = desk.scan_index(&variables).exits(0);
        silent(&run);
        let changes = run.report().json["gate"]["changes"].to_string();
        assert!(
            changes.contains(&desk.stage.registry.pypi_index_url()),
            "{changes}"
        );
        let requests = desk.stage.registry.requests();
        let (_, new) = requests.split_at(before);
        assert_eq!(new.len(), 5);
        for request in new {
            let expected = (!request.path.starts_with("/npm/")).then_some(BASIC);
            assert_eq!(
                request.header("authorization"),
                expected,
                "{}",
                request.path
            );
        }
    }
}

#[test]
fn passwords_in_flags_and_in_the_configuration_are_refused() {
    let desk = Desk::new();
    let index = desk.index_of_ann();
    let mut command = desk.stage.trusting(&["scan", "--pypi-index", &index]);
    silent(&Run::of(&mut command).refuses("a user name or password"));
    let npm = index.replace("/simple", "/npm");
    let mut command = desk.stage.trusting(&["scan"]);
    silent(&Run::of(command.env("NPM_CONFIG_REGISTRY", npm)).refuses("a user name or password"));
    desk.stage.write(
        "dockyard-provenance.toml",
        &format!("pypi-index = \"{index}\"\n"),
    );
    let mut command = desk.stage.trusting(&["scan"]);
    silent(&Run::of(&mut command).refuses("a user name or password"));
    assert_eq!(desk.stage.registry.paths(), [""; 0]);
}

#[test]
fn netrc_is_for_the_index_that_the_user_named() {
    let desk = Desk::new();
    desk.file(
        ".netrc",
        "machine 127.0.0.1 login ann password s3cretPassw0rd\n",
    );
    silent(&desk.scan(&[]).exits(0));
    all(&desk.sent("/simple/"), Some(BASIC));
    all(&desk.sent("/integrity/"), Some(BASIC));
    all(&desk.sent("/npm/"), None);
}

#[test]
fn netrc_of_another_host_is_not_used_and_default_is() {
    let desk = Desk::new();
    let login = "login ann password s3cretPassw0rd\n";
    let file = desk.file(
        "netrc",
        &format!("machine localhost {login}machine 127.0.0.10 {login}"),
    );
    Run::of(desk.command(&[]).env("NETRC", &file)).exits(0);
    all(&desk.sent("/"), None);
    desk.file(
        "netrc",
        &format!("machine localhost {login}default {login}"),
    );
    let before = authorizations(&desk.stage.registry, "/simple/").len();
    Run::of(desk.command(&[]).env("NETRC", &file)).exits(0);
    let sent = desk.sent("/simple/");
    let (_, new) = sent.split_at(before);
    all(new, Some(BASIC));
}

#[test]
fn a_repository_cannot_have_a_login_sent_to_an_index_of_its_own() {
    let desk = Desk::new();
    let login = "login ann password s3cretPassw0rd\n";
    desk.file(
        ".netrc",
        &format!("machine 127.0.0.1 {login}default {login}"),
    );
    let index = desk.stage.registry.pypi_index_url();
    desk.stage.write(
        "dockyard-provenance.toml",
        &format!("pypi-index = \"{index}\"\n"),
    );
    let run = desk.scan_index(&[]).exits(0);
    silent(&run);
    all(&desk.sent("/"), None);
}

#[test]
fn what_a_credential_opened_is_not_kept_for_the_next() {
    let desk = Desk::new();
    let asked = |npmrc: &str| {
        desk.file(".npmrc", npmrc);
        let before = authorizations(&desk.stage.registry, ATTESTATIONS).len();
        let mut command = desk.stage.asking(&["scan"]);
        Run::of(command.env("HOME", desk.home.path())).exits(0);
        authorizations(&desk.stage.registry, ATTESTATIONS).len() - before
    };
    let token = format!("{{npm}}:_authToken={TOKEN}\n");
    assert_eq!((asked(&token), asked(&token)), (1, 1));
    // Not even for the one who may read everything without.
    assert_eq!((asked(""), asked("")), (1, 0));
    assert_eq!(asked(&token), 1);
}

#[test]
fn a_redirect_keeps_the_credential_within_its_area_only() {
    let desk = Desk::new();
    desk.file(".npmrc", &format!("{{npm}}:_authToken={TOKEN}\n"));
    let registry = &desk.stage.registry;
    let manifest = registry.documents()[MANIFEST].clone();
    registry.set("/npm/moved", manifest.clone());
    registry.set("/elsewhere", manifest.clone());
    let stranger = Registry::start();
    stranger.set("/npm/moved", manifest);

    registry.fault(MANIFEST, Fault::Redirect("/npm/moved".to_owned()));
    let run = desk.scan(&["--format", "json"]).exits(0);
    assert_eq!(run.report().status("npx/a/spec.yaml"), "verified");
    all(&desk.sent("/npm/moved"), Some(BEARER));

    for target in [
        "/elsewhere".to_owned(),
        format!("{}/npm/moved", stranger.url()),
        format!(
            "{}/npm/moved",
            stranger.url().replace("127.0.0.1", "localhost")
        ),
    ] {
        registry.fault(MANIFEST, Fault::Redirect(target));
        let run = desk.scan(&["--format", "json"]).exits(3);
        assert_eq!(run.report().status("npx/a/spec.yaml"), "unknown");
        silent(&run);
    }
    assert_eq!(stranger.paths(), [""; 0]);
    assert_eq!(authorizations(registry, "/elsewhere"), []);
}

#[test]
fn a_refusal_says_what_could_be_configured() {
    let desk = Desk::new();
    for status in [401, 403] {
        for path in [MANIFEST, ATTESTATIONS, "/simple/widget/"] {
            desk.stage.registry.fault(path, Fault::Status(status));
        }
        desk.file(".npmrc", "");
        let report = desk.scan(&["--format", "json"]).exits(3).report();
        let told = report.messages("npx/a/spec.yaml").join("\n");
        assert!(told.contains(&status.to_string()), "{told}");
        assert!(
            told.contains("no credential is configured") && told.contains("~/.npmrc"),
            "{told}"
        );
        let told = report.messages("uvx/b/spec.yaml").join("\n");
        assert!(
            told.contains("no credential is configured") && told.contains("~/.netrc"),
            "{told}"
        );

        desk.file(".npmrc", &format!("{{npm}}:_authToken={TOKEN}\n"));
        let run = desk.scan(&["--format", "json"]).exits(3);
        silent(&run);
        let report = run.report();
        let told = report.messages("npx/a/spec.yaml").join("\n");
        assert!(
            told.contains("the credential from ~/.npmrc:1 was refused"),
            "{told}"
        );
    }
}

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
