//! What the specs were at the commit that a change is compared with (`docs/drift.md#the-base`).
//!
//! On a pull request only the specs that it touches are read, where GitHub's list of these can be relied
//! upon; otherwise all that are here. They are judged in the same run as today's. What cannot be read is a
//! doubt, never "nothing changed".

use std::collections::BTreeSet;
use std::path::Path;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::action::base::files::{AtBase, BaseFiles, Unread};
use crate::action::event::changed::{self, Touched};
use crate::action::event::checkout::Checkout;
use crate::action::event::compared::Compared;
use crate::action::step::Step;
use crate::config::Settings;
use crate::discover::{self, Found};
use dockyard_report::report::{Report, SpecReport};

/// Files that are asked for at once.
const AT_ONCE: usize = 8;

/// What the specs were.
pub struct Since {
    /// Today's paths and those of before that are not known to be the same.
    differing: BTreeSet<String>,
    state: State,
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
        }
    }

    /// Reads what was there before of all that was `found`; `touched` is what a pull request touches.
    pub async fn read(
        step: &Step,
        settings: &Settings,
        touched: &Result<Touched, String>,
        found: &[Found],
        checkout: &Checkout,
    ) -> Self {
        let (commit, rewritable) = match &step.compared {
            Compared::With { commit, rewritable } => (commit, *rewritable),
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
        let prefix = checkout.prefix();
        let wanted = match touched {
            Ok(touched) => match wanted(touched, &prefix, settings, found, checkout) {
                Ok(wanted) => wanted,
                Err(reason) => return Self::of(State::Unread(reason)),
            },
            Err(_) => Wanted::all(found),
        };
        let client = client.hurried();
        match before(&BaseFiles::new(&client, commit), &wanted, &prefix).await {
            Ok(before) => Self::known(before, wanted, found),
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
    pub fn report(
        &self,
        settings: &Settings,
        head: &Report,
        before: Vec<SpecReport>,
    ) -> Option<Report> {
        if !matches!(self.state, State::Known(_)) {
            return None;
        }
        let same = head.specs.iter();
        let same = same.filter(|spec| !self.differing.contains(&spec.path));
        Some(Report::new(
            &settings.policy,
            head.trust.clone(),
            // One configuration judges both.
            head.gate.clone(),
            same.cloned().chain(before).collect(),
        ))
    }
}

/// Paths below the root that are asked for.
struct Wanted {
    /// Those that may have been there.
    before: BTreeSet<String>,
    /// Those, and those that were not there.
    differing: BTreeSet<String>,
    /// Whether GitHub says that they differ.
    certain: bool,
}

impl Wanted {
    fn all(found: &[Found]) -> Self {
        let paths: BTreeSet<String> = found.iter().map(|spec| spec.path.clone()).collect();
        Self {
            before: paths.clone(),
            differing: paths,
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
    if let Some(path) = hidden(found, touched, checkout, prefix) {
        return Err(format!(
            "`{path}` is a link, or lies below a link or a submodule, and what it leads to is changed"
        ));
    }
    let taken = discover::taken(&settings.globs).map_err(|error| error.to_string())?;
    let differing: BTreeSet<String> = touched
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
    let added = |path: &&String| touched.added.contains(&format!("{prefix}{path}"));
    Ok(Wanted {
        before: differing
            .iter()
            .filter(|path| !added(path))
            .cloned()
            .collect(),
        differing,
        certain: true,
    })
}

/// The first spec that the pull request may change without touching its path: one that is reached through
/// links, where it touches what they lead to or any link, and one below a path that it touches itself.
fn hidden<'a>(
    found: &'a [Found],
    touched: &Touched,
    checkout: &Checkout,
    prefix: &str,
) -> Option<&'a str> {
    let top = checkout.top.canonicalize().ok();
    let links = || {
        let mut paths = touched.paths.iter();
        paths.any(|path| is_link(&checkout.top.join(path)))
    };
    let hidden = found.iter().find(|spec| {
        let path = format!("{prefix}{}", spec.path);
        if changed::is_below(&path, &touched.paths) {
            return true;
        }
        let real = checkout.top.join(&path).canonicalize().ok();
        let target = top
            .as_ref()
            .zip(real)
            .and_then(|(top, real)| Some(real.strip_prefix(top).ok()?.to_owned()));
        match target.as_deref().and_then(Path::to_str) {
            Some(target) if target == path => false,
            Some(target) => {
                touched.paths.contains(target)
                    || changed::is_below(target, &touched.paths)
                    || links()
            }
            None => true,
        }
    });
    hidden.map(|spec| spec.path.as_str())
}

fn is_link(path: &Path) -> bool {
    path.symlink_metadata()
        .is_ok_and(|data| data.file_type().is_symlink())
}

async fn before(base: &BaseFiles<'_>, wanted: &Wanted, prefix: &str) -> Result<Vec<Found>, Unread> {
    let read = wanted.before.iter().map(async |path| {
        let content = base.read_at(&format!("{prefix}{path}")).await?;
        Ok::<_, Unread>(match content {
            AtBase::File(bytes) => Some(Found {
                path: path.clone(),
                content: discover::bounded(bytes),
            }),
            AtBase::Absent => None,
        })
    });
    let read: Vec<Option<Found>> = stream::iter(read).buffered(AT_ONCE).try_collect().await?;
    Ok(read.into_iter().flatten().collect())
}
