//! What an option is. Its one definition, a field of an [`options!`](crate::settings) block, says what the
//! command line, the configuration file, the action's inputs, `--help` and the reference pages need to know.
//!
//! `clap` reads the values of every source: a key of the file and an input of the action become the
//! argument that they stand for, so that one parser decides what is a valid value.

use std::any::TypeId;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, Args, Command};

/// Where an option may be set, and what people are told of it besides its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sources {
    /// On the command line.
    flag: bool,
    /// In the configuration file.
    pub(super) file: InFile,
    /// As an input of the action, by this name.
    input: Option<&'static str>,
    /// The word that as an input stands for another flag, and that flag.
    word: Option<(&'static str, &'static str)>,
    /// Environment variables that set it too, the first that is set before the others.
    variables: &'static [&'static str],
    /// What holds where it is not set.
    default: Holds,
    /// What is said of the input alone.
    note: &'static str,
    /// Whether a value may hold a password: no message repeats one.
    secret: bool,
}

/// Whether an option may be set in the configuration file, which a pull request can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InFile {
    No,
    Yes,
    /// A number up to this one; only the command line may ask for more.
    AtMost(u64),
}

/// What holds where an option is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Nothing, or clap's own default.
    Nothing,
    /// This number.
    Number(u64),
    /// This value.
    Value(&'static str),
    /// What this phrase says, in Markdown.
    Says(&'static str),
}

impl Sources {
    /// The command line alone.
    pub const FLAG: Self = Self {
        flag: true,
        file: InFile::No,
        input: None,
        word: None,
        variables: &[],
        default: Holds::Nothing,
        note: "",
        secret: false,
    };

    /// An input of the action that is no option of the command line.
    pub const fn input_only(name: &'static str) -> Self {
        Self {
            flag: false,
            ..Self::FLAG.input(name)
        }
    }

    /// Also the input of this name.
    #[must_use]
    pub const fn input(self, name: &'static str) -> Self {
        let input = Some(name);
        Self { input, ..self }
    }

    /// As an input, `word` stands for `flag`, such as `none` for `no-config`.
    #[must_use]
    pub const fn input_word(self, word: &'static str, flag: &'static str) -> Self {
        let word = Some((word, flag));
        Self { word, ..self }
    }

    /// Also the configuration file.
    #[must_use]
    pub const fn file(self) -> Self {
        let file = InFile::Yes;
        Self { file, ..self }
    }

    /// Also the configuration file, up to this number.
    #[must_use]
    pub const fn file_at_most(self, most: u64) -> Self {
        let file = InFile::AtMost(most);
        Self { file, ..self }
    }

    /// Also these environment variables.
    #[must_use]
    pub const fn variables(self, variables: &'static [&'static str]) -> Self {
        Self { variables, ..self }
    }

    /// What holds where it is not set.
    #[must_use]
    pub const fn default(self, default: Holds) -> Self {
        Self { default, ..self }
    }

    /// What is said of the input alone: sentences in Markdown.
    #[must_use]
    pub const fn note(self, note: &'static str) -> Self {
        Self { note, ..self }
    }

    /// A value may hold a password.
    #[must_use]
    pub const fn secret(self) -> Self {
        let secret = true;
        Self { secret, ..self }
    }
}

/// Options that belong together. Made by [`options!`](crate::settings) only.
pub trait Group: Args {
    /// Where each option may be set, by its field's name.
    fn sources() -> Vec<(&'static str, Sources)>;

    /// Every option.
    fn definitions() -> Vec<Definition> {
        let sources = Self::sources();
        command::<Self>()
            .get_arguments()
            .filter_map(|arg| {
                let (_, sources) = sources
                    .iter()
                    .find(|(id, _)| *id == arg.get_id().as_str())?;
                let (arg, sources) = (arg.clone(), *sources);
                Some(Definition { arg, sources })
            })
            .collect()
    }

    /// Reads arguments of the form `--name=value`.
    ///
    /// # Errors
    /// `clap`'s, of the first mistake.
    fn read(arguments: &[OsString]) -> Result<Self, clap::Error> {
        Self::from_arg_matches(&command::<Self>().try_get_matches_from(arguments)?)
    }
}

fn command<T: Args>() -> Command {
    T::augment_args(
        Command::new("options")
            .no_binary_name(true)
            .disable_help_flag(true),
    )
}

/// Defines options, each once: a documented field with what `clap` is told of it, and where else it may be
/// set. `..name: Type` takes in the options of another group.
macro_rules! options {
    ($(#[$of_struct:meta])* pub struct $name:ident {
        $($(#[$of_field:meta])* $field:ident: $type:ty => $sources:expr,)*
        $(..$inner:ident: $inner_type:ty,)*
    }) => {
        #[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
        $(#[$of_struct])*
        pub struct $name {
            $($(#[$of_field])* pub $field: $type,)*
            $(
                #[command(flatten)]
                #[expect(missing_docs, reason = "the group says what it holds")]
                pub $inner: $inner_type,
            )*
        }

        impl $crate::settings::definition::Group for $name {
            fn sources() -> Vec<(&'static str, $crate::settings::definition::Sources)> {
                let own = vec![$((stringify!($field), $sources)),*];
                [own, $(<$inner_type as $crate::settings::definition::Group>::sources()),*].concat()
            }
        }
    };
}
pub(crate) use options;

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A flag without a value; elsewhere `true` or `false`.
    Switch,
    /// `true` or `false`.
    Bool,
    Number,
    Path,
    Text,
}

/// An option with everything that is known of it.
#[derive(Debug, Clone)]
pub struct Definition {
    arg: Arg,
    pub(super) sources: Sources,
}

impl Definition {
    /// Its name without dashes before it, the same as a flag and as a key of the file.
    pub fn name(&self) -> &str {
        self.arg.get_long().unwrap_or_default()
    }

    /// Its name as an input of the action, if it is one.
    pub fn input(&self) -> Option<&'static str> {
        self.sources.input
    }

    /// What stands for the flag `name` in the action: the input, or one of its words.
    pub fn input_for(&self, name: &str) -> Option<String> {
        let input = self.input()?;
        match self.sources.word {
            Some((word, flag)) if flag == name => Some(format!("{input}: {word}")),
            _ if self.is_flag() && self.name() == name => Some(input.to_owned()),
            _ => None,
        }
    }

    /// Whether it is an option of the command line.
    pub fn is_flag(&self) -> bool {
        self.sources.flag
    }

    /// Whether it is a key of the configuration file.
    pub fn is_key(&self) -> bool {
        self.sources.file != InFile::No
    }

    pub(super) fn id(&self) -> &str {
        self.arg.get_id().as_str()
    }

    pub(crate) fn is_secret(&self) -> bool {
        self.sources.secret
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self.arg.get_action(), ArgAction::Append)
    }

    pub(crate) fn kind(&self) -> Kind {
        let of = self.arg.get_value_parser().type_id();
        if matches!(self.arg.get_action(), ArgAction::SetTrue) {
            Kind::Switch
        } else if of == TypeId::of::<bool>() {
            Kind::Bool
        } else if of == TypeId::of::<u64>() {
            Kind::Number
        } else if of == TypeId::of::<PathBuf>() {
            Kind::Path
        } else {
            Kind::Text
        }
    }

    /// The words that are valid values; none where other texts are too.
    pub(crate) fn words(&self) -> Vec<String> {
        match self.kind() {
            Kind::Switch => vec!["true".to_owned(), "false".to_owned()],
            Kind::Bool | Kind::Number | Kind::Path | Kind::Text => {
                let values = self.arg.get_possible_values();
                let shown = values.iter().filter(|value| !value.is_hide_set());
                shown.map(|value| value.get_name().to_owned()).collect()
            }
        }
    }

    /// The environment variables that set it.
    pub(super) fn variables(&self) -> &'static [&'static str] {
        self.sources.variables
    }

    /// What it does: sentences in Markdown.
    pub(super) fn sentence(&self) -> String {
        let help = self.arg.get_long_help().or(self.arg.get_help());
        let help = help.map(ToString::to_string).unwrap_or_default();
        let mut said = help.replace("\n\n", ". ");
        let words = self.words();
        let said_already = words.iter().all(|word| said.contains(&format!("`{word}`")));
        if self.kind() == Kind::Text && !said_already {
            said.push_str(". One of ");
            said.push_str(&listed(&words));
        }
        said + "."
    }

    /// What the input does: its sentence, and what only holds in a workflow.
    pub fn input_sentence(&self) -> String {
        let path = match (self.kind(), self.is_list()) {
            (Kind::Path, _) => "Relative to the workspace.",
            (_, true) => "One per line.",
            _ => "",
        };
        let parts = [&self.sentence(), path, self.sources.note];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(" ")
    }

    /// What holds where it is not set, in Markdown.
    pub fn default(&self) -> Option<String> {
        match self.sources.default {
            Holds::Number(number) => Some(format!("`{number}`")),
            Holds::Value(value) => Some(format!("`{value}`")),
            Holds::Says(phrase) => Some(phrase.to_owned()),
            Holds::Nothing if self.kind() == Kind::Switch => Some("`false`".to_owned()),
            Holds::Nothing => {
                let values = self.arg.get_default_values().first()?;
                Some(format!("`{}`", values.to_string_lossy()))
            }
        }
    }

    /// `arg`, which may be of another command, with a help for terminals.
    pub(super) fn explain(&self, arg: Arg) -> Arg {
        // clap shows its own defaults.
        let told = self.kind() == Kind::Switch || !self.arg.get_default_values().is_empty();
        let default = self.default().filter(|_| !told);
        let mut facts = Vec::new();
        facts.extend(
            (!self.variables().is_empty())
                .then(|| format!("[env: {}]", self.variables().join(", "))),
        );
        facts.extend(default.map(|default| format!("[default: {default}]")));
        let facts = facts.join(" ");
        let repeatable = if self.is_list() { "; repeatable" } else { "" };
        let with = |help: &str| format!("{help}{repeatable} {facts}").trim_end().to_owned();
        let help = arg.get_help().map(|help| with(&help.to_string()));
        let long = arg.get_long_help().map(ToString::to_string);
        let arg = match help {
            Some(help) => arg.help(help),
            None => arg,
        };
        match long {
            Some(long) => arg.long_help(format!("{long}\n\n{facts}").trim_end().to_owned()),
            None => arg,
        }
    }

    /// The argument that stands for `text`, relative paths being joined with `folder`.
    pub(crate) fn argument(&self, text: &str, folder: &Path) -> Option<OsString> {
        let flag = |name: &str| OsString::from(format!("--{name}"));
        if let Some((word, other)) = self.sources.word
            && text == word
        {
            return Some(flag(other));
        }
        if self.kind() == Kind::Switch {
            return (text == "true").then(|| flag(self.name()));
        }
        let mut argument = flag(self.name());
        argument.push("=");
        // What only the action knows is named to later steps, and stays as it is.
        if self.kind() == Kind::Path && self.is_flag() {
            argument.push(folder.join(text));
        } else {
            argument.push(text);
        }
        Some(argument)
    }
}

/// `a`, `b` or `c`.
fn listed(words: &[String]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} or {last}", before.join(", ")),
        _ => words.concat(),
    }
}
