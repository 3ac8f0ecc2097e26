//! Which trust material is used.

use std::path::PathBuf;

use crate::settings::chosen::{Changes, Chosen, choose};
use crate::settings::npm_keys::of_default;
use crate::settings::{CacheChoice, ConfigError, Options, TrustChoice};
use dockyard_registry::trust::tuf::PUBLIC_URL;
use dockyard_registry::trust::{TrustOptions, TufOptions};

/// The files that are used instead of the embedded material.
pub(super) fn files(
    flags: &Options,
    file: &Options,
    from_file: &str,
    changes: &mut Changes,
) -> Result<TrustOptions, ConfigError> {
    let (flags, file) = (&flags.trust, &file.trust);
    if flags.is_chosen() {
        return Ok(TrustOptions::default());
    }
    let either = |flag: Option<&PathBuf>, name: &'static str, file: Option<&PathBuf>| {
        choose(
            [
                (flag.cloned().map(Some), name),
                (file.cloned().map(Some), from_file),
            ],
            None,
        )
    };
    let (root, of_file) = (flags.trusted_root.as_ref(), file.trusted_root.as_ref());
    let root = either(root, "--trusted-root", of_file);
    let of_file = of_default(&file.npm_keys);
    let keys = either(of_default(&flags.npm_keys), "--npm-keys", of_file);
    if flags.source == Some(TrustChoice::File) && root.value.is_none() {
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
    flags: &Options,
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
            Some(_) if flags.trust.is_chosen() => "--trust says that npm's keys are used for it",
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
    flags: &Options,
    wanted: bool,
    cache: &CacheChoice,
    file: &Options,
    from_file: &str,
    changes: &mut Changes,
) -> Option<TufOptions> {
    if let Some(days) = flags.trust.trust_max_age {
        let value = format!("{days} days");
        changes.note("trust-max-age", &value, Some("--trust-max-age"), "");
    }
    if !flags.trust.asks_for_tuf() && (!wanted || flags.trust.source.is_some()) {
        if wanted && flags.trust.source == Some(TrustChoice::Embedded) {
            let consequence = ": it is not refreshed";
            changes.note("trust", "embedded", Some("--trust"), consequence);
        }
        if ends_the_refresh(flags, file) {
            changes.say(format!("the trust material is not refreshed ({from_file})"));
        }
        return None;
    }
    let named = &flags.trust.tuf;
    if let Some(url) = &named.tuf_url {
        let chosen = Chosen {
            value: url.clone(),
            origin: Some("--tuf-url".to_owned()),
        };
        changes.address("tuf-url", &chosen, PUBLIC_URL, from_file);
    }
    if let Some(root) = &named.tuf_root {
        let consequence = ": Sigstore's embedded TUF root is not used";
        changes.note(
            "tuf-root",
            &root.display().to_string(),
            Some("--tuf-root"),
            consequence,
        );
    }
    Some(TufOptions {
        url: named
            .tuf_url
            .clone()
            .unwrap_or_else(|| PUBLIC_URL.to_owned()),
        root: named.tuf_root.clone(),
        cache: match cache {
            CacheChoice::Folder(folder) => Some(folder.clone()),
            CacheChoice::Off | CacheChoice::Nowhere => None,
        },
        network: !flags.registries.offline,
        timeout: flags.requests.for_trust(),
    })
}

/// Whether the file, and no flag about evidence or trust, is why nothing is refreshed. `--offline` is
/// no such flag: it would do without a refresh for once, and use what an earlier one brought.
fn ends_the_refresh(flags: &Options, file: &Options) -> bool {
    let does =
        |options: &Options| options.trust.names_files() || options.registries.evidence.is_some();
    does(file) && !does(flags) && flags.trust.source.is_none()
}
