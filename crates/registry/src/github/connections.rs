//! The HTTP client beneath, made when the first request needs it: a run that asks GitHub nothing does not read the
//! system's certificates.

use std::sync::OnceLock;
use std::time::Duration;

use super::error::ApiError;

/// Time for a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// Connections to one GitHub.
pub(super) struct Connections {
    /// Whether it is this machine, where no proxy stands and http is accepted.
    local: bool,
    client: OnceLock<Result<reqwest::Client, ApiError>>,
}

impl Connections {
    pub(super) const fn new(local: bool) -> Self {
        Self {
            local,
            client: OnceLock::new(),
        }
    }

    /// The client.
    ///
    /// # Errors
    /// [`ApiError::Connection`], which says why none could be made.
    pub(super) fn client(&self) -> Result<&reqwest::Client, ApiError> {
        let client = self.client.get_or_init(|| {
            let client = reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
                .retry(reqwest::retry::never())
                .connect_timeout(CONNECT);
            let client = if self.local {
                client.no_proxy()
            } else {
                client.https_only(true)
            };
            client.build().map_err(|error| {
                ApiError::Connection(format!("no HTTP client could be made: {error}"))
            })
        });
        client.as_ref().map_err(Clone::clone)
    }
}
