//! PyPI's answers: the readers, and the whole verification under both trusts.
#![no_main]

use dockyard_provenance_fuzz::{
    EMBEDDED_TRUST, GENUINE, WORLD, WORLD_TRUST, documents, pypi_evidence, pypi_package,
    require_sound,
};
use libfuzzer_sys::fuzz_target;
use package_provenance::evidence::pypi::{Provenance, index};
use package_provenance::verify::verify;

fuzz_target!(|data: &[u8]| {
    for document in documents(data) {
        let _ = Provenance::parse(document);
        if let Ok(Some(release)) = index(document, &pypi_package()).map(|index| index.release) {
            for file in &release.files {
                assert!(pypi_package().version.takes(file.filename.version()));
            }
        }
    }
    let (package, raw) = pypi_evidence(data);
    require_sound(&verify(&package, &raw, &EMBEDDED_TRUST, WORLD.now), &[]);
    require_sound(&verify(&package, &raw, &WORLD_TRUST, WORLD.now), &GENUINE);
});
