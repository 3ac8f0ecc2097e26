//! From the inputs' variables to the arguments that they stand for.

use std::ffi::OsString;
use std::path::Path;

use super::{Lookup, variable};
use crate::settings::definition::{Definition, Kind};
use crate::settings::values::problem;
use untrusted_text as text;
use untrusted_text::quoted;

/// What decides which comment is ours.
const OF_THE_COMMENT: [&str; 6] = [
    "token",
    "mode",
    "category",
    "comment-author",
    "root",
    "paths",
];

pub(super) struct Reader<'a> {
    lookup: Lookup<'a>,
    workspace: &'a Path,
    pub(super) mistakes: Vec<String>,
    /// Nothing that decides which comment is ours is mistaken.
    pub(super) comment: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(lookup: Lookup<'a>, workspace: &'a Path) -> Self {
        Self {
            lookup,
            workspace,
            mistakes: Vec::new(),
            comment: true,
        }
    }

    /// The arguments of all inputs that are right by themselves, as `parse` says.
    pub(super) fn arguments(
        &mut self,
        definitions: &[Definition],
        parse: impl Fn(&[OsString]) -> Result<(), clap::Error>,
    ) -> Vec<OsString> {
        let mut arguments = Vec::new();
        for definition in definitions {
            for text in self.values(definition) {
                let Some(argument) = definition.argument(&text, self.workspace) else {
                    continue;
                };
                match parse(std::slice::from_ref(&argument)) {
                    Ok(()) => arguments.push(argument),
                    Err(error) => {
                        let why = if definition.is_secret() {
                            problem(&error)
                        } else {
                            format!("cannot be used: {}", problem(&error))
                        };
                        self.mistake(definition, &text, &why);
                    }
                }
            }
        }
        self.without_conflicts(definitions, arguments)
    }

    /// A folder for what is kept, and nothing to be kept.
    fn without_conflicts(
        &mut self,
        definitions: &[Definition],
        mut arguments: Vec<OsString>,
    ) -> Vec<OsString> {
        let is_folder =
            |argument: &OsString| argument.to_string_lossy().starts_with("--cache-dir=");
        let no_cache = arguments.iter().any(|each| each == "--no-cache");
        if no_cache && arguments.iter().any(is_folder) {
            arguments.retain(|argument| !is_folder(argument));
            for definition in definitions.iter().filter(|each| each.name() == "cache-dir") {
                let given = self.raw(definition).unwrap_or_default();
                let why = "is not used with `no-cache`; leave one of them out";
                self.mistake(definition, &given, why);
            }
        }
        arguments
    }

    /// What is given: one value, or a line each of a list.
    fn values(&mut self, definition: &Definition) -> Vec<String> {
        let Some(given) = self.raw(definition) else {
            return Vec::new();
        };
        let values: Vec<String> = if definition.is_list() {
            given.lines().map(|line| line.trim().to_owned()).collect()
        } else {
            vec![given.trim().to_owned()]
        };
        let filled = values.into_iter().filter(|value| !value.is_empty());
        filled
            .filter_map(|value| self.value(definition, value))
            .collect()
    }

    fn value(&mut self, definition: &Definition, value: String) -> Option<String> {
        if value.chars().any(text::is_hidden) {
            let why = "holds line breaks or invisible characters";
            self.mistake(definition, &value, why);
            return None;
        }
        let words = definition.words();
        if words.is_empty() || definition.kind() == Kind::Path {
            return Some(value);
        }
        let word = words.iter().find(|word| word.eq_ignore_ascii_case(&value));
        if word.is_none() {
            self.mistake(
                definition,
                &value,
                &format!("is none of {}", words.join(", ")),
            );
        }
        word.cloned()
    }

    fn raw(&mut self, definition: &Definition) -> Option<String> {
        match (self.lookup)(&variable(definition.input()?))?.into_string() {
            Ok(given) => Some(given),
            Err(given) => {
                self.mistake(definition, &given.to_string_lossy(), "is not Unicode");
                None
            }
        }
    }

    /// What may hold a secret is never quoted, because GitHub masks none in a comment.
    fn mistake(&mut self, definition: &Definition, given: &str, why: &str) {
        let name = definition.input().unwrap_or_default();
        self.comment &= !OF_THE_COMMENT.contains(&name);
        let what = if definition.is_secret() {
            String::new()
        } else {
            quoted(given) + " "
        };
        self.mistakes.push(format!("input `{name}`: {what}{why}"));
    }
}
