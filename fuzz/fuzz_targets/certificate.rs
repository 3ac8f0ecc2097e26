//! The claims of a certificate in DER.
#![no_main]

use dockyard_provenance::verify::certificate::Claims;
use libfuzzer_sys::fuzz_target;
use sigstore_verify::types::DerCertificate;

fuzz_target!(|data: &[u8]| {
    let Ok(claims) = Claims::read(&DerCertificate::new(data.to_vec())) else {
        return;
    };
    for (old, new) in [(1, 8), (2, 20), (3, 13), (6, 14)] {
        if let (Some(old), Some(new)) = (claims.get(old), claims.get(new)) {
            assert_eq!(old, new);
        }
    }
    assert_eq!(claims.issuer(), claims.get_or(8, 1));
});
