//! Another publisher than before.

use super::build::{Build, Relation};
use super::difference::Difference;
use super::memory::{Memory, Source};
use super::worse::Worsening;
use crate::finding::{Draft, RuleId};
use crate::rules::publisher::is_declared;
use crate::spec::SpecPackage;
use package_provenance::verify::{Observed, Publisher};

/// Standing rules that say that a publisher is not the declared one.
const NOT_DECLARED: [RuleId; 3] = [
    RuleId::PublisherKindMismatch,
    RuleId::PublisherRepositoryMismatch,
    RuleId::PublisherWorkflowMismatch,
];

/// What the publishers of a release are to those of the one before.
pub(super) struct Publishers {
    /// Where they differ.
    pub(super) differences: Vec<Difference>,
    /// Builds by a publisher that is the same, or was only renamed: before, and now.
    pub(super) same: Vec<(Build, Build)>,
}

/// Compares every verified build with the nearest one before. Where nobody was known, nothing differs:
/// gaining provenance is no drift.
pub(super) fn check(spec: &SpecPackage, observed: &Observed, memory: &Memory) -> Publishers {
    let mut publishers = Publishers {
        differences: Vec::new(),
        same: Vec::new(),
    };
    if !memory.is_attested() {
        return publishers;
    }
    for build in &observed.builds {
        let (publisher, now) = (build.get(), Build::of(build.get()));
        let nearest = memory.builds.iter().min_by_key(|before| {
            let how = before.workflow != now.workflow || before.signer != now.signer;
            (before.relation(&now), how)
        });
        let Some(before) = nearest else {
            continue;
        };
        let relation = before.relation(&now);
        if matches!(relation, Relation::Same | Relation::Renamed) {
            publishers.same.push((before.clone(), now.clone()));
        }
        if let Some(difference) = difference(spec, memory, (before, &now), publisher)
            && !publishers.differences.contains(&difference)
        {
            publishers.differences.push(difference);
        }
    }
    publishers
}

fn difference(
    spec: &SpecPackage,
    memory: &Memory,
    (before, now): (&Build, &Build),
    publisher: &Publisher,
) -> Option<Difference> {
    let place = memory.place();
    let (was, is) = (before.publisher(), now.publisher());
    match before.relation(now) {
        Relation::Same => None,
        Relation::Renamed => Some(Difference::new(
            Worsening::PublisherRenamed,
            about_publisher(
                spec,
                RuleId::PublisherRenamed,
                format!(
                    "{} comes from {is}, which was {was} {place}: the forge's numbers are the same ({}), so that it was renamed.",
                    spec.package,
                    now.numbered()
                ),
                "Declare the new name. The old one is free for anybody.",
            ),
            &[RuleId::PublisherRepositoryMismatch],
        )),
        Relation::Reregistered => Some(Difference::new(
            Worsening::PublisherReregistered,
            about_publisher(
                spec,
                RuleId::PublisherReregistered,
                format!(
                    "{} comes from {is}, whose numbers ({}) are not those of the publisher of that name {place} ({}).",
                    spec.package,
                    now.numbered(),
                    before.numbered()
                ),
                "Numbers are never given out twice: repository or owner was deleted, and created again by whoever took the name. Do not use this version before the project confirms it through a separate channel.",
            ),
            &[RuleId::PublisherIdMismatch],
        )),
        Relation::Other if is_declared(&spec.declared, publisher) => {
            let known = memory.source == Source::Base
                && memory
                    .declared
                    .as_ref()
                    .is_some_and(|declared| is_declared(declared, publisher));
            (!known).then(|| {
                Difference::new(
                    Worsening::PublisherRedeclared,
                    about_publisher(
                        spec,
                        RuleId::PublisherRedeclared,
                        format!(
                            "{} comes from {is}, which the spec declares; the publisher {place} is {was}.",
                            spec.package
                        ),
                        "Who changed the version changed the declaration with it. Check at the project itself, not here, that it publishes from there now.",
                    ),
                    &[],
                )
            })
        }
        Relation::Other if memory.locked.is_some() => Some(Difference::new(
            Worsening::PublisherChanged,
            about_publisher(
                spec,
                RuleId::PublisherChanged,
                format!(
                    "{} comes from {is}; the publisher {place} is {was}.",
                    spec.package
                ),
                "Anybody can attest what they build themselves. Check at the project itself, not here, that it publishes from there now; until then stay on the version before.",
            ),
            &[],
        )),
        Relation::Other => Some(Difference::new(
            Worsening::PublisherChanged,
            about_publisher(
                spec,
                RuleId::PublisherChanged,
                format!(
                    "{} comes from {is}; the publisher {place} is {was}, and the spec does not declare the new one.",
                    spec.package
                ),
                "Anybody can attest what they build themselves. If the project moved, declare the new publisher in a change that somebody reviews; otherwise do not use this version.",
            ),
            &NOT_DECLARED,
        )),
    }
}

/// A draft about the version, or the declared publisher, which is what changes with it.
fn about_publisher(spec: &SpecPackage, rule: RuleId, message: String, help: &str) -> Draft {
    let declared = spec
        .declared
        .publisher
        .as_deref()
        .filter(|_| rule == RuleId::PublisherRedeclared);
    let (route, span) = declared.map_or(("spec.version", spec.version_span), |block| {
        ("provenance.attestations.publisher", block.key)
    });
    Draft {
        rule,
        route: route.to_owned(),
        span,
        message,
        help: help.to_owned(),
    }
}
