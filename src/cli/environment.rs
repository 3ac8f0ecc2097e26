//! The only reader of the environment.

use std::ffi::OsString;
use std::path::PathBuf;

use super::{cache_folder, usage};
use crate::settings::{Elsewhere, Environment, GoVariables, UserFiles, named_index};
use dockyard_registry::credentials::Secret;

impl Environment {
    /// Reads this process's environment.
    ///
    /// # Errors
    /// `clap`'s usage error where a variable is not Unicode: it is said, not passed over.
    pub fn process() -> Result<Self, clap::Error> {
        Ok(Self {
            elsewhere: Elsewhere::among(variables()),
            ..Self::from_lookup(variable)?
        })
    }

    /// Reads the environment that `lookup` answers for. An empty variable is unset.
    ///
    /// # Errors
    /// As [`Environment::process`].
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self, clap::Error> {
        let filled = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let text = |name: &str| {
            filled(name)
                .map(|value| {
                    value.into_string().map_err(|_not_unicode| {
                        usage(&format!("the environment variable {name} is not Unicode"))
                    })
                })
                .transpose()
        };
        // npm reads its own variables in any case, and its scripts set them in small letters.
        let npm_registry = match text("NPM_CONFIG_REGISTRY")? {
            None => text("npm_config_registry")?,
            registry => registry,
        };
        let userconfig =
            filled("NPM_CONFIG_USERCONFIG").or_else(|| filled("npm_config_userconfig"));
        let path = |value: Option<OsString>| value.map(PathBuf::from);
        let uv_default_index = text("UV_DEFAULT_INDEX")?;
        let uv_login = |part: &str| {
            uv_default_index
                .as_deref()
                .and_then(|index| named_index(index).0)
                .map(|name| text(&format!("UV_INDEX_{}_{part}", variable_name(name))))
                .transpose()
                .map(|value| value.flatten().map(Secret::new))
        };
        Ok(Self {
            npm_config_registry: npm_registry,
            uv_index_username: uv_login("USERNAME")?,
            uv_index_password: uv_login("PASSWORD")?,
            github_api_url: text("GITHUB_API_URL")?,
            github_token: text("GITHUB_TOKEN")?.map(Secret::new),
            uv_index_url: text("UV_INDEX_URL")?,
            pip_index_url: text("PIP_INDEX_URL")?,
            npm_config_userconfig: path(userconfig),
            netrc: path(filled("NETRC")),
            home: path(filled(if cfg!(windows) { "USERPROFILE" } else { "HOME" })),
            no_color: filled("NO_COLOR").is_some(),
            force_color: filled("FORCE_COLOR")
                .is_some_and(|value| value != "false" && value != "0"),
            rust_log: text("RUST_LOG")?,
            ci: filled("CI").is_some_and(|value| value != "false" && value != "0"),
            dumb_terminal: filled("TERM").is_some_and(|value| value == "dumb"),
            files: UserFiles::default(),
            go: GoVariables {
                proxy: text("GOPROXY")?,
                sumdb: text("GOSUMDB")?,
                private: text("GOPRIVATE")?,
                no_proxy: text("GONOPROXY")?,
                no_sumdb: text("GONOSUMDB")?,
            },
            elsewhere: Vec::new(),
            uv_default_index,
            cache_folder: cache_folder::of(&filled),
        })
    }
}

/// One variable of this process's environment, for what a `.npmrc` refers to and for the action.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place where the environment is read"
)]
pub fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// All of this process's environment, for variables whose names are not known before.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place where the environment is read"
)]
fn variables() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os()
}

/// The name of an index as uv writes it in its variables.
fn variable_name(index: &str) -> String {
    let upper = |letter: char| match letter {
        letter if letter.is_ascii_alphanumeric() => letter.to_ascii_uppercase(),
        _ => '_',
    };
    index.chars().map(upper).collect()
}
