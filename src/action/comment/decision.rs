//! The sticky comment: which comment is ours, and whether it needs a word. Pure.
//!
//! A comment starts with a marker that HTML does not show:
//! `<!-- dockyard-provenance:CATEGORY VERDICT OUTCOME -->`. The outcome is a digest of everything
//! that a reader should hear of again; it holds neither commits nor lines, so that a push which
//! changes nothing of it leaves the comment alone.

use sigstore_verify::crypto::sha256;

use crate::action::inputs::CommentWhen;
use dockyard_report::report::{Comparison, Report, Verdict};

/// Most characters of a comment, the marker counted.
pub const MAX_COMMENT: usize = 65_536;

/// Characters of an outcome.
const OUTCOME: usize = 32;

/// In place of the verdict, where another comment stands for this one.
const SUPERSEDED: &str = "superseded";

/// In place of the verdict, where the run passes and the pull request makes something worse: a comment
/// tells of it as of a failure.
const WORSE: &str = "worse";

/// The same, where it passes and something is proposed that is not in a review: there it is read.
const PROPOSES: &str = "proposes";

/// What a comment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The verdict's word, `WORSE` or `PROPOSES`.
    pub verdict: String,
    /// The outcome's digest.
    pub outcome: String,
}

impl Said {
    /// What a comment on `report` says that shows what changed since `base`, and what is `proposed`.
    pub fn of(report: &Report, base: Option<&Report>, proposed: &str) -> Self {
        let worse = base.is_some_and(|base| Comparison::between(base, report).is_worse());
        let verdict = match report.verdict {
            Verdict::Pass if worse => WORSE,
            Verdict::Pass if !proposed.is_empty() => PROPOSES,
            verdict @ (Verdict::Pass | Verdict::Fail | Verdict::Inconclusive) => verdict.as_str(),
        };
        Self {
            verdict: verdict.to_owned(),
            outcome: outcome(report, base, proposed),
        }
    }

    /// What a comment says that is about no report: its first word is not a verdict.
    pub fn without_report(word: &str) -> Self {
        Self {
            verdict: word.to_owned(),
            outcome: "0".repeat(OUTCOME),
        }
    }

    /// Whether another comment stands for it.
    pub fn is_superseded(&self) -> bool {
        self.verdict == SUPERSEDED
    }

    fn is_pass(&self) -> bool {
        self.verdict == Verdict::Pass.as_str()
    }
}

/// What to do about the comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Write one.
    Create,
    /// Rewrite the one there is.
    Update,
    /// Nothing.
    Leave,
}

/// The first line of a comment.
pub fn marker(category: &str, said: &Said) -> String {
    format!("{}{} {} -->", opening(category), said.verdict, said.outcome)
}

fn opening(category: &str) -> String {
    format!("<!-- dockyard-provenance:{category} ")
}

/// What the comment with this body says, if it is one of this category.
pub fn read(body: &str, category: &str) -> Option<Said> {
    let first = body.lines().next()?;
    let said = first.strip_prefix(&opening(category))?;
    let mut words = said.split(' ');
    let (verdict, outcome, end) = (words.next()?, words.next()?, words.next()?);
    (end == "-->" && words.next().is_none()).then(|| Said {
        verdict: verdict.to_owned(),
        outcome: outcome.to_owned(),
    })
}

/// What to do where the comment says `old` and the report says `new`; `same` is whether the whole
/// text would stay as it is.
pub fn decide(when: CommentWhen, old: Option<&Said>, new: &Said, same: bool) -> Step {
    let Some(old) = old else {
        return match when {
            CommentWhen::Always => Step::Create,
            CommentWhen::OnFailure | CommentWhen::OnChange if !new.is_pass() => Step::Create,
            CommentWhen::OnFailure | CommentWhen::OnChange | CommentWhen::Never => Step::Leave,
        };
    };
    let stays = match when {
        CommentWhen::Never => true,
        CommentWhen::Always => same,
        CommentWhen::OnChange => old == new,
        // A comment that says "failed" is put right; a resolved one is left alone.
        CommentWhen::OnFailure => old == new || (old.is_pass() && new.is_pass()),
    };
    if stays { Step::Leave } else { Step::Update }
}

/// Whether the comment said that something was wrong and nothing is any more.
pub fn is_resolved(old: Option<&Said>, new: &Said) -> bool {
    new.is_pass() && old.is_some_and(|old| !old.is_pass())
}

/// Whether two bodies are the same: a comment that was edited on the web has other line ends.
pub fn same_body(one: &str, other: &str) -> bool {
    let plain = |body: &str| body.replace('\r', "").trim_end().to_owned();
    plain(one) == plain(other)
}

/// The text of a comment that another one of the same conversation stands for.
pub fn superseded(category: &str, by: u64) -> String {
    format!(
        "{}\n[Another comment](#issuecomment-{by}) tells what this check found; this one is not kept \
         up to date.\n",
        marker(category, &Said::without_report(SUPERSEDED))
    )
}

/// Hexadecimal characters: verdict, gate, and of each spec, today's and the base's, its package,
/// status and findings; then what is proposed.
fn outcome(report: &Report, base: Option<&Report>, proposed: &str) -> String {
    let mut parts: Vec<&str> = vec![report.verdict.as_str(), report.gate.fail_on.as_str()];
    parts.extend(report.gate.changes.iter().map(String::as_str));
    parts.extend(report.gate.doubts.iter().map(String::as_str));
    parts.extend(
        report
            .config_findings
            .iter()
            .map(|finding| finding.message.as_str()),
    );
    parts.extend(specs(report));
    if let Some(base) = base {
        parts.push("base");
        parts.extend(specs(base));
    }
    if !proposed.is_empty() {
        parts.extend(["proposed", proposed]);
    }
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(part.len().to_string().as_bytes());
        bytes.push(b':');
        bytes.extend_from_slice(part.as_bytes());
    }
    let mut digest = hex::encode(sha256(&bytes).as_bytes());
    digest.truncate(OUTCOME);
    digest
}

fn specs(report: &Report) -> Vec<&str> {
    let mut parts = Vec::new();
    for spec in report.judged() {
        parts.extend([spec.path.as_str(), spec.status.as_str()]);
        parts.extend(spec.package.as_deref());
        parts.extend(spec.version.as_deref());
        let publisher = spec.publisher.as_ref();
        parts.extend(publisher.and_then(|publisher| publisher.repository.as_deref()));
        for finding in &spec.findings {
            parts.extend([
                finding.rule.as_str(),
                finding.severity.as_str(),
                &finding.message,
            ]);
            parts.extend(finding.exempted.is_some().then_some("accepted"));
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(verdict: &str, outcome: &str) -> Said {
        Said {
            verdict: verdict.to_owned(),
            outcome: outcome.to_owned(),
        }
    }

    #[test]
    fn a_marker_is_read_back_and_belongs_to_its_category() {
        let one = said("fail", "0123");
        let body = format!("{}\n### text", marker("a/b", &one));
        assert_eq!(read(&body, "a/b"), Some(one));
        for (body, category) in [
            (body.as_str(), "a"),
            (body.as_str(), "a/b/"),
            (&format!(" {body}"), "a/b"),
            (&format!("quoting\n{body}"), "a/b"),
            ("<!-- dockyard-provenance:a -->", "a"),
            ("<!-- dockyard-provenance:a fail 0 --> x", "a"),
        ] {
            assert_eq!(read(body, category), None, "{body:?}");
        }
    }

    #[test]
    fn a_superseded_comment_is_known_as_one() {
        let body = superseded("a", 7);
        assert!(read(&body, "a").unwrap().is_superseded());
        assert!(body.contains("(#issuecomment-7)"));
        assert!(!said("pass", "0").is_superseded());
    }

    #[test]
    fn every_case_of_every_choice() {
        use CommentWhen::{Always, Never, OnChange, OnFailure};
        use Step::{Create, Leave, Update};
        let (pass, fail, other) = (said("pass", "0"), said("fail", "1"), said("fail", "2"));
        // Before, now, then what each choice does: always, on-failure, on-change, never.
        for (old, new, expected) in [
            (None, &pass, [Create, Leave, Leave, Leave]),
            (None, &fail, [Create, Create, Create, Leave]),
            (Some(&fail), &fail, [Update, Leave, Leave, Leave]),
            (Some(&fail), &other, [Update, Update, Update, Leave]),
            (Some(&fail), &pass, [Update, Update, Update, Leave]),
            (Some(&pass), &fail, [Update, Update, Update, Leave]),
            (Some(&pass), &pass, [Update, Leave, Leave, Leave]),
            (
                Some(&pass),
                &said("pass", "9"),
                [Update, Leave, Update, Leave],
            ),
        ] {
            for (when, expected) in [Always, OnFailure, OnChange, Never]
                .into_iter()
                .zip(expected)
            {
                assert_eq!(
                    decide(when, old, new, false),
                    expected,
                    "{when:?} {old:?} {new:?}"
                );
            }
            // What would not change is never written.
            if old.is_some() {
                assert_eq!(decide(Always, old, new, true), Leave);
            }
        }
        // A pass that makes something worse is told as a failure is, and put right when it is gone.
        // So is one that has something to propose.
        let proposes = said(PROPOSES, "4");
        assert_eq!(decide(OnChange, None, &proposes, false), Create);
        assert_eq!(decide(OnFailure, Some(&proposes), &pass, false), Update);
        let worse = said(WORSE, "3");
        assert_eq!(decide(OnFailure, None, &worse, false), Create);
        assert_eq!(decide(OnFailure, Some(&worse), &pass, false), Update);
        assert!(is_resolved(Some(&worse), &pass));
        assert!(is_resolved(Some(&fail), &pass));
        assert!(!is_resolved(Some(&pass), &pass));
        assert!(!is_resolved(None, &pass));
    }
}
