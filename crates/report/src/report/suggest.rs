//! `policy suggest`: the `[[exempt]]` blocks that would accept what a run found. Reason and owner are
//! empty, and the configuration's reader refuses them until somebody has filled them in.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::spec::SpecReport;
use super::{ExemptionState, Report};
use crate::finding::exemptable::{Exemptable, exemptable};
use crate::finding::{Finding, RuleId, Severity};
use crate::policy::FailOn;
use crate::policy::exempt::days_after;
use crate::policy::package_name::PackageName;
use crate::policy::pin::Pin;
use package_provenance::verify::Limit;
use untrusted_text as text;

/// Days until a suggested exemption ends.
const DAYS: i32 = 90;

/// Longest line of a comment.
const MAX_COMMENT: usize = 300;

/// The blocks for every finding of `report` that fails a run and can be accepted, as of `today`; what
/// cannot be accepted is said in comments.
pub fn suggest(report: &Report, today: Date) -> String {
    let fails = |finding: &&Finding| match report.gate.fail_on {
        FailOn::Never => finding.severity == Severity::Error,
        fail_on @ (FailOn::Error | FailOn::Warning | FailOn::Note) => {
            fail_on.includes(finding.severity)
        }
    };
    let mut text = String::new();
    for spec in &report.specs {
        let found: Vec<&Finding> = spec.open_findings().filter(fails).collect();
        if !found.is_empty() {
            text.push_str(&of_spec(report, spec, &found, today));
        }
    }
    if text.is_empty() {
        return "# There is nothing to exempt.\n".to_owned();
    }
    let head =
        "# Fill in `reason` and `owner`, then add what you accept to dockyard-provenance.toml.\n";
    format!("{head}{text}")
}

fn of_spec(report: &Report, spec: &SpecReport, found: &[&Finding], today: Date) -> String {
    let mut lines = vec![String::new()];
    let mut rules = BTreeSet::new();
    for finding in found {
        let over = report.exemptions.iter().find(|record| {
            record.state == ExemptionState::Expired
                && record.path == spec.path
                && record.rules.contains(&finding.rule)
        });
        let comment = match over {
            Some(record) => format!(
                "{}: the exemption on line {} is over; give it another day there",
                finding.rule, record.config_line
            ),
            None if may_be_exempted(spec, finding.rule) => {
                rules.insert(finding.rule);
                format!("{}: {}", finding.rule, finding.message)
            }
            None => format!("{}: cannot be exempted; fix its cause", finding.rule),
        };
        lines.push(format!("# {}", text::terminal(&comment, MAX_COMMENT)));
    }
    let Some(package) = spec.identity.as_deref().filter(|_| !rules.is_empty()) else {
        let path = text::terminal(&spec.path, MAX_COMMENT);
        lines.insert(1, format!("# {path}"));
        return lines.join("\n") + "\n";
    };
    let one_version = matches!(package, Pin::Skill(..))
        || rules
            .iter()
            .any(|rule| exemptable(*rule) == Exemptable::AtOneVersion);
    let version = format!("version = {}", quoted(package.version()));
    let rules: Vec<String> = rules.iter().map(|rule| quoted(rule.as_str())).collect();
    lines.extend([
        "[[exempt]]".to_owned(),
        format!("path = {}", quoted(&spec.path)),
        format!(
            "package = {}",
            quoted(&PackageName::of(package).to_string())
        ),
        if one_version {
            version
        } else {
            format!("# {version} # for this version only")
        },
        format!("rules = [{}]", rules.join(", ")),
        "reason = \"\"".to_owned(),
        "owner = \"\"".to_owned(),
        format!("expires = {}", days_after(today, DAYS)),
    ]);
    lines.join("\n") + "\n"
}

fn may_be_exempted(spec: &SpecReport, rule: RuleId) -> bool {
    // What the reader would refuse as a pattern, or as invisible.
    let plain = |character: char| !matches!(character, '*' | '?' | '[' | ']' | '{' | '}' | '\\');
    let path = spec
        .path
        .chars()
        .all(|one| plain(one) && !text::is_hidden(one));
    let may = match exemptable(rule) {
        Exemptable::Yes | Exemptable::AtOneVersion => true,
        Exemptable::WhereUnsupported => spec.limit == Limit::Unsupported,
        Exemptable::No => false,
    };
    path && may && spec.identity.is_some()
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
