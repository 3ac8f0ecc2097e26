//! The configuration file, `dockyard-provenance.toml`: read strictly, every mistake at once.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::defaults::{JOBS, PER_HOST, TIMEOUT};
use super::{ConfigChoice, ConfigError, NamedKeys};
use dockyard_report::finding::{RuleId, Severity};
use dockyard_report::policy::FailOn;
use dockyard_report::policy::exempt::Exemption;
use dockyard_report::policy::read as blocks;
use dockyard_report::policy::require::Requirement;
use untrusted_text as text;

/// The file that is looked for in the root.
pub const FILE_NAME: &str = "dockyard-provenance.toml";

/// Largest file that is read, in bytes.
const MAX_BYTES: u64 = 256 * 1024;

/// Most packages asked about at once, by a flag. The file may only ask for fewer than the default: a
/// pull request could have the registries shut this machine out.
pub(crate) const MAX_JOBS: i64 = 256;
/// Most requests in flight to one host, by a flag. The file may only ask for fewer than the default,
/// as with [`MAX_JOBS`].
pub(crate) const MAX_PER_HOST: i64 = 256;
/// Longest budget of one request, in seconds, by a flag. The file may only ask for less than the
/// default: a pull request could have a job wait for hours.
pub(crate) const MAX_TIMEOUT: i64 = 3600;

const KEYS: [&str; 14] = [
    "fail-on",
    "fail-on-unknown",
    "spec-glob",
    "trusted-root",
    "npm-keys",
    "evidence",
    "npm-registry",
    "pypi-index",
    "jobs",
    "per-host",
    "timeout",
    "severity",
    "require",
    "exempt",
];

/// What a configuration file says. Paths are relative to the file's folder and joined with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfigFile {
    /// `fail-on`.
    pub fail_on: Option<FailOn>,
    /// `fail-on-unknown`.
    pub fail_on_unknown: Option<bool>,
    /// `spec-glob`.
    pub globs: Option<Vec<String>>,
    /// `trusted-root`.
    pub trusted_root: Option<PathBuf>,
    /// `npm-keys`.
    pub npm_keys: Vec<NamedKeys>,
    /// `evidence`.
    pub evidence: Option<PathBuf>,
    /// `npm-registry`.
    pub npm_registry: Option<String>,
    /// `pypi-index`.
    pub pypi_index: Option<String>,
    /// `jobs`.
    pub jobs: Option<usize>,
    /// `per-host`.
    pub per_host: Option<usize>,
    /// `timeout`.
    pub timeout: Option<Duration>,
    /// `[severity]`.
    pub severities: BTreeMap<RuleId, Severity>,
    /// `[[require]]`.
    pub requirements: Vec<Requirement>,
    /// `[[exempt]]`.
    pub exemptions: Vec<Exemption>,
}

/// Reads the file that `choice` names, if any, and says how the report shows it: as given, or by
/// its name where it was found in the root.
///
/// # Errors
/// [`ConfigError`] where a named file is missing, or a file cannot be read, is too large or has
/// mistakes. A file that was found and cannot be used is never skipped.
pub fn load(
    root: &Path,
    choice: &ConfigChoice,
) -> Result<Option<(String, ConfigFile)>, ConfigError> {
    let (path, shown) = match choice {
        ConfigChoice::Ignore => return Ok(None),
        ConfigChoice::File(path) => (path.clone(), path.display().to_string()),
        ConfigChoice::Discover => (root.join(FILE_NAME), FILE_NAME.to_owned()),
        ConfigChoice::Given {
            shown,
            bytes,
            folder,
        } => return read(shown.clone(), bytes, folder).map(Some),
    };
    if *choice == ConfigChoice::Discover {
        require_plain(root, &path, &shown)?;
    }
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound && *choice == ConfigChoice::Discover => {
            return absent(&path, &shown);
        }
        Err(error) => return Err(ConfigError(format!("cannot read {shown}: {error}"))),
    };
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| ConfigError(format!("cannot read {shown}: {error}")))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    read(shown, &bytes, folder).map(Some)
}

/// Reads the bytes of a configuration file.
fn read(shown: String, bytes: &[u8], folder: &Path) -> Result<(String, ConfigFile), ConfigError> {
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_BYTES) {
        return Err(ConfigError(format!(
            "{shown} is larger than {MAX_BYTES} bytes, too large for a configuration"
        )));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        ConfigError(format!(
            "{shown} is not UTF-8 after byte {}",
            error.valid_up_to()
        ))
    })?;
    parse(&shown, text, folder).map(|file| (shown, file))
}

/// A file that was only found may be a pull request's: it must be a regular file inside the root, not
/// a pipe that never ends nor a link to another place.
fn require_plain(root: &Path, path: &Path, shown: &str) -> Result<(), ConfigError> {
    let (Ok(target), Ok(root)) = (path.canonicalize(), root.canonicalize()) else {
        return Ok(());
    };
    if target.starts_with(&root) && target.is_file() {
        return Ok(());
    }
    Err(ConfigError(format!(
        "{shown} is not a regular file inside the scanned folder; remove it, or give --no-config"
    )))
}

/// Not found is "no configuration", unless something of that name is there and leads nowhere.
fn absent(path: &Path, shown: &str) -> Result<Option<(String, ConfigFile)>, ConfigError> {
    if path.symlink_metadata().is_ok() {
        return Err(ConfigError(format!(
            "{shown} is a link that leads nowhere; remove it, or give --no-config"
        )));
    }
    Ok(None)
}

/// Reads the text of a configuration file. `shown` names it in messages; relative paths in it are
/// joined with `folder`. Pure.
///
/// # Errors
/// [`ConfigError`] with every mistake, each as `file:line:column: what, and what to write`.
pub fn parse(shown: &str, text: &str, folder: &Path) -> Result<ConfigFile, ConfigError> {
    let mut reader = Reader {
        text,
        folder,
        mistakes: Vec::new(),
    };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let place = error.span().unwrap_or(0..0);
        reader.mistake(&place, error.message());
    }
    // Half a document is not interpreted: what is missing would be taken for unset.
    let file = if errors.is_empty() {
        reader.file(table.get_ref())
    } else {
        ConfigFile::default()
    };
    if reader.mistakes.is_empty() {
        return Ok(file);
    }
    reader.mistakes.sort_unstable();
    let lines: Vec<String> = reader
        .mistakes
        .iter()
        .map(|(line, column, message)| {
            text::terminal(&format!("{shown}:{line}:{column}: {message}"), 400)
        })
        .collect();
    Err(ConfigError(lines.join("\n")))
}

type Value<'a> = Spanned<DeValue<'a>>;

struct Reader<'a> {
    text: &'a str,
    folder: &'a Path,
    mistakes: Vec<(usize, usize, String)>,
}

impl Reader<'_> {
    fn file(&mut self, table: &DeTable<'_>) -> ConfigFile {
        let mut file = ConfigFile::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "fail-on" => {
                    file.fail_on = self.word(value, &FailOn::ALL.map(|each| (each.as_str(), each)));
                }
                "fail-on-unknown" => {
                    file.fail_on_unknown =
                        self.expect(value, value.get_ref().as_bool(), "true or false");
                }
                "spec-glob" => file.globs = self.globs(value),
                "trusted-root" => file.trusted_root = self.path(value),
                "npm-keys" => file.npm_keys = self.npm_keys(value),
                "evidence" => file.evidence = self.path(value),
                "npm-registry" => file.npm_registry = self.string(value),
                "pypi-index" => file.pypi_index = self.string(value),
                "jobs" => {
                    file.jobs = self
                        .number(value, JOBS.into(), "--jobs")
                        .and_then(|n| usize::try_from(n).ok());
                }
                "per-host" => {
                    file.per_host = self
                        .number(value, PER_HOST.into(), "--per-host")
                        .and_then(|n| usize::try_from(n).ok());
                }
                "timeout" => {
                    file.timeout = self
                        .number(value, TIMEOUT.as_secs(), "--timeout")
                        .map(Duration::from_secs);
                }
                "severity" => file.severities = self.severities(value),
                "require" => {
                    file.requirements = self.take(blocks::requirements(value, self.text));
                }
                "exempt" => file.exemptions = self.take(blocks::exemptions(value, self.text)),
                other => self.unknown(&key.span(), "key", other, KEYS),
            }
        }
        file
    }

    /// What was read, or nothing and every mistake.
    fn take<T: Default>(&mut self, read: Result<T, Vec<blocks::Mistake>>) -> T {
        read.unwrap_or_else(|mistakes| {
            for mistake in mistakes {
                self.mistake(&mistake.place, &mistake.message);
            }
            T::default()
        })
    }

    fn severities(&mut self, value: &Value<'_>) -> BTreeMap<RuleId, Severity> {
        let words =
            [Severity::Error, Severity::Warning, Severity::Note].map(|each| (each.as_str(), each));
        let mut severities = BTreeMap::new();
        let table = value.get_ref().as_table();
        for (key, value) in self
            .expect(value, table, "a table of rules")
            .into_iter()
            .flatten()
        {
            let severity = self.word(value, &words);
            match RuleId::from_id(key.get_ref()) {
                Some(rule) => {
                    severities.extend(severity.map(|severity| (rule, severity)));
                }
                None => self.unknown(
                    &key.span(),
                    "rule",
                    key.get_ref(),
                    RuleId::ALL.iter().map(|rule| rule.as_str()),
                ),
            }
        }
        severities
    }

    fn globs(&mut self, value: &Value<'_>) -> Option<Vec<String>> {
        let list = self.expect(value, value.get_ref().as_array(), "a list of patterns")?;
        if list.is_empty() {
            self.mistake(
                &value.span(),
                "an empty list finds no spec; leave the key out",
            );
        }
        list.iter().map(|item| self.string(item)).collect()
    }

    /// One value or a list of them, as of `--npm-keys`.
    fn npm_keys(&mut self, value: &Value<'_>) -> Vec<NamedKeys> {
        let list = value.get_ref().as_array();
        let items: Vec<&Value<'_>> = list.map_or_else(|| vec![value], |list| list.iter().collect());
        let mut named = Vec::new();
        for item in items {
            let Some(text) = self.string(item) else {
                continue;
            };
            match NamedKeys::parse(&text) {
                Ok(keys) => named.push(keys.inside(self.folder)),
                Err(why) => self.mistake(&item.span(), &why),
            }
        }
        named
    }

    fn path(&mut self, value: &Value<'_>) -> Option<PathBuf> {
        self.string(value).map(|text| self.folder.join(text))
    }

    fn string(&mut self, value: &Value<'_>) -> Option<String> {
        let text = self.expect(value, value.get_ref().as_str(), "a text in quotes")?;
        if text.trim().is_empty() || text.chars().any(text::is_hidden) {
            self.mistake(
                &value.span(),
                "this text is empty or holds invisible characters",
            );
            return None;
        }
        Some(text.to_owned())
    }

    /// A number up to `max`; `flag` may ask for more.
    fn number(&mut self, value: &Value<'_>, max: u64, flag: &str) -> Option<u64> {
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok())
            .and_then(|number| u64::try_from(number).ok())
            .filter(|number| (1..=max).contains(number));
        let wanted = format!("a whole number from 1 to {max}; only {flag} may ask for more");
        self.expect(value, number, &wanted)
    }

    fn word<T: Copy>(&mut self, value: &Value<'_>, words: &[(&str, T)]) -> Option<T> {
        let found = value
            .get_ref()
            .as_str()
            .and_then(|text| words.iter().find(|(word, _)| *word == text))
            .map(|(_, found)| *found);
        let listed: Vec<String> = words
            .iter()
            .map(|(word, _)| format!("\"{word}\""))
            .collect();
        self.expect(value, found, &format!("one of {}", listed.join(", ")))
    }

    fn expect<T>(&mut self, value: &Value<'_>, found: Option<T>, wanted: &str) -> Option<T> {
        if found.is_none() {
            self.mistake(&value.span(), &format!("expected {wanted}"));
        }
        found
    }

    fn unknown<'n>(
        &mut self,
        place: &Range<usize>,
        what: &str,
        name: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        let known: Vec<&str> = known.into_iter().collect();
        let hint = text::nearest(name, known.iter().copied()).map_or_else(
            || format!("known are: {}", known.join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        self.mistake(place, &format!("unknown {what} `{name}`; {hint}"));
    }

    fn mistake(&mut self, place: &Range<usize>, message: &str) {
        let (line, column) = blocks::line_and_column(self.text, place.start);
        self.mistakes.push((line, column, message.to_owned()));
    }
}
