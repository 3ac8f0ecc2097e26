//! What is delivered as Markdown, and the step's summary. Nothing here changes the verdict; what
//! could not be delivered becomes a [`Note`].

use crate::action::Note;
use crate::action::runner::RunnerFiles;
use crate::action::runner::files::{append, summary_room};
use dockyard_report::report::markdown::{self, Extent, MarkdownOptions};
use dockyard_report::report::{Attributed, Links, Rendered, Report};
use untrusted_text as text;

/// Most notes of a run that the summary shows, and the longest of them in characters.
const MAX_NOTES: usize = 20;
const MAX_NOTE: usize = 600;

/// What is delivered.
#[derive(Debug, Clone, Copy)]
pub struct Publication<'a> {
    /// The report.
    pub report: Attributed<'a>,
    /// What it would be on the base branch, where what changed is to be shown.
    pub base: Option<&'a Report>,
    /// What it may link to.
    pub links: &'a Links,
    /// What the check is called.
    pub heading: &'a str,
    /// What is proven and was not suggested in a review: Markdown of our own, empty where there is none.
    pub proposed: &'a str,
    /// What stands below the report; trusted Markdown of our own.
    pub footer: &'a str,
}

impl Publication<'_> {
    /// The report as Markdown of at most `limit` bytes, its footer included; `extent` says how much is
    /// told of what the pull request does not change.
    pub fn markdown(&self, heading: &str, limit: usize, extent: Extent) -> Rendered {
        let below = format!("{}{}", self.proposed, self.footer);
        let limit = limit.saturating_sub(below.len() + 1);
        let options = MarkdownOptions {
            links: self.links,
            limit,
            base: self.base,
            extent,
            heading,
        };
        let rendered = markdown::render(self.report, &options);
        Rendered {
            text: format!("{}{below}", rendered.text),
            cut: rendered.cut,
        }
    }
}

/// Adds the report and the notes to the step's summary; says what it could not hold.
///
/// # Errors
/// Why it is not there.
pub fn summary(
    files: &RunnerFiles,
    publication: Option<&Publication<'_>>,
    notes: &[Note],
) -> Result<Option<Note>, Note> {
    let Some(path) = &files.summary else {
        return Ok(None);
    };
    let listed = if notes.is_empty() {
        String::new()
    } else {
        format!("\nAbout this run:\n\n{}", block(notes))
    };
    let room = summary_room(path).saturating_sub(listed.len() + 2);
    let rendered = publication
        .map(|publication| publication.markdown(publication.heading, room, Extent::Everything));
    let (report, cut) = rendered.map_or_else(Default::default, |made| (made.text, made.cut));
    if report.len() > room {
        return Err("the step's summary has no room left for the report".to_owned());
    }
    append(path, &format!("{report}\n{listed}\n"))?;
    Ok(cut.map(|cut| format!("the summary does not hold everything: {cut}")))
}

/// The notes as a block of text, in which nothing is markup: every line begins with a dash, so that
/// none can end it.
pub fn block(notes: &[Note]) -> String {
    let mut lines: Vec<String> = notes
        .iter()
        .take(MAX_NOTES)
        .map(|note| format!("- {}", text::terminal(note, MAX_NOTE)))
        .collect();
    if notes.len() > MAX_NOTES {
        lines.push(format!(
            "- and {} more, in the log",
            notes.len() - MAX_NOTES
        ));
    }
    format!("```text\n{}\n```\n", lines.join("\n"))
}
