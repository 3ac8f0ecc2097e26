//! What was not suggested in a review, as a diff for a comment or a summary.

use super::{Candidate, fence};
use crate::report::diff::unified;

/// Most bytes of all diffs: the findings need the room of a comment more.
const MAX_DIFFS: usize = 16_000;

/// A section of Markdown with the diffs of `candidates`; empty where there are none. A spec whose diff
/// has no room, or cannot be shown as it is, is counted.
pub fn section(candidates: &[&Candidate]) -> String {
    if candidates.is_empty() {
        return String::new();
    }
    let (mut diffs, mut more) = (String::new(), 0_usize);
    for candidate in candidates {
        let diff = unified(&candidate.path, &candidate.before, &candidate.after);
        // A line that had to be neutralised is not what would be written, and GitHub keeps no `\r`.
        let faithful = diff.applies && !diff.text.contains('\r');
        if faithful && diffs.len() + diff.text.len() <= MAX_DIFFS {
            diffs.push_str(&diff.text);
        } else {
            more += 1;
        }
    }
    let number = candidates.len();
    let plural = if number == 1 { "" } else { "s" };
    let shown = if diffs.is_empty() {
        String::new()
    } else {
        let fence = fence(&diffs);
        format!("\n{fence}diff\n{diffs}{fence}\n")
    };
    let left_out = if more == 0 {
        String::new()
    } else {
        format!("\n{more} of them without a diff here.\n")
    };
    format!(
        "\n<details><summary>Proven and not declared: {number} spec{plural}</summary>\n\n\
         `dockyard-provenance declare --write` declares it. Check first that each is the project's own \
         publisher.\n{shown}{left_out}\n</details>\n"
    )
}
