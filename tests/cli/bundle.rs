//! `verify-bundle`, in the protocol of sigstore-conformance.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;
use testkit::keys::pem;
use testkit::recipe::BundleVersion;
use testkit::{
    EntryKind, GithubIdentity, LogOptions, PypiFile, PypiPublisher, Recipe, World, predicate,
};

use crate::stage::{Run, program};

const FILE: &str = "widget-1.2.3.tar.gz";
const IDENTITY: &str =
    "https://github.com/acme/widget/.github/workflows/release.yml@refs/tags/v1.2.3";
const ISSUER: &str = "https://token.actions.githubusercontent.com";
const SIGNER: [&str; 4] = [
    "--certificate-identity",
    IDENTITY,
    "--certificate-oidc-issuer",
    ISSUER,
];

/// An artifact, its bundle, the trusted root and the key, in one folder.
struct Signed {
    folder: TempDir,
    digest: String,
}

impl Signed {
    fn new() -> Self {
        let world = World::new();
        let publisher = PypiPublisher::Github(GithubIdentity::default());
        let mut file = PypiFile::published(&world, FILE, &publisher);
        let bundle = world.sign(file.attestation()).bundle();
        Self::of(&world, &file, &bundle)
    }

    /// Signed with a bare key instead of a certificate.
    fn with_key() -> Self {
        let world = World::new();
        let file = PypiFile::unattested(FILE);
        let recipe = Recipe::with_key(
            predicate::pypi_publish(&file.subject()),
            world.npm.current.clone(),
            LogOptions::new(EntryKind::Dsse, world.now),
            BundleVersion::V03,
        );
        Self::of(&world, &file, &world.sign(&recipe).bundle())
    }

    fn of(world: &World, file: &PypiFile, bundle: &Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        world.write_trust(folder.path());
        write(FILE, &format!("content of {FILE}"));
        write("other", "something else");
        write("bundle.json", &bundle.to_string());
        write("key.pem", &pem("PUBLIC KEY", &world.npm.current.key.spki()));
        write("other.pem", &pem("PUBLIC KEY", &world.npm.old.key.spki()));
        Self {
            digest: format!("sha256:{}", hex::encode(&file.sha256)),
            folder,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let mut command = program();
        command.current_dir(self.folder.path());
        command.args(["verify-bundle", "--bundle", "bundle.json"]);
        Run::of(command.args(arguments))
    }

    /// With this world's trusted root.
    fn verify(&self, signer: &[&str], artifact: &str) -> Run {
        let trust: &[&str] = &["--trusted-root", "trusted_root.json", artifact];
        self.run(&[signer, trust].concat())
    }

    /// Exit 1, nothing on standard output, and the reason.
    #[track_caller]
    fn refused(&self, signer: &[&str], artifact: &str, says: &str) {
        let run = self.verify(signer, artifact).exits(1);
        assert_eq!(run.out, "");
        assert!(run.err.starts_with("error: not verified: "), "{}", run.err);
        assert!(run.err.contains(says), "{says:?} is not in {}", run.err);
    }
}

#[test]
fn an_honest_bundle_verifies_by_path_and_by_digest() {
    let signed = Signed::new();
    for artifact in [FILE, &signed.digest] {
        let run = signed.verify(&SIGNER, artifact).exits(0);
        assert_eq!((run.out.as_str(), run.err.as_str()), ("verified\n", ""));
    }
}

#[test]
fn a_bundle_of_a_key_verifies_with_that_key_only() {
    let signed = Signed::with_key();
    for artifact in [FILE, &signed.digest] {
        signed.verify(&["--key", "key.pem"], artifact).exits(0);
    }
    signed.refused(&["--key", "other.pem"], FILE, "");
    signed.refused(&SIGNER, FILE, "");
    Signed::new().refused(&["--key", "key.pem"], FILE, "");
}

#[test]
fn another_signer_is_refused() {
    let signed = Signed::new();
    let with = |identity: &'static str, issuer: &'static str| {
        [
            "--certificate-identity",
            identity,
            "--certificate-oidc-issuer",
            issuer,
        ]
    };
    let mallory = IDENTITY.replace("acme", "mallory").leak();
    signed.refused(&with(mallory, ISSUER), FILE, "identity");
    // Exactly this subject: neither a prefix of it nor one that it is a prefix of.
    let prefix = IDENTITY.split('@').next().unwrap();
    signed.refused(&with(prefix, ISSUER), FILE, "identity");
    signed.refused(&with(IDENTITY, "https://gitlab.com"), FILE, "issuer");
    let slash: &'static str = format!("{ISSUER}/").leak();
    signed.refused(&with(IDENTITY, slash), FILE, "issuer");
}

#[test]
fn another_artifact_is_refused() {
    let signed = Signed::new();
    signed.refused(&SIGNER, "other", "");
    let other = format!("sha256:{}", "0".repeat(64));
    signed.refused(&SIGNER, &other, "");
}

#[test]
fn another_root_is_refused() {
    let signed = Signed::new();
    // Sigstore's own, and staging's.
    for trust in [&[FILE] as &[&str], &["--staging", FILE]] {
        let run = signed.run(&[&SIGNER, trust].concat()).exits(1);
        assert_eq!(run.out, "");
        // Which one that was, and of when, is said; of one that was named, nothing is.
        let told = "\nnote: trusted is ";
        assert_eq!(run.err.matches(told).count(), 1, "{}", run.err);
        let date = run.err.contains("built into this program, as of 20");
        assert_eq!(date, trust.len() == 1, "{}", run.err);
    }
    let stranger = World::with_label("stranger", World::new().now);
    fs::write(
        signed.path("trusted_root.json"),
        stranger.trusted_root_json(),
    )
    .unwrap();
    signed.refused(&SIGNER, FILE, "");
    assert!(!signed.verify(&SIGNER, FILE).err.contains("note: "));
}

#[test]
fn a_changed_or_unreadable_bundle_is_refused() {
    let signed = Signed::new();
    let path = signed.path("bundle.json");
    let honest = fs::read_to_string(&path).unwrap();
    let mut changed: Value = serde_json::from_str(&honest).unwrap();
    changed["dsseEnvelope"]["payload"] = Value::from("e30=");
    for text in [
        changed.to_string(),
        "{}".to_owned(),
        "not JSON".to_owned(),
        String::new(),
        format!("{honest}{honest}"),
    ] {
        fs::write(&path, text).unwrap();
        signed.refused(&SIGNER, FILE, "");
    }
    fs::write(&path, honest).unwrap();
    signed.verify(&SIGNER, FILE).exits(0);
}

#[test]
fn what_cannot_be_read_is_a_usage_error() {
    let signed = Signed::new();
    signed
        .verify(&SIGNER, "missing")
        .refuses("cannot read the artifact missing");
    // No digest by its length, so a path.
    signed
        .verify(&SIGNER, "sha256:abc")
        .refuses("cannot read the artifact sha256:abc");
    signed
        .verify(&["--key", "missing.pem"], FILE)
        .refuses("cannot read the key missing.pem");
    signed
        .verify(&["--key", "other"], FILE)
        .refuses("the key other");
    let run = |arguments: &[&str]| Run::of(program().arg("verify-bundle").args(arguments));
    run(&[&["--bundle", "missing.json"], &SIGNER as &[&str], &[FILE]].concat())
        .refuses("cannot read the bundle missing.json");
    run(&[
        &["--trusted-root", "missing.json", "--bundle", "b"],
        &SIGNER as &[&str],
        &[FILE],
    ]
    .concat())
    .refuses("trusted root missing.json");
}

/// The limit itself is within it.
#[test]
fn a_bundle_of_the_largest_size_is_read() {
    let bundle = Signed::new();
    let size = |bytes: u64| {
        let file = std::fs::File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(bundle.path("large.json"))
            .unwrap();
        file.set_len(bytes).unwrap();
        let mut command = program();
        command.current_dir(bundle.folder.path());
        command.args(["verify-bundle", "--bundle", "large.json"]);
        Run::of(command.args(SIGNER).arg(FILE))
    };
    let run = size(16 << 20).exits(1);
    assert!(run.err.contains("malformed bundle"), "{}", run.err);
    size((16 << 20) + 1).refuses("larger than 16777216 bytes");
}

#[test]
fn there_is_no_anybody() {
    let bundle = Signed::new();
    bundle.verify(&[], FILE).refuses("--certificate-identity");
    bundle
        .verify(&["--certificate-identity", IDENTITY], FILE)
        .refuses("--certificate-oidc-issuer");
    bundle
        .verify(&["--certificate-oidc-issuer", ISSUER], FILE)
        .refuses("--certificate-identity");
    for (identity, issuer) in [("", ISSUER), (IDENTITY, "")] {
        let signer = [
            "--certificate-identity",
            identity,
            "--certificate-oidc-issuer",
            issuer,
        ];
        bundle.verify(&signer, FILE).refuses("who must have signed");
    }
    let both = [&SIGNER as &[&str], &["--key", "key.pem"]].concat();
    bundle.verify(&both, FILE).refuses("cannot be used with");
    bundle.verify(&SIGNER, "").refuses("name the file");
}
