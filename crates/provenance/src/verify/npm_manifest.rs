//! The manifest of one npm version, wherever the registry has it.

use super::observed::{Observed, RegistryWords};
use crate::evidence::npm::words::{Optional, Platforms};
use crate::evidence::npm::{InPackument, Manifest, in_packument};
use crate::evidence::{Fetched, NpmRaw};
use crate::package::{NpmName, NpmPackage};

/// The manifest: the registry's answer for the version, or what its packument has of it.
///
/// # Errors
/// What is known without one: that there is no such package or version, or nothing.
pub(super) fn read(package: &NpmPackage, raw: &NpmRaw) -> Result<Manifest, Box<Observed>> {
    let undetermined = |cause: String| Err(Box::new(Observed::undetermined(cause)));
    // Who has attestations of a version has the version, whatever else they say.
    let not_found = |cause: &str, say: fn(String) -> Observed| match &raw.attestations {
        Fetched::Found(_) => undetermined(format!(
            "{cause}, says the registry, but it serves attestations of this version"
        )),
        Fetched::Missing | Fetched::Failed(_) => Err(Box::new(say(cause.to_owned()))),
    };
    let unreadable =
        |error| undetermined(format!("the registry's manifest is unreadable: {error}"));
    match (&raw.manifest, &raw.packument) {
        (Fetched::Found(body), _) => Manifest::parse(body).or_else(unreadable),
        (_, Some(Fetched::Found(body))) => match in_packument(body, package) {
            Ok(InPackument::Manifest(manifest)) => Ok(*manifest),
            Ok(InPackument::NoVersion) => not_found(
                "the package exists, and this version does not",
                Observed::version_not_found,
            ),
            Ok(InPackument::OtherPackage(name)) => undetermined(format!(
                "the registry answered with the packument of `{name}`"
            )),
            Err(error) => undetermined(format!("the registry's packument is unreadable: {error}")),
        },
        (_, Some(Fetched::Missing)) => {
            not_found("the registry has no such package", Observed::not_found)
        }
        (Fetched::Missing, Some(Fetched::Failed(error))) | (Fetched::Failed(error), _) => {
            undetermined(error.to_string())
        }
        (Fetched::Missing, None) => {
            undetermined("the registry was not asked whether it has the package".to_owned())
        }
    }
}

/// Most packages of one launcher that are kept: there are some thirty platforms.
const MOST_PLATFORMS: usize = 64;

/// What the manifest of the very package says besides.
pub(super) fn words(package: &NpmPackage, manifest: Manifest) -> RegistryWords {
    let mut scripts: Vec<&'static str> = manifest.scripts.names().collect();
    if manifest.gypfile && !scripts.contains(&"install") {
        scripts.push("install");
    }
    let mut foreign_dependencies = manifest.dependencies;
    let Optional {
        dependencies,
        mut pinned,
        more,
    } = manifest.optional_dependencies;
    foreign_dependencies.add(dependencies);
    // Only those of platforms count: others in front of them hide none.
    pinned.retain(|optional| is_of_platform(package, optional));
    let more = more || pinned.len() > MOST_PLATFORMS;
    pinned.truncate(MOST_PLATFORMS);
    foreign_dependencies.add(manifest.peer_dependencies);
    RegistryWords {
        deprecated: manifest.deprecated,
        install_scripts: (manifest.has_install_script || !scripts.is_empty()).then_some(scripts),
        foreign_dependencies,
        published: None,
        platform_packages: pinned,
        more_platform_packages: more,
        for_platform: [manifest.os, manifest.cpu, manifest.libc].contains(&Platforms::Named),
    }
}

/// Whether an optional dependency may hold the launcher's binary for one platform: such packages are
/// published together, under the same version, or are named after the launcher
/// (`@img/sharp-libvips-linux-x64` of `sharp`). Whether it is for a platform, its own manifest says.
fn is_of_platform(launcher: &NpmPackage, optional: &NpmPackage) -> bool {
    let unscoped = |name: &NpmName| {
        let name = name.as_str();
        name.rsplit_once('/')
            .map_or(name, |(_scope, name)| name)
            .to_owned()
    };
    optional.name != launcher.name
        && (optional.version == launcher.version
            || unscoped(&optional.name).contains(&unscoped(&launcher.name)))
}
