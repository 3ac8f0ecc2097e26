//! The configuration file, `dockyard-provenance.toml`: read strictly, every mistake at once.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::definition::{Definition, Group as _, InFile, Kind};
use super::options::Options;
use super::values::problem;
use super::{ConfigChoice, ConfigError};
use dockyard_report::finding::{RuleId, Severity};
use dockyard_report::policy::exempt::Exemption;
use dockyard_report::policy::read as blocks;
use dockyard_report::policy::require::Requirement;
use untrusted_text as text;

/// The file that is looked for in the root.
pub const FILE_NAME: &str = "dockyard-provenance.toml";

/// Largest file that is read, in bytes.
const MAX_BYTES: u64 = 256 * 1024;

/// The table of severities. This key and the next two are no options of the command line.
pub(super) const SEVERITY: &str = "severity";

/// The blocks of requirements.
pub(super) const REQUIRE: &str = "require";

/// The blocks of exemptions.
pub(super) const EXEMPT: &str = "exempt";

/// What a configuration file says. Paths are relative to the file's folder and joined with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfigFile {
    /// What is an option of the command line too.
    pub options: Options,
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
        let definitions = Options::definitions();
        let keys: Vec<&Definition> = definitions.iter().filter(|each| each.is_key()).collect();
        let mut severities = BTreeMap::new();
        let (mut requirements, mut exemptions) = (Vec::new(), Vec::new());
        let mut arguments = Vec::new();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            match keys.iter().find(|each| each.name() == name) {
                Some(definition) => arguments.extend(self.option(definition, value)),
                None if name == SEVERITY => severities = self.severities(value),
                None if name == REQUIRE => {
                    requirements = self.taken(blocks::requirements(value, self.text));
                }
                None if name == EXEMPT => {
                    exemptions = self.taken(blocks::exemptions(value, self.text));
                }
                None => {
                    let known = keys
                        .iter()
                        .map(|each| each.name())
                        .chain([SEVERITY, REQUIRE, EXEMPT]);
                    self.unknown(&key.span(), "key", name, known);
                }
            }
        }
        let mut options = self.read(&arguments);
        for keys in &mut options.trust.npm_keys {
            *keys = keys.clone().inside(self.folder);
        }
        ConfigFile {
            options,
            severities,
            requirements,
            exemptions,
        }
    }

    /// What was read, or nothing and every mistake.
    fn taken<T>(&mut self, read: Result<Vec<T>, Vec<blocks::Mistake>>) -> Vec<T> {
        read.unwrap_or_else(|mistakes| {
            for mistake in mistakes {
                self.mistake(&mistake.place, &mistake.message);
            }
            Vec::new()
        })
    }

    /// Reads all arguments at once, and one by one only to find out which are mistaken.
    fn read(&mut self, arguments: &[(OsString, Range<usize>)]) -> Options {
        let all: Vec<OsString> = arguments.iter().map(|(each, _)| each.clone()).collect();
        let whole = Options::read(&all);
        let told = self.mistakes.len();
        for (argument, place) in arguments.iter().filter(|_| whole.is_err()) {
            if let Err(error) = Options::read(std::slice::from_ref(argument)) {
                self.mistake(place, &problem(&error));
            }
        }
        whole.unwrap_or_else(|error| {
            if self.mistakes.len() == told {
                self.mistake(&(0..0), &problem(&error));
            }
            Options::default()
        })
    }

    /// The arguments that a key stands for, with their places: one, or as many as a list has items.
    fn option(
        &mut self,
        definition: &Definition,
        value: &Value<'_>,
    ) -> Vec<(OsString, Range<usize>)> {
        let items: Vec<&Value<'_>> = match value.get_ref().as_array() {
            Some(list) if definition.is_list() => list.iter().collect(),
            _ => vec![value],
        };
        if items.is_empty() {
            self.mistake(
                &value.span(),
                "an empty list says nothing; leave the key out",
            );
        }
        let argument = |item: &Value<'_>| {
            let text = self.text(definition, item)?;
            Some((definition.argument(&text, self.folder)?, item.span()))
        };
        items.into_iter().filter_map(argument).collect()
    }

    /// A value as the text that it is on the command line.
    fn text(&mut self, definition: &Definition, value: &Value<'_>) -> Option<String> {
        let words = definition.words();
        match definition.kind() {
            Kind::Switch | Kind::Bool => {
                let found = value.get_ref().as_bool();
                self.expect(value, found, "true or false")
                    .map(|found| found.to_string())
            }
            Kind::Number => self
                .number(definition, value)
                .map(|found| found.to_string()),
            Kind::Path | Kind::Text if words.is_empty() => self.string(value),
            Kind::Path | Kind::Text => {
                let words = words.iter().map(|word| (word.as_str(), word));
                self.word(value, &words.collect::<Vec<_>>()).cloned()
            }
        }
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

    /// A number up to what the file may ask for; the command line may ask for more.
    fn number(&mut self, definition: &Definition, value: &Value<'_>) -> Option<u64> {
        let most = match definition.sources.file {
            InFile::AtMost(most) => most,
            InFile::No | InFile::Yes => u64::MAX,
        };
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok())
            .and_then(|number| u64::try_from(number).ok())
            .filter(|number| (1..=most).contains(number));
        let name = definition.name();
        let wanted = format!("a whole number from 1 to {most}; only --{name} may ask for more");
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
