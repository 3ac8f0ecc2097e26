//! What the registry says of a release. Nobody signed it: it warns, and clears nothing.

use super::about::about_version;
use crate::finding::{Draft, RuleId};
use crate::spec::SpecPackage;
use package_provenance::verify::RegistryWords;
use untrusted_text::quoted;

/// The findings that follow from the registry's words.
pub(super) fn check(spec: &SpecPackage, words: &RegistryWords) -> Vec<Draft> {
    [
        deprecated(spec, words),
        install_script(spec, words),
        foreign_dependencies(spec, words),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn deprecated(spec: &SpecPackage, words: &RegistryWords) -> Option<Draft> {
    let reason = words.deprecated.as_deref()?;
    let why = if reason.is_empty() {
        ".".to_owned()
    } else {
        format!(": {reason}")
    };
    Some(about_version(
        spec,
        RuleId::DeprecatedRelease,
        format!("{} is deprecated{why}", spec.package),
        "Publishers, and npm itself, deprecate versions that are broken, vulnerable or compromised. Read the reason and pin another version.",
    ))
}

fn install_script(spec: &SpecPackage, words: &RegistryWords) -> Option<Draft> {
    let scripts = words.install_scripts.as_ref()?;
    let which = match scripts.as_slice() {
        [] => "a script".to_owned(),
        scripts => format!("its `{}`", scripts.join("` and `")),
    };
    Some(about_version(
        spec,
        RuleId::InstallScript,
        format!("npm runs {which} when {} is installed.", spec.package),
        "Look at what runs. Install with `--ignore-scripts` where the package works without.",
    ))
}

fn foreign_dependencies(spec: &SpecPackage, words: &RegistryWords) -> Option<Draft> {
    let dependencies = &words.foreign_dependencies;
    if dependencies.foreign.is_empty() {
        return None;
    }
    let mut named: Vec<String> = dependencies
        .foreign
        .iter()
        .map(|one| format!("{} from {}", quoted(&one.name), quoted(&one.from)))
        .collect();
    if dependencies.more {
        named.push("and others".to_owned());
    }
    Some(about_version(
        spec,
        RuleId::NonRegistryDependency,
        format!(
            "{} depends on what is not in the registry: {}.",
            spec.package,
            named.join(", ")
        ),
        "What comes from there has no signature and no provenance, and may change while the version stays. Look at it, and ask the publisher to depend on a published version.",
    ))
}
