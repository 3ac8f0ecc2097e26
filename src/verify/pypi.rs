//! One PyPI release: every sdist and wheel, judged together (docs/verification.md#c7).

use super::failure::{Failure, worst};
use super::observed::{Evidence, EvidenceKind, Observed, Outcome, Publisher, Status, Verified};
use super::publisher::{common, same_publisher};
use super::pypi_attestation::{self, Attested};
use crate::package::PypiPackage;
use crate::registry::pypi::{AdvertisedProvenance, Provenance, ReleaseFile, release};
use crate::registry::{Fetched, PypiRaw};
use crate::trust::TrustMaterial;

/// Judges PyPI's answers about `package`.
pub(super) fn verify(package: &PypiPackage, raw: &PypiRaw, trust: &TrustMaterial) -> Observed {
    let body = match &raw.index {
        Fetched::Found(body) => body,
        Fetched::Missing => return Observed::not_found("the index has no such project"),
        Fetched::Failed(error) => return Observed::undetermined(error.to_string()),
    };
    let release = match release(body, package) {
        Ok(Some(release)) => release,
        Ok(None) => return Observed::not_found("the project has no such version"),
        Err(error) => return Observed::undetermined(error.to_string()),
    };
    if release.files.is_empty() && release.unattestable.is_empty() {
        return Observed::not_found("the version has neither an sdist nor a wheel");
    }
    let judge = |file: &ReleaseFile| {
        let fetched = raw.provenance.get(file.filename.as_str());
        File {
            name: file.filename.as_str().to_owned(),
            result: judge(file, fetched, trust),
        }
    };
    // What an installer would take but no attestation can name counts like any unattested file.
    let unattestable = release.unattestable.iter().map(|name| File {
        name: name.clone(),
        result: FileResult::Absent,
    });
    let judged: Vec<File> = release
        .files
        .iter()
        .map(judge)
        .chain(unattestable)
        .collect();
    let yanked = release.files.iter().find_map(|file| file.yanked.clone());
    Observed {
        yanked,
        ..assemble(&judged)
    }
}

/// One file and what came of its attestations.
struct File {
    name: String,
    result: FileResult,
}

enum FileResult {
    /// At least one attestation, all of them verified, one publisher.
    Attested(Vec<Attested>),
    /// Attestations of different publishers.
    Differing(Vec<Attested>),
    Absent,
    Invalid(String),
    Unknown(String),
}

fn judge(file: &ReleaseFile, fetched: Option<&Fetched>, trust: &TrustMaterial) -> FileResult {
    let body = match (file.provenance, fetched) {
        (AdvertisedProvenance::No, _) => return FileResult::Absent,
        (_, Some(Fetched::Found(body))) => body,
        (_, Some(Fetched::Failed(error))) => return FileResult::Unknown(error.to_string()),
        (AdvertisedProvenance::Yes, _) => {
            return FileResult::Unknown(
                "the index advertises provenance that the registry does not deliver".to_owned(),
            );
        }
        (AdvertisedProvenance::Unstated, _) => {
            return FileResult::Unknown(
                "the index does not say whether there is provenance, as mirrors without PEP 740 do; that there is none cannot be concluded".to_owned(),
            );
        }
    };
    let provenance = match Provenance::parse(body) {
        Ok(provenance) => provenance,
        Err(error) => return FileResult::Unknown(format!("the provenance is unreadable: {error}")),
    };
    let mut attested = Vec::new();
    let mut failures = Vec::new();
    for bundle in &provenance.attestation_bundles {
        for attestation in &bundle.attestations {
            match pypi_attestation::verify(file, &bundle.publisher, attestation, &trust.sigstore) {
                Ok(one) => attested.push(one),
                Err(failure) => failures.push(failure),
            }
        }
    }
    match worst(failures) {
        Some(Failure::Invalid(reason)) => return FileResult::Invalid(reason),
        Some(Failure::Undetermined(cause)) => return FileResult::Unknown(cause),
        None => {}
    }
    match attested.split_first() {
        // The hole in pypi-attestations: a loop over nothing is no verification.
        None => FileResult::Unknown(
            "the provenance that the index advertises lists no attestation".to_owned(),
        ),
        Some((first, rest)) if rest.iter().all(|one| same(first, one)) => {
            FileResult::Attested(attested)
        }
        Some(_) => FileResult::Differing(attested),
    }
}

fn same(one: &Attested, other: &Attested) -> bool {
    same_publisher(one.publisher.get(), other.publisher.get())
}

fn assemble(files: &[File]) -> Observed {
    let any = |test: fn(&FileResult) -> bool| files.iter().any(|file| test(&file.result));
    let attested: Vec<&Attested> = files.iter().flat_map(File::attested).collect();
    let one_publisher = attested
        .split_first()
        .is_some_and(|(first, rest)| rest.iter().all(|one| same(first, one)));
    let status = if any(|result| matches!(result, FileResult::Invalid(_))) {
        Status::Invalid
    } else if any(|result| matches!(result, FileResult::Unknown(_))) {
        Status::Unknown
    } else if attested.is_empty() {
        Status::None
    } else if one_publisher && !any(|result| matches!(result, FileResult::Absent)) {
        Status::Verified
    } else {
        Status::Partial
    };
    let trusted = one_publisher && matches!(status, Status::Verified | Status::Partial);
    let builds = if trusted {
        builds(&attested)
    } else {
        Vec::new()
    };
    Observed {
        publisher: common(&builds),
        builds,
        slsa_build_level: lowest_level(files).filter(|_| status == Status::Verified),
        ..Observed::from_evidence(status, files.iter().flat_map(File::evidence).collect())
    }
}

/// The builds of all attestations, each once, in the files' order.
fn builds(attested: &[&Attested]) -> Vec<Verified<Publisher>> {
    let mut builds: Vec<Verified<Publisher>> = Vec::new();
    for one in attested {
        if !builds.contains(&one.publisher) {
            builds.push(one.publisher.clone());
        }
    }
    builds
}

/// The lowest level of all files; none unless every file has provenance.
fn lowest_level(files: &[File]) -> Option<u8> {
    files
        .iter()
        .map(|file| file.attested().filter_map(|one| one.level).min())
        .try_fold(u8::MAX, |lowest, level| {
            level.map(|level| lowest.min(level))
        })
}

impl File {
    fn attested(&self) -> impl Iterator<Item = &Attested> {
        match &self.result {
            FileResult::Attested(attested) | FileResult::Differing(attested) => attested.as_slice(),
            FileResult::Absent | FileResult::Invalid(_) | FileResult::Unknown(_) => &[],
        }
        .iter()
    }

    fn evidence(&self) -> Vec<Evidence> {
        let record = |kind, outcome| Evidence {
            kind,
            artifact: self.name.clone(),
            outcome,
        };
        let publish = |outcome| vec![record(EvidenceKind::PypiPublishAttestation, outcome)];
        match &self.result {
            FileResult::Absent => publish(Outcome::Absent),
            FileResult::Invalid(reason) => publish(Outcome::Invalid(reason.clone())),
            FileResult::Unknown(cause) => publish(Outcome::Unknown(cause.clone())),
            FileResult::Attested(attested) | FileResult::Differing(attested) => attested
                .iter()
                .map(|one| {
                    record(
                        one.kind,
                        Outcome::Verified(Verified::attest(one.facts.clone())),
                    )
                })
                .collect(),
        }
    }
}
