//! Other content under the same version.

use super::build::{Build, Relation};
use super::difference::{Difference, Loudness};
use super::memory::{self, Memory};
use super::worse::Worsening;
use crate::finding::{Draft, RuleId};
use crate::spec::SpecPackage;
use package_provenance::verify::{Observed, Outcome};

/// Files that a message names, at most.
const MOST: usize = 10;

/// What an earlier report says of the same version, file by file.
pub(super) fn check(spec: &SpecPackage, observed: &Observed, memory: &Memory) -> Vec<Difference> {
    let now = memory::artifacts(observed);
    let mut changed = Vec::new();
    let mut unproven = Vec::new();
    let mut added = Vec::new();
    for (artifact, digest) in &now {
        match memory.artifacts.get(artifact) {
            Some(before) => {
                if let (Some(before), Some(digest)) = (before, digest)
                    && algorithm(before) == algorithm(digest)
                    && before != digest
                {
                    changed.push(format!("{artifact} ({digest} instead of {before})"));
                }
            }
            // Of a release without any evidence it is not known which files it had.
            None if memory.artifacts.is_empty() => {}
            None if is_of_same_publisher(observed, memory, artifact) => {
                added.push(artifact.clone());
            }
            None => unproven.push(artifact.clone()),
        }
    }
    let of = |what: &str, route: &str, files: &[String], worsening| {
        let draft = Draft {
            rule: RuleId::DigestChanged,
            route: route.to_owned(),
            span: spec.version_span,
            message: format!(
                "{} {what} that the version {} has not: {}.",
                spec.package,
                memory.place(),
                listed(files)
            ),
            help: "Nobody may replace what was published. Do not use this version before it is known who added or changed it, at the registry, at a mirror or in the baseline.".to_owned(),
        };
        Difference::new(worsening, draft, &[])
    };
    let mut differences = Vec::new();
    if !changed.is_empty() {
        differences.push(of(
            "has content",
            "spec.version[content]",
            &changed,
            Worsening::ContentChanged,
        ));
    }
    if !unproven.is_empty() {
        differences.push(of(
            "has files without the publisher's provenance",
            "spec.version[added]",
            &unproven,
            Worsening::ContentChanged,
        ));
    }
    if !added.is_empty() {
        let mut note = of(
            "has files of the same publisher",
            "spec.version[attested]",
            &added,
            Worsening::FileAdded,
        );
        note.loudness = Loudness::Note;
        note.draft = Draft {
            help: "The publisher has added them later, and attested them: nothing has to be done."
                .to_owned(),
            ..note.draft
        };
        differences.push(note);
    }
    differences
}

/// Whether every piece of evidence of the file verified, and names somebody who was known.
fn is_of_same_publisher(observed: &Observed, memory: &Memory, artifact: &str) -> bool {
    let of_file: Vec<_> = observed
        .evidence
        .iter()
        .filter(|evidence| evidence.artifact == artifact)
        .collect();
    !of_file.is_empty()
        && of_file.iter().all(|evidence| match &evidence.outcome {
            Outcome::Verified(facts) => facts.get().publisher.as_ref().is_some_and(|it| {
                let now = Build::of(it.get());
                let known = |before: &Build| before.relation(&now) == Relation::Same;
                memory.builds.iter().any(known)
            }),
            Outcome::Absent
            | Outcome::Invalid(_)
            | Outcome::Unknown(_)
            | Outcome::Unsupported(_) => false,
        })
}

/// `sha512` of `sha512:…`.
fn algorithm(digest: &str) -> &str {
    digest.split(':').next().unwrap_or(digest)
}

fn listed(files: &[String]) -> String {
    let shown: Vec<&str> = files.iter().take(MOST).map(String::as_str).collect();
    match files.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
