//! How the package was built, as the certificate says.

use crate::finding::{Draft, RuleId};
use crate::spec::SpecPackage;
use package_provenance::identity::PublisherKind;
use package_provenance::verify::Publisher;

/// Events that only people with write access to the repository cause, or its owner's schedule. Every
/// other one may be caused by outsiders (`issues`, `discussion`, `pull_request_target`, `watch`, ...)
/// or chained to a run that is (`workflow_run`): the run then has the repository's rights, and an
/// outsider's input. A list of those would be out of date with the next event.
///
/// GitHub: "Events that trigger workflows" in its documentation.
const GITHUB_TRIGGERS: [&str; 6] = [
    "push",
    "release",
    "workflow_dispatch",
    "schedule",
    "merge_group",
    "repository_dispatch",
];

/// As [`GITHUB_TRIGGERS`]: the values of `CI_PIPELINE_SOURCE` in GitLab's documentation without
/// `merge_request_event`, `external_pull_request_event`, `chat` and whatever will be added.
const GITLAB_TRIGGERS: [&str; 7] = [
    "push",
    "web",
    "schedule",
    "api",
    "trigger",
    "pipeline",
    "parent_pipeline",
];

/// Whether only maintainers cause a run of `kind` by `trigger`, which is compared as it is written in
/// the certificate.
pub(crate) fn maintainers_only(kind: PublisherKind, trigger: &str) -> bool {
    match kind {
        PublisherKind::GitHub => GITHUB_TRIGGERS.contains(&trigger),
        PublisherKind::GitLab => GITLAB_TRIGGERS.contains(&trigger),
        // Their certificates name none.
        PublisherKind::Google | PublisherKind::CircleCI => false,
    }
}

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
        .filter(|trigger| !maintainers_only(publisher.kind, trigger))
        .map(|trigger| {
            about(
                RuleId::RiskyBuildTrigger,
                format!("{} was built by a run that `{trigger}` started.", spec.package),
                "Provenance says where a package was built, not that the build was safe: people outside the project may be able to cause such runs. Look at the run, and ask the publisher to release on a push, a release or by hand.",
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
