//! Credentials and registries of npm's configuration.

use testkit::Registry;

use super::{BASIC, BEARER, Desk, TOKEN, all, authorizations, nerf, silent};
use crate::stage::{DECLARED, Run, spec};

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
