//! Dockerfiles: what is rewritten holds to the digest, is rewritten once, and keeps every other line.
#![no_main]

use dockyard_pin::{Rewritten, rewrite};
use dockyard_provenance_fuzz::PINS;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    for (pin, digest) in PINS.iter() {
        let Ok(Rewritten::Changed(new)) = rewrite(text, pin) else {
            continue;
        };
        // npm and Go write base64, PyPI hexadecimal.
        let hexadecimal = digest
            .strip_prefix("sha256:")
            .filter(|_| new.contains("--hash"));
        assert!(hexadecimal.is_none_or(|hash| new.contains(hash)), "{new}");
        assert_eq!(rewrite(&new, pin), Ok(Rewritten::Same), "{new}");
        // All lines but the install's first stand in it, in their order.
        let mut rest = new.split('\n');
        let missing = text.split('\n').filter(|line| {
            let mut here = rest.clone();
            let found = here.any(|new| new == *line);
            if found {
                rest = here;
            }
            !found
        });
        assert!(missing.count() <= 1, "{text}\n---\n{new}");
    }
});
