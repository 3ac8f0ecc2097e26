//! A package that is installed from a mirror while its evidence comes from the registry that is mirrored.
//!
//! The evidence is verified as ever. Then what the mirror serves is held against the very files that it is
//! about: a mirror may leave evidence out, and must not serve anything else.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::npm_tarball::{artifact_of, read_integrity};
use super::observed::{
    Evidence, EvidenceKind, Limit, ListedFile, Observed, Outcome, RegistryWords, Status,
};
use super::{npm_manifest, verify as verify_evidence};
use crate::evidence::npm::Manifest;
use crate::evidence::pypi::{Index, ReleaseFile, index};
use crate::evidence::{Fetched, Mirrored, NpmRaw, PypiRaw, RawEvidence};
use crate::package::{NpmPackage, PackageVersion, PypiPackage};
use crate::trust::TrustMaterial;

/// What is said where only the mirror has the package.
const NOT_MIRRORED: &str = "the registry that is asked for evidence has no such package or version, and \
                            the one that it is installed from has it";

/// Judges the evidence of `package`, and what the mirror serves by it.
pub(super) fn verify(
    package: &PackageVersion,
    mirrored: &Mirrored,
    trust: &TrustMaterial,
    now: Timestamp,
) -> Observed {
    let observed = verify_evidence(package, &mirrored.evidence, trust, now);
    match (package, &mirrored.evidence, &mirrored.installed) {
        (PackageVersion::Npm(package), RawEvidence::Npm(evidence), RawEvidence::Npm(installed)) => {
            npm(package, evidence, installed, observed)
        }
        (
            PackageVersion::Pypi(package),
            RawEvidence::Pypi(evidence),
            RawEvidence::Pypi(installed),
        ) => pypi(package, evidence, installed, observed),
        _ => Observed::undetermined("the evidence is of another ecosystem than the package"),
    }
}

fn npm(
    package: &NpmPackage,
    evidence: &NpmRaw,
    installed: &NpmRaw,
    observed: Observed,
) -> Observed {
    // npm installs from the packument, whatever the mirror says of the one version.
    let packument = NpmRaw {
        manifest: Fetched::Missing,
        attestations: Fetched::Missing,
        packument: installed.packument.clone(),
    };
    let served = match npm_manifest::read(package, &packument) {
        Ok(served) => served,
        Err(why) => return without(observed, *why),
    };
    if served.name != package.name.as_str() || served.version != package.version.as_str() {
        let reason = format!(
            "the mirror answered with the manifest of `{}@{}`",
            served.name, served.version
        );
        return contradicted(observed, &artifact_of(package), &reason);
    }
    if observed.status == Status::NotFound {
        return without(observed, Observed::undetermined(NOT_MIRRORED));
    }
    let Ok(stated) = npm_manifest::read(package, evidence) else {
        return observed;
    };
    if let Some(reason) = says_otherwise(&served, &installed.manifest) {
        return contradicted(observed, &artifact_of(package), &reason);
    }
    let Some(Ok(stated)) = stated.dist.integrity.as_deref().map(read_integrity) else {
        // Nothing is signed, and nothing says which file it is not signed for.
        return if observed.status == Status::None {
            let cause = "the registry that is asked for evidence states no `dist.integrity` that is \
                         understood, so that what the mirror serves cannot be compared with it";
            without(observed, Observed::undetermined(cause))
        } else {
            observed
        };
    };
    match served.dist.integrity.as_deref().map(read_integrity) {
        Some(Ok(found)) if found == stated => {
            let words = both(observed.words, npm_manifest::words(package, served));
            Observed { words, ..observed }
        }
        Some(Ok(found)) => {
            let reason = format!(
                "the mirror serves another file (sha512:{}) than the one that the evidence is about \
                 (sha512:{})",
                hex::encode(found),
                hex::encode(stated)
            );
            contradicted(observed, &artifact_of(package), &reason)
        }
        Some(Err(cause)) => without(observed, Observed::undetermined(format!("mirror: {cause}"))),
        None => {
            let cause = "the mirror states no `dist.integrity`, so that what it serves cannot be compared \
                         with what the evidence is about";
            without(observed, Observed::undetermined(cause))
        }
    }
}

/// What is wrong where the mirror says something else of the one version than its packument says, if both
/// are there.
fn says_otherwise(packument: &Manifest, manifest: &Fetched) -> Option<String> {
    let Fetched::Found(body) = manifest else {
        return None;
    };
    // What cannot be read is not installed either.
    let manifest = Manifest::parse(body).ok()?;
    let digest = |of: &Manifest| of.dist.integrity.as_deref().map(read_integrity);
    let same = (&manifest.name, &manifest.version) == (&packument.name, &packument.version)
        && match (digest(&manifest), digest(packument)) {
            (Some(Ok(one)), Some(Ok(other))) => one == other,
            _ => true,
        };
    (!same).then(|| {
        "the mirror's packument and its document of this version name different files".to_owned()
    })
}

/// What registry and mirror say together. The mirror's dates are its own.
fn both(registry: RegistryWords, mirror: RegistryWords) -> RegistryWords {
    let install_scripts = match (registry.install_scripts, mirror.install_scripts) {
        (Some(mut scripts), Some(others)) => {
            for script in others {
                if !scripts.contains(&script) {
                    scripts.push(script);
                }
            }
            Some(scripts)
        }
        (one, other) => one.or(other),
    };
    let mut foreign_dependencies = registry.foreign_dependencies;
    foreign_dependencies.add(mirror.foreign_dependencies);
    // What is installed is what the mirror names.
    let mut platform_packages = registry.platform_packages;
    for package in mirror.platform_packages {
        if !platform_packages.contains(&package) {
            platform_packages.push(package);
        }
    }
    RegistryWords {
        deprecated: registry.deprecated.or(mirror.deprecated),
        install_scripts,
        foreign_dependencies,
        published: registry.published,
        platform_packages,
        more_platform_packages: registry.more_platform_packages || mirror.more_platform_packages,
        for_platform: registry.for_platform || mirror.for_platform,
    }
}

/// `why` there is nothing to compare. Who did build it is compared with what the spec declares all the
/// same.
fn without(observed: Observed, why: Observed) -> Observed {
    Observed {
        builds: observed.builds,
        ..why
    }
}

/// Every piece of evidence about `artifact` fails, because another file is served.
fn contradicted(observed: Observed, artifact: &str, reason: &str) -> Observed {
    let evidence = observed.evidence.into_iter().map(|one| {
        let outcome = match one.outcome {
            _ if one.artifact != artifact => one.outcome,
            Outcome::Absent => Outcome::Absent,
            Outcome::Verified(_)
            | Outcome::Invalid(_)
            | Outcome::Unknown(_)
            | Outcome::Unsupported(_) => Outcome::Invalid(reason.to_owned()),
        };
        Evidence { outcome, ..one }
    });
    let mut evidence: Vec<Evidence> = evidence.collect();
    let is_said = |one: &Evidence| one.artifact == artifact && one.outcome.as_str() == "invalid";
    // Where nothing is signed, the registry's own word is contradicted.
    if !evidence.iter().any(is_said)
        && let Some(one) = evidence.iter_mut().find(|one| one.artifact == artifact)
    {
        one.outcome = Outcome::Invalid(reason.to_owned());
    }
    Observed {
        status: Status::Invalid,
        publisher: None,
        slsa_build_level: None,
        evidence,
        cause: None,
        accepted: None,
        ..observed
    }
}

fn pypi(
    package: &PypiPackage,
    evidence: &PypiRaw,
    installed: &PypiRaw,
    observed: Observed,
) -> Observed {
    let served = match read(package, installed) {
        Ok(index) => index,
        Err(why) => return without(observed, *why),
    };
    let Some(served) = served.release else {
        let why = Observed::version_not_found("the mirror has no such version of the project");
        return without(observed, why);
    };
    if observed.status == Status::NotFound {
        return without(observed, Observed::undetermined(NOT_MIRRORED));
    }
    let Ok(Index {
        release: Some(stated),
        ..
    }) = read(package, evidence)
    else {
        return observed;
    };
    let of_evidence: BTreeMap<&str, &ReleaseFile> = stated
        .files
        .iter()
        .map(|file| (file.filename.as_str(), file))
        .collect();
    let yanked = served.files.iter().find_map(|file| file.yanked.clone());
    let mut observed = observed;
    observed.yanked = observed.yanked.or(yanked);
    for file in &served.files {
        let name = file.filename.as_str();
        let stated = of_evidence.get(name).map(|file| &file.digest);
        observed = match (&file.digest, stated) {
            (digest, None) => {
                let digest = digest.as_ref().ok();
                observed.listed.extend(digest.map(|digest| ListedFile {
                    artifact: name.to_owned(),
                    digest: format!("sha256:{}", hex::encode(digest)),
                }));
                only_mirrored(observed, name)
            }
            (Ok(found), Some(Ok(stated))) if found == stated => observed,
            (Ok(found), Some(Ok(stated))) => {
                let reason = format!(
                    "the mirror serves another file (sha256:{}) than the one that the evidence is about \
                     (sha256:{})",
                    hex::encode(found),
                    hex::encode(stated)
                );
                contradicted(observed, name, &reason)
            }
            (Err(cause), Some(Ok(_))) | (_, Some(Err(cause))) => {
                undetermined(observed, name, cause)
            }
        };
    }
    for (name, digest) in &served.unattestable_digests {
        let stated = stated.unattestable_digests.get(name);
        observed = match (digest, stated) {
            (_, None) => only_mirrored(observed, name),
            (Ok(found), Some(Ok(stated))) if found == stated => observed,
            (Ok(_), Some(Ok(_))) => {
                let reason =
                    "the mirror serves another file than the registry that is asked for evidence";
                contradicted(observed, name, reason)
            }
            (Err(cause), Some(_)) | (_, Some(Err(cause))) => undetermined(observed, name, cause),
        };
    }
    observed
}

fn read(package: &PypiPackage, raw: &PypiRaw) -> Result<Index, Box<Observed>> {
    let observed = match &raw.index {
        Fetched::Found(body) => match index(body, package) {
            Ok(index) => return Ok(index),
            Err(error) => Observed::undetermined(format!("the mirror's index: {error}")),
        },
        Fetched::Missing => Observed::not_found("the mirror has no such project"),
        Fetched::Failed(error) => Observed::undetermined(error.to_string()),
    };
    Err(Box::new(observed))
}

/// The mirror serves a file of the release that the registry does not have: nobody can say whose it is,
/// and when it was published.
fn only_mirrored(mut observed: Observed, name: &str) -> Observed {
    observed.evidence.push(Evidence {
        kind: EvidenceKind::PypiPublishAttestation,
        artifact: name.to_owned(),
        outcome: Outcome::Unknown("only the mirror has it".to_owned()),
    });
    observed.words.published = None;
    unknown(observed)
}

/// Something that is installed is not known.
fn unknown(observed: Observed) -> Observed {
    if observed.status == Status::Invalid {
        return observed;
    }
    Observed {
        status: Status::Unknown,
        publisher: None,
        slsa_build_level: None,
        limit: Limit::Outside,
        accepted: None,
        ..observed
    }
}

/// Mirror or registry does not say which bytes it serves.
fn undetermined(mut observed: Observed, name: &str, cause: &str) -> Observed {
    let about = observed
        .evidence
        .iter_mut()
        .filter(|one| one.artifact == name);
    for one in about {
        if matches!(one.outcome, Outcome::Verified(_) | Outcome::Absent) {
            one.outcome = Outcome::Unknown(format!(
                "what the mirror serves cannot be compared: {cause}"
            ));
        }
    }
    unknown(observed)
}

#[cfg(test)]
mod tests;
