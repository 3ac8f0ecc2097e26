//! What the registry says of a project as a whole (PEP 792). Unsigned, so it warns and clears nothing.

use super::about::about_version;
use crate::finding::{Draft, RuleId};
use crate::spec::SpecPackage;
use package_provenance::evidence::pypi::{ProjectStatus, StatusWord};
use package_provenance::verify::Observed;

/// The finding about the project's status, where it has one.
pub(super) fn check(spec: &SpecPackage, observed: &Observed) -> Option<Draft> {
    let ProjectStatus { word, reason } = observed.project_status.as_ref()?;
    let why = reason
        .as_ref()
        .map_or_else(String::new, |reason| format!(" (reason given: {reason})"));
    let package = &spec.package;
    let deprecated =
        |said: String, help| about_version(spec, RuleId::DeprecatedRelease, said, help);
    Some(match word {
        StatusWord::Quarantined => about_version(
            spec,
            RuleId::QuarantinedProject,
            format!(
                "The registry has quarantined the project of {package}{why}: it is suspected of distributing malware."
            ),
            "Do not use the package, and look for copies of it that were already installed or built. Find out from the registry's announcements or from the publisher what happened.",
        ),
        StatusWord::Archived => deprecated(
            format!(
                "The project of {package} is archived{why}: no further releases are expected, not even for vulnerabilities."
            ),
            "Look for a successor, or check whether you can do without updates.",
        ),
        StatusWord::Deprecated => deprecated(
            format!("The project of {package} is deprecated{why}."),
            "Read the reason on the project's page, and look for its successor.",
        ),
        StatusWord::Other(word) => deprecated(
            format!(
                "The index gives the project of {package} the status `{word}`{why}, which this program does not know."
            ),
            "Look at the project's page to see what it means. A newer version of dockyard-provenance may know it.",
        ),
    })
}

/// Whether the project is in quarantine, which says more than that nothing could be determined.
pub(super) fn quarantined(observed: &Observed) -> bool {
    observed
        .project_status
        .as_ref()
        .is_some_and(|status| status.word == StatusWord::Quarantined)
}
