//! One part of the specs, and what all parts have in common (`docs/shards.md`).

use jiff::Timestamp;

use super::remembered::Remembered;
use super::scope::Scope;
use crate::discover::Found;
use crate::settings::Settings;
use dockyard_report::policy::novelty::Novelty;
use dockyard_report::report::model::of_shard;
use dockyard_report::report::{Details, Digests, Report, Shard, ShardRecord};

/// What the shards of a run over `found`, with these settings, have in common. What the specs are compared
/// with is among it: a shard that compared them with nothing, or with another report, has found less.
pub(crate) fn digests(
    found: &[Found],
    settings: &Settings,
    remembered: &Remembered,
    scope: &Scope,
) -> Digests {
    let specs = found.iter().map(|spec| {
        let content = spec.content.as_ref();
        let content = content.map(Vec::as_slice).map_err(String::as_str);
        (spec.path.as_str(), content)
    });
    let gate = settings.gate();
    let evidence = gate.evidence.as_str().to_owned();
    let globs = settings.globs.join(" ");
    // By design every setting that can change the verdict and is not the default is among them.
    let told = gate.changes.into_iter().chain([evidence, globs]);
    let baseline = remembered.baseline.as_ref();
    let baseline = baseline.map_or("none", |baseline| baseline.digest());
    let run = scope.workflow_run.unwrap_or_default();
    let told = told.chain([format!("baseline: {baseline}"), format!("run: {run}")]);
    let (known, new) = match &scope.novelty {
        Novelty::NoBase => ("no base", None),
        Novelty::New(new) => ("base", Some(new)),
    };
    let told = told.chain([known.to_owned()]);
    let told = told.chain(new.into_iter().flatten().cloned());
    Digests::of(specs, &settings.policy, &told.collect::<Vec<_>>())
}

/// What `shard`, if there is one, has of all that was found, and what it has in common with the others.
pub(super) fn part(
    found: Vec<Found>,
    scope: &Scope,
    settings: &Settings,
    remembered: &mut Remembered,
) -> (Vec<Found>, Option<(Shard, Digests)>) {
    let Some(shard) = scope.shard else {
        return (found, None);
    };
    let digests = digests(&found, settings, remembered, scope);
    remembered.only_of(shard, &found);
    let all = found.into_iter().enumerate();
    let own = all.filter(|(position, _)| shard.takes(*position));
    let own = own.map(|(_, found)| found).collect();
    (own, Some((shard, digests)))
}

/// Makes `report` that of a shard. What became of the configuration's own blocks only the merge can tell.
pub(super) fn tell(report: &mut Report, shard: Shard, digests: Digests, now: Timestamp) {
    let specs = &report.specs;
    report.gate.changes.push(of_shard(shard, specs.len()));
    let record = ShardRecord {
        shard,
        digests,
        scanned_at: now,
        trust_age: report.trust.age.clone(),
        details: Details::of(specs),
    };
    report.be_shard(record);
}
