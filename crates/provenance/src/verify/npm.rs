//! One npm version: the manifest, its signatures and its attestations, judged together.

use jiff::Timestamp;

use super::failure::{Failure, worst};
use super::npm_attestation::{self, Provenance, Requested};
use super::npm_manifest;
use super::npm_signature::{self, Published};
use super::npm_tarball::{artifact_of, listed, read_integrity};
use super::observed::{
    Accepted, Evidence, EvidenceFacts, EvidenceKind, Observed, Outcome, Publisher, Status, Verified,
};
use super::predicate_types::{NPM_PUBLISH, PROVENANCE_V0_2, PROVENANCE_V1};
use super::publisher::{common, same_publisher};
use super::shape::Unverified;
use crate::evidence::npm::{Attestations, Manifest, publish_time};
use crate::evidence::{Fetched, NpmRaw};
use crate::identity::is_github_enterprise;
use crate::package::NpmPackage;
use crate::trust::TrustMaterial;

/// The predicate types that are read.
const KNOWN: [&str; 3] = [NPM_PUBLISH, PROVENANCE_V0_2, PROVENANCE_V1];

/// Most predicate types that are not read, and most characters of each, that are named.
const MAX_SHOWN_KINDS: usize = 4;
const MAX_SHOWN_KIND: usize = 200;

/// Judges npm's answers about `package`.
pub(super) fn verify(
    package: &NpmPackage,
    raw: &NpmRaw,
    trust: &TrustMaterial,
    now: Timestamp,
) -> Observed {
    let observed = accepting(None, package, raw, trust, now);
    let accepted = acceptable(&observed).map(|issuer| Accepted {
        observed: Box::new(accepting(Some(&issuer), package, raw, trust, now)),
        issuer,
    });
    Observed {
        accepted: accepted
            .filter(|it| matches!(it.observed.status, Status::Verified | Status::Invalid)),
        ..observed
    }
}

/// The issuer on which alone it depends whether `observed` is determined, where a spec may accept it:
/// that of an enterprise on github.com. Another GitLab's certificates say that its repositories lie on
/// gitlab.com (docs/verification.md#b5), so that nothing tells them from those which do.
fn acceptable(observed: &Observed) -> Option<String> {
    let mut issuers = observed.unknown_issuers();
    let issuer = issuers.next().filter(|it| is_github_enterprise(it))?;
    issuers
        .all(|other| other == issuer)
        .then(|| issuer.to_owned())
}

/// As [`verify`], with an issuer that is accepted beside the known ones.
fn accepting(
    accepted: Option<&str>,
    package: &NpmPackage,
    raw: &NpmRaw,
    trust: &TrustMaterial,
    now: Timestamp,
) -> Observed {
    let manifest = match npm_manifest::read(package, raw) {
        Ok(manifest) => manifest,
        Err(observed) => return *observed,
    };
    if manifest.name != package.name.as_str() || manifest.version != package.version.as_str() {
        // The manifest swap that npm falls for: another package's genuinely signed manifest.
        let reason = format!(
            "the registry answered with the manifest of `{}@{}`",
            manifest.name, manifest.version
        );
        return Observed::from_evidence(
            Status::Invalid,
            vec![Evidence {
                kind: EvidenceKind::NpmRegistrySignature,
                artifact: artifact_of(package),
                outcome: Outcome::Invalid(reason),
            }],
        );
    }
    let judged = judge(accepted, package, &manifest, raw, trust, now);
    let listed = listed(package, &manifest);
    let mut words = npm_manifest::words(package, manifest);
    if let Some(Fetched::Found(packument)) = &raw.packument {
        words.published = publish_time(packument, package).ok().flatten();
    }
    Observed {
        words,
        listed,
        ..judged
    }
}

/// Judges the evidence of the package that `manifest` is of.
fn judge(
    accepted: Option<&str>,
    package: &NpmPackage,
    manifest: &Manifest,
    raw: &NpmRaw,
    trust: &TrustMaterial,
    now: Timestamp,
) -> Observed {
    let advertised = manifest.dist.attestations.is_some();
    let integrity = manifest.dist.integrity.as_deref();
    let sha512 = match integrity.map(read_integrity) {
        Some(Ok(sha512)) => sha512,
        Some(Err(cause)) => {
            return unbound(&artifact_of(package), manifest, &raw.attestations, &cause);
        }
        None => {
            let cause =
                "the manifest has no `dist.integrity`, so nothing can be bound to the package";
            return unbound(&artifact_of(package), manifest, &raw.attestations, cause);
        }
    };
    let written = format!("sha512:{}", hex::encode(sha512)).into();
    let requested = Requested {
        package,
        sha512,
        written: &written,
        accepted,
    };
    let attested = attestations(&requested, &raw.attestations, advertised, trust);
    let signature = npm_signature::verify(
        package,
        integrity.unwrap_or_default(),
        &written,
        &manifest.dist.signatures,
        &published(package, raw, attested.logged_at),
        trust.keyring(&package.name),
        now,
    );
    assemble(&artifact_of(package), signature, attested)
}

/// The result where nothing can be bound to the package: nothing, if there is no evidence anyway.
fn unbound(artifact: &str, manifest: &Manifest, attestations: &Fetched, cause: &str) -> Observed {
    let unknown = || Outcome::Unknown(cause.to_owned());
    let signature = if manifest.dist.signatures.is_empty() {
        Outcome::Absent
    } else {
        unknown()
    };
    let advertised = manifest.dist.attestations.is_some();
    let empty = |body| Attestations::parse(body).is_ok_and(|served| served.attestations.is_empty());
    let attested = match attestations {
        Fetched::Failed(error) => Outcome::Unknown(error.to_string()),
        Fetched::Missing if !advertised => Outcome::Absent,
        Fetched::Found(body) if !advertised && empty(body) => Outcome::Absent,
        Fetched::Missing | Fetched::Found(_) => unknown(),
    };
    assemble(artifact, signature, Attested::both(&attested))
}

/// When the version was published: the log's time where the publish attestation verified, else what
/// the packument says.
fn published(package: &NpmPackage, raw: &NpmRaw, logged_at: Option<Timestamp>) -> Published {
    if let Some(time) = logged_at {
        return Published::Logged(time);
    }
    match &raw.packument {
        Some(Fetched::Found(body)) => match publish_time(body, package) {
            Ok(Some(time)) => Published::Stated(time),
            Ok(None) => Published::Unstated,
            Err(error) => Published::Undetermined(format!("the packument is unreadable: {error}")),
        },
        Some(Fetched::Failed(error)) => Published::Undetermined(error.to_string()),
        Some(Fetched::Missing) => Published::Unstated,
        None => Published::Undetermined("the registry was not asked for it".to_owned()),
    }
}

/// The attestations of one version, judged.
struct Attested {
    publish: Outcome,
    provenance: Outcome,
    builds: Vec<Verified<Publisher>>,
    level: Option<u8>,
    logged_at: Option<Timestamp>,
}

impl Attested {
    fn both(outcome: &Outcome) -> Self {
        Self {
            publish: outcome.clone(),
            provenance: outcome.clone(),
            builds: Vec::new(),
            level: None,
            logged_at: None,
        }
    }
}

fn attestations(
    requested: &Requested<'_>,
    fetched: &Fetched,
    advertised: bool,
    trust: &TrustMaterial,
) -> Attested {
    let undelivered = Outcome::Unknown(
        "the manifest advertises attestations that the registry does not deliver".to_owned(),
    );
    let missing = if advertised {
        undelivered
    } else {
        Outcome::Absent
    };
    let body = match fetched {
        Fetched::Found(body) => body,
        Fetched::Missing => return Attested::both(&missing),
        Fetched::Failed(error) => return Attested::both(&Outcome::Unknown(error.to_string())),
    };
    let document = match Attestations::parse(body) {
        Ok(document) => document,
        Err(error) => {
            return Attested::both(&Outcome::Unknown(format!(
                "the registry's attestations are unreadable: {error}"
            )));
        }
    };
    // Whatever is served must be complete: a response with one kind lacks the other.
    let incomplete = if let Some(unread) = unread(&document) {
        Outcome::Unknown(unread)
    } else if missing == Outcome::Absent && !document.attestations.is_empty() {
        Outcome::Unknown(
            "the registry delivers one kind of attestation and lacks the other".to_owned(),
        )
    } else {
        missing
    };
    let mut publish: Option<Outcome> = None;
    let mut provenances = Vec::new();
    let mut logged_at: Option<Timestamp> = None;
    for entry in &document.attestations {
        let bundle = entry.bundle.get();
        match entry.predicate_type.as_str() {
            NPM_PUBLISH => {
                let one = npm_attestation::publish(requested, bundle, trust);
                logged_at = logged_at.max(one.logged_at);
                publish = Some(worse(publish, one.outcome));
            }
            kind @ (PROVENANCE_V0_2 | PROVENANCE_V1) => {
                provenances.push(npm_attestation::provenance(requested, kind, bundle, trust));
            }
            // Another kind proves nothing that is asked here, and cannot stand in for what is; but a
            // label must not hide one that is.
            label => provenances.extend(mislabelled(label, bundle).map(Err)),
        }
    }
    let publish = publish.unwrap_or_else(|| incomplete.clone());
    let mut attested = Attested {
        publish,
        logged_at,
        ..Attested::both(&incomplete)
    };
    match merge(provenances) {
        None => {}
        Some(Ok(provenance)) => {
            attested.provenance = Outcome::Verified(Verified::attest(provenance.facts));
            attested.builds = provenance.builds;
            attested.level = Some(provenance.level);
        }
        Some(Err(failure)) => attested.provenance = failure.into(),
    }
    attested
}

/// What is served and not read, where anything is: it may be a newer version of what is missing.
fn unread(document: &Attestations) -> Option<String> {
    let mut kinds: Vec<String> = Vec::new();
    for entry in &document.attestations {
        let kind = entry.predicate_type.as_str();
        let shown: String = kind.chars().take(MAX_SHOWN_KIND).collect();
        let shown = format!("`{shown}`");
        if !KNOWN.contains(&kind) && !kinds.contains(&shown) && kinds.len() < MAX_SHOWN_KINDS {
            kinds.push(shown);
        }
    }
    (!kinds.is_empty()).then(|| {
        format!(
            "the registry delivers attestations of a kind that this program does not read: {}",
            kinds.join(", ")
        )
    })
}

/// The failure of an attestation of a known kind that is served under another label.
fn mislabelled(label: &str, bundle_json: &str) -> Option<Failure> {
    let signed = Unverified::of_checked(bundle_json)
        .ok()?
        .claimed_predicate_type()?;
    KNOWN
        .contains(&signed.as_str())
        .then(|| Failure::Invalid(format!("served as `{label}`, but signed as `{signed}`")))
}

/// What all provenances of one version say together.
struct Merged {
    facts: EvidenceFacts,
    builds: Vec<Verified<Publisher>>,
    level: u8,
}

/// Every provenance must verify and name one publisher; the lowest level counts.
fn merge(provenances: Vec<Result<Provenance, Failure>>) -> Option<Result<Merged, Failure>> {
    let (verified, failed): (Vec<_>, Vec<_>) = provenances.into_iter().partition(Result::is_ok);
    if let Some(failure) = worst(failed.into_iter().filter_map(Result::err)) {
        return Some(Err(failure));
    }
    let mut all: Option<Merged> = None;
    for one in verified.into_iter().flatten() {
        let Some(merged) = &mut all else {
            all = Some(Merged {
                facts: one.facts,
                builds: vec![one.publisher],
                level: one.level,
            });
            continue;
        };
        let same = |known: &Verified<Publisher>| same_publisher(known.get(), one.publisher.get());
        if !merged.builds.iter().all(same) {
            let reason = "its attestations name different publishers";
            return Some(Err(Failure::Invalid(reason.to_owned())));
        }
        merged.level = merged.level.min(one.level);
        if !merged.builds.contains(&one.publisher) {
            merged.builds.push(one.publisher);
        }
    }
    all.map(Ok)
}

/// Of two outcomes of one kind, the one that counts.
fn worse(before: Option<Outcome>, now: Outcome) -> Outcome {
    match (before, now) {
        (Some(before @ Outcome::Unknown(_)), now) if !matches!(now, Outcome::Invalid(_)) => before,
        (Some(before @ Outcome::Invalid(_)), _)
        | (Some(before @ Outcome::Unsupported(_)), Outcome::Verified(_) | Outcome::Absent) => {
            before
        }
        (_, now) => now,
    }
}

fn assemble(artifact: &str, signature: Outcome, attested: Attested) -> Observed {
    use Outcome::{Absent, Invalid, Unknown, Unsupported, Verified};
    let status = match (&signature, &attested.publish, &attested.provenance) {
        (Invalid(_), _, _) | (_, Invalid(_), _) | (_, _, Invalid(_)) => Status::Invalid,
        // One kind without the other is served as `Unknown`; should it ever be `Absent`, it counts
        // the same.
        (Unknown(_) | Unsupported(_), _, _)
        | (_, Unknown(_) | Unsupported(_), _)
        | (_, _, Unknown(_) | Unsupported(_))
        | (_, Absent, Verified(_)) => Status::Unknown,
        (_, Verified(_), Verified(_)) => Status::Verified,
        (Verified(_), _, Absent) | (_, Verified(_), Absent) => Status::Signed,
        (Absent, Absent, Absent) => Status::None,
    };
    let verified = status == Status::Verified;
    let evidence = [
        (EvidenceKind::NpmRegistrySignature, signature),
        (EvidenceKind::NpmPublishAttestation, attested.publish),
        (EvidenceKind::SlsaProvenance, attested.provenance),
    ]
    .into_iter()
    .map(|(kind, outcome)| Evidence {
        kind,
        artifact: artifact.to_owned(),
        outcome,
    })
    .collect();
    Observed {
        publisher: common(&attested.builds).filter(|_| verified),
        // Whatever else fails: who built it is compared with what the spec declares.
        builds: attested.builds,
        slsa_build_level: attested.level.filter(|_| verified),
        ..Observed::from_evidence(status, evidence)
    }
}
