//! The report of a shard, as anybody may have written it, joined: no pass, and no spec left out.
#![no_main]

use dockyard_provenance_fuzz::shards::{merged, specs};
use dockyard_report::merge::ShardReport;
use dockyard_report::policy::Verdict;
use dockyard_report::report::json;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(merged) = merged(data) else {
        return;
    };
    let report = &merged.report;
    assert_ne!(
        report.verdict,
        Verdict::Pass,
        "the checkout shows an error by itself"
    );
    let paths = report.specs.iter().map(|spec| spec.path.clone());
    assert!(paths.eq(specs().into_iter().map(|spec| spec.path)));
    // What was joined is whole, and can be no shard of another run.
    let written = json::render(report).expect("JSON");
    assert!(ShardReport::read("again.json", written.as_bytes()).is_err());
});
