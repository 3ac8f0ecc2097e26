//! `declare`: writes what is proven into the specs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::discover::{self, DiscoverError, Found};
use crate::progress::Progress;
use crate::scan::{self, Examined, ScanError};
use crate::settings::{Settings, root_of};
use crate::write::{WriteError, replace};
use dockyard_report::declare::{Decision, decide};
use dockyard_report::report::diff::unified;
use dockyard_report::spec::edit::Differences;
use dockyard_report::spec::{SpecFile, Subject};

/// Exit code where a person has to do something.
const TO_DO: u8 = 1;
/// Exit code where something could not be determined.
const INCONCLUSIVE: u8 = 3;

/// What becomes of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Files {
    /// Only the diff is shown.
    #[default]
    Keep,
    /// The diff is shown, and that there is one is a failure.
    Check,
    /// The diff is shown and applied.
    Write,
}

/// What `declare` is asked for.
#[derive(Debug, Clone, Default)]
pub struct DeclareRequest {
    /// The specs; all of the root where there is none.
    pub specs: Vec<PathBuf>,
    /// What becomes of the files.
    pub files: Files,
    /// What happens to keys that say something else.
    pub differences: Differences,
}

/// Why the command could not start, or a file not be written: exit 2.
#[derive(Debug, thiserror::Error)]
pub enum DeclareError {
    /// No specs.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    /// The verification could not start.
    #[error(transparent)]
    Run(#[from] ScanError),
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The specs lie in different repositories.
    #[error("{} lies in another repository than {}; run this once for each", other.display(), one.display())]
    Apart {
        /// The first spec.
        one: PathBuf,
        /// One that lies elsewhere.
        other: PathBuf,
    },
    /// Two specs would be shown under one name.
    #[error("two of the specs are {0}; name each once")]
    Twice(String),
}

/// What to say, and the exit code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// For standard output: the diff; safe to show.
    pub shown: String,
    /// For standard error, worst first: a kind and a text, which may quote input.
    pub notes: Vec<(&'static str, String)>,
    /// The exit code.
    pub code: u8,
}

/// The root of the specs that are named, whose configuration counts.
///
/// # Errors
/// [`DeclareError::Apart`] where they lie in different repositories.
pub fn root(specs: &[PathBuf]) -> Result<PathBuf, DeclareError> {
    let Some((one, rest)) = specs.split_first() else {
        return Ok(PathBuf::from("."));
    };
    let place = |path: &Path| {
        let root = root_of(path);
        root.canonicalize().unwrap_or(root)
    };
    match rest.iter().find(|other| place(other) != place(one)) {
        Some(other) => Err(DeclareError::Apart {
            one: one.clone(),
            other: other.clone(),
        }),
        None => Ok(root_of(one)),
    }
}

/// Carries out `request` as of `now`.
///
/// # Errors
/// [`DeclareError`].
pub async fn run(
    request: &DeclareRequest,
    settings: &Settings,
    now: Timestamp,
    progress: &Progress,
) -> Result<Told, DeclareError> {
    let files = found(request, settings)?;
    let specs = files.values().map(|(_, found)| found.clone()).collect();
    let examined = scan::examine(specs, settings, now, progress, &scan::Scope::part()).await?;
    let report = &examined.report;
    let unsure: Vec<String> = report
        .trust
        .problem
        .iter()
        .chain(&report.gate.doubts)
        .cloned()
        .collect();
    if !unsure.is_empty() {
        return Ok(Told {
            notes: unsure.into_iter().map(|why| ("error", why)).collect(),
            code: INCONCLUSIVE,
            ..Told::default()
        });
    }
    let mut told = Told::default();
    let (mut changes, mut to_do, mut unknown) = (0_usize, false, false);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (spec, report) in paired(&examined) {
        let Some((path, found)) = files.get(&spec.path) else {
            continue;
        };
        let bytes = found.content.as_deref().unwrap_or_default();
        let note = |why: &str| format!("{}: {why}", spec.path);
        match decide(
            spec,
            bytes,
            report,
            observed(&examined, spec),
            request.differences,
        ) {
            Decision::Change(new) => {
                let diff = unified(
                    &spec.path,
                    &String::from_utf8_lossy(bytes),
                    &String::from_utf8_lossy(&new),
                );
                told.shown.push_str(&diff.text);
                if !diff.applies {
                    let why = "its diff is shown with escapes and cannot be applied as it stands; use `--write`";
                    told.notes.push(("note", note(why)));
                }
                if request.files == Files::Write {
                    replace(path, bytes, &new)?;
                }
                changes += 1;
            }
            Decision::Refused(why) => {
                told.notes.push(("error", note(&why)));
                to_do = true;
            }
            Decision::Failed(status) => {
                let why = format!(
                    "its status is `{}`, so nothing is declared; see `scan`",
                    status.as_str()
                );
                told.notes.push(("error", note(&why)));
                to_do = true;
            }
            Decision::Undetermined => {
                told.notes.push((
                    "error",
                    note("something about it could not be determined; see `scan`"),
                ));
                unknown = true;
            }
            Decision::Declared => *counts.entry("already declared").or_default() += 1,
            Decision::NothingProven(_) => {
                *counts.entry("without a proven publisher").or_default() += 1;
            }
        }
    }
    told.notes.sort_by_key(|(kind, _)| *kind != "error");
    told.notes
        .push(("note", summary(changes, request.files, &counts)));
    if changes > 0 && request.files != Files::Write {
        let check = "check first that each is the project's own publisher";
        told.notes.push(("note", check.to_owned()));
    }
    told.code = if to_do || (changes > 0 && request.files == Files::Check) {
        TO_DO
    } else if unknown {
        INCONCLUSIVE
    } else {
        0
    };
    Ok(told)
}

/// The specs by the path under which they are reported, with the place of the file.
fn found(
    request: &DeclareRequest,
    settings: &Settings,
) -> Result<BTreeMap<String, (PathBuf, Found)>, DeclareError> {
    if request.specs.is_empty() {
        let found = discover::discover(&settings.root, &settings.globs)?;
        return Ok(found
            .into_iter()
            .map(|found| (found.path.clone(), (settings.root.join(&found.path), found)))
            .collect());
    }
    let mut files = BTreeMap::new();
    for path in &request.specs {
        let found = discover::named(path)?;
        let name = found.path.clone();
        if files.insert(name.clone(), (path.clone(), found)).is_some() {
            return Err(DeclareError::Twice(name));
        }
    }
    Ok(files)
}

/// Each spec and what is said of it.
fn paired(
    examined: &Examined,
) -> impl Iterator<Item = (&SpecFile, &dockyard_report::report::SpecReport)> {
    let reports: BTreeMap<&str, _> = examined
        .report
        .specs
        .iter()
        .map(|report| (report.path.as_str(), report))
        .collect();
    examined
        .specs
        .iter()
        .filter_map(move |spec| Some((spec, *reports.get(spec.path.as_str())?)))
}

fn observed<'a>(
    examined: &'a Examined,
    spec: &SpecFile,
) -> Option<&'a package_provenance::verify::Observed> {
    match &spec.subject {
        Subject::Package(package) => examined.observed_of(package),
        Subject::Skill(_) | Subject::Unusable => None,
    }
}

fn summary(changes: usize, files: Files, counts: &BTreeMap<&str, usize>) -> String {
    let first = match files {
        Files::Write => format!("{changes} changed"),
        Files::Keep | Files::Check => format!("{changes} to change"),
    };
    let rest = counts.iter().map(|(what, count)| format!("{count} {what}"));
    std::iter::once(first)
        .chain(rest)
        .collect::<Vec<_>>()
        .join(", ")
}
