//! Where a page says that a file is, what it says of its bytes, and which bytes are there.

use std::fmt::Write as _;

use aws_lc_rs::digest::{self, Algorithm, digest};

use crate::chance::Chance;

/// What stands in a page for the address of the page's own folder.
pub(super) const HERE: &str = "@HERE@";

/// Where a file is.
pub(super) struct Address {
    pub(super) url: String,
    /// Below the page's folder, decoded once.
    pub(super) path: String,
}

impl Address {
    /// An address that ends in the file's name in one way or another, or in `other`.
    pub(super) fn of(filename: &str, other: &str, number: usize, chance: &mut Chance) -> Self {
        let mut path = format!("f/{number}/{filename}");
        let escaped = match chance.below(12) {
            0 => percent(filename, |byte| {
                matches!(byte, b' ' | b'%' | b'#' | b'?') || !byte.is_ascii_graphic()
            }),
            1 => filename.to_owned(),
            2 => percent(filename, |_| true),
            3 => {
                let once = percent(filename, is_reserved);
                path = format!("f/{number}/{once}");
                percent(&once, is_reserved)
            }
            4 if chance.percent(50) => {
                path = format!("f/{number}/{other}");
                percent(other, is_reserved)
            }
            _ => percent(filename, is_reserved),
        };
        let end = if chance.percent(95) {
            ""
        } else {
            chance.one(&["?", "?a=b", "/", ";x", "?x=/acme-widget-1.0.tar.gz", " "])
        };
        let start = chance.one(&["../../", HERE, HERE, HERE]);
        Self {
            url: format!("{start}f/{number}/{escaped}{end}"),
            path,
        }
    }
}

fn is_reserved(byte: u8) -> bool {
    !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn percent(text: &str, escape: impl Fn(u8) -> bool) -> String {
    text.bytes().fold(String::new(), |mut result, byte| {
        if escape(byte) || !byte.is_ascii() {
            write!(result, "%{byte:02X}").unwrap();
        } else {
            result.push(char::from(byte));
        }
        result
    })
}

/// What may be served as a file.
pub(super) struct Contents {
    pub(super) good: Vec<u8>,
    pub(super) other: Vec<u8>,
}

impl Contents {
    /// The inside of `hashes`, the fragment of the address, and whether the other bytes are served.
    /// The SHA-256 of `hashes` is the good one's wherever there is one.
    pub(super) fn bound(&self, chance: &mut Chance) -> (String, String, bool) {
        let good = |algorithm| hex::encode(digest(algorithm, &self.good));
        let other = |algorithm: &'static Algorithm| hex::encode(digest(algorithm, &self.other));
        let sha256 = format!("\"sha256\": \"{}\"", good(&digest::SHA256));
        if chance.percent(70) {
            return (sha256, String::new(), false);
        }
        let (name, algorithm) = [
            ("sha1", &digest::SHA1_FOR_LEGACY_USE_ONLY),
            ("sha224", &digest::SHA224),
            ("sha384", &digest::SHA384),
            ("sha512", &digest::SHA512),
            ("SHA256", &digest::SHA256),
            ("sha3_256", &digest::SHA3_256),
        ][chance.below(6)];
        let weak = format!("\"{name}\": \"{}\"", other(algorithm));
        let marker = chance.one(&["#", "#a=b&", "#sha256=0&", "#&", "#x#"]);
        match chance.below(12) {
            0 => (
                sha256.to_uppercase().replace("SHA256", "sha256"),
                String::new(),
                false,
            ),
            1 | 2 => (format!("{weak}, {sha256}"), String::new(), true),
            3 => (format!("{sha256}, {weak}"), String::new(), true),
            4 => (sha256, format!("#sha256={}", good(&digest::SHA256)), false),
            5 | 6 => (
                sha256,
                format!("{marker}sha256={}", other(&digest::SHA256)),
                true,
            ),
            7 => (sha256, format!("#{name}={}", other(algorithm)), true),
            8 => (
                String::new(),
                format!("#sha256={}", good(&digest::SHA256)),
                false,
            ),
            9 => (weak, String::new(), true),
            10 => (sha256, "#egg=acme-widget-1.0".to_owned(), false),
            _ => (sha256, String::new(), true),
        }
    }
}
