//! npm's answers: the readers, and the whole verification under both trusts.
#![no_main]

use dockyard_provenance_fuzz::{
    EMBEDDED_TRUST, GENUINE, WORLD, WORLD_TRUST, documents, npm_evidence, npm_package,
    require_sound,
};
use libfuzzer_sys::fuzz_target;
use package_provenance::evidence::npm::{Attestations, Manifest, in_packument, publish_time};
use package_provenance::verify::verify;

fuzz_target!(|data: &[u8]| {
    for document in documents(data) {
        let _ = Manifest::parse(document);
        let _ = Attestations::parse(document);
        let _ = publish_time(document, &npm_package());
        let _ = in_packument(document, &npm_package());
    }
    let (package, raw) = npm_evidence(data);
    require_sound(&verify(&package, &raw, &EMBEDDED_TRUST, WORLD.now), &[]);
    require_sound(&verify(&package, &raw, &WORLD_TRUST, WORLD.now), &GENUINE);
});
