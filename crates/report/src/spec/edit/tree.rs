//! What a file means, without where and how it is written: for comparing a file before and after.

use std::collections::BTreeMap;

use super::change::{Change, Value};
use crate::spec::parse::yaml::{Kind, Node};

/// A value of YAML. The order of a mapping's keys has no meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tree {
    Scalar { text: String, plain: bool },
    Sequence(Vec<Tree>),
    Mapping(BTreeMap<String, Tree>),
}

impl Tree {
    pub(super) fn of(node: &Node) -> Self {
        match &node.kind {
            Kind::Scalar { text, plain } => Self::Scalar {
                text: text.clone(),
                plain: *plain,
            },
            Kind::Sequence(items) => Self::Sequence(items.iter().map(Self::of).collect()),
            Kind::Mapping(entries) => Self::Mapping(
                entries
                    .iter()
                    .map(|entry| (entry.key.value.clone(), Self::of(&entry.value)))
                    .collect(),
            ),
        }
    }

    /// This tree and the changes.
    pub(super) fn with(self, changes: &[Change]) -> Self {
        changes
            .iter()
            .fold(self, |tree, change| tree.set(change.route, &change.value))
    }

    fn set(self, route: &[&str], value: &Value) -> Self {
        let Some((key, below)) = route.split_first() else {
            return match value {
                Value::Text(text) => Self::Scalar {
                    text: text.clone(),
                    plain: false,
                },
                Value::Flag(flag) => Self::Scalar {
                    text: flag.to_string(),
                    plain: true,
                },
            };
        };
        // A key without a value becomes a mapping.
        let mut entries = match self {
            Self::Mapping(entries) => entries,
            Self::Scalar { .. } | Self::Sequence(_) => BTreeMap::new(),
        };
        let before = entries
            .remove(*key)
            .unwrap_or_else(|| Self::Mapping(BTreeMap::new()));
        entries.insert((*key).to_owned(), before.set(below, value));
        Self::Mapping(entries)
    }
}
