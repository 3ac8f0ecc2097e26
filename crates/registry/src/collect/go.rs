//! Asking about Go packages: everything that is wanted at once, round by round, and nothing twice in a
//! run, whatever packages share of the database's tree, of modules or of documents.

mod memory;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::join_all;
use tokio::sync::OnceCell;

use crate::EvidenceSource;
use memory::Memory;
use package_provenance::evidence::GoRaw;
use package_provenance::evidence::go::GoRequest;
use package_provenance::evidence::go::sources::GoSources;
use package_provenance::evidence::{Body, EvidenceRequest, Fetched};
use package_provenance::package::GoPackage;
use package_provenance::trust::Sumdb;
use package_provenance::verify::go::{newest_head, wanted};

/// Most rounds of questions about one package. Three are usual; whole tiles instead of partial ones,
/// and each further proxy of the list, take one more.
const MAX_ROUNDS: usize = 64;

/// What a run knows of Go: who is asked, what was answered already, and the newest tree head.
#[derive(Debug)]
pub struct GoRun {
    sources: Arc<GoSources>,
    database: Sumdb,
    memory: Memory,
    answers: Mutex<BTreeMap<GoRequest, Arc<OnceCell<Fetched>>>>,
    /// The newest head that was verified: number of records, and the note.
    newest: Mutex<Option<(u64, Body)>>,
}

impl GoRun {
    /// A run that asks `sources` and believes `database`, without a memory of earlier runs.
    pub fn new(sources: GoSources, database: Sumdb) -> Self {
        Self {
            sources: Arc::new(sources),
            database,
            memory: Memory::none(),
            answers: Mutex::default(),
            newest: Mutex::default(),
        }
    }

    /// The same with a memory in `folder`: the newest tree head of earlier runs.
    #[must_use]
    pub fn remembering(self, folder: &Path) -> Self {
        let memory = Memory::open(folder, &self.database);
        Self { memory, ..self }
    }

    /// The same without what was answered: for a package whose kept answers are in doubt.
    #[must_use]
    pub fn afresh(&self) -> Self {
        Self {
            sources: Arc::clone(&self.sources),
            database: self.database.clone(),
            memory: self.memory.clone(),
            answers: Mutex::default(),
            newest: Mutex::default(),
        }
    }

    /// Asks everything that is needed to judge `package`.
    pub(super) async fn collect<S: EvidenceSource>(
        &self,
        source: &S,
        package: &GoPackage,
    ) -> GoRaw {
        let mut raw = GoRaw {
            sources: Arc::clone(&self.sources),
            answers: BTreeMap::new(),
        };
        for _ in 0..MAX_ROUNDS {
            let requests = wanted(package, &raw, self.database.anchor);
            if requests.is_empty() {
                break;
            }
            let answers = requests.iter().map(|request| self.ask(source, request));
            let answers = join_all(answers).await;
            raw.answers.extend(requests.into_iter().zip(answers));
        }
        raw
    }

    async fn ask<S: EvidenceSource>(&self, source: &S, request: &GoRequest) -> Fetched {
        let cell = {
            let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(answers.entry(request.clone()).or_default())
        };
        let answer = cell.get_or_init(async || {
            let question = EvidenceRequest::Go(request.clone());
            let fetched = source.fetch(&question);
            match request {
                // Only recorded evidence has one of its own.
                GoRequest::Remembered => match self.memory.note() {
                    Some(note) => Fetched::Found(note),
                    None => match fetched.await {
                        found @ Fetched::Found(_) => found,
                        Fetched::Missing | Fetched::Failed(_) => Fetched::Missing,
                    },
                },
                GoRequest::Proxy(..)
                | GoRequest::Lookup(..)
                | GoRequest::Latest(_)
                | GoRequest::Tile(..) => fetched.await,
            }
        });
        answer.await.clone()
    }

    /// Is told of answers that were verified: their newest head is what later runs hold others
    /// against.
    pub fn verified(&self, raw: &GoRaw) {
        let Some((size, note)) = newest_head(raw, &self.database) else {
            return;
        };
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.as_ref().is_none_or(|(known, _)| *known < size) {
            *newest = Some((size, note));
        }
    }

    /// Keeps the newest head for later runs. What went wrong, for people.
    pub fn finish(&self) -> Option<String> {
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let (size, note) = newest.as_ref()?;
        self.memory.keep(*size, note, &self.database)
    }
}
