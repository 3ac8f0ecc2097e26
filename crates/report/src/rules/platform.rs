//! Launchers whose binaries are packages of their own, one for each platform.

use std::collections::BTreeMap;

use super::about::about_version;
use super::evidence::causes;
use crate::finding::{Draft, RuleId};
use crate::spec::SpecPackage;
use package_provenance::package::PackageVersion;
use package_provenance::verify::{Observed, Outcome, Status};

/// Packages that a message names, at most.
const MOST: usize = 10;

const HELP: &str = "What runs is what is in these packages. Ask the publisher to publish them with provenance too, from the same workflow.";

/// What is to be said of the platforms' packages.
pub(crate) struct Platforms {
    /// What is wrong with them.
    pub(crate) drafts: Vec<Draft>,
    /// What is not known of them: a doubt only where the rule would fail the run.
    pub(crate) unknown: Vec<Draft>,
}

/// The packages of `launcher` for each platform, as far as `all` has looked at them. Nothing is said of a
/// launcher without provenance: that is worse, and said.
pub(crate) fn check(
    launcher: &SpecPackage,
    observed: &Observed,
    all: &BTreeMap<PackageVersion, Box<Observed>>,
) -> Platforms {
    let (mut unattested, mut invalid, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    let attested = observed.status == Status::Verified;
    let packages = observed.words.platform_packages.iter();
    for package in packages.filter(|_| attested) {
        let package = PackageVersion::Npm(package.clone());
        let Some(found) = all.get(&package) else {
            continue;
        };
        match found.status {
            // Not everything that may be left out is for a platform.
            Status::Signed | Status::None if found.words.for_platform => {
                unattested.push(package.to_string());
            }
            Status::NotFound => unattested.push(format!("{package} (not there)")),
            Status::Invalid => invalid.push(format!("{package} ({})", reason(found))),
            Status::Unknown => unknown.push(format!("{package} ({})", causes(found).join("; "))),
            Status::Verified
            | Status::Partial
            | Status::Signed
            | Status::Pinned
            | Status::None
            | Status::Malformed
            | Status::NotApplicable => {}
        }
    }
    if attested && observed.words.more_platform_packages {
        unknown.push("it names more of them than are looked at".to_owned());
    }
    let about = |rule, packages: &[String], what: &str, help: &str| {
        let draft = about_version(
            launcher,
            rule,
            format!(
                "{} is attested, {what}: {}.",
                launcher.package,
                listed(packages)
            ),
            help,
        );
        let route = "spec.version[platforms]".to_owned();
        (!packages.is_empty()).then_some(Draft { route, ..draft })
    };
    let unattested = about(
        RuleId::UnattestedPlatformPackage,
        &unattested,
        "and its packages for some platforms are not",
        HELP,
    );
    let invalid = about(
        RuleId::AttestationInvalid,
        &invalid,
        "and what proves its packages for some platforms fails verification",
        "Do not use this version. Ask its publisher, through a separate channel, whether the packages or only the registry's answers were altered.",
    );
    let unknown = about(
        RuleId::VerificationIncomplete,
        &unknown,
        "and of its packages for some platforms it could not be determined whether they are",
        "This is neither a pass nor a failure. Remove the cause and run again.",
    );
    Platforms {
        drafts: unattested.into_iter().chain(invalid).collect(),
        unknown: unknown.into_iter().collect(),
    }
}

fn reason(observed: &Observed) -> &str {
    let reasons = observed.evidence.iter();
    let mut reasons = reasons.filter_map(|evidence| match &evidence.outcome {
        Outcome::Invalid(reason) => Some(reason.as_str()),
        Outcome::Verified(_) | Outcome::Absent | Outcome::Unknown(_) | Outcome::Unsupported(_) => {
            None
        }
    });
    reasons.next().unwrap_or("its evidence is invalid")
}

fn listed(packages: &[String]) -> String {
    let shown: Vec<&str> = packages.iter().take(MOST).map(String::as_str).collect();
    match packages.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
