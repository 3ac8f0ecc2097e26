//! What is installed or set beside the package that a spec pins: `spec.overrides`,
//! `spec.constraints`, `spec.env`, `spec.args`, and `metadata.protocol`, by which it is built.

use serde_json::{Value, json};
use testkit::{Fault, NpmDraft, tamper};

use crate::stage::{DECLARED, Run, Stage, spec};

const NPX: &str = "npx/a/spec.yaml";
const UVX: &str = "uvx/a/spec.yaml";

/// A stage with an honest package, and a spec of it with these lines at the end of `spec`.
fn npx(lines: &str) -> Stage {
    let stage = Stage::honest();
    stage.write(
        NPX,
        &spec("npx", "@acme/a", "1.2.3", &format!("{lines}\n{DECLARED}")),
    );
    stage
}

fn uvx(lines: &str) -> Stage {
    let stage = Stage::new();
    stage.pypi("a", "acme-a", &format!("{lines}\n{DECLARED}"));
    stage
}

fn overrides(package: &str, version: &str) -> String {
    format!(
        "  overrides:\n    - package: {package:?}\n      version: {version:?}\n      reason: \"x\""
    )
}

fn constraints(line: &str) -> String {
    format!("  constraints:\n    - spec: {line:?}\n      reason: \"x\"")
}

fn scan(stage: &Stage) -> Run {
    stage.scan(&["--format", "json"])
}

fn statuses(run: &Run, path: &str) -> Vec<String> {
    let report = run.report();
    let overrides = report.spec(path)["overrides"].as_array().unwrap().clone();
    let status = |one: &Value| one["status"].as_str().unwrap().to_owned();
    overrides.iter().map(status).collect()
}

/// The one finding of the spec: its rule and line.
#[track_caller]
fn finding(run: &Run, path: &str) -> (String, u64) {
    let report = run.report();
    let findings = report.spec(path)["findings"].as_array().unwrap();
    let [finding] = findings.as_slice() else {
        panic!("{findings:#?}")
    };
    let line = finding["location"]["start_line"].as_u64().unwrap();
    (finding["rule"].as_str().unwrap().to_owned(), line)
}

#[test]
fn an_exact_override_is_verified_too() {
    let stage = npx(&overrides("undici", "6.28.0"));
    stage
        .registry
        .publish_npm(&stage.world.npm_package("undici", "6.28.0"));
    let run = scan(&stage).exits(0);
    assert_eq!(statuses(&run, NPX), ["verified"]);
    let report = run.report();
    assert_eq!(report.rules(NPX), [""; 0]);
    let one = &report.spec(NPX)["overrides"][0];
    assert_eq!(
        (&one["package"], &one["version"]),
        (&json!("undici"), &json!("6.28.0"))
    );
    assert_eq!(one["location"]["start_line"], 10);
    assert_eq!(one["publisher"]["kind"], "GitHub");
    assert!(one["evidence"].as_array().unwrap().len() >= 3, "{one:#}");
    // The summary is of specs.
    assert_eq!(report.json["summary"]["specs"], 1);

    let stage = uvx(&constraints("Acme_B==1.2.3; python_version > '3.8'"));
    stage
        .registry
        .publish_pypi(&stage.world.pypi_release("acme-b", "1.2.3"));
    let run = scan(&stage).exits(0);
    assert_eq!(statuses(&run, UVX), ["verified"]);
    assert_eq!(run.report().rules(UVX), [""; 0]);
}

#[test]
fn an_override_without_provenance_is_shown_and_no_finding() {
    let stage = npx(&overrides("undici", "6.28.0"));
    let draft = NpmDraft::signed_only(&stage.world, "undici", "6.28.0");
    stage.registry.publish_npm(&stage.world.npm_release(&draft));
    let run = scan(&stage).exits(0);
    assert_eq!(statuses(&run, NPX), ["signed"]);
    assert_eq!(run.report().rules(NPX), [""; 0]);
    let words = stage.verify(NPX, &[]).exits(0);
    assert!(
        words.out.contains("signed only undici@6.28.0"),
        "{}",
        words.out
    );
}

#[test]
fn an_override_that_fails_fails_the_spec() {
    let stage = npx(&overrides("undici", "6.28.0"));
    let run = scan(&stage).exits(1);
    assert_eq!(statuses(&run, NPX), ["not-found"]);
    assert_eq!(finding(&run, NPX), ("package-not-found".to_owned(), 10));

    let mut release = stage.world.npm_package("undici", "6.28.0");
    let signature = &mut release.manifest["dist"]["signatures"][0]["sig"];
    tamper::bytes(signature, |bytes| *bytes.last_mut().unwrap() ^= 1);
    stage.registry.publish_npm(&release);
    let run = scan(&stage).exits(1);
    assert_eq!(statuses(&run, NPX), ["invalid"]);
    assert_eq!(
        finding(&run, NPX),
        ("registry-signature-invalid".to_owned(), 10)
    );

    // One of another package's attestations.
    let mut release = stage.world.npm_package("undici", "6.28.0");
    release.attestations = stage.world.npm_package("other", "6.28.0").attestations;
    stage.registry.publish_npm(&release);
    let run = scan(&stage).exits(1);
    assert_eq!(statuses(&run, NPX), ["invalid"]);
    assert!(run.report().rules(NPX).contains(&"attestation-invalid"));
}

#[test]
fn an_override_that_is_not_known_is_no_pass() {
    let stage = npx(&overrides("undici", "6.28.0"));
    stage
        .registry
        .publish_npm(&stage.world.npm_package("undici", "6.28.0"));
    for path in [
        "/npm/undici/6.28.0",
        "/npm/-/npm/v1/attestations/undici@6.28.0",
    ] {
        stage.registry.fault(path, Fault::Status(403));
        let run = scan(&stage).exits(3);
        stage.registry.heal(path);
        assert_eq!(statuses(&run, NPX), ["unknown"], "{path}");
        assert_eq!(
            finding(&run, NPX),
            ("verification-incomplete".to_owned(), 10),
            "{path}"
        );
        assert_eq!(run.report().status(NPX), "verified");
        assert_eq!(run.report().json["determined"], false);
    }
    scan(&stage).exits(0);
}

/// What the index says of a quarantined project is told of an override too, and is not waved through
/// with what may be unknown.
#[test]
fn an_override_of_a_quarantined_project_fails() {
    let stage = uvx(&constraints("mcp==1.2.3"));
    let mut release = stage.world.pypi_release("mcp", "1.2.3");
    stage.registry.publish_pypi(&release);
    scan(&stage).exits(0);
    release.index["project-status"] = json!({"status": "quarantined"});
    let as_it_was = release.index.clone();
    release.index["files"] = json!([]);
    release.index["versions"] = json!([]);
    for index in [as_it_was, release.index.clone()] {
        release.index = index;
        stage.registry.publish_pypi(&release);
        for args in [&[][..], &["--fail-on-unknown", "false"]] {
            let run = stage.scan(&[&["--format", "json"], args].concat()).exits(1);
            assert_eq!(statuses(&run, UVX), ["unknown"]);
            assert_eq!(finding(&run, UVX).0, "quarantined-project");
        }
    }
}

#[test]
fn a_range_is_not_judged_and_not_asked_about() {
    for (stage, path) in [
        (npx(&overrides("undici", "^6.28.0")), NPX),
        (uvx(&constraints("mcp[cli]>=1.28.1,<2")), UVX),
        (uvx(&constraints("cryptography>=50.0.0")), UVX),
        (uvx(&constraints("mcp")), UVX),
    ] {
        let run = scan(&stage).exits(0);
        assert_eq!(statuses(&run, path), ["not-judged"]);
        assert_eq!(run.report().rules(path), [""; 0]);
        let asked = stage.registry.paths();
        let about = |path: &String| {
            ["undici", "mcp", "cryptography"]
                .iter()
                .any(|name| path.contains(name))
        };
        assert!(!asked.iter().any(about), "{asked:?}");
    }
}

#[test]
fn what_may_come_from_elsewhere_is_refused() {
    for (package, version) in [
        ("undici", "npm:evil@1.0.0"),
        ("undici", "https://evil.example/x.tgz"),
        ("undici", "git+https://github.com/o/r.git"),
        ("undici", "o/r"),
        ("undici", "github:o/r"),
        ("undici", "file:../x"),
        ("undici", "./x"),
        ("undici", "$undici"),
        ("undici", "latest"),
        ("undici", "1.0.0-x.tgz"),
        ("undici", "1.0.0\nx"),
        ("undici@npm:evil", "1.0.0"),
        (".", "1.0.0"),
        // The package itself.
        ("@acme/a", "1.2.3"),
        ("@acme/a", "^1"),
        ("@acme/a@1", "1.2.4"),
    ] {
        let stage = npx(&overrides(package, version));
        let run = scan(&stage).exits(1);
        assert_eq!(statuses(&run, NPX), ["refused"], "{package} {version}");
        assert_eq!(
            finding(&run, NPX),
            ("unverified-override".to_owned(), 10),
            "{package} {version}"
        );
        let asked = stage.registry.paths();
        assert!(
            asked.iter().all(|path| path.contains("@acme/a")),
            "{asked:?}"
        );
    }
    for line in [
        "acme-a==1.2.3",
        "Acme_A[x]>=1",
        "acme.a @ https://evil.example/x.whl",
        "mcp @ https://evil.example/x.whl",
        "https://evil.example/x.whl",
        "git+https://github.com/o/r",
        "./x",
        "-r x",
        "-e .",
        "--index-url https://evil.example/simple",
        "mcp<2 --hash=sha256:00",
        "mcp<2 \\",
        "mcp<2\nevil==1.0.0",
        "mcp-1.0.0-py3-none-any.whl",
    ] {
        let stage = uvx(&constraints(line));
        let run = scan(&stage).exits(1);
        assert_eq!(statuses(&run, UVX), ["refused"], "{line}");
        assert_eq!(
            finding(&run, UVX),
            ("unverified-override".to_owned(), 9),
            "{line}"
        );
    }
}

#[test]
fn what_the_build_refuses_is_refused() {
    let npm_only = overrides("undici", "6.28.0");
    let run = scan(&uvx(&npm_only)).exits(1);
    assert_eq!(finding(&run, UVX).0, "spec-invalid");
    let run = scan(&npx(&constraints("mcp<2"))).exits(1);
    assert_eq!(finding(&run, NPX).0, "spec-invalid");
    for lines in [
        "  overrides: {undici: 6.28.0}",
        "  overrides: [undici]",
        "  overrides: [{package: undici, reason: x}]",
        "  args: [\"x\\nRUN curl evil.example\"]",
        "  args: ['x\"]']",
        "  env: {\"A\\nRUN curl evil.example\": x}",
    ] {
        let run = scan(&npx(lines)).exits(1);
        assert_eq!(run.report().status(NPX), "malformed", "{lines}");
        assert_eq!(finding(&run, NPX).0, "spec-invalid", "{lines}");
    }
}

#[test]
fn an_override_that_is_another_specs_package_is_asked_about_once() {
    let stage = npx(&overrides("@acme/b", "1.2.3"));
    stage.npm("b", "@acme/b", DECLARED);
    let run = scan(&stage).exits(0);
    assert_eq!(statuses(&run, NPX), ["verified"]);
    let asked = stage.registry.paths();
    let manifests = asked.iter().filter(|path| *path == "/npm/@acme/b/1.2.3");
    assert_eq!(manifests.count(), 1, "{asked:?}");
}

#[test]
fn variables_that_load_code_are_warned_of() {
    for name in ["NODE_OPTIONS", "npm_config_registry", "LD_PRELOAD", "PATH"] {
        let run = scan(&npx(&format!("  env:\n    {name}: x"))).exits(0);
        assert_eq!(
            finding(&run, NPX),
            ("code-executing-env".to_owned(), 9),
            "{name}"
        );
        let report = run.report();
        assert_eq!(report.spec(NPX)["findings"][0]["severity"], "warning");
    }
    let run = scan(&npx(
        "  env: {LOG_LEVEL: debug, PORT: 8080, NODE_ENV: production}",
    ))
    .exits(0);
    assert_eq!(run.report().rules(NPX), [""; 0]);
}

#[test]
fn nothing_is_looked_up_where_the_protocol_is_not_the_folders() {
    let stage = Stage::honest();
    for (protocol, rule) in [
        ("uvx", "protocol-folder-mismatch"),
        ("NPX", "protocol-folder-mismatch"),
        ("\"\"", "protocol-folder-mismatch"),
        ("[npx]", "spec-invalid"),
    ] {
        stage.write(NPX, &spec(protocol, "@acme/a", "1.2.3", DECLARED));
        let run = scan(&stage).exits(1);
        assert_eq!(run.report().status(NPX), "malformed", "{protocol}");
        assert_eq!(finding(&run, NPX).0, rule, "{protocol}");
        assert_eq!(stage.registry.paths(), [""; 0], "{protocol}");
    }
    stage.write(NPX, &spec("npx", "@acme/a", "1.2.3", DECLARED));
    scan(&stage).exits(0);
}

/// Go's yaml.v3 skips a byte order mark at the start of a line, so that it reads other keys.
#[test]
fn a_second_byte_order_mark_is_refused() {
    let stage = Stage::honest();
    let honest = spec("npx", "@acme/a", "1.2.3", DECLARED);
    stage.write(NPX, &format!("\u{feff}{honest}"));
    scan(&stage).exits(0);
    for text in [
        format!("\u{feff}\u{feff}security:\n spec: {{package: evil, version: 1.0.0}}\n{honest}"),
        honest.replacen("spec:", "\u{feff}spec:", 1),
        format!("{honest}# \u{feff}\n"),
    ] {
        stage.write(NPX, &text);
        let run = scan(&stage).exits(1);
        assert_eq!(run.report().status(NPX), "malformed", "{text:?}");
        assert_eq!(finding(&run, NPX).0, "spec-invalid", "{text:?}");
    }
}

/// Whoever can change the configuration must not hide a misspelt half of a declaration.
#[test]
fn an_unknown_key_below_provenance_stays_an_error() {
    let stage = Stage::new();
    stage.npm("a", "@acme/a", &DECLARED.replace("workflow:", "wrkflow:"));
    stage.write(
        "dockyard-provenance.toml",
        "[severity]\nunknown-key = \"note\"\n",
    );
    let run = scan(&stage).exits(1);
    assert_eq!(finding(&run, NPX).0, "unknown-key");
    stage.write(
        NPX,
        &spec("npx", "@acme/a", "1.2.3", &format!("{DECLARED}more: 1\n")),
    );
    scan(&stage).exits(0);
}

/// Nor a declaration that nobody can read: what it says is not compared.
#[test]
fn an_unreadable_declaration_stays_an_error() {
    let stage = Stage::new();
    stage.write(
        "dockyard-provenance.toml",
        "[severity]\nspec-invalid = \"note\"\n",
    );
    stage.npm("a", "@acme/a", DECLARED);
    scan(&stage).exits(0);
    for unreadable in [
        DECLARED.replace("\"GitHub\"", "\"GitHubb\""),
        DECLARED.replace("\"acme/widget\"", "\"mallory acme\""),
        "provenance: acme/a\n".to_owned(),
    ] {
        assert_ne!(unreadable, DECLARED);
        stage.npm("a", "@acme/a", &unreadable);
        let run = scan(&stage).exits(1);
        assert_eq!(finding(&run, NPX).0, "spec-invalid", "{unreadable}");
    }
}
