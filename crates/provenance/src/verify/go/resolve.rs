//! Which module has a package, and what the list of proxies says together.

use crate::evidence::GoRaw;
use crate::evidence::go::sources::{AfterProxies, Fallback};
use crate::evidence::go::{GoDocument, GoRequest, SumdbAt};
use crate::evidence::{Body, FetchError, Fetched};
use crate::package::{GoModule, GoPackage};

use crate::evidence::go::sources::SumdbRoute;

/// What the proxies say of one document.
pub(super) enum Proxied<'a> {
    /// The next one must be asked.
    Wanted(GoRequest),
    /// This is it.
    Found(&'a Body),
    /// All of them have been asked, and none has it.
    Missing,
    /// It is not known whether there is one.
    Failed(&'a FetchError),
}

/// The first answer, as the go command goes through the list (cmd/go, `TryProxies`): after a comma only
/// what is missing is asked of the next proxy, after a `|` whatever failed too. A failure then still
/// weighs more than that the others have nothing.
pub(super) fn proxied<'a>(raw: &'a GoRaw, document: &GoDocument) -> Proxied<'a> {
    match first(raw, document) {
        Ok((_, body)) => Proxied::Found(body),
        Err(other) => other,
    }
}

fn first<'a>(raw: &'a GoRaw, document: &GoDocument) -> Result<(usize, &'a Body), Proxied<'a>> {
    let mut failure = None;
    for (place, proxy) in raw.sources.proxies.iter().enumerate() {
        let request = GoRequest::Proxy(place, document.clone());
        match raw.answers.get(&request) {
            None => return Err(Proxied::Wanted(request)),
            Some(Fetched::Found(body)) => return Ok((place, body)),
            Some(Fetched::Missing) => {}
            Some(Fetched::Failed(error)) if proxy.fallback == Fallback::IfAnyError => {
                failure.get_or_insert(error);
            }
            Some(Fetched::Failed(error)) => return Err(Proxied::Failed(error)),
        }
    }
    Err(failure.map_or(Proxied::Missing, Proxied::Failed))
}

/// Where the checksum database is asked.
pub(super) enum Route<'a> {
    /// It must be asked whether a proxy offers it.
    Wanted(GoRequest),
    /// There.
    At(SumdbAt),
    /// It is not known whether the proxy offers it; nobody else may be asked instead.
    Failed(&'a FetchError),
}

/// Where the checksum database is asked: through the first proxy that offers it (Go modules reference,
/// "Checksum database"). A proxy that says 404 or 410 does not; any other failure is one.
pub(super) fn sumdb(raw: &GoRaw) -> Route<'_> {
    if raw.sources.sumdb != SumdbRoute::Proxies {
        return Route::At(SumdbAt::Itself);
    }
    match first(raw, &GoDocument::SumdbSupported) {
        Ok((place, _)) => Route::At(SumdbAt::Proxy(place)),
        Err(Proxied::Wanted(request)) => Route::Wanted(request),
        Err(Proxied::Missing | Proxied::Found(_)) => Route::At(SumdbAt::Itself),
        Err(Proxied::Failed(error)) => match raw.sources.proxies.last() {
            // `…|direct`: whatever the proxies say, the database itself may be asked.
            Some(last)
                if last.fallback == Fallback::IfAnyError
                    && raw.sources.then != AfterProxies::Nothing =>
            {
                Route::At(SumdbAt::Itself)
            }
            _ => Route::Failed(error),
        },
    }
}

/// The module that has a package.
pub(super) enum Module<'a> {
    /// More must be asked.
    Wanted(Vec<GoRequest>),
    /// This one, with its `.info`.
    Found(GoModule, &'a Body),
    /// None of the proxies has any.
    Missing,
    /// It is not known which: why.
    Unknown(String),
}

/// The module that has `package`: of the prefixes of its path that exist at this version, the longest
/// that has the package (docs/verification.md#d4).
pub(super) fn module<'a>(package: &GoPackage, raw: &'a GoRaw) -> Module<'a> {
    let mut wanted = Vec::new();
    let mut found: Option<(GoModule, &Body)> = None;
    let mut unknown = None;
    for module in package.modules() {
        match proxied(raw, &GoDocument::Info(module.clone())) {
            Proxied::Wanted(request) => wanted.push(request),
            // The go command passes over failures for shorter paths once a longer module turns out to
            // have the package. Whether it has is in its zip, which is not looked at: an empty nested
            // module at the whole path leaves the package to the shorter one all the same.
            Proxied::Failed(error) => {
                unknown.get_or_insert_with(|| {
                    format!("it is not known whether {module} has the package: {error}")
                });
            }
            Proxied::Missing => {}
            Proxied::Found(info) => match &found {
                None => found = Some((module, info)),
                Some((longer, _)) => {
                    unknown.get_or_insert_with(|| {
                        format!(
                            "both {longer} and {module} exist, and which of them has the package is \
                             to be seen in their zips only, which are not looked at"
                        )
                    });
                }
            },
        }
    }
    match (wanted.is_empty(), unknown, found) {
        (false, _, _) => Module::Wanted(wanted),
        (true, Some(why), _) => Module::Unknown(why),
        (true, None, Some((module, info))) => Module::Found(module, info),
        (true, None, None) => Module::Missing,
    }
}
