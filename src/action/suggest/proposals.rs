//! Which changes could be suggested, from what was verified.

use std::collections::BTreeMap;

use crate::action::step::Step;
use crate::discover::Found;
use crate::scan::Examined;
use dockyard_report::declare::{Decision, decide};
use dockyard_report::policy::undetermined;
use dockyard_report::report::{Report, SpecReport};
use dockyard_report::spec::Subject;
use dockyard_report::spec::edit::Differences;
use dockyard_report::suggest::has_other_publisher;

/// The files of the specs, kept until it is known what is proven.
pub struct Contents(BTreeMap<String, Vec<u8>>);

/// A spec that could declare what is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The spec, as the report names it.
    pub spec: String,
    /// Its path in the repository.
    pub path: String,
    /// Its text.
    pub before: String,
    /// The same with everything proven declared.
    pub after: String,
}

impl Contents {
    /// Keeps what was `found`; nothing where nothing is to be suggested.
    pub fn of(step: &Step, found: &[Found]) -> Self {
        let found = found.iter().filter(|_| step.inputs.suggest);
        let contents = found.filter_map(|spec| {
            let content = spec.content.as_ref().ok()?;
            Some((spec.path.clone(), content.clone()))
        });
        Self(contents.collect())
    }

    /// What could be declared; `prefix` is the root's path in the repository.
    pub fn proposals(&self, examined: &Examined, prefix: &str) -> Vec<Proposal> {
        let reports: BTreeMap<&str, &SpecReport> = examined
            .report
            .specs
            .iter()
            .map(|report| (report.path.as_str(), report))
            .collect();
        let proposal = |spec: &dockyard_report::spec::SpecFile| {
            let before = self.0.get(&spec.path)?;
            let report = *reports.get(spec.path.as_str())?;
            let observed = match &spec.subject {
                Subject::Package(package) => examined.observed_of(package),
                Subject::Skill(_) | Subject::Unusable => None,
            };
            // One click must not accept a takeover.
            if has_other_publisher(&report.findings) {
                return None;
            }
            let Decision::Change(after) = decide(spec, before, report, observed, Differences::Keep)
            else {
                return None;
            };
            Some(Proposal {
                spec: spec.path.clone(),
                path: format!("{prefix}{}", spec.path),
                before: String::from_utf8(before.clone()).ok()?,
                after: String::from_utf8(after).ok()?,
            })
        };
        examined.specs.iter().filter_map(proposal).collect()
    }
}

/// Why nothing may be suggested at all, for people: whether a publisher has changed is known only where
/// nothing is in doubt and it is known what was there before.
pub fn obstacle(report: &Report, base: Option<&Report>) -> Option<&'static str> {
    if report.trust.problem.is_some() || !report.gate.doubts.is_empty() {
        return Some("something about the run as a whole could not be determined");
    }
    base.is_none()
        .then_some("it is not known what was there before the change")
}

/// Whether what the spec was could be judged, where there was one: otherwise nobody knows whether its
/// publisher is another one now.
pub fn has_known_past(proposal: &Proposal, base: &Report) -> bool {
    let mut before = base.specs.iter();
    before
        .find(|before| before.path == proposal.spec)
        .is_none_or(|before| !undetermined(before))
}
