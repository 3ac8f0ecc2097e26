//! A run over the specs, or over one part of them; or the parts' reports, joined.

use jiff::Timestamp;

use super::Note;
use crate::action::inputs::Mode;
use crate::action::step::Step;
use crate::commands::merge::{JoinError, parts};
use crate::discover::Found;
use crate::progress::Progress;
use crate::scan::{Examined, Remembered, Scope, examine_since, join_shards};
use crate::settings::Settings;

/// The first version of GitHub's runner whose `${{ runner.temp }}` an action in a container sees.
const SEES_TEMP: &str = "2.329.0";

/// What came of the specs.
pub struct Judged {
    /// The report, and what it was made from.
    pub examined: Examined,
    /// Whether shards have not reported.
    pub incomplete: bool,
}

/// Verifies what was found, or joins what the shards say of it.
///
/// # Errors
/// Why there is no report, for people.
pub async fn judge(
    step: &Step,
    found: Vec<Found>,
    remembered: Remembered,
    settings: &Settings,
    now: Timestamp,
    seen: &Scope,
    notes: &mut Vec<Note>,
) -> Result<Judged, String> {
    if step.inputs.mode == Mode::Merge {
        let joined = join(step, found, settings, now, seen, notes);
        return joined.map_err(|error| error.to_string());
    }
    let watch = Progress::hidden();
    let examined = examine_since(found, remembered, settings, now, &watch, seen).await;
    Ok(Judged {
        examined: examined.map_err(|error| error.to_string())?,
        incomplete: false,
    })
}

/// Joins what lies in the input's folder. Where there is no folder no shard has reported: what downloads
/// artifacts makes none for nothing.
fn join(
    step: &Step,
    found: Vec<Found>,
    settings: &Settings,
    now: Timestamp,
    seen: &Scope,
    notes: &mut Vec<Note>,
) -> Result<Judged, JoinError> {
    // Where it may lie has been looked at: `protect::shards`.
    let folder = step.inputs.shards.as_ref().filter(|it| it.exists());
    let parts = match folder {
        Some(folder) => parts(std::slice::from_ref(folder))?,
        None => Vec::new(),
    };
    let merged = join_shards(parts, found, settings, now, seen)??;
    let incomplete = !merged.missing.is_empty();
    notes.extend(incomplete.then(|| merged.to_string()));
    let named = step.inputs.shards.as_ref();
    notes.extend(named.filter(|_| folder.is_none()).map(|named| {
        format!(
            "shards: {} is not there: no artifact was downloaded into it, or the runner is older than \
             {SEES_TEMP} and does not show its temporary folder to an action in a container",
            named.display()
        )
    }));
    Ok(Judged {
        examined: Examined::elsewhere(merged.report),
        incomplete,
    })
}
