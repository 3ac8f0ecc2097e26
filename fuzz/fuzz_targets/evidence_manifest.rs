//! The manifest of an evidence folder.
#![no_main]

use dockyard_registry::evidence_manifest::EvidenceManifest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(manifest) = EvidenceManifest::parse(data) {
        let written = manifest.to_json().expect("JSON");
        assert_eq!(EvidenceManifest::parse(&written), Ok(manifest));
        assert_eq!(
            EvidenceManifest::parse(&written)
                .unwrap()
                .to_json()
                .unwrap(),
            written
        );
    }
});
