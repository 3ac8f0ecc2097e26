//! The reports of shards, joined with what is known here (`docs/shards.md`).

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::remembered::Remembered;
use super::scope::Scope;
use super::shard::digests;
use super::trust::trusts_public_good;
use super::{ScanError, doubts, read};
use crate::discover::Found;
use crate::settings::Settings;
use dockyard_report::merge::{MergeError, Merged, Own, ShardReport, merge};
use dockyard_report::spec::SpecFile;

/// Joins what shards have reported to the report of one run over `found`, which asks nobody.
///
/// # Errors
/// [`MergeError`], and [`ScanError`] where there is no such baseline.
pub fn join_shards(
    parts: Vec<ShardReport>,
    found: Vec<Found>,
    settings: &Settings,
    now: Timestamp,
    scope: &Scope,
) -> Result<Result<Merged, MergeError>, ScanError> {
    let mut remembered = Remembered::default();
    remembered.read(settings)?;
    let digests = digests(&found, settings, &remembered, scope);
    let specs: Vec<SpecFile> = found.into_iter().map(read).collect();
    let novelty = remembered.novelty(&scope.novelty, &specs);
    let claimed = specs.iter().any(|spec| spec.claimed);
    let of_baseline = remembered.doubt(&specs, &[]).map(|doubt| (claimed, doubt));
    let doubts: Vec<_> = doubts(settings, &specs, &BTreeSet::new())
        .into_iter()
        .chain(of_baseline)
        .collect();
    let own = Own {
        policy: &settings.policy,
        gate: settings.gate(),
        digests: &digests,
        specs: &specs,
        doubts: &doubts,
        extent: scope.extent,
        novelty: &novelty,
        private_instance: !trusts_public_good(settings),
        now,
    };
    Ok(merge(parts, &own))
}
