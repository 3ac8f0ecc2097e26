//! On a pull request the checkout is a contributor's: configuration and trust files of the base
//! branch's newest commit hold instead of its own (`docs/decisions/0008-configuration-of-pull-requests.md`).

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::action::Note;
use crate::action::base::files::AtBase;
use crate::action::base::tip::Base;
use crate::action::event::Event;
use crate::action::event::checkout::Checkout;
use crate::action::inputs::Mode;
use crate::action::runner::files;
use crate::action::step::Step;
use crate::settings::{ConfigChoice, Environment, FILE_NAME, Request, Settings};
use dockyard_registry::trust::ScopeKeys;

/// Most bytes of a configuration file that is compared with the base's.
const MAX_CONFIG: u64 = 256 << 10;

/// Keeps nothing where somebody else may have put something: `cache-dir` and the folder that the
/// environment names must not lie where the checkout's author can write.
pub fn cache(
    step: &Step,
    checkout: &Checkout,
    request: &mut Request,
    environment: &mut Environment,
    notes: &mut Vec<Note>,
) {
    let proposed = |folder: &Path| match &step.event {
        Event::PullRequest(_) | Event::MergeGroup { .. } => {
            checkout.overlaps(folder) || checkout.is_in_another(folder)
        }
        // The checkout is the repository's own, and another one may lie beside it.
        Event::Privileged { .. } | Event::WorkflowRun(_) => checkout.is_in_another(folder),
        Event::Other => false,
    };
    let cache = &mut request.options.cache;
    let mut refuse = |folder: &mut Option<PathBuf>, name: &str| {
        let Some(refused) = folder.take_if(|folder| proposed(folder)) else {
            return false;
        };
        notes.push(format!(
            "{name} is not used: {} lies in a checkout, where a pull request can fill it; name a \
             folder outside of it",
            refused.display()
        ));
        true
    };
    refuse(&mut cache.cache_dir, "`cache-dir`");
    if cache.cache_dir.is_none() {
        let name = "the cache folder of the environment (`XDG_CACHE_HOME`, `HOME`)";
        cache.no_cache |= refuse(&mut environment.cache_folder, name);
    }
}

/// Refuses a report to compare with that a pull request could have written.
///
/// # Errors
/// A sentence for people.
pub fn baseline(step: &Step, checkout: &Checkout, settings: &Settings) -> Result<(), String> {
    let proposal = matches!(step.event, Event::PullRequest(_) | Event::MergeGroup { .. });
    match &settings.baseline {
        Some(file) if proposal && (checkout.overlaps(file) || checkout.is_in_another(file)) => {
            Err(format!(
                "baseline: {} lies in a checkout, where a pull request can change it; fetch the report \
                 into a folder outside of it, such as the runner's temporary one",
                file.display()
            ))
        }
        Some(_) | None => Ok(()),
    }
}

/// Refuses reports of shards that may be the checkout's own content: nothing tells a file that a job has
/// downloaded into a checkout from one that a commit has brought, whatever the event. A report is believed in
/// what only a scan can know, so that one of a contributor's would pass any package.
///
/// # Errors
/// A sentence for people.
pub fn shards(step: &Step, checkout: &Checkout) -> Result<(), String> {
    match &step.inputs.shards {
        Some(folder)
            if step.inputs.mode == Mode::Merge
                && (checkout.overlaps(folder) || checkout.is_in_another(folder)) =>
        {
            Err(format!(
                "shards: {} lies in a checkout, where a commit can bring reports that no shard has made; \
                 download them into a folder outside of it, such as `${{{{ runner.temp }}}}/shards`",
                folder.display()
            ))
        }
        Some(_) | None => Ok(()),
    }
}

/// Which configuration to use, and what is in doubt where the base's could not be had.
pub async fn configuration(
    step: &Step,
    checkout: &Checkout,
    base: Option<&Base<'_>>,
    notes: &mut Vec<Note>,
) -> (ConfigChoice, Vec<String>) {
    let choice = step.inputs.options.gate.config();
    let path = match &choice {
        ConfigChoice::Discover => checkout.root.join(FILE_NAME),
        ConfigChoice::File(path) => path.clone(),
        ConfigChoice::Ignore | ConfigChoice::Given { .. } => return (choice, Vec::new()),
    };
    let of_base = base.zip(checkout.tree_path(&path));
    let Some((base, tree_path)) = of_base else {
        // The checkout is the repository's own, or the file lies outside of it.
        return (choice, Vec::new());
    };
    // The file is the contributor's: it is only compared, and never read beyond its bound.
    let here = files::bounded(&path, MAX_CONFIG).ok();
    match base.read(&tree_path).await {
        Ok(AtBase::File(bytes)) => {
            if here.as_ref() != Some(&bytes) {
                notes.push(format!(
                    "`{tree_path}` differs from the base branch's ({}), which is the one that holds",
                    base.shown()
                ));
            }
            let choice = ConfigChoice::Given {
                shown: tree_path,
                bytes,
                folder: path.parent().map(Path::to_owned).unwrap_or_default(),
            };
            (choice, Vec::new())
        }
        Ok(AtBase::Absent) => {
            if matches!(choice, ConfigChoice::File(_)) {
                let doubt = format!(
                    "`{tree_path}`, named by the input `config`, is not on the base branch ({}). The \
                     defaults were used, which may be more lenient; merge the file first",
                    base.shown()
                );
                return (ConfigChoice::Ignore, vec![doubt]);
            }
            if checkout.is_behind_link(&path) {
                let doubt = format!(
                    "whether the base branch ({}) has a configuration could not be determined: a \
                     folder of `{tree_path}` is a link in what is checked out, and where it leads is \
                     the pull request's choice. The defaults were used, which may be more lenient; \
                     name the folder itself in the input `root`, or set the input `config` to `none`",
                    base.shown()
                );
                return (ConfigChoice::Ignore, vec![doubt]);
            }
            if let Some(doubt) = misplaced(checkout, base, &tree_path).await {
                return (ConfigChoice::Ignore, vec![doubt]);
            }
            if path.symlink_metadata().is_ok() {
                notes.push(format!(
                    "`{tree_path}` is not on the base branch ({}) and does not hold before it is merged",
                    base.shown()
                ));
            }
            (ConfigChoice::Ignore, Vec::new())
        }
        Err(error) => {
            let doubt = format!(
                "{error}. The defaults were used, and the pull request's own version was not; \
                 give the job `contents: read`, or set the input `config` to `none`"
            );
            (ConfigChoice::Ignore, vec![doubt])
        }
    }
}

/// Why `tree_path`, which the base branch does not have, says nothing about whether it has a
/// configuration: the folder may be another one there.
async fn misplaced(checkout: &Checkout, base: &Base<'_>, tree_path: &str) -> Option<String> {
    let shown = base.shown();
    if checkout.is_unplaced() {
        return Some(format!(
            "whether the base branch ({shown}) has a configuration could not be determined: it has no \
             `{tree_path}`, and without a `.git` folder nothing shows which folder of the repository is \
             scanned. The defaults were used, which may be more lenient; let `actions/checkout` find \
             git in the job's container, or set the input `config` to `none`"
        ));
    }
    match base.link_above(tree_path).await {
        Ok(None) => None,
        Ok(Some(link)) => Some(format!(
            "whether the base branch ({shown}) has a configuration could not be determined: `{link}` is \
             a link or a submodule there, and the pull request replaces it. The defaults were used, \
             which may be more lenient; name the folder itself in the input `root`, or set the input \
             `config` to `none`"
        )),
        Err(error) => Some(format!(
            "{error}. The defaults were used, which may be more lenient; give the job `contents: read`, \
             or set the input `config` to `none`"
        )),
    }
}

/// Replaces trust files of the checkout by the base branch's. The folder holds them.
///
/// # Errors
/// A sentence for people: without its trust files nothing can be verified.
pub async fn trust_of_base(
    settings: &mut Settings,
    checkout: &Checkout,
    base: Option<&Base<'_>>,
) -> Result<Option<TempDir>, String> {
    let Some(base) = base else {
        return Ok(None);
    };
    let trust = &mut settings.trust;
    let named = [
        ("trusted_root.json", trust.trusted_root.as_mut()),
        ("npm-keys.json", trust.npm_keys.as_mut()),
        (
            "root.json",
            settings.tuf.as_mut().and_then(|tuf| tuf.root.as_mut()),
        ),
    ];
    let mut files: Vec<(String, &mut PathBuf)> = named
        .into_iter()
        .filter_map(|(name, file)| Some((name.to_owned(), file?)))
        .collect();
    for (scope, keys) in &mut settings.npm_scope_keys {
        match keys {
            ScopeKeys::File(file) => files.push((format!("npm-keys.{scope}.json"), file)),
            ScopeKeys::Npm | ScopeKeys::Nobody => {}
        }
    }
    let mut folder = None;
    for (name, file) in files {
        let Some(tree_path) = checkout.tree_path(file) else {
            continue;
        };
        let bytes = match base.read(&tree_path).await? {
            AtBase::File(bytes) => bytes,
            AtBase::Absent => {
                return Err(format!(
                    "the trust file `{tree_path}` is not on the base branch ({}): merge it first, \
                     because a pull request cannot bring its own trust",
                    base.shown()
                ));
            }
        };
        if folder.is_none() {
            let made = tempfile::tempdir();
            folder = Some(made.map_err(|error| format!("no temporary folder: {error}"))?);
        }
        if let Some(folder) = &folder {
            let copy = folder.path().join(name);
            std::fs::write(&copy, bytes)
                .map_err(|error| format!("cannot write {}: {error}", copy.display()))?;
            *file = copy;
        }
    }
    Ok(folder)
}
