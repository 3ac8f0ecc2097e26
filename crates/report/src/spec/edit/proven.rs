//! What a verified publisher proves, key by key, beside what the spec declares.

use super::change::{Change, Route, Value};
use crate::spec::parse::yaml::{Kind, Node};
use package_provenance::identity::{PublisherKind, Repository, SignerIdentity, same_workflow};
use package_provenance::verify::Publisher;

const AVAILABLE: Route = &["provenance", "attestations", "available"];
const VERIFIED: Route = &["provenance", "attestations", "verified"];
const KIND: Route = &["provenance", "attestations", "publisher", "kind"];
const REPOSITORY: Route = &["provenance", "attestations", "publisher", "repository"];
const WORKFLOW: Route = &["provenance", "attestations", "publisher", "workflow"];
const REPOSITORY_ID: Route = &["provenance", "attestations", "publisher", "repository_id"];
const OWNER_ID: Route = &["provenance", "attestations", "publisher", "owner_id"];
const SIGNER: Route = &["provenance", "signer_identity"];

/// A key whose declared value is not the proven one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The key, such as `provenance.attestations.publisher.repository`.
    pub key: String,
    /// 1-based.
    pub line: usize,
    /// What is declared: untrusted text.
    pub declared: String,
    /// What is proven.
    pub proven: String,
}

/// What to write for a spec.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// Keys that are missing.
    pub(super) additions: Vec<Change>,
    /// Keys that say something else, and what they would be changed to.
    pub(super) differences: Vec<(Difference, Change)>,
}

/// What `publisher` proves and the spec does not declare so. A key that means the same in another
/// spelling (`release.yml`, another case of a repository) stays as it is.
pub(super) fn plan(root: &Node, publisher: &Publisher) -> Plan {
    let mut plan = Plan::default();
    for Proven { route, value, same } in proven(root, publisher) {
        let change = Change { route, value };
        match scalar(root, route) {
            None => plan.additions.push(change),
            Some(declared) if same(declared.text, declared.plain) => {}
            Some(declared) => plan.differences.push((
                Difference {
                    key: route.join("."),
                    line: declared.line,
                    declared: declared.text.to_owned(),
                    proven: match &change.value {
                        Value::Text(text) => text.clone(),
                        Value::Flag(flag) => flag.to_string(),
                    },
                },
                change,
            )),
        }
    }
    plan
}

/// Whether a declared text, plain or not, means the proven value.
type Same<'a> = Box<dyn Fn(&str, bool) -> bool + 'a>;

/// A proven value, and whether a declared text means it.
struct Proven<'a> {
    route: Route,
    value: Value,
    same: Same<'a>,
}

impl<'a> Proven<'a> {
    fn flag(route: Route) -> Self {
        let is_true = |text: &str, plain: bool| plain && matches!(text, "true" | "True" | "TRUE");
        Self {
            route,
            value: Value::Flag(true),
            same: Box::new(is_true),
        }
    }

    fn text(route: Route, value: &str, same: impl Fn(&str) -> bool + 'a) -> Self {
        Self {
            route,
            value: Value::Text(value.to_owned()),
            same: Box::new(move |text, _| same(text)),
        }
    }
}

fn proven<'a>(root: &Node, publisher: &'a Publisher) -> Vec<Proven<'a>> {
    let mut all = vec![Proven::flag(AVAILABLE)];
    // A statement of the author's that nobody needs: corrected where it is there, never added.
    if is_there(root, VERIFIED) {
        all.push(Proven::flag(VERIFIED));
    }
    let kind = publisher.kind;
    let repository = publisher.repository.as_ref();
    match (kind, repository) {
        (PublisherKind::GitHub | PublisherKind::GitLab, Some(repository)) => {
            all.push(Proven::text(KIND, kind.as_str(), move |text| {
                PublisherKind::parse(text) == Some(kind)
            }));
            all.push(Proven::text(REPOSITORY, repository.path(), move |text| {
                Repository::declared(text, kind.default_host()).is_ok_and(|it| it == *repository)
            }));
            all.extend(publisher.workflow.as_deref().map(|workflow| {
                Proven::text(WORKFLOW, workflow, move |text| {
                    same_workflow(kind, text, workflow)
                })
            }));
            for (route, id) in [
                (REPOSITORY_ID, publisher.repository_id.as_deref()),
                (OWNER_ID, publisher.owner_id.as_deref()),
            ] {
                all.extend(id.map(|id| Proven::text(route, id, move |text| text == id)));
            }
            // The older key is not added, and must not say something else beside the new ones.
            if scalar(root, SIGNER).is_some_and(|it| SignerIdentity::parse(it.text).is_whole()) {
                all.push(signer(publisher));
            }
        }
        // Kind and repository do not name one publisher here; the certificate's subject does.
        (PublisherKind::Google | PublisherKind::CircleCI, _)
        | (PublisherKind::GitHub | PublisherKind::GitLab, None) => all.push(signer(publisher)),
    }
    all
}

/// The certificate's subject. What follows `@` in a declared one may be left out.
fn signer(publisher: &Publisher) -> Proven<'_> {
    let subject = publisher.subject.as_str();
    Proven::text(SIGNER, subject, move |text| {
        text == subject
            || (SignerIdentity::parse(text).is_whole()
                && subject
                    .strip_prefix(text)
                    .is_some_and(|rest| rest.starts_with('@')))
    })
}

struct Scalar<'a> {
    text: &'a str,
    plain: bool,
    line: usize,
}

/// The scalar at `route`; none where nothing is written there.
fn scalar(root: &Node, route: Route) -> Option<Scalar<'_>> {
    let (node, line) = node(root, route)?;
    match &node.kind {
        Kind::Scalar { text, plain } if !(*plain && is_null(text)) => Some(Scalar {
            text,
            plain: *plain,
            line,
        }),
        Kind::Scalar { .. } | Kind::Sequence(_) | Kind::Mapping(_) => None,
    }
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn is_there(root: &Node, route: Route) -> bool {
    node(root, route).is_some()
}

/// The value at `route`, and the line of its key.
fn node(root: &Node, route: Route) -> Option<(&Node, usize)> {
    route.iter().try_fold((root, 1), |(node, _), key| {
        let Kind::Mapping(entries) = &node.kind else {
            return None;
        };
        let entry = entries.iter().find(|entry| entry.key.value == *key)?;
        Some((&entry.value, entry.key.span.start_line))
    })
}
