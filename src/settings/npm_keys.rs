//! `npm-keys`: which file holds the keys of which npm registry.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::ConfigError;
use super::chosen::Changes;
use super::registries::NPM_REGISTRY;
use dockyard_registry::trust::ScopeKeys;
use dockyard_registry::urls::BaseUrl;
use package_provenance::package::NpmName;
use untrusted_text::quoted;

/// Whose keys are named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeysOf {
    /// The default registry's.
    Default,
    /// Those of the registry that a scope's packages come from, by the scope with its `@`.
    Scope(String),
    /// Those of the registry at this address.
    Registry(BaseUrl),
}

/// One value of `npm-keys`: `FILE`, `@scope=FILE`, `@scope=npm`, `URL=FILE` or `URL=npm`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedKeys {
    /// Whose keys.
    pub of: KeysOf,
    /// The file; nothing for npm's own keys.
    pub file: Option<PathBuf>,
}

impl NamedKeys {
    /// Reads a value.
    ///
    /// # Errors
    /// What is wrong with it, for people. It never repeats an address, which may hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (of, file) = if text.starts_with('@') {
            let (scope, file) = text.split_once('=').ok_or_else(|| {
                format!(
                    "{} names a scope without its file: write @scope=FILE, or ./@… for a file of \
                     that name",
                    quoted(text)
                )
            })?;
            if NpmName::parse(&format!("{scope}/x")).is_err() {
                return Err(format!("{} is not a scope of npm's", quoted(scope)));
            }
            (KeysOf::Scope(scope.to_owned()), file)
        } else if text.contains("://") {
            let (address, file) = text
                .split_once('=')
                .ok_or("an address needs the file of its registry's keys: write URL=FILE")?;
            (KeysOf::Registry(BaseUrl::parse(address)?), file)
        } else {
            (KeysOf::Default, text)
        };
        if file.is_empty() {
            return Err("the name of the file is empty".to_owned());
        }
        let npms = file == "npm" && of != KeysOf::Default;
        Ok(Self {
            of,
            file: (!npms).then(|| PathBuf::from(file)),
        })
    }

    /// The same, with a relative file name joined with `folder`.
    #[must_use]
    pub fn inside(self, folder: &Path) -> Self {
        let file = self.file.map(|file| folder.join(file));
        Self { file, ..self }
    }

    /// How messages call whose keys these are.
    fn whose(&self) -> String {
        match &self.of {
            KeysOf::Default => "the default registry".to_owned(),
            KeysOf::Scope(scope) => scope.clone(),
            KeysOf::Registry(address) => address.to_string(),
        }
    }
}

/// The file of the default registry's keys, if there is one.
pub(super) fn of_default(named: &[NamedKeys]) -> Option<&PathBuf> {
    let default = named.iter().find(|each| each.of == KeysOf::Default);
    default.and_then(|each| each.file.as_ref())
}

/// Refuses two values for one registry.
pub(super) fn require_distinct(named: &[NamedKeys], from: &str) -> Result<(), ConfigError> {
    for (at, one) in named.iter().enumerate() {
        if named.iter().skip(at + 1).any(|other| other.of == one.of) {
            return Err(ConfigError(format!(
                "{from}: the keys of {} are named twice; a key belongs to one registry, and others \
                 are named by @scope=FILE or URL=FILE",
                one.whose()
            )));
        }
    }
    Ok(())
}

/// Takes out the files that the configuration names for a scope or an address, where the flags choose what
/// is trusted: whoever can change the configuration must not add a key to that. Says what is not used.
pub(super) fn without_files(named: &mut Vec<NamedKeys>, from_file: &str) -> Vec<String> {
    let is_left_out = |each: &NamedKeys| each.of != KeysOf::Default && each.file.is_some();
    let unused = named.iter().filter(|each| is_left_out(each)).map(|each| {
        format!(
            "npm-keys of {} ({from_file}) are not used, because flags choose the trust material; name \
             them with --npm-keys",
            each.whose()
        )
    });
    let unused = unused.collect();
    named.retain(|each| !is_left_out(each));
    unused
}

/// The registries that keys can be of.
pub(super) struct Known<'a> {
    pub(super) default: &'a str,
    pub(super) scopes: &'a BTreeMap<String, String>,
    /// Whether `.npmrc`, which names the scopes' registries, was read.
    pub(super) npmrc: bool,
}

/// What comes of the values.
pub(super) struct Settled {
    /// The file of the default registry's keys (none for npm's), where it was named by its address, and
    /// where.
    pub(super) default: Option<(Option<PathBuf>, String)>,
    /// Whose keys vouch for the packages of a scope, where it is not the default registry's.
    pub(super) scopes: BTreeMap<String, ScopeKeys>,
    /// Values that change nothing, for people.
    pub(super) warnings: Vec<String>,
}

/// Binds keys to registries: those of the flags before those of the configuration file.
/// `replaced` says that the default registry's keys are not npm's.
pub(super) fn settle(
    (flags, file, from_file): (&[NamedKeys], &[NamedKeys], &str),
    known: &Known<'_>,
    replaced: bool,
    changes: &mut Changes,
) -> Settled {
    let of_file = file
        .iter()
        .filter(|each| !flags.iter().any(|flag| flag.of == each.of))
        .map(|each| (each, from_file));
    let named: Vec<(&NamedKeys, &str)> = flags
        .iter()
        .map(|each| (each, "--npm-keys"))
        .chain(of_file)
        .filter(|(each, _)| each.of != KeysOf::Default)
        .collect();
    // What cannot be read is refused where it is asked.
    let base = |text: &str| BaseUrl::parse(text).ok();
    let (default, npm) = (base(known.default), base(NPM_REGISTRY));
    let mut settled = Settled {
        default: None,
        scopes: BTreeMap::new(),
        warnings: Vec::new(),
    };
    let whose = |file: &Option<PathBuf>| file.clone().map_or(ScopeKeys::Npm, ScopeKeys::File);
    let mut by_scope = BTreeMap::new();
    let mut by_address = Vec::new();
    for (each, origin) in named {
        let shown = each
            .file
            .as_ref()
            .map_or_else(|| "npm's".to_owned(), |file| file.display().to_string());
        let setting = format!("npm-keys of {}", each.whose());
        match &each.of {
            KeysOf::Default => continue,
            KeysOf::Scope(scope) => {
                by_scope.insert(scope.clone(), whose(&each.file));
            }
            KeysOf::Registry(address) => {
                let asked = known
                    .scopes
                    .values()
                    .any(|text| base(text).as_ref() == Some(address));
                if default.as_ref() == Some(address) {
                    settled.default = Some((each.file.clone(), origin.to_owned()));
                } else if !asked {
                    let why = if known.npmrc {
                        "no registry is asked there"
                    } else {
                        "with recorded evidence no .npmrc is read that says whose registry it is; \
                         name the scope instead, as @scope=FILE"
                    };
                    let warning = format!("{setting} ({origin}) vouch for nothing: {why}");
                    settled.warnings.push(warning);
                    continue;
                }
                by_address.push((address, whose(&each.file)));
            }
        }
        let consequence = ": they vouch for its packages, and for no others";
        changes.note(&setting, &shown, Some(origin), consequence);
    }
    let other = |(file, _): &(Option<PathBuf>, String)| file.is_some();
    let replaced = replaced || settled.default.as_ref().is_some_and(other);
    for (scope, text) in known.scopes {
        let address = base(text);
        let named = by_address
            .iter()
            .find(|(of, _)| address.as_ref() == Some(*of));
        let keys = match named {
            _ if address == default => continue,
            Some((_, keys)) => keys.clone(),
            None if address == npm && !replaced => continue,
            None if address == npm => ScopeKeys::Npm,
            None => ScopeKeys::Nobody,
        };
        settled.scopes.insert(scope.clone(), keys);
    }
    // What is said of the scope itself comes before what is said of its registry.
    settled.scopes.extend(by_scope);
    settled
}

#[cfg(test)]
mod tests;
