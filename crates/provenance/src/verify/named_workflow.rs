//! Which workflow a predicate names, where the certificate leaves its spelling open
//! (docs/verification.md#b5).

use serde_json::Value;

use super::predicate_types::{PROVENANCE_V0_2, PROVENANCE_V1};
use super::statement::Statement;

/// Whether the predicate names its workflow by exactly this build configuration URI. It is believed in
/// nothing: this only chooses between two spellings of one URI, and [`super::slsa::cross_check`] holds the choice
/// against the certificate.
pub(super) fn names_workflow(statement: &Statement, config: &str) -> bool {
    let text = |pointer: &str| statement.predicate.pointer(pointer).and_then(Value::as_str);
    let named = match statement.predicate_type.as_str() {
        PROVENANCE_V1 => {
            let part = |name| {
                text(&format!(
                    "/buildDefinition/externalParameters/workflow/{name}"
                ))
            };
            let parts = (part("repository"), part("path"), part("ref"));
            let (Some(repository), Some(path), Some(at)) = parts else {
                return false;
            };
            format!("{repository}/{path}@{at}")
        }
        PROVENANCE_V0_2 => {
            let source = text("/invocation/configSource/uri")
                .and_then(|uri| uri.strip_prefix("git+")?.split_once('@'));
            let (Some((repository, at)), Some(file)) =
                (source, text("/invocation/configSource/entryPoint"))
            else {
                return false;
            };
            format!("{repository}/{file}@{at}")
        }
        _ => return false,
    };
    named == config
}
