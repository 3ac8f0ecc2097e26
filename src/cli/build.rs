//! The arguments of `declare` and `pin`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{ArgGroup, Args};

use super::{Command, request as checked, usage};
use crate::declare_command::{self, DeclareRequest, Files};
use crate::pin_command::{Mode, PinRequest, Target, mode_of};
use crate::settings::{Cache, Gate, GoOptions, Options, Registries, Requests, Trust, root_of};
use dockyard_pin::Form;
use dockyard_report::spec::edit::Differences;

pub(super) const DECLARE_EXIT_CODES: &str = "\
Exit codes:
  0  everything proven is declared, or is in the diff (--write: in the files)
  1  --check, and something would change; or a spec that a person has to look at
  2  usage or configuration error
  3  something could not be determined";

pub(super) const PIN_EXIT_CODES: &str = "\
Exit codes; only with 0 is the Dockerfile changed:
  0  the build is held to what was verified (--mode warn: or there is nothing to hold it to)
  1  findings at or above --fail-on, or a package that cannot be pinned
  2  usage or configuration error, or a Dockerfile that is not of dockhand's form
  3  something could not be determined";

#[derive(Debug, Args)]
pub(super) struct DeclareArguments {
    /// The specs [default: all of the repository in the present folder]
    #[arg(value_name = "SPEC")]
    specs: Vec<PathBuf>,
    /// Change the files, besides showing the diff
    #[arg(long, conflicts_with = "check")]
    write: bool,
    /// Fail where something would change
    #[arg(long)]
    check: bool,
    /// Change values that say something else than what is proven, too
    #[arg(long)]
    update: bool,
    #[command(flatten)]
    verification: Verification,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("target").required(true).args(["dockerfile", "form"]))]
pub(super) struct PinArguments {
    /// The spec file
    #[arg(short = 'c', long = "spec", value_name = "SPEC")]
    spec: PathBuf,
    /// The Dockerfile that dockhand made for it, which is changed in place
    #[arg(long, value_name = "FILE")]
    dockerfile: Option<PathBuf>,
    /// Print the verified digests instead, in this form
    #[arg(id = "form", long = "format", value_name = "FORM", value_parser = form())]
    format: Option<Form>,
    /// What a package without a verified digest means: strict, an error; warn, a warning, but what
    /// fails still fails; off, nothing, because nothing is verified [default: strict]
    #[arg(long, value_name = "MODE", value_parser = mode(), conflicts_with_all = ["check_provenance", "warn_no_provenance"])]
    mode: Option<Mode>,
    /// dockhand's flag: --mode strict
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    check_provenance: Option<bool>,
    /// dockhand's flag: --mode warn; with =false without the warning
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    warn_no_provenance: Option<bool>,
    #[command(flatten)]
    verification: Verification,
}

fn form() -> impl clap::builder::TypedValueParser<Value = Form> {
    PossibleValuesParser::new(Form::ALL.map(Form::as_str)).try_map(|word| {
        let mut all = Form::ALL.into_iter();
        all.find(|form| form.as_str() == word)
            .ok_or_else(|| format!("`{word}` is not a form"))
    })
}

fn mode() -> impl clap::builder::TypedValueParser<Value = Mode> {
    PossibleValuesParser::new(["strict", "warn", "off"]).map(|word| match word.as_str() {
        "warn" => Mode::Warn { quiet: false },
        "off" => Mode::Off,
        _ => Mode::Strict,
    })
}

/// # Errors
/// A usage error where the specs lie in different repositories.
pub(super) fn declare(arguments: DeclareArguments) -> Result<Command, clap::Error> {
    let root =
        declare_command::root(&arguments.specs).map_err(|error| usage(&error.to_string()))?;
    let request = DeclareRequest {
        specs: arguments.specs,
        files: match (arguments.write, arguments.check) {
            (true, _) => Files::Write,
            (false, true) => Files::Check,
            (false, false) => Files::Keep,
        },
        differences: if arguments.update {
            Differences::Update
        } else {
            Differences::Keep
        },
    };
    let asked = checked(root, arguments.verification.options())?;
    Ok(Command::Declare(request, asked))
}

/// # Errors
/// As of a scan's options.
pub(super) fn pin(arguments: PinArguments) -> Result<Command, clap::Error> {
    let target = match (arguments.dockerfile, arguments.format) {
        (Some(path), _) => Target::Dockerfile(path),
        (None, Some(form)) => Target::Shown(form),
        (None, None) => return Err(usage("name --dockerfile or --format")),
    };
    let asked = checked(root_of(&arguments.spec), arguments.verification.options())?;
    let request = PinRequest {
        spec: arguments.spec,
        target,
        mode: arguments
            .mode
            .unwrap_or_else(|| mode_of(arguments.check_provenance, arguments.warn_no_provenance)),
    };
    Ok(Command::Pin(request, asked))
}

/// What a verification takes that writes no report.
#[derive(Debug, Args)]
pub(super) struct Verification {
    #[command(flatten)]
    registries: Registries,
    #[command(flatten)]
    go: GoOptions,
    #[command(flatten)]
    requests: Requests,
    #[command(flatten)]
    cache: Cache,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    gate: Gate,
}

impl Verification {
    pub(super) fn options(self) -> Options {
        Options {
            registries: self.registries,
            go: self.go,
            requests: self.requests,
            cache: self.cache,
            trust: self.trust,
            gate: self.gate,
            ..Options::default()
        }
    }
}
