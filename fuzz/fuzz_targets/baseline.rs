//! An earlier report, as anybody may have written it, as what a spec is compared with.
#![no_main]

use dockyard_provenance_fuzz::{judged, worst};
use dockyard_report::drift::Baseline;
use dockyard_report::policy::Policy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(baseline) = Baseline::read(data) else {
        return;
    };
    let policy = Policy::default();
    for path in ["npx/widget/spec.yaml", "uvx/widget/spec.yaml"] {
        let memory = baseline.of(path).cloned();
        let alone = judged(path, &policy, &[]);
        let since = judged(path, &policy, memory.as_slice());
        assert!(memory.is_none() || !baseline.is_empty());
        // It may add findings: it makes nothing of this run better.
        assert_eq!(since.status, alone.status);
        assert!(worst(&since) >= worst(&alone), "{since:?}");
        assert_eq!(since.before.is_some(), memory.is_some());
    }
});
