//! The configuration's requirements and exemptions, which no flag sets.

use super::chosen::Changes;
use dockyard_report::policy::blocks::Blocks;
use dockyard_report::policy::exempt::Exemption;
use dockyard_report::policy::require::Requirement;

/// The blocks of the file that is called `file`, and a sentence that there are some; the report lists
/// what each of them comes to.
pub(super) fn in_force(
    (requirements, exemptions): (Vec<Requirement>, Vec<Exemption>),
    file: &str,
    changes: &mut Changes,
) -> Blocks {
    for (number, noun, what) in [
        (
            requirements.len(),
            "requirement",
            "ask more than the defaults",
        ),
        (exemptions.len(), "exemption", "accept findings until a day"),
    ] {
        if number > 0 {
            let plural = if number == 1 { "" } else { "s" };
            changes.say(format!("{number} {noun}{plural} ({file}): {what}"));
        }
    }
    Blocks {
        file: file.to_owned(),
        requirements,
        exemptions,
    }
}
