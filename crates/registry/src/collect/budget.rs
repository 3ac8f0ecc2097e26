//! How much of one release's provenance is held.

use std::collections::BTreeMap;

use package_provenance::evidence::{FetchError, FetchProblem, Fetched};

/// Answers with their places in a list, of which the first are kept as long as all bytes up to them
/// fit. The order in which they arrive changes nothing: what is too much is the end of the list.
#[derive(Debug)]
pub(super) struct Budget {
    limit: usize,
    held: usize,
    bodies: BTreeMap<usize, Answer>,
    dropped: BTreeMap<usize, Answer>,
}

/// What is known by what name.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) name: String,
    /// What was asked, for a message.
    pub(super) asked: String,
    pub(super) fetched: Fetched,
}

impl Answer {
    fn bytes(&self) -> usize {
        match &self.fetched {
            Fetched::Found(body) => body.len(),
            Fetched::Missing | Fetched::Failed(_) => 0,
        }
    }
}

impl Budget {
    /// Holds at most `limit` bytes between two calls.
    pub(super) const fn new(limit: usize) -> Self {
        Self {
            limit,
            held: 0,
            bodies: BTreeMap::new(),
            dropped: BTreeMap::new(),
        }
    }

    /// Takes the answer at `place`.
    pub(super) fn take(&mut self, place: usize, answer: Answer) {
        let first_dropped = self.dropped.first_key_value();
        if first_dropped.is_some_and(|(dropped, _)| *dropped < place) {
            self.give_up(place, answer);
            return;
        }
        self.held = self.held.saturating_add(answer.bytes());
        self.bodies.insert(place, answer);
        while self.held > self.limit {
            let Some((place, answer)) = self.bodies.pop_last() else {
                return;
            };
            self.held = self.held.saturating_sub(answer.bytes());
            self.give_up(place, answer);
        }
    }

    fn give_up(&mut self, place: usize, mut answer: Answer) {
        answer.fetched = Fetched::Failed(FetchError {
            asked: answer.asked.clone(),
            problem: FetchProblem::TooLarge { limit: self.limit },
        });
        self.dropped.insert(place, answer);
    }

    /// All answers, or that they are too many, by their names.
    pub(super) fn into_answers(self) -> BTreeMap<String, Fetched> {
        self.bodies
            .into_values()
            .chain(self.dropped.into_values())
            .map(|answer| (answer.name, answer.fetched))
            .collect()
    }
}

#[cfg(test)]
mod tests;
