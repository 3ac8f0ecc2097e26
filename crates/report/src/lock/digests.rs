//! The digests of a lock, held against what the registry signed, what attestations name, and what the
//! registry lists.

use dockyard_locks::{Digests, LockedFile, NpmIntegrity, Pinned};
use package_provenance::verify::{Observed, Outcome, Status};
use untrusted_text::quoted;

use super::entries::{go_zip, pinned_digests};
use crate::finding::{Draft, RuleId, Span};
use crate::rules::causes;

/// Files that a message names, at most.
const MOST: usize = 5;

const CHANGED: &str = "Do not install: what the lock pins is not what the evidence is about. Find out who wrote this line, make the lock anew from the registry itself, and compare.";

/// What is to be said of the digests of one entry.
pub(super) fn check(pinned: &Pinned, observed: &Observed, span: Span) -> Vec<Draft> {
    let mut drafts = Vec::new();
    if let Some(contradiction) = &pinned.contradiction {
        drafts.push(Draft {
            rule: RuleId::LockIntegrityMismatch,
            route: "lock[contradiction]".to_owned(),
            span,
            message: format!("The lock contradicts itself about {}: {contradiction}.", pinned.package),
            help: "Do not install from it: whoever reads this lock sees another package than the installer fetches. Make it anew.".to_owned(),
        });
    }
    drafts.extend(missing(pinned, span));
    // Of what is not there, or was not answered for, nothing can be compared; that is said already.
    if matches!(observed.status, Status::NotFound) {
        return drafts;
    }
    match &pinned.digests {
        Digests::Npm(NpmIntegrity::Sha512(_)) => drafts.extend(tarball(pinned, observed, span)),
        Digests::Npm(NpmIntegrity::Missing | NpmIntegrity::Unusable(_) | NpmIntegrity::Weak(_)) => {
        }
        Digests::Files(files) => drafts.extend(of_files(pinned, files, observed, span)),
        Digests::AnyFile(all) if all.is_empty() => {}
        Digests::AnyFile(all) => drafts.extend(any_file(pinned, all, observed, span)),
        Digests::GoZip(digest) => drafts.extend(zip(pinned, digest, observed, span)),
    }
    drafts
}

/// An entry that pins no content.
fn missing(pinned: &Pinned, span: Span) -> Option<Draft> {
    let package = &pinned.package;
    let (what, how) = match &pinned.digests {
        Digests::Npm(NpmIntegrity::Missing) => (
            format!("{package} has no `integrity`: npm installs whatever it is served."),
            "npm",
        ),
        Digests::Npm(NpmIntegrity::Unusable(why)) => (
            format!(
                "The `integrity` of {package} cannot be compared with what the registry signed: {why}."
            ),
            "npm",
        ),
        Digests::Npm(NpmIntegrity::Weak(algorithm)) => (
            format!(
                "{package} has only a {algorithm} digest, which nobody signs{}.",
                if algorithm == "sha1" {
                    " and which can be forged"
                } else {
                    ""
                }
            ),
            "npm",
        ),
        Digests::Files(files) if files.is_empty() => {
            (format!("{package} has no file with a digest."), "python")
        }
        Digests::Files(files) => {
            let unheld: Vec<String> = files
                .iter()
                .filter_map(|file| Some((file, file.sha256.as_ref().err()?)))
                .map(|(file, why)| format!("{} ({why})", name(file)))
                .collect();
            if unheld.is_empty() {
                return None;
            }
            (
                format!(
                    "Files of {package} have no digest that can be compared: {}.",
                    listed(&unheld)
                ),
                "python",
            )
        }
        Digests::AnyFile(digests) if digests.is_empty() => (
            format!("{package} has no `--hash`: pip installs whatever it is served."),
            "pip",
        ),
        Digests::Npm(NpmIntegrity::Sha512(_)) | Digests::AnyFile(_) | Digests::GoZip(_) => {
            return None;
        }
    };
    let help = match how {
        "npm" => {
            "Delete the entry and run `npm install --package-lock-only --ignore-scripts`, so that npm writes its digest."
        }
        "pip" => {
            "Write the requirements with hashes (`uv pip compile --generate-hashes`, `pip-compile --generate-hashes`) and install with `--require-hashes`."
        }
        _ => "Make the lock anew, so that each file gets its SHA-256.",
    };
    Some(Draft {
        rule: RuleId::LockEntryWithoutIntegrity,
        route: "lock[integrity]".to_owned(),
        span,
        message: what,
        help: help.to_owned(),
    })
}

/// npm: one file, whose SHA-512 the registry signs and attestations name.
fn tarball(pinned: &Pinned, observed: &Observed, span: Span) -> Option<Draft> {
    let package = &pinned.package;
    let (known, says) = match (proven(observed, None), observed.listed.first()) {
        (Some(digest), _) => (digest, "signed"),
        (None, Some(listed)) => (listed.digest.clone(), "lists, unsigned,"),
        (None, None) => {
            let why = format!("the registry states no SHA-512 of {package}");
            return incomplete(observed, span, &why);
        }
    };
    // Of several, npm takes a download that has any of them.
    let locked = pinned_digests(&pinned.digests);
    let other = locked.into_iter().find(|digest| *digest != known)?;
    Some(mismatch(
        span,
        format!("The lock pins {other} of {package}, and the registry {says} {known}."),
    ))
}

/// What could not be compared, unless it is said already that the package is not determined.
fn incomplete(observed: &Observed, span: Span, why: &str) -> Option<Draft> {
    let said = observed.status == Status::Unknown || !causes(observed).is_empty();
    (!said).then(|| Draft {
        rule: RuleId::VerificationIncomplete,
        route: "lock[integrity]".to_owned(),
        span,
        message: format!("The lock's digest could not be compared: {why}."),
        help: "This is neither a pass nor a failure: whether the lock pins what the registry has is not known.".to_owned(),
    })
}

/// The digest that verified evidence of `artifact`, or of the only one, is about.
fn proven(observed: &Observed, artifact: Option<&str>) -> Option<String> {
    observed.evidence.iter().find_map(|evidence| {
        let Outcome::Verified(facts) = &evidence.outcome else {
            return None;
        };
        let about = artifact.is_none_or(|artifact| artifact == evidence.artifact);
        let digest = &facts.get().digest;
        (about && !digest.is_empty()).then(|| digest.to_string())
    })
}

/// Python's locks name each file.
fn of_files(pinned: &Pinned, files: &[LockedFile], observed: &Observed, span: Span) -> Vec<Draft> {
    let (mut wrong, mut open) = (Vec::new(), Vec::new());
    for file in files {
        let filename = match &file.filename {
            Ok(filename) => filename.as_str(),
            Err(why) => {
                open.push(format!("the name of a file says nothing ({why})"));
                continue;
            }
        };
        // That a digest is missing is said.
        let Ok(sha256) = &file.sha256 else {
            continue;
        };
        let locked = format!("sha256:{}", hex::encode(sha256));
        let mut listed = observed.listed.iter();
        let listed = listed.find(|it| it.artifact == filename);
        let attested = proven(observed, Some(filename));
        match (attested, listed) {
            (Some(attested), _) if attested != locked => {
                wrong.push(format!("{filename} ({locked}, attested is {attested})"));
            }
            (None, Some(listed)) if listed.digest != locked => wrong.push(format!(
                "{filename} ({locked}, the index lists {})",
                listed.digest
            )),
            (Some(_), _) | (None, Some(_)) => {}
            (None, None) if is_answered(observed, filename) => {
                wrong.push(format!("{filename} (the index lists no such file)"));
            }
            (None, None) => open.push(format!("the index states no SHA-256 of {filename}")),
        }
    }
    let mismatch = (!wrong.is_empty()).then(|| {
        let package = &pinned.package;
        let wrong = listed(&wrong);
        mismatch(
            span,
            format!("The lock pins files of {package} that are not the index's: {wrong}."),
        )
    });
    let incomplete = (!open.is_empty()).then(|| incomplete(observed, span, &listed(&open)));
    mismatch.into_iter().chain(incomplete.flatten()).collect()
}

/// Whether the index was read, and has nothing of that name.
fn is_answered(observed: &Observed, filename: &str) -> bool {
    let mut evidence = observed.evidence.iter();
    let known = evidence.any(|evidence| evidence.artifact == filename);
    let answered = !observed.listed.is_empty() || !observed.evidence.is_empty();
    answered && !known
}

/// pip's hashes name no file: each must be that of one.
fn any_file(
    pinned: &Pinned,
    digests: &[Result<[u8; 32], String>],
    observed: &Observed,
    span: Span,
) -> Option<Draft> {
    let package = &pinned.package;
    if observed.listed.is_empty() {
        let why = format!("the index states no SHA-256 of any file of {package}");
        return incomplete(observed, span, &why);
    }
    let known = |digest: &String| observed.listed.iter().any(|file| file.digest == *digest);
    let wrong: Vec<String> = digests
        .iter()
        .flatten()
        .map(|digest| format!("sha256:{}", hex::encode(digest)))
        .filter(|digest| !known(digest))
        .collect();
    if !wrong.is_empty() {
        let wrong = listed(&wrong);
        return Some(mismatch(
            span,
            format!(
                "The requirement of {package} accepts content that the index does not list: {wrong}."
            ),
        ));
    }
    // pip takes a file that has any one of the digests.
    let open: Vec<String> = digests.iter().filter_map(|it| it.clone().err()).collect();
    if open.is_empty() {
        return None;
    }
    let why = format!(
        "the requirement of {package} accepts content by digests that cannot be compared: {}",
        listed(&open)
    );
    incomplete(observed, span, &why)
}

/// Go: the zip's hash is in the checksum database.
fn zip(pinned: &Pinned, digest: &[u8; 32], observed: &Observed, span: Span) -> Option<Draft> {
    let package = &pinned.package;
    let locked = go_zip(digest);
    // The module's own path is what a `go.sum` names; its record is about no other.
    let Some(proven) = proven(observed, Some(&package.to_string())) else {
        let why = format!("the checksum database has no record of {package} itself");
        return incomplete(observed, span, &why);
    };
    (locked != proven).then(|| {
        mismatch(
            span,
            format!("The lock pins {locked} of {package}, and the checksum database has {proven}."),
        )
    })
}

fn mismatch(span: Span, message: String) -> Draft {
    Draft {
        rule: RuleId::LockIntegrityMismatch,
        route: "lock[integrity]".to_owned(),
        span,
        message,
        help: CHANGED.to_owned(),
    }
}

fn name(file: &LockedFile) -> String {
    match &file.filename {
        Ok(filename) => filename.as_str().to_owned(),
        Err(why) => quoted(why),
    }
}

fn listed(items: &[String]) -> String {
    let shown: Vec<&str> = items.iter().take(MOST).map(String::as_str).collect();
    match items.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
