//! Whether a shard's report can be of this run, by its time.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use untrusted_text::quoted;

use super::read::ShardReport;
use crate::report::shard::Shard;

/// Oldest report that is taken: no run of GitHub's jobs that follow each other takes longer without being an
/// accident, and one that lay there since yesterday hides that its shard has crashed.
const MAX_AGE: SignedDuration = SignedDuration::from_hours(24);
/// How far the clocks of two jobs' machines may be apart.
const CLOCKS: SignedDuration = SignedDuration::from_mins(5);

/// The reports that can be of this run, and of the others why they count as missing.
pub(super) fn current(
    parts: BTreeMap<Shard, ShardReport>,
    now: Timestamp,
) -> (BTreeMap<Shard, ShardReport>, Vec<String>) {
    let mut outdated = Vec::new();
    let mut current = BTreeMap::new();
    for (shard, part) in parts {
        match part.outdated(now) {
            Some(why) => outdated.push(why),
            None => {
                current.insert(shard, part);
            }
        }
    }
    (current, outdated)
}

impl ShardReport {
    /// Why it counts as missing at `now`, for people, where its time says that it is of another run.
    fn outdated(&self, now: Timestamp) -> Option<String> {
        let made = self.record.scanned_at;
        let age = now.duration_since(made);
        let why = if age > MAX_AGE {
            "more than 24 hours ago"
        } else if age < -CLOCKS {
            "in the future"
        } else {
            return None;
        };
        let (shard, name) = (self.shard(), quoted(&self.name));
        Some(format!(
            "the report of shard {shard} in {name} was made {why} ({made}) and is not taken; run the shard again"
        ))
    }
}
