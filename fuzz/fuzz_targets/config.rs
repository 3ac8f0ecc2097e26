//! Configuration files.
#![no_main]

use dockyard_provenance::settings::file::parse;
use dockyard_provenance_fuzz::folder;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match parse("settings.toml", text, folder()) {
        Ok(file) => {
            assert!(file.options.requests.jobs.is_none_or(|jobs| jobs > 0));
            assert!(
                file.options
                    .requests
                    .timeout
                    .is_none_or(|timeout| timeout > 0)
            );
        }
        Err(error) => assert!(error.0.contains("settings.toml:"), "{error}"),
    }
});
