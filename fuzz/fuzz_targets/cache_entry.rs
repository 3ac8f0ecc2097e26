//! One file of the folder of kept answers.
#![no_main]

use dockyard_registry::cache::entry::Entry;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // No fuzzer guesses a digest, so what lies below it is read too.
    for entry in [Entry::decode(data), Entry::parse(data)]
        .into_iter()
        .flatten()
    {
        if let Some(written) = entry.encode() {
            assert_eq!(Entry::decode(&written), Ok(entry));
        }
    }
});
