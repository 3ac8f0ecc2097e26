//! One question as it is sent.

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use url::Url;

use crate::registry::urls::{self, Registries};
use crate::registry::{EvidenceRequest, FetchProblem};

/// What every attempt to have one document sends, and what its answer is held against.
pub(super) struct Question<'a> {
    /// What is asked for.
    pub(super) request: &'a EvidenceRequest,
    /// Where: a constructed address, without credentials.
    pub(super) url: Url,
    /// What is sent beside the client's own headers.
    pub(super) headers: HeaderMap,
}

impl<'a> Question<'a> {
    /// Prepares a question to the configured registries.
    ///
    /// # Errors
    /// [`FetchProblem::NoEndpoint`] where there is no such address.
    pub(super) fn new(
        registries: &Registries,
        request: &'a EvidenceRequest,
    ) -> Result<Self, FetchProblem> {
        let (url, accept) = urls::locate(registries, request)?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        Ok(Self {
            request,
            url,
            headers,
        })
    }
}
