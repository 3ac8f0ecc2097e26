//! How the package was built, as the certificate says.

use super::{Draft, RuleId};
use crate::spec::SpecPackage;
use crate::verify::Publisher;

/// Events whose runs outsiders may influence: they run with the repository's rights on a stranger's
/// input (docs/verification.md#b7; 84 `TanStack` versions of May 2026 carried valid provenance from
/// such a run).
const RISKY_TRIGGERS: [&str; 4] = [
    "pull_request_target",
    "pull_request",
    "workflow_run",
    "issue_comment",
];

/// The findings about the build.
pub(super) fn check(spec: &SpecPackage, publisher: &Publisher) -> Vec<Draft> {
    let about = |rule, message, help: &str| Draft {
        rule,
        route: "spec.version".to_owned(),
        span: spec.version_span,
        message,
        help: help.to_owned(),
    };
    let risky = publisher
        .trigger
        .as_deref()
        .filter(|trigger| RISKY_TRIGGERS.contains(trigger))
        .map(|trigger| {
            about(
                RuleId::RiskyBuildTrigger,
                format!("{} was built by a run that `{trigger}` started.", spec.package),
                "Provenance says where a package was built, not that the build was safe: such runs may execute a stranger's code. Look at the run, and ask the publisher to release from a tag or a protected branch.",
            )
        });
    let self_hosted = (publisher.runner_environment.as_deref() == Some("self-hosted")).then(|| {
        about(
            RuleId::SelfHostedRunner,
            format!("{} was built on a self-hosted runner.", spec.package),
            "The forge does not control what such a runner does, so no SLSA build level above 1 is claimed. Ask the publisher to release on a hosted runner.",
        )
    });
    risky.into_iter().chain(self_hosted).collect()
}
