//! How much a run sees: of the specs, and of how they were before.

use dockyard_report::lock::LockFile;
use dockyard_report::policy::novelty::Novelty;
use dockyard_report::policy::usage::Extent;
use dockyard_report::report::Shard;

use crate::settings::Settings;

/// How much a run sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Whether it looks at all specs, and knows how they were before.
    pub extent: Extent,
    /// Which specs are new.
    pub novelty: Novelty,
    /// Which part of the specs it has, where several runs share them.
    pub shard: Option<Shard>,
    /// The lock files that it looks at.
    pub locks: Vec<LockFile>,
    /// The workflow run that it is a part of, where it is one. Attempts share it.
    pub workflow_run: Option<u64>,
}

impl Scope {
    /// Every spec that `settings` select, and nothing of how they were before.
    pub fn whole(settings: &Settings) -> Self {
        Self {
            extent: Extent {
                whole: settings.own_patterns,
                base: false,
                proposal: false,
            },
            novelty: Novelty::NoBase,
            shard: None,
            locks: Vec::new(),
            workflow_run: None,
        }
    }

    /// Some of the specs, and nothing of how they were before.
    pub fn part() -> Self {
        Self {
            extent: Extent {
                whole: false,
                base: false,
                proposal: false,
            },
            novelty: Novelty::NoBase,
            shard: None,
            locks: Vec::new(),
            workflow_run: None,
        }
    }

    /// The same, with lock files.
    #[must_use]
    pub fn with_locks(self, locks: Vec<LockFile>) -> Self {
        Self { locks, ..self }
    }
}
