//! What is logged of each request under `-v`: one line, without credentials.

use std::fmt;
use std::time::Duration;

/// The target of the log events about requests.
pub const TARGET: &str = "dockyard_provenance::requests";

/// Where an answer came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The registry.
    Network,
    /// The cache.
    Cache,
}

/// One attempt to have one document, and its end.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// What was asked for: a constructed address as it may be shown, which holds no credentials.
    pub url: &'a str,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// From sending to the end of the body.
    pub took: Duration,
    /// Which attempt it was, from 1.
    pub attempt: usize,
    /// Length of the body, decompressed, where it was read to its end.
    pub bytes: Option<usize>,
    /// Where the answer came from.
    pub origin: Origin,
}

/// Logs a document that was cached and not asked for.
pub fn cached(url: &str, bytes: usize) {
    Exchange {
        url,
        status: Some(200),
        took: Duration::ZERO,
        attempt: 1,
        bytes: Some(bytes),
        origin: Origin::Cache,
    }
    .log("");
}

impl Exchange<'_> {
    /// Logs it, with what `follows`: a problem, another try.
    pub fn log(&self, follows: &str) {
        let separator = if follows.is_empty() { "" } else { ": " };
        tracing::info!(target: TARGET, "{self}{separator}{follows}");
    }
}

impl fmt::Display for Exchange<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "GET {} ", self.url)?;
        match self.status {
            Some(status) => write!(formatter, "{status}")?,
            None => formatter.write_str("no answer")?,
        }
        write!(formatter, ", {} ms", self.took.as_millis())?;
        write!(formatter, ", attempt {}", self.attempt)?;
        if let Some(bytes) = self.bytes {
            write!(formatter, ", {bytes} bytes")?;
        }
        formatter.write_str(match self.origin {
            Origin::Network => "",
            Origin::Cache => ", from the cache",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_happened() {
        let answered = Exchange {
            url: "https://r.example/a/1.0.0",
            status: Some(200),
            took: Duration::from_millis(31),
            attempt: 2,
            bytes: Some(512),
            origin: Origin::Network,
        };
        assert_eq!(
            answered.to_string(),
            "GET https://r.example/a/1.0.0 200, 31 ms, attempt 2, 512 bytes"
        );
        let failed = Exchange {
            status: None,
            bytes: None,
            origin: Origin::Cache,
            ..answered
        };
        assert_eq!(
            failed.to_string(),
            "GET https://r.example/a/1.0.0 no answer, 31 ms, attempt 2, from the cache"
        );
    }
}
