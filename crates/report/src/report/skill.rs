//! From a skill's spec and what the forge answered to its report.

use std::collections::BTreeMap;

use super::assemble::{Judging, limit_of};
use super::publishers::{Publishers, evidence_records};
use super::spec::SpecReport;
use crate::policy::accept::{About, accept, held};
use crate::policy::evaluate::evaluate;
use crate::policy::exempt::day_of;
use crate::policy::pin::Pin;
use crate::rules::skill;
use crate::spec::{SpecFile, SpecSkill};
use package_provenance::git::PinnedFolder;
use package_provenance::verify::{Limit, Observed};

/// What was found out about each pinned folder.
pub type AllFolders = BTreeMap<PinnedFolder, Observed>;

/// The report on the spec of a skill. Its package is the repository, and its version the commit.
pub fn report(
    spec: &SpecFile,
    skill: &SpecSkill,
    all: &AllFolders,
    judging: Judging<'_>,
) -> SpecReport {
    let unseen = Observed::undetermined("it was not looked at");
    let observed = all.get(&skill.folder).unwrap_or(&unseen);
    let policy = judging.policy;
    let pin = Pin::of(spec);
    let subject = judging
        .novelty
        .subject(spec, pin.as_ref(), Some(observed), judging.now);
    let evaluation = evaluate(&policy.blocks, &subject);
    let mut drafts = spec.problems.clone();
    let found = skill::check(skill, observed).into_iter();
    drafts.extend(found.filter(|draft| !evaluation.replaced.contains(&draft.rule)));
    drafts.extend(evaluation.drafts);
    let package = skill.folder.repository.path().to_owned();
    let limit = limit_of(observed).unwrap_or(Limit::Outside);
    let about = About {
        path: &spec.path,
        package: pin.as_ref(),
        unsupported: limit == Limit::Unsupported,
    };
    let findings = policy.findings(&spec.path, Some(&package), &drafts);
    let findings = held(findings, &evaluation.records);
    SpecReport {
        before: None,
        worse: Vec::new(),
        path: spec.path.clone(),
        protocol: spec.protocol.as_str().to_owned(),
        version: Some(skill.folder.commit.to_string()),
        claimed: spec.claimed,
        status: observed.status,
        publisher: None,
        slsa_build_level: None,
        requirements: evaluation.records,
        evidence: evidence_records(Some(observed), &mut Publishers::default()),
        overrides: Vec::new(),
        findings: accept(findings, about, &policy.blocks, day_of(judging.now)),
        limit,
        identity: pin.map(Box::new),
        package: Some(package),
    }
}
