//! Whether a package has what the requirements ask for. Pure: the time is an argument.

mod builds;
mod overrides;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::blocks::Blocks;
use super::min_age::{MinAge, Published, published};
use super::package_name::PackageName;
use super::pin::Pin;
use super::require::{EvidenceLevel, Requirement};
use crate::finding::{Draft, RuleId, Span};
use crate::report::requirements::{RequirementRecord, Unjudged};
use package_provenance::verify::{Observed, Publisher, Status, Verified};

/// What verification found out, as far as requirements ask for it.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// The status.
    pub status: Status,
    /// Every build of the release, from verified certificates.
    pub builds: Vec<&'a Publisher>,
    /// Whether the release has files that no verified attestation is about.
    pub unattested: bool,
    /// The SLSA build level that may be claimed.
    pub slsa_build_level: Option<u8>,
    /// When the release was published.
    pub published: Published,
}

impl<'a> Facts<'a> {
    /// Those of `observed`.
    pub fn of(observed: &'a Observed) -> Self {
        Self {
            status: observed.status,
            builds: observed.builds.iter().map(Verified::get).collect(),
            unattested: builds::unattested(observed),
            slsa_build_level: observed.slsa_build_level,
            published: published(observed),
        }
    }
}

/// A package that is to be judged.
#[derive(Debug, Clone)]
pub struct Judged<'a> {
    /// The package.
    pub package: &'a Pin,
    /// The key of the version or commit in the spec.
    pub route: &'a str,
    /// Where it stands.
    pub span: Span,
    /// What was found out about it.
    pub facts: Facts<'a>,
}

/// A spec, and when and beside what it is judged.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    /// The spec's path.
    pub path: &'a str,
    /// What it pins; nothing where it cannot be used or pins nothing of a registry.
    pub judged: Option<Judged<'a>>,
    /// What is installed in place of its dependencies, each at one version: it has to wait as well.
    pub overrides: Vec<Judged<'a>>,
    /// Whether it is new or its package changes; nothing where there is no base to tell.
    pub new: Option<bool>,
    /// The time.
    pub now: Timestamp,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evaluation {
    /// Each requirement that selects the spec, in the order of the file.
    pub records: Vec<RequirementRecord>,
    /// What is not met: one draft per rule, which names every block that is not met.
    pub drafts: Vec<Draft>,
    /// Findings of these rules say less than a draft does.
    pub replaced: BTreeSet<RuleId>,
}

/// What one block finds missing, or cannot tell.
enum Miss {
    Unmet {
        rule: RuleId,
        what: String,
        asked: String,
    },
    Undetermined {
        asked: String,
    },
}

/// Judges `subject` by every requirement that selects it.
pub fn evaluate(blocks: &Blocks, subject: &Subject<'_>) -> Evaluation {
    let judged = subject.judged.as_ref();
    let name = judged.map(|judged| PackageName::of(judged.package));
    let mut records = Vec::new();
    let mut missing: BTreeMap<RuleId, Vec<(usize, Miss)>> = BTreeMap::new();
    let mut waiting: BTreeMap<(usize, RuleId), Vec<(usize, Miss)>> = BTreeMap::new();
    for requirement in &blocks.requirements {
        if !requirement.selects(subject.path, name.as_ref()) {
            continue;
        }
        let (met, unjudged) = match (requirement.new, subject.new) {
            (true, Some(false)) => continue,
            (true, None) => (None, Some(Unjudged::NoBase)),
            (false, _) | (true, Some(true)) => match judged {
                None => (None, Some(Unjudged::ByStatus)),
                Some(judged) => {
                    let (misses, mut result) = check(requirement, judged, subject.now);
                    for (at, rule, miss) in overrides::check(requirement, subject) {
                        result = overrides::with(result, &miss);
                        let misses = waiting.entry((at, rule)).or_default();
                        misses.push((requirement.line(), miss));
                    }
                    for (rule, miss) in misses {
                        missing
                            .entry(rule)
                            .or_default()
                            .push((requirement.line(), miss));
                    }
                    result
                }
            },
        };
        records.push(RequirementRecord {
            config_line: requirement.line(),
            met,
            unjudged,
        });
    }
    let drafts: Vec<Draft> = judged
        .into_iter()
        .flat_map(|judged| missing.iter().map(move |missed| (judged, missed)))
        .map(|(judged, (rule, misses))| draft(blocks, judged, *rule, misses))
        .collect();
    let replaced: BTreeSet<RuleId> = drafts
        .iter()
        .flat_map(|draft| replaced_by(draft.rule))
        .copied()
        .collect();
    let waiting = waiting.iter().filter_map(|((at, rule), misses)| {
        let one = subject.overrides.get(*at)?;
        Some(draft(blocks, one, *rule, misses))
    });
    let drafts: Vec<Draft> = drafts.into_iter().chain(waiting).collect();
    Evaluation {
        records,
        drafts,
        replaced,
    }
}

/// What a finding of policy says better.
fn replaced_by(rule: RuleId) -> &'static [RuleId] {
    const LESS: [(RuleId, &[RuleId]); 3] = [
        (
            RuleId::EvidenceBelowPolicy,
            &[RuleId::NoProvenance, RuleId::PartialAttestations],
        ),
        (RuleId::TriggerNotAllowed, &[RuleId::RiskyBuildTrigger]),
        (RuleId::RunnerNotAllowed, &[RuleId::SelfHostedRunner]),
    ];
    let less = LESS.iter().find(|(better, _)| *better == rule);
    less.map_or(&[], |(_, less)| less)
}

type Checked = (Vec<(RuleId, Miss)>, (Option<bool>, Option<Unjudged>));

/// What `requirement` misses of a package that it selects.
fn check(requirement: &Requirement, judged: &Judged<'_>, now: Timestamp) -> Checked {
    let facts = &judged.facts;
    let Some(level) = EvidenceLevel::of(facts.status) else {
        let why = if facts.status == Status::Unknown {
            Unjudged::Undetermined
        } else {
            Unjudged::ByStatus
        };
        return (Vec::new(), (None, Some(why)));
    };
    let mut misses = Vec::new();
    let asked = requirement.evidence_of(PackageName::of(judged.package).origin());
    let below = level < asked;
    if below {
        misses.push(Miss::Unmet {
            rule: RuleId::EvidenceBelowPolicy,
            what: evidence_in_words(level).to_owned(),
            asked: format!("`evidence = \"{}\"`", asked.as_str()),
        });
    }
    // Without any verified build there is nothing that the rest could be asked of: that is one
    // difference, and one finding.
    if !(below && facts.builds.is_empty()) {
        misses.extend(builds::check(requirement, facts));
    }
    if let Some(min_age) = &requirement.min_age {
        misses.extend(too_recent(min_age, facts.published, now));
    }
    let undetermined = misses
        .iter()
        .all(|miss| matches!(miss, Miss::Undetermined { .. }));
    let result = if misses.is_empty() {
        (Some(true), None)
    } else if undetermined {
        (None, Some(Unjudged::Undetermined))
    } else {
        (Some(false), None)
    };
    let misses = misses.into_iter().map(|miss| match &miss {
        Miss::Unmet { rule, .. } => (*rule, miss),
        Miss::Undetermined { .. } => (RuleId::VerificationIncomplete, miss),
    });
    (misses.collect(), result)
}

const fn evidence_in_words(level: EvidenceLevel) -> &'static str {
    match level {
        EvidenceLevel::None => "has no evidence of where it was built",
        EvidenceLevel::Signed => {
            "has the registry's signature only, which does not say where it was built"
        }
        EvidenceLevel::Partial => "is attested in part only",
        EvidenceLevel::Verified => "is verified",
    }
}

fn too_recent(min_age: &MinAge, published: Published, now: Timestamp) -> Option<Miss> {
    let asked = format!("`min-age = \"{min_age}\"`");
    let (time, word) = match published {
        Published::Logged(time) | Published::Unknown(Some(time)) => (Some(time), ""),
        Published::Stated(time) => (Some(time), ", by the registry's word"),
        Published::By(_) | Published::Unknown(None) => (None, ""),
    };
    let recent = time.filter(|time| min_age.over(*time).is_none_or(|over| now < over));
    if let Some(time) = recent {
        let until = min_age.over(time).map_or_else(String::new, |over| {
            format!(" It is old enough from {over} on.")
        });
        return Some(Miss::Unmet {
            rule: RuleId::TooRecent,
            what: format!("was published at {time}{word}.{until}"),
            asked,
        });
    }
    let known = match published {
        Published::Logged(_) | Published::Stated(_) => true,
        // It may be as young as that: then it is not known yet whether it is old enough.
        Published::By(time) => min_age.over(time).is_some_and(|over| over <= now),
        Published::Unknown(_) => false,
    };
    (!known).then_some(Miss::Undetermined { asked })
}

/// One finding of one rule, whatever number of blocks it comes from.
fn draft(blocks: &Blocks, judged: &Judged<'_>, rule: RuleId, misses: &[(usize, Miss)]) -> Draft {
    let package = judged.package;
    let mut what = Vec::new();
    let mut asked: Vec<(&str, Vec<usize>)> = Vec::new();
    for (line, miss) in misses {
        let (found, wanted) = match miss {
            Miss::Unmet { what, asked, .. } => (Some(what), asked),
            Miss::Undetermined { asked } => (None, asked),
        };
        what.extend(found.filter(|found| !what.contains(found)));
        match asked.iter_mut().find(|(text, _)| *text == wanted.as_str()) {
            Some((_, lines)) => lines.push(*line),
            None => asked.push((wanted, vec![*line])),
        }
    }
    let asked: Vec<String> = asked
        .iter()
        .map(|(text, lines)| format!("{text} ({})", blocks.places(lines)))
        .collect();
    let asked = asked.join(" and ");
    let message = if what.is_empty() {
        format!(
            "When {package} was published could not be determined; the policy asks for {asked}."
        )
    } else {
        let mut what: Vec<&str> = what.iter().map(|text| text.as_str()).collect();
        what.sort_unstable();
        what.dedup();
        let what = what.join("; it ");
        let stop = if what.ends_with('.') { "" } else { "." };
        format!("{package} {what}{stop} The policy asks for {asked}.")
    };
    Draft {
        rule,
        route: judged.route.to_owned(),
        span: judged.span,
        message,
        help: help(rule).to_owned(),
    }
}

/// What to do.
fn help(rule: RuleId) -> &'static str {
    if rule == RuleId::EvidenceBelowPolicy {
        "Pin a version that has the evidence, or ask the publisher to publish with provenance (npm: trusted publishing or `--provenance`; PyPI: trusted publishing with attestations). Where that cannot be had, an `[[exempt]]` block accepts it until a day; `dockyard-provenance policy suggest` prints one."
    } else if rule == RuleId::TooRecent {
        "Wait: most malicious releases are found within hours or days. Run again when the time is over; nothing else needs to change."
    } else if rule == RuleId::VerificationIncomplete {
        "This is neither a pass nor a failure: no transparency log dates this release, and the registry states no time. Ask the registry itself rather than a mirror, or leave the spec out of this requirement with `except`. Go's checksum database has no dates: of a module that it had when this program was released it is known how old it is at least, so that a newer release of the program may know more."
    } else {
        "If this is how the project releases now, confirm that with it and change the requirement; otherwise pin a version that meets it. An `[[exempt]]` block accepts it until a day."
    }
}

#[cfg(test)]
mod tests;
