//! What is made of the definitions: `--help`, and the table of options in `docs/configuration.md`.

use std::fmt::Write as _;

use clap::builder::StyledStr;
use clap::{Arg, Command};

use super::definition::{Definition, Group as _, InFile};
use super::options::Options;

/// `command` with a help for terminals: what holds by default, and no Markdown.
pub fn explained(command: Command) -> Command {
    explain(command, &Options::definitions())
}

fn explain(command: Command, definitions: &[Definition]) -> Command {
    let about = command.get_about().map(plain).unwrap_or_default();
    let long_about = command.get_long_about().map(plain);
    let command = command.about(about);
    let command = match long_about {
        Some(about) => command.long_about(about),
        None => command,
    };
    command
        .mut_args(|arg| {
            let defined = definitions
                .iter()
                .find(|each| each.id() == arg.get_id().as_str());
            let arg = match defined {
                Some(definition) => definition.explain(arg),
                None => arg,
            };
            in_plain(arg)
        })
        .mut_subcommands(|subcommand| explain(subcommand, definitions))
}

fn in_plain(arg: Arg) -> Arg {
    let help = arg.get_help().map(plain).unwrap_or_default();
    let long_help = arg.get_long_help().map(plain);
    let arg = arg.help(help);
    match long_help {
        Some(help) => arg.long_help(help),
        None => arg,
    }
}

fn plain(text: &impl ToString) -> StyledStr {
    text.to_string().replace('`', "").into()
}

/// The table of options in Markdown: where each may be set, what holds without, what it does.
pub fn options_table() -> String {
    let mut table = String::from(
        "| option | in the file | input of the action | default | what it does |\n|---|---|---|---|---|\n",
    );
    for option in Options::definitions() {
        let key = match option.sources.file {
            InFile::No => "–".to_owned(),
            InFile::Yes => format!("`{}`", option.name()),
            InFile::AtMost(most) => format!("`{}`, at most {most}", option.name()),
        };
        let input = option
            .input()
            .map_or("–".to_owned(), |name| format!("`{name}`"));
        let default = option.default().unwrap_or("–".to_owned());
        let names = [format!("--{}", option.name())].into_iter();
        let names = names.chain(option.variables().iter().map(ToString::to_string));
        let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        let _ = writeln!(
            table,
            "| {} | {key} | {input} | {default} | {} |",
            names.join(", "),
            option.sentence() + if option.is_list() { " Repeatable." } else { "" }
        );
    }
    table
}
