//! Reading the keys that were named for the registries of scopes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::load::read;
use package_provenance::trust::registry_keys::Bound;
use package_provenance::trust::{Scopes, TrustError};

/// Whose keys vouch for the packages of a scope, as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeKeys {
    /// npm's: the scope's registry is npm's own, or a mirror of it.
    Npm,
    /// Those of a file in the shape of npm's `keys.json`.
    File(PathBuf),
    /// Nobody's: the scope has a registry of its own, and no keys were named for it.
    Nobody,
}

/// Reads the files that are named. `replaced` says that the default registry has other keys than npm's;
/// otherwise a scope with npm's keys needs no entry.
///
/// # Errors
/// [`TrustError`] names the scope and the file, and what is wrong with it.
pub fn read_scopes(
    named: &BTreeMap<String, ScopeKeys>,
    replaced: bool,
) -> Result<Scopes, TrustError> {
    let mut scopes = BTreeMap::new();
    for (scope, whose) in named {
        let bound = match whose {
            ScopeKeys::Npm if !replaced => continue,
            ScopeKeys::Npm => Bound::npm()?,
            ScopeKeys::File(path) => {
                let what = format!("npm keys of {scope}");
                let name = format!("{what} {}", path.display());
                Bound::own(&read(path, &what)?, &name)?
            }
            ScopeKeys::Nobody => Bound::nobody(),
        };
        scopes.insert(scope.clone(), bound);
    }
    Ok(Scopes::new(scopes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::{TrustOptions, load};
    use package_provenance::package::NpmName;
    use package_provenance::trust::npm_keys::EMBEDDED_NPM_KEYS;
    use package_provenance::trust::{KeyUsage, NpmKeys};

    const OLD: &str = "SHA256:jl3bwswu80PjjokCgh0o2w5c2U4LhQAE57gj9cz1kzA";

    fn name(text: &str) -> NpmName {
        NpmName::parse(text).unwrap()
    }

    fn file(folder: &tempfile::TempDir, keys: &serde_json::Value) -> PathBuf {
        let path = folder.path().join("keys.json");
        std::fs::write(&path, keys.to_string()).unwrap();
        path
    }

    fn npms() -> serde_json::Value {
        serde_json::from_str(EMBEDDED_NPM_KEYS).unwrap()
    }

    #[test]
    fn a_key_vouches_for_its_own_registry_only() {
        let folder = tempfile::tempdir().unwrap();
        let world = testkit::World::new();
        let own = file(&folder, &world.npm.json());
        let named = BTreeMap::from([
            ("@acme".to_owned(), ScopeKeys::File(own)),
            ("@shut".to_owned(), ScopeKeys::Nobody),
            ("@types".to_owned(), ScopeKeys::Npm),
        ]);
        let trust = load(&TrustOptions::default())
            .unwrap()
            .with_scopes(read_scopes(&named, false).unwrap());
        let knows = |package: &str, id: &str| trust.keyring(&name(package)).keys.knows(id);
        let private = world.npm.current.id();
        for (package, npm, own) in [
            ("lodash", true, false),
            ("@other/x", true, false),
            ("@types/x", true, false),
            ("@acme/x", false, true),
            ("@acmes/x", true, false),
            ("@shut/x", false, false),
        ] {
            assert_eq!(knows(package, OLD), npm, "{package}");
            assert_eq!(knows(package, &private), own, "{package}");
        }
        let shut = trust.keyring(&name("@shut/x"));
        assert!(shut.unknown(OLD).contains("--npm-keys @shut=npm"));
        assert!(!shut.unknown(&private).contains("@shut=npm"));
        assert!(!shut.is_npms() && trust.keyring(&name("lodash")).is_npms());
    }

    #[test]
    fn npms_keys_stay_npms_beside_a_default_registry_that_has_others() {
        let named = BTreeMap::from([("@types".to_owned(), ScopeKeys::Npm)]);
        let mut trust = load(&TrustOptions::default()).unwrap();
        trust.npm_keys = NpmKeys::default();
        let trust = trust.with_scopes(read_scopes(&named, true).unwrap());
        let types = trust.keyring(&name("@types/x"));
        assert!(types.keys.find(OLD, KeyUsage::Signatures).is_some() && types.is_npms());
        assert!(!trust.keyring(&name("x")).keys.knows(OLD));
    }

    #[test]
    fn a_file_that_mixes_two_registries_is_refused() {
        let world = testkit::World::new().npm.json();
        let mut mixed = npms();
        mixed["keys"]
            .as_array_mut()
            .unwrap()
            .push(world["keys"][0].clone());
        let folder = tempfile::tempdir().unwrap();
        let mut single = mixed.clone();
        // One key of npm's is enough.
        single["keys"].as_array_mut().unwrap().drain(..3);
        for (keys, refused) in [
            (mixed, true),
            (single, true),
            (npms(), false),
            (world, false),
        ] {
            let path = file(&folder, &keys);
            let named = BTreeMap::from([("@acme".to_owned(), ScopeKeys::File(path.clone()))]);
            let options = TrustOptions {
                npm_keys: Some(path),
                trusted_root: None,
            };
            for error in [read_scopes(&named, false).err(), load(&options).err()] {
                assert_eq!(error.is_some(), refused, "{keys}");
                let told = error.map(|error| error.to_string()).unwrap_or_default();
                assert!(
                    !refused || told.contains("--npm-keys @scope=FILE"),
                    "{told}"
                );
            }
        }
    }
}
