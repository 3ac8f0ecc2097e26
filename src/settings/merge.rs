//! Defaults < configuration file < the user's files < environment < flags, and a sentence for each setting that can
//! change the verdict.

mod trust;

use std::path::{Path, PathBuf};

use super::blocks;
use super::chosen::{Changes, choose};
use super::file::{self, ConfigFile};
use super::github;
use super::registries::{self, Asked};
use super::{ConfigError, Environment, Request, Settings};
use super::{go, npm_keys};
use dockyard_registry::trust::TrustOptions;
use dockyard_report::policy::Policy;

/// Reads the configuration file that is asked for and settles every setting.
///
/// # Errors
/// [`ConfigError`] where the file cannot be used or settings contradict each other.
pub fn settle(request: Request, environment: &Environment) -> Result<Settings, ConfigError> {
    let (config, file) = file::load(&request.root, &request.config)?.unzip();
    merge(request, environment, config, file.unwrap_or_default())
}

#[expect(clippy::too_many_lines, reason = "one setting after the other")]
pub(super) fn merge(
    request: Request,
    environment: &Environment,
    config: Option<String>,
    file: ConfigFile,
) -> Result<Settings, ConfigError> {
    let of_file = (file.requirements, file.exemptions);
    let (flags, mut file, severities) = (request.options, file.options, file.severities);
    let from_file = config.clone().unwrap_or_default();
    let mut changes = Changes::default();
    let blocks = blocks::in_force(of_file, &from_file, &mut changes);
    let policy = Policy {
        blocks,
        ..flags
            .gate
            .policy((&file.gate, &severities), &from_file, &mut changes)
    };
    let own_patterns = flags.gate.spec_glob.is_empty();
    let globs = flags.gate.globs(&file.gate, &from_file, &mut changes);
    npm_keys::require_distinct(&flags.trust.npm_keys, "--npm-keys")?;
    npm_keys::require_distinct(&file.trust.npm_keys, &from_file)?;
    let mut trust = trust::files(&flags, &file, &from_file, &mut changes)?;
    let evidence = choose(
        [
            (flags.registries.evidence.clone().map(Some), "--evidence"),
            (file.registries.evidence.clone().map(Some), &from_file),
        ],
        None,
    );
    changes.path("evidence", &evidence, ": the registries are not asked");
    let cache = flags.cache.settle(environment);
    let limits = flags
        .requests
        .settle(&file.requests, &from_file, &mut changes);
    let mut of_registries = Changes::default();
    let mut registries = registries::settle(
        &Asked {
            flags: &flags.registries,
            file: &file.registries,
            over_the_network: evidence.value.is_none(),
        },
        environment,
        &from_file,
        &mut of_registries,
    )?;
    // Who chooses what is trusted chooses Go's checksum database too: its key is not the file's then.
    let unused = flags.trust.is_chosen().then(|| file.go.go_sumdb.take());
    if unused.flatten().is_some() && flags.go.go_sumdb.is_none() {
        registries.warnings.push(format!(
            "go-sumdb of {from_file} is not used, because the trust material is named by a flag; name the \
             database with --go-sumdb"
        ));
    }
    let (go, logins) = go::settle(
        (&flags.go, &file.go, &from_file),
        &environment.go,
        &environment.files,
        &mut of_registries,
    )?;
    if evidence.value.is_none() {
        registries.credentials.go = logins;
    }
    let github = github::settle(
        flags.registries.github_api.as_ref(),
        environment,
        &mut changes,
    )?;
    for elsewhere in &environment.elsewhere {
        changes.say(elsewhere.told());
    }
    if flags.trust.is_chosen() {
        let unused = npm_keys::without_files(&mut file.trust.npm_keys, &from_file);
        registries.warnings.extend(unused);
    }
    let keys = npm_keys::settle(
        (&flags.trust.npm_keys, &file.trust.npm_keys, &from_file),
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
    let network = !flags.registries.offline;
    let wanted = trust == TrustOptions::default() && network && evidence.value.is_none();
    let tuf = trust::tuf(&flags, wanted, &cache, &file, &from_file, &mut changes);
    changes.0.extend(of_registries.0);
    let max_age = flags.trust.trust_max_age;
    Ok(Settings {
        root: request.root,
        globs,
        own_patterns,
        npm_registry: registries.npm_registry,
        npm_scopes: registries.npm_scopes,
        pypi_index: registries.pypi_index,
        go,
        npm_evidence: registries.npm_evidence,
        pypi_evidence: registries.pypi_evidence,
        credentials: registries.credentials,
        trust,
        npm_scope_keys: keys.scopes,
        tuf,
        trust_max_age: max_age.and_then(|days| u32::try_from(days).ok()),
        evidence_by_flag: flags.registries.evidence.is_some(),
        evidence: evidence.value,
        baseline: flags.gate.baseline,
        offline: flags.registries.offline,
        cache,
        github,
        save_evidence: flags.registries.save_evidence,
        jobs: limits.jobs,
        per_host: limits.per_host,
        timeout: limits.timeout,
        policy,
        color: flags.output.color(environment),
        output: flags.output,
        config,
        changes: changes.0,
        elsewhere: environment.elsewhere.clone(),
        warnings: registries.warnings,
    })
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
