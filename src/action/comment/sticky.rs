//! The sticky comment on one pull request: written, rewritten, put right.

use std::collections::BTreeSet;

use dockyard_report::report::markdown::Extent;

use crate::action::Note;
use crate::action::api::ApiError;
use crate::action::api::client::Client;
use crate::action::comment::conversation::{self, Author, Conversation, Ours};
use crate::action::comment::decision::{self, MAX_COMMENT, Said, Step};
use crate::action::comment::publish::{Publication, block};
use crate::action::inputs::{CommentWhen, Inputs};
use crate::action::outputs;
use crate::action::upload::withheld;

/// How often the conversation is looked through, because it changed while it was written to.
const ROUNDS: usize = 4;
/// Most comments that one run marks as superseded.
const MAX_SUPERSEDED: usize = 20;

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
    let author = author(client, inputs).await?;
    let key = inputs.comment_key();
    let conversation = conversation(client, &key, about, &author);
    let said = Said::of(
        publication.report.report(),
        publication.base,
        publication.proposed,
    );
    let (mut gone, mut created, mut unclear) = (BTreeSet::new(), None, false);
    for _ in 0..ROUNDS {
        let found = conversation.find(&gone).await;
        let ours = match (found, &created) {
            (Ok(ours), _) => ours,
            // It is there, and that is what was asked for.
            (Err(_), Some(url)) => return Ok(Some(String::clone(url))),
            (Err(error), None) => return Err(explain("the comments could not be read", &error)),
        };
        let old = ours.kept.as_ref();
        if old.is_none()
            && let Some(url) = created
        {
            return Ok(Some(url));
        }
        let old_said = old.map(|old| &old.said);
        let body = body(publication, &key, &said, old_said, notes);
        let same = old.is_some_and(|old| decision::same_body(&old.body, &body));
        let decided = decision::decide(inputs.comment, old_said, &said, same);
        if decided != Step::Leave {
            about.is_newest(client).await?;
        }
        match (decided, old) {
            (Step::Leave, None) => return Ok(None),
            (Step::Leave, Some(kept)) => {
                let url = kept.url.clone();
                if !ours.others.is_empty() && about.is_newest(client).await.is_ok() {
                    notes.extend(supersede(conversation, &ours).await);
                }
                return Ok(Some(url));
            }
            (Step::Update, Some(kept)) => {
                match conversation::update(client, kept.id, &body).await {
                    Ok(url) => {
                        notes.extend(supersede(conversation, &ours).await);
                        return Ok(Some(url));
                    }
                    // Somebody has deleted it meanwhile.
                    Err(error) if error.status() == Some(404) && gone.insert(kept.id) => {}
                    Err(error) => return Err(explain("the comment could not be updated", &error)),
                }
            }
            (Step::Create | Step::Update, _) => {
                match conversation::create(client, about.number, &body).await {
                    // Another run may have written one at the same time: look again.
                    Ok(written) => {
                        notes.extend(stranger(&author, &written.login));
                        created = Some(written.url);
                    }
                    // It may be there all the same: look again, and write at most twice.
                    Err(error) if !unclear && error.is_unclear() => unclear = true,
                    Err(error) => return Err(explain("the comment could not be written", &error)),
                }
            }
        }
    }
    match created {
        Some(url) => Ok(Some(url)),
        None => {
            Err("no comment: the conversation kept changing while it was written to".to_owned())
        }
    }
}

/// What is said where a run could not be done.
#[derive(Debug, Clone, Copy)]
pub struct Undone<'a> {
    /// What the check is called.
    pub heading: &'a str,
    /// Where the run can be looked at.
    pub run_url: Option<&'a str>,
    /// Why.
    pub reasons: &'a [String],
}

/// Puts our comment right where the run could not be done: what it says is of an older commit, or
/// of other settings. Where there is none, one is written only if there is to be one always.
///
/// # Errors
/// Why it could not be put right.
pub async fn could_not_run(
    client: &Client,
    inputs: &Inputs,
    about: About<'_>,
    undone: Undone<'_>,
) -> Result<(), Note> {
    let author = author(client, inputs).await?;
    let key = inputs.comment_key();
    let conversation = conversation(client, &key, about, &author);
    let ours = conversation
        .find(&BTreeSet::new())
        .await
        .map_err(|error| explain("the comments could not be read", &error))?;
    let body = undone_body(inputs, about, undone);
    match &ours.kept {
        None if inputs.comment == CommentWhen::Always => {
            about.is_newest(client).await?;
            let written = conversation::create(client, about.number, &body).await;
            let failed = |error| explain("the comment could not be written", &error);
            written.map_err(failed).map(drop)
        }
        None => Ok(()),
        Some(kept) if decision::same_body(&kept.body, &body) && ours.others.is_empty() => Ok(()),
        Some(kept) => {
            about.is_newest(client).await?;
            let updated = conversation::update(client, kept.id, &body).await;
            updated.map_err(|error| explain("the comment could not be updated", &error))?;
            supersede(conversation, &ours).await.map_or(Ok(()), Err)
        }
    }
}

fn undone_body(inputs: &Inputs, about: About<'_>, undone: Undone<'_>) -> String {
    let run = undone
        .run_url
        .map_or_else(|| "The run".to_owned(), |url| format!("[The run]({url})"));
    format!(
        "{}\n**{}: could not run.** Nothing is known about commit {}.\n\n{}\n{run} has the whole log.\n",
        decision::marker(&inputs.comment_key(), &Said::without_report(outputs::ERROR)),
        undone.heading,
        about.head_sha,
        block(undone.reasons)
    )
}

async fn author(client: &Client, inputs: &Inputs) -> Result<Author, Note> {
    let author = conversation::author(client, inputs.comment_author.as_deref()).await;
    author.map_err(|error| explain("whose token this is could not be found out", &error))
}

fn conversation<'a>(
    client: &'a Client,
    key: &'a str,
    about: About<'_>,
    author: &'a Author,
) -> Conversation<'a> {
    Conversation {
        client,
        pull_request: about.number,
        author,
        category: key,
    }
}

/// Two runs at the same time can leave two comments: the oldest is kept, and the others say so.
/// Nothing is deleted. Says what could not be done.
async fn supersede(conversation: Conversation<'_>, ours: &Ours) -> Option<Note> {
    let kept = ours.kept.as_ref()?;
    let body = decision::superseded(conversation.category, kept.id);
    for other in ours.others.iter().take(MAX_SUPERSEDED) {
        match conversation::update(conversation.client, other.id, &body).await {
            Ok(_) => {}
            Err(error) if error.status() == Some(404) => {}
            Err(error) => {
                let what = format!(
                    "another comment of this check ({}) could not be marked as superseded",
                    other.url
                );
                return Some(explain(&what, &error));
            }
        }
    }
    None
}

fn body(
    publication: &Publication<'_>,
    category: &str,
    said: &Said,
    old: Option<&Said>,
    notes: &mut Vec<Note>,
) -> String {
    let marker = decision::marker(category, said);
    // What could not be looked into is not put right by that.
    let settled = withheld::open(publication.report.report()).is_none();
    let heading = if settled && decision::is_resolved(old, said) {
        format!("{}, resolved", publication.heading)
    } else {
        publication.heading.to_owned()
    };
    let rendered = publication.markdown(&heading, MAX_COMMENT - marker.len() - 1, Extent::Changes);
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
    let locked = error
        .message()
        .is_some_and(|message| message.contains("locked"));
    let hint = if locked {
        "; the conversation is locked, and only people with write access comment there: unlock it"
    } else if error.is_refusal() {
        "; give the job `pull-requests: write`. The tokens of forks may not comment whatever the \
         workflow says (docs/action.md says how to do it in two stages)"
    } else {
        ""
    };
    format!("{what}: {error}{hint}")
}
