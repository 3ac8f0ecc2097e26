//! `pin`: a build is held to what was verified, or its Dockerfile stays as it was.

use std::fs;

use serde_json::Value;
use testkit::{Fault, NpmDraft, PypiDraft, PypiFile};

use crate::stage::{DECLARED, Run, Stage, misdeclared, spec};

const NPX: &str = "npx/a/spec.yaml";
const UVX: &str = "uvx/a/spec.yaml";

/// The shape that dockhand prints.
fn npx_dockerfile() -> String {
    "FROM node:22-alpine AS builder\nWORKDIR /build\nRUN echo '{\"name\":\"mcp-container\",\"version\":\"1.0.0\"}' > package.json\nRUN npm install --save @acme/a@1.2.3\nFROM node:22-alpine\n".to_owned()
}

fn uvx_dockerfile() -> String {
    "FROM python:3.13-slim AS builder\nRUN package=\"acme-a@1.2.3\"; \\\n    # Replace @ with ==\n    package_spec=$(echo \"$package\" | sed 's/@/==/'); \\\n    uv tool install \"$package_spec\" && \\\n    ls -la /opt/uv-tools/bin/\nFROM python:3.13-slim\n".to_owned()
}

fn pin(stage: &Stage, spec: &str, arguments: &[&str]) -> Run {
    Run::of(
        stage
            .command(&["pin", "-c", spec, "--dockerfile", "Dockerfile"])
            .args(arguments),
    )
}

fn dockerfile(stage: &Stage) -> String {
    fs::read_to_string(stage.root().join("Dockerfile")).unwrap()
}

/// An honest npm package and its Dockerfile.
fn npx() -> Stage {
    let stage = Stage::honest();
    stage.write("Dockerfile", &npx_dockerfile());
    stage
}

/// The Dockerfile as it was, and this exit code, in each mode.
#[track_caller]
fn untouched(stage: &Stage, spec: &str, strict: i32, warn: i32) {
    let before = dockerfile(stage);
    for (arguments, code) in [
        (&[][..], strict),
        (&["--mode", "strict"], strict),
        (&["--check-provenance"], strict),
        (
            &[
                "--mode",
                "strict",
                "--fail-on",
                "never",
                "--fail-on-unknown",
                "false",
            ],
            strict,
        ),
        (&["--mode", "warn"], warn),
        (&["--warn-no-provenance"], warn),
        (&["--warn-no-provenance=false"], warn),
        (&["--mode", "off"], 0),
    ] {
        let run = pin(stage, spec, arguments);
        assert_eq!(run.code, Some(code), "{arguments:?}: {run:#?}");
        assert_eq!(dockerfile(stage), before, "{arguments:?}");
        let quiet = arguments == ["--warn-no-provenance=false"] && code == 0;
        assert_eq!(run.err.is_empty(), quiet, "{arguments:?}: {}", run.err);
        assert_eq!(run.out, "");
    }
}

#[test]
fn a_verified_package_is_pinned_once() {
    let stage = npx();
    let run = pin(&stage, NPX, &[]).exits(0);
    assert!(
        run.err
            .contains("the build fails now unless it gets the verified @acme/a@1.2.3"),
        "{}",
        run.err
    );
    let pinned = dockerfile(&stage);
    let integrity = stage.world.npm_draft("@acme/a", "1.2.3").integrity;
    assert!(
        pinned.contains(&format!("'@acme/a' '1.2.3' '{integrity}' \\\n && npm ci\n")),
        "{pinned}"
    );
    assert!(!pinned.contains("npm install --save"));
    let again = pin(&stage, NPX, &[]).exits(0);
    assert!(again.err.contains("already"), "{}", again.err);
    assert_eq!(dockerfile(&stage), pinned);

    let stage = Stage::new();
    stage.pypi("a", "acme-a", DECLARED);
    stage.write("Dockerfile", &uvx_dockerfile());
    pin(&stage, UVX, &[]).exits(0);
    let pinned = dockerfile(&stage);
    assert_eq!(pinned.matches("--hash=sha256:").count(), 2, "{pinned}");
    assert!(
        pinned.contains("RUN package=\"$(echo /opt/verified/*)\"; \\\n    # Replace"),
        "{pinned}"
    );
    pin(&stage, UVX, &[]).exits(0);
    assert_eq!(dockerfile(&stage), pinned);
}

#[test]
fn a_registrys_signature_is_enough_for_npm() {
    let stage = Stage::new();
    let draft = NpmDraft::signed_only(&stage.world, "@acme/a", "1.2.3");
    stage.npm_draft("a", &draft, "");
    stage.write("Dockerfile", &npx_dockerfile());
    pin(&stage, NPX, &[]).exits(0);
    assert!(dockerfile(&stage).contains(&draft.integrity));
}

#[test]
fn what_is_not_verified_leaves_the_dockerfile_alone() {
    // None.
    let stage = Stage::new();
    stage.pypi_draft("a", &PypiDraft::unattested("acme-a", "1.2.3"), "");
    stage.write("Dockerfile", &uvx_dockerfile());
    untouched(&stage, UVX, 1, 0);
    // None, and claimed.
    stage.write(UVX, &spec("uvx", "acme-a", "1.2.3", DECLARED));
    for arguments in [&["--mode", "warn"][..], &[]] {
        pin(&stage, UVX, arguments).exits(1);
    }
    assert_eq!(dockerfile(&stage), uvx_dockerfile());
    // Partial.
    let stage = Stage::new();
    let mut draft = PypiDraft::unattested("acme-a", "1.2.3");
    let name = draft.files[0].filename.clone();
    let publisher = testkit::PypiPublisher::Github(testkit::GithubIdentity::default());
    draft.files[0] = PypiFile::published(&stage.world, &name, &publisher);
    stage.pypi_draft("a", &draft, "");
    stage.write("Dockerfile", &uvx_dockerfile());
    untouched(&stage, UVX, 1, 0);
    // Invalid.
    let stage = npx();
    let mut draft = stage.world.npm_draft("@acme/a", "1.2.3");
    draft.provenance().leaf().issuer = testkit::Issuer::Stranger;
    stage.npm_draft("a", &draft, DECLARED);
    untouched(&stage, NPX, 1, 1);
    // Unknown.
    let stage = npx();
    stage
        .registry
        .fault("/npm/@acme/a/1.2.3", Fault::Status(403));
    untouched(&stage, NPX, 3, 3);
    // Not found.
    let stage = npx();
    stage.write(NPX, &spec("npx", "@acme/z", "1.2.3", ""));
    untouched(&stage, NPX, 1, 1);
    // Malformed.
    stage.write(NPX, &spec("npx", "@acme/a", "latest", ""));
    untouched(&stage, NPX, 1, 1);
}

#[test]
fn a_mismatch_fails_in_every_mode_that_verifies() {
    let stage = Stage::new();
    stage.npm("a", "@acme/a", &misdeclared());
    stage.write("Dockerfile", &npx_dockerfile());
    for arguments in [&["--mode", "warn"][..], &[]] {
        let run = pin(&stage, NPX, arguments).exits(1);
        assert!(
            run.err.contains("publisher-repository-mismatch"),
            "{}",
            run.err
        );
        assert_eq!(dockerfile(&stage), npx_dockerfile());
    }
}

#[test]
fn exactly_one_known_install_is_expected() {
    let stage = npx();
    for text in [
        String::new(),
        npx_dockerfile().replace("1.2.3", "1.2.4"),
        format!("{0}{0}", npx_dockerfile()),
        uvx_dockerfile(),
    ] {
        stage.write("Dockerfile", &text);
        pin(&stage, NPX, &[]).refuses("Dockerfile: ");
        assert_eq!(dockerfile(&stage), text);
    }
    fs::remove_file(stage.root().join("Dockerfile")).unwrap();
    let requests = stage.registry.paths().len();
    pin(&stage, NPX, &[]).refuses("cannot read the Dockerfile Dockerfile");
    assert_eq!(stage.registry.paths().len(), requests);
}

#[test]
fn overrides_are_held_too() {
    let stage = npx();
    let rest = format!(
        "  overrides:\n    - package: undici\n      version: \"6.28.0\"\n      reason: x\n    - package: ws\n      version: \"8.0.0\"\n      reason: x\n{DECLARED}"
    );
    stage.write(NPX, &spec("npx", "@acme/a", "1.2.3", &rest));
    stage
        .registry
        .publish_npm(&stage.world.npm_package("undici", "6.28.0"));
    let mut bare = NpmDraft::signed_only(&stage.world, "ws", "8.0.0");
    bare.signing_keys.clear();
    stage.registry.publish_npm(&stage.world.npm_release(&bare));
    let run = pin(&stage, NPX, &[]).exits(0);
    assert!(
        run.err
            .contains("the override ws@8.0.0 is not held to a digest"),
        "{}",
        run.err
    );
    let integrity = stage.world.npm_draft("undici", "6.28.0").integrity;
    let pinned = dockerfile(&stage);
    assert!(
        pinned.contains(&format!(" 'undici' '6.28.0' '{integrity}' \\\n")),
        "{pinned}"
    );
    assert!(!pinned.contains("'ws'"));
    // One that is not known is no pass.
    stage.write("Dockerfile", &npx_dockerfile());
    stage
        .registry
        .fault("/npm/undici/6.28.0", Fault::Status(403));
    untouched(&stage, NPX, 3, 3);
}

#[test]
fn what_is_wrong_with_an_override_fails_whatever_is_to_fail_a_run() {
    let stage = npx();
    let with = |package: &str, version: &str| {
        let rest = format!(
            "  overrides:\n    - package: \"{package}\"\n      version: \"{version}\"\n      reason: x\n{DECLARED}"
        );
        stage.write(NPX, &spec("npx", "@acme/a", "1.2.3", &rest));
    };
    let publish = |draft: &NpmDraft| {
        stage.registry.publish_npm(&stage.world.npm_release(draft));
    };
    // Not found.
    with("undici", "6.28.0");
    untouched(&stage, NPX, 1, 1);
    let run = pin(&stage, NPX, &["--fail-on", "never"]).exits(1);
    assert!(
        run.err
            .contains("the override of undici is `not-found`, and the build would install it"),
        "{}",
        run.err
    );
    // Invalid.
    let mut draft = stage.world.npm_draft("undici", "6.28.0");
    draft.provenance().leaf().issuer = testkit::Issuer::Stranger;
    publish(&draft);
    untouched(&stage, NPX, 1, 1);
    // Refused.
    with("undici", "https://example.com/undici.tgz");
    untouched(&stage, NPX, 1, 1);
    // The control: an honest one.
    with("undici", "6.28.0");
    publish(&stage.world.npm_draft("undici", "6.28.0"));
    pin(&stage, NPX, &["--fail-on", "never"]).exits(0);
    assert!(dockerfile(&stage).contains(" 'undici' '6.28.0' "));
}

#[test]
fn digests_are_printed_in_each_installers_form() {
    let stage = Stage::honest();
    stage.pypi("a", "acme-a", DECLARED);
    let shown = |spec: &str, form: &str| {
        Run::of(&mut stage.command(&["pin", "-c", spec, "--format", form]))
    };
    let integrity = stage.world.npm_draft("@acme/a", "1.2.3").integrity;
    assert_eq!(
        shown(NPX, "npm").exits(0).out,
        format!("@acme/a@1.2.3 {integrity}\n")
    );
    let requirements = shown(UVX, "requirements").exits(0).out;
    assert!(
        requirements.starts_with("acme-a==1.2.3 \\\n    --hash=sha256:"),
        "{requirements}"
    );
    for spec in [NPX, UVX] {
        let json: Value = serde_json::from_str(&shown(spec, "json").exits(0).out).unwrap();
        assert_eq!(json["version"], "1.2.3");
    }
    shown(NPX, "requirements").refuses("--format requirements is not for a package");
    shown(UVX, "npm").refuses("--format npm is not for a package");
    Run::of(&mut stage.command(&["pin", "-c", NPX])).refuses("--dockerfile");
    Run::of(&mut stage.command(&["pin", "-c", NPX, "--format", "npm", "--mode", "off"]))
        .refuses("verifies nothing");
    Run::of(&mut stage.command(&[
        "pin",
        "-c",
        NPX,
        "--format",
        "npm",
        "--mode",
        "warn",
        "--check-provenance",
    ]))
    .refuses("cannot be used with");
}

#[test]
fn mode_off_asks_nobody_and_says_so() {
    let stage = npx();
    let run = pin(&stage, NPX, &["--mode", "off"]).exits(0);
    assert!(run.err.contains("nothing was verified"), "{}", run.err);
    assert_eq!(stage.registry.paths(), [""; 0]);
    assert_eq!(dockerfile(&stage), npx_dockerfile());
}

#[test]
fn a_skill_pins_no_package() {
    let stage = npx();
    stage.write(
        "skills/s/spec.yaml",
        "metadata:\n  name: s\nspec:\n  repository: https://github.com/acme/s\n  ref: 8f7e6d5c4b3a29181706f5e4d3c2b1a098765432\n",
    );
    let run = pin(&stage, "skills/s/spec.yaml", &[]);
    assert_eq!(run.code, Some(2), "{run:#?}");
    assert_eq!(dockerfile(&stage), npx_dockerfile());
}
