//! The command line: the only reader of arguments and environment.

mod args;
mod build;
mod bundle;
mod cache_folder;
mod environment;
mod pages;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, FromArgMatches as _};
use clap_complete::Shell;

use crate::commands::coverage::CoverageRequest;
use crate::commands::page::PageRequest;
use crate::commands::vsa::VsaRequest;
use crate::declare_command::DeclareRequest;
use crate::lock_files::root_of as root_of_locks;
use crate::pin_command::PinRequest;
use crate::settings::definition::Group as _;
use crate::settings::values::problem;
use crate::settings::{
    ConfigChoice, Options, Registries, Request, Requests, Trust, TrustChoice, reference, root_of,
};
use crate::write;
pub use bundle::{BundleRequest, Signer};

use args::{Action, Arguments, PolicyAction, TrustAction};
use build::Verification;
use dockyard_report::report::Shard;
pub use environment::variable;

/// Exit code of a usage or configuration error.
pub const USAGE_ERROR: u8 = 2;

/// What the command line asks for.
#[derive(Debug, Clone)]
pub enum Command {
    /// Every spec below a root, or one part of them.
    Scan(Request, Option<Shard>),
    /// The reports of all parts.
    Merge {
        /// Files and folders.
        shards: Vec<PathBuf>,
        /// Everything else, as for a scan.
        request: Request,
    },
    /// One spec, told in words.
    VerifyProvenance {
        /// The spec file.
        spec: PathBuf,
        /// Everything else; the root is the one the spec lies in.
        request: Request,
    },
    /// Every package of lock files.
    VerifyLock {
        /// The lock files.
        files: Vec<PathBuf>,
        /// Everything else; the root is the folder that they all lie below.
        request: Request,
    },
    /// One Sigstore bundle.
    VerifyBundle(BundleRequest),
    /// What is trusted.
    Trust(TrustRequest),
    /// What the configuration requires and exempts.
    Policy {
        /// Of which repository.
        request: Request,
        /// What to do.
        task: PolicyTask,
    },
    /// What a rule means, or the list of all rules.
    Explain {
        /// The rule's id as written; it may not exist.
        rule: Option<String>,
    },
    /// Completions for a shell.
    Completions(Shell),
    /// Writes what is proven into the specs.
    Declare(DeclareRequest, Request),
    /// Holds a build to what was verified.
    Pin(PinRequest, Request),
    /// How many packages have what.
    Coverage(CoverageRequest),
    /// A page of a report.
    Page(PageRequest),
    /// Statements about what was verified.
    Vsa(VsaRequest),
    /// A step of a GitHub workflow, told everything by the runner's variables.
    Action,
}

/// What `policy` does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyTask {
    /// Says which blocks hold for each spec.
    Show,
    /// Prints exemptions to fill in.
    Suggest {
        /// Lock files that are judged in place of the specs; none where those are.
        locks: Vec<PathBuf>,
    },
}

/// The arguments of `trust`.
#[derive(Debug, Clone)]
pub struct TrustRequest {
    /// What to do.
    pub task: TrustTask,
    /// Of which repository; the trust choice is always TUF.
    pub request: Request,
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

/// Reads the arguments, program name first.
///
/// # Errors
/// `clap`'s error; its `exit_code` is 2, or 0 for `--help` and `--version`.
pub fn parse<I, T>(arguments: I) -> Result<Command, clap::Error>
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let matches = command()
        .try_get_matches_from(arguments)
        .map_err(without_secrets)?;
    match Arguments::from_arg_matches(&matches)?.action {
        Action::Scan {
            root,
            shard,
            options,
        } => Ok(Command::Scan(request(root, *options)?, shard)),
        Action::Merge {
            shards,
            root,
            options,
        } => Ok(Command::Merge {
            shards,
            request: request(root, *options)?,
        }),
        Action::VerifyProvenance { spec, options } => Ok(Command::VerifyProvenance {
            request: request(root_of(&spec), *options)?,
            spec,
        }),
        Action::VerifyLock { files, options } => Ok(Command::VerifyLock {
            request: request(root_of_locks(&files), *options)?,
            files,
        }),
        Action::VerifyBundle(bundle) => bundle::request(bundle).map(Command::VerifyBundle),
        Action::Trust { action } => trust(action).map(Command::Trust),
        Action::Policy { action } => {
            let (root, options, task) = match action {
                PolicyAction::Show { root, options } => (root, options, PolicyTask::Show),
                PolicyAction::Suggest {
                    root,
                    locks,
                    options,
                } => {
                    let root = if locks.is_empty() {
                        root
                    } else {
                        root_of_locks(&locks)
                    };
                    (root, options, PolicyTask::Suggest { locks })
                }
            };
            let request = request(root, *options)?;
            Ok(Command::Policy { request, task })
        }
        Action::Explain { rule } => Ok(Command::Explain { rule }),
        Action::Completions { shell } => Ok(Command::Completions(shell)),
        Action::Declare(arguments) => build::declare(*arguments),
        Action::Pin(arguments) => build::pin(*arguments),
        Action::Coverage(arguments) => pages::coverage(*arguments),
        Action::Page(arguments) => Ok(pages::page(*arguments)),
        Action::Vsa(arguments) => pages::vsa(*arguments),
        Action::WorkflowStep => Ok(Command::Action),
    }
}

/// A usage error in clap's form, with its exit code 2.
fn usage(message: &str) -> clap::Error {
    Arguments::command().error(clap::error::ErrorKind::ValueValidation, message)
}

/// The whole command line, with a help that shows what holds by default.
pub fn command() -> clap::Command {
    reference::explained(Arguments::command())
}

/// The completions for `shell`, as a script.
pub fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "dockyard-provenance", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// clap repeats the value that it refuses. What may hold a password is not repeated.
fn without_secrets(error: clap::Error) -> clap::Error {
    let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg) else {
        return error;
    };
    let name = argument.split([' ', '=']).next().unwrap_or_default();
    let secret = Options::definitions()
        .iter()
        .any(|each| each.is_secret() && name == format!("--{}", each.name()));
    if secret && error.kind() == ErrorKind::ValueValidation {
        return usage(&format!("{name}: {}", problem(&error)));
    }
    error
}

fn request(root: PathBuf, options: Options) -> Result<Request, clap::Error> {
    if let Some(path) = write::shared_path(&options.output.reports) {
        return Err(usage(&format!(
            "two --report arguments write to {}; give each its own file",
            path.display()
        )));
    }
    consistent(Request {
        root,
        config: options.gate.config(),
        options,
    })
}

fn consistent(request: Request) -> Result<Request, clap::Error> {
    match request.options.trust.contradiction() {
        Some(contradiction) => Err(usage(contradiction)),
        None => Ok(request),
    }
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
    let offline = matches!(task, TrustTask::Show { offline: true, .. });
    let request = Request {
        root: PathBuf::from("."),
        config: ConfigChoice::Ignore,
        options: Options {
            registries: Registries {
                offline,
                ..Registries::default()
            },
            requests: Requests {
                timeout: arguments.timeout,
                ..Requests::default()
            },
            cache: arguments.cache,
            trust: Trust {
                source: Some(TrustChoice::Tuf),
                npm_keys,
                tuf: arguments.tuf,
                ..Trust::default()
            },
            ..Options::default()
        },
    };
    let request = consistent(request)?;
    Ok(TrustRequest { task, request })
}

#[cfg(test)]
mod tests;
