//! The rules about lock files, and about packages whose binaries are packages of their own.

type Texts = (&'static str, &'static str, &'static str);

pub(super) const LOCK_INTEGRITY_MISMATCH: Texts = (
    "The digest that the lock file holds for a package is not the one that the registry signed, that \
     an attestation names, or that the registry lists: for npm the SHA-512 of the tarball, for PyPI the \
     SHA-256 of one of the release's files, for Go the module's record in the checksum database.",
    "Somebody changed the lock or the package. What the lock pins is what gets installed, wherever it is \
     served from, and none of the evidence is about it.",
    "Do not install. Find out who wrote that line of the lock, make the lock anew with an empty cache \
     from the registry itself, and compare. If the registry's content is what changed, ask the publisher.",
);

pub(super) const LOCK_ENTRY_WITHOUT_INTEGRITY: Texts = (
    "The entry has no digest, or only one that nothing can be held against: SHA-1 can be forged, and \
     registries sign nothing else than what the message names.",
    "The installer takes whatever it is served under that name and version, so that what was verified \
     need not be what is installed.",
    "Make the lock anew, so that the entry gets its digest: delete the entry and let the package manager \
     write it (npm: `npm install --package-lock-only`; pip: `--generate-hashes`).",
);

pub(super) const UNATTESTED_PLATFORM_PACKAGE: Texts = (
    "The package has verified provenance, and is a launcher: the program itself lies in packages for \
     each platform, its `optionalDependencies`, and some of these have no provenance of their own.",
    "What runs is what is in the platform's package. That the launcher was built from its repository \
     says nothing about a binary that anybody with the publishing token can replace.",
    "Ask the publisher to publish the platform packages with provenance, from the same workflow.",
);
