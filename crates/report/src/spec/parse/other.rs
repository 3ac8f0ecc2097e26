//! Files of other tools: they may lie at the same places under the same name.

use super::spec_invalid;
use super::yaml::{Kind, Node};
use crate::finding::{Draft, Span};

/// What a file needs to be no spec, and what is said then.
enum Other {
    /// It has none of what every spec has.
    Nothing,
    /// It says itself what it is, by this key: an object of Kubernetes, and of the many tools that took over
    /// its form.
    Object(&'static str),
}

/// The finding about a mapping that is not a spec at all, whose keys are then nobody's mistake. A spec
/// has `spec`, or at least the name or protocol that dockhand asks for (cmd/dockhand/main.go,
/// `loadMCPServerSpec`); a misspelt one of them does not hide the others. An object of another tool
/// has `spec` and `metadata.name` too, but nothing of what dockhand builds.
pub(super) fn not_a_spec(root: &Node) -> Option<Draft> {
    let says = match kind_of(root)? {
        Other::Nothing => {
            "This is not a spec: it has no `spec` block, and neither `metadata.name` nor \
             `metadata.protocol`."
                .to_owned()
        }
        Other::Object(key) => format!(
            "This is not a spec but another tool's file: it has `{key}`, and names no package, repository \
             or protocol."
        ),
    };
    Some(spec_invalid(
        "spec",
        Span::START,
        says,
        "Write `metadata` and `spec`. If the file belongs to another tool, name the folders of \
         your specs by `spec-glob`, such as `spec-glob = [\"npx/*/spec.yaml\"]` in the \
         configuration.",
    ))
}

fn kind_of(root: &Node) -> Option<Other> {
    let Kind::Mapping(entries) = &root.kind else {
        return None;
    };
    let has = |key: &str| entries.iter().any(|entry| entry.key.value == key);
    let below = |key: &str, wanted: &[&str]| {
        entries.iter().any(|entry| match &entry.value.kind {
            Kind::Mapping(below) if entry.key.value == key => below
                .iter()
                .any(|entry| wanted.contains(&entry.key.value.as_str())),
            Kind::Mapping(_) | Kind::Scalar { .. } | Kind::Sequence(_) => false,
        })
    };
    let named = below("metadata", &["name", "protocol"]);
    let subject = below("metadata", &["protocol"])
        || below("spec", &["package", "version", "repository", "ref"]);
    if !has("spec") && !named {
        Some(Other::Nothing)
    } else {
        let key = ["apiVersion", "kind"].into_iter().find(|key| has(key))?;
        (!subject).then_some(Other::Object(key))
    }
}

#[cfg(test)]
mod tests {
    use crate::finding::RuleId;
    use crate::spec::parse;

    #[test]
    fn another_tools_file_has_one_finding() {
        for yaml in [
            "openapi: 3.0.0\npaths: {}\n",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, labels: {a: b}}\nspec: {replicas: 2}\n",
            "kind: Policy\nmetadata: {name: x, annotations: {}}\nspec: {}\n",
        ] {
            let file = parse::parse("charts/web/spec.yaml", yaml.as_bytes());
            let rules: Vec<RuleId> = file.problems.iter().map(|problem| problem.rule).collect();
            assert_eq!(rules, [RuleId::SpecInvalid], "{yaml}");
        }
        // A spec with a key in the wrong place stays one.
        let spec = "kind: GitHub\nmetadata: {name: x, protocol: npx}\nspec: {package: a, version: 1.0.0}\n";
        let file = parse::parse("npx/x/spec.yaml", spec.as_bytes());
        let rules: Vec<RuleId> = file.problems.iter().map(|problem| problem.rule).collect();
        assert_eq!(rules, [RuleId::UnknownKey]);
    }
}
