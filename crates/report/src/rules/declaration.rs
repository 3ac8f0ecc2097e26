//! The YAML that declares a publisher: only the keys that are missing, and where they go.

use crate::finding::{Span, Spanned};
use crate::spec::{Block, DeclaredProvenance};
use package_provenance::identity::PublisherKind;
use package_provenance::verify::Publisher;
use untrusted_text::quoted;

/// Indentation of what is new, in columns.
const INDENT: usize = 2;

/// `sentence`, and below it the YAML by which `declared` claims attestations and pins `publisher`.
///
/// Every line below the first is YAML, comments included: these say where the lines after them go, so
/// that no key is written a second time. The last place comes first, so that the numbers of the
/// others stay right.
pub(super) fn advice(
    sentence: &str,
    declared: &DeclaredProvenance,
    publisher: &Publisher,
) -> String {
    if let Some(stray) = &declared.stray {
        return format!(
            "Correct the key {} on line {} first: what stands below it may declare the publisher already.",
            quoted(&stray.value),
            stray.span.start_line
        );
    }
    if contradicts(declared, publisher) {
        return "The spec names another publisher than the certificate: see to that difference first."
            .to_owned();
    }
    let mut edits = edits(declared, publisher);
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.line));
    let order = if edits.len() > 1 {
        ", from the bottom up"
    } else {
        ""
    };
    let mut lines = vec![format!("{sentence}{order}:")];
    for edit in edits {
        lines.push(format!("# {}:", edit.place));
        let base = edit.column.saturating_sub(1);
        let written = edit.lines.into_iter();
        lines.extend(
            written.map(|(depth, text)| format!("{}{text}", " ".repeat(base + depth * INDENT))),
        );
    }
    lines.push(CHECK.to_owned());
    lines.join("\n")
}

/// The end of every advice: a comment, so that what a format adds to the end of a text is not YAML.
const CHECK: &str = "# Check first that this is the project's own publisher.";

/// Whether kind or repository are declared otherwise, so that adding to them would mix two publishers.
fn contradicts(declared: &DeclaredProvenance, publisher: &Publisher) -> bool {
    let kind = declared.publisher_kind.as_ref();
    let repository = declared.publisher_repository.as_ref();
    kind.is_some_and(|kind| kind.value != publisher.kind)
        || repository.is_some_and(|it| Some(&it.value) != publisher.repository.as_ref())
}

/// Lines to write at one place of the spec, each with its depth there.
struct Edit {
    line: usize,
    column: usize,
    place: String,
    lines: Vec<(usize, String)>,
}

impl Edit {
    /// Keys to add to a block that is there.
    fn below(name: &str, block: &Block, lines: Vec<(usize, String)>) -> Option<Self> {
        let line = block.key.start_line;
        let (column, place) = match block.column {
            Some(column) => (column, format!("below line {line}, `{name}:`")),
            None => (1, format!("into `{name}`, line {line}")),
        };
        (!lines.is_empty()).then_some(Self {
            line,
            column,
            place,
            lines,
        })
    }

    /// A key to write anew.
    fn instead(name: &str, span: Span, block: Option<&Block>, line: String) -> Self {
        Self {
            line: span.start_line,
            column: block.and_then(|block| block.column).unwrap_or(1),
            place: format!("line {}, instead of the present `{name}`", span.start_line),
            lines: vec![(0, line)],
        }
    }
}

fn edits(declared: &DeclaredProvenance, publisher: &Publisher) -> Vec<Edit> {
    let mut edits = Vec::new();
    let keys = publisher_keys(declared, publisher);
    let mut of_attestations = Vec::new();
    match declared.available.as_deref() {
        Some(Spanned { value: false, span }) => edits.push(Edit::instead(
            "available",
            *span,
            declared.attestations.as_deref(),
            "available: true".to_owned(),
        )),
        None if declared.claims_attestations().is_none() => {
            of_attestations.push((0, "available: true".to_owned()));
        }
        Some(_) | None => {}
    }
    match declared.publisher.as_deref() {
        Some(block) => edits.extend(Edit::below("publisher", block, keys)),
        None => of_attestations.extend(nested("publisher", keys)),
    }
    let mut of_provenance = Vec::new();
    match declared.attestations.as_deref() {
        Some(block) => edits.extend(Edit::below("attestations", block, of_attestations)),
        None => of_provenance.extend(nested("attestations", of_attestations)),
    }
    if let Some(signer) = signer(declared, publisher) {
        match &declared.signer_identity {
            Some(identity) => edits.push(Edit::instead(
                "signer_identity",
                identity.span,
                declared.block.as_deref(),
                signer,
            )),
            None => of_provenance.push((0, signer)),
        }
    }
    match declared.block.as_deref() {
        Some(block) => edits.extend(Edit::below("provenance", block, of_provenance)),
        None => edits.push(Edit {
            line: usize::MAX,
            column: 1,
            place: "at the end of the file".to_owned(),
            lines: nested("provenance", of_provenance),
        }),
    }
    edits
}

/// `key:` with `lines` below it, where there are any.
fn nested(key: &str, lines: Vec<(usize, String)>) -> Vec<(usize, String)> {
    if lines.is_empty() {
        return lines;
    }
    let deeper = lines.into_iter().map(|(depth, line)| (depth + 1, line));
    std::iter::once((0, format!("{key}:")))
        .chain(deeper)
        .collect()
}

/// The keys of a publisher that a repository names, as far as they are not declared.
fn publisher_keys(declared: &DeclaredProvenance, publisher: &Publisher) -> Vec<(usize, String)> {
    let Some(repository) = publisher.repository.as_ref().filter(|_| forge(publisher)) else {
        return Vec::new();
    };
    let kind = publisher.kind.as_str();
    [
        (declared.publisher_kind.is_none()).then(|| key("kind", kind)),
        (declared.publisher_repository.is_none()).then(|| key("repository", repository.path())),
        publisher
            .workflow
            .as_deref()
            .filter(|_| declared.publisher_workflow.is_none())
            .map(|workflow| key("workflow", workflow)),
    ]
    .into_iter()
    .flatten()
    .map(|line| (0, line))
    .collect()
}

/// The subject of a publisher that no repository names, where it is not declared.
fn signer(declared: &DeclaredProvenance, publisher: &Publisher) -> Option<String> {
    let declared = declared.signer_identity.as_ref();
    let whole = declared.is_some_and(|identity| identity.value.is_whole());
    (!forge(publisher) && !whole).then(|| key("signer_identity", &publisher.subject))
}

/// Whether kind and repository name one publisher.
pub(super) const fn forge(publisher: &Publisher) -> bool {
    match publisher.kind {
        PublisherKind::GitHub | PublisherKind::GitLab => true,
        PublisherKind::Google | PublisherKind::CircleCI => false,
    }
}

/// A line of YAML. The value is quoted as JSON, which YAML reads alike.
fn key(name: &str, value: &str) -> String {
    format!("{name}: {}", serde_json::Value::from(value))
}

#[cfg(test)]
mod tests;
