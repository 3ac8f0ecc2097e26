//! Loading trust material from the binary or from files.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sigstore_trust_root::SigstoreInstance;

use package_provenance::trust::npm_keys::EMBEDDED_NPM_KEYS;
use package_provenance::trust::registry_keys::require_one_registry;
use package_provenance::trust::{
    NpmKeys, SigstoreRoot, TrustDocument, TrustError, TrustMaterial, TrustSource,
};

/// The day on which both embedded documents were what Sigstore and npm publish: the Sigstore root in
/// the pinned `sigstore-trust-root` (TUF root version 16), and npm's keys. The age of embedded
/// material is counted from it. The newest key in the documents says nothing of that kind: keys stay
/// for years. A test holds it together with the documents.
pub const EMBEDDED_AS_OF: &str = "2026-08-21";

/// Largest trust file that is read, in bytes.
const MAX_FILE: u64 = 4 << 20;

/// Which trust material to use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustOptions {
    /// A Sigstore `trusted_root.json` instead of the embedded one.
    pub trusted_root: Option<PathBuf>,
    /// The `keys.json` of the default npm registry instead of npm's embedded one.
    pub npm_keys: Option<PathBuf>,
}

/// Loads the trust material.
///
/// # Errors
/// [`TrustError`] names the file and what is wrong with it.
pub fn load(options: &TrustOptions) -> Result<TrustMaterial, TrustError> {
    let embedded_root = SigstoreInstance::PublicGood.embedded_trusted_root_json();
    let root = Document::of(
        options.trusted_root.as_deref(),
        "trusted root",
        embedded_root,
    )?;
    let keys = Document::of(options.npm_keys.as_deref(), "npm keys", EMBEDDED_NPM_KEYS)?;
    let source = if options.trusted_root.is_some() || options.npm_keys.is_some() {
        TrustSource::File
    } else {
        TrustSource::Embedded
    };
    let mut material = TrustMaterial::new(root.as_ref(), keys.as_ref(), source)?;
    if options.npm_keys.is_some() {
        require_one_registry(&material.npm_keys, &keys.name)?;
    }
    material.as_of = describe_age(options, &material.sigstore, &material.npm_keys);
    if source == TrustSource::Embedded {
        material.freshness.as_of = Some(embedded_as_of()?);
    }
    Ok(material)
}

struct Document {
    name: String,
    json: Vec<u8>,
}

impl Document {
    fn of(path: Option<&Path>, what: &str, embedded: &str) -> Result<Self, TrustError> {
        Ok(match path {
            Some(path) => Self {
                name: format!("{what} {}", path.display()),
                json: read(path, what)?,
            },
            None => Self {
                name: format!("embedded {what}"),
                json: embedded.as_bytes().to_vec(),
            },
        })
    }

    fn as_ref(&self) -> TrustDocument<'_> {
        TrustDocument {
            name: &self.name,
            json: &self.json,
        }
    }
}

/// The start of [`EMBEDDED_AS_OF`].
pub(super) fn embedded_as_of() -> Result<Timestamp, TrustError> {
    format!("{EMBEDDED_AS_OF}T00:00:00Z")
        .parse()
        .map_err(|error| TrustError(format!("the date of the embedded trust material: {error}")))
}

/// Loads only the Sigstore root, for `verify-bundle`.
///
/// # Errors
/// As [`load`].
pub fn load_sigstore(
    trusted_root: Option<&Path>,
    staging: bool,
) -> Result<SigstoreRoot, TrustError> {
    match trusted_root {
        Some(path) => root_from_file(path),
        None if staging => embedded_root(SigstoreInstance::Staging),
        None => embedded_root(SigstoreInstance::PublicGood),
    }
}

fn embedded_root(instance: SigstoreInstance) -> Result<SigstoreRoot, TrustError> {
    SigstoreRoot::from_json(instance.embedded_trusted_root_json())
        .map_err(|error| TrustError(format!("embedded trusted root: {error}")))
}

fn root_from_file(path: &Path) -> Result<SigstoreRoot, TrustError> {
    SigstoreRoot::from_bytes(&read(path, "trusted root")?)
        .map_err(|error| TrustError(format!("trusted root {}: {error}", path.display())))
}

pub(super) fn read(path: &Path, what: &str) -> Result<Vec<u8>, TrustError> {
    let fail = |problem: String| TrustError(format!("{what} {}: {problem}", path.display()));
    let file = File::open(path).map_err(|error| fail(error.to_string()))?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| fail(error.to_string()))?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(fail(format!("larger than {MAX_FILE} bytes")));
    }
    Ok(bytes)
}

/// A file carries no date, so its newest key says how old it is at most.
fn describe_age(options: &TrustOptions, sigstore: &SigstoreRoot, npm_keys: &NpmKeys) -> String {
    let newest = |time: Option<Timestamp>| {
        time.map_or_else(
            || "undated".to_owned(),
            |time| format!("newest key {}", time.strftime("%Y-%m-%d")),
        )
    };
    match (&options.trusted_root, &options.npm_keys) {
        (None, None) => EMBEDDED_AS_OF.to_owned(),
        (Some(_), None) => format!(
            "Sigstore root from file ({}), npm keys embedded as of {EMBEDDED_AS_OF}",
            newest(sigstore.newest_start())
        ),
        (None, Some(_)) => format!(
            "Sigstore root embedded as of {EMBEDDED_AS_OF}, npm keys from file ({})",
            newest(npm_keys.newest_start())
        ),
        (Some(_), Some(_)) => format!(
            "Sigstore root from file ({}), npm keys from file ({})",
            newest(sigstore.newest_start()),
            newest(npm_keys.newest_start())
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_material_loads_and_says_its_date() {
        let trust = load(&TrustOptions::default()).unwrap();
        assert_eq!(trust.source, TrustSource::Embedded);
        assert_eq!(trust.as_of, EMBEDDED_AS_OF);
        assert!(load_sigstore(None, true).is_ok());
    }

    /// Whoever embeds other documents says when they were what is published.
    #[test]
    fn the_date_belongs_to_the_embedded_documents() {
        let root = SigstoreInstance::PublicGood.embedded_trusted_root_json();
        let digests = [root, EMBEDDED_NPM_KEYS]
            .map(|text| hex::encode(sigstore_verify::crypto::sha256(text.as_bytes()).as_bytes()));
        assert_eq!(
            (EMBEDDED_AS_OF, digests.each_ref().map(String::as_str)),
            (
                "2026-08-21",
                [
                    "6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66",
                    "2aea676acca65ea23f674642f2e9aced9d7b3714f910c28c0fe78430cc4a0caf",
                ]
            ),
            "the embedded documents changed: set EMBEDDED_AS_OF to the day on which they were published as they are"
        );
    }

    #[test]
    fn a_missing_file_is_named() {
        let options = TrustOptions {
            trusted_root: Some("no/such/root.json".into()),
            npm_keys: None,
        };
        let error = load(&options).err().unwrap();
        assert!(error.to_string().contains("no/such/root.json"), "{error}");
    }
}
