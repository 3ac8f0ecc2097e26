//! Settings: defaults < configuration file < the user's files < environment < flags.
//!
//! A configuration file inside the scanned repository can be changed by the pull request that is
//! being judged. So every setting that can change the verdict is also kept as a sentence in
//! [`Settings::changes`], which every report shows, and flags always win over the file
//! (`docs/decisions/0004-configuration.md`).
//!
//! Each option is defined once, in the file of its topic; [`definition`] says how.

mod blocks;
mod cache;
mod chosen;
pub mod definition;
mod elsewhere;
pub mod file;
mod github;
mod go;
mod merge;
mod network;
mod npm_keys;
mod options;
mod output;
mod policy;
pub mod reference;
mod registries;
mod requests;
pub mod schema;
mod trust;
pub mod user_files;
pub(crate) mod values;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

pub use cache::{Cache, CacheChoice};
pub use elsewhere::Elsewhere;
pub use file::{ConfigFile, FILE_NAME};
pub use github::GitHubAccess;
pub use go::{GoOptions, GoSettings, GoVariables};
pub use merge::{root_of, settle};
pub use npm_keys::{KeysOf, NamedKeys};
pub use options::Options;
pub use output::{ColorChoice, Output};
pub use policy::{Gate, SPEC_GLOB};
pub use registries::{NPM_REGISTRY, PYPI_INDEX, Registries, named_index};
pub(crate) use requests::MAX_TIMEOUT;
pub use requests::Requests;
pub use trust::{Trust, TrustChoice, Tuf};

use dockyard_registry::credentials::netrc::Netrc;
use dockyard_registry::credentials::npmrc::NpmRc;
use dockyard_registry::credentials::{Credentials, Secret};
use dockyard_registry::trust::{ScopeKeys, TrustOptions, TufOptions};
use dockyard_report::policy::Policy;
use dockyard_report::report::{EvidenceOrigin, Gate as GateRecord};

/// Everything a run is told.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The repository's root folder.
    pub root: PathBuf,
    /// Patterns of the specs below the root.
    pub globs: Vec<String>,
    /// Whether these are the repository's own, by default or by its configuration. Others, of the
    /// command line, may leave specs out on purpose.
    pub own_patterns: bool,
    /// npm's registry as written; the registry client checks the address.
    pub npm_registry: String,
    /// The registries of npm's scopes that have their own, by the scope with its `@`.
    pub npm_scopes: BTreeMap<String, String>,
    /// PyPI's simple index, without credentials; the registry client checks the address.
    pub pypi_index: String,
    /// Who is asked about Go modules.
    pub go: GoSettings,
    /// The registry that is asked for evidence of npm packages, where [`Self::npm_registry`] is a mirror
    /// of it.
    pub npm_evidence: Option<String>,
    /// The index that is asked for evidence, where [`Self::pypi_index`] is a mirror of it.
    pub pypi_evidence: Option<String>,
    /// What registries are told of who asks.
    pub credentials: Credentials,
    /// Trust material; embedded where both files are absent.
    pub trust: TrustOptions,
    /// Whose keys vouch for the packages of a scope, where it is not the default registry's, by the
    /// scope with its `@`.
    pub npm_scope_keys: BTreeMap<String, ScopeKeys>,
    /// How trust material is refreshed; [`Settings::trust`] is not used then.
    pub tuf: Option<TufOptions>,
    /// How many days old the trust material may be. Never from the configuration file.
    pub trust_max_age: Option<u32>,
    /// A folder of recorded evidence instead of the network.
    pub evidence: Option<PathBuf>,
    /// Whether a flag or an input named that folder, rather than the configuration file, which a pull
    /// request can change.
    pub evidence_by_flag: bool,
    /// An earlier report that the run is compared with. Never from the configuration file, which a pull
    /// request could make name its own.
    pub baseline: Option<PathBuf>,
    /// Whether the network may not be used.
    pub offline: bool,
    /// The folder for what is kept between runs. Never from the configuration file: a pull request
    /// could name one that it has filled.
    pub cache: CacheChoice,
    /// A folder to record this run's evidence in.
    pub save_evidence: Option<PathBuf>,
    /// How GitHub is asked about skills. Never from the configuration file: it could name who gets the
    /// token.
    pub github: GitHubAccess,
    /// Packages checked in parallel.
    pub jobs: usize,
    /// Requests in flight at once to one host, at most.
    pub per_host: usize,
    /// Time limit per request, retries included.
    pub timeout: Duration,
    /// What passes.
    pub policy: Policy,
    /// Colours, the environment considered.
    pub color: ColorChoice,
    /// What is written.
    pub output: Output,
    /// The configuration file that was read, as shown in the report.
    pub config: Option<String>,
    /// Every setting that can change the verdict and is not the default, with where it was set.
    pub changes: Vec<String>,
    /// What makes an installer look where this run does not.
    pub elsewhere: Vec<Elsewhere>,
    /// What the user should know of, such as a credential that is not used.
    pub warnings: Vec<String>,
}

impl Settings {
    /// What the report says of the gate.
    pub fn gate(&self) -> GateRecord {
        GateRecord {
            fail_on: self.policy.fail_on,
            fail_on_unknown: self.policy.fail_on_unknown,
            config: self.config.clone(),
            base: None,
            evidence: match (&self.evidence, self.offline) {
                (Some(_), _) => EvidenceOrigin::Folder,
                (None, true) => EvidenceOrigin::None,
                (None, false) => EvidenceOrigin::Network,
            },
            evidence_as_of: None,
            changes: self.changes.clone(),
            doubts: Vec::new(),
        }
    }

    /// Whether to colour standard output. `--color` wins over `NO_COLOR`, which wins over
    /// `FORCE_COLOR`, which wins over what else the environment and the terminal say (`wanted`).
    pub fn use_color(&self, wanted: bool) -> bool {
        match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => wanted,
        }
    }
}

/// Which configuration file to read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ConfigChoice {
    /// [`FILE_NAME`] in the root, if it is there.
    #[default]
    Discover,
    /// This file, which must be there.
    File(PathBuf),
    /// This text, which somebody has read elsewhere.
    Given {
        /// How messages and reports name it.
        shown: String,
        /// The file's bytes.
        bytes: Vec<u8>,
        /// What relative paths in it are joined with.
        folder: PathBuf,
    },
    /// None.
    Ignore,
}

/// What a run is asked for by who started it.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The folder to scan.
    pub root: PathBuf,
    /// Which configuration file counts.
    pub config: ConfigChoice,
    /// The options that win over the file.
    pub options: Options,
}

/// The environment's part: each variable that is read, and the user's own files that variables name.
/// An empty variable is unset. `Debug` shows nothing of it: addresses may hold passwords.
#[derive(Clone, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a variable that is set or not"
)]
pub struct Environment {
    /// `NPM_CONFIG_REGISTRY`.
    pub npm_config_registry: Option<String>,
    /// `UV_DEFAULT_INDEX`.
    pub uv_default_index: Option<String>,
    /// `UV_INDEX_URL`.
    pub uv_index_url: Option<String>,
    /// `PIP_INDEX_URL`.
    pub pip_index_url: Option<String>,
    /// `UV_INDEX_{NAME}_USERNAME`, where `UV_DEFAULT_INDEX` is `name=address`.
    pub uv_index_username: Option<Secret>,
    /// `UV_INDEX_{NAME}_PASSWORD`, likewise.
    pub uv_index_password: Option<Secret>,
    /// The go command's variables.
    pub go: GoVariables,
    /// Variables that make an installer look where this program does not.
    pub elsewhere: Vec<Elsewhere>,
    /// `NPM_CONFIG_USERCONFIG`: the file read instead of `~/.npmrc`.
    pub npm_config_userconfig: Option<PathBuf>,
    /// `NETRC`: the file read instead of `~/.netrc`.
    pub netrc: Option<PathBuf>,
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// `GITHUB_API_URL`.
    pub github_api_url: Option<String>,
    /// `GITHUB_TOKEN`.
    pub github_token: Option<Secret>,
    /// `NO_COLOR` is set.
    pub no_color: bool,
    /// `FORCE_COLOR` is set, and not to `false` or `0`.
    pub force_color: bool,
    /// This program's folder in the platform's cache folder.
    pub cache_folder: Option<PathBuf>,
    /// `RUST_LOG`.
    pub rust_log: Option<String>,
    /// `CI` is set, and not to `false` or `0`.
    pub ci: bool,
    /// `TERM` is `dumb`.
    pub dumb_terminal: bool,
    /// The user's files, once [`user_files::read`] has read them.
    pub files: UserFiles,
}

impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Environment")
            .finish_non_exhaustive()
    }
}

/// What the user's own files say about registries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserFiles {
    /// `.npmrc`.
    pub npmrc: NpmRc,
    /// How messages call that file.
    pub npmrc_shown: String,
    /// `.netrc`.
    pub netrc: Netrc,
    /// How messages call that file.
    pub netrc_shown: String,
    /// What is wrong with them.
    pub warnings: Vec<String>,
}

/// A configuration that cannot be used: every mistake on a line of its own. Exit 2.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

#[cfg(test)]
mod tests;
