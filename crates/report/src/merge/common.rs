//! What is of the run and not of a spec: trust material, and the gate.

use std::collections::BTreeMap;

use super::error::MergeError;
use super::read::ShardReport;
use crate::report::model::of_shard;
use crate::report::shard::Shard;
use crate::report::{EvidenceOrigin, Gate, TrustOrigin, TrustRecord};
use untrusted_text::quoted;

/// The trust material of all shards: one source, and of several refreshes the one that is longest ago.
pub(super) fn trust(
    parts: &BTreeMap<Shard, ShardReport>,
    private_instance: bool,
) -> Result<TrustRecord, MergeError> {
    let mut oldest: Option<&ShardReport> = None;
    for part in parts.values() {
        let Some(known) = oldest else {
            oldest = Some(part);
            continue;
        };
        let (one, other) = (&known.report.trust, &part.report.trust);
        let established = one.source != TrustOrigin::None && other.source != TrustOrigin::None;
        // Only a repository is asked anew by each job.
        let same = one.source == other.source
            && (one.source == TrustOrigin::Tuf || one.as_of == other.as_of);
        if established && !same {
            return Err(part.refused(format!(
                "it rests on other trust material ({}, {}) than {} ({}, {})",
                other.source.as_str(),
                quoted(&other.as_of),
                quoted(&known.name),
                one.source.as_str(),
                quoted(&one.as_of)
            )));
        }
        let age = |trust: &TrustRecord| {
            let known = trust.source != TrustOrigin::None;
            (known, trust.refreshed_at.clone())
        };
        if age(other) < age(one) {
            oldest = Some(part);
        }
    }
    let Some(oldest) = oldest else {
        return Ok(TrustRecord::default());
    };
    let first = |of: &dyn Fn(&TrustRecord) -> Option<String>| {
        parts.values().find_map(|part| of(&part.report.trust))
    };
    Ok(TrustRecord {
        fallback: first(&|trust| trust.fallback.clone()),
        problem: first(&|trust| trust.problem.clone()),
        age: oldest.record.trust_age.clone(),
        private_instance,
        ..oldest.report.trust.clone()
    })
}

/// This run's gate, with what the shards found out about their registries.
pub(super) fn gate(
    parts: &BTreeMap<Shard, ShardReport>,
    mut gate: Gate,
) -> Result<Gate, MergeError> {
    let looked = parts.values().filter(|part| !part.report.specs.is_empty());
    let mut evidence: Option<(EvidenceOrigin, &str)> = None;
    for part in looked {
        let told = &part.report.gate;
        if let Some((known, name)) = evidence
            && known != told.evidence
        {
            return Err(part.refused(format!(
                "its evidence comes from the {}, and that of {} from the {}",
                told.evidence.as_str(),
                quoted(name),
                known.as_str()
            )));
        }
        evidence = Some((told.evidence, &part.name));
        let narrowed = of_shard(part.shard(), part.report.specs.len());
        for change in &told.changes {
            if *change != narrowed && !gate.changes.contains(change) {
                gate.changes.push(change.clone());
            }
        }
        let oldest = gate.evidence_as_of.take().into_iter();
        gate.evidence_as_of = oldest.chain(told.evidence_as_of.clone()).min();
    }
    if let Some((evidence, _)) = evidence {
        gate.evidence = evidence;
    }
    Ok(gate)
}
