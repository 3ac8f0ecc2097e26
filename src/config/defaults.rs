//! What holds unless something else is set.

use std::time::Duration;

/// Packages checked in parallel, unless told otherwise.
pub(super) const JOBS: u8 = 32;
/// Requests in flight at once to one host, unless told otherwise.
pub(super) const PER_HOST: u8 = 32;
/// Time limit per request, retries included, unless told otherwise.
pub(super) const TIMEOUT: Duration = Duration::from_secs(30);
