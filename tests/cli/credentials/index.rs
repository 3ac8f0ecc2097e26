//! Credentials for the index of Python's packages.

use super::{BASIC, Desk, all, authorizations, silent};
use crate::stage::Run;

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
