//! Which trust material is used.

use std::path::PathBuf;

use crate::config::chosen::{Changes, choose};
use crate::config::defaults::TIMEOUT;
use crate::config::file::ConfigFile;
use crate::config::npm_keys::of_default;
use crate::config::{CacheChoice, ConfigError, Flags, TrustChoice};
use dockyard_registry::trust::tuf::PUBLIC_URL;
use dockyard_registry::trust::{TrustOptions, TufOptions};

/// The files that are used instead of the embedded material.
pub(super) fn files(
    flags: &Flags,
    file: &ConfigFile,
    from_file: &str,
    changes: &mut Changes,
) -> Result<TrustOptions, ConfigError> {
    if is_chosen(flags) {
        return Ok(TrustOptions::default());
    }
    let either = |flag: &Option<PathBuf>, name: &'static str, file: &Option<PathBuf>| {
        choose(
            [
                (flag.clone().map(Some), name),
                (None, ""),
                (file.clone().map(Some), from_file),
            ],
            None,
        )
    };
    let root = either(&flags.trusted_root, "--trusted-root", &file.trusted_root);
    let keys = either(
        &of_default(&flags.npm_keys).cloned(),
        "--npm-keys",
        &of_default(&file.npm_keys).cloned(),
    );
    if flags.trust == Some(TrustChoice::File) && root.value.is_none() {
        return Err(ConfigError(
            "--trust file needs --trusted-root FILE (or `trusted-root` in the configuration)"
                .to_owned(),
        ));
    }
    changes.path(
        "trusted-root",
        &root,
        ": Sigstore's embedded root is not used",
    );
    changes.path("npm-keys", &keys, ": npm's embedded keys are not used");
    Ok(TrustOptions {
        trusted_root: root.value,
        npm_keys: keys.value,
    })
}

/// Takes the default registry's keys that were named by its address.
pub(super) fn default_by_address(
    flags: &Flags,
    trust: &mut TrustOptions,
    named: Option<(Option<PathBuf>, String)>,
) -> Result<(), ConfigError> {
    let Some((file, origin)) = named else {
        return Ok(());
    };
    let why = if trust.npm_keys.is_some() {
        "its keys are named by FILE alone as well"
    } else {
        match file {
            // npm's keys, as it is anyway.
            None => return Ok(()),
            Some(_) if is_chosen(flags) => "--trust says that npm's keys are used for it",
            Some(file) => {
                trust.npm_keys = Some(file);
                return Ok(());
            }
        }
    };
    Err(ConfigError(format!(
        "npm-keys ({origin}): the address is that of the default registry, and {why}; leave one side out"
    )))
}

/// How the trust material is refreshed, where the flags say so, or `wanted` and they say nothing.
/// Nothing of it comes from the configuration file: a pull request could name a repository of its
/// own, or leave no time to ask. That the file switches the refresh off is told.
pub(super) fn tuf(
    flags: &Flags,
    wanted: bool,
    cache: &CacheChoice,
    file: &ConfigFile,
    from_file: &str,
    changes: &mut Changes,
) -> Option<TufOptions> {
    if let Some(days) = flags.trust_max_age {
        let value = format!("{days} days");
        changes.note("trust-max-age", &value, Some("--trust-max-age"), "");
    }
    if !asks_for_tuf(flags) && (!wanted || flags.trust.is_some()) {
        if wanted && flags.trust == Some(TrustChoice::Embedded) {
            let consequence = ": it is not refreshed";
            changes.note("trust", "embedded", Some("--trust"), consequence);
        }
        if ends_the_refresh(flags, file) {
            changes.say(format!("the trust material is not refreshed ({from_file})"));
        }
        return None;
    }
    if let Some(url) = &flags.tuf_url {
        let chosen = super::Chosen {
            value: url.clone(),
            origin: Some("--tuf-url".to_owned()),
        };
        changes.address("tuf-url", &chosen, PUBLIC_URL, from_file);
    }
    if let Some(root) = &flags.tuf_root {
        let consequence = ": Sigstore's embedded TUF root is not used";
        changes.note(
            "tuf-root",
            &root.display().to_string(),
            Some("--tuf-root"),
            consequence,
        );
    }
    Some(TufOptions {
        url: flags
            .tuf_url
            .clone()
            .unwrap_or_else(|| PUBLIC_URL.to_owned()),
        root: flags.tuf_root.clone(),
        cache: match cache {
            CacheChoice::Folder(folder) => Some(folder.clone()),
            CacheChoice::Off | CacheChoice::Nowhere => None,
        },
        network: !flags.offline,
        timeout: flags.timeout.unwrap_or(TIMEOUT),
    })
}

/// Whether the flags say whose keys count, so that no file of the configuration's does.
pub(super) fn is_chosen(flags: &Flags) -> bool {
    asks_for_tuf(flags) || flags.trust == Some(TrustChoice::Embedded)
}

fn asks_for_tuf(flags: &Flags) -> bool {
    flags.trust == Some(TrustChoice::Tuf) || flags.tuf_url.is_some() || flags.tuf_root.is_some()
}

/// Whether the file, and no flag about evidence or trust, is why nothing is refreshed. `--offline` is
/// no such flag: it would do without a refresh for once, and use what an earlier one brought.
fn ends_the_refresh(flags: &Flags, file: &ConfigFile) -> bool {
    let by_file = file.trusted_root.is_some()
        || of_default(&file.npm_keys).is_some()
        || file.evidence.is_some();
    let by_flag = flags.trust.is_some()
        || flags.evidence.is_some()
        || flags.trusted_root.is_some()
        || of_default(&flags.npm_keys).is_some();
    by_file && !by_flag
}
