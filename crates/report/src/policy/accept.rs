//! Marks findings that an exemption accepts.

use jiff::civil::Date;

use super::blocks::Blocks;
use super::exempt::Exemption;
use super::pin::Pin;
use crate::finding::exemptable::{Exemptable, exemptable};
use crate::finding::{Exempted, Finding, RuleId};
use crate::report::requirements::RequirementRecord;

/// What findings are about.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The spec's path.
    pub path: &'a str,
    /// What it pins.
    pub package: Option<&'a Pin>,
    /// Whether this program does not verify packages of that kind at all.
    pub unsupported: bool,
}

/// The findings of one spec that requirements select: what cannot be accepted is not lowered below the
/// severity of its rule either. A release that is invalid, or not there, meets no requirement, and
/// `[severity]` must not make it one that does.
pub fn held(findings: Vec<Finding>, requirements: &[RequirementRecord]) -> Vec<Finding> {
    let hold = |mut finding: Finding| {
        if !requirements.is_empty() && exemptable(finding.rule) == Exemptable::No {
            finding.severity = finding.severity.max(finding.rule.default_severity());
        }
        finding
    };
    findings.into_iter().map(hold).collect()
}

/// Whether an exemption accepts a finding of `rule` as of `today`.
pub fn is_accepted(rule: RuleId, about: About<'_>, blocks: &Blocks, today: Date) -> bool {
    let mut exemptions = blocks.exemptions.iter();
    let covering = exemptions.find(|exemption| {
        exemption.is_about(about.path, about.package) && exemption.covers(rule, about.unsupported)
    });
    covering.is_some_and(|exemption| !exemption.is_over(today))
}

/// The findings of one spec, each with the exemption that accepts it as of `today`. One whose
/// exemption is over says so.
pub fn accept(
    findings: Vec<Finding>,
    about: About<'_>,
    blocks: &Blocks,
    today: Date,
) -> Vec<Finding> {
    let of_spec: Vec<&Exemption> = blocks
        .exemptions
        .iter()
        .filter(|exemption| exemption.is_about(about.path, about.package))
        .collect();
    let marked = findings.into_iter().map(|mut finding| {
        let covers = |one: &&&Exemption| one.covers(finding.rule, about.unsupported);
        let Some(exemption) = of_spec.iter().find(covers) else {
            return finding;
        };
        if exemption.is_over(today) {
            finding.message.push_str(&over(exemption, blocks));
        } else {
            finding.exempted = Some(Exempted {
                reason: exemption.reason.clone(),
                owner: exemption.owner.clone(),
                expires: exemption.expires.to_string(),
                config_line: exemption.line(),
            });
        }
        finding
    });
    marked.collect()
}

/// As [`accept`], of findings that an earlier run has marked: as if they came now.
pub fn afresh(
    findings: Vec<Finding>,
    about: About<'_>,
    blocks: &Blocks,
    today: Date,
) -> Vec<Finding> {
    let unmarked = findings.into_iter().map(|mut finding| {
        finding.exempted = None;
        for exemption in &blocks.exemptions {
            let over = over(exemption, blocks);
            if exemption.is_about(about.path, about.package) && finding.message.ends_with(&over) {
                let length = finding.message.len().saturating_sub(over.len());
                finding.message.truncate(length);
            }
        }
        finding
    });
    accept(unmarked.collect(), about, blocks, today)
}

/// What a finding says of an exemption that is over.
fn over(exemption: &Exemption, blocks: &Blocks) -> String {
    let place = blocks.place(exemption.line());
    format!(
        " The exemption in {place} held until {}.",
        exemption.expires
    )
}
