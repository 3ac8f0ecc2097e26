//! Delivering a report: comment, upload, summary, outputs. Nothing here changes the verdict; what
//! could not be delivered becomes a [`Note`].

use super::Note;
use super::client::{ApiError, Client};
use super::comment::{self, MAX_COMMENT, Said, Step};
use super::conversation::{self, Author};
use super::files::{append, summary_room};
use super::inputs::Inputs;
use super::outputs;
use super::runner::RunnerFiles;
use crate::report::markdown::{self, MarkdownOptions};
use crate::report::{Links, Rendered, Report};
use crate::text;

/// Most notes of a run that the summary shows, and the longest of them in characters.
const MAX_NOTES: usize = 20;
const MAX_NOTE: usize = 600;

/// What is delivered.
#[derive(Debug, Clone, Copy)]
pub struct Publication<'a> {
    /// The report.
    pub report: &'a Report,
    /// What it may link to.
    pub links: &'a Links,
    /// What the check is called.
    pub heading: &'a str,
    /// What stands below the report; trusted Markdown of our own.
    pub footer: &'a str,
}

impl Publication<'_> {
    /// The report as Markdown of at most `limit` bytes, its footer included.
    fn markdown(&self, heading: &str, limit: usize) -> Rendered {
        let limit = limit.saturating_sub(self.footer.len() + 1);
        let options = MarkdownOptions {
            links: self.links,
            limit,
            base: None,
            heading,
        };
        let rendered = markdown::render(self.report, &options);
        Rendered {
            text: format!("{}{}", rendered.text, self.footer),
            cut: rendered.cut,
        }
    }
}

/// The pull request that is commented on.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Its number.
    pub number: u64,
    /// The commit that was judged: a comment never goes back to an older one.
    pub head_sha: &'a str,
}

impl About<'_> {
    /// Asked right before writing, so that a run that was overtaken leaves the newer one's word.
    async fn is_newest(self, client: &Client) -> Result<(), Note> {
        let newest = conversation::newest(client, self.number).await;
        let newest = newest
            .map_err(|error| explain("no comment: the pull request could not be read", &error))?;
        if newest == self.head_sha {
            Ok(())
        } else {
            Err("no comment: the pull request has newer commits than this run".to_owned())
        }
    }
}

/// Sees to the comment on the pull request; says its page, if there is one.
///
/// # Errors
/// Why it could not be seen to.
pub async fn comment(
    client: &Client,
    inputs: &Inputs,
    about: About<'_>,
    publication: &Publication<'_>,
    notes: &mut Vec<Note>,
) -> Result<Option<String>, Note> {
    let fail = |what: &str, error: &ApiError| explain(what, error);
    let author = conversation::author(client, &inputs.comment_author)
        .await
        .map_err(|error| fail("whose token this is could not be found out", &error))?;
    let said = Said::of(publication.report);
    // After an unclear failure the comment may be there: look again, and write at most twice.
    let mut again = true;
    loop {
        let old = conversation::find(client, about.number, &author, &inputs.category)
            .await
            .map_err(|error| fail("the comments could not be read", &error))?;
        let old_said = old.as_ref().map(|old| &old.said);
        let body = body(publication, &inputs.category, &said, old_said, notes);
        let same = old
            .as_ref()
            .is_some_and(|old| comment::same_body(&old.body, &body));
        let decided = comment::decide(inputs.comment, old_said, &said, same);
        if decided != Step::Leave {
            about.is_newest(client).await?;
        }
        let url = match (decided, &old) {
            (Step::Leave, old) => return Ok(old.as_ref().map(|old| old.url.clone())),
            (Step::Update, Some(old)) => conversation::update(client, old.id, &body)
                .await
                .map_err(|error| fail("the comment could not be updated", &error))?,
            (Step::Create | Step::Update, _) => {
                match conversation::create(client, about.number, &body).await {
                    Ok((url, login)) => {
                        notes.extend(stranger(&author, &login));
                        url
                    }
                    Err(error) if again && error.is_unclear() => {
                        again = false;
                        continue;
                    }
                    Err(error) => return Err(fail("the comment could not be written", &error)),
                }
            }
        };
        return Ok(Some(url));
    }
}

/// Puts our comment right where the run could not be done: what it says is of an older commit.
/// Where there is none, none is written.
///
/// # Errors
/// Why it could not be put right.
pub async fn could_not_run(
    client: &Client,
    inputs: &Inputs,
    about: About<'_>,
    run_url: Option<&str>,
) -> Result<(), Note> {
    let author = conversation::author(client, &inputs.comment_author)
        .await
        .map_err(|error| explain("whose token this is could not be found out", &error))?;
    let old = conversation::find(client, about.number, &author, &inputs.category)
        .await
        .map_err(|error| explain("the comments could not be read", &error))?;
    let Some(old) = old else {
        return Ok(());
    };
    let said = Said {
        verdict: outputs::ERROR.to_owned(),
        outcome: "0".repeat(32),
    };
    let run = run_url.map_or_else(|| "The run".to_owned(), |url| format!("[The run]({url})"));
    let body = format!(
        "{}\n## Package provenance: could not run\n\nNothing is known about commit {}. {run} says why.\n",
        comment::marker(&inputs.category, &said),
        about.head_sha
    );
    if comment::same_body(&old.body, &body) {
        return Ok(());
    }
    about.is_newest(client).await?;
    let updated = conversation::update(client, old.id, &body).await;
    updated.map_err(|error| explain("the comment could not be updated", &error))?;
    Ok(())
}

fn body(
    publication: &Publication<'_>,
    category: &str,
    said: &Said,
    old: Option<&Said>,
    notes: &mut Vec<Note>,
) -> String {
    let marker = comment::marker(category, said);
    let heading = if comment::is_resolved(old, said) {
        format!("{}, resolved", publication.heading)
    } else {
        publication.heading.to_owned()
    };
    let rendered = publication.markdown(&heading, MAX_COMMENT - marker.len() - 1);
    if let Some(cut) = rendered.cut {
        let note = format!("the comment does not hold everything: {cut}");
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    format!("{marker}\n{}", rendered.text)
}

/// A comment of an app that is not known as ours would never be found again.
fn stranger(author: &Author, login: &str) -> Option<Note> {
    match author {
        Author::App(app) if app != login => Some(format!(
            "the comment was written as `{login}`; set the input `comment-author` to it, so that \
             the next run updates the comment instead of writing another"
        )),
        Author::App(_) | Author::User(_) => None,
    }
}

fn explain(what: &str, error: &ApiError) -> Note {
    let hint = if error.is_refusal() {
        "; give the job `pull-requests: write`. The tokens of forks and of Dependabot may not \
         comment (docs/action.md says how to do it in two stages)"
    } else {
        ""
    };
    format!("{what}: {error}{hint}; the run's summary holds the report")
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
    let listed = list(notes);
    let room = summary_room(path).saturating_sub(listed.len() + 2);
    let rendered = publication.map(|publication| publication.markdown(publication.heading, room));
    let (report, cut) = rendered.map_or_else(Default::default, |made| (made.text, made.cut));
    if report.len() > room {
        return Err("the step's summary has no room left for the report".to_owned());
    }
    append(path, &format!("{report}\n{listed}\n"))?;
    Ok(cut.map(|cut| format!("the summary does not hold everything: {cut}")))
}

/// The notes as a block of text, in which nothing is markup.
fn list(notes: &[Note]) -> String {
    if notes.is_empty() {
        return String::new();
    }
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
    format!("\nAbout this run:\n\n```text\n{}\n```\n", lines.join("\n"))
}
