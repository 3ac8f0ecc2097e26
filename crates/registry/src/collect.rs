//! Asking everything that is needed to judge one package.

mod budget;
pub mod go;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;

use futures_util::future::join;
use futures_util::stream::{self, StreamExt as _};

use super::EvidenceSource;
use budget::{Answer, Budget};
pub use go::GoRun;
use package_provenance::evidence::npm::Manifest;
use package_provenance::evidence::pypi::{self, AdvertisedProvenance};
use package_provenance::evidence::{
    EvidenceRequest, FetchError, FetchProblem, Fetched, Mirrored, NpmRaw, PypiRaw, RawEvidence,
};
use package_provenance::package::{NpmName, NpmPackage, PackageVersion, PypiPackage};
use package_provenance::trust::{KeyUsage, NpmKeys};

/// The predicate type of npm's publish attestations.
const PUBLISH: &str = "https://github.com/npm/attestation/tree/main/specs/publish/v0.1";

/// Most bytes of provenance that are kept for one PyPI release.
const MAX_PROVENANCE_OF_RELEASE: usize = 64 << 20;

/// Provenance documents of one release that are asked for at once: more than releases have, and
/// more than a host is sent at once. What an index may list beyond that must not fill the memory
/// with questions.
const PROVENANCE_AT_ONCE: usize = 256;

/// npm's keys, which may still be on their way when the first answers arrive.
pub trait NpmKeySource: Send + Sync {
    /// The keys that vouch for the package of this name, or nothing where none could be established.
    fn npm_keys(&self, name: &NpmName) -> impl Future<Output = Option<NpmKeys>> + Send;
}

impl NpmKeySource for NpmKeys {
    async fn npm_keys(&self, _name: &NpmName) -> Option<NpmKeys> {
        Some(self.clone())
    }
}

/// Asks `source` for the evidence of `package`, with as few round trips as the questions allow:
/// npm's manifest and attestations at once, the packument only where there is no manifest, or where
/// `npm_keys` has an end for the key that signed and no attestation dates it (the keys are waited for
/// only then); PyPI's index, then every provenance at once; of Go what [`GoRun`] says. Where the package
/// is installed from a mirror, the mirror's manifest and packument, or index, after that.
pub async fn collect<S: EvidenceSource, K: NpmKeySource>(
    source: &S,
    package: &PackageVersion,
    npm_keys: &K,
    go: &GoRun,
) -> RawEvidence {
    if source.is_mirrored(package) {
        // Rare, and large: nobody else carries it along.
        Box::pin(mirrored(source, package, npm_keys, go)).await
    } else {
        evidence(source, package, npm_keys, go).await
    }
}

/// The evidence, and then what the mirror serves. Not at the same time: room is reserved for the largest
/// answers, and a package that waits twice at once for room may wait for itself.
async fn mirrored<S: EvidenceSource, K: NpmKeySource>(
    source: &S,
    package: &PackageVersion,
    npm_keys: &K,
    go: &GoRun,
) -> RawEvidence {
    let evidence = evidence(source, package, npm_keys, go).await;
    let installed = installed(source, package).await;
    RawEvidence::Mirrored(Box::new(Mirrored {
        evidence,
        installed,
    }))
}

/// What the mirror that `package` is installed from serves, without any evidence.
async fn installed<S: EvidenceSource>(source: &S, package: &PackageVersion) -> RawEvidence {
    match package {
        PackageVersion::Npm(package) => {
            // npm installs from the packument, whatever the mirror says of the one version.
            let manifest = EvidenceRequest::NpmManifestOfMirror(package.clone());
            let packument = EvidenceRequest::NpmPackumentOfMirror(package.name.clone());
            let (manifest, packument) =
                join(source.fetch(&manifest), source.fetch(&packument)).await;
            RawEvidence::Npm(NpmRaw {
                manifest: answered_by(&packument, manifest),
                attestations: Fetched::Missing,
                packument: Some(packument),
            })
        }
        PackageVersion::Pypi(package) => {
            let index = EvidenceRequest::PypiIndexOfMirror(package.name.clone());
            RawEvidence::Pypi(PypiRaw {
                index: source.fetch(&index).await,
                provenance: BTreeMap::new(),
                asked: BTreeMap::new(),
            })
        }
        PackageVersion::Go(_) => {
            RawEvidence::Unsupported("mirrors of Go modules are not compared".to_owned())
        }
    }
}

async fn evidence<S: EvidenceSource, K: NpmKeySource>(
    source: &S,
    package: &PackageVersion,
    npm_keys: &K,
    go: &GoRun,
) -> RawEvidence {
    match package {
        PackageVersion::Npm(package) => RawEvidence::Npm(npm(source, package, npm_keys).await),
        PackageVersion::Pypi(package) => RawEvidence::Pypi(pypi(source, package).await),
        PackageVersion::Go(package) => RawEvidence::Go(go.collect(source, package).await),
    }
}

/// `raw` with what the registry says of the time of publication, where it is of npm and no publish
/// attestation dates the version: the packument has it. PyPI's index has it anyway.
pub async fn dated<S: EvidenceSource>(
    source: &S,
    package: &PackageVersion,
    raw: RawEvidence,
) -> RawEvidence {
    match (package, raw) {
        (PackageVersion::Npm(package), RawEvidence::Npm(raw))
            if raw.packument.is_none() && !dates(&raw.attestations) =>
        {
            let packument = EvidenceRequest::NpmPackument(package.name.clone());
            RawEvidence::Npm(NpmRaw {
                packument: Some(source.fetch(&packument).await),
                ..raw
            })
        }
        (package, RawEvidence::Mirrored(mirrored)) => {
            let Mirrored {
                evidence,
                installed,
            } = *mirrored;
            let evidence = Box::pin(dated(source, package, evidence)).await;
            RawEvidence::Mirrored(Box::new(Mirrored {
                evidence,
                installed,
            }))
        }
        (_, raw) => raw,
    }
}

async fn npm<S: EvidenceSource, K: NpmKeySource>(
    source: &S,
    package: &NpmPackage,
    keys: &K,
) -> NpmRaw {
    let manifest = EvidenceRequest::NpmManifest(package.clone());
    let attestations = EvidenceRequest::NpmAttestations(package.clone());
    let (manifest, attestations) = join(source.fetch(&manifest), source.fetch(&attestations)).await;
    let packument = EvidenceRequest::NpmPackument(package.name.clone());
    if is_elsewhere(&manifest) {
        let packument = source.fetch(&packument).await;
        return NpmRaw {
            manifest: answered_by(&packument, manifest),
            attestations,
            packument: Some(packument),
        };
    }
    let undated =
        !dates(&attestations) && signed_with_an_ended_key(&manifest, &package.name, keys).await;
    let packument = if undated {
        Some(source.fetch(&packument).await)
    } else {
        None
    };
    NpmRaw {
        manifest,
        attestations,
        packument,
    }
}

/// Whether the packument may have what was not found as a document of its own. Azure Artifacts, Nexus
/// and others have no endpoint for one version and answer 404, 405 or 400 there, or with something else
/// than a manifest, which says nothing about the package.
fn is_elsewhere(manifest: &Fetched) -> bool {
    match manifest {
        Fetched::Found(body) => !may_be_manifest(body),
        Fetched::Missing => true,
        Fetched::Failed(error) => {
            let not_kept = [FetchProblem::NotRecorded, FetchProblem::NotCached];
            not_kept.contains(&error.problem) || has_no_endpoint(error)
        }
    }
}

/// Whether this is how a registry says that it does not know such an address.
fn has_no_endpoint(error: &FetchError) -> bool {
    matches!(
        error.problem.status(),
        Some(400 | 405 | 406 | 415 | 422 | 501)
    )
}

/// Whether `body` can be what was asked for at all; what cannot is not kept for the next run.
pub(crate) fn answers(request: &EvidenceRequest, body: &[u8]) -> bool {
    let is_manifest = matches!(
        request,
        EvidenceRequest::NpmManifest(_) | EvidenceRequest::NpmManifestOfMirror(_)
    );
    !is_manifest || may_be_manifest(body)
}

/// Whether this is a JSON object with a version. A web application answers any address with its page, and
/// some registries with the packument or an error; a manifest that is broken stays one.
fn may_be_manifest(body: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Shape {
        version: Option<serde::de::IgnoredAny>,
    }
    // A repeated key is an error here: that is a manifest that two readers read differently.
    match serde_json::from_slice::<Shape>(body) {
        Ok(shape) => shape.version.is_some(),
        Err(error) => error.is_data() && body.trim_ascii_start().starts_with(b"{"),
    }
}

/// What counts as the answer for one version where `packument` was asked: a registry that has
/// packuments has said of the other address only that it does not know it.
fn answered_by(packument: &Fetched, manifest: Fetched) -> Fetched {
    match (packument, manifest) {
        (Fetched::Found(_) | Fetched::Missing, Fetched::Failed(error))
            if has_no_endpoint(&error) =>
        {
            Fetched::Missing
        }
        (Fetched::Found(_), Fetched::Found(body)) if !may_be_manifest(&body) => Fetched::Missing,
        (_, manifest) => manifest,
    }
}

/// Whether judging the registry's signature needs a time. The answer is unverified and only decides
/// what else to ask.
async fn signed_with_an_ended_key(
    manifest: &Fetched,
    name: &NpmName,
    keys: &impl NpmKeySource,
) -> bool {
    let Fetched::Found(body) = manifest else {
        return false;
    };
    let Ok(manifest) = Manifest::parse(body) else {
        return false;
    };
    let signatures = manifest.dist.signatures;
    // Without keys nothing is verified, with or without a time.
    !signatures.is_empty()
        && keys.npm_keys(name).await.is_some_and(|keys| {
            let known: Vec<_> = signatures
                .iter()
                .filter_map(|signature| keys.find(&signature.keyid, KeyUsage::Signatures))
                .collect();
            // One that has no end is enough.
            !known.is_empty() && known.iter().all(|key| key.end.is_some())
        })
}

/// The labels of a list of attestations.
#[derive(serde::Deserialize)]
struct Labels<'a> {
    #[serde(borrow)]
    attestations: Vec<Label<'a>>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Label<'a> {
    #[serde(borrow)]
    predicate_type: Cow<'a, str>,
}

/// Whether there is a publish attestation, whose log entry gives a better time than the packument
/// (docs/verification.md#a3). It only decides what else to ask, so only the labels are read: the document is
/// read strictly where it is judged.
fn dates(attestations: &Fetched) -> bool {
    let Fetched::Found(body) = attestations else {
        return false;
    };
    serde_json::from_slice::<Labels<'_>>(body).is_ok_and(|document| {
        document
            .attestations
            .iter()
            .any(|entry| entry.predicate_type == PUBLISH)
    })
}

async fn pypi<S: EvidenceSource>(source: &S, package: &PypiPackage) -> PypiRaw {
    let index = source
        .fetch(&EvidenceRequest::PypiIndex(package.name.clone()))
        .await;
    let release = match &index {
        // An index that cannot be read is told of when it is verified.
        Fetched::Found(body) => pypi::index(body, package)
            .ok()
            .and_then(|index| index.release),
        Fetched::Missing | Fetched::Failed(_) => None,
    };
    let files = release.map_or_else(Vec::new, |release| release.files);
    let answers = files
        .into_iter()
        .filter(|file| file.provenance != AdvertisedProvenance::No)
        .enumerate()
        .map(async |(place, file)| {
            let name = file.filename.as_str().to_owned();
            let request = match file.provenance {
                AdvertisedProvenance::Yes(address) => {
                    EvidenceRequest::PypiProvenanceAt(package.clone(), file.filename, address)
                }
                AdvertisedProvenance::No | AdvertisedProvenance::Unstated => {
                    EvidenceRequest::PypiProvenance(package.clone(), file.filename)
                }
            };
            let fetched = source.fetch(&request).await;
            let told = match fetched {
                Fetched::Found(_) => None,
                Fetched::Missing | Fetched::Failed(_) => source.asked(&request),
            };
            let asked = request.evidence_path();
            let answer = Answer {
                name,
                asked,
                fetched,
            };
            (place, answer, told)
        });
    // A release must not fill the memory file by file.
    let mut budget = Budget::new(MAX_PROVENANCE_OF_RELEASE);
    let mut arriving = pin!(stream::iter(answers).buffer_unordered(PROVENANCE_AT_ONCE));
    let mut asked = BTreeMap::new();
    while let Some((place, answer, told)) = arriving.next().await {
        asked.extend(told.map(|told| (answer.name.clone(), told)));
        budget.take(place, answer);
    }
    PypiRaw {
        index,
        provenance: budget.into_answers(),
        asked,
    }
}

#[cfg(test)]
mod tests;
