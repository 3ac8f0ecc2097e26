//! What differs between a spec and what is remembered of it.

use super::difference::Difference;
use super::memory::{Key, Memory, Source};
use super::{build_quality, declaration, digests, package, provenance, publisher};
use crate::finding::{Draft, RuleId};
use crate::spec::SpecPackage;
use package_provenance::verify::{Observed, Status};

/// What differs, and what could not be compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drift {
    /// The differences, each once, whatever number of memories shows it.
    pub differences: Vec<(Source, Difference)>,
    /// Why something could not be compared: `verification-incomplete`.
    pub doubts: Vec<Draft>,
    /// What the registry's history could not be asked: a doubt only where the rule would fail the run.
    pub unknown_history: Vec<Draft>,
}

/// Compares `spec`, of which `observed` was found out, with each of `memories`.
pub fn check(spec: &SpecPackage, observed: &Observed, memories: &[Memory]) -> Drift {
    let mut drift = Drift::default();
    // Of what is not known nothing is compared; that is said already.
    if observed.status == Status::Unknown {
        return drift;
    }
    for memory in memories {
        if let Some(cause) = &memory.undetermined {
            let doubt = doubt(spec, memory, cause);
            match memory.source {
                Source::Base | Source::Baseline => drift.doubts.push(doubt),
                Source::Registry => drift.unknown_history.push(doubt),
            }
            continue;
        }
        let mut more = against(spec, observed, memory);
        more.retain(|one| {
            let mut told = drift.differences.iter();
            !told.any(|(_, known)| known.is_as(one))
        });
        let more = more.into_iter().map(|one| (memory.source, one));
        drift.differences.extend(more);
    }
    drift
}

fn against(spec: &SpecPackage, observed: &Observed, memory: &Memory) -> Vec<Difference> {
    let Some(before) = &memory.package else {
        return Vec::new();
    };
    let same_package = Key::of(before) == Key::of(&spec.package);
    let mut differences = Vec::new();
    if memory.source == Source::Registry {
        differences.extend(provenance::dropped_upstream(spec, observed, memory));
        return differences;
    }
    if !same_package {
        differences.extend(package::swapped(spec, memory));
    }
    differences.extend(provenance::lost(spec, observed, memory));
    let publishers = publisher::check(spec, observed, memory);
    differences.extend(publishers.differences);
    differences.extend(declaration::weakened(spec, memory, same_package));
    differences.extend(declaration::redeclared(spec, memory, same_package));
    if same_package {
        differences.extend(build_quality::check(
            spec,
            observed,
            memory,
            &publishers.same,
        ));
        if memory.source == Source::Baseline && *before == spec.package {
            differences.extend(digests::check(spec, observed, memory));
        }
    }
    differences
}

fn doubt(spec: &SpecPackage, memory: &Memory, cause: &str) -> Draft {
    let what = memory
        .package
        .as_ref()
        .map_or_else(|| "the package".to_owned(), ToString::to_string);
    let message = match memory.source {
        Source::Base | Source::Baseline => format!(
            "Whether {} became worse could not be determined, because {what} {} could not be: {cause}.",
            spec.package,
            memory.place()
        ),
        Source::Registry => format!(
            "Whether a version before {what} has provenance could not be determined: {cause}."
        ),
    };
    Draft {
        rule: RuleId::VerificationIncomplete,
        route: format!("spec.version[{}]", memory.source.as_str()),
        span: spec.version_span,
        message,
        help: "This is neither a pass nor a failure: nothing was compared. Remove the cause and run again.".to_owned(),
    }
}
