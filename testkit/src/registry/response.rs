//! What the virtual registry answers.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers, besides `content-length` and `connection`.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Response {
    /// An answer without a body.
    pub fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// 200 with JSON.
    pub fn json(body: &Value) -> Self {
        Self::typed("application/json", body.to_string())
    }

    /// 200 with a body of this content type.
    pub fn typed(content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            body: body.into(),
            ..Self::status(200).with("content-type", content_type)
        }
    }

    /// With one more header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// With an `etag` of its body, where it is a 200 that has none.
    pub(super) fn tagged(self) -> Self {
        if self.status != 200 || self.header("etag").is_some() {
            return self;
        }
        let tag = format!("\"{}\"", hex::encode(Sha256::digest(&self.body)));
        self.with("etag", &tag)
    }

    /// 304 where its `etag` is the one that the client knows.
    pub(super) fn unless(self, known: Option<&str>) -> Self {
        if known.is_none() || self.header("etag") != known {
            return self;
        }
        Self {
            status: 304,
            body: Vec::new(),
            ..self
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let header = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_str())
    }

    /// A body that unpacks to `size` spaces, so that it is small on the wire.
    pub fn gzip_bomb(size: usize) -> Self {
        Self::typed("application/json", super::bomb::gzip_spaces(size))
            .with("content-encoding", "gzip")
    }

    /// As [`Response::gzip_bomb`], with brotli.
    pub fn brotli_bomb(size: usize) -> Self {
        Self::typed("application/json", super::bomb::brotli_spaces(size))
            .with("content-encoding", "br")
    }
}

/// How an answer goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// This status, every time.
    Status(u16),
    /// This status for the first requests, then the honest answer.
    StatusTimes(u16, usize),
    /// The connection is closed before an answer, for the first requests.
    CloseTimes(usize),
    /// This answer instead, every time.
    Answer(Response),
    /// This status for so many percent of the requests, by chance: `seed`, the path and how often
    /// it was asked for decide, so that the same requests fail whatever their order.
    Sometimes {
        /// The status of the failures.
        status: u16,
        /// How many of a hundred requests fail.
        percent: u8,
        /// Another seed, other failures.
        seed: u64,
    },
    /// As [`Fault::Sometimes`], each time another of these: a reset and an end before the head, a
    /// body that is cut, 503, and 429 with `Retry-After: 0`.
    Mixed {
        /// How many of a hundred requests fail.
        percent: u8,
        /// Another seed, other failures.
        seed: u64,
    },
    /// The honest answer, once the registry got so many requests in all.
    After(usize),
    /// The connection is reset before an answer.
    Reset,
    /// The connection is reset after the head and half of the body.
    ResetInBody,
    /// The whole length declared, half of the body sent.
    Truncate,
    /// No answer while the registry lives.
    Hang,
    /// 200 and bytes that are no JSON.
    Garbage,
    /// JSON whitespace without an end.
    Endless,
    /// 302 to this place.
    Redirect(String),
    /// The honest answer, one byte at a time with this many milliseconds between them.
    Drip(u64),
}
