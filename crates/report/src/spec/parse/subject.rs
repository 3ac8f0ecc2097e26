//! What a spec pins: a package of a registry, or a skill.

use super::fields::{Read, Reader, Section};
use super::{arguments, environment, overrides, skill, spec_invalid};
use crate::finding::Spanned;
use crate::finding::{Draft, RuleId};
use crate::spec::model::{DeclaredProvenance, Override, Protocol, SpecPackage, Subject};
use package_provenance::package::{
    GoPackage, NameError, NpmName, NpmPackage, NpmVersion, PackageVersion, PypiName, PypiPackage,
    PypiVersion, VersionError,
};
use untrusted_text::quoted;

/// `spec.package` and `spec.version` as written, and what they come to.
type Read3 = (Option<String>, Option<String>, Subject);

/// Reads the block `spec`.
pub(super) fn read(
    root: &Section<'_>,
    protocol: &Protocol,
    declared: DeclaredProvenance,
    reader: &mut Reader,
) -> Read3 {
    let spec = match root.section("spec", reader) {
        Read::Value(spec) => spec,
        Read::Missing => {
            reader.push(spec_invalid(
                "spec",
                root.key_span("spec"),
                "The block `spec` is missing, so nothing says which package is meant.",
                "Write `spec:` with `package` and `version` below it.",
            ));
            return (None, None, Subject::Unusable);
        }
        Read::Wrong => return (None, None, Subject::Unusable),
    };
    let package = reader.text(&spec, "package");
    let version = reader.text(&spec, "version");
    let source = [
        reader.text(&spec, "repository"),
        reader.text(&spec, "ref"),
        reader.text(&spec, "path"),
    ];
    let beside = beside(&spec, protocol, reader);
    let texts = (text_of(&package), text_of(&version));
    let subject = match (protocol, package) {
        (Protocol::Other(_), Read::Missing) => skill::read(&spec, source, declared, reader),
        (Protocol::Other(folder), package) => {
            if let Read::Value(package) = package {
                reader.push(spec_invalid(
                    "spec.package",
                    package.span,
                    format!(
                        "No registry is known for the folder {}, so the package cannot be looked up.",
                        quoted(folder)
                    ),
                    "Move the spec below `npx` (npm), `uvx` (PyPI) or `go`.",
                ));
            }
            Subject::Unusable
        }
        (Protocol::Npx | Protocol::Uvx | Protocol::Go, package) => {
            let name = present(
                package,
                || {
                    spec_invalid(
                        "spec.package",
                        spec.key_span("package"),
                        "`spec.package` is missing.",
                        "Write the name that the registry knows, such as `package: \"name\"`.",
                    )
                },
                reader,
            );
            let version = present(
                version,
                || not_pinned(spec.key_span("version"), "The version is missing", protocol),
                reader,
            );
            pinned(protocol, name, version, (declared, beside), reader)
        }
    };
    (texts.0, texts.1, subject)
}

/// What is installed or set beside the package: overrides and the names in `env`.
type Beside = (Vec<Override>, Vec<Spanned<String>>);

/// Nothing where a part of it cannot be read: it is then not known what the package is built into.
/// Everything is looked at, whatever is wrong with another part.
fn beside(spec: &Section<'_>, protocol: &Protocol, reader: &mut Reader) -> Option<Beside> {
    let contained = arguments::check(spec, reader);
    let overrides = overrides::read(spec, protocol, reader);
    let env = environment::read(spec, reader);
    contained.then_some((overrides?, env?))
}

fn text_of(read: &Read<Spanned<String>>) -> Option<String> {
    match read {
        Read::Value(text) => Some(text.value.clone()),
        Read::Missing | Read::Wrong => None,
    }
}

/// The value; a missing one is the problem that `missing` makes.
fn present(
    read: Read<Spanned<String>>,
    missing: impl FnOnce() -> Draft,
    reader: &mut Reader,
) -> Option<Spanned<String>> {
    match read {
        Read::Value(value) => Some(value),
        Read::Missing => {
            reader.push(missing());
            None
        }
        Read::Wrong => None,
    }
}

/// The package, where name and version are the registry's. Both are looked at, whatever is wrong
/// with the other.
fn pinned(
    protocol: &Protocol,
    name: Option<Spanned<String>>,
    version: Option<Spanned<String>>,
    (declared, beside): (DeclaredProvenance, Option<Beside>),
    reader: &mut Reader,
) -> Subject {
    let texts = (
        name.as_ref().map(|name| name.value.as_str()),
        version.as_ref().map(|version| version.value.as_str()),
    );
    let (package, name_error, version_error) = match protocol {
        Protocol::Npx => both(texts, NpmName::parse, NpmVersion::parse, |name, version| {
            PackageVersion::Npm(NpmPackage { name, version })
        }),
        Protocol::Uvx => both(
            texts,
            PypiName::parse,
            PypiVersion::parse,
            |name, version| PackageVersion::Pypi(PypiPackage { name, version }),
        ),
        Protocol::Go => go(texts),
        Protocol::Other(_) => (None, None, None),
    };
    if let (Some(error), Some(name)) = (name_error, &name) {
        reader.push(Draft {
            rule: RuleId::InvalidPackageName,
            route: "spec.package".to_owned(),
            span: name.span,
            message: sentence(&error.0),
            help: "Write the name under which the registry knows the package.".to_owned(),
        });
    }
    if let (Some(error), Some(version)) = (version_error, &version) {
        reader.push(not_pinned(version.span, &error.0, protocol));
    }
    match (package, name, version, beside) {
        (Some(package), Some(name), Some(version), Some((overrides, env))) => {
            Subject::Package(Box::new(SpecPackage {
                package,
                name_span: name.span,
                version_span: version.span,
                declared,
                overrides,
                env,
            }))
        }
        _ => Subject::Unusable,
    }
}

type Judged = (
    Option<PackageVersion>,
    Option<NameError>,
    Option<VersionError>,
);

/// A name and a version that do not depend on each other.
fn both<N, V>(
    (name, version): (Option<&str>, Option<&str>),
    parse_name: impl FnOnce(&str) -> Result<N, NameError>,
    parse_version: impl FnOnce(&str) -> Result<V, VersionError>,
    build: impl FnOnce(N, V) -> PackageVersion,
) -> Judged {
    match (name.map(parse_name), version.map(parse_version)) {
        (Some(Ok(name)), Some(Ok(version))) => (Some(build(name, version)), None, None),
        (name, version) => (
            None,
            name.and_then(Result::err),
            version.and_then(Result::err),
        ),
    }
}

fn go(texts: (Option<&str>, Option<&str>)) -> Judged {
    match texts {
        (Some(module), Some(version)) => match GoPackage::parse(module, version) {
            Ok(package) => (Some(PackageVersion::Go(package)), None, None),
            Err((name, version)) => (None, name, version),
        },
        (module, version) => (
            None,
            module.and_then(|module| GoPackage::check_path(module).err()),
            version.and_then(|version| GoPackage::check_version(version).err()),
        ),
    }
}

fn not_pinned(span: crate::finding::Span, why: &str, protocol: &Protocol) -> Draft {
    let example = match protocol {
        Protocol::Go => "v1.2.3",
        Protocol::Npx | Protocol::Uvx | Protocol::Other(_) => "1.2.3",
    };
    Draft {
        rule: RuleId::VersionNotPinned,
        route: "spec.version".to_owned(),
        span,
        message: sentence(why),
        help: format!("Pin one exact version, such as `version: \"{example}\"`."),
    }
}

/// An error's text as a sentence.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters
        .next()
        .map(|first| first.to_uppercase().collect())
        .unwrap_or_default();
    format!("{first}{}.", characters.as_str())
}
