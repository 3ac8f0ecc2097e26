//! `integrity`, as ssri reads it for npm.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::lock::NpmIntegrity;

/// Algorithms of Subresource Integrity and what npm wrote before, weakest first.
const KNOWN: [&str; 4] = ["sha1", "sha256", "sha384", "sha512"];

/// Reads a list of `ALGORITHM-BASE64[?OPTION…]`, separated by blanks. ssri takes the strongest algorithm, and of
/// its hashes any one.
pub(super) fn read(text: &str) -> NpmIntegrity {
    let mut hashes = Vec::new();
    for part in text.split_ascii_whitespace() {
        let Some((algorithm, rest)) = part.split_once('-') else {
            return unusable(part);
        };
        if !KNOWN.contains(&algorithm) {
            return unusable(part);
        }
        let digest = rest.split('?').next().unwrap_or_default();
        match STANDARD.decode(digest) {
            Ok(digest) => hashes.push((algorithm, digest)),
            Err(_) => return unusable(part),
        }
    }
    let Some((strongest, _)) = hashes
        .iter()
        .max_by_key(|(algorithm, _)| KNOWN.iter().position(|known| known == algorithm))
    else {
        return NpmIntegrity::Missing;
    };
    if *strongest != "sha512" {
        return NpmIntegrity::Weak((*strongest).to_owned());
    }
    let sha512: Option<Vec<[u8; 64]>> = hashes
        .iter()
        .filter(|(algorithm, _)| *algorithm == "sha512")
        .map(|(_, digest)| digest.as_slice().try_into().ok())
        .collect();
    sha512.map_or_else(|| unusable(text), NpmIntegrity::Sha512)
}

fn unusable(part: &str) -> NpmIntegrity {
    let part = untrusted_text::quoted(part);
    NpmIntegrity::Unusable(format!(
        "{part} is no digest that npm checks a download against"
    ))
}
