//! A request to the virtual GitHub, and its answer.

use serde_json::Value;

/// A request.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: String,
    /// Percent-decoded, below the API.
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) authorization: Option<String>,
    pub(super) agent: Option<String>,
    pub(super) body: Value,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Option<Value>,
    /// Whether it is wrong on purpose.
    pub(super) wrong: bool,
}
