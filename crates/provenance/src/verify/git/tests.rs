use super::*;
use crate::evidence::FetchError;
use crate::evidence::git::{CommitAnswer, ObjectAnswer};
use crate::git::{CommitId, FollowedRef, TreePath};
use crate::identity::Repository;
use crate::verify::Limit;

const TIP: &str = "1111111111111111111111111111111111111111";
const PINNED: &str = "2222222222222222222222222222222222222222";
const OTHER: &str = "3333333333333333333333333333333333333333";

fn folder() -> PinnedFolder {
    PinnedFolder {
        repository: Repository::declared("https://github.com/acme/skills", "github.com").unwrap(),
        commit: CommitId::parse(PINNED).unwrap(),
        followed: Some(FollowedRef::branch("main").unwrap()),
        path: TreePath::parse("skills/review").unwrap(),
    }
}

fn honest() -> FolderAnswer {
    FolderAnswer {
        repository: RepositoryAnswer {
            name: "acme/skills".to_owned(),
            id: 7,
            owner_id: Some(8),
            archived: false,
            disabled: false,
        },
        followed: Some(RefAnswer {
            name: "refs/heads/main".to_owned(),
            object: TIP.to_owned(),
            tip: TIP.to_owned(),
            comparison: Some(Comparison {
                status: ComparisonStatus::Behind,
                base: TIP.to_owned(),
                head: Some(PINNED.to_owned()),
            }),
        }),
        commit: Some(CommitAnswer {
            id: PINNED.to_owned(),
            signature: None,
        }),
        file: Some(ObjectAnswer {
            kind: "Blob".to_owned(),
            id: OTHER.to_owned(),
        }),
    }
}

fn judged(folder: &PinnedFolder, change: impl FnOnce(&mut FolderAnswer)) -> Observed {
    let mut answer = honest();
    change(&mut answer);
    let body = serde_json::to_vec(&answer).unwrap();
    verify_folder(folder, &Fetched::Found(body.into()))
}

/// The status where the declared branch's answer is changed.
fn compared(change: impl FnOnce(&mut RefAnswer)) -> Status {
    let change = |answer: &mut FolderAnswer| change(answer.followed.as_mut().unwrap());
    judged(&folder(), change).status
}

fn comparison(change: impl FnOnce(&mut Comparison)) -> Status {
    compared(|followed| change(followed.comparison.as_mut().unwrap()))
}

#[test]
fn a_commit_of_the_branch_is_pinned_with_its_digest() {
    let observed = judged(&folder(), |_| {});
    assert_eq!(observed.status, Status::Pinned);
    let Outcome::Verified(facts) = &observed.evidence[0].outcome else {
        panic!("{observed:?}");
    };
    assert_eq!(*facts.get().digest, format!("gitCommit:{PINNED}"));
    let source = facts.get().source.as_ref().unwrap();
    assert_eq!(
        (source.repository_id.as_str(), source.tip.as_str()),
        ("7", TIP)
    );
    // The newest commit needs no comparison.
    let tip = compared(|followed| {
        followed.tip = PINNED.to_owned();
        followed.comparison = None;
    });
    assert_eq!(tip, Status::Pinned);
}

#[test]
fn a_commit_outside_the_history_is_an_impostor() {
    for status in [
        ComparisonStatus::Ahead,
        ComparisonStatus::Diverged,
        ComparisonStatus::Unrelated,
    ] {
        assert_eq!(
            comparison(|it| it.status = status),
            Status::Invalid,
            "{status:?}"
        );
        let unnamed = comparison(|it| (it.status, it.head) = (status, None));
        assert_eq!(unnamed, Status::Invalid, "{status:?}");
    }
}

#[test]
fn an_answer_about_something_else_proves_nothing() {
    let other = || Some(OTHER.to_owned());
    for status in [
        comparison(|it| it.base = OTHER.to_owned()),
        comparison(|it| it.head = other()),
        comparison(|it| it.head = None),
        comparison(|it| (it.status, it.head) = (ComparisonStatus::Diverged, other())),
        compared(|it| it.comparison = None),
        compared(|it| it.name = "refs/heads/other".to_owned()),
        compared(|it| it.name = "refs/tags/main".to_owned()),
        judged(&folder(), |it| {
            it.commit.as_mut().unwrap().id = OTHER.to_owned();
        })
        .status,
    ] {
        assert_eq!(status, Status::Unknown);
    }
    for body in ["", "{}", "[]", "null", r#"{"repository":{}}"#] {
        let answer = Fetched::Found(body.as_bytes().into());
        assert_eq!(
            verify_folder(&folder(), &answer).status,
            Status::Unknown,
            "{body}"
        );
    }
    let mut long = serde_json::to_vec(&honest()).unwrap();
    long.resize(MAX_ANSWER + 1, b' ');
    let answer = Fetched::Found(long.into());
    assert_eq!(verify_folder(&folder(), &answer).status, Status::Unknown);
}

#[test]
fn a_default_branch_is_a_branch() {
    let undeclared = PinnedFolder {
        followed: None,
        ..folder()
    };
    assert_eq!(judged(&undeclared, |_| {}).status, Status::Pinned);
    let tag = |answer: &mut FolderAnswer| {
        answer.followed.as_mut().unwrap().name = "refs/tags/v1.0.0".to_owned();
    };
    assert_eq!(judged(&undeclared, tag).status, Status::Unknown);
}

#[test]
fn what_is_not_there_is_not_found() {
    type Change = fn(&mut FolderAnswer);
    let changes: [(Change, &str); 4] = [
        (|it| it.followed = None, "has no branch"),
        (|it| it.commit = None, "has no commit"),
        (|it| it.file = None, "skills/review/SKILL.md"),
        (
            |it| it.file.as_mut().unwrap().kind = "Tree".to_owned(),
            "has no file",
        ),
    ];
    for (change, cause) in changes {
        let observed = judged(&folder(), change);
        assert_eq!(observed.status, Status::NotFound, "{cause}");
        assert!(observed.cause.unwrap().contains(cause), "{cause}");
        assert!(observed.project_exists);
    }
    let gone = verify_folder(&folder(), &Fetched::Missing);
    assert_eq!((gone.status, gone.project_exists), (Status::Unknown, false));
    // A fork's commit that has no such file is still a fork's.
    let both = judged(&folder(), |it| {
        it.file = None;
        let comparison = it.followed.as_mut().unwrap().comparison.as_mut().unwrap();
        comparison.status = ComparisonStatus::Diverged;
    });
    assert_eq!(both.status, Status::Invalid);
}

#[test]
fn a_failure_is_unknown_whatever_it_is() {
    for (problem, limit) in [
        (
            FetchProblem::Api("GitHub answered 502".to_owned()),
            Limit::Outside,
        ),
        (FetchProblem::Offline, Limit::Outside),
        (FetchProblem::NotRecorded, Limit::Outside),
        (
            FetchProblem::NoEndpoint("not asked".to_owned()),
            Limit::Unsupported,
        ),
    ] {
        let asked = "github.com/acme/skills".to_owned();
        let observed = verify_folder(&folder(), &Fetched::Failed(FetchError { asked, problem }));
        assert_eq!((observed.status, observed.limit), (Status::Unknown, limit));
        assert!(observed.cause.is_some());
    }
}

#[test]
fn what_people_should_know_is_told() {
    let observed = judged(&folder(), |it| {
        it.repository.name = "other/skills".to_owned();
        it.repository.archived = true;
        it.commit.as_mut().unwrap().signature = Some("VALID".to_owned());
    });
    let Outcome::Verified(facts) = &observed.evidence[0].outcome else {
        panic!("{observed:?}");
    };
    let note = facts.get().note.clone().unwrap();
    for part in [
        "`main`",
        "now called `other/skills`",
        "archived",
        "signature is valid",
    ] {
        assert!(note.contains(part), "{note}");
    }
}
