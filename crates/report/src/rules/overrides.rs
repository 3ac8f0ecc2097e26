//! What the installer takes in place of a dependency: `spec.overrides` and `spec.constraints`.
//!
//! An exact version of another package is a further artifact of the spec and looked up like the
//! package itself. A range floats, as every other dependency does, and is not judged. Whatever else
//! stands there is refused. Of what was looked up only trouble is a finding: nobody asks of a
//! dependency that it has provenance.

use super::evidence::{causes, failing};
use super::project;
use std::collections::BTreeMap;

use crate::finding::{Draft, RuleId};
use crate::policy::pin::Pin;
use crate::spec::{Override, SpecPackage};
use package_provenance::package::PackageVersion;
use package_provenance::verify::{Observed, Outcome, Status};

/// What becomes of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement<'a> {
    /// It is not what only a registry can give, or it replaces the spec's own package: why.
    Refused(String),
    /// A range of versions, of which nobody knows what it comes to.
    NotJudged,
    /// This one version is looked up.
    LookedUp(&'a PackageVersion),
}

/// What becomes of `entry`.
pub fn judge<'a>(spec: &SpecPackage, entry: &'a Override) -> Judgement<'a> {
    match &entry.wanted {
        Err(error) => Judgement::Refused(format!(
            "This is not a plain requirement of another package in the registry: {error}."
        )),
        Ok(required) if required.name.is_of(&spec.package) => Judgement::Refused(format!(
            "This replaces {}, the package that the spec itself pins.",
            spec.package
        )),
        Ok(required) => match &required.exact {
            Some(package) => Judgement::LookedUp(package),
            None => Judgement::NotJudged,
        },
    }
}

/// The entries of `spec` that pin a package of which something was found out.
pub fn pinned<'a>(
    spec: Option<&'a SpecPackage>,
    all: &'a BTreeMap<PackageVersion, Box<Observed>>,
) -> Vec<(&'a Override, Pin, &'a Observed)> {
    let entries = spec.into_iter().flat_map(|spec| {
        let entries = spec.overrides.iter();
        entries.map(move |entry| (spec.pinned_by(entry), entry))
    });
    let found = entries.filter_map(|(pinned, entry)| {
        let package = pinned?;
        Some((entry, Pin::Package(package.clone()), &**all.get(package)?))
    });
    found.collect()
}

/// The findings about `entry`; `observed` is what was found out about the package that it pins.
pub fn check(spec: &SpecPackage, entry: &Override, observed: Option<&Observed>) -> Vec<Draft> {
    match (judge(spec, entry), observed) {
        (Judgement::Refused(why), _) => vec![draft(
            entry,
            RuleId::UnverifiedOverride,
            "",
            why,
            "Write an exact version of another package of the registry, which is then verified too, \
             or a range of its versions; or remove the entry. The package itself is changed by \
             `spec.package` and `spec.version` alone.",
        )],
        (Judgement::NotJudged, _) => Vec::new(),
        (Judgement::LookedUp(package), Some(observed)) => trouble(entry, package, observed),
        (Judgement::LookedUp(package), None) => vec![incomplete(
            entry,
            format!("The override {package} was not looked at."),
        )],
    }
}

fn trouble(entry: &Override, package: &PackageVersion, observed: &Observed) -> Vec<Draft> {
    let mut drafts = Vec::new();
    if observed.status == Status::NotFound {
        let cause = observed.cause.as_deref();
        let cause = cause.unwrap_or("the registry has no such package or version");
        drafts.push(draft(
            entry,
            RuleId::PackageNotFound,
            "",
            format!("The override {package} does not exist: {cause}."),
            "Check the name and the version. A name that nobody has registered can be registered by anybody.",
        ));
    }
    for evidence in &observed.evidence {
        if let Outcome::Invalid(reason) = &evidence.outcome {
            let (rule, what) = failing(evidence.kind);
            drafts.push(draft(
                entry,
                rule,
                evidence.kind.as_str(),
                format!("{what} of {}, an override, fails verification: {reason}.", evidence.artifact),
                "Do not override with this version. Ask its publisher, through a separate channel, whether the package or only the registry's answer was altered.",
            ));
        }
    }
    // That names no cause of its own, and says more than that something is not known.
    if project::quarantined(observed) {
        drafts.push(draft(
            entry,
            RuleId::QuarantinedProject,
            "",
            format!(
                "The registry has quarantined the project of the override {package}: it is suspected of distributing malware."
            ),
            "Do not override with it, and look for copies of it that were already installed or built.",
        ));
    }
    let causes = causes(observed);
    if !causes.is_empty() {
        let causes = causes.join("; ");
        let message = format!("The override {package} could not be verified: {causes}.");
        drafts.push(incomplete(entry, message));
    }
    drafts
}

fn incomplete(entry: &Override, message: String) -> Draft {
    draft(
        entry,
        RuleId::VerificationIncomplete,
        "",
        message,
        "This is neither a pass nor a failure. Run again when the cause is gone; if it stays, treat the override as unverified.",
    )
}

/// A draft about `entry`, or about the `part` of what was found out about it.
fn draft(entry: &Override, rule: RuleId, part: &str, message: String, help: &str) -> Draft {
    let part = if part.is_empty() {
        String::new()
    } else {
        format!("[{part}]")
    };
    Draft {
        rule,
        route: format!("{}{part}", entry.route),
        span: entry.span,
        message,
        help: help.to_owned(),
    }
}
