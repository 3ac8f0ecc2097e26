//! Another package in the same spec file.

use super::difference::{Difference, Loudness};
use super::memory::Memory;
use super::worse::Worsening;
use crate::finding::{Draft, RuleId};
use crate::spec::SpecPackage;

/// The finding: an error where nobody stood behind the package before, and nobody is declared to stand
/// behind this one.
pub(super) fn swapped(spec: &SpecPackage, memory: &Memory) -> Option<Difference> {
    let before = memory.package.as_ref()?;
    let declared = &spec.declared;
    let declared = declared.claims_attestations().is_some() && declared.pins_publisher();
    let vouched = (memory.is_attested() && !memory.builds.is_empty()) || declared;
    let reason = if vouched {
        String::new()
    } else {
        " Nobody verified published the one before, and the spec declares no publisher of this one."
            .to_owned()
    };
    let draft = Draft {
        rule: RuleId::PackageSwapped,
        route: "spec.package".to_owned(),
        span: spec.name_span,
        message: format!(
            "The spec pins {}; {} it pins {before}.{reason}",
            spec.package,
            memory.place()
        ),
        help: "Make sure that the other package is meant and is the same project's, and declare its publisher.".to_owned(),
    };
    let mut difference = Difference::new(Worsening::PackageSwapped, draft, &[]);
    if !vouched {
        difference.loudness = Loudness::Error;
    }
    Some(difference)
}
