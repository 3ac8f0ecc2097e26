//! One PyPI release: every sdist and wheel, judged together (docs/verification.md#c7).

use super::failure::{Failure, worst};
use super::observed::{
    Evidence, EvidenceKind, ListedFile, Observed, Outcome, Publisher, RegistryWords, Status,
    Unsupported, Verified,
};
use super::publisher::{common, same_publisher};
use super::pypi_attestation::{self, Attested, Listed};
use crate::evidence::pypi::{
    AdvertisedProvenance, ProjectStatus, Provenance, Release, ReleaseFile, StatusWord, index,
};
use crate::evidence::{Asked, FetchError, FetchProblem, Fetched, PypiRaw};
use crate::package::PypiPackage;
use crate::trust::TrustMaterial;

/// Judges PyPI's answers about `package`.
pub(super) fn verify(package: &PypiPackage, raw: &PypiRaw, trust: &TrustMaterial) -> Observed {
    let body = match &raw.index {
        Fetched::Found(body) => body,
        Fetched::Missing => return Observed::not_found("the index has no such project"),
        Fetched::Failed(error) => return Observed::undetermined(error.to_string()),
    };
    let index = match index(body, package) {
        Ok(index) => index,
        Err(error) => return Observed::undetermined(error.to_string()),
    };
    let observed = match &index.release {
        Some(release) => judge_release(release, raw, trust),
        None => Observed::version_not_found("the project has no such version"),
    };
    marked(observed, index.status)
}

/// `observed` with the status of the project. What a quarantined project gives out is not to be
/// used, and what it does not give out says nothing of what was there.
fn marked(observed: Observed, status: Option<ProjectStatus>) -> Observed {
    let quarantined = status
        .as_ref()
        .is_some_and(|status| status.word == StatusWord::Quarantined);
    let marked = Observed {
        project_status: status,
        ..observed
    };
    if !quarantined || marked.status == Status::Invalid {
        return marked;
    }
    Observed {
        status: Status::Unknown,
        publisher: None,
        slsa_build_level: None,
        cause: Some("the registry has quarantined the project".to_owned()),
        ..marked
    }
}

fn judge_release(release: &Release, raw: &PypiRaw, trust: &TrustMaterial) -> Observed {
    if release.files.is_empty() && release.unattestable.is_empty() {
        return Observed::version_not_found("the version has neither an sdist nor a wheel");
    }
    let judge = |file: &ReleaseFile| {
        let name = file.filename.as_str();
        let asked = raw.asked.get(name);
        judge(file, raw.provenance.get(name), asked, trust)
    };
    // What an installer would take but no attestation can name counts like any unattested file.
    let unattestable = release
        .unattestable
        .iter()
        .map(|name| File::failing(name, Failing::Absent));
    let judged: Vec<File> = release
        .files
        .iter()
        .map(judge)
        .chain(unattestable)
        .collect();
    let yanked = release.files.iter().find_map(|file| file.yanked.clone());
    Observed {
        yanked,
        words: RegistryWords {
            published: release.published(),
            ..RegistryWords::default()
        },
        listed: listed(release),
        ..assemble(&judged)
    }
}

/// The files whose SHA-256 is what installers hold them to.
fn listed(release: &Release) -> Vec<ListedFile> {
    let attestable = release.files.iter();
    let attestable = attestable.map(|file| (file.filename.as_str(), &file.digest));
    let other = release.unattestable_digests.iter();
    attestable
        .chain(other.map(|(name, digest)| (name.as_str(), digest)))
        .filter_map(|(name, digest)| {
            Some(ListedFile {
                artifact: name.to_owned(),
                digest: format!("sha256:{}", hex::encode(digest.as_ref().ok()?)),
            })
        })
        .collect()
}

/// One file and what came of its attestations.
struct File {
    name: String,
    /// The attestations that verified.
    attested: Vec<Attested>,
    /// Why they are not enough.
    failing: Option<Failing>,
}

enum Failing {
    Absent,
    Invalid(String),
    Unknown(String),
    Unsupported(Unsupported),
}

impl From<Failure> for Failing {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Invalid(reason) => Self::Invalid(reason),
            Failure::Undetermined(cause) => Self::Unknown(cause),
            Failure::Unsupported(cause) => Self::Unsupported(cause),
        }
    }
}

fn judge(
    file: &ReleaseFile,
    fetched: Option<&Fetched>,
    asked: Option<&Asked>,
    trust: &TrustMaterial,
) -> File {
    let name = file.filename.as_str();
    match provenance(file, fetched, asked) {
        Ok((sha256, provenance)) => {
            let listed = Listed {
                filename: &file.filename,
                sha256,
            };
            verify_all(&listed, &provenance, trust)
        }
        Err(failing) => File::failing(name, failing),
    }
}

/// The digest and the attestations of a file, where there are both; `asked` says where they were asked
/// for.
fn provenance(
    file: &ReleaseFile,
    fetched: Option<&Fetched>,
    asked: Option<&Asked>,
) -> Result<([u8; 32], Provenance), Failing> {
    let unknown = |cause: &str| Err(Failing::Unknown(cause.to_owned()));
    if file.provenance == AdvertisedProvenance::No {
        return Err(Failing::Absent);
    }
    let sha256 = file.digest.clone().map_err(Failing::Unknown)?;
    let body = match (&file.provenance, fetched) {
        (_, Some(Fetched::Found(body))) => body,
        (_, Some(Fetched::Failed(error))) => return unknown(&failed(error, asked)),
        (AdvertisedProvenance::Yes(_) | AdvertisedProvenance::No, _) => {
            return unknown(&undelivered(file.filename.as_str(), asked));
        }
        (AdvertisedProvenance::Unstated, _) => {
            return unknown(
                "the index does not say whether there is provenance, as mirrors without PEP 740 do; that there is none cannot be concluded",
            );
        }
    };
    match Provenance::parse(body) {
        Ok(provenance) => Ok((sha256, provenance)),
        Err(error) => unknown(&format!("the provenance is unreadable: {error}")),
    }
}

/// Provenance of `file` that the index advertises is not there.
fn undelivered(file: &str, asked: Option<&Asked>) -> String {
    let says = "the index advertises provenance that the registry does not deliver";
    let Some(Asked { at, instead_of }) = asked else {
        return says.to_owned();
    };
    let at = at.as_deref().unwrap_or("no address");
    match instead_of {
        None => format!("{says}: for {file} it was asked at {at}, which the index states"),
        Some(stated) => {
            format!("{says}: for {file} it was asked at {at}; the index states {stated}")
        }
    }
}

/// The provenance of a file could not be had; `error` says where it was asked for. Another address may
/// be why, where the registry has no such place or refuses.
fn failed(error: &FetchError, asked: Option<&Asked>) -> String {
    let refused = matches!(error.problem, FetchProblem::NoEndpoint(_))
        || error
            .problem
            .status()
            .is_some_and(|status| (400..429).contains(&status));
    match asked.and_then(|asked| asked.instead_of.as_deref()) {
        Some(stated) if refused => format!("{error}; the index states the address {stated}"),
        Some(_) | None => error.to_string(),
    }
}

fn verify_all(file: &Listed<'_>, provenance: &Provenance, trust: &TrustMaterial) -> File {
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
    let failing = match worst(failures) {
        Some(failure) => Some(failure.into()),
        // The hole in pypi-attestations: a loop over nothing is no verification.
        None if attested.is_empty() => Some(Failing::Unknown(
            "the provenance that the index advertises lists no attestation".to_owned(),
        )),
        None => None,
    };
    File {
        name: file.filename.as_str().to_owned(),
        attested,
        failing,
    }
}

fn same(one: &Attested, other: &Attested) -> bool {
    same_publisher(one.publisher.get(), other.publisher.get())
}

fn assemble(files: &[File]) -> Observed {
    let any = |test: fn(&Failing) -> bool| {
        files
            .iter()
            .any(|file| file.failing.as_ref().is_some_and(test))
    };
    let attested: Vec<&Attested> = files.iter().flat_map(|file| &file.attested).collect();
    let one_publisher = attested
        .split_first()
        .is_some_and(|(first, rest)| rest.iter().all(|one| same(first, one)));
    let status = if any(|failing| matches!(failing, Failing::Invalid(_))) {
        Status::Invalid
    } else if any(|failing| matches!(failing, Failing::Unknown(_) | Failing::Unsupported(_))) {
        Status::Unknown
    } else if attested.is_empty() {
        Status::None
    } else if one_publisher && !any(|failing| matches!(failing, Failing::Absent)) {
        Status::Verified
    } else {
        Status::Partial
    };
    let builds = builds(&attested);
    let trusted = one_publisher && matches!(status, Status::Verified | Status::Partial);
    Observed {
        publisher: common(&builds).filter(|_| trusted),
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
        .map(|file| file.attested.iter().filter_map(|one| one.level).min())
        .try_fold(u8::MAX, |lowest, level| {
            level.map(|level| lowest.min(level))
        })
}

impl File {
    fn failing(name: &str, failing: Failing) -> Self {
        Self {
            name: name.to_owned(),
            attested: Vec::new(),
            failing: Some(failing),
        }
    }

    fn evidence(&self) -> Vec<Evidence> {
        let record = |kind, outcome| Evidence {
            kind,
            artifact: self.name.clone(),
            outcome,
        };
        let attested = self.attested.iter().map(|one| {
            let facts = Verified::attest(one.facts.clone());
            record(one.kind, Outcome::Verified(facts))
        });
        let failing = self.failing.as_ref().map(|failing| {
            let outcome = match failing {
                Failing::Absent => Outcome::Absent,
                Failing::Invalid(reason) => Outcome::Invalid(reason.clone()),
                Failing::Unknown(cause) => Outcome::Unknown(cause.clone()),
                Failing::Unsupported(cause) => Outcome::Unsupported(cause.clone()),
            };
            record(EvidenceKind::PypiPublishAttestation, outcome)
        });
        attested.chain(failing).collect()
    }
}
