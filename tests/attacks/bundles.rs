//! The unsigned shape of bundles: what a mirror can change without touching a signature.

use package_provenance::evidence::EvidenceRequest;
use package_provenance::package::PackageVersion;
use package_provenance::verify::Status;
use serde_json::{Value, json};
use testkit::NpmRelease;
use testkit::predicate::SLSA_V1;

use crate::support::{
    Lab, Lie, NAME, Served, VERSION, assert_refused, assert_verified, bundle, npm_package,
};

fn slsa(release: &mut NpmRelease) -> &mut Value {
    bundle(release, SLSA_V1)
}

/// docs/verification.md#b3 (step 1): unknown forms are refused, and so is what two readers could
/// read differently.
#[test]
fn shapes() {
    let lab = Lab::new();
    let lies: &[Lie<NpmRelease>] = &[
        (
            "no media type",
            |_, it| {
                slsa(it).as_object_mut().unwrap().remove("mediaType");
            },
            Status::Invalid,
            "states no media type",
        ),
        (
            "an unknown media type",
            |_, it| slsa(it)["mediaType"] = json!("application/vnd.dev.sigstore.bundle.v0.9+json"),
            Status::Unknown,
            "does not know",
        ),
        (
            "the media type of another major version",
            |_, it| slsa(it)["mediaType"] = json!("application/vnd.dev.sigstore.bundle.v1+json"),
            Status::Unknown,
            "does not know",
        ),
        (
            "something after the media type",
            |_, it| {
                slsa(it)["mediaType"] = json!("application/vnd.dev.sigstore.bundle.v0.3+json;x");
            },
            Status::Invalid,
            "edia type",
        ),
        (
            "a key beside the certificate",
            |world, it| {
                slsa(it)["verificationMaterial"]["publicKey"] =
                    json!({"hint": world.npm.current.id()});
            },
            Status::Invalid,
            "2 kinds of verification material",
        ),
        (
            "a chain beside the certificate",
            |_, it| {
                let material = &mut slsa(it)["verificationMaterial"];
                material["x509CertificateChain"] =
                    json!({"certificates": [material["certificate"]]});
            },
            Status::Invalid,
            "2 kinds of verification material",
        ),
        (
            "a chain in the newest form",
            |_, it| {
                let material = slsa(it)["verificationMaterial"].as_object_mut().unwrap();
                let certificate = material.remove("certificate").unwrap();
                material.insert(
                    "x509CertificateChain".into(),
                    json!({"certificates": [certificate]}),
                );
            },
            Status::Invalid,
            "ertificate",
        ),
        (
            "no material",
            |_, it| {
                slsa(it)["verificationMaterial"]
                    .as_object_mut()
                    .unwrap()
                    .remove("certificate");
            },
            Status::Invalid,
            "0 kinds of verification material",
        ),
        (
            "a message signature beside the envelope",
            |_, it| slsa(it)["messageSignature"] = json!({"signature": "MAA="}),
            Status::Invalid,
            "not exactly one signature content",
        ),
        (
            "no envelope",
            |_, it| {
                slsa(it).as_object_mut().unwrap().remove("dsseEnvelope");
            },
            Status::Invalid,
            "not exactly one signature content",
        ),
        (
            "a message signature instead",
            |_, it| {
                let digest = json!({"algorithm": "SHA2_512", "digest": it.manifest["dist"]["integrity"].as_str().unwrap().trim_start_matches("sha512-")});
                let signature = slsa(it)["dsseEnvelope"]["signatures"][0]["sig"].clone();
                slsa(it).as_object_mut().unwrap().remove("dsseEnvelope");
                slsa(it)["messageSignature"] =
                    json!({"messageDigest": digest, "signature": signature});
            },
            Status::Invalid,
            "its log entry is of kind dsse/0.0.1, which a message signature never has",
        ),
        (
            "two signatures",
            |_, it| {
                let signatures = slsa(it)["dsseEnvelope"]["signatures"]
                    .as_array_mut()
                    .unwrap();
                signatures.push(signatures[0].clone());
            },
            Status::Invalid,
            "signature",
        ),
        (
            "no signature",
            |_, it| slsa(it)["dsseEnvelope"]["signatures"] = json!([]),
            Status::Invalid,
            "signature",
        ),
        (
            "another payload type",
            |_, it| slsa(it)["dsseEnvelope"]["payloadType"] = json!("text/plain"),
            Status::Invalid,
            "text/plain",
        ),
        (
            "another case of the payload type",
            |_, it| slsa(it)["dsseEnvelope"]["payloadType"] = json!("application/vnd.in-toto+JSON"),
            Status::Invalid,
            "application/vnd.in-toto+JSON",
        ),
        (
            "no bundle",
            |_, it| *slsa(it) = Value::Null,
            Status::Invalid,
            "malformed bundle",
        ),
        (
            "the stranger's certificate",
            |world, it| {
                let mut other = world.npm_package("@mallory/widget", VERSION);
                slsa(it)["verificationMaterial"]["certificate"] =
                    slsa(&mut other)["verificationMaterial"]["certificate"].clone();
            },
            Status::Invalid,
            "its signature is not of this content",
        ),
        (
            "a certificate followed by bytes",
            |_, it| {
                testkit::tamper::bytes(
                    &mut slsa(it)["verificationMaterial"]["certificate"]["rawBytes"],
                    |der| der.push(0),
                );
            },
            Status::Invalid,
            "ertificate",
        ),
    ];
    lab.served_npm_lies(&lab.world.npm_package(NAME, VERSION), lies);
}

/// docs/verification.md#f40: base64 that is not the standard one is not base64, wherever it stands.
#[test]
fn lenient_base64() {
    let lab = Lab::new();
    let honest = lab.world.npm_package(NAME, VERSION);
    assert_verified("the control", &lab.npm(&honest));
    let places = [
        "/dsseEnvelope/payload",
        "/dsseEnvelope/signatures/0/sig",
        "/verificationMaterial/certificate/rawBytes",
        "/verificationMaterial/tlogEntries/0/canonicalizedBody",
        "/verificationMaterial/tlogEntries/0/inclusionPromise/signedEntryTimestamp",
        "/verificationMaterial/tlogEntries/0/inclusionProof/hashes/0",
        "/verificationMaterial/tlogEntries/0/logId/keyId",
    ];
    for place in places {
        for (name, change) in [
            (
                "a line break",
                (|text| format!("{}\n{}", &text[..8], &text[8..])) as fn(&str) -> String,
            ),
            ("a space behind", |text| format!("{text} ")),
            ("no base64", |text| format!("!*{}", &text[2..])),
            ("padding too much", |text| format!("{text}====")),
            ("something behind the padding", |text| {
                format!("{text}AAAA=AAA")
            }),
        ] {
            let mut release = honest.clone();
            let value = slsa(&mut release).pointer_mut(place).unwrap();
            *value = json!(change(value.as_str().unwrap()));
            let observed = lab.npm(&release);
            let name = format!("{place}: {name}");
            assert_refused(&name, &observed, Status::Invalid, "malformed bundle");
        }
    }
}

/// Protobuf's JSON may be written with the other alphabet. It names the same bytes, and it is bytes
/// that are compared.
#[test]
fn the_other_alphabet_names_the_same_bytes() {
    let lab = Lab::new();
    let honest = lab.world.npm_package(NAME, VERSION);
    let place = "/verificationMaterial/certificate/rawBytes";
    let mut release = honest.clone();
    let value = slsa(&mut release).pointer_mut(place).unwrap();
    let text = value.as_str().unwrap().to_owned();
    let other = text.replace('+', "-").replace('/', "_");
    assert_ne!(text, other);
    *value = json!(other);
    assert_verified("the same bytes", &lab.npm(&release));
    let last = other.rfind(['-', '_']).unwrap();
    let swapped = if other.as_bytes()[last] == b'-' {
        "_"
    } else {
        "-"
    };
    *slsa(&mut release).pointer_mut(place).unwrap() =
        json!(format!("{}{swapped}{}", &other[..last], &other[last + 1..]));
    assert_refused(
        "other bytes",
        &lab.npm(&release),
        Status::Invalid,
        "ertificate",
    );
}

/// docs/verification.md#f38, #f39: told on the bytes of the response.
#[test]
fn two_faced_documents() {
    let lab = Lab::new();
    let release = lab.world.npm_package(NAME, VERSION);
    let honest = release.attestations.to_string();
    let judge = |attestations: &str| {
        let mut served = Served::default();
        served.add_bytes(
            &EvidenceRequest::NpmManifest(npm_package()),
            release.manifest.to_string().as_bytes(),
        );
        served.add_bytes(
            &EvidenceRequest::NpmAttestations(npm_package()),
            attestations.as_bytes(),
        );
        lab.judge(&PackageVersion::Npm(npm_package()), &served)
    };
    assert_verified("the control", &judge(&honest));
    let deep = format!("{}1{}", "[".repeat(70), "]".repeat(70));
    for (name, from, to, reason) in [
        (
            "an empty list first",
            r#"{"attestations":"#,
            r#"{"attestations":[],"attestations":"#.to_owned(),
            "duplicate key `attestations`",
        ),
        (
            "two payloads",
            r#""payload":"#,
            r#""payload":"e30=","payload":"#.to_owned(),
            "duplicate key `payload`",
        ),
        (
            "two certificates",
            r#""rawBytes":"#,
            r#""rawBytes":"AA==","rawBytes":"#.to_owned(),
            "duplicate key `rawBytes`",
        ),
        (
            "two times",
            r#""integratedTime":"#,
            r#""integratedTime":"1","integratedTime":"#.to_owned(),
            "duplicate key `integratedTime`",
        ),
        (
            "two labels",
            r#""predicateType":"#,
            r#""predicateType":"x","predicateType":"#.to_owned(),
            "duplicate key `predicateType`",
        ),
        (
            "depth",
            r#""mediaType":"#,
            format!(r#""deep":{deep},"mediaType":"#),
            "nested deeper",
        ),
        (
            "a number that is none",
            r#""mediaType":"#,
            r#""x":NaN,"mediaType":"#.to_owned(),
            "unreadable",
        ),
    ] {
        let lie = honest.replacen(from, &to, 1);
        assert_ne!(lie, honest, "{name}");
        assert_refused(name, &judge(&lie), Status::Unknown, reason);
    }
    assert_refused(
        "cut off",
        &judge(&honest[..honest.len() / 2]),
        Status::Unknown,
        "unreadable",
    );
}
