//! `vsa`: statements about what was verified.

use std::fs;

use serde_json::{Value, json};

use crate::stage::{DECLARED, Run, Stage, misdeclared};

const VSA: [&str; 7] = [
    "vsa",
    "--report",
    "report.json",
    "--out",
    "vsa",
    "--verifier",
    "https://github.com/acme/catalog/.github/workflows/vsa.yml@refs/heads/main",
];

fn stage() -> Stage {
    let stage = Stage::honest();
    stage.npm("b", "@acme/b", &misdeclared());
    stage.pypi("c", "acme-c", DECLARED);
    stage.scan(&["--report", "json=report.json", "-q"]);
    stage
}

/// What in-toto (Statement v1, `ResourceDescriptor`) and SLSA (`verification_summary`, fields) ask for.
fn schema() -> Value {
    let digest = json!({
        "type": "object", "minProperties": 1,
        "propertyNames": { "enum": ["sha256", "sha512"] },
        "additionalProperties": { "type": "string", "pattern": "^([0-9a-f]{64}|[0-9a-f]{128})$" },
    });
    let text = json!({ "type": "string", "minLength": 1 });
    let uri = json!({ "type": "string", "format": "uri", "pattern": "^[a-z]+:" });
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["_type", "subject", "predicateType", "predicate"],
        "properties": {
            "_type": { "const": "https://in-toto.io/Statement/v1" },
            "predicateType": { "const": "https://slsa.dev/verification_summary/v1" },
            "subject": { "type": "array", "minItems": 1, "items": {
                "type": "object", "additionalProperties": false, "required": ["name", "digest"],
                "properties": { "name": text, "digest": digest },
            }},
            "predicate": {
                "type": "object",
                "additionalProperties": false,
                "required": ["verifier", "resourceUri", "policy", "verificationResult", "verifiedLevels"],
                "properties": {
                    "verifier": {
                        "type": "object", "additionalProperties": false, "required": ["id"],
                        "properties": {
                            "id": uri,
                            "version": { "type": "object", "additionalProperties": text },
                        },
                    },
                    "timeVerified": { "type": "string", "pattern": "^[0-9T:-]+Z$" },
                    "resourceUri": uri,
                    "policy": {
                        "type": "object", "additionalProperties": false, "required": ["uri"],
                        "properties": { "uri": uri, "digest": digest },
                    },
                    "inputAttestations": { "type": "array", "minItems": 1, "items": {
                        "type": "object", "additionalProperties": false, "required": ["digest"],
                        "properties": { "uri": uri, "digest": digest },
                    }},
                    "verificationResult": { "enum": ["PASSED", "FAILED"] },
                    "verifiedLevels": { "type": "array", "minItems": 1, "maxItems": 1, "items": {
                        "pattern": "^SLSA_BUILD_LEVEL_[1-3]$",
                    }},
                    "slsaVersion": { "pattern": "^[0-9]+\\.[0-9]+$" },
                },
            },
        },
    })
}

fn file(stage: &Stage, name: &str) -> String {
    fs::read_to_string(stage.root().join("vsa").join(name)).unwrap()
}

#[test]
fn what_is_verified_with_a_level_and_without_an_error_is_stated() {
    let stage = stage();
    let run = stage.run(&VSA).exits(0);
    assert_eq!(
        run.out,
        "stated    pkg:npm/%40acme/a@1.2.3\n\
         left out  npx/b/spec.yaml: something is wrong with it, or in doubt, even if that is accepted\n\
         left out  uvx/c/spec.yaml: no build level is known of it\n\
         1 stated, 2 left out\n"
    );
    let list: Value = serde_json::from_str(&file(&stage, "statements.json")).unwrap();
    let list = list.as_array().unwrap();
    assert_eq!(list.len(), 1);
    let named = |member: &str| list[0][member].as_str().unwrap().to_owned();
    let predicate: Value = serde_json::from_str(&file(&stage, &named("predicate"))).unwrap();
    let statement = named("predicate").replace(".predicate.", ".statement.");
    let statement: Value = serde_json::from_str(&file(&stage, &statement)).unwrap();
    assert_eq!(statement["predicate"], predicate);
    let schema = jsonschema::draft202012::new(&schema()).unwrap();
    let errors: Vec<String> = schema
        .iter_errors(&statement)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, [""; 0]);
    assert_eq!(predicate["verifiedLevels"], json!(["SLSA_BUILD_LEVEL_2"]));
    assert!(
        predicate["policy"]["uri"]
            .as_str()
            .unwrap()
            .ends_with("/docs/policy.md")
    );
    assert!(predicate["timeVerified"].is_null());
    // The digests are those of the report.
    let report: Value =
        serde_json::from_str(&fs::read_to_string(stage.root().join("report.json")).unwrap())
            .unwrap();
    let evidence = report["specs"][0]["evidence"].as_array().unwrap();
    let digest = format!(
        "sha512:{}",
        statement["subject"][0]["digest"]["sha512"]
            .as_str()
            .unwrap()
    );
    assert_eq!(evidence[1]["digest"], digest);
    let inputs: Vec<String> = predicate["inputAttestations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("sha256:{}", one["digest"]["sha256"].as_str().unwrap()))
        .collect();
    let served: Vec<&str> = evidence
        .iter()
        .filter_map(|one| one["attestation_digest"].as_str())
        .collect();
    assert_eq!(inputs, served);
    assert_eq!(inputs.len(), 2);
    let sums = file(&stage, &named("subjects"));
    let hex = digest.strip_prefix("sha512:").unwrap();
    assert_eq!(sums, format!("{hex}  pkg:npm/%40acme/a@1.2.3\n"));
}

#[test]
fn the_policy_is_the_configuration_at_its_commit() {
    let stage = Stage::honest();
    stage.write("dockyard-provenance.toml", "fail-on = \"warning\"\n");
    stage.scan(&["--report", "json=report.json", "-q"]).exits(0);
    stage.run(&VSA).refuses("name it with --config");
    let with = [&VSA[..], &["--config", "dockyard-provenance.toml"]].concat();
    stage.run(&with).refuses("--repository and --commit");
    stage
        .run(&[&VSA[..], &["--config", "other.toml"]].concat())
        .refuses("which is not other.toml");
    let whole = [
        &with[..],
        &["--repository", "acme/catalog", "--commit", "90715a5"],
    ]
    .concat();
    stage.run(&whole).exits(0);
    let list: Value = serde_json::from_str(&file(&stage, "statements.json")).unwrap();
    let predicate: Value =
        serde_json::from_str(&file(&stage, list[0]["predicate"].as_str().unwrap())).unwrap();
    let policy = &predicate["policy"];
    assert_eq!(
        policy["uri"],
        "https://github.com/acme/catalog/blob/90715a5/dockyard-provenance.toml"
    );
    assert_eq!(policy["digest"]["sha256"].as_str().unwrap().len(), 64);
    // What an earlier run stated is not signed as this one's.
    stage.run(&whole).refuses("the folder vsa is not empty");
}

#[test]
fn a_workflow_says_itself_who_signs() {
    let stage = stage();
    stage
        .run(&VSA[..5])
        .refuses("say with --verifier which workflow signs");
    stage
        .run(&[&VSA[..6], &["not an address"]].concat())
        .refuses("--verifier");
    stage
        .run(&[&VSA[..], &["--verified-at", "2999-01-01T00:00:00Z"]].concat())
        .refuses("in the future");
    let mut command = stage.program();
    command
        .args(&VSA[..5])
        .args(["--verified-at", "2026-01-01T00:00:00Z"]);
    command.env("GITHUB_SERVER_URL", "https://github.com");
    command.env(
        "GITHUB_WORKFLOW_REF",
        "acme/catalog/.github/workflows/vsa.yml@refs/heads/main",
    );
    Run::of(&mut command).exits(0);
    let list: Value = serde_json::from_str(&file(&stage, "statements.json")).unwrap();
    let predicate: Value =
        serde_json::from_str(&file(&stage, list[0]["predicate"].as_str().unwrap())).unwrap();
    assert_eq!(predicate["verifier"]["id"], VSA[6]);
    assert_eq!(predicate["timeVerified"], "2026-01-01T00:00:00Z");
}

#[test]
fn a_part_of_a_repository_states_nothing() {
    let stage = stage();
    let part = ["--report", "json=report.json", "-q"];
    stage.verify("npx/a/spec.yaml", &part).exits(0);
    stage.run(&VSA).refuses("leaves out specs that are there");
    let glob = [&part[..], &["--spec-glob", "npx/a/spec.yaml"]].concat();
    stage.scan(&glob).exits(0);
    stage.run(&VSA).refuses("leaves out specs that are there");
    assert!(!stage.root().join("vsa").exists());
    // The control: all of it.
    stage.scan(&part);
    stage.run(&VSA).exits(0);
}

#[test]
fn a_run_that_is_in_doubt_states_nothing() {
    let stage = Stage::honest();
    let mut scan = stage.command(&["scan", "--report", "json=report.json", "-q"]);
    scan.env("PIP_FIND_LINKS", "https://h.example/");
    stage.pypi("c", "acme-c", DECLARED);
    Run::of(&mut scan).exits(3);
    let run = stage.run(&VSA).exits(3);
    assert_eq!(run.out, "");
    assert!(run.err.contains("nothing can be stated"), "{}", run.err);
    assert!(!stage.root().join("vsa").exists());
}
