//! Reading the inputs, `INPUT_*`: strictly, every mistake at once.
//!
//! An input that is not given arrives as an empty variable, so that empty means unset. Dashes stay
//! in the variables' names (`INPUT_FAIL-ON`).

mod category;
mod choices;
pub mod manifest;
pub mod named;
mod npm_keys;
pub mod table;
mod together;
mod token;

use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum as _;

use crate::config::file::{MAX_JOBS, MAX_PER_HOST, MAX_TIMEOUT};
use crate::config::{NamedKeys, TrustChoice};
use dockyard_report::policy::FailOn;
use untrusted_text as text;
use untrusted_text::quoted;

/// Longest category, in characters: it becomes part of GitHub's analysis key.
const MAX_CATEGORY: usize = 100;

// What answers for environment variables.
pub use choices::{CommentWhen, ConfigInput, Mode, UploadWhen};
pub use dockyard_registry::credentials::npmrc::Lookup;
pub use token::Token;

/// The inputs. `None` lets the configuration file or the default decide.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is an input of its own")]
#[expect(missing_docs, reason = "`table::INPUTS` says what each field is")]
pub struct Inputs {
    pub token: Option<Token>,
    pub mode: Mode,
    pub root: PathBuf,
    pub paths: Vec<String>,
    pub changed_only: bool,
    pub fail_on: Option<FailOn>,
    pub fail_on_unknown: Option<bool>,
    pub warn_only: bool,
    pub config: ConfigInput,
    pub comment: CommentWhen,
    pub comment_author: Option<String>,
    pub annotations: bool,
    pub summary: bool,
    pub sarif_file: PathBuf,
    pub report_file: PathBuf,
    pub upload: UploadWhen,
    pub category: String,
    /// What our comments are known by: the category, and what is looked at.
    pub comment_key: String,
    pub evidence: Option<PathBuf>,
    pub offline: bool,
    pub npm_registry: Option<String>,
    pub pypi_index: Option<String>,
    pub jobs: Option<usize>,
    pub per_host: Option<usize>,
    pub timeout: Option<Duration>,
    pub trust: Option<TrustChoice>,
    pub trusted_root: Option<PathBuf>,
    pub npm_keys: Vec<NamedKeys>,
    pub tuf_url: Option<String>,
    pub tuf_root: Option<PathBuf>,
    pub trust_max_age: Option<u32>,
    pub cache_dir: Option<PathBuf>,
    pub no_cache: bool,
    pub verbose: bool,
}

/// The token as it was given, before anything else is read: it must be masked before anything is
/// printed.
pub fn raw_token(lookup: Lookup<'_>) -> Option<String> {
    let given = lookup(&variable("token"))?.to_string_lossy().into_owned();
    Some(given).filter(|token| !token.trim().is_empty())
}

/// The variable of an input.
pub fn variable(name: &str) -> String {
    format!("INPUT_{}", name.replace(' ', "_").to_uppercase())
}

/// What is wrong with the inputs.
#[derive(Debug, Clone)]
pub struct Mistakes {
    /// Every mistake, one sentence each.
    pub told: Vec<String>,
    /// The inputs, with defaults for the mistaken ones; none where a mistaken one decides which
    /// comment is ours. For saying on the pull request that the run could not be done.
    pub rest: Option<Box<Inputs>>,
}

/// What decides which comment is ours.
const OF_THE_COMMENT: [&str; 6] = [
    "token",
    "mode",
    "category",
    "comment-author",
    "root",
    "paths",
];

/// What may hold a secret: never quoted, because GitHub masks none in a comment.
const ADDRESSES: [&str; 4] = ["npm-registry", "pypi-index", "npm-keys", "tuf-url"];

/// Reads every input.
///
/// # Errors
/// [`Mistakes`].
pub fn read(lookup: Lookup<'_>) -> Result<Inputs, Mistakes> {
    let mut reader = Reader {
        lookup,
        mistakes: Vec::new(),
        comment: true,
    };
    let inputs = reader.inputs();
    reader.together(&inputs);
    if reader.mistakes.is_empty() {
        return Ok(inputs);
    }
    Err(Mistakes {
        told: reader.mistakes,
        rest: reader.comment.then(|| Box::new(inputs)),
    })
}

struct Reader<'a> {
    lookup: Lookup<'a>,
    mistakes: Vec<String>,
    /// Nothing that decides which comment is ours is mistaken.
    comment: bool,
}

impl Reader<'_> {
    fn inputs(&mut self) -> Inputs {
        let root = self.inside("root").unwrap_or_else(|| PathBuf::from("."));
        let paths = self.lines("paths");
        let scope = category::scope(&root, &paths);
        let category = self.category();
        let comment_key = format!(
            "{}{scope}",
            category.as_deref().unwrap_or(category::DEFAULT)
        );
        Inputs {
            token: self.token(),
            mode: self
                .word("mode", &[("scan", Mode::Scan), ("report", Mode::Report)])
                .unwrap_or(Mode::Scan),
            root,
            paths,
            changed_only: self.boolean("changed-only").unwrap_or(false),
            fail_on: self.word("fail-on", &FailOn::ALL.map(|each| (each.as_str(), each))),
            fail_on_unknown: self.boolean("fail-on-unknown"),
            warn_only: self.boolean("warn-only").unwrap_or(false),
            config: match self.path("config") {
                None => ConfigInput::Discover,
                Some(path) if path == Path::new("none") => ConfigInput::Ignore,
                Some(path) => ConfigInput::File(path),
            },
            comment: self
                .word(
                    "comment",
                    &[
                        ("always", CommentWhen::Always),
                        ("on-failure", CommentWhen::OnFailure),
                        ("on-change", CommentWhen::OnChange),
                        ("never", CommentWhen::Never),
                    ],
                )
                .unwrap_or(CommentWhen::OnChange),
            comment_author: self.text("comment-author"),
            annotations: self.boolean("annotations").unwrap_or(true),
            summary: self.boolean("summary").unwrap_or(true),
            sarif_file: self
                .inside("sarif-file")
                .unwrap_or_else(|| PathBuf::from("dockyard-provenance.sarif")),
            report_file: self
                .inside("report-file")
                .unwrap_or_else(|| PathBuf::from("dockyard-provenance.json")),
            upload: self
                .word(
                    "upload-sarif",
                    &[
                        ("auto", UploadWhen::Auto),
                        ("always", UploadWhen::Always),
                        ("never", UploadWhen::Never),
                    ],
                )
                .unwrap_or(UploadWhen::Auto),
            category: category.unwrap_or_else(|| comment_key.clone()),
            comment_key,
            evidence: self.path("evidence"),
            offline: self.boolean("offline").unwrap_or(false),
            npm_registry: self.text("npm-registry"),
            pypi_index: self.text("pypi-index"),
            jobs: self
                .number("jobs", MAX_JOBS.unsigned_abs())
                .and_then(|jobs| usize::try_from(jobs).ok()),
            per_host: self
                .number("per-host", MAX_PER_HOST.unsigned_abs())
                .and_then(|most| usize::try_from(most).ok()),
            timeout: self
                .number("timeout", MAX_TIMEOUT.unsigned_abs())
                .map(Duration::from_secs),
            trust: self.trust(),
            trusted_root: self.path("trusted-root"),
            npm_keys: self.npm_keys(),
            tuf_url: self.text("tuf-url"),
            tuf_root: self.path("tuf-root"),
            trust_max_age: self
                .number("trust-max-age", 36_500)
                .and_then(|days| u32::try_from(days).ok()),
            cache_dir: self.path("cache-dir"),
            no_cache: self.boolean("no-cache").unwrap_or(false),
            verbose: self.boolean("verbose").unwrap_or(false),
        }
    }

    /// A token that no header can hold would end up in an error of the HTTP client.
    fn token(&mut self) -> Option<Token> {
        let token = raw_token(self.lookup)?.trim().to_owned();
        if token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Some(Token(token));
        }
        self.comment = false;
        self.mistakes
            .push("input `token`: holds blanks or characters that no token has".to_owned());
        None
    }

    fn text(&mut self, name: &str) -> Option<String> {
        let given = self.raw(name)?.trim().to_owned();
        if given.is_empty() {
            return None;
        }
        if given.chars().any(text::is_hidden) {
            self.mistake(name, &given, "holds line breaks or invisible characters");
            return None;
        }
        Some(given)
    }

    fn raw(&mut self, name: &str) -> Option<String> {
        match (self.lookup)(&variable(name))?.into_string() {
            Ok(given) => Some(given),
            Err(given) => {
                self.mistake(name, &given.to_string_lossy(), "is not Unicode");
                None
            }
        }
    }

    fn lines(&mut self, name: &str) -> Vec<String> {
        let given = self.raw(name).unwrap_or_default();
        let lines = given.lines().map(str::trim);
        let lines: Vec<String> = lines
            .filter(|line| !line.is_empty())
            .map(ToOwned::to_owned)
            .collect();
        if lines.iter().any(|line| line.chars().any(text::is_hidden)) {
            self.mistake(name, &given, "holds invisible characters");
        }
        lines
    }

    fn word<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> Option<T> {
        let given = self.text(name)?;
        let found = words
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(&given));
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.mistake(name, &given, &format!("is none of {}", known.join(", ")));
        }
        found.map(|(_, value)| *value)
    }

    fn boolean(&mut self, name: &str) -> Option<bool> {
        self.word(name, &[("true", true), ("false", false)])
    }

    fn number(&mut self, name: &str, max: u64) -> Option<u64> {
        let given = self.text(name)?;
        let number = given
            .parse()
            .ok()
            .filter(|number| (1..=max).contains(number));
        if number.is_none() {
            self.mistake(
                name,
                &given,
                &format!("is not a whole number from 1 to {max}"),
            );
        }
        number
    }

    fn path(&mut self, name: &str) -> Option<PathBuf> {
        self.text(name).map(PathBuf::from)
    }

    /// A path that stays in the workspace, where later steps find it under the same name.
    fn inside(&mut self, name: &str) -> Option<PathBuf> {
        let path = self.path(name)?;
        let stays = path
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !stays {
            let shown = path.display().to_string();
            self.mistake(
                name,
                &shown,
                "is not relative to the workspace, without `..`",
            );
            return None;
        }
        Some(path)
    }

    fn trust(&mut self) -> Option<TrustChoice> {
        let words: Vec<(String, TrustChoice)> = TrustChoice::value_variants()
            .iter()
            .filter_map(|choice| {
                let value = choice.to_possible_value()?;
                Some((value.get_name().to_owned(), *choice))
            })
            .collect();
        let words: Vec<(&str, TrustChoice)> = words
            .iter()
            .map(|(word, choice)| (word.as_str(), *choice))
            .collect();
        self.word("trust", &words)
    }

    fn category(&mut self) -> Option<String> {
        let given = self.text("category")?;
        let category = given.trim_end_matches('/').to_owned();
        // `--` would end the comment in HTML that marks the sticky comment.
        let plain = category.chars().all(category::is_plain) && !category.contains("--");
        if category.is_empty() || !plain || category.len() > MAX_CATEGORY {
            let wanted = "is not a valid category: letters, digits and `-_./:`, no `--`, at most 100 of them";
            self.mistake("category", &category, wanted);
        }
        Some(category)
    }

    fn mistake(&mut self, name: &str, given: &str, problem: &str) {
        self.comment &= !OF_THE_COMMENT.contains(&name);
        let what = if ADDRESSES.contains(&name) {
            "the address".to_owned()
        } else {
            quoted(given)
        };
        self.mistakes
            .push(format!("input `{name}`: {what} {problem}"));
    }
}

#[cfg(test)]
mod tests;
