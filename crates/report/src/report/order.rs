//! Which findings come first: what a pull request brings, then the most severe, then by rule.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::comparison::Comparison;
use super::sarif::rules::security_severity;
use super::{LockReport, Report, SpecReport};
use crate::finding::{Finding, RuleId, Severity};

/// Most findings of one rule that are told of a lock: the JSON report has all.
const MOST_OF_A_RULE: usize = 20;

/// A finding and the spec that it is about.
pub(super) type Found<'a> = (&'a SpecReport, &'a Finding);

/// Findings of one rule and severity about specs of one [`Kind`], so that one advice holds for all.
pub(super) struct Group<'a> {
    pub(super) severity: Severity,
    pub(super) rule: RuleId,
    kind: Kind,
    /// At least one.
    pub(super) findings: Vec<Found<'a>>,
}

/// What a spec pins, as far as it decides what can be done about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A package of npm or PyPI, which its publisher builds; or nothing that is known.
    Package,
    /// A Go module: source, which nobody signs.
    Go,
    /// A commit.
    Skill,
}

impl Kind {
    fn of(spec: &SpecReport) -> Self {
        match spec.protocol.as_str() {
            "go" => Self::Go,
            "skills" => Self::Skill,
            _ => Self::Package,
        }
    }
}

/// Every finding that nobody has accepted, the most severe first, within one severity what weighs most by GitHub's scale; within
/// one rule the report's order stays. Of a lock only errors and warnings are told, and of many of a rule the first.
pub(super) fn by_weight(report: &Report) -> Vec<Found<'_>> {
    let mut found: Vec<Found<'_>> = report
        .specs
        .iter()
        .flat_map(|spec| spec.open_findings().map(move |finding| (spec, finding)))
        .collect();
    found.extend(report.locks.iter().flat_map(of_lock));
    found.sort_by_key(|(_, finding)| weight(finding));
    found
}

/// The errors and warnings of a lock that are told one by one: of each rule the first, in the lock's order.
pub(super) fn of_lock(lock: &LockReport) -> Vec<Found<'_>> {
    let mut found: Vec<Found<'_>> = lock
        .judged()
        .flat_map(|report| report.open_findings().map(move |finding| (report, finding)))
        .filter(|(_, finding)| finding.severity > Severity::Note)
        .collect();
    found.sort_by_key(|(_, finding)| weight(finding));
    let mut told: BTreeMap<(Severity, RuleId), usize> = BTreeMap::new();
    found.retain(|(_, finding)| {
        let number = told.entry((finding.severity, finding.rule)).or_default();
        *number += 1;
        *number <= MOST_OF_A_RULE
    });
    found
}

/// As [`by_weight`], with what is not on the base before everything else: where a limit cuts, what the
/// pull request brings stays.
pub(super) fn by_novelty<'a>(report: &'a Report, base: Option<&'a Report>) -> Vec<Found<'a>> {
    let mut found = by_weight(report);
    if let Some(base) = base {
        let comparison = Comparison::between(base, report);
        found.sort_by_key(|(_, finding)| !comparison.is_new(finding));
    }
    found
}

/// Specs, the worst first, by their worst finding; else in the report's order.
pub(super) fn worst_first(report: &Report) -> Vec<&SpecReport> {
    let mut specs: Vec<&SpecReport> = report.specs.iter().collect();
    // Where there is none, last.
    specs.sort_by_key(|spec| {
        let worst = spec.open_findings().map(weight).min();
        (worst.is_none(), worst)
    });
    specs
}

pub(super) fn weight(
    finding: &Finding,
) -> (Reverse<Severity>, Reverse<&'static str>, &'static str) {
    let rule = finding.rule;
    // One digit before and after the point, so that the words' order is the numbers'.
    let scale = Reverse(security_severity(rule));
    (Reverse(finding.severity), scale, rule.as_str())
}

/// Findings in the order given, those of one severity and rule, about specs of one kind, together.
pub(super) fn grouped<'a>(found: impl IntoIterator<Item = Found<'a>>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for (spec, finding) in found {
        let same = |group: &&mut Group<'_>| {
            (group.severity, group.rule, group.kind)
                == (finding.severity, finding.rule, Kind::of(spec))
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.findings.push((spec, finding)),
            None => groups.push(Group {
                severity: finding.severity,
                rule: finding.rule,
                kind: Kind::of(spec),
                findings: vec![(spec, finding)],
            }),
        }
    }
    groups
}

impl Group<'_> {
    /// The advice, where it is the same for all of them.
    pub(super) fn help(&self) -> Option<&str> {
        let mut all = self
            .findings
            .iter()
            .map(|(_, finding)| finding.help.as_str());
        let first = all.next()?;
        all.all(|help| help == first).then_some(first)
    }

    /// The message, where it is the same for all of them.
    pub(super) fn message(&self) -> Option<&str> {
        let mut all = self
            .findings
            .iter()
            .map(|(_, finding)| finding.message.as_str());
        let first = all.next()?;
        all.all(|message| message == first).then_some(first)
    }
}
