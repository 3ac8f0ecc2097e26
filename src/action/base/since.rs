//! What a pull request changes: the report as it would be on the base branch, for readers.
//!
//! Only specs that the pull request touches are read from the base and judged, by the same settings,
//! trust and cache; of every other spec, the report's own result is the base's too. Whatever leaves a
//! doubt about that leads to no comparison and to a sentence that says why: the comparison is shown
//! beside a report that is finished, and is no part of it.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use crate::action::base::files::{AtBase, BaseFiles};
use crate::action::event::Event;
use crate::action::event::changed::{self, Touched};
use crate::action::event::checkout::Checkout;
use crate::action::inputs::CommentWhen;
use crate::action::step::Step;
use crate::config::Settings;
use crate::discover::{self, Found};
use crate::progress::Progress;
use crate::run;
use dockyard_report::policy::undetermined;
use dockyard_report::report::{Report, SpecReport};

/// Most specs that are read from the base: each is a request to GitHub, and all pull requests share
/// the repository's allowance.
const MAX_SPECS: usize = 20;

/// Longest time for judging them.
const PATIENCE: Duration = Duration::from_secs(120);

/// Whether anybody is shown a comparison, and there can be one.
pub fn is_wanted(step: &Step, settings: &Settings) -> bool {
    let shown = step.inputs.comment != CommentWhen::Never || step.inputs.summary;
    matches!(step.event, Event::PullRequest(_)) && shown && settings.evidence.is_none()
}

/// Which specs differ from the base's.
pub struct Comparison {
    /// Which they are, or why that is not known.
    specs: Result<Differing, String>,
    /// The root's path in the repository.
    prefix: String,
}

/// Paths below the root.
struct Differing {
    /// Today's and those of before.
    all: BTreeSet<String>,
    /// Those among them that may be on the base.
    before: BTreeSet<String>,
}

impl Comparison {
    /// Looks at what the pull request touches, and at all that was `found` in the checkout. None
    /// where nobody is shown a comparison.
    pub fn prepare(
        step: &Step,
        settings: &Settings,
        touched: &Result<Touched, String>,
        found: &[Found],
        checkout: &Checkout,
    ) -> Option<Self> {
        let prefix = checkout.prefix();
        let specs = touched.clone().and_then(|touched| {
            if let Some(path) = changed::uncertain(found, &touched.paths, &checkout.top, &prefix) {
                return Err(format!(
                    "`{path}` is a link, or lies below a link or a submodule"
                ));
            }
            specs(&touched, &prefix, &settings.globs)
        });
        is_wanted(step, settings).then_some(Self { specs, prefix })
    }

    /// The report as it would be on the base.
    ///
    /// # Errors
    /// Why it is not known, for people.
    pub async fn base(
        self,
        step: &Step,
        settings: &Settings,
        head: &Report,
        now: Timestamp,
    ) -> Result<Option<Report>, String> {
        let (Event::PullRequest(request), Some(client)) = (&step.event, &step.client) else {
            return Ok(None);
        };
        let specs = self.specs?;
        let client = client.hurried();
        let base = BaseFiles::new(&client, &request.base_sha);
        let before = read(&base, &specs.before, &self.prefix).await?;
        let judged = judge(before, settings, head, now).await?;
        if let Some(path) = doubtful(&judged, head) {
            return Err(format!(
                "what is to be said of `{path}` on the base branch could not be determined"
            ));
        }
        let same = head
            .specs
            .iter()
            .filter(|spec| !specs.all.contains(&spec.path))
            .cloned();
        Ok(Some(Report::new(
            &settings.policy,
            head.trust.clone(),
            // One configuration judges both: the base's.
            head.gate.clone(),
            same.chain(judged).collect(),
        )))
    }
}

/// The specs among the touched paths.
fn specs(touched: &Touched, prefix: &str, globs: &[String]) -> Result<Differing, String> {
    let taken = discover::taken(globs).map_err(|error| error.to_string())?;
    let all: BTreeSet<String> = touched
        .paths
        .iter()
        .filter_map(|path| path.strip_prefix(prefix))
        .filter(|path| taken(path))
        .map(ToOwned::to_owned)
        .collect();
    let below = |path: &&String| changed::is_below(&format!("{prefix}{path}"), &touched.paths);
    if let Some(path) = all.iter().find(below) {
        return Err(format!(
            "a folder above `{path}` was, or became, a link, a submodule or a file"
        ));
    }
    let added = |path: &&String| touched.added.contains(&format!("{prefix}{path}"));
    let before: BTreeSet<String> = all.iter().filter(|path| !added(path)).cloned().collect();
    if before.len() > MAX_SPECS {
        return Err(format!(
            "the pull request touches {} specs that it does not add, and at most {MAX_SPECS} are read \
             from the base branch",
            before.len()
        ));
    }
    Ok(Differing { all, before })
}

async fn read(
    base: &BaseFiles<'_>,
    specs: &BTreeSet<String>,
    prefix: &str,
) -> Result<Vec<Found>, String> {
    let mut before = Vec::new();
    for path in specs {
        match base.read(&format!("{prefix}{path}")).await? {
            AtBase::File(bytes) => before.push(Found {
                path: path.clone(),
                content: discover::bounded(bytes),
            }),
            AtBase::Absent => {}
        }
    }
    Ok(before)
}

/// Judges what was there `before` as `head` was judged.
async fn judge(
    before: Vec<Found>,
    settings: &Settings,
    head: &Report,
    now: Timestamp,
) -> Result<Vec<SpecReport>, String> {
    if before.is_empty() {
        return Ok(Vec::new());
    }
    let progress = Progress::hidden();
    let judged = run::report_on(before, settings, now, &progress);
    let Ok(judged) = tokio::time::timeout(PATIENCE, judged).await else {
        return Err(format!(
            "judging the base branch's specs took longer than {} s",
            PATIENCE.as_secs()
        ));
    };
    let judged = judged.map_err(|error| error.to_string())?;
    let trust = |report: &Report| {
        let trust = &report.trust;
        (trust.source, trust.as_of.clone(), trust.problem.is_some())
    };
    if trust(&judged) != trust(head) {
        return Err("the base branch's specs would be judged by other trust material".to_owned());
    }
    Ok(judged.specs)
}

/// The first spec that could not be judged on the base and has a finding now, which would look new.
fn doubtful<'a>(judged: &'a [SpecReport], head: &Report) -> Option<&'a str> {
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
    let found = judged.iter().find(looks_new);
    found.map(|spec| spec.path.as_str())
}
