//! `[[require]]` and `[[exempt]]`: read, and held against two packages.
#![no_main]

use dockyard_provenance::settings::file::parse;
use dockyard_provenance_fuzz::{folder, judged, worst};
use dockyard_report::finding::exemptable::{Exemptable, exemptable};
use dockyard_report::policy::Policy;
use dockyard_report::policy::blocks::Blocks;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(file) = parse("settings.toml", text, folder()) else {
        return;
    };
    let lines = text.lines().count();
    let with = |requirements, exemptions| Policy {
        blocks: Blocks {
            file: "settings.toml".to_owned(),
            requirements,
            exemptions,
        },
        ..Policy::default()
    };
    for path in ["npx/widget/spec.yaml", "uvx/widget/spec.yaml"] {
        let alone = judged(path, &Policy::default(), &[]);
        let required = with(file.requirements.clone(), Vec::new());
        let required = judged(path, &required, &[]);
        // A block can only tighten.
        assert!(worst(&required) >= worst(&alone), "{required:?}");
        for record in &required.requirements {
            assert!((1..=lines).contains(&record.config_line), "{record:?}");
        }
        // An exemption accepts what can be accepted, and hides nothing.
        let accepted = with(file.requirements.clone(), file.exemptions.clone());
        let accepted = judged(path, &accepted, &[]);
        assert_eq!(accepted.findings.len(), required.findings.len());
        for finding in &accepted.findings {
            assert!(finding.exempted.is_none() || exemptable(finding.rule) != Exemptable::No);
        }
    }
});
