//! The rules about what became worse.

/// Meaning, why, action.
type Page = (&'static str, &'static str, &'static str);

pub(super) const PROVENANCE_LOST: Page = (
    "On the base branch, or in the report given as baseline, the package was verified (wholly or \
         in part). What the spec pins now has less evidence, or none.",
    "Whoever steals a publishing token can publish, but not with the project's own provenance: \
         an update that loses it is the trace that such thefts leave.",
    "Stay on the version before, and find out from the project how this one was published. If \
         it stopped publishing with provenance on purpose, accept that in writing, for this \
         version.",
);

pub(super) const PUBLISHER_CHANGED: Page = (
    "The verified certificate names another repository, account or service than that of the \
         version before, and the spec does not declare the new one.",
    "Anybody can attest what they build themselves. That there is provenance says nothing as \
         long as it is not the same publisher's, or one that somebody has looked at.",
    "Find out whether the project has moved. If it has, declare the new publisher below \
         `provenance.attestations.publisher`, in a change that somebody reviews.",
);

pub(super) const PUBLISHER_REREGISTERED: Page = (
    "The verified certificate names the same repository as before, and the forge's number of \
         the repository or of its owner is another one.",
    "Numbers are never given out twice. The repository or the account was deleted, and \
         whoever took its name can publish under it.",
    "Do not use this version before the project confirms, through a separate channel, that the \
         new repository is its own.",
);

pub(super) const PUBLISHER_REDECLARED: Page = (
    "The verified certificate names another publisher than that of the version before, and the \
         same change of the spec declares it; or, where nothing is verified of the version before, the \
         change declares another publisher than the spec did.",
    "Who writes the update writes the declaration too, so it proves nothing: a reviewer \
         has to know whether the new publisher is the project's.",
    "Check at the project itself that it has moved there.",
);

pub(super) const PUBLISHER_RENAMED: Page = (
    "The verified certificate names another repository than before, and the forge's numbers of \
         repository and owner are the same: it was renamed.",
    "It is still the same publisher. What declares it by name no longer fits, and the old name \
         is free for somebody else.",
    "Declare the new name; `repository_id` and `owner_id` keep the publisher through the next \
         renaming.",
);

pub(super) const DECLARATION_WEAKENED: Page = (
    "A change of the spec removes or empties what pinned its publisher: the claim of \
         attestations, the publisher, its workflow, or the forge's numbers.",
    "What is not declared is not compared: the next update may then come from anybody.",
    "Put the keys back, unless there is a reason to do without them.",
);

pub(super) const PACKAGE_SWAPPED: Page = (
    "The spec file pinned one package and pins another one now. It is an error where nobody \
         verified published the one before and the spec declares nobody for the new one.",
    "Everything that was known of the spec was known of another package. Names that look alike \
         are the oldest trick of all.",
    "Make sure that the new package is meant, and declare its publisher.",
);

pub(super) const WORKFLOW_CHANGED: Page = (
    "The publisher is the same repository as before, and another workflow of it built the \
         package, or another workflow signed it.",
    "Whoever can push a branch to a repository can add a workflow that publishes.",
    "Look at the new workflow in the project's repository, and declare it.",
);

pub(super) const BUILD_WEAKENED: Page = (
    "The publisher is the same as before, and the build is less trustworthy: a lower SLSA build \
         level, a runner of its own in place of a hosted one, a trigger that people outside the \
         project may cause, or a branch in place of a tag.",
    "Each of these widens the circle of those who could have changed what was built.",
    "Look at the run that built it, and ask the project why it changed.",
);

pub(super) const DIGEST_CHANGED: Page = (
    "The report given as baseline and this run are about the same version, and the content of a \
         file differs, or the version has a file that it did not have. A new file that the same \
         publisher has attested is a note.",
    "Registries do not let anybody replace a file of a version. Where the content differs, \
         registry, mirror or baseline is wrong; and a file that is added to an old release is what \
         installers of that release will take.",
    "Do not use this version before it is known which of the two was changed, or who added the \
         file.",
);

pub(super) const PROVENANCE_DROPPED_UPSTREAM: Page = (
    "The package has no provenance, and one of the ten stable versions below it in the same \
         line (the same major version; below 1.0 the same minor version) has, which verifies.",
    "The project knows how to publish with provenance. A version without is published another \
         way, as a thief of a publishing token would have to.",
    "Pin the version that has provenance, and find out from the project how this one was \
         published.",
);
