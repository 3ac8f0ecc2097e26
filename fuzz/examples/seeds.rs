//! Writes the seeds that cannot be written by hand: documents that the virtual Sigstore signed.
//! `cargo run --manifest-path fuzz/Cargo.toml --example seeds`; the same bytes every time.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dockyard_provenance_fuzz::{GO_DATABASE, GO_RELEASE, NPM, PYPI, SEPARATOR, WORLD};
use serde_json::Value;
use testkit::predicate::{NPM_PUBLISH, SLSA_V1, SLSA_V02};
use testkit::{
    GithubIdentity, GitlabIdentity, NpmDraft, NpmRelease, NpmStyle, PypiDraft, PypiPublisher,
    PypiRelease,
};

fn main() {
    go();
    let shard = dockyard_provenance_fuzz::shards::honest();
    dockyard_provenance_fuzz::shards::merged(shard.as_bytes()).expect("an honest shard");
    write("shards", "one.json", shard.as_bytes());
    let identity = GithubIdentity::default();
    for (name, style) in [
        ("current", NpmStyle::Current),
        ("chained", NpmStyle::Chained),
        ("attest", NpmStyle::Attest),
        ("early", NpmStyle::Early),
        ("isolated", NpmStyle::Isolated),
    ] {
        let draft = NpmDraft::new(&WORLD, NPM.0, NPM.1, &identity, style);
        npm(name, &WORLD.npm_release(&draft));
    }
    let gitlab = GitlabIdentity::default();
    npm(
        "gitlab",
        &WORLD.npm_release(&NpmDraft::gitlab(&WORLD, NPM.0, NPM.1, &gitlab)),
    );
    npm(
        "signed",
        &WORLD.npm_release(&NpmDraft::signed_only(&WORLD, NPM.0, NPM.1)),
    );
    let release = WORLD.npm_package(NPM.0, NPM.1);
    write(
        "bundle",
        "publish.json",
        release.bundle(NPM_PUBLISH).to_string().as_bytes(),
    );
    for (kind, which) in [(NPM_PUBLISH, 0), (SLSA_V1, 1)] {
        let payload = text(&release.bundle(kind)["dsseEnvelope"]["payload"]);
        let name = if which == 0 { "publish" } else { "slsa-v1" };
        write("statement", name, &[&[which], payload.as_slice()].concat());
    }
    for (name, publisher) in [
        ("github", PypiPublisher::Github(identity.clone())),
        ("gitlab", PypiPublisher::Gitlab(gitlab)),
    ] {
        pypi(
            name,
            &WORLD.pypi_release_of(&PypiDraft::new(&WORLD, PYPI.0, PYPI.1, &publisher)),
        );
    }
    pypi(
        "unattested",
        &WORLD.pypi_release_of(&PypiDraft::unattested(PYPI.0, PYPI.1)),
    );
}

fn npm(name: &str, release: &NpmRelease) {
    let documents = [&release.manifest, &release.attestations, &release.packument];
    write("npm", name, &joined(documents.into_iter()));
    let Some(entries) = release.attestations["attestations"].as_array() else {
        return;
    };
    let provenance = entries
        .iter()
        .find(|entry| entry["predicateType"] == SLSA_V1 || entry["predicateType"] == SLSA_V02)
        .expect("a provenance");
    let bundle = &provenance["bundle"];
    write(
        "bundle",
        &format!("{name}.json"),
        bundle.to_string().as_bytes(),
    );
    let material = &bundle["verificationMaterial"];
    let certificate = material
        .pointer("/certificate/rawBytes")
        .or_else(|| material.pointer("/x509CertificateChain/certificates/0/rawBytes"))
        .expect("a certificate");
    write("certificate", &format!("{name}.der"), &text(certificate));
}

/// One document each, behind the number of its kind in the target.
fn go() {
    let size = GO_DATABASE.size();
    let witness = testkit::Sumdb::new("witness", 0);
    let head = GO_DATABASE.head(size);
    let mut seeds = vec![
        (0, "lookup", GO_DATABASE.lookup(3, size)),
        (0, "other-record", GO_DATABASE.lookup(2, size)),
        (1, "latest", GO_DATABASE.note(size)),
        (1, "older", GO_DATABASE.note(4)),
        (1, "witnessed", GO_DATABASE.signed(&head) + &witness.signature(&head)),
        (3, "remembered", GO_DATABASE.note(5)),
        (4, "mod", GO_RELEASE.go_mod.clone()),
        (
            4,
            "mod-retracted",
            "// Deprecated: no\nmodule example.com/tool\n\nretract (\n\t[v1.0.0, v1.9.9] // why\n\tv0.1.0\n)\n"
                .to_owned(),
        ),
        (5, "list", "v1.2.2\nv1.2.3\nv1.3.0-rc.1\n".to_owned()),
        (6, "info", GO_RELEASE.info().to_string()),
        (6, "verifier-key", GO_DATABASE.verifier_key()),
        (6, "proxies", "https://a.example|b.example,direct".to_owned()),
        (6, "patterns", "*.example.com,github.com/[a-c]?me/*".to_owned()),
    ];
    for (kind, name, text) in seeds.drain(..) {
        write("go", name, &[&[kind], text.as_bytes()].concat());
    }
    for (path, tile) in GO_DATABASE.tiles(size) {
        let name = path.replace('/', "-");
        write("go", &name, &[&[2], tile.as_slice()].concat());
    }
}

fn pypi(name: &str, release: &PypiRelease) {
    let documents = std::iter::once(&release.index).chain(release.provenance.values());
    write("pypi", name, &joined(documents));
}

fn joined<'a>(documents: impl Iterator<Item = &'a Value>) -> Vec<u8> {
    let documents: Vec<Vec<u8>> = documents.map(|one| one.to_string().into_bytes()).collect();
    documents.join(&SEPARATOR)
}

/// The bytes behind a base64 text.
fn text(value: &Value) -> Vec<u8> {
    STANDARD
        .decode(value.as_str().expect("text"))
        .expect("base64")
}

fn write(target: &str, name: &str, bytes: &[u8]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("seeds")
        .join(target);
    std::fs::create_dir_all(&folder).expect("a writable folder");
    std::fs::write(folder.join(name), bytes).expect("a writable folder");
}
