//! A finding that somebody has accepted.

use serde::Serialize;

/// Who accepted a finding, why, and until when: from an `[[exempt]]` block of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exempted {
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds (UTC), as in `2027-03-31`.
    pub expires: String,
    /// The line of the block in the configuration.
    pub config_line: usize,
}
