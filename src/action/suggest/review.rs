//! The suggestions on GitHub: one review with those that fit into the diff; the rest as a diff, for the
//! comment and the summary.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::proposals::{self, Proposal};
use crate::action::Note;
use crate::action::api::ApiError;
use crate::action::api::client::Client;
use crate::action::comment::conversation;
use crate::action::event::Event;
use crate::action::event::changed;
use crate::action::inputs::Mode;
use crate::action::scan::Scanned;
use crate::action::step::Step;
use dockyard_report::suggest::{Candidate, Hunk, Review, hunks, section};

/// What GitHub says of a review that it made.
#[derive(Deserialize)]
struct ReviewWire {
    html_url: String,
}

/// Suggests what fits into the pull request's diff, and says what does not as a section of Markdown;
/// empty where there is nothing to say. Nothing of it changes the verdict.
pub async fn suggest(step: &Step, scanned: &Scanned, notes: &mut Vec<Note>) -> String {
    if !step.inputs.suggest || step.inputs.mode != Mode::Scan || scanned.proposals.is_empty() {
        return String::new();
    }
    let Event::PullRequest(request) = &step.event else {
        return String::new();
    };
    let mut say = |note: String| notes.push(format!("suggest: {note}"));
    let base = scanned.base.as_ref();
    if let Some(obstacle) = proposals::obstacle(&scanned.report, base) {
        say(format!("nothing is suggested, because {obstacle}"));
        return String::new();
    }
    let client = step.client.as_ref().filter(|client| client.has_token());
    let (Some(client), Some(base)) = (client, base) else {
        say("nothing is suggested, because there is no token".to_owned());
        return String::new();
    };
    // Not worth the time that the delivery of the report may need.
    let client = client.hurried();
    let known = scanned.proposals.iter();
    let known = known.filter(|proposal| proposals::has_known_past(proposal, base));
    let patches = match changed::patches(&client, request).await {
        Ok(patches) => patches,
        Err(reason) => {
            say(format!("nothing is suggested, because {reason}"));
            return String::new();
        }
    };
    let candidates = candidates(known, &patches);
    if candidates.is_empty() {
        return String::new();
    }
    let target = Target {
        client: &client,
        number: request.number,
        head_sha: &request.head_sha,
        author: step.inputs.comment_author.as_deref(),
    };
    let rest = match target.review(&candidates).await {
        Ok(done) => {
            notes.extend(done.url.map(|(number, url)| {
                let plural = if number == 1 { "" } else { "s" };
                format!("suggest: {number} suggestion{plural} in {url}")
            }));
            done.rest
        }
        Err(note) => {
            say(format!("no review: {note}"));
            candidates.iter().collect()
        }
    };
    section(&rest)
}

/// The proposals about files that the pull request touches.
fn candidates<'a>(
    proposals: impl Iterator<Item = &'a Proposal>,
    patches: &BTreeMap<String, Option<String>>,
) -> Vec<Candidate> {
    let candidate = |proposal: &Proposal| {
        let patch = patches.get(&proposal.path)?;
        let hunks: Vec<Hunk> = patch.as_deref().map(hunks).unwrap_or_default();
        Some(Candidate {
            path: proposal.path.clone(),
            before: proposal.before.clone(),
            after: proposal.after.clone(),
            hunks,
        })
    };
    proposals.filter_map(candidate).collect()
}

/// The pull request that is reviewed.
struct Target<'a> {
    client: &'a Client,
    number: u64,
    head_sha: &'a str,
    author: Option<&'a str>,
}

/// What became of the candidates.
struct Done<'a> {
    /// How many were suggested, and where; none where all that fit had been before.
    url: Option<(usize, String)>,
    /// What is left for a diff.
    rest: Vec<&'a Candidate>,
}

impl Target<'_> {
    /// Suggests what fits and was not suggested before.
    ///
    /// # Errors
    /// Why there is no review, for people: nothing was suggested then.
    async fn review<'c>(&self, candidates: &'c [Candidate]) -> Result<Done<'c>, Note> {
        let before = self.before().await?;
        let review = Review::of(candidates, before.iter().map(String::as_str));
        let rest = |review: &Review| -> Vec<&'c Candidate> {
            let rest: BTreeSet<usize> = review.rest.iter().copied().collect();
            let all = candidates.iter().enumerate();
            all.filter(|(at, _)| rest.contains(at))
                .map(|(_, candidate)| candidate)
                .collect()
        };
        let Some(request) = review.request(self.head_sha) else {
            return Ok(Done {
                url: None,
                rest: rest(&review),
            });
        };
        let newest = conversation::newest(self.client, self.number).await;
        let newest = newest.map_err(|error| explain(&error))?;
        if newest != self.head_sha {
            return Err("the pull request has newer commits than this run".to_owned());
        }
        match self.post(&request).await {
            Ok(made) => Ok(Done {
                url: Some((review.suggestions.len(), made.html_url)),
                rest: rest(&review),
            }),
            // It may be there all the same: then all of it is.
            Err(error) if error.is_unclear() => {
                let after = self.before().await?;
                let again = Review::of(candidates, after.iter().map(String::as_str));
                if again.suggestions.is_empty() {
                    Ok(Done {
                        url: None,
                        rest: rest(&again),
                    })
                } else {
                    Err(explain(&error))
                }
            }
            Err(error) => Err(explain(&error)),
        }
    }

    async fn post(&self, request: &Value) -> Result<ReviewWire, ApiError> {
        let path = format!("pulls/{}/reviews", self.number);
        self.client.post(&path, request).await
    }

    /// What we have suggested before.
    async fn before(&self) -> Result<Vec<String>, Note> {
        let author = conversation::author(self.client, self.author).await;
        let author = author.map_err(|error| explain(&error))?;
        let bodies = conversation::reviewed(self.client, self.number, &author).await;
        bodies.map_err(|error| format!("what was suggested before could not be read: {error}"))
    }
}

fn explain(error: &ApiError) -> Note {
    let hint = if error.is_refusal() {
        "; give the job `pull-requests: write`. The tokens of forks may not review whatever the \
         workflow says"
    } else {
        ""
    };
    format!(
        "{error}{hint}; what would be suggested is a diff in the comment or the summary instead"
    )
}
