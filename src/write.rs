//! Writing reports: files atomically, standard output with its errors seen.

mod replace;

use std::collections::HashSet;
use std::fmt;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

pub use replace::replace;

/// A format that reports are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// For programs: `docs/report.schema.json`.
    Json,
    /// For code scanning: SARIF 2.1.0.
    Sarif,
    /// For comments and summaries: GitHub-flavoured Markdown.
    Markdown,
    /// For a step's log: GitHub workflow commands.
    Github,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] = [
        Self::Table,
        Self::Json,
        Self::Sarif,
        Self::Markdown,
        Self::Github,
    ];

    /// The word used in arguments.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Markdown => "markdown",
            Self::Github => "github",
        }
    }
}

/// A report file that was asked for: `FORMAT=PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportTarget {
    /// The format.
    pub format: Format,
    /// The file.
    pub path: PathBuf,
}

/// Why a report was not written, for people.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Nobody reads standard output any more, as after `| head`.
    #[error("cannot write to standard output: {0}")]
    ClosedPipe(io::Error),
    /// The sentence that says what could not be written.
    #[error("{0}")]
    Other(String),
}

impl ReportTarget {
    /// Reads `FORMAT=PATH`.
    ///
    /// # Errors
    /// A sentence that says what to write instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (word, path) = text
            .split_once('=')
            .ok_or_else(|| "write FORMAT=PATH, such as json=report.json".to_owned())?;
        let format = Format::ALL
            .into_iter()
            .find(|format| format.as_str() == word)
            .ok_or_else(|| {
                let words = Format::ALL.map(Format::as_str).join(", ");
                format!("the format is none of: {words}")
            })?;
        if path.is_empty() || path == "-" {
            return Err("name a file after `=`; for standard output use --format".to_owned());
        }
        Ok(Self {
            format,
            path: PathBuf::from(path),
        })
    }
}

impl fmt::Display for ReportTarget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}={}",
            self.format.as_str(),
            self.path.display()
        )
    }
}

/// The first path that two targets share, `./a` and `a` being the same.
pub fn shared_path(targets: &[ReportTarget]) -> Option<&Path> {
    let mut seen = HashSet::new();
    targets
        .iter()
        .map(|target| target.path.as_path())
        .find(|path| !seen.insert(plain(path)))
}

fn plain(path: &Path) -> PathBuf {
    path.components()
        .filter(|part| !matches!(part, std::path::Component::CurDir))
        .collect()
}

/// Writes `text` to `path` at once or not at all: into a temporary file of the same folder, which
/// then takes the path's place. Folders are not made.
///
/// # Errors
/// [`WriteError`] names the file or the missing folder, and what to do.
pub fn to_file(path: &Path, text: &str) -> Result<(), WriteError> {
    to_file_with(path, |out| out.write_all(text.as_bytes()))
}

/// As [`to_file`], with what `write` writes, piece by piece.
///
/// # Errors
/// As [`to_file`].
pub fn to_file_with(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&mut NamedTempFile>) -> io::Result<()>,
) -> Result<(), WriteError> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return Err(WriteError::Other(format!(
            "cannot write the report {}: there is no folder {}; make it first",
            path.display(),
            folder.display()
        )));
    }
    let failed = |error: &io::Error| {
        WriteError::Other(format!(
            "cannot write the report {}: {error}",
            path.display()
        ))
    };
    if path.is_dir() {
        return Err(failed(&io::Error::from(io::ErrorKind::IsADirectory)));
    }
    let mut file = temporary(folder).map_err(|error| failed(&error))?;
    let mut out = BufWriter::new(&mut file);
    write(&mut out)
        .and_then(|()| out.flush())
        .map_err(|error| failed(&error))?;
    drop(out);
    file.as_file().sync_all().map_err(|error| failed(&error))?;
    file.persist(path).map_err(|error| failed(&error.error))?;
    Ok(())
}

fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".report-");
    // A report is no secret, and other users' steps read it; the process's umask still applies.
    #[cfg(unix)]
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    #[cfg(unix)]
    builder.permissions(permissions);
    builder.tempfile_in(folder)
}

/// Writes `text` to `out` and flushes it. A closed pipe is an error like any other: a reader that
/// saw half a report must not be told that all went well.
///
/// # Errors
/// [`WriteError`] with the system's reason.
pub fn to_stream(out: &mut impl Write, text: &str) -> Result<(), WriteError> {
    to_stream_with(out, |out| out.write_all(text.as_bytes()))
}

/// As [`to_stream`], with what `write` writes, piece by piece.
///
/// # Errors
/// As [`to_stream`].
pub fn to_stream_with<W: Write>(
    out: &mut W,
    write: impl FnOnce(&mut BufWriter<&mut W>) -> io::Result<()>,
) -> Result<(), WriteError> {
    let mut out = BufWriter::new(out);
    write(&mut out).and_then(|()| out.flush()).map_err(|error| {
        if error.kind() == io::ErrorKind::BrokenPipe {
            WriteError::ClosedPipe(error)
        } else {
            WriteError::Other(format!("cannot write to standard output: {error}"))
        }
    })
}

#[cfg(test)]
mod tests;
