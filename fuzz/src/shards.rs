//! A checkout whose only shard has reported: a package that verifies, one without provenance, and a spec that
//! cannot be used, so that no report makes a pass of it.

use dockyard_report::merge::{Merged, Own, ShardReport, merge};
use dockyard_report::policy::Policy;
use dockyard_report::policy::novelty::Novelty;
use dockyard_report::policy::usage::Extent;
use dockyard_report::report::assemble::{AllObserved, Judging, spec_report};
use dockyard_report::report::{
    Details, Digests, EvidenceOrigin, Gate, Report, Shard, ShardRecord, TrustOrigin, TrustRecord,
    json,
};
use dockyard_report::spec::{SpecFile, parse};

use crate::{NPM, PYPI, WORLD, judged, spec};

/// Stand in seeds for what only the program that reads them knows.
const MARKS: [&str; 3] = ["sha256:INVENTORY", "sha256:CONFIG", "sha256:SETTINGS"];

/// The specs of the checkout, in path order.
pub fn specs() -> Vec<SpecFile> {
    vec![
        spec("npx/widget/spec.yaml", "npx", NPM),
        spec("uvx/widget/spec.yaml", "uvx", PYPI),
        parse::parse("uvx/wrong/spec.yaml", b"metadata: [\n"),
    ]
}

fn digests() -> Digests {
    let specs = [("npx/widget/spec.yaml", Ok(&b""[..]))];
    Digests::of(specs.into_iter(), &Policy::default(), &[])
}

fn gate(policy: &Policy) -> Gate {
    Gate {
        fail_on: policy.fail_on,
        fail_on_unknown: policy.fail_on_unknown,
        config: None,
        base: None,
        evidence: EvidenceOrigin::Network,
        evidence_as_of: None,
        changes: Vec::new(),
        doubts: Vec::new(),
    }
}

/// What comes of `data` as the report of the only shard, with the checkout's digests in the place of their marks.
///
/// # Errors
/// Why it is refused.
pub fn merged(data: &[u8]) -> Result<Merged, String> {
    let mut text = String::from_utf8(data.to_vec()).map_err(|error| error.to_string())?;
    let digests = digests();
    let own = [&digests.inventory, &digests.config, &digests.settings];
    for (mark, digest) in MARKS.iter().zip(own) {
        text = text.replace(mark, digest);
    }
    let part = ShardReport::read("fuzzed.json", text.as_bytes())?;
    let policy = Policy::default();
    let own = Own {
        policy: &policy,
        gate: gate(&policy),
        digests: &digests,
        specs: &specs(),
        doubts: &[],
        extent: Extent {
            whole: true,
            base: false,
            proposal: false,
        },
        novelty: &Novelty::NoBase,
        private_instance: false,
        now: WORLD.now,
    };
    merge(vec![part], &own).map_err(|error| error.to_string())
}

/// What an honest shard reports, with marks in the place of the digests.
pub fn honest() -> String {
    let policy = Policy::default();
    let reports = specs().into_iter().map(|spec| match spec.path.as_str() {
        "uvx/wrong/spec.yaml" => {
            spec_report(&spec, &AllObserved::new(), Judging::by(&policy, WORLD.now))
        }
        path => judged(path, &policy, &[]),
    });
    let trust = TrustRecord {
        source: TrustOrigin::Embedded,
        as_of: "2026-11-20".to_owned(),
        ..TrustRecord::default()
    };
    let mut report = Report::new(&policy, trust, gate(&policy), reports.collect());
    let marks = MARKS.map(str::to_owned);
    let [inventory, config, settings] = marks;
    report.be_shard(ShardRecord {
        shard: Shard::new(1, 1).expect("a shard"),
        digests: Digests {
            inventory,
            config,
            settings,
        },
        scanned_at: WORLD.now,
        trust_age: None,
        details: Details::of(&report.specs),
    });
    json::render(&report).expect("JSON")
}
