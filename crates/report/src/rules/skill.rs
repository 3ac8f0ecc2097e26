//! What can be said of a skill: by the spec alone, and by what the forge answered
//! (docs/verification.md#g).

use std::collections::BTreeSet;

use super::evidence::causes;
use crate::finding::{Draft, RuleId, Span, Spanned};
use crate::spec::SpecSkill;
use package_provenance::evidence::FetchProblem;
use package_provenance::verify::{Limit, Observed, Outcome, Status};

/// The route of the declared ref.
const REF: &str = "provenance.repository_ref";

/// The findings about a skill. Those that need no forge are made whatever it answered.
pub fn check(skill: &SpecSkill, observed: &Observed) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = other_repository(skill)
        .into_iter()
        .chain(proposed(skill))
        .chain(claimed(skill))
        .collect();
    drafts.extend(impostors(skill, observed));
    drafts.extend(not_found(skill, observed));
    drafts.extend(incomplete(skill, observed));
    drafts
}

fn about_commit(skill: &SpecSkill, rule: RuleId, message: String, help: &str) -> Draft {
    Draft {
        rule,
        route: "spec.ref".to_owned(),
        span: skill.ref_span,
        message,
        help: help.to_owned(),
    }
}

/// `provenance.repository_uri` says where the skill comes from, and `spec.repository` is what gets
/// cloned.
fn other_repository(skill: &SpecSkill) -> Option<Draft> {
    let Spanned { value, span } = skill.declared.repository_uri.as_deref()?;
    let cloned = &skill.folder.repository;
    (value != cloned).then(|| Draft {
        rule: RuleId::SourceRepositoryMismatch,
        route: "provenance.repository_uri".to_owned(),
        span: *span,
        message: format!(
            "Declared source is `{value}`; the skill is taken from `{cloned}` (`spec.repository`)."
        ),
        help:
            "Make both name the same repository. If the project moved, confirm that with it first."
                .to_owned(),
    })
}

/// A ref of a pull request: anybody can bring a commit under it.
fn proposed(skill: &SpecSkill) -> Option<Draft> {
    let Spanned { value, span } = skill.declared.repository_ref.as_deref()?;
    value.is_proposed().then(|| Draft {
        rule: RuleId::UnexpectedBuildRef,
        route: REF.to_owned(),
        span: *span,
        message: format!(
            "Declared ref is `{value}`, which is what a pull request proposes; the commit is compared with the default branch instead."
        ),
        help: "Declare the branch that the skill follows, such as `refs/heads/main`.".to_owned(),
    })
}

/// A claim that nothing can show.
fn claimed(skill: &SpecSkill) -> Option<Draft> {
    let span: Span = skill.declared.claims_attestations()?;
    Some(Draft {
        rule: RuleId::DeclaredAttestationsMissing,
        route: "provenance.attestations".to_owned(),
        span,
        message:
            "The spec declares attestations, and a skill has none: it is a folder of a git commit."
                .to_owned(),
        help: "Remove `provenance.attestations`; a skill is judged by its commit.".to_owned(),
    })
}

fn impostors(skill: &SpecSkill, observed: &Observed) -> Option<Draft> {
    let reasons: BTreeSet<&str> = observed
        .evidence
        .iter()
        .filter_map(|one| match &one.outcome {
            Outcome::Invalid(reason) => Some(reason.as_str()),
            Outcome::Verified(_)
            | Outcome::Absent
            | Outcome::Unknown(_)
            | Outcome::Unsupported(_) => None,
        })
        .collect();
    (!reasons.is_empty()).then(|| {
        let reasons: Vec<&str> = reasons.into_iter().collect();
        let reason = reasons.join("; ");
        about_commit(
            skill,
            RuleId::ImpostorCommit,
            format!("Impostor commit: {reason}. It is a fork's commit, or the branch was rewritten."),
            "Do not use this commit: anybody can have GitHub serve one under this repository's address. Pin a commit that the branch contains, or declare the branch that contains this one after you looked at who wrote it.",
        )
    })
}

fn not_found(skill: &SpecSkill, observed: &Observed) -> Option<Draft> {
    if observed.status != Status::NotFound {
        return None;
    }
    let cause = observed
        .cause
        .as_deref()
        .unwrap_or("the repository has no such skill");
    Some(about_commit(
        skill,
        RuleId::PackageNotFound,
        format!("The skill is not there: {cause}."),
        "Check repository, branch, commit and path. If it was there before, find out why it was removed before you pin another commit.",
    ))
}

/// The sentence names no skill, so that what keeps many of them from being judged is told once.
fn incomplete(skill: &SpecSkill, observed: &Observed) -> Option<Draft> {
    let causes = causes(observed);
    let not_recorded = FetchProblem::NotRecorded.to_string();
    let is_recorded = !causes.iter().any(|cause| cause.contains(&not_recorded));
    (!causes.is_empty()).then(|| {
        about_commit(
            skill,
            RuleId::VerificationIncomplete,
            format!(
                "Whether the repository's own history contains the commit could not be determined: {}.",
                causes.join("; ")
            ),
            match observed.limit {
                Limit::Outside if !is_recorded => {
                    "This is not a pass. Record the evidence again with --save-evidence and a token in GITHUB_TOKEN, or leave --evidence out, so that GitHub is asked."
                }
                Limit::Outside => {
                    "This is not a pass. GitHub is asked with the token of GITHUB_TOKEN, unless --evidence or --offline says otherwise: set one that may read public repositories, and run again."
                }
                Limit::Unsupported => {
                    "This is not a pass, and another run changes nothing. Look at the commit yourself; an exemption can accept it."
                }
            },
        )
    })
}
