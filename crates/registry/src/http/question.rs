//! One question as it is sent.

use reqwest::header::{
    ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH,
};
use url::Url;

use crate::cache::entry::Key;
use crate::credentials::Credentials;
use crate::urls::{self, Registries};
use package_provenance::evidence::{EvidenceRequest, FetchProblem};

/// What every attempt to have one document sends, and what its answer is held against.
pub(crate) struct Question<'a> {
    /// What is asked for.
    pub(crate) request: &'a EvidenceRequest,
    /// Where: a constructed address, without credentials.
    pub(crate) url: Url,
    /// The address as it may be shown.
    pub(crate) shown: String,
    /// What is sent beside the client's own headers.
    pub(crate) headers: HeaderMap,
}

impl<'a> Question<'a> {
    /// Prepares a question to the configured registries, with the credential for its address.
    ///
    /// # Errors
    /// [`FetchProblem::NoEndpoint`] where there is no such address.
    pub(super) fn new(
        registries: &Registries,
        credentials: &Credentials,
        request: &'a EvidenceRequest,
    ) -> Result<Self, FetchProblem> {
        let (url, accept) = urls::locate(registries, request)?;
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
            request,
            url,
            shown,
            headers,
        })
    }

    /// Under what its answer may be kept. None where a credential is sent, in a header or as part of
    /// the path: what one person may read is not kept for the next.
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

fn not_sendable(from: &str) -> String {
    format!("the credential from {from} cannot be sent in a header")
}
