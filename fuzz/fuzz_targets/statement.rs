//! Statements as their signer wrote them: any payload, properly signed and logged. Reaches what is
//! read only after the cryptography holds. Whatever verifies must be about the package.
#![no_main]

use std::sync::LazyLock;

use dockyard_provenance_fuzz::{GENUINE, NPM, WORLD, WORLD_TRUST, npm_package, require_sound};
use libfuzzer_sys::fuzz_target;
use package_provenance::evidence::{Fetched, NpmRaw, RawEvidence};
use package_provenance::package::PackageVersion;
use package_provenance::verify::{Outcome, verify};
use serde_json::{Value, json};
use testkit::predicate::{NPM_PUBLISH, SLSA_V1, npm_purl};
use testkit::{NpmDraft, NpmRelease};

static HONEST: LazyLock<(NpmDraft, NpmRelease)> = LazyLock::new(|| {
    let draft = WORLD.npm_draft(NPM.0, NPM.1);
    let release = WORLD.npm_release(&draft);
    (draft, release)
});

fuzz_target!(|data: &[u8]| {
    let Some((which, payload)) = data.split_first() else {
        return;
    };
    let (draft, release) = &*HONEST;
    let mut draft = draft.clone();
    let publish = which % 2 == 0;
    let (label, index, recipe) = if publish {
        (NPM_PUBLISH, 1, draft.publish())
    } else {
        (SLSA_V1, 2, draft.provenance())
    };
    recipe.payload = Some(payload.to_vec());
    let bundle = WORLD.sign(recipe).bundle();
    let other = if publish { SLSA_V1 } else { NPM_PUBLISH };
    let attestations = json!({"attestations": [
        {"predicateType": other, "bundle": release.bundle(other)},
        {"predicateType": label, "bundle": bundle},
    ]});
    let found = |document: &Value| Fetched::Found(document.to_string().into_bytes().into());
    let raw = RawEvidence::Npm(NpmRaw {
        manifest: found(&release.manifest),
        attestations: found(&attestations),
        packument: None,
    });
    let package = PackageVersion::Npm(npm_package());
    let observed = verify(&package, &raw, &WORLD_TRUST, WORLD.now);
    require_sound(&observed, &GENUINE);
    if matches!(observed.evidence[index].outcome, Outcome::Verified(_)) {
        let statement: Value = serde_json::from_slice(payload).expect("JSON");
        assert_eq!(statement["predicateType"], label);
        let subjects = statement["subject"].as_array().expect("subjects");
        assert_eq!(subjects.len(), 1);
        assert_eq!(subjects[0]["name"], npm_purl(NPM.0, NPM.1));
        let digest = subjects[0]["digest"]["sha512"].as_str().expect("a digest");
        assert_eq!(
            format!("sha512:{}", digest.to_ascii_lowercase()),
            GENUINE[0]
        );
    }
});
