//! pip and uv.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use testkit::{GithubIdentity, PypiDraft, PypiFile, PypiPublisher, Response};

use crate::runs::{Builder, commands, has};
use crate::stage::{DECLARED, Run, Stage, spec};

const DOCKERFILE: &str = r#"FROM python:3.13-slim AS builder
# Write uv override requirements (forces pinned transitive dependency versions)
RUN printf '%s\n' \
    'acme-dep==2.0.0; python_version > '\''3.0'\''' \
    > /tmp/uv-overrides.txt
RUN package="Acme_Widget@1.2.3"; \
    # Replace @ with == for uv tool install
    package_spec=$(echo "$package" | sed 's/@/==/'); \
    uv tool install --overrides /tmp/uv-overrides.txt "$package_spec" && \
    # List installed executables for debugging
    ls -la /opt/uv-tools/bin/
FROM python:3.13-slim
"#;

/// Writes a wheel, and an sdist whose build leaves a mark.
const PACK: &str = r#"
import sys, io, tarfile, zipfile
folder, name, version, requires, text = sys.argv[1:]
stem = f"{name}-{version}"
info = f"{stem}.dist-info"
metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
if requires:
    metadata += f"Requires-Dist: {requires}\n"
dep = "import acme_dep\n    print(acme_dep.TEXT)" if requires else "pass"
files = {
    f"{name}/__init__.py": f"TEXT = '{name} {version} {text}'\ndef main():\n    print(TEXT)\n    {dep}\n",
    f"{info}/METADATA": metadata,
    f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    f"{info}/entry_points.txt": f"[console_scripts]\n{name} = {name}:main\n",
}
record = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
files[f"{info}/RECORD"] = record
with zipfile.ZipFile(f"{folder}/{stem}-py3-none-any.whl", "w") as wheel:
    for path, content in files.items():
        wheel.writestr(zipfile.ZipInfo(path), content)
setup = b"import os\nopen(os.environ['MARKER'], 'w').close()\n"
with tarfile.open(f"{folder}/{stem}.tar.gz", "w:gz") as sdist:
    for path, content in {"setup.py": setup, "PKG-INFO": metadata.encode()}.items():
        entry = tarfile.TarInfo(f"{stem}/{path}")
        entry.size = len(content)
        sdist.addfile(entry, io.BytesIO(content))
"#;

struct Packed {
    wheel: Vec<u8>,
    sdist: Vec<u8>,
}

fn packed(name: &str, version: &str, requires: &str, text: &str) -> Packed {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path();
    let status = Command::new("python3")
        .args([
            "-c",
            PACK,
            to.to_str().unwrap(),
            name,
            version,
            requires,
            text,
        ])
        .status()
        .unwrap();
    assert!(status.success());
    let read = |end: &str| fs::read(to.join(format!("{name}-{version}{end}"))).unwrap();
    Packed {
        wheel: read("-py3-none-any.whl"),
        sdist: read(".tar.gz"),
    }
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes)
        .as_ref()
        .to_vec()
}

/// Publishes these files of a release, attested or not.
fn publish(stage: &Stage, (name, version): (&str, &str), files: &[(&str, &[u8])], attested: bool) {
    let publisher = PypiPublisher::Github(GithubIdentity::default());
    let mut draft = PypiDraft::unattested(name, version);
    draft.files = files
        .iter()
        .map(|(end, bytes)| {
            let filename = format!("{}-{version}{end}", name.replace('-', "_"));
            let mut file = if attested {
                PypiFile::published(&stage.world, &filename, &publisher)
            } else {
                PypiFile::unattested(&filename)
            };
            file.sha256 = sha256(bytes);
            if attested {
                let digest = &mut file.attestation().statement["subject"][0]["digest"];
                digest["sha256"] = json!(hex::encode(sha256(bytes)));
            }
            stage.registry.set(
                &format!("/files/{filename}"),
                Response::typed("application/octet-stream", *bytes),
            );
            file
        })
        .collect();
    let mut release = stage.world.pypi_release_of(&draft);
    for file in release.index["files"].as_array_mut().unwrap() {
        let name = file["filename"].as_str().unwrap();
        file["url"] = json!(format!("{}/files/{name}", stage.registry.url()));
        file["requires-python"] = Value::Null;
        file.as_object_mut().unwrap().remove("size");
    }
    stage.registry.remove(&format!("/simple/{name}/"));
    stage.registry.publish_pypi(&release);
}

const WHEEL: &str = "-py3-none-any.whl";
const SDIST: &str = ".tar.gz";

fn honest(stage: &Stage) {
    let files = packed("acme_widget", "1.2.3", "acme-dep<2", "honest");
    let files = [
        (WHEEL, files.wheel.as_slice()),
        (SDIST, files.sdist.as_slice()),
    ];
    publish(stage, ("acme-widget", "1.2.3"), &files, true);
}

fn stage() -> Stage {
    let stage = Stage::new();
    honest(&stage);
    let dep = packed("acme_dep", "2.0.0", "", "honest");
    publish(&stage, ("acme-dep", "2.0.0"), &[(WHEEL, &dep.wheel)], false);
    let constraints = "  constraints:\n    - spec: \"acme-dep==2.0.0; python_version > '3.0'\"\n      reason: x\n";
    stage.write(
        "uvx/a/spec.yaml",
        &spec(
            "uvx",
            "Acme_Widget",
            "1.2.3",
            &format!("{constraints}{DECLARED}"),
        ),
    );
    stage.write("Dockerfile", DOCKERFILE);
    stage
}

fn builder(stage: &Stage, folder: &Path) -> Builder {
    let index = stage.registry.pypi_index_url();
    Builder::new(
        folder,
        &[
            ("PIP_NO_CACHE_DIR", "1"),
            ("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
            ("PIP_RETRIES", "0"),
            ("PIP_INDEX_URL", &index),
            ("UV_DEFAULT_INDEX", &index),
            ("UV_SYSTEM_PYTHON", "1"),
            ("UV_PYTHON_DOWNLOADS", "never"),
            ("UV_CACHE_DIR", "{}/uv-cache"),
            ("UV_TOOL_DIR", "{}/opt/uv-tools"),
            ("UV_TOOL_BIN_DIR", "{}/opt/uv-tools/bin"),
        ],
        &["/opt/verified", "/opt/uv-tools", "/tmp/uv-overrides.txt"],
    )
}

fn widget(builder: &Builder) -> String {
    let bin = builder.folder.join("opt/uv-tools/bin/acme_widget");
    String::from_utf8(Command::new(bin).output().unwrap().stdout).unwrap()
}

const HONEST: &str = "acme_widget 1.2.3 honest\nacme_dep 2.0.0 honest\n";

#[test]
fn what_was_verified_is_what_uv_installs() {
    if !has("uv") || !has("pip") || !has("python3") {
        return;
    }
    let (stage, folder) = (stage(), tempfile::tempdir().unwrap());
    let unpinned = commands(DOCKERFILE);
    Run::of(&mut stage.command(&["pin", "-c", "uvx/a/spec.yaml", "--dockerfile", "Dockerfile"]))
        .exits(0);
    let pinned = commands(&fs::read_to_string(stage.root().join("Dockerfile")).unwrap());
    assert_eq!((unpinned.len(), pinned.len()), (2, 3));
    let fresh = || builder(&stage, folder.path());

    let build = fresh();
    build.build(&pinned).unwrap();
    assert_eq!(widget(&build), HONEST);

    let evil = packed("acme_widget", "1.2.3", "acme-dep<2", "evil");
    let release = ("acme-widget", "1.2.3");
    // Between pip's look and uv's: what pip checked is what is installed.
    let build = fresh();
    build.build(&pinned[..2]).unwrap();
    publish(&stage, release, &[(WHEEL, &evil.wheel)], false);
    build.build(&pinned[2..]).unwrap();
    assert_eq!(widget(&build), HONEST);

    // The index and the file; the file alone; an sdist instead, whose build would run code.
    let refused = || {
        let build = fresh();
        let why = build.build(&pinned).unwrap_err();
        let installed = build.folder.join("opt/uv-tools/bin/acme_widget").exists();
        assert!(!build.has_run() && !installed, "{why}");
        why
    };
    let why = refused();
    assert!(why.contains("DO NOT MATCH THE HASHES"), "{why}");
    let build = fresh();
    build.build(&unpinned).unwrap();
    assert!(
        widget(&build).contains("evil"),
        "what dockhand prints takes it"
    );

    honest(&stage);
    let file = "/files/acme_widget-1.2.3-py3-none-any.whl";
    stage.registry.set(
        file,
        Response::typed("application/octet-stream", evil.wheel.clone()),
    );
    refused();

    let evil = packed("acme_widget", "1.2.3", "acme-dep<2", "other");
    let mut other = evil.sdist.clone();
    other.push(0);
    publish(&stage, release, &[(SDIST, &other)], false);
    let why = refused();
    assert!(why.contains("DO NOT MATCH THE HASHES"), "{why}");
}
