//! Defaults < configuration file < the user's files < environment < flags, and a sentence for each setting that can
//! change the verdict.

mod trust;

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::chosen::{Changes, Chosen, choose};
use super::defaults::{JOBS, PER_HOST, TIMEOUT};
use super::file::{self, ConfigFile};
use super::registries::{self, Asked};
use super::{CacheChoice, ColorChoice, ConfigError, Environment, Flags, SPEC_GLOB, Settings};
use super::{go, npm_keys};
use dockyard_registry::trust::TrustOptions;
use dockyard_report::policy::{FailOn, Policy};

/// Reads the configuration file that `flags` ask for and settles every setting.
///
/// # Errors
/// [`ConfigError`] where the file cannot be used or settings contradict each other.
pub fn settle(flags: Flags, environment: &Environment) -> Result<Settings, ConfigError> {
    let (config, file) = file::load(&flags.root, &flags.config)?.unzip();
    merge(flags, environment, config, file.unwrap_or_default())
}

pub(super) fn merge(
    flags: Flags,
    environment: &Environment,
    config: Option<String>,
    mut file: ConfigFile,
) -> Result<Settings, ConfigError> {
    let from_file = config.clone().unwrap_or_default();
    let mut changes = Changes::default();
    let policy = policy(&flags, &file, &from_file, &mut changes);
    let globs = globs(&flags, file.globs.clone(), &from_file, &mut changes);
    npm_keys::require_distinct(&flags.npm_keys, "--npm-keys")?;
    npm_keys::require_distinct(&file.npm_keys, &from_file)?;
    let mut trust = trust::files(&flags, &file, &from_file, &mut changes)?;
    let evidence = choose(
        [
            (flags.evidence.clone().map(Some), "--evidence"),
            (None, ""),
            (file.evidence.clone().map(Some), &from_file),
        ],
        None,
    );
    changes.path("evidence", &evidence, ": the registries are not asked");
    let folder = flags
        .cache_dir
        .as_ref()
        .or(environment.cache_folder.as_ref());
    let cache = match folder {
        _ if flags.no_cache => CacheChoice::Off,
        Some(folder) => CacheChoice::Folder(folder.clone()),
        None => CacheChoice::Nowhere,
    };
    let timeout = timeout(&flags, &file, &from_file, &mut changes);
    let mut of_registries = Changes::default();
    let mut registries = registries::settle(
        &Asked {
            npm_registry: (flags.npm_registry.clone(), file.npm_registry.take()),
            pypi_index: (flags.pypi_index.clone(), file.pypi_index.take()),
            over_the_network: evidence.value.is_none(),
        },
        environment,
        &from_file,
        &mut of_registries,
    )?;
    let (go, logins) = go::settle(
        &go::Flagged {
            proxy: flags.go_proxy.as_deref(),
            sumdb: flags.go_sumdb.as_deref(),
        },
        &environment.go,
        &environment.files,
        &mut of_registries,
    )?;
    if evidence.value.is_none() {
        registries.credentials.go = logins;
    }
    for elsewhere in &environment.elsewhere {
        changes.say(elsewhere.told());
    }
    if trust::is_chosen(&flags) {
        let unused = npm_keys::without_files(&mut file.npm_keys, &from_file);
        registries.warnings.extend(unused);
    }
    let keys = npm_keys::settle(
        (&flags.npm_keys, &file.npm_keys, &from_file),
        &npm_keys::Known {
            default: &registries.npm_registry,
            scopes: &registries.npm_scopes,
            npmrc: evidence.value.is_none(),
        },
        trust.npm_keys.is_some(),
        &mut of_registries,
    );
    trust::default_by_address(&flags, &mut trust, keys.default)?;
    registries.warnings.extend(keys.warnings);
    let network = !flags.offline;
    let wanted = trust == TrustOptions::default() && network && evidence.value.is_none();
    let tuf = trust::tuf(&flags, wanted, &cache, &file, &from_file, &mut changes);
    changes.0.extend(of_registries.0);
    Ok(Settings {
        root: flags.root,
        globs,
        npm_registry: registries.npm_registry,
        npm_scopes: registries.npm_scopes,
        pypi_index: registries.pypi_index,
        go,
        credentials: registries.credentials,
        trust,
        npm_scope_keys: keys.scopes,
        tuf,
        trust_max_age: flags.trust_max_age,
        evidence: evidence.value,
        offline: flags.offline,
        cache,
        save_evidence: flags.save_evidence,
        jobs: flags.jobs.or(file.jobs).unwrap_or(usize::from(JOBS)),
        per_host: flags
            .per_host
            .or(file.per_host)
            .unwrap_or(usize::from(PER_HOST)),
        timeout,
        policy,
        format: flags.format,
        reports: flags.reports,
        color: match flags.color {
            Some(choice) => choice,
            None if environment.no_color => ColorChoice::Never,
            None if environment.force_color => ColorChoice::Always,
            None => ColorChoice::Auto,
        },
        verbose: flags.verbose,
        quiet: flags.quiet,
        config,
        changes: changes.0,
        elsewhere: environment.elsewhere.clone(),
        warnings: registries.warnings,
    })
}

/// The budget of one request. A shorter one in the file is told of: an answer that comes too late is
/// no evidence.
fn timeout(flags: &Flags, file: &ConfigFile, from_file: &str, changes: &mut Changes) -> Duration {
    let short = file.timeout.filter(|timeout| *timeout < TIMEOUT);
    if let (None, Some(short)) = (flags.timeout, short) {
        let value = format!("{} s", short.as_secs());
        let consequence = ": what answers later is unknown";
        changes.note("timeout", &value, Some(from_file), consequence);
    }
    flags.timeout.or(file.timeout).unwrap_or(TIMEOUT)
}

fn policy(flags: &Flags, file: &ConfigFile, from_file: &str, changes: &mut Changes) -> Policy {
    let fail_on = choose(
        [
            (flags.fail_on, "--fail-on"),
            (None, ""),
            (file.fail_on, from_file),
        ],
        FailOn::default(),
    );
    if fail_on.value != FailOn::default() {
        let consequence = if fail_on.value == FailOn::Never {
            ": this run reports without failing"
        } else {
            ""
        };
        changes.note(
            "fail-on",
            fail_on.value.as_str(),
            fail_on.origin.as_deref(),
            consequence,
        );
    }
    let fail_on_unknown = choose(
        [
            (flags.fail_on_unknown, "--fail-on-unknown"),
            (None, ""),
            (file.fail_on_unknown, from_file),
        ],
        true,
    );
    if !fail_on_unknown.value {
        changes.note(
            "fail-on-unknown",
            "false",
            fail_on_unknown.origin.as_deref(),
            fail_on.value.unknown_passes(),
        );
    }
    let mut severities = file.severities.clone();
    severities.retain(|rule, severity| *severity != rule.default_severity());
    for (rule, severity) in &severities {
        let consequence = format!(" instead of {}", rule.default_severity());
        changes.note(
            rule.as_str(),
            severity.as_str(),
            Some(from_file),
            &consequence,
        );
    }
    Policy {
        fail_on: fail_on.value,
        fail_on_unknown: fail_on_unknown.value,
        severities,
    }
}

fn globs(
    flags: &Flags,
    file: Option<Vec<String>>,
    from_file: &str,
    changes: &mut Changes,
) -> Vec<String> {
    let chosen = choose(
        [
            (
                (!flags.globs.is_empty()).then(|| flags.globs.clone()),
                "--spec-glob",
            ),
            (None, ""),
            (file, from_file),
        ],
        vec![SPEC_GLOB.to_owned()],
    );
    if chosen.value != [SPEC_GLOB] {
        let value = chosen.value.join(" ");
        let consequence = ": only these are looked at";
        changes.note("spec-glob", &value, chosen.origin.as_deref(), consequence);
    }
    chosen.value
}

/// The root of the repository that the spec at `path` lies in, `{root}/{protocol}/{server}/spec.yaml`.
pub fn root_of(path: &Path) -> PathBuf {
    let plain = path
        .components()
        .rev()
        .take(3)
        .filter(|part| matches!(part, std::path::Component::Normal(_)))
        .count()
        == 3;
    match path.ancestors().nth(3) {
        Some(root) if plain && !root.as_os_str().is_empty() => root.to_owned(),
        Some(_) if plain => PathBuf::from("."),
        _ => path.parent().unwrap_or(Path::new("")).join("../.."),
    }
}
