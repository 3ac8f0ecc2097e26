//! Which keys vouch for the packages of which npm registry.
//!
//! A key vouches for its own registry only. The packages of the default registry are verified with
//! npm's keys, or with those of `--npm-keys FILE`; those of a scope that has a registry of its own
//! with the keys that were named for it, and with nobody's where none were. Otherwise the operator of
//! any private registry could sign packages of the public one.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::load::read;
use super::npm_keys::EMBEDDED_NPM_KEYS;
use super::{NpmKeys, TrustError, TrustMaterial};
use crate::package::NpmName;

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

/// The keys of each scope whose packages the default registry's keys do not vouch for, by the scope
/// with its `@`.
#[derive(Debug, Clone, Default)]
pub struct Scopes(BTreeMap<String, Bound>);

/// The keys that vouch for one scope.
#[derive(Debug, Clone)]
pub struct Bound {
    /// The keys; none where nobody vouches.
    pub keys: NpmKeys,
    /// The document that they were read from; nothing where nobody vouches.
    pub json: Option<Arc<[u8]>>,
    /// Whether they are npm's own rather than those of a named file.
    pub npms: bool,
}

impl Scopes {
    /// Reads the files that are named. `replaced` says that the default registry has other keys than
    /// npm's; otherwise a scope with npm's keys needs no entry.
    ///
    /// # Errors
    /// [`TrustError`] names the scope and the file, and what is wrong with it.
    pub fn read(named: &BTreeMap<String, ScopeKeys>, replaced: bool) -> Result<Self, TrustError> {
        let mut scopes = BTreeMap::new();
        for (scope, whose) in named {
            let bound = match whose {
                ScopeKeys::Npm if !replaced => continue,
                ScopeKeys::Npm => Bound::of(EMBEDDED_NPM_KEYS.as_bytes(), "embedded npm keys")?,
                ScopeKeys::File(path) => {
                    let what = format!("npm keys of {scope}");
                    let name = format!("{what} {}", path.display());
                    let bound = Bound::of(&read(path, &what)?, &name)?;
                    require_one_registry(&bound.keys, &name)?;
                    Bound {
                        npms: false,
                        ..bound
                    }
                }
                ScopeKeys::Nobody => Bound {
                    keys: NpmKeys::default(),
                    json: None,
                    npms: false,
                },
            };
            scopes.insert(scope.clone(), bound);
        }
        Ok(Self(scopes))
    }

    /// Each scope with its keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Bound)> {
        self.0.iter().map(|(scope, bound)| (scope.as_str(), bound))
    }
}

impl Bound {
    fn of(json: &[u8], name: &str) -> Result<Self, TrustError> {
        let keys =
            NpmKeys::from_json(json).map_err(|error| TrustError(format!("{name}: {error}")))?;
        Ok(Self {
            keys,
            json: Some(json.into()),
            npms: true,
        })
    }
}

/// Refuses a file that holds keys which npm publishes beside others: the others would vouch for
/// npm's packages.
///
/// # Errors
/// [`TrustError`] says how to give the keys of each registry.
pub(super) fn require_one_registry(keys: &NpmKeys, name: &str) -> Result<(), TrustError> {
    let published = NpmKeys::from_json(EMBEDDED_NPM_KEYS.as_bytes())
        .map_err(|error| TrustError(format!("embedded npm keys: {error}")))?;
    let is_npms = |key: &&super::NpmKey| {
        published
            .iter()
            .any(|known| known.id == key.id || known.public_key == key.public_key)
    };
    let foreign = keys.iter().find(|key| !is_npms(key));
    match foreign {
        Some(foreign) if keys.iter().any(|key| is_npms(&key)) => Err(TrustError(format!(
            "{name}: holds npm's own keys and others ({}), and a key must vouch for its own registry \
             only. Leave npm's keys out, which are known anyway, and give those of another registry as \
             --npm-keys @scope=FILE or --npm-keys URL=FILE. If it is a new key of npm's, use --trust \
             tuf, or a newer version of this program",
            foreign.id
        ))),
        _ => Ok(()),
    }
}

/// The keys that vouch for one package.
#[derive(Debug, Clone, Copy)]
pub struct Keyring<'a> {
    /// The keys.
    pub keys: &'a NpmKeys,
    /// The scope, where it has keys of its own, or nobody's.
    scope: Option<(&'a str, &'a Bound)>,
    /// The default registry's keys, which may explain a key that is not known here.
    default: &'a NpmKeys,
}

impl TrustMaterial {
    /// Binds keys to the scopes that have registries of their own.
    #[must_use]
    pub fn with_scopes(self, scopes: Scopes) -> Self {
        Self { scopes, ..self }
    }

    /// The keys that vouch for the package of this name.
    pub fn keyring(&self, name: &NpmName) -> Keyring<'_> {
        let own = name
            .as_str()
            .split_once('/')
            .and_then(|(scope, _)| self.scopes.0.get_key_value(scope));
        Keyring {
            keys: own.map_or(&self.npm_keys, |(_, bound)| &bound.keys),
            scope: own.map(|(scope, bound)| (scope.as_str(), bound)),
            default: &self.npm_keys,
        }
    }
}

impl Keyring<'_> {
    /// Whether publish attestations must name npm's registry. The operator of a scope's registry
    /// names another one, and their key vouches for nothing else anyway.
    pub fn is_npms(&self) -> bool {
        self.scope.is_none_or(|(_, bound)| bound.npms)
    }

    /// Why a signature by the key `id`, which is not among the keys, shows nothing, and what would
    /// help; continues "signed with a key".
    pub fn unknown(&self, id: &str) -> String {
        let Some((scope, bound)) = self.scope.filter(|(_, bound)| !bound.npms) else {
            return "that is not in the trust material; it may be outdated, or the signature not the \
                    registry's"
                .to_owned();
        };
        let lacks = if bound.json.is_some() {
            format!(
                "that is not among those named for `{scope}`, whose packages have keys of their own"
            )
        } else {
            format!(
                "that nobody has named for `{scope}`, which has a registry of its own; get the keys \
                 from its operator and give them as --npm-keys {scope}=FILE"
            )
        };
        if self.default.knows(id) {
            format!(
                "{lacks} (it is a key of the default registry; where the registry of `{scope}` is a \
                 mirror of npm, say --npm-keys {scope}=npm)"
            )
        } else {
            lacks
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::{KeyUsage, TrustOptions, load};

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
            .with_scopes(Scopes::read(&named, false).unwrap());
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
        let trust = trust.with_scopes(Scopes::read(&named, true).unwrap());
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
            for error in [Scopes::read(&named, false).err(), load(&options).err()] {
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
