//! One request as it is sent.

use reqwest::header::{
    ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH,
};
use url::Url;

use crate::cache::entry::Key;
use crate::credentials::Credentials;
use crate::urls::{self, Registries};
use package_provenance::evidence::go::{GoDocument, GoRequest};
use package_provenance::evidence::limits::max_body;
use package_provenance::evidence::stated::StatedAddress;
use package_provenance::evidence::{Asked, EvidenceRequest, FetchProblem};
use package_provenance::package::PypiPackage;

/// The media types to ask for at an address that the index states: a plain file server has its own
/// word for JSON.
const PROVENANCE: &str =
    "application/vnd.pypi.integrity.v1+json, application/json;q=0.9, */*;q=0.1";

/// What every attempt to have one document sends, and what its answer is held against.
pub(crate) struct HttpRequest {
    /// Where: an address without credentials, constructed or stated by the index.
    pub(crate) url: Url,
    /// The address as it may be shown.
    pub(crate) shown: String,
    /// What is sent beside the client's own headers.
    pub(crate) headers: HeaderMap,
    /// Most bytes of the answer, decompressed.
    pub(crate) limit: usize,
    /// What is asked for.
    pub(crate) form: Form,
}

/// What is particular about an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// An index, which may come in another form than the one that was asked for.
    PypiIndex,
    /// Any other document of a registry.
    Evidence,
    /// One that may have no bytes: a module without tags has an empty list, and that a proxy offers a
    /// database is said by the status.
    MayBeEmpty,
    /// A document of the trust repository, where 403 can mean that there is none.
    TrustDocument,
}

impl HttpRequest {
    /// A request to the configured registries, with the credential for its address.
    ///
    /// # Errors
    /// [`FetchProblem::NoEndpoint`] where there is no such address.
    pub(super) fn new(
        registries: &Registries,
        credentials: &Credentials,
        request: &EvidenceRequest,
    ) -> Result<Self, FetchProblem> {
        let (url, accept) = match stated(registries, credentials, request) {
            Some((_, Ok(url))) => (url, PROVENANCE),
            Some((_, Err(_))) | None => urls::locate(registries, request)?,
        };
        let shown = urls::base(registries, request).shown(&url).into_owned();
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        if let Some(credential) = credentials.find(request.ecosystem(), &url) {
            let mut value = HeaderValue::from_str(credential.header().expose())
                .map_err(|_invalid| FetchProblem::NoEndpoint(not_sendable(credential.from())))?;
            // Kept out of logs and out of HTTP/2's shared header table.
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Ok(Self {
            url,
            shown,
            headers,
            limit: max_body(request),
            form: match request {
                EvidenceRequest::Go(GoRequest::Proxy(
                    _,
                    GoDocument::List(_) | GoDocument::SumdbSupported,
                )) => Form::MayBeEmpty,
                _ if is_index(request) => Form::PypiIndex,
                EvidenceRequest::NpmManifest(_)
                | EvidenceRequest::NpmAttestations(_)
                | EvidenceRequest::NpmPackument(_)
                | EvidenceRequest::PypiIndex(_)
                | EvidenceRequest::PypiProvenance(..)
                | EvidenceRequest::PypiProvenanceAt(..)
                | EvidenceRequest::Go(_)
                | EvidenceRequest::NpmManifestOfMirror(_)
                | EvidenceRequest::NpmPackumentOfMirror(_)
                | EvidenceRequest::PypiIndexOfMirror(_) => Form::Evidence,
            },
        })
    }

    /// Under what its answer may be cached. None where a credential is sent, in a header or as part of
    /// the path: what one person may read is not cached for the next.
    pub(super) fn key(&self, agent: &HeaderValue) -> Option<Key> {
        if self.headers.contains_key(AUTHORIZATION) || self.shown != self.url.as_str() {
            return None;
        }
        Some(Key {
            url: self.url.to_string(),
            accept: self.headers.get(ACCEPT)?.to_str().ok()?.to_owned(),
            agent: agent.to_str().ok()?.to_owned(),
        })
    }

    /// Whether "not modified" may be the answer.
    pub(super) fn is_conditional(&self) -> bool {
        [IF_NONE_MATCH, IF_MODIFIED_SINCE]
            .iter()
            .any(|name| self.headers.contains_key(name))
    }
}

const fn is_index(request: &EvidenceRequest) -> bool {
    matches!(
        request,
        EvidenceRequest::PypiIndex(_) | EvidenceRequest::PypiIndexOfMirror(_)
    )
}

/// The address that the index states for what `request` asks, and the same where it may be asked or
/// why not; nothing where none is stated.
fn stated<'a>(
    registries: &Registries,
    credentials: &Credentials,
    request: &'a EvidenceRequest,
) -> Option<(&'a StatedAddress, Result<Url, &'static str>)> {
    let EvidenceRequest::PypiProvenanceAt(package, _, address) = request else {
        return None;
    };
    let index = index_of(registries, package)?;
    let usable = address.on_origin_of(&index).and_then(|url| {
        // An answer must neither take a credential elsewhere nor make another one be sent.
        if credentials.same_scope(request.ecosystem(), &index, &url) {
            Ok(url)
        } else {
            Err("which is not where the index's credential may go")
        }
    });
    Some((address, usable))
}

/// Where the index's document about `package` is.
fn index_of(registries: &Registries, package: &PypiPackage) -> Option<Url> {
    let index = EvidenceRequest::PypiIndex(package.name.clone());
    urls::locate(registries, &index).ok().map(|(url, _)| url)
}

/// Where `request` is asked, where it is about provenance whose address the index states.
pub(super) fn asked(
    registries: &Registries,
    credentials: &Credentials,
    request: &EvidenceRequest,
) -> Option<Asked> {
    let EvidenceRequest::PypiProvenanceAt(package, ..) = request else {
        return None;
    };
    let (address, usable) = stated(registries, credentials, request)?;
    let base = urls::base(registries, request);
    let (url, instead_of) = match usable {
        Ok(url) => (Some(url), None),
        Err(why) => {
            let index = index_of(registries, package)?;
            let stated = format!(
                "{}, {why}",
                address.shown(&index, |url| base.shown(url).into_owned())
            );
            let made = urls::locate(registries, request).ok();
            (made.map(|(url, _)| url), Some(stated))
        }
    };
    let at = url.map(|url| base.shown(&url).into_owned());
    Some(Asked { at, instead_of })
}

fn not_sendable(from: &str) -> String {
    format!("the credential from {from} cannot be sent in a header")
}
