//! `pin`: verifies a spec's package, and holds its build to what was verified.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::discover::{self, DiscoverError};
use crate::progress::Progress;
use crate::scan::{self, Examined, ScanError};
use crate::settings::Settings;
use crate::write::{WriteError, replace};
use dockyard_pin::{DockerfileError, Form, NotPinned, Pin, Rewritten, rewrite};
use dockyard_report::finding::{RuleId, Severity};
use dockyard_report::policy::{exit_code, undetermined};
use dockyard_report::report::{OverrideRecord, OverrideStatus, Report, SpecReport, Verdict};
use dockyard_report::spec::{SpecPackage, Subject};
use package_provenance::verify::Status;

/// Largest Dockerfile that is read, in bytes.
const MAX_DOCKERFILE: u64 = 1024 * 1024;

/// Exit code where the package fails, or cannot be pinned.
const FAILED: u8 = 1;
/// Exit code where something could not be determined.
const INCONCLUSIVE: u8 = 3;

/// What a package has to show before it is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// A digest that was verified.
    #[default]
    Strict,
    /// Nothing that fails: without provenance it is built unpinned, with or without a warning.
    Warn {
        /// Whether nothing is said of it.
        quiet: bool,
    },
    /// Nothing: it is not verified.
    Off,
}

/// Where the digests go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Into this Dockerfile.
    Dockerfile(PathBuf),
    /// To standard output.
    Shown(Form),
}

/// What `pin` is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinRequest {
    /// The spec.
    pub spec: PathBuf,
    /// Where the digests go.
    pub target: Target,
    /// What the package has to show.
    pub mode: Mode,
}

/// Why the command could not start, or has nothing to write to: exit 2.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// No spec.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    /// The verification could not start.
    #[error(transparent)]
    Run(#[from] ScanError),
    /// The file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The Dockerfile could not be read.
    #[error("cannot read the Dockerfile {}: {reason}; name the one that `dockhand build` wrote", path.display())]
    Read {
        /// As given.
        path: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
    /// The Dockerfile is not of the known form.
    #[error("{}: {reason}", path.display())]
    Dockerfile {
        /// As given.
        path: PathBuf,
        /// What is wrong.
        reason: DockerfileError,
    },
    /// The spec pins nothing that an installer fetches.
    #[error("{0} names no package of a registry, so there is nothing to pin")]
    NoPackage(String),
    /// The form is another ecosystem's.
    #[error("--format {} is not for a package of this ecosystem; `json` is for all", .0.as_str())]
    Form(Form),
    /// Without verification there are no digests.
    #[error("--mode off verifies nothing, so there is nothing to print; leave --format away")]
    NothingVerified,
}

/// For standard error: a kind and a text each, which may quote input.
type Notes = Vec<(&'static str, String)>;

/// What to say, and the exit code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// For standard output.
    pub shown: String,
    /// For standard error: a kind and a text, which may quote input.
    pub notes: Vec<(&'static str, String)>,
    /// The exit code.
    pub code: u8,
}

impl Told {
    fn of(code: u8, kind: &'static str, text: String) -> Self {
        Self {
            notes: vec![(kind, text)],
            code,
            ..Self::default()
        }
    }
}

/// Carries out `request` as of `now`. The Dockerfile is touched only where the exit code is 0.
///
/// # Errors
/// [`PinError`].
pub async fn run(
    request: &PinRequest,
    settings: &Settings,
    now: Timestamp,
) -> Result<Told, PinError> {
    if request.mode == Mode::Off {
        return match &request.target {
            Target::Shown(_) => Err(PinError::NothingVerified),
            Target::Dockerfile(path) => Ok(Told::of(
                0,
                "warning",
                format!(
                    "nothing was verified (mode off), and {} is as it was: whatever the registry serves gets built",
                    path.display()
                ),
            )),
        };
    }
    let found = vec![discover::named(&request.spec)?];
    let dockerfile = match &request.target {
        Target::Dockerfile(path) => Some((path, read(path)?)),
        Target::Shown(_) => None,
    };
    let examined = scan::examine(
        found,
        settings,
        now,
        &Progress::hidden(),
        &scan::Scope::part(),
    )
    .await?;
    let (Some(spec), Some(report)) = (examined.specs.first(), examined.report.specs.first()) else {
        return Err(PinError::NoPackage(request.spec.display().to_string()));
    };
    // Whatever is found out about it, there is nothing to hold a build to.
    if matches!(spec.subject, Subject::Skill(_)) {
        return Err(PinError::NoPackage(spec.path.clone()));
    }
    if let Some(told) = refused(request.mode, settings, &examined.report, report) {
        return Ok(told);
    }
    let Subject::Package(package) = &spec.subject else {
        return Err(PinError::NoPackage(spec.path.clone()));
    };
    let (pin, mut notes) = match pin(&examined, package) {
        Ok(pinned) => pinned,
        Err(why) => return Ok(unpinned(request.mode, report.status, &why, package)),
    };
    let shown = match (&request.target, dockerfile) {
        (Target::Dockerfile(_), Some((path, before))) => {
            notes.push((
                "note",
                format!(
                    "{}: {}",
                    path.display(),
                    hold(path, &before, &pin, package)?
                ),
            ));
            String::new()
        }
        (Target::Shown(form), _) => form.render(&pin).ok_or(PinError::Form(*form))?,
        (Target::Dockerfile(_), None) => String::new(),
    };
    Ok(Told {
        shown,
        notes,
        code: 0,
    })
}

/// Writes the digests into the Dockerfile, reads it again, and says what it holds.
fn hold(path: &Path, before: &str, pin: &Pin, package: &SpecPackage) -> Result<String, PinError> {
    let dockerfile = |reason| PinError::Dockerfile {
        path: path.to_owned(),
        reason,
    };
    match rewrite(before, pin).map_err(dockerfile)? {
        Rewritten::Same => Ok(format!(
            "holds the verified digests of {} already",
            package.package
        )),
        Rewritten::Changed(new) => {
            replace(path, before.as_bytes(), new.as_bytes())?;
            match rewrite(&read(path)?, pin).map_err(dockerfile)? {
                Rewritten::Same => Ok(format!(
                    "the build fails now unless it gets the verified {}",
                    package.package
                )),
                Rewritten::Changed(_) => Err(dockerfile(DockerfileError::NotHeld)),
            }
        }
    }
}

fn read(path: &Path) -> Result<String, PinError> {
    let failed = |reason| PinError::Read {
        path: path.to_owned(),
        reason,
    };
    let mut text = String::new();
    let file = File::open(path).map_err(failed)?;
    let read = file
        .take(MAX_DOCKERFILE + 1)
        .read_to_string(&mut text)
        .map_err(failed)?;
    if u64::try_from(read).is_ok_and(|read| read > MAX_DOCKERFILE) {
        return Err(PinError::Dockerfile {
            path: path.to_owned(),
            reason: DockerfileError::TooLarge,
        });
    }
    Ok(text)
}

/// The digests of the spec's package and of the overrides that can be held to one, with a note on each
/// that cannot.
fn pin(examined: &Examined, package: &SpecPackage) -> Result<(Pin, Notes), NotPinned> {
    let observed = examined
        .observed_of(package)
        .ok_or(NotPinned::Status(Status::Unknown))?;
    let mut pin = Pin::of(&package.package, observed)?;
    let mut notes = Vec::new();
    for one in package.pinned_overrides() {
        let added = examined
            .observed(one)
            .ok_or(NotPinned::Status(Status::Unknown))
            .and_then(|observed| pin.add_override(one, observed));
        if let Err(why) = added {
            notes.push((
                "note",
                format!("the override {one} is not held to a digest: {why}"),
            ));
        }
    }
    Ok((pin, notes))
}

/// What is said where the package cannot be pinned and nothing else is wrong.
fn unpinned(mode: Mode, status: Status, why: &NotPinned, package: &SpecPackage) -> Told {
    let text = format!("{} is not pinned: {why}", package.package);
    match mode {
        Mode::Warn { quiet } if is_bare(status) => Told {
            notes: if quiet {
                Vec::new()
            } else {
                vec![(
                    "warning",
                    format!("{text}; it is built as the registry serves it"),
                )]
            },
            ..Told::default()
        },
        Mode::Strict | Mode::Warn { .. } | Mode::Off => Told::of(FAILED, "error", text),
    }
}

/// Whether nothing fails, and there is too little to hold a build to.
const fn is_bare(status: Status) -> bool {
    matches!(status, Status::None | Status::Partial)
}

/// What stands in the way of a build, where something does.
fn refused(mode: Mode, settings: &Settings, report: &Report, spec: &SpecReport) -> Option<Told> {
    let fail_on = settings.policy.fail_on;
    let bare = matches!(mode, Mode::Warn { .. }) && is_bare(spec.status);
    let verdict = if bare {
        // What says no more than that there is too little is the warning that was asked for.
        let fails = spec.findings.iter().any(|one| {
            !says_bare(one.rule)
                && one.rule != RuleId::VerificationIncomplete
                && one.exempted.is_none()
                && fail_on.includes(one.severity)
        });
        let mut of_configuration = report.config_findings.iter();
        if fails || of_configuration.any(|one| fail_on.includes(one.severity)) {
            Verdict::Fail
        } else {
            Verdict::Pass
        }
    } else {
        report.verdict
    };
    let open =
        undetermined(spec) || report.trust.problem.is_some() || !report.gate.doubts.is_empty();
    let failed = is_failed(spec.status) || spec.overrides.iter().any(is_failed_override);
    let code = match verdict {
        Verdict::Fail => FAILED,
        // Whatever is to fail a run: there is nothing to hold a build to.
        Verdict::Pass | Verdict::Inconclusive if failed => FAILED,
        // Whatever else may be unknown: what is built is known.
        Verdict::Pass | Verdict::Inconclusive if open => INCONCLUSIVE,
        Verdict::Pass => return None,
        Verdict::Inconclusive => exit_code(verdict),
    };
    let mut notes: Vec<(&'static str, String)> = spec
        .findings
        .iter()
        .chain(&report.config_findings)
        .filter(|one| one.exempted.is_none())
        .filter(|one| {
            fail_on.includes(one.severity)
                || one.rule == RuleId::VerificationIncomplete
                || (failed && one.severity == Severity::Error)
        })
        .map(|one| {
            let place = &one.location;
            let text = format!(
                "{}:{}:{}: {}: {}",
                place.path, place.start_line, place.start_column, one.rule, one.message
            );
            ("error", text)
        })
        .collect();
    let overrides = spec.overrides.iter().filter(|one| is_failed_override(one));
    notes.extend(overrides.map(|one| {
        let text = format!(
            "{}:{}:{}: the override of {} is `{}`, and the build would install it",
            one.location.path,
            one.location.start_line,
            one.location.start_column,
            one.package,
            one.status.as_str()
        );
        ("error", text)
    }));
    let whole = report.trust.problem.iter().chain(&report.gate.doubts);
    notes.extend(whole.map(|why| ("error", why.clone())));
    notes.push((
        "error",
        format!(
            "not pinned: the status of {} is `{}`; nothing was written",
            spec.path,
            spec.status.as_str()
        ),
    ));
    Some(Told {
        notes,
        code,
        ..Told::default()
    })
}

/// Whether there is nothing to build, whatever is to fail a run.
const fn is_failed(status: Status) -> bool {
    matches!(
        status,
        Status::Invalid | Status::NotFound | Status::Malformed
    )
}

/// The same of what is installed in place of a dependency.
const fn is_failed_override(one: &OverrideRecord) -> bool {
    match one.status {
        OverrideStatus::Of(status) => is_failed(status),
        OverrideStatus::Refused => true,
        OverrideStatus::NotJudged => false,
    }
}

/// Whether a rule only says that there is too little evidence.
fn says_bare(rule: RuleId) -> bool {
    matches!(
        rule,
        RuleId::NoProvenance | RuleId::PartialAttestations | RuleId::RegistrySignatureMissing
    )
}

/// The mode that dockhand's own flags ask for: `--check-provenance` fails a build, and
/// `--warn-no-provenance`, which is on by default there, warns.
pub fn mode_of(check: Option<bool>, warn: Option<bool>) -> Mode {
    match (check, warn) {
        (Some(true), _) | (None, None) => Mode::Strict,
        (Some(false) | None, Some(false)) => Mode::Warn { quiet: true },
        (Some(false), None) | (Some(false) | None, Some(true)) => Mode::Warn { quiet: false },
    }
}
