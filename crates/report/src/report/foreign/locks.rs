//! The lock files of a report that anybody may have written.

use dockyard_locks::Format;

use super::parts::{evidence, finding, publisher, require_level, require_path};
use super::wire::{LockPackageWire, LockWire};
use crate::finding::Finding;
use crate::report::lock::ecosystem;
use crate::report::{LockPackage, LockReport, SpecReport};
use package_provenance::package::Ecosystem;
use package_provenance::verify::{Limit, Status};
use untrusted_text::quoted;

/// What an entry may come from.
const FROM: [&str; 10] = [
    "registry",
    "git",
    "url",
    "file",
    "own",
    "link",
    "editable",
    "bundled",
    "other-registry",
    "unreadable",
];

pub(super) fn lock(wire: LockWire) -> Result<LockReport, String> {
    require_path(&wire.path)?;
    let format = Format::of_name(&wire.format)
        .filter(|format| format.name() == wire.format)
        .ok_or_else(|| format!("it tells of a lock of the format {}", quoted(&wire.format)))?;
    let path = wire.path;
    let packages = wire.packages.0.into_iter();
    let packages: Vec<LockPackage> = packages
        .map(|one| package(one, &path, format))
        .collect::<Result<_, _>>()?;
    let findings = wire.findings.0.into_iter();
    let findings: Vec<Finding> = findings
        .map(|one| finding(one, &path))
        .collect::<Result<_, _>>()?;
    let whole = SpecReport {
        findings,
        ..bare(&path, format, Status::NotApplicable)
    };
    Ok(LockReport::new(format, wire.entries, whole, packages))
}

fn package(wire: LockPackageWire, path: &str, format: Format) -> Result<LockPackage, String> {
    require_level(wire.slsa_build_level)?;
    let mut words = FROM.into_iter();
    let from = words
        .find(|word| *word == wire.from)
        .ok_or_else(|| format!("it tells of an entry from {}", quoted(&wire.from)))?;
    let findings = wire.findings.0.into_iter();
    Ok(LockPackage {
        report: SpecReport {
            package: wire.name,
            version: wire.version,
            publisher: wire.publisher.map(publisher),
            slsa_build_level: wire.slsa_build_level,
            evidence: wire.evidence.0.into_iter().map(evidence).collect(),
            findings: findings
                .map(|one| finding(one, path))
                .collect::<Result<_, _>>()?,
            ..bare(path, format, wire.status)
        },
        entries: wire.entries,
        via: wire.via.0,
        alias: None,
        from,
        // Digests by which a reader could take it for proven are not repeated.
        pinned: Vec::new(),
        new: wire.new,
    })
}

fn bare(path: &str, format: Format, status: Status) -> SpecReport {
    let protocol = match ecosystem(format) {
        Ecosystem::Npm => "npx",
        Ecosystem::Pypi => "uvx",
        Ecosystem::Go => "go",
    };
    SpecReport {
        path: path.to_owned(),
        protocol: protocol.to_owned(),
        package: None,
        version: None,
        claimed: false,
        status,
        publisher: None,
        slsa_build_level: None,
        requirements: Vec::new(),
        evidence: Vec::new(),
        overrides: Vec::new(),
        before: None,
        findings: Vec::new(),
        worse: Vec::new(),
        limit: Limit::Outside,
        identity: None,
    }
}
