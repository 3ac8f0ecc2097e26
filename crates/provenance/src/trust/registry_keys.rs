//! Which keys vouch for the packages of which npm registry.
//!
//! A key vouches for its own registry only. The packages of the default registry are verified with
//! npm's keys, or with those of `--npm-keys FILE`; those of a scope that has a registry of its own
//! with the keys that were named for it, and with nobody's where none were. Otherwise the operator of
//! any private registry could sign packages of the public one.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::npm_keys::EMBEDDED_NPM_KEYS;
use super::{NpmKeys, TrustError, TrustMaterial};
use crate::package::NpmName;

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
    /// The keys that are bound, by the scope with its `@`.
    pub fn new(bound: BTreeMap<String, Bound>) -> Self {
        Self(bound)
    }

    /// Each scope with its keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Bound)> {
        self.0.iter().map(|(scope, bound)| (scope.as_str(), bound))
    }
}

impl Bound {
    /// npm's own keys.
    ///
    /// # Errors
    /// [`TrustError`] where the embedded document cannot be read.
    pub fn npm() -> Result<Self, TrustError> {
        Self::of(EMBEDDED_NPM_KEYS.as_bytes(), "embedded npm keys", true)
    }

    /// The keys of a registry's own document, which `name` says where it is from.
    ///
    /// # Errors
    /// [`TrustError`] where it cannot be read, or mixes the keys of several registries.
    pub fn own(json: &[u8], name: &str) -> Result<Self, TrustError> {
        let bound = Self::of(json, name, false)?;
        require_one_registry(&bound.keys, name)?;
        Ok(bound)
    }

    /// Nobody's.
    pub fn nobody() -> Self {
        Self {
            keys: NpmKeys::default(),
            json: None,
            npms: false,
        }
    }

    fn of(json: &[u8], name: &str, npms: bool) -> Result<Self, TrustError> {
        let keys =
            NpmKeys::from_json(json).map_err(|error| TrustError(format!("{name}: {error}")))?;
        Ok(Self {
            keys,
            json: Some(json.into()),
            npms,
        })
    }
}

/// Refuses a file that holds keys which npm publishes beside others: the others would vouch for
/// npm's packages.
///
/// # Errors
/// [`TrustError`] says how to give the keys of each registry.
pub fn require_one_registry(keys: &NpmKeys, name: &str) -> Result<(), TrustError> {
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
