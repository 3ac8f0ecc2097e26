//! The programs that this one is held against, pointed at the same registry and the same private
//! trust root.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::stage::{Kind, Stage};

/// `npm audit signatures` over an installed tree with every package of the stage; `None` where
/// there is no npm.
///
/// npm cannot be told of another Sigstore. So a preload hands it the stage's trusted root and lets
/// it take the registry's keys from the registry. What it would spend on refreshing its own trust
/// is left out: that favours npm.
pub(crate) fn npm(stage: &Stage) -> Option<Command> {
    if !installed("npm") {
        println!("npm is not installed: not measured");
        return None;
    }
    let tree = stage.path("tree");
    let registry = format!("{}/npm/", stage.url());
    write_tree(stage, &tree, &registry);
    fs::write(tree.join("preload.cjs"), PRELOAD).unwrap();
    let mut command = Command::new("npm");
    command
        .current_dir(&tree)
        .args(["audit", "signatures", "--registry", &registry])
        .args(["--json", "--include-attestations"])
        .arg("--cache")
        .arg(stage.path("npm-cache"))
        .args(["--prefer-online", "--no-update-notifier", "--no-fund"])
        .env(
            "NODE_OPTIONS",
            format!("--require {}", tree.join("preload.cjs").display()),
        )
        .env("STAGE_TRUSTED_ROOT", stage.path("trust/trusted_root.json"));
    Some(command)
}

/// Replaces what npm knows of Sigstore.
const PRELOAD: &str = r"
const Module = require('module');
const fs = require('fs');
const load = Module._load;
Module._load = function (request, parent, main) {
  const loaded = load.call(this, request, parent, main);
  if (request !== '@sigstore/tuf') return loaded;
  const absent = async () => {
    throw Object.assign(new Error('no such target'), { code: 'TUF_FIND_TARGET_ERROR' });
  };
  const specs = parent.require('@sigstore/protobuf-specs');
  return {
    ...loaded,
    initTUF: async () => ({ getTarget: absent }),
    getTrustedRoot: async () =>
      specs.TrustedRoot.fromJSON(
        JSON.parse(fs.readFileSync(process.env.STAGE_TRUSTED_ROOT, 'utf8'))),
  };
};
";

fn write_tree(stage: &Stage, tree: &Path, registry: &str) {
    for name in stage.names() {
        let folder = tree.join("node_modules").join(&name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(
            folder.join("package.json"),
            json!({"name": name, "version": "1.2.3"}).to_string(),
        )
        .unwrap();
    }
    let lock = stage.lock_of(registry);
    let root = &lock["packages"][""];
    fs::write(tree.join("package.json"), root.to_string()).unwrap();
    fs::write(tree.join("package-lock.json"), lock.to_string()).unwrap();
}

/// Whether npm has verified everything. What it verified, it lists.
pub(crate) fn npm_accepts(stage: &Stage, output: &str) {
    let output: serde_json::Value = serde_json::from_str(output).unwrap();
    assert_eq!(output["invalid"], json!([]), "{output}");
    assert_eq!(output["missing"], json!([]), "{output}");
    if stage.kind == Kind::NpmAttested {
        let verified = output["verified"].as_array().map(Vec::len);
        assert_eq!(verified, Some(stage.count), "{output}");
    }
}

/// `pypi-attestations` verifying the files of the stage, one process a file, as it works. It reads
/// the provenance from a file: its own requests are left out, in its favour.
///
/// It cannot be told of another Sigstore either: a few lines around its library hand it the stage's
/// trusted root.
pub(crate) fn pypi_attestations(stage: &Stage, python: &Path) -> Command {
    let folder = stage.path("provenance");
    fs::create_dir_all(&folder).unwrap();
    let mut list = String::new();
    for name in stage.names() {
        let release = stage.world.pypi_release(&name, "1.2.3");
        for (filename, provenance) in &release.provenance {
            let digest = release.index["files"]
                .as_array()
                .unwrap()
                .iter()
                .find(|file| file["filename"] == filename.as_str())
                .and_then(|file| file["hashes"]["sha256"].as_str())
                .unwrap();
            let path = folder.join(format!("{filename}.json"));
            fs::write(&path, provenance.to_string()).unwrap();
            writeln!(list, "{} {filename} {digest}", path.display()).unwrap();
        }
    }
    fs::write(folder.join("list.txt"), list).unwrap();
    fs::write(folder.join("one.py"), ONE_FILE).unwrap();
    let mut command = Command::new("sh");
    command
        .current_dir(&folder)
        .args([
            "-ec",
            r#"while read -r a b c; do "$0" one.py "$a" "$b" "$c"; done < list.txt"#,
        ])
        .arg(python)
        .env("STAGE_TRUSTED_ROOT", stage.path("trust/trusted_root.json"));
    command
}

const ONE_FILE: &str = r#"
import os, sys
from pathlib import Path
from pypi_attestations import Distribution, Provenance
from sigstore.models import TrustedRoot
from sigstore.verify import Verifier

root = TrustedRoot.from_file(os.environ["STAGE_TRUSTED_ROOT"])
Verifier.production = classmethod(lambda cls, offline=False: cls(trusted_root=root))
path, name, digest = sys.argv[1:]
distribution = Distribution(name=name, digest=digest)
provenance = Provenance.model_validate_json(Path(path).read_bytes())
count = 0
for bundle in provenance.attestation_bundles:
    for attestation in bundle.attestations:
        attestation.verify(bundle.publisher, distribution, offline=True)
        count += 1
assert count > 0
print("verified", count)
"#;

/// A Python that has `pypi-attestations`; `install` makes one below `target/tools`.
pub(crate) fn python(install: bool) -> Option<PathBuf> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/pypi-attestations");
    let python = home.join("bin/python");
    if install && !python.is_file() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&home));
        run(Command::new(&python)
            .args(["-m", "pip", "install", "--quiet"])
            .arg("pypi-attestations==0.0.30"));
    }
    if python.is_file() {
        return Some(python);
    }
    println!("pypi-attestations is not installed (--install-peers does that): not measured");
    None
}

fn run(command: &mut Command) {
    assert!(command.status().unwrap().success(), "{command:?}");
}

fn installed(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
