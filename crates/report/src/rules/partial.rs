//! A release of which only some files are attested, or by several publishers: which, and by whom.

use super::about::about_version;
use crate::finding::{Draft, RuleId};
use crate::spec::SpecPackage;
use package_provenance::verify::{Observed, Outcome, Publisher, Status};

/// Files and publishers that a message names, at most.
const MOST: usize = 10;

/// The finding, where the release is one of these.
pub(super) fn check(spec: &SpecPackage, observed: &Observed) -> Option<Draft> {
    if observed.status != Status::Partial {
        return None;
    }
    let mut sentences = Vec::new();
    let unattested: Vec<&str> = observed
        .evidence
        .iter()
        .filter(|evidence| evidence.outcome == Outcome::Absent)
        .map(|evidence| evidence.artifact.as_str())
        .collect();
    if !unattested.is_empty() {
        sentences.push(format!(
            "Files of {} without attestation, which an installer may choose: {}.",
            spec.package,
            listed(&unattested, ", ")
        ));
    }
    if observed.publisher.is_none() {
        sentences.push(differing(spec, observed));
    }
    Some(about_version(
        spec,
        RuleId::PartialAttestations,
        sentences.join(" "),
        "Every sdist and wheel of a release must come from one publisher: with a stolen token an unattested wheel can be added to an attested release. Pin a release whose files are all attested.",
    ))
}

/// Who attested which files. Two workflows of one repository are told apart from two repositories.
fn differing(spec: &SpecPackage, observed: &Observed) -> String {
    let attested: Vec<(&str, &Publisher)> = observed
        .evidence
        .iter()
        .filter_map(|evidence| match &evidence.outcome {
            Outcome::Verified(facts) => Some((
                evidence.artifact.as_str(),
                facts.get().publisher.as_ref()?.get(),
            )),
            Outcome::Absent
            | Outcome::Invalid(_)
            | Outcome::Unknown(_)
            | Outcome::Unsupported(_) => None,
        })
        .collect();
    let source = |publisher: &Publisher| {
        (
            publisher.repository.clone(),
            publisher.repository_id.clone(),
        )
    };
    let one_repository = attested.split_first().is_some_and(|((_, first), rest)| {
        first.repository.is_some() && rest.iter().all(|(_, one)| source(one) == source(first))
    });
    let by = if one_repository {
        "different workflows of one repository"
    } else {
        "different publishers"
    };
    // What is shown of them may be the same.
    let briefly = by_publisher(&attested, brief);
    let groups = if briefly.len() > 1 {
        briefly
    } else {
        by_publisher(&attested, whole)
    };
    let groups: Vec<String> = groups
        .into_iter()
        .map(|(publisher, files)| format!("{} by {publisher}", listed(&files, ", ")))
        .collect();
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    format!(
        "The files of {} are attested by {by}: {}.",
        spec.package,
        listed(&groups, "; ")
    )
}

/// Publishers as `shown`, in the order of their first files, each with its files.
fn by_publisher<'a>(
    attested: &[(&'a str, &Publisher)],
    shown: fn(&Publisher) -> String,
) -> Vec<(String, Vec<&'a str>)> {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for (file, publisher) in attested {
        let publisher = shown(publisher);
        match groups.iter_mut().find(|(known, _)| *known == publisher) {
            Some((_, files)) if files.contains(file) => {}
            Some((_, files)) => files.push(file),
            None => groups.push((publisher, vec![file])),
        }
    }
    groups
}

fn brief(publisher: &Publisher) -> String {
    let kind = publisher.kind.as_str();
    match (&publisher.repository, &publisher.workflow) {
        (Some(repository), Some(workflow)) => format!("`{workflow}` of {repository} ({kind})"),
        (Some(repository), None) => format!("{repository} ({kind})"),
        (None, _) => format!("{} ({kind})", publisher.subject),
    }
}

fn whole(publisher: &Publisher) -> String {
    let id = publisher.repository_id.as_deref().unwrap_or("not stated");
    format!(
        "{}, subject {}, issuer {}, repository id {id}",
        brief(publisher),
        publisher.subject,
        publisher.issuer
    )
}

/// The first of `items`, and how many more there are.
fn listed(items: &[&str], separator: &str) -> String {
    let shown: Vec<&str> = items.iter().take(MOST).copied().collect();
    let text = shown.join(separator);
    match items.len() - shown.len() {
        0 => text,
        more => format!("{text}{separator}and {more} more"),
    }
}
