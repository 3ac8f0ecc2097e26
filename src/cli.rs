//! The command line: the only reader of arguments and environment.

mod args;
mod cache_folder;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::{CommandFactory as _, Parser as _};

use crate::config::{
    ConfigChoice, Elsewhere, Environment, Flags, GoVariables, NamedKeys, TrustChoice, UserFiles,
    named_index, root_of,
};
use crate::write;
use args::{Action, Arguments, BundleArguments, Common, TrustAction};
use dockyard_registry::credentials::Secret;

/// Exit code of a usage or configuration error.
pub const USAGE_ERROR: u8 = 2;

/// What the command line asks for.
#[derive(Debug, Clone)]
pub enum Command {
    /// Every spec below a root.
    Scan(Flags),
    /// One spec, told in words.
    VerifyProvenance {
        /// The spec file.
        spec: PathBuf,
        /// Everything else; the root is the one the spec lies in.
        flags: Flags,
    },
    /// One Sigstore bundle.
    VerifyBundle(BundleRequest),
    /// What is trusted.
    Trust(TrustRequest),
    /// What a rule means, or the list of all rules.
    Explain {
        /// The rule's id as written; it may not exist.
        rule: Option<String>,
    },
    /// A step of a GitHub workflow, told everything by the runner's variables.
    Action,
}

/// The arguments of `trust`.
#[derive(Debug, Clone)]
pub struct TrustRequest {
    /// What to do.
    pub task: TrustTask,
    /// Of which repository; the trust choice is always TUF.
    pub flags: Flags,
}

/// What `trust` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrustTask {
    /// Says what a scan would trust now.
    Show {
        /// Without the network.
        offline: bool,
        /// As JSON.
        json: bool,
    },
    /// Refreshes.
    Update,
}

/// The arguments of `verify-bundle`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleRequest {
    /// Sigstore's staging instance is trusted instead of the public one.
    pub staging: bool,
    /// The bundle.
    pub bundle: PathBuf,
    /// Who must have signed.
    pub signer: Signer,
    /// A trusted root instead of the embedded one.
    pub trusted_root: Option<PathBuf>,
    /// A file, or `sha256:` and a digest in hexadecimal.
    pub artifact: OsString,
}

/// Who must have signed a bundle. There is no "anybody".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signer {
    /// A certificate with exactly this subject and issuer.
    Certificate {
        /// The subject alternative name.
        identity: String,
        /// The OIDC issuer.
        issuer: String,
    },
    /// The holder of this key (PEM).
    Key(PathBuf),
}

/// Reads the arguments, program name first.
///
/// # Errors
/// `clap`'s error; its `exit_code` is 2, or 0 for `--help` and `--version`.
pub fn parse<I, T>(arguments: I) -> Result<Command, clap::Error>
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    match Arguments::try_parse_from(arguments)?.action {
        Action::Scan { root, common } => flags(root, *common).map(Command::Scan),
        Action::VerifyProvenance { spec, common } => Ok(Command::VerifyProvenance {
            flags: flags(root_of(&spec), *common)?,
            spec,
        }),
        Action::VerifyBundle(bundle) => request(bundle).map(Command::VerifyBundle),
        Action::Trust { action } => trust(action).map(Command::Trust),
        Action::Explain { rule } => Ok(Command::Explain { rule }),
        Action::WorkflowStep => Ok(Command::Action),
    }
}

impl Environment {
    /// Reads this process's environment.
    ///
    /// # Errors
    /// `clap`'s usage error where a variable is not Unicode: it is said, not passed over.
    pub fn process() -> Result<Self, clap::Error> {
        Ok(Self {
            elsewhere: Elsewhere::among(variables()),
            ..Self::from_lookup(variable)?
        })
    }

    /// Reads the environment that `lookup` answers for. An empty variable is unset.
    ///
    /// # Errors
    /// As [`Environment::process`].
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self, clap::Error> {
        let filled = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let text = |name: &str| {
            filled(name)
                .map(|value| {
                    value.into_string().map_err(|_not_unicode| {
                        usage(&format!("the environment variable {name} is not Unicode"))
                    })
                })
                .transpose()
        };
        // npm reads its own variables in any case, and its scripts set them in small letters.
        let npm_registry = match text("NPM_CONFIG_REGISTRY")? {
            None => text("npm_config_registry")?,
            registry => registry,
        };
        let userconfig =
            filled("NPM_CONFIG_USERCONFIG").or_else(|| filled("npm_config_userconfig"));
        let path = |value: Option<OsString>| value.map(PathBuf::from);
        let uv_default_index = text("UV_DEFAULT_INDEX")?;
        let uv_login = |part: &str| {
            uv_default_index
                .as_deref()
                .and_then(|index| named_index(index).0)
                .map(|name| text(&format!("UV_INDEX_{}_{part}", variable_name(name))))
                .transpose()
                .map(|value| value.flatten().map(Secret::new))
        };
        Ok(Self {
            npm_config_registry: npm_registry,
            uv_index_username: uv_login("USERNAME")?,
            uv_index_password: uv_login("PASSWORD")?,
            uv_index_url: text("UV_INDEX_URL")?,
            pip_index_url: text("PIP_INDEX_URL")?,
            npm_config_userconfig: path(userconfig),
            netrc: path(filled("NETRC")),
            home: path(filled(if cfg!(windows) { "USERPROFILE" } else { "HOME" })),
            no_color: filled("NO_COLOR").is_some(),
            force_color: filled("FORCE_COLOR")
                .is_some_and(|value| value != "false" && value != "0"),
            rust_log: text("RUST_LOG")?,
            ci: filled("CI").is_some_and(|value| value != "false" && value != "0"),
            dumb_terminal: filled("TERM").is_some_and(|value| value == "dumb"),
            files: UserFiles::default(),
            go: GoVariables {
                proxy: text("GOPROXY")?,
                sumdb: text("GOSUMDB")?,
                private: text("GOPRIVATE")?,
                no_proxy: text("GONOPROXY")?,
                no_sumdb: text("GONOSUMDB")?,
            },
            elsewhere: Vec::new(),
            uv_default_index,
            cache_folder: cache_folder::of(&filled),
        })
    }
}

/// One variable of this process's environment, for what a `.npmrc` refers to and for the action.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place where the environment is read"
)]
pub fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// All of this process's environment, for variables whose names are not known before.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place where the environment is read"
)]
fn variables() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os()
}

/// The name of an index as uv writes it in its variables.
fn variable_name(index: &str) -> String {
    let upper = |letter: char| match letter {
        letter if letter.is_ascii_alphanumeric() => letter.to_ascii_uppercase(),
        _ => '_',
    };
    index.chars().map(upper).collect()
}

/// A usage error in clap's form, with its exit code 2.
fn usage(message: &str) -> clap::Error {
    Arguments::command().error(clap::error::ErrorKind::ValueValidation, message)
}

fn flags(root: PathBuf, common: Common) -> Result<Flags, clap::Error> {
    if let Some(path) = write::shared_path(&common.report) {
        return Err(usage(&format!(
            "two --report arguments write to {}; give each its own file",
            path.display()
        )));
    }
    let flags = Flags {
        root,
        globs: common.spec_glob,
        npm_registry: common.npm_registry,
        pypi_index: common.pypi_index,
        go_proxy: common.go_proxy,
        go_sumdb: common.go_sumdb,
        trust: common.trust,
        trusted_root: common.trusted_root,
        npm_keys: named_keys(&common.npm_keys)?,
        tuf_url: common.tuf_url,
        tuf_root: common.tuf_root,
        trust_max_age: common.trust_max_age,
        evidence: common.evidence,
        offline: common.offline,
        cache_dir: common.cache_dir,
        no_cache: common.no_cache,
        save_evidence: common.save_evidence,
        jobs: common.jobs.and_then(|jobs| usize::try_from(jobs).ok()),
        per_host: common.per_host.and_then(|most| usize::try_from(most).ok()),
        timeout: common.timeout.map(std::time::Duration::from_secs),
        config: match (common.config, common.no_config) {
            (_, true) => ConfigChoice::Ignore,
            (Some(path), false) => ConfigChoice::File(path),
            (None, false) => ConfigChoice::Discover,
        },
        fail_on: common.fail_on,
        fail_on_unknown: common.fail_on_unknown,
        format: common.format,
        reports: common.report,
        color: common.color,
        verbose: common.verbose,
        quiet: common.quiet,
    };
    match flags.contradiction() {
        Some(contradiction) => Err(usage(contradiction)),
        None => Ok(flags),
    }
}

/// The values of `--npm-keys`. The error repeats no address, which may hold a password.
fn named_keys(given: &[String]) -> Result<Vec<NamedKeys>, clap::Error> {
    let read =
        |text: &String| NamedKeys::parse(text).map_err(|why| usage(&format!("--npm-keys: {why}")));
    given.iter().map(read).collect()
}

fn trust(action: TrustAction) -> Result<TrustRequest, clap::Error> {
    let (task, arguments, npm_keys) = match action {
        TrustAction::Show {
            trust,
            offline,
            json,
            npm_keys,
        } => (TrustTask::Show { offline, json }, trust, npm_keys),
        TrustAction::Update(arguments) => (TrustTask::Update, arguments, Vec::new()),
    };
    let request = TrustRequest {
        task,
        flags: Flags {
            root: PathBuf::from("."),
            npm_keys: named_keys(&npm_keys)?,
            tuf_url: arguments.tuf_url,
            tuf_root: arguments.tuf_root,
            cache_dir: arguments.cache_dir,
            no_cache: arguments.no_cache,
            offline: matches!(task, TrustTask::Show { offline: true, .. }),
            timeout: arguments.timeout.map(std::time::Duration::from_secs),
            trust: Some(TrustChoice::Tuf),
            config: ConfigChoice::Ignore,
            ..Flags::default()
        },
    };
    match request.flags.contradiction() {
        Some(contradiction) => Err(usage(contradiction)),
        None => Ok(request),
    }
}

fn request(bundle: BundleArguments) -> Result<BundleRequest, clap::Error> {
    let signer = match (
        bundle.certificate_identity,
        bundle.certificate_oidc_issuer,
        bundle.key,
    ) {
        (Some(identity), Some(issuer), None) if !identity.is_empty() && !issuer.is_empty() => {
            Signer::Certificate { identity, issuer }
        }
        (None, None, Some(key)) => Signer::Key(key),
        _ => {
            return Err(usage(
                "say who must have signed: --certificate-identity with --certificate-oidc-issuer, or --key",
            ));
        }
    };
    if bundle.artifact.as_os_str() == OsStr::new("") {
        return Err(usage("name the file, or sha256: and its digest"));
    }
    Ok(BundleRequest {
        staging: bundle.staging,
        bundle: bundle.bundle,
        signer,
        trusted_root: bundle.trusted_root,
        artifact: bundle.artifact,
    })
}

#[cfg(test)]
mod tests;
