//! What a forge's answers prove about a folder that is pinned by a commit (docs/verification.md#g).
//!
//! The commit's id fixes the content. What it does not say is whose it is: GitHub serves the objects of
//! a whole network of forks under the name of each of its repositories, so that a commit which only a
//! fork has can be fetched, and cloned, by the parent's address. What makes a commit the repository's
//! own is that a branch or a tag contains it, which only people with write access can bring about.

use super::observed::{
    Evidence, EvidenceFacts, EvidenceKind, Observed, Outcome, Source, Status, Verified,
};
use crate::evidence::git::{
    Comparison, ComparisonStatus, FolderAnswer, MAX_ANSWER, NOT_ASKED, RefAnswer, RepositoryAnswer,
    SKILL_FILE,
};
use crate::evidence::{FetchProblem, Fetched};
use crate::git::PinnedFolder;
use crate::json;
use untrusted_text::quoted;

/// Judges what the forge answered about `folder`.
///
/// 1. The repository is there, and the branch or tag.
/// 2. The commit is there, in the repository or in a fork.
/// 3. The commit is in the history of the branch or tag.
/// 4. The folder holds a skill at that commit.
pub fn verify_folder(folder: &PinnedFolder, answer: &Fetched) -> Observed {
    let body = match answer {
        Fetched::Found(body) => body,
        Fetched::Missing => {
            // GitHub says the same of both (docs/verification.md#g3).
            return Observed::undetermined(format!(
                "there is no repository `{}`, or the token may not see it",
                folder.repository
            ));
        }
        Fetched::Failed(error) => {
            if let FetchProblem::NoEndpoint(cause) = &error.problem {
                return Observed::unsupported(cause.clone());
            }
            if let FetchProblem::Api(cause) = &error.problem {
                return Observed::undetermined(cause.clone());
            }
            return Observed::undetermined(error.to_string());
        }
    };
    let read = if body.len() > MAX_ANSWER {
        Err(format!("it is larger than {MAX_ANSWER} bytes"))
    } else {
        json::from_slice::<FolderAnswer>(body).map_err(|error| error.to_string())
    };
    match read {
        Ok(answer) => judge(folder, &answer),
        Err(why) => unreadable(&why),
    }
}

fn judge(folder: &PinnedFolder, answer: &FolderAnswer) -> Observed {
    let Some(followed) = &answer.followed else {
        return Observed::version_not_found(no_ref(folder));
    };
    if !is_about(folder, followed) {
        return unreadable("it is about another branch or tag");
    }
    let Some(commit) = &answer.commit else {
        return Observed::version_not_found(format!(
            "`{}` has no commit {}, and neither has a fork of it",
            folder.repository, folder.commit
        ));
    };
    if commit.id != folder.commit.as_str() {
        return unreadable("it is about another commit");
    }
    match reach(folder, followed) {
        Reach::Contained => {}
        Reach::Outside => return impostor(folder, followed),
        Reach::Unknown(why) => return Observed::undetermined(why),
    }
    if answer.file.as_ref().is_none_or(|file| file.kind != "Blob") {
        return Observed::version_not_found(format!(
            "commit {} of `{}` has no file `{}`",
            folder.commit.short(),
            folder.repository,
            folder.path.file(SKILL_FILE)
        ));
    }
    let facts = EvidenceFacts {
        digest: format!("gitCommit:{}", folder.commit).into(),
        note: Some(notes(folder, answer, followed)),
        source: Some(Box::new(source(folder, &answer.repository, followed))),
        ..EvidenceFacts::default()
    };
    let verified = Outcome::Verified(Verified::attest(facts));
    Observed::from_evidence(Status::Pinned, vec![evidence(folder, verified)])
}

/// How a commit lies to a branch or tag.
enum Reach {
    /// In its history.
    Contained,
    /// Not in its history.
    Outside,
    /// Not known, and why.
    Unknown(String),
}

/// Only an answer about exactly this commit and this tip counts, whatever else it says.
fn reach(folder: &PinnedFolder, followed: &RefAnswer) -> Reach {
    let commit = folder.commit.as_str();
    if followed.tip == commit {
        return Reach::Contained;
    }
    let Some(Comparison { status, base, head }) = &followed.comparison else {
        return Reach::Unknown(format!(
            "whether commit {} is in the history of {} could not be had",
            folder.commit.short(),
            named(followed)
        ));
    };
    let base_is_right = *base == followed.tip || *base == followed.object;
    let head_is_right = head.as_deref() == Some(commit);
    match status {
        _ if !base_is_right => Reach::Unknown(format!(
            "{} was moved while GitHub was asked about it; run again",
            named(followed)
        )),
        ComparisonStatus::Ahead | ComparisonStatus::Diverged | ComparisonStatus::Unrelated
            if head_is_right || head.is_none() =>
        {
            Reach::Outside
        }
        ComparisonStatus::Identical | ComparisonStatus::Behind if head_is_right => Reach::Contained,
        ComparisonStatus::Identical
        | ComparisonStatus::Behind
        | ComparisonStatus::Ahead
        | ComparisonStatus::Diverged
        | ComparisonStatus::Unrelated => {
            Reach::Unknown("GitHub compared another commit than the pinned one".to_owned())
        }
    }
}

/// Whether the answer is about the declared branch or tag, or about some branch where none is declared.
fn is_about(folder: &PinnedFolder, answer: &RefAnswer) -> bool {
    match &folder.followed {
        Some(followed) => followed.as_str() == answer.name,
        None => answer.name.starts_with("refs/heads/"),
    }
}

fn no_ref(folder: &PinnedFolder) -> String {
    folder.followed.as_ref().map_or_else(
        || format!("`{}` has no default branch", folder.repository),
        |followed| {
            format!(
                "`{}` has no {} {}",
                folder.repository,
                followed.kind(),
                quoted(followed.name())
            )
        },
    )
}

/// ``the branch `main` ``.
fn named(followed: &RefAnswer) -> String {
    let (kind, name) = if let Some(name) = followed.name.strip_prefix("refs/tags/") {
        ("tag", name)
    } else {
        let name = followed.name.strip_prefix("refs/heads/");
        ("branch", name.unwrap_or(&followed.name))
    };
    format!("the {kind} {}", quoted(name))
}

fn impostor(folder: &PinnedFolder, followed: &RefAnswer) -> Observed {
    let reason = format!(
        "commit {} is not in the history of {} of `{}`",
        folder.commit,
        named(followed),
        folder.repository
    );
    let evidence = evidence(folder, Outcome::Invalid(reason));
    Observed {
        project_exists: true,
        ..Observed::from_evidence(Status::Invalid, vec![evidence])
    }
}

fn unreadable(why: &str) -> Observed {
    Observed::undetermined(format!("GitHub's answer cannot be read: {why}"))
}

fn evidence(folder: &PinnedFolder, outcome: Outcome) -> Evidence {
    Evidence {
        kind: EvidenceKind::GitCommit,
        artifact: folder.to_string(),
        outcome,
    }
}

fn source(folder: &PinnedFolder, repository: &RepositoryAnswer, followed: &RefAnswer) -> Source {
    Source {
        repository: folder.repository.clone(),
        repository_id: repository.id.to_string(),
        owner_id: repository.owner_id.map(|id| id.to_string()),
        followed: followed.name.clone(),
        tip: followed.tip.clone(),
    }
}

/// What a reader should know of the repository and the commit. A signature is told and never asked for:
/// GitHub signs what is committed on its web pages, in a fork too.
fn notes(folder: &PinnedFolder, answer: &FolderAnswer, followed: &RefAnswer) -> String {
    let RepositoryAnswer {
        name,
        archived,
        disabled,
        ..
    } = &answer.repository;
    let renamed = !name.eq_ignore_ascii_case(folder.repository.path());
    let mut notes = vec![format!("in the history of {}", named(followed))];
    if folder.followed.is_none() {
        notes.push("which is the default branch, because the spec declares none".to_owned());
    }
    if renamed {
        notes.push(format!("the repository is now called {}", quoted(name)));
    }
    if *archived {
        notes.push("the repository is archived".to_owned());
    }
    if *disabled {
        notes.push("GitHub has disabled the repository".to_owned());
    }
    let signature = answer.commit.as_ref().and_then(|it| it.signature.as_ref());
    notes.push(match signature.map(String::as_str) {
        Some("VALID") => "the commit's signature is valid".to_owned(),
        Some(NOT_ASKED) => "whether the commit is signed was not asked".to_owned(),
        Some(state) => format!("the commit's signature is {}", quoted(state)),
        None => "the commit is not signed".to_owned(),
    });
    notes.join("; ")
}

#[cfg(test)]
mod tests;
