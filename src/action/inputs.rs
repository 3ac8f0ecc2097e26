//! The inputs, `INPUT_*`: read strictly, every mistake at once.
//!
//! An input that is not given arrives as an empty variable, so that empty means unset. Dashes stay
//! in the variables' names (`INPUT_FAIL-ON`).

mod category;
mod choices;
pub mod manifest;
pub mod named;
mod reader;
pub mod table;
mod token;

use std::path::{Component, Path, PathBuf};

use clap::ArgAction;
use clap::builder::NonEmptyStringValueParser;

use crate::settings::Options;
use crate::settings::definition::{Definition, Group as _, Holds, Sources, options};
use crate::settings::values::problem;
use dockyard_report::report::Shard;
use reader::Reader;

// What answers for environment variables.
pub use choices::{CommentWhen, Mode, UploadWhen};
pub use dockyard_registry::credentials::npmrc::Lookup;
pub use token::Token;

options! {
    /// The inputs: those of a step in a workflow, and the options that are inputs too.
    pub struct Inputs {
        /// Token for GitHub's API: reads the pull request's files and the base branch's configuration, writes
        /// the comment, uploads SARIF. It is sent to this GitHub's API only.
        #[arg(long, value_parser = Token::parse)]
        token: Option<Token> => Sources::input_only("token")
            .secret()
            .default(Holds::Says("the workflow's own token")),

        /// `scan` verifies the checkout. `report` runs on `workflow_run` and publishes the report that a pull
        /// request's own run left behind, as untrusted data. `merge` joins the reports of shards.
        #[arg(long, value_enum, default_value_t = Mode::Scan)]
        mode: Mode => Sources::input_only("mode"),

        /// Folder to scan.
        #[arg(long, default_value = ".", value_parser = inside)]
        root: PathBuf => Sources::input_only("root"),

        /// Lock files that are verified beside the specs, package by package: patterns relative to the
        /// root, one a line, such as `**/package-lock.json`. None unless some are named.
        #[arg(long, value_name = "PATTERN", action = ArgAction::Append, value_parser = NonEmptyStringValueParser::new())]
        locks: Vec<String> => Sources::input_only("locks"),

        /// On a pull request, verify only the specs that it touches, and all lock files. Everything is verified where GitHub
        /// cannot say which these are, where there are too many files, or where the configuration changes.
        #[arg(long, action = ArgAction::Set, default_value_t = false)]
        changed_only: bool => Sources::input_only("changed-only"),

        /// Verify one part of the specs, such as `2/5`, where several jobs share them. Only the JSON report is
        /// written: `mode: merge` in a later job does the rest.
        #[arg(long, value_parser = Shard::parse)]
        shard: Option<Shard> => Sources::input_only("shard").default(Holds::Says("all specs")),

        /// In `merge` mode, which needs it, the folder with the shards' JSON reports, as
        /// `actions/download-artifact` lays them.
        #[arg(long)]
        shards: Option<PathBuf> => Sources::input_only("shards")
            .note("It must lie outside of every checkout, such as in the runner's temporary folder."),

        /// Report findings without failing the step. What could not be determined still fails it.
        #[arg(long, action = ArgAction::Set, default_value_t = false)]
        warn_only: bool => Sources::input_only("warn-only"),

        /// When to comment on the pull request: `always`, `on-failure`, `on-change` or `never`. One comment
        /// per category, updated in place.
        #[arg(long, value_enum, default_value_t = CommentWhen::OnChange)]
        comment: CommentWhen => Sources::input_only("comment"),

        /// On a pull request, suggest in a review what is proven of the specs that it touches and not
        /// declared in them; what does not fit into the diff is shown in the comment. Nothing is
        /// suggested where the publisher has changed.
        #[arg(long, action = ArgAction::Set, default_value_t = false)]
        suggest: bool => Sources::input_only("suggest"),

        /// Login of the app whose installation token is given as `token`, where GitHub does not tell it
        /// (GraphQL's `viewer`); only its comments are updated.
        #[arg(long)]
        comment_author: Option<String> => Sources::input_only("comment-author")
            .default(Holds::Says("what GitHub says whose `token` it is")),

        /// Whether findings are shown in the files of the pull request.
        #[arg(long, action = ArgAction::Set, default_value_t = true)]
        annotations: bool => Sources::input_only("annotations"),

        /// Whether the report is shown on the run's summary page.
        #[arg(long, action = ArgAction::Set, default_value_t = true)]
        summary: bool => Sources::input_only("summary"),

        /// Where the SARIF report is written.
        #[arg(long, default_value = "dockyard-provenance.sarif", value_parser = inside)]
        sarif_file: PathBuf => Sources::input_only("sarif-file"),

        /// Where the JSON report is written. In `report` mode, the file that is read.
        #[arg(long, default_value = "dockyard-provenance.json", value_parser = inside)]
        report_file: PathBuf => Sources::input_only("report-file"),

        /// Whether SARIF is uploaded to code scanning: `auto` tries and explains where it cannot, `always`
        /// warns, `never` does not.
        #[arg(long = "upload-sarif", value_enum, default_value_t = UploadWhen::Auto)]
        upload: UploadWhen => Sources::input_only("upload-sarif"),

        /// Keeps several runs on one commit apart, in code scanning and in comments. Comments are known by
        /// `root` and `paths` too, also in `report` mode.
        #[arg(long, value_parser = category::parse)]
        category: Option<String> => Sources::input_only("category").default(Holds::Says(
            "`dockyard-provenance`, with `root` and a digest of `paths` where they are not the defaults",
        )),
        ..options: Options,
    }
}

impl Inputs {
    /// What our comments are known by: the category, and what is looked at.
    pub fn comment_key(&self) -> String {
        let scope = category::scope(&self.root, &self.options.gate.spec_glob);
        let category = self.category.as_deref().unwrap_or(category::DEFAULT);
        format!("{category}{scope}")
    }

    /// The category of code scanning: as given, or made of what is looked at.
    pub fn analysis_category(&self) -> String {
        self.category.clone().unwrap_or_else(|| self.comment_key())
    }
}

/// A path that stays in the workspace, where later steps find it under the same name.
fn inside(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let stays = path
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if stays {
        Ok(path)
    } else {
        Err("write a path relative to the workspace, without `..`".to_owned())
    }
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

/// The names of all inputs.
pub fn names() -> Vec<&'static str> {
    let definitions = Inputs::definitions();
    definitions.iter().filter_map(Definition::input).collect()
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

/// Reads every input. Paths are joined with the `workspace`, except those that later steps are told of.
///
/// # Errors
/// [`Mistakes`].
pub fn read(lookup: Lookup<'_>, workspace: &Path) -> Result<Inputs, Mistakes> {
    let mut reader = Reader::new(lookup, workspace);
    let arguments = reader.arguments(&Inputs::definitions(), |argument| {
        Inputs::read(argument).map(drop)
    });
    let inputs = Inputs::read(&arguments).map(|mut inputs| {
        if inputs.shard.is_some() {
            // Who looks at one part has no word on the whole.
            inputs.comment = CommentWhen::Never;
            inputs.upload = UploadWhen::Never;
            inputs.annotations = false;
        }
        for keys in &mut inputs.options.trust.npm_keys {
            *keys = keys.clone().inside(workspace);
        }
        inputs
    });
    let contradiction = match &inputs {
        Ok(inputs) => contradiction(inputs),
        Err(error) => Some(problem(error)),
    };
    reader.mistakes.extend(contradiction);
    let rest = match inputs {
        Ok(inputs) if reader.mistakes.is_empty() => return Ok(inputs),
        inputs => inputs.ok().filter(|_| reader.comment),
    };
    Err(Mistakes {
        told: reader.mistakes,
        rest: rest.map(Box::new),
    })
}

/// What does not go together, though each is right by itself.
fn contradiction(inputs: &Inputs) -> Option<String> {
    let parts = |path: &Path| -> PathBuf {
        let parts = path.components();
        parts.filter(|part| *part != Component::CurDir).collect()
    };
    if inputs.shard.is_some() && inputs.mode != Mode::Scan {
        return Some("input `shard`: only `mode: scan` takes it".to_owned());
    }
    if inputs.mode == Mode::Merge && inputs.shards.is_none() {
        return Some(
            "input `shards`: `mode: merge` needs the folder with the shards' reports; download them into one \
             outside of the checkout, such as `${{ runner.temp }}/shards`"
                .to_owned(),
        );
    }
    if inputs.changed_only && (inputs.shard.is_some() || inputs.mode == Mode::Merge) {
        return Some(
            "input `changed-only`: shards are parts of all specs; leave one of the two out"
                .to_owned(),
        );
    }
    if !inputs.locks.is_empty() && (inputs.shard.is_some() || inputs.mode == Mode::Merge) {
        return Some(
            "input `locks`: no shard looks at lock files; give them a step of their own".to_owned(),
        );
    }
    (parts(&inputs.sarif_file) == parts(&inputs.report_file)).then(|| {
        let shown = inputs.sarif_file.display().to_string();
        let shown = untrusted_text::quoted(&shown);
        format!("input `sarif-file`: {shown} is the `report-file` too")
    })
}

#[cfg(test)]
mod tests;
