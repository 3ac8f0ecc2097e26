//! How many of the packages are verified: the one set of numbers that every format for people tells,
//! the JSON report's. Packages and skills are counted apart.

use std::collections::BTreeMap;

use super::attributed::{Attributed, Author};
use super::style::count;
use super::{LockReport, SpecReport};
use package_provenance::verify::Status;

/// The folder of specs that pin a commit instead of a package.
const SKILLS: &str = "skills";

/// What a spec is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A package of a registry, or what should have been one.
    Package,
    /// A skill.
    Skill,
    /// Neither.
    Nothing,
}

impl Subject {
    pub(super) fn of(spec: &SpecReport) -> Self {
        Self::told(&spec.protocol, spec.status)
    }

    /// What a report's words for folder and status say.
    pub fn told(protocol: &str, status: Status) -> Self {
        if protocol == SKILLS {
            Self::Skill
        } else if status == Status::NotApplicable {
            Self::Nothing
        } else {
            Self::Package
        }
    }
}

/// `9 of 12 packages verified · 2 signed only · 1 unknown · 189 skills not checked`.
pub(super) fn coverage(report: Attributed<'_>) -> String {
    let author = report.author();
    let of = |subject| {
        by_status(
            report
                .report()
                .specs
                .iter()
                .filter(move |spec| Subject::of(spec) == subject),
        )
    };
    let (packages, skills, other) = (
        of(Subject::Package),
        of(Subject::Skill),
        of(Subject::Nothing),
    );
    let total = |counts: &BTreeMap<Status, usize>| counts.values().sum::<usize>();
    let mut parts = Vec::new();
    if total(&packages) > 0 {
        let verified = packages.get(&Status::Verified).copied().unwrap_or_default();
        parts.push(format!(
            "{verified} of {} packages {}",
            total(&packages),
            author.status(Status::Verified)
        ));
        parts.extend(words(&packages, author, Some(Status::Verified)));
    }
    if total(&skills) > 0 {
        let skill = count(total(&skills), "skill");
        parts.push(match skills.first_key_value() {
            Some((Status::NotApplicable, _)) if skills.len() == 1 => format!("{skill} not checked"),
            _ => {
                let listed: Vec<String> = words(&skills, author, None).collect();
                format!("{skill}: {}", listed.join(", "))
            }
        });
    }
    if total(&other) > 0 {
        parts.push(format!(
            "{} without a package",
            count(total(&other), "spec")
        ));
    }
    let locked: Vec<Status> = report
        .report()
        .locks
        .iter()
        .flat_map(LockReport::of_registry)
        .map(|package| package.report.status)
        .collect();
    if !locked.is_empty() {
        let verified = locked.iter().filter(|it| **it == Status::Verified).count();
        parts.push(format!(
            "{verified} of {} {}",
            count(locked.len(), "locked package"),
            author.status(Status::Verified)
        ));
    }
    if parts.is_empty() && !report.locks.is_empty() {
        return "No package of a registry is in a lock file.".to_owned();
    }
    if parts.is_empty() {
        return "No spec was checked.".to_owned();
    }
    parts.join(" · ")
}

fn by_status<'a>(specs: impl Iterator<Item = &'a SpecReport>) -> BTreeMap<Status, usize> {
    let mut counts = BTreeMap::new();
    for spec in specs {
        *counts.entry(spec.status).or_default() += 1;
    }
    counts
}

/// `120 verified`, `861 signed only`, the best first.
pub(super) fn counted_by_status(counts: &BTreeMap<Status, usize>, author: Author) -> Vec<String> {
    words(counts, author, None).collect()
}

fn words(
    counts: &BTreeMap<Status, usize>,
    author: Author,
    without: Option<Status>,
) -> impl Iterator<Item = String> {
    counts
        .iter()
        .filter(move |(status, _)| Some(**status) != without)
        .map(move |(status, number)| format!("{number} {}", word(author, *status)))
}

fn word(author: Author, status: Status) -> &'static str {
    if status == Status::None {
        "without evidence"
    } else {
        author.status(status)
    }
}
