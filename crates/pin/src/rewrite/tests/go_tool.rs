//! The printed line, run by Go itself on a module proxy in a folder.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::{GO, changed, go};
use crate::pin::Pin;

const MODULE: &str = "example.com/acme/widget";
/// A module nested in it, where the package lies.
const NESTED: &str = "example.com/acme/widget/cmd/serve";
const PACKAGE: &str = "example.com/acme/widget/cmd/serve@v1.2.3";

/// Writes a module's zip; Go wants every path to start with the module and its version.
const PACK: &str = r#"
import sys, zipfile
path, name, folder, text = sys.argv[1:]
with zipfile.ZipFile(path, "w") as module:
    stem = f"{name}@v1.2.3"
    module.writestr(f"{stem}/go.mod", f"module {name}\n")
    module.writestr(f"{stem}/{folder}main.go", f'package main\nfunc main() {{ println("{text}") }}\n')
"#;

/// Puts `module`, whose package in `folder` says `text`, on the proxy.
fn serve(proxy: &Path, module: &str, folder: &str, text: &str) {
    let versions = proxy.join(module).join("@v");
    fs::create_dir_all(&versions).unwrap();
    let write = |name: &str, text: &str| fs::write(versions.join(name), text).unwrap();
    write("list", "v1.2.3\n");
    write(
        "v1.2.3.info",
        r#"{"Version":"v1.2.3","Time":"2026-01-01T00:00:00Z"}"#,
    );
    write("v1.2.3.mod", &format!("module {module}\n"));
    let zip = versions.join("v1.2.3.zip");
    let status = Command::new("python3")
        .args(["-c", PACK, zip.to_str().unwrap(), module, folder, text])
        .status()
        .unwrap();
    assert!(status.success());
}

/// Runs a command with nothing of modules kept before, unless `kept`.
fn run(folder: &Path, script: &str, kept: bool) -> Output {
    let place = |name: &str| folder.join(name);
    if !kept {
        let _ = fs::remove_dir_all(place("go"));
    }
    Command::new("sh")
        .args(["-c", script])
        .current_dir(folder)
        .env("GOPROXY", format!("file://{}", place("proxy").display()))
        .env("GOPATH", place("go"))
        .env("GOCACHE", place("cache"))
        .env("GOSUMDB", "off")
        .env("GOTOOLCHAIN", "local")
        .env("GOFLAGS", "-modcacherw")
        .env("CGO_ENABLED", "0")
        .env_remove("GOMODCACHE")
        .env_remove("GOBIN")
        .output()
        .unwrap()
}

fn told(folder: &Path) -> String {
    let output = Command::new(folder.join("go/bin/serve")).output().unwrap();
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn what_was_verified_is_what_go_installs() {
    let has = |tool: &str, argument: &str| {
        let output = Command::new(tool).arg(argument).output();
        output.is_ok_and(|output| output.status.success())
    };
    // Building takes long, so it is asked for, as with the other installers (`.ci/check-readers`).
    #[expect(
        clippy::disallowed_methods,
        reason = "the script that runs this says so"
    )]
    let asked = std::env::var_os("PIN_TOOLS").is_some();
    if !asked || !has("go", "version") || !has("python3", "--version") {
        println!("SKIPPED: there is no go, or no python3, or PIN_TOOLS does not ask for it");
        return;
    }
    let folder = std::env::temp_dir().join(format!("pin-go-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    let proxy = folder.join("proxy");
    serve(&proxy, MODULE, "cmd/serve/", "honest");
    let first = run(
        &folder,
        &format!("go mod download -json {MODULE}@v1.2.3"),
        false,
    );
    let json: serde_json::Value = serde_json::from_slice(&first.stdout).unwrap();
    let Some(Pin::Go(mut pin)) = go("example.com/acme/widget/cmd/serve", "v1.2.3") else {
        unreachable!()
    };
    json["Sum"].as_str().unwrap().clone_into(&mut pin.sum);
    let dockerfile = changed(
        &GO.replace("example.com/acme/widget/cmd/serve@v1.2.3", PACKAGE),
        &Pin::Go(pin),
    );
    let line = dockerfile
        .lines()
        .find_map(|line| line.strip_prefix("RUN go mod download"))
        .map(|rest| format!("go mod download{rest}"))
        .unwrap();
    let install = format!("go install {PACKAGE}");
    let built = folder.join("go/bin/serve");
    let check = dockerfile
        .lines()
        .find_map(|line| line.strip_prefix("RUN go version"))
        .map(|rest| format!("go version{rest}"))
        .unwrap()
        .replace("/app/mcp-server", built.to_str().unwrap());

    let output = run(&folder, &line, false);
    assert!(output.status.success(), "{output:?}");
    // Swapped in between: the cache holds what was compared.
    serve(&proxy, MODULE, "cmd/serve/", "evil");
    let output = run(&folder, &install, true);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(told(&folder), "honest\n");
    let output = run(&folder, &check, true);
    assert!(output.status.success(), "{output:?}");

    let output = run(&folder, &line, false);
    assert!(!output.status.success(), "{output:?}");
    // What dockhand prints takes it.
    let output = run(&folder, &install, false);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(told(&folder), "evil\n");
    assert!(!run(&folder, &check, true).status.success());

    // The outer module is the verified one, and Go takes the package from the nested one.
    serve(&proxy, MODULE, "cmd/serve/", "honest");
    serve(&proxy, NESTED, "", "nested");
    let output = run(&folder, &line, false);
    assert!(output.status.success(), "{output:?}");
    let output = run(&folder, &install, true);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(told(&folder), "nested\n");
    assert!(!run(&folder, &check, true).status.success());

    fs::remove_dir_all(&proxy).unwrap();
    assert!(!run(&folder, &line, false).status.success());
    fs::remove_dir_all(&folder).unwrap();
}
