//! Files of other tools: they may lie at the same places under the same name.

use super::spec_invalid;
use super::yaml::{Kind, Node};
use crate::finding::{Draft, Span};

/// The finding about a mapping that is not a spec at all, whose keys are then nobody's mistake. A spec
/// has `spec`, or at least the name or protocol that dockhand asks for (cmd/dockhand/main.go,
/// `loadMCPServerSpec`); a misspelt one of them does not hide the others.
pub(super) fn not_a_spec(root: &Node) -> Option<Draft> {
    let Kind::Mapping(entries) = &root.kind else {
        return None;
    };
    let is_spec = entries.iter().any(
        |entry| match (entry.key.value.as_str(), &entry.value.kind) {
            ("spec", _) => true,
            ("metadata", Kind::Mapping(below)) => below
                .iter()
                .any(|entry| matches!(entry.key.value.as_str(), "name" | "protocol")),
            _ => false,
        },
    );
    (!is_spec).then(|| {
        spec_invalid(
            "spec",
            Span::START,
            "This is not a spec: it has no `spec` block, and neither `metadata.name` nor \
             `metadata.protocol`.",
            "Write `metadata` and `spec`. If the file belongs to another tool, name the folders of \
             your specs by `spec-glob`, such as `spec-glob = [\"npx/*/spec.yaml\"]` in the \
             configuration.",
        )
    })
}
