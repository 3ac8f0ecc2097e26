//! Drafts as findings: ordered, with a severity, each with its own fingerprint.

use std::collections::BTreeMap;

use sigstore_verify::crypto::sha256;

use crate::finding::{Draft, Finding, Location, RuleId, Severity};

/// The drafts of the spec at `path`, each with its severity, as findings in location order.
pub(super) fn in_order(
    path: &str,
    package: Option<&str>,
    mut drafts: Vec<(&Draft, Severity)>,
) -> Vec<Finding> {
    drafts.sort_by(|(a, _), (b, _)| {
        (a.span, a.rule, &a.message, &a.help).cmp(&(b.span, b.rule, &b.message, &b.help))
    });
    let mut seen: BTreeMap<(RuleId, &str), usize> = BTreeMap::new();
    drafts
        .into_iter()
        .map(|(draft, severity)| {
            let ordinal = seen.entry((draft.rule, draft.route.as_str())).or_insert(0);
            let finding = numbered(path, package, draft, severity, *ordinal);
            *ordinal += 1;
            finding
        })
        .collect()
}

/// One draft, the `ordinal`th of its rule and route.
pub(super) fn numbered(
    path: &str,
    package: Option<&str>,
    draft: &Draft,
    severity: Severity,
    ordinal: usize,
) -> Finding {
    let span = draft.span;
    Finding {
        rule: draft.rule,
        severity,
        message: draft.message.clone(),
        location: Location {
            path: path.to_owned(),
            start_line: span.start_line,
            start_column: span.start_column,
            end_line: span.end_line,
            end_column: span.end_column,
        },
        help: draft.help.clone(),
        fingerprint: fingerprint(draft.rule, path, package, &draft.route, ordinal),
        line: None,
        exempted: None,
    }
}

/// 32 hexadecimal characters that stay the same while rule, spec, package and YAML key do: neither
/// lines, nor the version, nor the message's wording are in them. Parts are length-prefixed, so
/// that no two lists of parts run together to the same bytes.
fn fingerprint(
    rule: RuleId,
    path: &str,
    package: Option<&str>,
    route: &str,
    ordinal: usize,
) -> String {
    let ordinal = if ordinal == 0 {
        String::new()
    } else {
        ordinal.to_string()
    };
    let mut bytes = Vec::new();
    for part in [
        rule.as_str(),
        path,
        package.unwrap_or_default(),
        route,
        &ordinal,
    ] {
        bytes.extend_from_slice(part.len().to_string().as_bytes());
        bytes.push(b':');
        bytes.extend_from_slice(part.as_bytes());
    }
    let mut digest = hex::encode(sha256(&bytes).as_bytes());
    digest.truncate(32);
    digest
}
