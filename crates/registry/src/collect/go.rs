//! Asking about Go packages: everything that is wanted at once, round by round, and nothing twice in a
//! run, whatever packages share of the database's tree, of modules or of documents.

mod memory;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::join_all;
use tokio::sync::OnceCell;

use crate::EvidenceSource;
use memory::Memory;
use package_provenance::evidence::GoRaw;
use package_provenance::evidence::go::GoRequest;
use package_provenance::evidence::go::note::TreeHead;
use package_provenance::evidence::go::sources::GoSources;
use package_provenance::evidence::{Body, EvidenceRequest, FetchProblem, Fetched};
use package_provenance::package::GoPackage;
use package_provenance::trust::Sumdb;
use package_provenance::verify::go::{proven_heads, wanted};

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
    /// What was answered from the disk.
    from_disk: Mutex<BTreeSet<GoRequest>>,
    /// The newest head that was proven, and the note; packages that are asked about afresh share it.
    newest: Arc<Mutex<Option<(TreeHead, Body)>>>,
}

impl GoRun {
    /// A run that asks `sources` and believes `database`, without a memory of earlier runs.
    pub fn new(sources: GoSources, database: Sumdb) -> Self {
        Self {
            sources: Arc::new(sources),
            database,
            memory: Memory::none(),
            answers: Mutex::default(),
            from_disk: Mutex::default(),
            newest: Arc::default(),
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
            from_disk: Mutex::default(),
            newest: Arc::clone(&self.newest),
        }
    }

    /// As [`GoRun::afresh`], and what it sees is held against nothing else: for what is only tried.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self {
            newest: Arc::default(),
            ..self.afresh()
        }
    }

    /// Asks everything that is needed to judge `package`, also by the newest tree head that the run saw
    /// beside other packages. Each package's heads are compared with those of all before it, whatever
    /// is asked at the same time.
    pub(super) async fn collect<S: EvidenceSource>(
        &self,
        source: &S,
        package: &GoPackage,
    ) -> GoRaw {
        let mut raw = GoRaw {
            sources: Arc::clone(&self.sources),
            answers: BTreeMap::new(),
            seen: None,
        };
        self.complete(source, package, &mut raw).await;
        while let Some(seen) = self.compare(package, &raw) {
            let mut with = raw.clone();
            with.seen = Some(seen);
            self.complete(source, package, &mut with).await;
            if not_kept(&with) && !not_kept(&raw) {
                // Nobody is asked but what an earlier run kept, and that run compared them.
                break;
            }
            raw = with;
        }
        raw
    }

    /// Asks whatever is lacking in `raw`.
    async fn complete<S: EvidenceSource>(&self, source: &S, package: &GoPackage, raw: &mut GoRaw) {
        for _ in 0..MAX_ROUNDS {
            let requests = wanted(package, raw, &self.database);
            if requests.is_empty() {
                break;
            }
            let answers = requests.iter().map(|request| self.ask(source, request));
            let answers = join_all(answers).await;
            raw.answers.extend(requests.into_iter().zip(answers));
        }
    }

    /// The newest head of the run, where `raw` has to be held against it still. Otherwise what `raw`
    /// proves becomes the newest, where it is newer.
    fn compare(&self, package: &GoPackage, raw: &GoRaw) -> Option<Body> {
        let heads = proven_heads(package, raw, &self.database);
        let newest_here = heads.iter().max_by_key(|(head, _)| head.size)?;
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, note)) = newest.as_ref() {
            if heads.iter().all(|(head, _)| head != known) {
                return Some(Body::clone(note));
            }
            if known.size >= newest_here.0.size {
                return None;
            }
        }
        *newest = Some(newest_here.clone());
        None
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
                | GoRequest::Tile(..) => {
                    let fetched = fetched.await;
                    if source.is_from_disk(&question) {
                        let from_disk = self.from_disk.lock();
                        let mut from_disk = from_disk.unwrap_or_else(PoisonError::into_inner);
                        from_disk.insert(request.clone());
                    }
                    fetched
                }
            }
        });
        answer.await.clone()
    }

    /// Whether anything in `raw` came from the disk: another package may have brought it along, so that
    /// its own session knows nothing of that.
    pub fn rests_on_disk(&self, raw: &GoRaw) -> bool {
        let from_disk = self
            .from_disk
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        raw.answers
            .keys()
            .any(|request| from_disk.contains(request))
    }

    /// Puts what the registries answered afresh in the place of what came from the disk.
    pub fn replace(&self, raw: &GoRaw) {
        let from_disk = self
            .from_disk
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        for (request, answer) in &raw.answers {
            // Who was given the former answer is still told that it came from the disk.
            if from_disk.contains(request) && !matches!(answer, Fetched::Failed(_)) {
                let cell = OnceCell::new_with(Some(answer.clone()));
                answers.insert(request.clone(), Arc::new(cell));
            }
        }
    }

    /// Keeps the newest head for later runs. What went wrong, for people.
    pub fn finish(&self) -> Option<String> {
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let (head, note) = newest.as_ref()?;
        self.memory.keep(head.size, note, &self.database)
    }
}

/// Whether a tile is lacking because nobody is asked.
fn not_kept(raw: &GoRaw) -> bool {
    raw.answers
        .iter()
        .any(|(request, answer)| match (request, answer) {
            (GoRequest::Tile(..), Fetched::Failed(error)) => matches!(
                error.problem,
                FetchProblem::NotRecorded | FetchProblem::NotCached
            ),
            _ => false,
        })
}
