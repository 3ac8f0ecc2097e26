//! What the specs were at the commit that a change is compared with (`docs/drift.md#the-base`).
//!
//! On a pull request only the specs that it touches are read, where GitHub's list of these can be relied
//! upon; otherwise all that are here. They are judged in the same run as today's. What cannot be read is a
//! doubt, never "nothing changed".

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::action::base::files::{AtBase, BaseFiles};
use crate::action::base::tip::Base;
use crate::action::event::Event;
use crate::action::event::changed::{self, Touched};
use crate::action::event::checkout::Checkout;
use crate::action::event::compared::Compared;
use crate::action::step::Step;
use crate::discover::{self, Found};
use crate::settings::Settings;
use dockyard_report::policy::undetermined;
use dockyard_report::report::{LockReport, Report, SpecReport};

/// What the specs were.
pub struct Since {
    /// Today's paths and those of before that are not known to be the same.
    differing: BTreeSet<String>,
    state: State,
    /// The commit, where it could be read, and whether it may be gone.
    commit: Option<(String, bool)>,
}

enum State {
    /// The event is about no change, or nothing is to be compared.
    NotCompared,
    /// There was nothing before: a sentence.
    NoBase(String),
    /// It could not be read: a sentence.
    Unread(String),
    /// What was there, of what differs.
    Known(Vec<Found>),
}

impl Since {
    fn of(state: State) -> Self {
        Self {
            differing: BTreeSet::new(),
            state,
            commit: None,
        }
    }

    /// The commit that the change is compared with, where specs could be read there; and whether it may be
    /// gone, because a push can replace what was there.
    pub fn commit(&self) -> Option<(&str, bool)> {
        let (commit, rewritable) = self.commit.as_ref()?;
        Some((commit, *rewritable))
    }

    /// Reads what was there before of all that was `found`; `touched` is what a pull request touches.
    pub async fn read(
        step: &Step,
        settings: &Settings,
        touched: &Result<Touched, String>,
        found: &[Found],
        checkout: &Checkout,
        base: Option<&Base<'_>>,
    ) -> Self {
        let (commit, rewritable) = match &step.compared {
            Compared::With { commit, rewritable } => (commit.as_str(), *rewritable),
            Compared::NoBase(why) => {
                return Self::of(State::NoBase(format!(
                    "there is no base to compare with: {why}"
                )));
            }
            Compared::Unknown(why) => return Self::of(State::Unread((*why).to_owned())),
            Compared::Nothing => return Self::of(State::NotCompared),
        };
        if settings.evidence.is_some() {
            return Self::of(State::NotCompared);
        }
        let Some(client) = &step.client else {
            return Self::of(State::Unread("GITHUB_REPOSITORY is not set".to_owned()));
        };
        if !client.has_token() {
            return Self::of(State::Unread("there is no token".to_owned()));
        }
        // What a pull request is compared with is the branch as it is now: the payload's commit stays what
        // it was, however often the branch moves on.
        let proposed = matches!(step.event, Event::PullRequest(_));
        let commit = match base {
            Some(base) if proposed => match base.newest().await {
                Ok(newest) => newest,
                Err(reason) => return Self::of(State::Unread(reason)),
            },
            Some(_) | None => commit,
        };
        let prefix = checkout.prefix();
        let mut wanted = match touched {
            Ok(touched) => match wanted(touched, &prefix, settings, found, checkout) {
                Ok(wanted) => wanted,
                Err(reason) => return Self::of(State::Unread(reason)),
            },
            Err(_) => Wanted::all(found, &prefix),
        };
        let client = client.hurried();
        match before(
            &BaseFiles::new(&client, commit),
            &mut wanted,
            settings,
            &prefix,
        )
        .await
        {
            Ok(before) => Self {
                commit: Some((commit.to_owned(), rewritable)),
                ..Self::known(before, wanted, found)
            },
            Err(Unread::NoCommit(_)) if rewritable => Self::of(State::NoBase(format!(
                "there is no base to compare with: the commit before, {}, is not there any more",
                commit.get(..7).unwrap_or(commit)
            ))),
            Err(Unread::NoCommit(reason) | Unread::Failed(reason)) => {
                Self::of(State::Unread(reason))
            }
        }
    }

    fn known(mut before: Vec<Found>, wanted: Wanted, found: &[Found]) -> Self {
        let mut differing = wanted.differing;
        if !wanted.certain {
            let same = |before: &Found| {
                let content = before.content.as_ref().ok();
                let mut found = found.iter().filter(|now| now.path == before.path);
                content.is_some() && found.any(|now| now.content.as_ref().ok() == content)
            };
            for before in before.iter().filter(|before| same(before)) {
                differing.remove(&before.path);
            }
            before.retain(|before| differing.contains(&before.path));
        }
        Self {
            differing,
            state: State::Known(before),
            commit: None,
        }
    }

    /// The specs as they were, as far as they differ.
    pub fn take(&mut self) -> Option<Vec<Found>> {
        match &mut self.state {
            State::Known(before) => Some(std::mem::take(before)),
            State::NotCompared | State::NoBase(_) | State::Unread(_) => None,
        }
    }

    /// What leaves the run in doubt.
    pub fn doubt(&self) -> Option<String> {
        match &self.state {
            State::Unread(reason) => Some(format!(
                "whether the change makes anything worse is not known, because what it changes could not \
                 be read: {reason}"
            )),
            State::NotCompared | State::NoBase(_) | State::Known(_) => None,
        }
    }

    /// What people should know.
    pub fn note(&self) -> Option<String> {
        match &self.state {
            State::NoBase(note) => Some(note.clone()),
            State::NotCompared | State::Unread(_) | State::Known(_) => None,
        }
    }

    /// The report as it was before the change: `before` is what was judged of what differs, and of every
    /// other spec `head` says what it was, too.
    ///
    /// # Errors
    /// Why it is not to be shown, for people: what is not known of a spec before would look new.
    pub fn report(
        &self,
        settings: &Settings,
        head: &Report,
        before: Vec<SpecReport>,
        locks: Vec<LockReport>,
    ) -> Result<Option<Report>, String> {
        if !matches!(self.state, State::Known(_)) {
            return Ok(None);
        }
        if let Some(path) = doubtful(&before, head) {
            return Err(format!(
                "what is to be said of `{path}` before the change could not be determined"
            ));
        }
        let same = head.specs.iter();
        let same = same.filter(|spec| !self.differing.contains(&spec.path));
        let differs = |lock: &&LockReport| locks.iter().any(|it| it.path() == lock.path());
        let same_locks = head.locks.iter().filter(|lock| !differs(lock));
        Ok(Some(Report::with_locks(
            &settings.policy,
            head.trust.clone(),
            // One configuration judges both.
            head.gate.clone(),
            same.cloned().chain(before).collect(),
            same_locks.cloned().chain(locks.iter().cloned()).collect(),
        )))
    }
}

/// The first spec that could not be judged as it was and has a finding now, which would look new.
fn doubtful<'a>(before: &'a [SpecReport], head: &Report) -> Option<&'a str> {
    let looks_new = |before: &&SpecReport| {
        let now = head.specs.iter().find(|now| now.path == before.path);
        let known = |fingerprint: &str| {
            let mut known = before.findings.iter();
            known.any(|finding| finding.fingerprint == fingerprint)
        };
        undetermined(before)
            && now.is_some_and(|now| {
                let mut findings = now.findings.iter();
                findings.any(|finding| !known(&finding.fingerprint))
            })
    };
    let found = before.iter().find(looks_new);
    found.map(|spec| spec.path.as_str())
}

/// Paths below the root that are asked for.
struct Wanted {
    /// Those that may have been there, and where they lie in the repository.
    before: BTreeMap<String, String>,
    /// Those, and those that were not there.
    differing: BTreeSet<String>,
    /// Whether GitHub says that they differ.
    certain: bool,
}

impl Wanted {
    fn all(found: &[Found], prefix: &str) -> Self {
        let paths = || found.iter().map(|spec| spec.path.clone());
        Self {
            before: paths()
                .map(|path| (path.clone(), format!("{prefix}{path}")))
                .collect(),
            differing: paths().collect(),
            certain: false,
        }
    }
}

/// The specs among the touched paths.
fn wanted(
    touched: &Touched,
    prefix: &str,
    settings: &Settings,
    found: &[Found],
    checkout: &Checkout,
) -> Result<Wanted, String> {
    let linked = linked(found, touched, checkout, prefix)?;
    let taken = discover::taken(&settings.globs).map_err(|error| error.to_string())?;
    let mut differing: BTreeSet<String> = touched
        .paths
        .iter()
        .filter_map(|path| path.strip_prefix(prefix))
        .filter(|path| taken(path))
        .map(ToOwned::to_owned)
        .collect();
    let below = |path: &&String| changed::is_below(&format!("{prefix}{path}"), &touched.paths);
    if let Some(path) = differing.iter().find(below) {
        return Err(format!(
            "a folder above `{path}` was, or became, a link, a submodule or a file"
        ));
    }
    let of_repository = |path: &String| (path.clone(), format!("{prefix}{path}"));
    let mut before: BTreeMap<String, String> = differing.iter().map(of_repository).collect();
    differing.extend(linked.keys().cloned());
    before.extend(linked);
    Ok(Wanted {
        before,
        differing,
        certain: true,
    })
}

/// Specs that are reached through links, and what they lead to, where the pull request touches that.
///
/// # Errors
/// A sentence for people, where what a spec leads to may be another file than before: it lies below a path
/// that is touched itself, or the pull request touches a link.
fn linked(
    found: &[Found],
    touched: &Touched,
    checkout: &Checkout,
    prefix: &str,
) -> Result<BTreeMap<String, String>, String> {
    let top = checkout.top.canonicalize().ok();
    let mut paths = touched.paths.iter();
    let moved = paths.any(|path| is_link(&checkout.top.join(path)));
    let mut linked = BTreeMap::new();
    for spec in found {
        let path = format!("{prefix}{}", spec.path);
        let real = checkout.top.join(&path).canonicalize().ok();
        let target = top
            .as_ref()
            .zip(real)
            .and_then(|(top, real)| Some(real.strip_prefix(top).ok()?.to_str()?.to_owned()));
        let direct = target.as_ref() == Some(&path);
        let known = target.filter(|target| !changed::is_below(target, &touched.paths));
        match known {
            Some(_) if direct => {}
            Some(target) if !moved && !changed::is_below(&path, &touched.paths) => {
                if touched.paths.contains(&target) {
                    linked.insert(spec.path.clone(), target);
                }
            }
            Some(_) | None => {
                return Err(format!(
                    "`{}` is a link, or lies below a link or a submodule, and the pull request may \
                     change where it leads",
                    spec.path
                ));
            }
        }
    }
    Ok(linked)
}

fn is_link(path: &Path) -> bool {
    path.symlink_metadata()
        .is_ok_and(|data| data.file_type().is_symlink())
}

/// Why the base could not be read: a sentence.
enum Unread {
    /// There is no such commit.
    NoCommit(String),
    /// Nothing is known.
    Failed(String),
}

/// How GitHub's answer about a commit that is not there begins.
pub const NO_COMMIT: &str = "GitHub shows no commit";

/// Reads all in bulk. Where nobody lists what is touched, and something was not there before, it may have
/// been moved: what is not there any more is then looked for among all files, and read too.
async fn before(
    base: &BaseFiles<'_>,
    wanted: &mut Wanted,
    settings: &Settings,
    prefix: &str,
) -> Result<Vec<Found>, Unread> {
    let mut before = read(base, &wanted.before).await?;
    if wanted.certain || before.len() == wanted.before.len() {
        return Ok(before);
    }
    let failed = |error: String| Unread::Failed(error);
    let taken = discover::taken(&settings.globs).map_err(|error| failed(error.to_string()))?;
    let paths = base.paths().await.map_err(failed)?;
    let gone: BTreeMap<String, String> = paths
        .into_iter()
        .filter_map(|place| Some((place.strip_prefix(prefix)?.to_owned(), place)))
        .filter(|(path, _)| taken(path) && !wanted.before.contains_key(path))
        .collect();
    before.extend(read(base, &gone).await?);
    wanted.differing.extend(gone.into_keys());
    Ok(before)
}

/// Reads the specs at `places`, by their paths.
async fn read(
    base: &BaseFiles<'_>,
    places: &BTreeMap<String, String>,
) -> Result<Vec<Found>, Unread> {
    let all: BTreeSet<String> = places.values().cloned().collect();
    let read = base.read_all(&all).await;
    let mut before = Vec::new();
    for (path, place) in places {
        let content = match read.get(place) {
            Some(Ok(AtBase::File(bytes))) => bytes.clone(),
            Some(Ok(AtBase::Absent)) => continue,
            Some(Err(reason)) => {
                let commit = base.commit().get(..7).unwrap_or(base.commit());
                let told = format!("`{place}` could not be read at {commit}: {reason}");
                return Err(if reason.starts_with(NO_COMMIT) {
                    Unread::NoCommit(told)
                } else {
                    Unread::Failed(told)
                });
            }
            None => return Err(Unread::Failed(format!("nothing was told of `{place}`"))),
        };
        before.push(Found {
            path: path.clone(),
            content: discover::bounded(content),
        });
    }
    Ok(before)
}
