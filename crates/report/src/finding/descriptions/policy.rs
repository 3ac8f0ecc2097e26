//! The rules of requirements and exemptions: meaning, why it matters, what to do.

/// Meaning, why, action.
type Texts = (&'static str, &'static str, &'static str);

pub(super) const EVIDENCE_BELOW_POLICY: Texts = (
    "A `[[require]]` block of the configuration holds for this spec and asks for more evidence than the \
     package has. The message names the line of the block. The finding stands in place of \
     `no-provenance` and `partial-attestations`.",
    "A version without provenance is what a stolen publishing token leaves behind.",
    "Pin a version that has the evidence, or ask the publisher for it. Where it cannot be had, accept it \
     until a day in an `[[exempt]]` block.",
);

pub(super) const LEVEL_BELOW_POLICY: Texts = (
    "A `[[require]]` block asks for an SLSA build level (`slsa`) that the package does not have. PyPI's \
     attestations state none, which is not met either.",
    "The level says how far the build itself could have been tampered with by those who run it.",
    "Pin a version that was built on a hosted runner with SLSA provenance, or leave the package out of \
     the block with `except`.",
);

pub(super) const PUBLISHER_NOT_ALLOWED: Texts = (
    "A build of the release has a publisher that none of the block's `publishers` matches, or none at \
     all.",
    "Provenance proves who built a package, not that this is somebody you trust. The list says who that \
     is.",
    "Find out why somebody else publishes the package. If the project moved, confirm that with it and add \
     its repository to the list.",
);

pub(super) const WORKFLOW_NOT_ALLOWED: Texts = (
    "A build of the release was run by a workflow that none of the block's `workflows` matches.",
    "Whoever can add a workflow to a repository can build with its identity; releases come from the few \
     that were made for them.",
    "Look at the workflow. If it is how the project releases now, add it to the list.",
);

pub(super) const REF_NOT_ALLOWED: Texts = (
    "A build of the release was made from a git ref that none of the block's `refs` matches, or its \
     certificate names none.",
    "Tags and the default branch are usually protected; other branches can hold code that nobody \
     reviewed.",
    "Look at what was built. If the project releases from there, add the ref to the list.",
);

pub(super) const TRIGGER_NOT_ALLOWED: Texts = (
    "A build of the release was started by an event that is not among the block's `triggers`. The finding \
     stands in place of `risky-build-trigger`.",
    "Some events can be caused by people outside the project, and the run then has the project's \
     identity.",
    "Look at the run. If the project releases so, add the event to the list.",
);

pub(super) const RUNNER_NOT_ALLOWED: Texts = (
    "A build of the release was made on a kind of runner that is not among the block's `runners`. The \
     finding stands in place of `self-hosted-runner`.",
    "Nobody but its owner controls what happens on a self-hosted runner.",
    "Ask the publisher to release on a hosted runner, or add the kind to the list.",
);

pub(super) const TOO_RECENT: Texts = (
    "A `[[require]]` block asks that versions have been published for some time (`min-age`), and this one \
     has not. The time is that of the transparency log for the youngest file, or where there is none the \
     registry's word, and the message says which.",
    "When the real workflow releases something malicious, all evidence is in order. Such releases are \
     mostly found and withdrawn within hours or days; a waiting time is what stops them.",
    "Wait, and run again. Nothing else needs to change.",
);

pub(super) const EXEMPTION_UNUSED: Texts = (
    "An `[[exempt]]` block accepts nothing: its spec is gone, pins another package or version, or has \
     none of the findings that the block accepts.",
    "An exemption that outlives its cause accepts what nobody has looked at: the next finding of that \
     rule would pass in silence.",
    "Remove the block, or correct its path, package or rules. One that was merged ahead of the change it \
     is for is told of until that is merged.",
);

pub(super) const EXEMPTION_EXPIRED: Texts = (
    "The last day of an `[[exempt]]` block is over, and what it accepted is still found. The finding \
     counts again.",
    "An end makes somebody look again at what was once accepted.",
    "Remove the cause of the finding; or look at it again, and if it is still acceptable, give the block \
     another day.",
);

pub(super) const REQUIREMENT_UNUSED: Texts = (
    "The `paths`, `except` and `packages` of a `[[require]]` block leave no spec for it to hold for, or \
     one of its `paths` matches none.",
    "A mistyped pattern asks nothing of anybody, and looks as if it did.",
    "Correct the pattern, or remove it. `dockyard-provenance policy show` lists which blocks hold for \
     each spec.",
);
