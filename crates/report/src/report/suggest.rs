//! `policy suggest`: the `[[exempt]]` blocks that would accept what a run found. Reason and owner are
//! empty, and the configuration's reader refuses them until somebody has filled them in.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::lock::LockReport;
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
    let specs = report.specs.iter().map(|spec| vec![vec![spec]]);
    // What of each file is open, together.
    for judged in specs.chain(report.locks.iter().map(of_lock)) {
        let all = judged.iter().filter_map(|judged| Found::of(judged, fails));
        let all: Vec<Found<'_>> = all.collect();
        let mut versions: BTreeMap<String, usize> = BTreeMap::new();
        for name in all.iter().filter_map(Found::name) {
            *versions.entry(name).or_default() += 1;
        }
        for found in &all {
            let versions = found.name().and_then(|name| versions.get(&name));
            let several = versions.is_some_and(|count| *count > 1);
            text.push_str(&found.block(report, several, today));
        }
    }
    if text.is_empty() {
        return "# There is nothing to exempt.\n".to_owned();
    }
    let head =
        "# Fill in `reason` and `owner`, then add what you accept to dockyard-provenance.toml.\n";
    format!("{head}{text}")
}

/// The packages of a lock, each version once: it may stand there with different digests, or under several names.
fn of_lock(lock: &LockReport) -> Vec<Vec<&SpecReport>> {
    let mut judged: Vec<Vec<&SpecReport>> = vec![vec![&lock.whole]];
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for package in &lock.packages {
        let report = &package.report;
        let pin = report.identity.as_deref();
        let Some(pin) = pin.filter(|_| report.open_findings().next().is_some()) else {
            judged.push(vec![report]);
            continue;
        };
        let key = format!("{} {}", PackageName::of(pin), pin.version());
        let at = *known.entry(key).or_insert(judged.len());
        match judged.get_mut(at) {
            Some(same) => same.push(report),
            None => judged.push(vec![report]),
        }
    }
    judged
}

/// What there is to say of a package at one place.
struct Found<'a> {
    spec: &'a SpecReport,
    findings: Vec<&'a Finding>,
}

impl<'a> Found<'a> {
    fn of(judged: &[&'a SpecReport], fails: impl Fn(&&Finding) -> bool) -> Option<Self> {
        let spec = judged.first()?;
        let all = judged.iter().flat_map(|spec| spec.open_findings());
        let findings: Vec<&Finding> = all.filter(|finding| fails(finding)).collect();
        (!findings.is_empty()).then_some(Self { spec, findings })
    }

    fn name(&self) -> Option<String> {
        let pin = self.spec.identity.as_deref()?;
        Some(PackageName::of(pin).to_string())
    }

    /// `several`: whether there is a block for another version of it, too, so that each says its own.
    fn block(&self, report: &Report, several: bool, today: Date) -> String {
        let (spec, mut lines) = (self.spec, vec![String::new()]);
        let name = self.name();
        let mut rules = BTreeSet::new();
        for finding in &self.findings {
            let over = report.exemptions.iter().find(|record| {
                record.state == ExemptionState::Expired
                    && record.path == spec.path
                    && Some(&record.package) == name.as_ref()
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
            let comment = format!("# {}", text::terminal(&comment, MAX_COMMENT));
            if !lines.contains(&comment) {
                lines.push(comment);
            }
        }
        let package = spec.identity.as_deref().filter(|_| !rules.is_empty());
        let (Some(package), Some(name)) = (package, name.as_ref()) else {
            let of_package = name.map(|name| format!(", {name}")).unwrap_or_default();
            let place = format!("{}{of_package}", spec.path);
            lines.insert(1, format!("# {}", text::terminal(&place, MAX_COMMENT)));
            return lines.join("\n") + "\n";
        };
        let one_version = several
            || matches!(package, Pin::Skill(..))
            || rules
                .iter()
                .any(|rule| exemptable(*rule) == Exemptable::AtOneVersion);
        let version = format!("version = {}", quoted(package.version()));
        let rules: Vec<String> = rules.iter().map(|rule| quoted(rule.as_str())).collect();
        lines.extend([
            "[[exempt]]".to_owned(),
            format!("path = {}", quoted(&spec.path)),
            format!("package = {}", quoted(name)),
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
