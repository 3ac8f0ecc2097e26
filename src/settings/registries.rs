//! Which registries are asked, and with which credentials.

mod evidence;

use std::collections::BTreeMap;
use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use url::Url;

use super::chosen::{Changes, Chosen, choose};
use super::definition::{Holds, Sources, options};
use super::github::GITHUB_API;
use super::{ConfigError, Environment};
use dockyard_registry::credentials::{Credential, CredentialScope, Credentials, Secret, Store};
use dockyard_registry::urls::BaseUrl;
use evidence::evidence;

/// npm's public registry.
pub const NPM_REGISTRY: &str = "https://registry.npmjs.org";
/// PyPI's simple index.
pub const PYPI_INDEX: &str = "https://pypi.org/simple";

options! {
    /// Where packages and their evidence come from.
    #[derive(Default)]
    #[command(next_help_heading = "Registries")]
    pub struct Registries {
        /// npm's registry, or a mirror of it; credentials and scoped registries come from `~/.npmrc`
        #[arg(long, value_name = "URL")]
        npm_registry: Option<String> => Sources::FLAG
            .file()
            .input("npm-registry")
            .variables(&["NPM_CONFIG_REGISTRY"])
            .default(Holds::Value(NPM_REGISTRY))
            .secret(),

        /// PyPI's simple index, or a mirror of it; credentials come from its variables or `~/.netrc`
        #[arg(long, value_name = "URL")]
        pypi_index: Option<String> => Sources::FLAG
            .file()
            .input("pypi-index")
            .variables(&["UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"])
            .default(Holds::Value(PYPI_INDEX))
            .secret(),

        /// The registry to ask for npm's signatures, attestations and dates where `npm-registry` is a mirror
        /// that leaves them out; what the mirror serves must be what the evidence is about
        #[arg(long, value_name = "URL")]
        npm_evidence: Option<String> => Sources::FLAG
            .file()
            .input("npm-evidence")
            .default(Holds::Says("`npm-registry`"))
            .secret(),

        /// The simple index to ask for PyPI's attestations where `pypi-index` is a mirror that leaves them
        /// out; what the mirror serves must be what the evidence is about
        #[arg(long, value_name = "URL")]
        pypi_evidence: Option<String> => Sources::FLAG
            .file()
            .input("pypi-evidence")
            .default(Holds::Says("`pypi-index`"))
            .secret(),

        /// Read recorded evidence from this folder instead of asking the registries; it is verified all
        /// the same
        #[arg(long, value_name = "DIR")]
        evidence: Option<PathBuf> => Sources::FLAG.file().input("evidence"),

        /// Do not use the network: only recorded evidence, or what earlier runs kept; the rest is unknown
        #[arg(long)]
        offline: bool => Sources::FLAG.input("offline"),

        /// The API of the GitHub that is asked about skills, with the token of `GITHUB_TOKEN`
        #[arg(long, value_name = "URL")]
        github_api: Option<String> => Sources::FLAG
            .variables(&["GITHUB_API_URL"])
            .default(Holds::Value(GITHUB_API))
            .secret(),

        /// Record all evidence of this run, and what it trusted, in this new folder, for `--evidence`
        #[arg(long, value_name = "DIR", conflicts_with = "evidence")]
        save_evidence: Option<PathBuf> => Sources::FLAG,
    }
}

/// What flags and the configuration file say, in this order.
pub(super) struct Asked<'a> {
    pub(super) flags: &'a Registries,
    pub(super) file: &'a Registries,
    /// Whether registries may be asked, rather than a folder of evidence only.
    pub(super) over_the_network: bool,
}

/// The registries, settled.
pub(super) struct Settled {
    pub(super) npm_registry: String,
    pub(super) npm_scopes: BTreeMap<String, String>,
    pub(super) pypi_index: String,
    pub(super) npm_evidence: Option<String>,
    pub(super) pypi_evidence: Option<String>,
    pub(super) credentials: Credentials,
    pub(super) warnings: Vec<String>,
}

pub(super) fn settle(
    asked: &Asked<'_>,
    environment: &Environment,
    from_file: &str,
    changes: &mut Changes,
) -> Result<Settled, ConfigError> {
    // Somebody wrote them for this run: refused also where recorded evidence is read and nobody asked.
    for (what, value) in [
        (
            "the npm registry (--npm-registry)",
            &asked.flags.npm_registry,
        ),
        ("the PyPI index (--pypi-index)", &asked.flags.pypi_index),
        (
            "the registry of npm's evidence (--npm-evidence)",
            &asked.flags.npm_evidence,
        ),
        (
            "the index of PyPI's evidence (--pypi-evidence)",
            &asked.flags.pypi_evidence,
        ),
    ] {
        if let Some(why) = value.as_ref().and_then(|text| BaseUrl::parse(text).err()) {
            return Err(ConfigError(format!("{what}: {why}")));
        }
    }
    let (npm_registry, npm_scopes) = npm(asked, environment, from_file, changes)?;
    let (pypi_index, login) = pypi(asked, environment, from_file)?;
    changes.address("pypi-index", &pypi_index, PYPI_INDEX, from_file);
    let flags = asked.flags;
    let mut warnings = Vec::new();
    let npm_evidence = evidence(
        ("npm-evidence", "npm-registry"),
        (&flags.npm_evidence, &asked.file.npm_evidence),
        &npm_registry,
        from_file,
        changes,
        &mut warnings,
    );
    let pypi_evidence = evidence(
        ("pypi-evidence", "pypi-index"),
        (&flags.pypi_evidence, &asked.file.pypi_evidence),
        &pypi_index,
        from_file,
        changes,
        &mut warnings,
    );
    let mut registries = Settled {
        npm_evidence,
        pypi_evidence,
        npm_registry: npm_registry.value,
        npm_scopes,
        pypi_index: pypi_index.value,
        credentials: Credentials::default(),
        warnings,
    };
    if asked.over_the_network {
        registries.npm_credentials(environment);
        let index = registries.pypi_index.clone();
        registries.pypi_credential(&index, environment, login)?;
        if let Some(index) = registries.pypi_evidence.clone() {
            let named = flags.pypi_evidence.is_some();
            let trusted = if named {
                Trusted::Wholly
            } else {
                Trusted::AsAMachine
            };
            registries.pypi_credential(&index, environment, Login::Netrc(trusted))?;
        }
        registries
            .warnings
            .extend(environment.files.warnings.clone());
    }
    Ok(registries)
}

/// npm's registry and those of scopes, which as in npm no flag replaces.
fn npm(
    asked: &Asked<'_>,
    environment: &Environment,
    from_file: &str,
    changes: &mut Changes,
) -> Result<(Chosen<String>, BTreeMap<String, String>), ConfigError> {
    let files = &environment.files;
    let npmrc = asked.over_the_network.then_some(&files.npmrc);
    let registry = choose(
        [
            (asked.flags.npm_registry.clone(), "--npm-registry"),
            (
                environment.npm_config_registry.clone(),
                "NPM_CONFIG_REGISTRY",
            ),
            (
                npmrc.and_then(|npmrc| npmrc.registry.clone()),
                &files.npmrc_shown,
            ),
            // The weakest: a pull request can change it.
            (asked.file.npm_registry.clone(), from_file),
        ],
        NPM_REGISTRY.to_owned(),
    );
    changes.address("npm-registry", &registry, NPM_REGISTRY, from_file);
    let scopes = npmrc.map_or_else(BTreeMap::new, |npmrc| npmrc.scopes.clone());
    for (scope, address) in &scopes {
        let shown = &files.npmrc_shown;
        let base = BaseUrl::parse(address)
            .map_err(|why| ConfigError(format!("the npm registry of {scope} in {shown}: {why}")))?;
        let setting = format!("npm-registry of {scope}");
        changes.note(&setting, &base.to_string(), Some(shown), "");
    }
    Ok((registry, scopes))
}

/// Who to be for the index.
enum Login {
    /// User name and password, and where they were written.
    Written(Secret, Secret, &'static str),
    /// Whoever netrc says.
    Netrc(Trusted),
}

/// How far an address may decide where a login of netrc goes: netrc knows hosts, not ports and paths.
#[derive(PartialEq)]
enum Trusted {
    /// The user named it.
    Wholly,
    /// A configuration file did, which a pull request can change; or nobody did.
    AsAMachine,
}

/// PyPI's index without the credentials in it, and the credentials.
fn pypi(
    asked: &Asked<'_>,
    environment: &Environment,
    from_file: &str,
) -> Result<(Chosen<String>, Login), ConfigError> {
    let (flag, file) = (
        asked.flags.pypi_index.clone(),
        asked.file.pypi_index.clone(),
    );
    let variable = pypi_variable(environment).filter(|_| flag.is_none());
    let mut login = Login::Netrc(if flag.is_some() || variable.is_some() {
        Trusted::Wholly
    } else {
        Trusted::AsAMachine
    });
    let mut written = (None, "");
    if let Some((name, address)) = variable {
        let (address, userinfo) =
            without_userinfo(address).map_err(|why| ConfigError(format!("{name}: {why}")))?;
        written = (Some(address), name);
        let of_index = (name == "UV_DEFAULT_INDEX")
            .then_some((
                &environment.uv_index_username,
                &environment.uv_index_password,
            ))
            .filter(|(user, password)| user.is_some() || password.is_some());
        // uv's variables come before what stands in the address.
        if let Some((user, password)) = of_index {
            let or_empty = |part: &Option<Secret>| part.clone().unwrap_or(Secret::new(""));
            let from = "UV_INDEX_…_USERNAME and UV_INDEX_…_PASSWORD";
            login = Login::Written(or_empty(user), or_empty(password), from);
        } else if let Some((user, password)) = userinfo {
            login = Login::Written(user, password, name);
        }
    }
    let index = choose(
        [(flag, "--pypi-index"), written, (file, from_file)],
        PYPI_INDEX.to_owned(),
    );
    Ok((index, login))
}

/// uv's variables before pip's: which one speaks, and the address it gives.
fn pypi_variable(environment: &Environment) -> Option<(&'static str, &str)> {
    let uv = environment.uv_default_index.as_deref().map(named_index);
    [
        ("UV_DEFAULT_INDEX", uv.map(|(_, address)| address)),
        ("UV_INDEX_URL", environment.uv_index_url.as_deref()),
        ("PIP_INDEX_URL", environment.pip_index_url.as_deref()),
    ]
    .into_iter()
    .find_map(|(name, address)| Some((name, address?)))
}

/// uv's `name=address`: the name, where there is one, and the address.
pub fn named_index(index: &str) -> (Option<&str>, &str) {
    match index.split_once('=') {
        Some((name, address)) if !name.contains([':', '/']) => (Some(name), address),
        _ => (None, index),
    }
}

/// An address without `user:password@`, and these, percent-decoded (RFC 3986, section 3.2.1).
pub(super) fn without_userinfo(
    address: &str,
) -> Result<(String, Option<(Secret, Secret)>), String> {
    let mut url = match Url::parse(address) {
        Ok(url) => url,
        // Said where the address is used, unless it may hold a password.
        Err(_) if !address.contains('@') => return Ok((address.to_owned(), None)),
        Err(error) => return Err(format!("this is no URL ({error})")),
    };
    if url.username().is_empty() && url.password().is_none() {
        return Ok((address.to_owned(), None));
    }
    let decoded = |part: &str| {
        percent_decode_str(part)
            .decode_utf8()
            .map(|part| Secret::new(part.into_owned()))
            .map_err(|_not_utf8| "its user name or password is not UTF-8".to_owned())
    };
    let login = (
        decoded(url.username())?,
        decoded(url.password().unwrap_or_default())?,
    );
    if url.set_username("").is_err() || url.set_password(None).is_err() {
        return Err("its user name cannot be taken out".to_owned());
    }
    Ok((url.into(), Some(login)))
}

impl Settled {
    /// What `.npmrc` holds, and what of it is asked for and cannot be used.
    fn npm_credentials(&mut self, environment: &Environment) {
        let npmrc = &environment.files.npmrc;
        let mut store = Store::default();
        for (scope, credential) in &npmrc.credentials {
            store.add(scope.clone(), credential.clone());
        }
        let asked = std::iter::once(&self.npm_registry)
            .chain(&self.npm_evidence)
            .chain(self.npm_scopes.values());
        let mut broken: Vec<String> = asked
            .filter_map(|address| BaseUrl::parse(address).ok())
            .filter_map(|base| store.broken(&base.folder()).map(str::to_owned))
            .collect();
        broken.dedup();
        self.warnings
            .extend(npmrc.warnings.iter().cloned().chain(broken));
        self.credentials.npm = store;
    }

    /// The one credential of an index, for the index and the provenance beside it.
    fn pypi_credential(
        &mut self,
        index: &str,
        environment: &Environment,
        login: Login,
    ) -> Result<(), ConfigError> {
        // An address that is none is refused when it is used.
        let Ok(base) = BaseUrl::parse(index) else {
            return Ok(());
        };
        let credential = match login {
            Login::Written(user, password, from) => {
                Credential::basic(user.expose(), password.expose(), from.to_owned())
                    .map_err(|why| ConfigError(format!("{from}: {why}")))?
            }
            Login::Netrc(trusted) => {
                let files = &environment.files;
                let url = base.folder();
                let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
                let machine = files
                    .netrc
                    .find(host)
                    .filter(|_| trusted == Trusted::Wholly || url.port().is_none());
                let default = files.netrc.others().filter(|_| trusted == Trusted::Wholly);
                let Some(login) = machine.or(default) else {
                    return Ok(());
                };
                let from = format!("{}:{}", files.netrc_shown, login.line);
                match Credential::basic(login.user.expose(), login.password.expose(), from.clone())
                {
                    Ok(credential) => credential,
                    Err(why) => {
                        let why = format!("{from}: this login cannot be used: {why}");
                        self.warnings.push(why);
                        return Ok(());
                    }
                }
            }
        };
        let scope = CredentialScope::of_index(&base);
        if let Some(scope) = scope {
            self.credentials.pypi.add(scope, Ok(credential));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
