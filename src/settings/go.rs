//! Who is asked about Go modules: the go command's own variables, and two flags in their place.

use std::fmt;

use super::cache::CacheChoice;
use super::chosen::Changes;
use super::definition::{Holds, Sources, options};
use super::registries::without_userinfo;
use super::{ConfigError, UserFiles};
use dockyard_registry::collect::GoRun;
use dockyard_registry::credentials::{Credential, CredentialScope, Secret, Store};
use dockyard_registry::urls::{BaseUrl, GoAddresses};
use package_provenance::evidence::go::sources::{
    DEFAULT_PROXY, GoSources, Patterns, SumdbRoute, parse_proxies,
};
use package_provenance::trust::Sumdb;
use package_provenance::trust::sumdb::SUM_GOLANG_ORG;

options! {
    /// Who is asked about Go modules.
    #[derive(Default)]
    #[command(next_help_heading = "Registries")]
    pub struct GoOptions {
        /// Go's module proxies, as `GOPROXY` lists them; credentials come from it or `~/.netrc`
        #[arg(long, value_name = "LIST")]
        go_proxy: Option<String> => Sources::FLAG
            .file()
            .input("go-proxy")
            .variables(&["GOPROXY"])
            .default(Holds::Value(DEFAULT_PROXY))
            .secret(),

        /// Go's checksum database, as `GOSUMDB` names it: a name or a verifier key, and an address if
        /// need be
        #[arg(long, value_name = "DATABASE")]
        go_sumdb: Option<String> => Sources::FLAG
            .file()
            .input("go-sumdb")
            .variables(&["GOSUMDB"])
            .default(Holds::Value(SUM_GOLANG_ORG))
            .secret(),
    }
}

/// The go command's variables (`go help environment`).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct GoVariables {
    /// `GOPROXY`.
    pub proxy: Option<String>,
    /// `GOSUMDB`.
    pub sumdb: Option<String>,
    /// `GOPRIVATE`.
    pub private: Option<String>,
    /// `GONOPROXY`.
    pub no_proxy: Option<String>,
    /// `GONOSUMDB`.
    pub no_sumdb: Option<String>,
}

/// A proxy's address may hold a password.
impl fmt::Debug for GoVariables {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("GoVariables")
            .finish_non_exhaustive()
    }
}

/// Go's part of the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoSettings {
    /// Who is asked, and about what nobody is.
    pub sources: GoSources,
    /// Whose word counts.
    pub database: Sumdb,
    /// Where they are.
    pub addresses: GoAddresses,
}

impl GoSettings {
    /// What is known of Go before a run. Recorded evidence has its own memory.
    pub fn run(&self, cache: &CacheChoice, recorded: bool) -> GoRun {
        let run = GoRun::new(self.sources.clone(), self.database.clone());
        match cache {
            CacheChoice::Folder(folder) if !recorded => run.remembering(folder),
            CacheChoice::Folder(_) | CacheChoice::Off | CacheChoice::Nowhere => run,
        }
    }
}

/// Settles them. The credentials are for the addresses of the proxies and of the database.
pub(super) fn settle(
    (flags, file, from_file): (&GoOptions, &GoOptions, &str),
    variables: &GoVariables,
    files: &UserFiles,
    changes: &mut Changes,
) -> Result<(GoSettings, Store), ConfigError> {
    let mut store = Store::default();
    // netrc's logins go where the user sends them, not where a file of the repository does.
    let netrc = |from: &str| (from != from_file).then_some(files);
    let (proxies_from, proxies) = setting(
        [
            (flags.go_proxy.as_deref(), "--go-proxy"),
            (variables.proxy.as_deref(), "GOPROXY"),
            (file.go_proxy.as_deref(), from_file),
        ],
        DEFAULT_PROXY,
    );
    let refuse = |from: &str, why: String| ConfigError(format!("{from}: {why}"));
    let (mut list, then) = parse_proxies(proxies).map_err(|why| refuse(proxies_from, why))?;
    let mut addresses = GoAddresses::default();
    for proxy in &mut list {
        let base = address(
            &proxy.address,
            proxies_from,
            netrc(proxies_from),
            &mut store,
        )?;
        proxy.address = base.to_string();
        addresses.proxies.push(base);
    }
    let (sumdb_from, sumdb) = setting(
        [
            (flags.go_sumdb.as_deref(), "--go-sumdb"),
            (variables.sumdb.as_deref(), "GOSUMDB"),
            (file.go_sumdb.as_deref(), from_file),
        ],
        SUM_GOLANG_ORG,
    );
    let (database, route, sumdb_address) =
        database(sumdb).map_err(|why| refuse(sumdb_from, why))?;
    database.key.name().clone_into(&mut addresses.sumdb_name);
    addresses.sumdb = Some(match sumdb_address {
        Some(text) => address(text, sumdb_from, netrc(sumdb_from), &mut store)?,
        None => address(
            &format!("https://{}", database.key.name()),
            sumdb_from,
            netrc(sumdb_from),
            &mut store,
        )?,
    });
    let private = variables.private.as_deref();
    let patterns = |own: &Option<String>, name: &str| {
        let (text, from) = match (own.as_deref(), private) {
            (Some(own), _) => (own, name),
            (None, Some(private)) => (private, "GOPRIVATE"),
            (None, None) => ("", name),
        };
        Patterns::parse(text).map_err(|why| refuse(from, why))
    };
    let settings = GoSettings {
        sources: GoSources {
            proxies: list,
            then,
            sumdb: route,
            no_proxy: patterns(&variables.no_proxy, "GONOPROXY")?,
            no_sumdb: patterns(&variables.no_sumdb, "GONOSUMDB")?,
        },
        database,
        addresses,
    };
    say(
        &settings,
        (proxies, proxies_from),
        (sumdb, sumdb_from),
        variables,
        changes,
    );
    Ok((settings, store))
}

/// The strongest of flag, variable, file and default, and where it is from. A pull request can change
/// the file.
fn setting<'a>(sources: [(Option<&'a str>, &'a str); 3], default: &'a str) -> (&'a str, &'a str) {
    sources
        .into_iter()
        .find_map(|(value, from)| Some((from, value.filter(|value| !value.trim().is_empty())?)))
        .unwrap_or(("default", default))
}

/// What `GOSUMDB` says (cmd/go/internal/modfetch/sumdb.go, `dbDial`): `off`, the name of a database
/// that is known or a verifier key, and where it is asked.
fn database(text: &str) -> Result<(Sumdb, SumdbRoute, Option<&str>), String> {
    let mut words = text.split_whitespace();
    let (first, second) = (words.next().unwrap_or_default(), words.next());
    if words.next().is_some() {
        return Err("it is a database and an address, and nothing more".to_owned());
    }
    match (first, second) {
        ("off", None) => Ok((Sumdb::public()?, SumdbRoute::Off, None)),
        // The same database, where sum.golang.org cannot be reached.
        ("sum.golang.google.cn", None) => Ok((
            Sumdb::public()?,
            SumdbRoute::Address,
            Some("https://sum.golang.google.cn"),
        )),
        (name, None) => Ok((Sumdb::parse(name)?, SumdbRoute::Proxies, None)),
        (name, address) => Ok((Sumdb::parse(name)?, SumdbRoute::Address, address)),
    }
}

/// An address without the login in it; the login is for that address alone. Without one, netrc's of
/// its host, as the go command takes it (`go help goauth`).
fn address(
    text: &str,
    from: &str,
    files: Option<&UserFiles>,
    store: &mut Store,
) -> Result<BaseUrl, ConfigError> {
    let refuse = |why: String| ConfigError(format!("{from}: {why}"));
    let (without_login, login) = without_userinfo(text).map_err(refuse)?;
    let base = BaseUrl::parse(&without_login).map_err(refuse)?;
    let Some(scope) = CredentialScope::of_base(&base) else {
        return Ok(base);
    };
    let basic = |user: &Secret, password: &Secret, from: String| {
        Credential::basic(user.expose(), password.expose(), from)
    };
    if let Some((user, password)) = login {
        let credential =
            basic(&user, &password, from.to_owned()).map_err(|why| refuse(why.to_owned()))?;
        store.add(scope, Ok(credential));
        return Ok(base);
    }
    let url = base.folder();
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    if let Some(files) = files
        && let Some(login) = files.netrc.find(host)
    {
        let place = format!("{}:{}", files.netrc_shown, login.line);
        let credential = basic(&login.user, &login.password, place.clone())
            .map_err(|why| format!("{place}: this login cannot be used: {why}"));
        store.add(scope, credential);
    }
    Ok(base)
}

/// Says what is not the default.
fn say(
    settings: &GoSettings,
    (proxies, proxies_from): (&str, &str),
    (sumdb, sumdb_from): (&str, &str),
    variables: &GoVariables,
    changes: &mut Changes,
) {
    if proxies != DEFAULT_PROXY {
        let shown: Vec<String> = settings
            .addresses
            .proxies
            .iter()
            .map(ToString::to_string)
            .collect();
        let shown = if shown.is_empty() {
            "none".to_owned()
        } else {
            shown.join(", ")
        };
        changes.note("go-proxy", &shown, Some(proxies_from), "");
    }
    if sumdb != SUM_GOLANG_ORG {
        let shown = match settings.sources.sumdb {
            SumdbRoute::Off => "off".to_owned(),
            SumdbRoute::Proxies | SumdbRoute::Address => settings.database.key.to_string(),
        };
        changes.note("go-sumdb", &shown, Some(sumdb_from), "");
    }
    for (name, value) in [
        ("GOPRIVATE", &variables.private),
        ("GONOPROXY", &variables.no_proxy),
        ("GONOSUMDB", &variables.no_sumdb),
    ] {
        if let Some(value) = value.as_deref().filter(|value| !value.is_empty()) {
            changes.note("private Go modules", value, Some(name), "");
        }
    }
}

#[cfg(test)]
mod tests;
