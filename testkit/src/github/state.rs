//! What the GitHub remembers, and how it is told to misbehave.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::history::History;

/// One repository.
#[derive(Debug, Default)]
pub struct Repository {
    /// Comments, in order.
    pub comments: Vec<Comment>,
    /// Pull requests by number.
    pub pulls: BTreeMap<u64, Pull>,
    /// Files by commit and path.
    pub files: BTreeMap<(String, String), Vec<u8>>,
    /// Links by commit and path, and where they lead.
    pub links: BTreeMap<(String, String), String>,
    /// The newest commit of a branch, where it is not the one that pull requests are compared with;
    /// none where there is no such branch.
    pub branches: BTreeMap<String, Option<String>>,
    /// Commits, tags and what else there is of a history.
    pub history: History,
    /// The diff of a pull request's file, by its name; of others there is none.
    pub patches: BTreeMap<String, String>,
    /// Comments of reviews, in order.
    pub review_comments: Vec<ReviewComment>,
    /// How many reviews there are.
    pub reviews: u64,
    /// SARIF uploads, in order.
    pub sarifs: Vec<Sarif>,
    /// How it misbehaves.
    pub knobs: Knobs,
    /// Every request so far.
    pub calls: Vec<Call>,
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its number; a new one is counted on.
    pub id: u64,
    /// The pull request.
    pub pull: u64,
    /// Who wrote it.
    pub login: String,
    /// `Bot` or `User`.
    pub kind: String,
    /// Its text.
    pub body: String,
    /// How often it was rewritten.
    pub edits: usize,
}

/// A comment of a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewComment {
    /// The pull request.
    pub pull: u64,
    /// The file.
    pub path: String,
    /// Its first line in the new file.
    pub start_line: u64,
    /// Its last line.
    pub line: u64,
    /// Who wrote it.
    pub login: String,
    /// `Bot` or `User`.
    pub kind: String,
    /// Its text.
    pub body: String,
}

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// Its newest commit.
    pub head_sha: String,
    /// Its branch.
    pub head_branch: String,
    /// Where it comes from.
    pub head_repository: String,
    /// Whether it is open.
    pub open: bool,
    /// Files: name, and the name before where it was renamed.
    pub files: Vec<(String, Option<String>)>,
    /// Those among them that it removes.
    pub removed: BTreeSet<String>,
    /// How many files it says to have, where that is a lie.
    pub changed_files: Option<usize>,
}

/// An upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sarif {
    /// Its id.
    pub id: String,
    /// The request.
    pub request: Value,
    /// How often it was asked about.
    pub polls: usize,
}

/// Whether code scanning is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CodeScanning {
    /// It is.
    #[default]
    On,
    /// 404.
    Missing,
    /// 403: not enabled.
    Disabled,
    /// 403: not licensed.
    Unlicensed,
}

/// How a repository misbehaves.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a refusal of its own"
)]
pub struct Knobs {
    /// The branch that pull requests are to be merged into, where it is not `main`.
    pub base_branch: Option<String>,
    /// The list of all files of a commit is cut.
    pub cut_trees: bool,
    /// Every request is 403.
    pub forbidden: bool,
    /// Every request is 404, as for a private repository.
    pub hidden: bool,
    /// Every write is 403, as for a fork's token.
    pub read_only: bool,
    /// Comments are 403, because the conversation is locked.
    pub locked: bool,
    /// Code scanning.
    pub code_scanning: CodeScanning,
    /// How often an upload is still pending when it is asked about.
    pub pending: usize,
    /// What code scanning finds wrong with an upload.
    pub sarif_errors: Vec<String>,
    /// What the token may, as in a job's `permissions` (`contents`, `pull-requests`,
    /// `security-events` with `read` or `write`); none is everything.
    pub permissions: Option<BTreeMap<String, String>>,
    /// A comment of another run, which arrives right before the next one that is written.
    pub racing: Option<Comment>,
    /// Answers that go wrong, the first that fits.
    pub faults: Vec<Fault>,
}

/// The path of what goes wrong with the repository itself only.
pub const REPOSITORY: &str = "(the repository)";

/// An answer that goes wrong.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The method.
    pub method: &'static str,
    /// What the path must hold, or [`REPOSITORY`].
    pub path: &'static str,
    /// The status instead.
    pub status: u16,
    /// Headers of the answer.
    pub headers: Vec<(&'static str, String)>,
    /// How often.
    pub times: usize,
    /// Whether what was asked for is done before the answer goes wrong.
    pub done: bool,
    /// What GraphQL answers instead, with status 200.
    pub instead: Option<Value>,
}

impl Fault {
    /// `status` for the first `times` requests of `method` whose path holds `path`.
    pub fn new(method: &'static str, path: &'static str, status: u16, times: usize) -> Self {
        Self {
            method,
            path,
            status,
            headers: Vec::new(),
            times,
            done: false,
            instead: None,
        }
    }
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The method.
    pub method: String,
    /// The path below the repository, without the query.
    pub path: String,
    /// `Authorization`, as sent.
    pub authorization: Option<String>,
    /// `User-Agent`, as sent.
    pub agent: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    repositories: Mutex<BTreeMap<String, Repository>>,
    ended: AtomicBool,
    delay: AtomicU64,
    graphql_delay: AtomicU64,
    requests: AtomicUsize,
    record: Mutex<Option<PathBuf>>,
}

impl State {
    pub(super) fn with<T>(&self, look: impl FnOnce(&mut BTreeMap<String, Repository>) -> T) -> T {
        let mut repositories = self
            .repositories
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        look(&mut repositories)
    }

    pub(super) fn delay(&self, time: Duration) {
        self.delay.store(millis(time), Ordering::SeqCst);
    }

    pub(super) fn delay_graphql(&self, time: Duration) {
        self.graphql_delay.store(millis(time), Ordering::SeqCst);
    }

    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    pub(super) fn record(&self, file: PathBuf) {
        *self.record.lock().unwrap_or_else(PoisonError::into_inner) = Some(file);
    }

    /// Writes down a question to GraphQL and its answer, where that is asked for.
    pub(super) fn exchanged(&self, query: &Value, answer: Option<&Value>) {
        let record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = record.as_deref() else {
            return;
        };
        let line = format!(
            "{}\n",
            serde_json::json!({"query": query, "answer": answer})
        );
        let mut options = std::fs::OpenOptions::new();
        let opened = options.create(true).append(true).open(file);
        // What cannot be written is missed by who counts the lines.
        let _ = opened.and_then(|mut file| file.write_all(line.as_bytes()));
    }

    /// Takes note of a request for `path`, and waits as long as an answer has to.
    pub(super) fn asked(&self, path: &str) {
        self.requests.fetch_add(1, Ordering::SeqCst);
        let mut millis = self.delay.load(Ordering::SeqCst);
        if path.ends_with("/graphql") {
            millis = millis.max(self.graphql_delay.load(Ordering::SeqCst));
        }
        if millis > 0 {
            std::thread::sleep(Duration::from_millis(millis));
        }
    }

    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
