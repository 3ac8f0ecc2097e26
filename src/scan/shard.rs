//! One part of the specs, and what all parts have in common (`docs/shards.md`).

use super::remembered::Remembered;
use crate::discover::Found;
use crate::settings::Settings;
use dockyard_report::report::model::of_shard;
use dockyard_report::report::{Details, Digests, Report, Shard, ShardRecord};

/// What the shards of a run over `found`, with these settings, have in common.
pub(crate) fn digests(found: &[Found], settings: &Settings) -> Digests {
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
    Digests::of(specs, &settings.policy, &told.collect::<Vec<_>>())
}

/// What `shard`, if there is one, has of all that was found, and what it has in common with the others.
pub(super) fn part(
    found: Vec<Found>,
    shard: Option<Shard>,
    settings: &Settings,
    remembered: &mut Remembered,
) -> (Vec<Found>, Option<(Shard, Digests)>) {
    let Some(shard) = shard else {
        return (found, None);
    };
    let digests = digests(&found, settings);
    remembered.only_of(shard, &found);
    let all = found.into_iter().enumerate();
    let own = all.filter(|(position, _)| shard.takes(*position));
    let own = own.map(|(_, found)| found).collect();
    (own, Some((shard, digests)))
}

/// Makes `report` that of a shard. What became of the configuration's own blocks only the merge can tell.
pub(super) fn tell(report: &mut Report, shard: Shard, digests: Digests) {
    let specs = &report.specs;
    report.gate.changes.push(of_shard(shard, specs.len()));
    let record = ShardRecord {
        shard,
        digests,
        trust_age: report.trust.age.clone(),
        details: Details::of(specs),
    };
    report.be_shard(record);
}
