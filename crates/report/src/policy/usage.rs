//! What became of the configuration's own blocks in a run: which exemptions are used, and which blocks
//! match nothing.

use std::borrow::Borrow;
use std::collections::BTreeSet;

use dockyard_locks::Format;
use jiff::civil::Date;

use super::blocks::Blocks;
use super::exempt::Exemption;
use super::package_name::PackageName;
use super::pattern::Pattern;
use super::require::Requirement;
use crate::finding::exemptable::{Exemptable, exemptable, is_of_policy};
use crate::finding::{Draft, RuleId, Span};
use crate::report::requirements::{ExemptionRecord, ExemptionState, Unjudged};
use crate::report::spec::SpecReport;
use package_provenance::verify::Status;

/// How much a run has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Whether it looked at every spec that there is. What was left out is not judged.
    pub whole: bool,
    /// Whether it knows what was there before, so that a change could be a finding.
    pub base: bool,
    /// Whether the run is about a proposal, whose author cannot change the configuration: an exemption
    /// that is of no use any more is told, and fails nobody who has nothing to do with it.
    pub proposal: bool,
}

/// What became of the blocks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// One for each `[[exempt]]` block, in the order of the file.
    pub exemptions: Vec<ExemptionRecord>,
    /// What is wrong with the configuration, at its blocks.
    pub drafts: Vec<Draft>,
    /// What is told besides, for people.
    pub notes: Vec<String>,
}

/// What became of `blocks` in a run that came to `specs`; `undetermined` says of which of them
/// something is not known.
pub fn usage(
    blocks: &Blocks,
    specs: &[impl Borrow<SpecReport>],
    undetermined: impl Fn(&SpecReport) -> bool,
    extent: Extent,
    today: Date,
) -> Usage {
    let mut usage = Usage::default();
    let specs: Vec<&SpecReport> = specs.iter().map(Borrow::borrow).collect();
    for exemption in &blocks.exemptions {
        let at = specs.iter().filter(|spec| spec.path == exemption.path);
        let found = at.map(|spec| of_spec(exemption, spec, undetermined(spec), extent, today));
        // A lock has many packages at one path.
        let found = match found.reduce(Found::or) {
            Some(found) => found,
            None if is_lock(&exemption.path) => Found::NotJudged,
            None if extent.whole => Found::Nothing("there is no spec at this path"),
            None => Found::NotJudged,
        };
        let over = exemption.is_over(today);
        usage.drafts.extend(told(exemption, &found, over));
        usage.exemptions.push(record(exemption, &found, today));
    }
    if extent.proposal {
        let unused = |draft: &mut Draft| draft.rule == RuleId::ExemptionUnused;
        let told = usage.drafts.extract_if(.., unused);
        usage.notes = told
            .map(|draft| format!("{}: {}", draft.rule, draft.message))
            .collect();
    }
    if extent.whole && !specs.is_empty() {
        let locks = specs.iter().any(|spec| is_lock(&spec.path));
        let unused = blocks
            .requirements
            .iter()
            .filter_map(|block| unused(block, &specs, locks));
        usage.drafts.extend(unused);
    }
    usage
}

/// Whether a path, or a pattern of paths, is of lock files. A run need not have looked at any.
fn is_lock(path: &str) -> bool {
    Format::of_name(path).is_some()
}

/// What an exemption finds to accept.
enum Found {
    /// Findings of these rules.
    Findings(BTreeSet<RuleId>),
    /// Nothing: why.
    Nothing(&'static str),
    /// This run does not show it.
    NotJudged,
}

impl Found {
    /// What two packages at one path come to together.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Findings(mut rules), Self::Findings(more)) => {
                rules.extend(more);
                Self::Findings(rules)
            }
            (Self::Findings(rules), _) | (_, Self::Findings(rules)) => Self::Findings(rules),
            // Another package of the lock says nothing of the one that is meant.
            (Self::Nothing(OTHER_PACKAGE), other) | (other, Self::Nothing(OTHER_PACKAGE)) => other,
            (Self::NotJudged, _) | (_, Self::NotJudged) => Self::NotJudged,
            (Self::Nothing(why), Self::Nothing(_)) => Self::Nothing(why),
        }
    }
}

/// Why an exemption accepts nothing of a spec that pins something else.
const OTHER_PACKAGE: &str = "the spec at this path pins another package";

fn of_spec(
    exemption: &Exemption,
    spec: &SpecReport,
    undetermined: bool,
    extent: Extent,
    today: Date,
) -> Found {
    let Some(package) = &spec.identity else {
        return if is_lock(&spec.path) {
            Found::Nothing(OTHER_PACKAGE)
        } else {
            Found::NotJudged
        };
    };
    if PackageName::of(package) != exemption.package {
        return Found::Nothing(OTHER_PACKAGE);
    }
    if !exemption.is_about(&spec.path, Some(package)) {
        // Whoever raises the version need not change the policy in the same breath.
        return Found::NotJudged;
    }
    // One that is over marks nothing; what it would accept is what it names.
    let over = exemption.is_over(today);
    let line = exemption.line();
    let findings = spec
        .findings
        .iter()
        .filter(|finding| match &finding.exempted {
            Some(exempted) => exempted.config_line == line,
            None => over && exemption.rules.contains(&finding.rule),
        });
    let rules: BTreeSet<RuleId> = findings.map(|finding| finding.rule).collect();
    if !rules.is_empty() {
        return Found::Findings(rules);
    }
    let names = |test: &dyn Fn(RuleId) -> bool| exemption.rules.iter().any(|rule| test(*rule));
    let unjudged = spec
        .requirements
        .iter()
        .any(|one| one.unjudged == Some(Unjudged::NoBase));
    let changes = |rule| exemptable(rule) == Exemptable::AtOneVersion;
    if undetermined || (unjudged && names(&is_of_policy)) || (!extent.base && names(&changes)) {
        return Found::NotJudged;
    }
    Found::Nothing("the package has none of the findings that it accepts")
}

fn told(exemption: &Exemption, found: &Found, over: bool) -> Option<Draft> {
    let about = |rule, message, help: &str| Draft {
        rule,
        route: format!("exempt[{}]", exemption.path),
        span: exemption.span,
        message,
        help: help.to_owned(),
    };
    let (path, package) = (&exemption.path, &exemption.package);
    match found {
        Found::Findings(rules) if over => {
            let rules: Vec<String> = rules.iter().map(|rule| format!("`{rule}`")).collect();
            Some(about(
                RuleId::ExemptionExpired,
                format!(
                    "The exemption of {package} in {path} held until {}; {} counts again.",
                    exemption.expires,
                    rules.join(", ")
                ),
                "Remove the cause of the finding; or look at it again with the owner of the exemption, and give it another day.",
            ))
        }
        Found::Nothing(why) => Some(about(
            RuleId::ExemptionUnused,
            format!("The exemption of {package} in {path} accepts nothing: {why}."),
            "Remove the block, or correct it: one that waits would accept the next finding in silence.",
        )),
        Found::Findings(_) | Found::NotJudged => None,
    }
}

fn record(exemption: &Exemption, found: &Found, today: Date) -> ExemptionRecord {
    let state = match found {
        _ if exemption.is_over(today) => ExemptionState::Expired,
        Found::Findings(_) => ExemptionState::Used,
        Found::Nothing(_) => ExemptionState::Unused,
        Found::NotJudged => ExemptionState::NotJudged,
    };
    let version = exemption
        .version
        .as_ref()
        .map(|pin| pin.version().to_owned());
    ExemptionRecord {
        path: exemption.path.clone(),
        package: exemption.package.to_string(),
        version,
        rules: exemption.rules.clone(),
        reason: exemption.reason.clone(),
        owner: exemption.owner.clone(),
        expires: exemption.expires.to_string(),
        config_line: exemption.line(),
        state,
        days_left: exemption.days_left(today),
    }
}

/// What is to be said of a requirement that holds for no spec, or of its paths that match none: a
/// mistyped pattern asks nothing of anybody. Whether a spec is new makes no difference.
fn unused(block: &Requirement, specs: &[&SpecReport], locks: bool) -> Option<Draft> {
    // Where no lock was looked at, nothing is known of what is about locks only.
    let about_locks = |pattern: &&Pattern| !locks && is_lock(&pattern.to_string());
    if !block.paths.is_empty() && block.paths.iter().all(|it| about_locks(&it)) {
        return None;
    }
    let held = specs.iter().any(|spec| {
        let package = spec.identity.as_deref().map(PackageName::of);
        block.selects(&spec.path, package.as_ref())
    });
    let unread = || specs.iter().any(|spec| spec.status == Status::Malformed);
    let idle: Vec<String> = block
        .paths
        .iter()
        .filter(|pattern| !about_locks(pattern))
        .filter(|pattern| !specs.iter().any(|spec| pattern.matches(&spec.path)))
        .map(|pattern| format!("`{pattern}`"))
        .collect();
    let mistyped: Vec<String> = block
        .packages
        .iter()
        .filter(|pattern| {
            !specs.iter().any(|spec| {
                let package = spec.identity.as_deref().map(PackageName::of);
                package.is_some_and(|package| pattern.matches_package(&package))
            })
        })
        .map(|pattern| format!("`{pattern}`"))
        .collect();
    let message = if !idle.is_empty() {
        format!(
            "No spec matches {} of this requirement's `paths`.",
            idle.join(", ")
        )
    } else if !mistyped.is_empty() && !unread() {
        format!(
            "No spec pins a package that matches {} of this requirement's `packages`.",
            mistyped.join(", ")
        )
    } else if held || (!block.packages.is_empty() && unread()) {
        return None;
    } else {
        "This requirement holds for no spec: its selectors leave none.".to_owned()
    };
    let list = |patterns: &[Pattern]| {
        let texts: Vec<String> = patterns.iter().map(ToString::to_string).collect();
        texts.join(" ")
    };
    Some(Draft {
        rule: RuleId::RequirementUnused,
        route: format!("require[{}][{}]", list(&block.paths), list(&block.packages)),
        span: Span { ..block.span },
        message,
        help: "Correct the pattern, or remove it: a mistyped one asks nothing of anybody. `dockyard-provenance policy show` lists which blocks hold for each spec.".to_owned(),
    })
}

#[cfg(test)]
mod tests;
