//! npm.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use testkit::{NpmDraft, Response};

use crate::runs::{Builder, commands, has};
use crate::stage::{DECLARED, Run, Stage, spec};

const NAME: &str = "@acme/widget";

const DOCKERFILE: &str = r#"FROM node:22-alpine AS builder
WORKDIR /build
# Create a package.json to install the MCP package
RUN echo '{"name":"mcp-container","overrides":{"dep":"2.0.0"},"version":"1.0.0"}' > package.json
# Install the MCP package
RUN npm install --save @acme/widget@1.2.3
FROM node:22-alpine
"#;

/// A package whose installation leaves a mark.
fn tarball(name: &str, version: &str, text: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    file("package.json", &manifest(name, version).to_string());
    file(
        "mark.js",
        "require('fs').writeFileSync(process.env.MARKER, '');",
    );
    file(
        "bin.js",
        &format!("#!/usr/bin/env node\nconsole.log({text:?}, require('dep'));\n"),
    );
    file(
        "index.js",
        &format!(
            "module.exports = {:?};\n",
            format!("{name}@{version} {text}")
        ),
    );
    let packed = Command::new("npm")
        .args(["pack", "--silent", "--ignore-scripts"])
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .output()
        .unwrap();
    assert!(packed.status.success(), "{packed:?}");
    let name = String::from_utf8(packed.stdout).unwrap();
    fs::read(folder.path().join(name.trim())).unwrap()
}

fn manifest(name: &str, version: &str) -> Value {
    let mut manifest = json!({"name": name, "version": version, "main": "index.js"});
    if name == NAME {
        manifest["bin"] = json!({"widget": "bin.js"});
        manifest["scripts"] = json!({"preinstall": "node mark.js"});
        manifest["dependencies"] = json!({"dep": "^1.0.0"});
    }
    manifest
}

fn place(name: &str, version: &str) -> String {
    let file = name.rsplit('/').next().unwrap();
    format!("/npm/{name}/-/{file}-{version}.tgz")
}

fn integrity(bytes: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA512, bytes);
    format!("sha512-{}", testkit::keys::base64(digest.as_ref()))
}

/// Publishes what the tarball is, attested.
fn publish(stage: &Stage, name: &str, version: &str, bytes: &[u8]) {
    let mut draft = stage.world.npm_draft(name, version);
    let sha512 = hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA512, bytes));
    for attestation in &mut draft.attestations {
        attestation.recipe.statement["subject"][0]["digest"]["sha512"] = json!(sha512);
    }
    serve(stage, &draft, bytes);
}

/// Serves this tarball under what the draft says of it, with its own integrity.
fn serve(stage: &Stage, draft: &NpmDraft, bytes: &[u8]) {
    let NpmDraft { name, version, .. } = draft;
    let mut draft = draft.clone();
    draft.integrity = integrity(bytes);
    let mut release = stage.world.npm_release(&draft);
    for (key, value) in manifest(name, version).as_object().unwrap() {
        release.manifest[key] = value.clone();
    }
    let place = place(name, version);
    release.manifest["dist"]["tarball"] = json!(format!("{}{place}", stage.registry.url()));
    release.refresh_packument();
    stage.registry.publish_npm(&release);
    stage
        .registry
        .set(&place, Response::typed("application/octet-stream", bytes));
}

/// An honest package with a dependency that an override replaces, and its Dockerfile.
fn stage() -> Stage {
    let stage = Stage::new();
    for (name, version) in [(NAME, "1.2.3"), ("dep", "1.0.0"), ("dep", "2.0.0")] {
        publish(&stage, name, version, &tarball(name, version, "honest"));
    }
    let overrides = "  overrides:\n    - package: dep\n      version: \"2.0.0\"\n      reason: x\n";
    stage.write(
        "npx/a/spec.yaml",
        &spec("npx", NAME, "1.2.3", &format!("{overrides}{DECLARED}")),
    );
    stage.write("Dockerfile", DOCKERFILE);
    stage
}

fn pinned(stage: &Stage) -> Vec<String> {
    Run::of(&mut stage.command(&["pin", "-c", "npx/a/spec.yaml", "--dockerfile", "Dockerfile"]))
        .exits(0);
    commands(&fs::read_to_string(stage.root().join("Dockerfile")).unwrap())
}

fn builder(stage: &Stage, folder: &Path) -> Builder {
    Builder::new(
        folder,
        &[
            ("NODE_ENV", "production"),
            ("NPM_CONFIG_LOGLEVEL", "error"),
            ("NPM_CONFIG_FUND", "false"),
            ("NPM_CONFIG_AUDIT", "false"),
            ("NPM_CONFIG_UPDATE_NOTIFIER", "false"),
            ("NPM_CONFIG_CACHE", "{}/cache"),
            ("NPM_CONFIG_REGISTRY", &stage.registry.npm_url()),
            // By default npm asks for over a minute again.
            ("NPM_CONFIG_FETCH_RETRIES", "0"),
        ],
        &[],
    )
}

fn widget(builder: &Builder) -> String {
    let bin = builder.folder.join("build/node_modules/.bin/widget");
    String::from_utf8(Command::new(bin).output().unwrap().stdout).unwrap()
}

#[test]
fn what_was_verified_is_what_npm_installs() {
    if !has("npm") || !has("node") {
        return;
    }
    let (stage, folder) = (stage(), tempfile::tempdir().unwrap());
    let unpinned = commands(DOCKERFILE);
    let pinned = pinned(&stage);
    let fresh = || builder(&stage, folder.path());

    let build = fresh();
    build.build(&pinned).unwrap();
    assert!(build.has_run(), "scripts of a verified package run");
    assert_eq!(widget(&build), "honest dep@2.0.0 honest\n");

    // Swapped after the verdict: the tarball alone; what the registry says of it too; the override's.
    let honest = stage.registry.documents()[&place(NAME, "1.2.3")]
        .body
        .clone();
    let evil = tarball(NAME, "1.2.3", "evil");
    let at = place(NAME, "1.2.3");
    stage.registry.set(
        &at,
        Response::typed("application/octet-stream", evil.clone()),
    );
    let build = fresh();
    let why = build.build(&pinned).unwrap_err();
    assert!(why.contains("EINTEGRITY") && !build.has_run(), "{why}");

    serve(
        &stage,
        &NpmDraft::signed_only(&stage.world, NAME, "1.2.3"),
        &evil,
    );
    let build = fresh();
    let why = build.build(&pinned).unwrap_err();
    assert!(
        why.contains("not the verified package: @acme/widget") && !build.has_run(),
        "{why}"
    );
    // What dockhand prints takes it.
    let build = fresh();
    build.build(&unpinned).unwrap();
    assert_eq!(widget(&build), "evil dep@2.0.0 honest\n");

    publish(&stage, NAME, "1.2.3", &honest);
    serve(
        &stage,
        &NpmDraft::signed_only(&stage.world, "dep", "2.0.0"),
        &tarball("dep", "2.0.0", "evil"),
    );
    let build = fresh();
    let why = build.build(&pinned).unwrap_err();
    assert!(
        why.contains("not the verified package: dep") && !build.has_run(),
        "{why}"
    );

    // Gone is no pass either.
    stage.registry.remove("/npm/@acme/widget");
    let build = fresh();
    build.build(&pinned).unwrap_err();
    assert!(!build.has_run());
}
