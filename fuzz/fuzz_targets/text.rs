//! Neutralised text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use untrusted_text::{is_hidden, nearest, terminal};

fuzz_target!(|data: &[u8]| {
    let Some((limit, bytes)) = data.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(bytes);
    let limit = usize::from(*limit);
    for max in [limit, usize::MAX] {
        let shown = terminal(&text, max);
        assert!(shown.chars().count() <= max);
        assert!(!shown.chars().any(is_hidden), "{shown:?}");
        assert!(!shown.contains("::") && !shown.contains("##["), "{shown:?}");
        assert!(
            !shown.contains("##vso[") && !shown.contains("${"),
            "{shown:?}"
        );
        assert_eq!(terminal(&shown, max), shown, "not stable");
    }
    let words = ["provenance", "attestations"];
    assert!(nearest(&text, words).is_none_or(|word| words.contains(&word)));
});
