//! The claims of a certificate in DER.
#![no_main]

use libfuzzer_sys::fuzz_target;
use package_provenance::verify::certificate::Claims;
use sigstore_verify::types::DerCertificate;

fuzz_target!(|data: &[u8]| {
    let Ok(claims) = Claims::read(&DerCertificate::new(data.to_vec())) else {
        return;
    };
    assert!((25..=255).all(|number| claims.get(number).is_none()));
    assert_eq!(claims.issuer(), claims.get_or(8, 1));
});
