//! What a shard's report says beside a spec's package: its overrides, and the requirements that hold for it.

use std::collections::BTreeMap;

use crate::finding::RuleId;
use crate::policy::blocks::Blocks;
use crate::policy::novelty::Novelty;
use crate::policy::package_name::{Origin, PackageName};
use crate::policy::pin::Pin;
use crate::policy::require::{EvidenceLevel, Requirement};
use crate::report::{OverrideStatus, RequirementRecord, SpecReport, Unjudged};
use crate::rules::overrides::{Judgement, judge};
use crate::spec::{SpecFile, Subject};
use untrusted_text::quoted;

/// Whether `told` has the overrides of `spec` as it is here, and the requirements of `blocks` that hold for it by
/// what `novelty` says of it.
pub(super) fn same(
    told: &SpecReport,
    spec: &SpecFile,
    blocks: &Blocks,
    novelty: &Novelty,
) -> Result<(), String> {
    if !same_overrides(told, spec) {
        return Err(format!(
            "what it says that {} installs in place of dependencies is not what is there",
            quoted(&spec.path)
        ));
    }
    same_requirements(told, spec, blocks, novelty)
}

/// Whether each override is told, in the spec's order, and looked up where the spec pins one version.
fn same_overrides(told: &SpecReport, spec: &SpecFile) -> bool {
    let Subject::Package(package) = &spec.subject else {
        return told.overrides.is_empty();
    };
    let mut pairs = told.overrides.iter().zip(&package.overrides);
    told.overrides.len() == package.overrides.len()
        && pairs.all(|(told, here)| {
            let judged = match judge(package, here) {
                Judgement::Refused(_) => told.status == OverrideStatus::Refused,
                Judgement::NotJudged => told.status == OverrideStatus::NotJudged,
                Judgement::LookedUp(_) => matches!(told.status, OverrideStatus::Of(_)),
            };
            judged && (&told.package, &told.version) == (&here.package, &here.version)
        })
}

/// Whether the requirements that are told are those that select the spec, in the configuration's order, and each
/// came out as what else is told of the spec allows.
fn same_requirements(
    told: &SpecReport,
    spec: &SpecFile,
    blocks: &Blocks,
    novelty: &Novelty,
) -> Result<(), String> {
    let pin = Pin::of(spec);
    let name = pin.as_ref().map(PackageName::of);
    let new = novelty.of(&spec.path);
    let here: Vec<&Requirement> = blocks
        .requirements
        .iter()
        .filter(|one| one.selects(&spec.path, name.as_ref()) && !(one.new && new == Some(false)))
        .collect();
    let path = quoted(&spec.path);
    let mut lines: BTreeMap<usize, isize> = BTreeMap::new();
    for one in &here {
        *lines.entry(one.line()).or_default() += 1;
    }
    for one in &told.requirements {
        *lines.entry(one.config_line).or_default() -= 1;
    }
    for (line, left_out) in lines {
        let place = blocks.place(line);
        if left_out > 0 {
            return Err(format!(
                "it leaves out that {path} has to meet the requirement {place}"
            ));
        }
        if left_out < 0 {
            return Err(format!(
                "it says of {path} what became of the requirement {place}, which does not hold for it"
            ));
        }
    }
    let origin = name.as_ref().map(PackageName::origin);
    for (record, here) in told.requirements.iter().zip(here) {
        let in_order = record.config_line == here.line();
        if !in_order || !fits(record, here, told, origin, here.new && new.is_none()) {
            let place = blocks.place(record.config_line);
            return Err(format!(
                "what it says of {path} and the requirement {place} is not what follows from the rest of it"
            ));
        }
    }
    Ok(())
}

/// Whether `record` can be what became of `asked`, by the status, the build level and the findings of the same
/// spec. `baseless` is one for new specs in a run that does not know which are.
fn fits(
    record: &RequirementRecord,
    asked: &Requirement,
    told: &SpecReport,
    origin: Option<Origin>,
    baseless: bool,
) -> bool {
    if baseless || record.unjudged == Some(Unjudged::NoBase) {
        return baseless && record.unjudged == Some(Unjudged::NoBase);
    }
    let level = EvidenceLevel::of(told.status).zip(origin);
    match record.met {
        Some(true) => {
            let enough = |(level, origin)| level >= asked.evidence_of(origin);
            level.is_some_and(enough)
                && asked.slsa.is_none_or(|least| {
                    let stated = told.slsa_build_level;
                    stated.is_some_and(|level| level >= least)
                })
        }
        Some(false) => told.findings.iter().any(|one| of_policy(one.rule)),
        None => true,
    }
}

/// Whether a finding of `rule` says that a requirement is not met.
const fn of_policy(rule: RuleId) -> bool {
    matches!(
        rule,
        RuleId::EvidenceBelowPolicy
            | RuleId::LevelBelowPolicy
            | RuleId::PublisherNotAllowed
            | RuleId::WorkflowNotAllowed
            | RuleId::RefNotAllowed
            | RuleId::TriggerNotAllowed
            | RuleId::RunnerNotAllowed
            | RuleId::TooRecent
    )
}

#[cfg(test)]
mod tests;
