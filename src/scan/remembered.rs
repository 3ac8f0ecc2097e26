//! What is remembered of the specs of a run (`docs/drift.md`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::history::{Histories, History};
use super::{ScanError, baseline};
use crate::discover::Found;
use crate::settings::Settings;
use dockyard_report::drift::{Baseline, Key, Memory};
use dockyard_report::lock::LockFile;
use dockyard_report::policy::novelty::Novelty;
use dockyard_report::report::Shard;
use dockyard_report::report::assemble::AllObserved;
use dockyard_report::spec::{SpecFile, Subject};
use package_provenance::verify::Status;

/// What is remembered of the specs, besides what the registries tell of earlier versions.
#[derive(Debug, Clone, Default)]
pub struct Remembered {
    /// The specs of the base that are not what they were, also those that are gone; none where there is
    /// no base.
    pub base: Option<Vec<Found>>,
    /// The lock files of the base, by their paths.
    pub locks: BTreeMap<String, LockFile>,
    /// An earlier report.
    pub baseline: Option<Arc<Baseline>>,
}

impl Remembered {
    /// Reads the earlier report that `settings` name.
    pub(super) fn read(&mut self, settings: &Settings) -> Result<(), ScanError> {
        if let Some(path) = &settings.baseline {
            self.baseline = Some(Arc::new(baseline::read(path)?));
        }
        Ok(())
    }

    /// Leaves out the base's specs that are there, among `found`, and another shard's.
    pub(super) fn only_of(&mut self, shard: Shard, found: &[Found]) {
        let Some(base) = &mut self.base else {
            return;
        };
        let all = found.iter().enumerate();
        let others: BTreeSet<&str> = all
            .filter(|(position, _)| !shard.takes(*position))
            .map(|(_, spec)| spec.path.as_str())
            .collect();
        base.retain(|before| !others.contains(before.path.as_str()));
    }

    /// Which specs are new: by what is known already, else by the earlier report.
    pub(super) fn novelty(&self, known: &Novelty, specs: &[SpecFile]) -> Novelty {
        let (Novelty::NoBase, Some(baseline)) = (known, &self.baseline) else {
            return known.clone();
        };
        let is_new = |spec: &&SpecFile| {
            let memory = baseline.of(&spec.path);
            let before = memory.and_then(|before| before.package.as_ref().map(Key::of));
            match &spec.subject {
                Subject::Package(package) => before != Some(Key::of(&package.package)),
                // Which repository a skill was of is not read from a report.
                Subject::Skill(_) => {
                    memory.is_none_or(|it| it.package.is_some() || it.status == Status::Malformed)
                }
                Subject::Unusable => before.is_some(),
            }
        };
        let new = specs.iter().filter(is_new);
        Novelty::New(new.map(|spec| spec.path.clone()).collect())
    }

    /// What is in doubt about the whole of it: a report about other specs compares nothing.
    pub(super) fn doubt(&self, specs: &[SpecFile], locks: &[LockFile]) -> Option<String> {
        let baseline = self.baseline.as_ref()?;
        let unknown: Vec<&str> = locks
            .iter()
            .map(|lock| lock.path.as_str())
            .filter(|path| baseline.of_lock(path).is_none())
            .collect();
        if let Some(first) = unknown.first() {
            let more = match unknown.len() - 1 {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            return Some(format!(
                "the baseline report does not tell of the lock file {first}{more}, which was compared with \
                 nothing"
            ));
        }
        let none = !specs.is_empty() && !specs.iter().any(|spec| baseline.of(&spec.path).is_some());
        none.then(|| {
            format!(
                "the baseline report tells of {} specs, and of none that is looked at here: it may be of \
                 another folder",
                baseline.len()
            )
        })
    }
}

/// The base's specs, by how they are found again.
pub(super) struct Base<'a> {
    at: BTreeMap<&'a str, &'a SpecFile>,
    gone: BTreeMap<Key, &'a SpecFile>,
}

impl<'a> Base<'a> {
    /// The specs of the base, of which those that are not among `now` are gone.
    pub(super) fn new(base: &'a [SpecFile], now: &[SpecFile]) -> Self {
        let here: BTreeSet<&str> = now.iter().map(|spec| spec.path.as_str()).collect();
        let mut gone = BTreeMap::new();
        for spec in base {
            if let (Subject::Package(package), false) =
                (&spec.subject, here.contains(spec.path.as_str()))
            {
                gone.entry(Key::of(&package.package)).or_insert(spec);
            }
        }
        let at = base.iter().map(|spec| (spec.path.as_str(), spec)).collect();
        Self { at, gone }
    }

    /// The spec that `spec` was: at the same path, or where a file with the same package was and is no
    /// more.
    fn of(&self, spec: &SpecFile) -> Option<&'a SpecFile> {
        let moved = || match &spec.subject {
            Subject::Package(package) => self.gone.get(&Key::of(&package.package)),
            Subject::Skill(_) | Subject::Unusable => None,
        };
        self.at.get(spec.path.as_str()).or_else(moved).copied()
    }
}

/// All that is remembered of `spec`, the nearest memory first.
pub(super) fn memories(
    spec: &SpecFile,
    base: &Base<'_>,
    baseline: Option<&Baseline>,
    histories: &Histories,
    observed: &AllObserved,
) -> Vec<Memory> {
    let of_base = base.of(spec).map(|before| {
        let observed = match &before.subject {
            Subject::Package(package) => observed.get(&package.package).map(AsRef::as_ref),
            Subject::Skill(_) | Subject::Unusable => None,
        };
        Memory::base(before, observed)
    });
    let of_baseline = baseline.and_then(|baseline| baseline.of(&spec.path).cloned());
    let of_registry = match &spec.subject {
        Subject::Package(package) => match histories.get(&package.package) {
            Some(History::Attested(earlier, observed)) => Some(Memory::registry(earlier, observed)),
            Some(History::Undetermined(cause)) => {
                Some(Memory::unknown_history(&package.package, cause.clone()))
            }
            Some(History::Nothing) | None => None,
        },
        Subject::Skill(_) | Subject::Unusable => None,
    };
    [of_base, of_baseline, of_registry]
        .into_iter()
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use dockyard_report::spec::parse;

    #[test]
    fn a_skill_is_new_unless_the_baseline_has_it() {
        let skill = |name: &str| {
            let text = format!(
                "metadata:\n  name: {name}\nspec:\n  repository: https://github.com/acme/skills\n  ref: {}\n  path: skills/{name}\n",
                "a".repeat(40)
            );
            parse::parse(&format!("skills/{name}/spec.yaml"), text.as_bytes())
        };
        let report = r#"{"schema_version": 1, "specs": [{"path": "skills/old/spec.yaml",
            "protocol": "skills", "package": "acme/skills", "version": "aa", "status": "pinned",
            "publisher": null, "slsa_build_level": null, "evidence": []}]}"#;
        let remembered = Remembered {
            base: None,
            locks: BTreeMap::new(),
            baseline: Some(Arc::new(Baseline::read(report.as_bytes()).unwrap())),
        };
        let specs = [skill("old"), skill("late")];
        assert!(
            specs
                .iter()
                .all(|it| matches!(it.subject, Subject::Skill(_)))
        );
        let novelty = remembered.novelty(&Novelty::NoBase, &specs);
        assert_eq!(novelty.of("skills/old/spec.yaml"), Some(false));
        assert_eq!(novelty.of("skills/late/spec.yaml"), Some(true));
    }
}
