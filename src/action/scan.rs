//! `scan` mode: whose configuration holds, which specs are looked at, and the report.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

use super::Note;
use super::comment::pulls;
use crate::action::base::novelty;
use crate::action::base::protect::{self, configuration, trust_of_base};
use crate::action::base::since::Since;
use crate::action::base::tip::Base;
use crate::action::event::Event;
use crate::action::event::changed::{Touched, Unlisted};
use crate::action::event::checkout::Checkout;
use crate::action::event::compared::Compared;
use crate::action::handover::Handover;
use crate::action::inputs::Mode;
use crate::action::inputs::named::by_inputs;
use crate::action::locks::{self, Sought};
use crate::action::missing::{self, Places};
use crate::action::own::{own_checkout, own_content};
use crate::action::parts;
use crate::action::scope::{self, narrow, watched};
use crate::action::step::Step;
use crate::action::suggest::proposals::{Contents, Proposal};
use crate::discover::{DiscoverError, Found, discover};
use crate::scan;
use crate::scan::Remembered;
use crate::settings::{
    CacheChoice, ConfigChoice, Environment, GitHubAccess, Request, Settings, settle,
};
use dockyard_registry::credentials::Secret;
use dockyard_report::policy::novelty::Novelty;
use dockyard_report::policy::usage::Extent;
use dockyard_report::report::table::{self, TableOptions};
use dockyard_report::report::{Links, Report};
use package_provenance::verify::Status;

/// What narrowed a run down where a pull request touches none of the specs.
const NOTHING_TOUCHED: &str = "changed-only: the pull request touches no spec";

/// What recorded evidence leaves out.
const NOT_COMPARED: &str = "evidence is recorded (input): what the change makes worse is not judged, because the \
     recording knows nothing of what was there before";

/// What the check is called where a pull request can change what it rests on.
const CHANGEABLE: &str = "Package provenance, by evidence that a pull request can change";

/// Why recorded answers of GitHub decide nothing there.
const UNSIGNED: &str = "what the recorded evidence says of skills is not signed by anybody, and the pull \
     request can change it";

/// How a report is drawn in the log.
pub const fn of_log(verbose: bool) -> TableOptions<'static> {
    TableOptions {
        width: 120,
        color: false,
        verbose,
        root_prefix: "",
    }
}

/// A report and what belongs to it.
pub struct Scanned {
    /// The report.
    pub report: Report,
    /// What it was before the change, where that is known.
    pub base: Option<Report>,
    /// What could be suggested.
    pub proposals: Vec<Proposal>,
    /// What the check is called: a part of the verdict's line.
    pub heading: &'static str,
    /// The report for the log.
    pub table: String,
    /// What it may link to.
    pub links: Links,
    /// What was scanned.
    pub checkout: Checkout,
    /// Whether only some of the specs were looked at.
    pub narrowed: bool,
    /// Whether specs that the pull request touches were not there, or may not have been.
    pub missed: bool,
    /// Whether shards have not reported.
    pub incomplete: bool,
    /// What people must know.
    pub notes: Vec<Note>,
}

/// Scans the checkout.
///
/// # Errors
/// Every reason why it cannot be scanned, for people.
#[expect(clippy::too_many_lines, reason = "the steps of a scan, in their order")]
pub async fn run(
    step: &Step,
    environment: &Environment,
    now: Timestamp,
) -> Result<Scanned, Vec<String>> {
    let one = |error: String| vec![error];
    let checkout = Checkout::around(&step.runner.workspace, &step.inputs.root);
    let mut notes = Vec::new();
    own_checkout(step, &checkout, &mut notes).map_err(one)?;
    protect::shards(step, &checkout).map_err(one)?;
    let base = Base::of(&step.event, step.client.as_ref());
    let (config, mut doubts) = configuration(step, &checkout, base.as_ref(), &mut notes).await;
    let watched = watched(step, &checkout);
    let mut request = request(step, &checkout, config);
    let mut environment = environment.clone();
    protect::cache(step, &checkout, &mut request, &mut environment, &mut notes);
    // The runner's own, and the input's token.
    environment.github_api_url = None;
    if let Some(contradiction) = request.options.trust.contradiction() {
        return Err(one(by_inputs(contradiction)));
    }
    let settled = settle(request, &environment).map(in_inputs);
    let mut settings = settled.map_err(|error| {
        let of_base = base.as_ref().and_then(Base::tip);
        let of_base = of_base.map(|tip| format!("the configuration is that of {tip}"));
        lines(&error).into_iter().chain(of_base).collect::<Vec<_>>()
    })?;
    settings.github = GitHubAccess {
        api: step.runner.api_url.clone(),
        token: (step.inputs.token.as_ref()).map(|token| Secret::new(token.reveal())),
    };
    let kept = trust_of_base(&mut settings, &checkout, base.as_ref())
        .await
        .map_err(one)?;
    protect::baseline(step, &checkout, &settings).map_err(one)?;
    let cache = match &settings.cache {
        CacheChoice::Folder(folder) => Handover::begin(&step.runner.workspace, folder),
        CacheChoice::Off | CacheChoice::Nowhere => None,
    };
    notes.append(&mut settings.warnings);
    if step.inputs.warn_only {
        let change = "warn-only is true (input): findings do not fail the step";
        settings.changes.push(change.to_owned());
    }
    let patterns = &step.inputs.locks;
    let sought = locks::find(patterns, &settings).map_err(|error| lines(&error))?;
    own_content(step, &sought.files, &settings, &checkout).map_err(one)?;
    let lock_files = locks::read(&sought.files, &settings).map_err(|error| lines(&error))?;
    let Looked {
        found,
        listed,
        missing,
        removed,
    } = look(step, &settings, &checkout, &sought).await?;
    doubts.extend(removed);
    let missed = missing.is_some();
    let rests_on_base = base.as_ref().and_then(Base::tip).is_some();
    if rests_on_base || step.inputs.options.gate.config() != ConfigChoice::Ignore {
        doubts.extend(scope::other_base(&listed));
    }
    let total = found.len();
    let touched = match &missing {
        // What is not there is neither untouched nor removed.
        Some(_) => Err("not everything that the pull request touches is there".to_owned()),
        None => scope::touched(step, &checkout, listed),
    };
    let judged_by = base.as_ref().and_then(Base::tip);
    let mut since = Since::read(step, &settings, &touched, &found, &checkout, base.as_ref()).await;
    if settings.evidence.is_some() && matches!(step.compared, Compared::With { .. }) {
        settings.changes.push(NOT_COMPARED.to_owned());
    }
    let locks_before = locks::since(step, &since, &lock_files, &touched, (&settings, &checkout));
    let locks_before = locks_before.await.unwrap_or_else(|reason| {
        doubts.push(format!(
            "whether the change makes a lock file worse is not known: {reason}"
        ));
        BTreeMap::new()
    });
    let (novelty, unknown) =
        novelty::of(step, &settings, &touched, &found, &checkout, base.as_ref()).await;
    let found = narrow(
        step, found, &checkout, &settings, touched, &watched, &mut notes,
    );
    let left_out = total.saturating_sub(found.len());
    let narrowed = left_out > 0;
    if narrowed {
        settings.changes.push(if found.is_empty() {
            NOTHING_TOUCHED.to_owned()
        } else {
            format!(
                "changed-only is true (input): {} of {total} specs are looked at, those that the pull request touches",
                found.len()
            )
        });
    }
    let untouched = narrowed && found.is_empty();
    let seen = scan::Scope {
        extent: Extent {
            whole: settings.own_patterns && !narrowed && !missed,
            base: matches!(novelty, Novelty::New(_)),
            proposal: base.is_some(),
        },
        novelty,
        shard: step.inputs.shard,
        locks: lock_files,
        workflow_run: step.runner.run_id,
    };
    let remembered = Remembered {
        base: since.take(),
        locks: locks_before,
        ..Remembered::default()
    };
    let contents = Contents::of(step, &found);
    let judged = parts::judge(step, found, remembered, &settings, now, &seen, &mut notes);
    let parts::Judged {
        examined,
        incomplete,
    } = judged.await.map_err(|error| lines(&error))?;
    let proposals = contents.proposals(&examined, &checkout.prefix());
    let mut report = examined.report;
    report.gate.base = judged_by;
    report.leave_out(left_out);
    if untouched {
        notes.push(format!("{NOTHING_TOUCHED}; {total} were not looked at"));
    }
    notes.extend(since.note());
    doubts.extend(since.doubt());
    doubt(&mut report, missing.or(unknown), doubts, &mut notes);
    notes.append(&mut report.notes);
    notes.extend(report.trust.fallback.clone());
    notes.extend(report.trust.problem.clone());
    let (heading, note) = heading(step, settings.evidence.as_deref(), &checkout);
    if heading == CHANGEABLE
        && report
            .specs
            .iter()
            .any(|spec| spec.status == Status::Pinned)
    {
        doubt(&mut report, None, vec![UNSIGNED.to_owned()], &mut notes);
    }
    notes.extend(note);
    // What the shards were compared with is not in their reports.
    let base = (step.inputs.mode != Mode::Merge)
        .then(|| since.report(&settings, &report, examined.base, examined.base_locks));
    let base = base.unwrap_or(Ok(None)).unwrap_or_else(|reason| {
        notes.push(format!("what the change changes is not shown: {reason}"));
        None
    });
    drop((kept, cache));
    Ok(Scanned {
        table: table::render(&report, of_log(settings.output.verbose)),
        links: links(step, &checkout),
        heading,
        report,
        base,
        proposals,
        checkout,
        narrowed,
        missed,
        incomplete,
        notes,
    })
}

/// What there is, beside what the pull request touches.
struct Looked {
    /// The specs.
    found: Vec<Found>,
    /// What GitHub says that the pull request touches.
    listed: Result<Touched, Unlisted>,
    /// What is to be said of specs and lock files among it that are not there.
    missing: Option<String>,
    /// What is to be said of lock files that it removes.
    removed: Vec<String>,
}

/// Looks for the specs. Where none is there at all, that is a mistake of the workflow's, unless the pull
/// request touches some; so it is with each pattern of `locks`.
async fn look(
    step: &Step,
    settings: &Settings,
    checkout: &Checkout,
    locks: &Sought,
) -> Result<Looked, Vec<String>> {
    if !is_about_pull_request(step) {
        (locks.require_all(&settings.root)).map_err(|error| lines(&error))?;
    }
    let (found, nothing) = match discover(&settings.root, &settings.globs) {
        Ok(found) => (found, None),
        // A repository may have lock files and no specs.
        Err(DiscoverError::Nothing { .. }) if !locks.files.is_empty() => (Vec::new(), None),
        Err(nothing @ DiscoverError::Nothing { .. }) => (Vec::new(), Some(nothing)),
        Err(error) => return Err(lines(&error)),
    };
    own_content(step, &found, settings, checkout).map_err(|error| vec![error])?;
    if let Some(nothing) = nothing.as_ref().filter(|_| !is_about_pull_request(step)) {
        return Err(lines(nothing));
    }
    let listed = scope::listed(step).await;
    let (mut missing, mut removed) = (None, Vec::new());
    if is_about_pull_request(step) {
        let failed = |error| lines(&error);
        let own = scope::own_commits(step);
        let unseen = |found, places| missing::unseen(&listed, found, checkout, places, &own);
        let specs = Places::of_specs(&settings.globs).map_err(failed)?;
        missing = unseen(&found, &specs);
        let patterns = &step.inputs.locks;
        if !patterns.is_empty() {
            removed = locks.removed(&listed, checkout).map_err(failed)?;
            let places = locks::places(patterns, &locks.files).map_err(failed)?;
            missing = missing.or_else(|| unseen(&locks.files, &places));
        }
    }
    match nothing {
        Some(nothing) if missing.is_none() && removed.is_empty() => Err(lines(&nothing)),
        _ => Ok(Looked {
            found,
            listed,
            missing,
            removed,
        }),
    }
}

/// What leaves the run in doubt: specs that were not seen, and the rest.
fn doubt(report: &mut Report, unseen: Option<String>, doubts: Vec<String>, notes: &mut Vec<Note>) {
    notes.extend(unseen.iter().chain(&doubts).cloned());
    if let Some(unseen) = unseen {
        report.doubt_about(true, unseen);
    }
    for doubt in doubts {
        report.doubt(doubt);
    }
}

const fn is_about_pull_request(step: &Step) -> bool {
    matches!(step.event, Event::PullRequest(_))
}

/// What the verdict is called, with a note. Recorded evidence cannot prove what is not so, but it can
/// hide what a registry has, so that the verdict's own line says whose word it rests on.
fn heading(
    step: &Step,
    evidence: Option<&Path>,
    checkout: &Checkout,
) -> (&'static str, Option<Note>) {
    let Some(folder) = evidence else {
        return (pulls::HEADING, None);
    };
    let proposal = matches!(step.event, Event::PullRequest(_) | Event::MergeGroup { .. });
    if !proposal || !(checkout.overlaps(folder) || checkout.is_in_another(folder)) {
        return ("Package provenance, by recorded evidence", None);
    }
    let note = "the evidence was read from a checkout, where a pull request can change it, and the \
                registries were not asked: it cannot invent a signature, but it can leave one out";
    (CHANGEABLE, Some(note.to_owned()))
}

fn lines(error: &impl ToString) -> Vec<String> {
    error.to_string().lines().map(by_inputs).collect()
}

/// The same settings, whose sentences name inputs.
fn in_inputs(mut settings: Settings) -> Settings {
    for sentence in settings.warnings.iter_mut().chain(&mut settings.changes) {
        *sentence = by_inputs(sentence);
    }
    settings
}

fn request(step: &Step, checkout: &Checkout, config: ConfigChoice) -> Request {
    let mut options = step.inputs.options.clone();
    options.output.verbose |= step.runner.debug;
    Request {
        root: checkout.root.clone(),
        config,
        options,
    }
}

fn links(step: &Step, checkout: &Checkout) -> Links {
    let runner = &step.runner;
    let head_sha = match &step.event {
        Event::PullRequest(request) => Some(request.head_sha.clone()),
        Event::MergeGroup { .. }
        | Event::WorkflowRun(_)
        | Event::Privileged { .. }
        | Event::Other => runner.sha.clone(),
    };
    Links {
        server_url: Some(runner.server_url.clone()),
        repository: runner
            .repository
            .as_ref()
            .map(crate::action::api::RepositoryName::full),
        head_sha,
        run_url: runner.run_url(),
        root_prefix: checkout.prefix(),
        ..Links::default()
    }
}
