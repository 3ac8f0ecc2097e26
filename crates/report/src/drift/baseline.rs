//! An earlier JSON report as a memory: read strictly, and believed as far as it can add findings.

mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;

use dockyard_locks::Format;

use self::wire::{EvidenceWire, LockWire, PublisherWire, ReportWire, SpecWire};
use super::build::{Build, Origin, signer};
use super::memory::{Memory, Source};
use crate::lock::{Content, LockMemory};
use crate::report::lock::ecosystem;
use crate::report::records::PublisherRecord;
use package_provenance::identity::{GitRef, PublisherKind, Repository};
use package_provenance::json;
use package_provenance::package::{
    Ecosystem, GoPackage, NpmName, NpmPackage, NpmVersion, PackageVersion, PypiName, PypiPackage,
    PypiVersion,
};
use package_provenance::verify::Status;
use sigstore_verify::crypto::sha256;
use untrusted_text::quoted;

/// Largest report that is read, in bytes.
pub const MAX_BYTES: u64 = 64 << 20;

/// The protocol of skills (`docs/report.schema.json`).
const SKILLS: &str = "skills";

/// The highest SLSA build level.
const MAX_LEVEL: u8 = 3;

/// What an earlier report says of each spec, by its path.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    specs: BTreeMap<String, Memory>,
    locks: BTreeMap<String, LockMemory>,
    digest: String,
}

/// Why a file is no report that can be compared with. The text is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BaselineError(String);

impl Baseline {
    /// Reads a report (`docs/report.schema.json`). Members that are not known are skipped: a newer
    /// version may have written it.
    ///
    /// # Errors
    /// [`BaselineError`] where anything that is compared is not as this program writes it.
    pub fn read(bytes: &[u8]) -> Result<Self, BaselineError> {
        let wire: ReportWire = json::from_slice(bytes).map_err(|error| {
            BaselineError(format!(
                "it is not a report of dockyard-provenance: {error}"
            ))
        })?;
        if wire.schema_version != 1 {
            let known = wire.schema_version;
            return Err(BaselineError(format!(
                "its schema version is {known}; 1 is known"
            )));
        }
        if wire.shard.is_some() {
            return Err(BaselineError(
                "it is the report of a shard, a part of a run; merge all shards".to_owned(),
            ));
        }
        let mut specs = BTreeMap::new();
        for spec in wire.specs.0 {
            let path = spec.path.clone();
            let of_spec = |problem: String| BaselineError(format!("{}: {problem}", quoted(&path)));
            let memory = memory(spec).map_err(of_spec)?;
            if specs.insert(path.clone(), memory).is_some() {
                return Err(BaselineError(format!(
                    "it tells of {} twice",
                    quoted(&path)
                )));
            }
        }
        let mut locks = BTreeMap::new();
        for lock in wire.locks.0 {
            let path = lock.path.clone();
            let of_lock = |problem: String| BaselineError(format!("{}: {problem}", quoted(&path)));
            let memory = lock_memory(lock).map_err(of_lock)?;
            if locks.insert(path.clone(), memory).is_some() {
                return Err(BaselineError(format!(
                    "it tells of {} twice",
                    quoted(&path)
                )));
            }
        }
        Ok(Self {
            specs,
            locks,
            digest: format!("sha256:{}", hex::encode(sha256(bytes).as_bytes())),
        })
    }

    /// Of the report's bytes: `sha256:` and hexadecimal digits.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What it says of the lock file at `path`.
    pub fn of_lock(&self, path: &str) -> Option<&LockMemory> {
        self.locks.get(path)
    }

    /// What it says of the spec at `path`.
    pub fn of(&self, path: &str) -> Option<&Memory> {
        self.specs.get(path)
    }

    /// How many specs it tells of.
    pub fn len(&self) -> usize {
        self.specs.len()
    }

    /// Whether it tells of none.
    pub fn is_empty(&self) -> bool {
        self.specs.is_empty()
    }
}

/// What is said of a lock: its packages of a registry, which were looked up.
fn lock_memory(wire: LockWire) -> Result<LockMemory, String> {
    let format = Format::of_name(&wire.format)
        .filter(|format| format.name() == wire.format)
        .ok_or_else(|| unknown(&wire.format))?;
    let protocol = match ecosystem(format) {
        Ecosystem::Npm => "npx",
        Ecosystem::Pypi => "uvx",
        Ecosystem::Go => "go",
    };
    let packages = wire.packages.0.into_iter();
    let (of_registry, others): (Vec<_>, Vec<_>) =
        packages.partition(|package| package.from == "registry");
    let pinned = |texts: &[String]| {
        let pinned = texts.iter().map(|text| pinned_digest(text));
        pinned.collect::<Result<Vec<String>, String>>()
    };
    let mut elsewhere = Vec::new();
    for package in others {
        let digests = pinned(&package.pinned.0)?;
        let version = package.version;
        if let Some(name) = package.name {
            let files = Vec::new();
            let content = Content {
                version,
                digests,
                files,
            };
            elsewhere.push((name, package.from, content));
        }
    }
    let memories = of_registry.into_iter().map(|package| {
        let pinned = pinned(&package.pinned.0)?;
        let memory = memory(SpecWire {
            path: wire.path.clone(),
            protocol: protocol.to_owned(),
            package: package.name,
            version: package.version,
            status: package.status,
            publisher: package.publisher,
            slsa_build_level: package.slsa_build_level,
            evidence: package.evidence,
        })?;
        Ok(Memory {
            locked: Some(pinned),
            ..memory
        })
    });
    let memories = memories.collect::<Result<Vec<Memory>, String>>()?;
    Ok(LockMemory::of_baseline(memories, elsewhere))
}

/// A digest that a lock pins: as [`digest`], or the `h1:` of a Go module, which is base64.
fn pinned_digest(text: &str) -> Result<String, String> {
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    match text.strip_prefix("h1:") {
        Some(hash) if !hash.is_empty() && hash.bytes().all(base64) => Ok(text.to_owned()),
        _ => digest(text),
    }
}

fn memory(wire: SpecWire) -> Result<Memory, String> {
    let plain = |part: &str| !matches!(part, "" | "." | "..");
    if !wire.path.split('/').all(plain) || wire.path.contains('\\') {
        return Err("this is no path of a spec".to_owned());
    }
    let status = Status::ALL
        .into_iter()
        .find(|status| status.as_str() == wire.status)
        .ok_or_else(|| unknown(&wire.status))?;
    if let Some(level) = wire.slsa_build_level.filter(|level| *level > MAX_LEVEL) {
        return Err(format!("there is no SLSA build level {level}"));
    }
    // A skill is a commit of a repository, and no package of a registry.
    let of_registry = wire.protocol != SKILLS;
    let looked_up = of_registry && !matches!(status, Status::Malformed | Status::NotApplicable);
    let package = package(&wire).filter(|_| looked_up);
    if looked_up && package.is_none() {
        return Err("it names no package and version of a registry".to_owned());
    }
    let mut builds: Vec<Build> = Vec::new();
    let of_evidence = wire.evidence.0.iter();
    let of_evidence = of_evidence
        .filter(|evidence| evidence.outcome == "verified")
        .filter_map(|evidence| evidence.publisher.as_ref());
    for publisher in wire.publisher.iter().chain(of_evidence) {
        let build = build(publisher)?;
        if !builds.contains(&build) {
            builds.push(build);
        }
    }
    Ok(Memory {
        source: Source::Baseline,
        package,
        version: wire.version,
        status,
        undetermined: (of_registry && status == Status::Unknown)
            .then(|| "the run that wrote the report could not determine it".to_owned()),
        builds,
        publisher: wire
            .publisher
            .as_ref()
            .map(record)
            .transpose()?
            .map(Arc::new),
        slsa_build_level: wire.slsa_build_level,
        artifacts: artifacts(&wire.evidence.0)?,
        declared: None,
        locked: None,
    })
}

fn unknown(word: &str) -> String {
    format!("it holds an unknown word: {}", quoted(word))
}

/// The package, as the spec's own reader would have it.
fn package(wire: &SpecWire) -> Option<PackageVersion> {
    let (name, version) = (wire.package.as_deref()?, wire.version.as_deref()?);
    Some(match wire.protocol.as_str() {
        "npx" => PackageVersion::Npm(NpmPackage {
            name: NpmName::parse(name).ok()?,
            version: NpmVersion::parse(version).ok()?,
        }),
        "uvx" => PackageVersion::Pypi(PypiPackage {
            name: PypiName::parse(name).ok()?,
            version: PypiVersion::parse(version).ok()?,
        }),
        "go" => PackageVersion::Go(GoPackage::parse(name, version).ok()?),
        _ => return None,
    })
}

fn kind(wire: &PublisherWire) -> Result<PublisherKind, String> {
    let kinds = PublisherKind::ALL.into_iter();
    let kind = kinds.clone().find(|kind| kind.as_str() == wire.kind);
    kind.ok_or_else(|| unknown(&wire.kind))
}

fn build(wire: &PublisherWire) -> Result<Build, String> {
    let kind = kind(wire)?;
    let repository = match (kind, &wire.repository) {
        (PublisherKind::GitHub | PublisherKind::GitLab, Some(text)) => {
            let certified = Repository::certified(text, kind);
            Some(certified.map_err(|error| error.to_string())?)
        }
        _ => None,
    };
    Ok(Build {
        kind,
        issuer: wire.issuer.clone(),
        origin: Origin::of(kind, repository.as_ref(), &wire.subject),
        repository_id: wire.repository_id.clone(),
        owner_id: wire.owner_id.clone(),
        workflow: wire.workflow.clone(),
        signer: signer(kind, repository.as_ref(), &wire.subject),
        git_ref: wire.git_ref.as_deref().map(GitRef::parse),
        runner: wire.runner_environment.clone(),
        trigger: wire.trigger.clone(),
    })
}

/// As this run repeats it, which verified nothing of it.
fn record(wire: &PublisherWire) -> Result<PublisherRecord, String> {
    Ok(PublisherRecord {
        kind: kind(wire)?,
        repository: wire.repository.clone(),
        workflow: wire.workflow.clone(),
        git_ref: wire.git_ref.clone(),
        commit: None,
        issuer: wire.issuer.clone(),
        runner_environment: wire.runner_environment.clone(),
        trigger: wire.trigger.clone(),
        repository_id: wire.repository_id.clone(),
        owner_id: wire.owner_id.clone(),
        run_url: None,
        subject: wire.subject.clone(),
    })
}

fn artifacts(evidence: &[EvidenceWire]) -> Result<BTreeMap<String, Option<String>>, String> {
    let mut artifacts: BTreeMap<String, Option<String>> = BTreeMap::new();
    for one in evidence {
        if !["verified", "absent", "invalid", "unknown"].contains(&one.outcome.as_str()) {
            return Err(unknown(&one.outcome));
        }
        let digest = one
            .digest
            .as_deref()
            .filter(|_| one.outcome == "verified")
            .map(digest)
            .transpose()?;
        let known = artifacts.entry(one.artifact.clone()).or_default();
        if known.is_none() {
            *known = digest;
        }
    }
    Ok(artifacts)
}

/// `sha512:` and lower-case hexadecimal.
fn digest(text: &str) -> Result<String, String> {
    let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let is_digest = text.split_once(':').is_some_and(|(algorithm, value)| {
        let plain = algorithm.bytes().all(|byte| byte.is_ascii_alphanumeric());
        plain && !algorithm.is_empty() && !value.is_empty() && value.bytes().all(hexadecimal)
    });
    is_digest
        .then(|| text.to_owned())
        .ok_or_else(|| format!("it holds a digest that is none: {}", quoted(text)))
}
