//! Variables that the libraries for TLS and proxies read by themselves, and pass over where they cannot
//! be used: said here, or a registry would be blamed.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use url::Url;

use dockyard_registry::credentials::npmrc::Lookup;

/// What a certificate in PEM begins with (RFC 7468).
const MARK: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// How much of a file of certificates is looked through, in bytes.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// Where a proxy may be named, each also in small letters.
const PROXIES: [&str; 3] = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"];

/// What of these variables cannot be used, for people. Never what they hold: a proxy's address may have
/// a password in it.
pub(super) fn warnings(lookup: Lookup<'_>) -> Vec<String> {
    let named = |name: &str| lookup(name).filter(|value| !value.is_empty());
    let file = named("SSL_CERT_FILE").and_then(|value| {
        let why = unusable_file(Path::new(&value))?;
        Some(format!(
            "SSL_CERT_FILE names no certificates that can be used ({why}); correct it or unset it"
        ))
    });
    let folder = named("SSL_CERT_DIR").and_then(|value| {
        let path = Path::new(&value);
        // Several folders are separated as in PATH; which of them matters is not known.
        let several = value.to_string_lossy().contains([':', ';']);
        let why = fs::read_dir(path).err().filter(|_| !several)?;
        Some(format!(
            "SSL_CERT_DIR names no folder of certificates ({why}); correct it or unset it"
        ))
    });
    let proxies = PROXIES
        .iter()
        .flat_map(|name| [(*name).to_owned(), name.to_lowercase()])
        .filter(|name| named(name).is_some_and(|value| !is_proxy(&value.to_string_lossy())))
        .map(|name| {
            format!(
                "{name} is not the address of a proxy and is not used; write it like \
                 http://proxy.example:3128"
            )
        });
    file.into_iter().chain(folder).chain(proxies).collect()
}

/// Whether a proxy can be meant: an address, or a host with or without a port.
fn is_proxy(text: &str) -> bool {
    let whole = if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    };
    Url::parse(&whole).is_ok_and(|url| {
        let scheme = url.scheme();
        (matches!(scheme, "http" | "https") || scheme.starts_with("socks")) && url.has_host()
    })
}

/// Why the file holds no certificate. A pipe is not waited for.
fn unusable_file(path: &Path) -> Option<String> {
    let look = || -> io::Result<Option<&str>> {
        if !path.metadata()?.is_file() {
            return Ok(Some("it is not a regular file"));
        }
        let mut bytes = Vec::new();
        File::open(path)?.take(MAX_BYTES).read_to_end(&mut bytes)?;
        let holds = bytes.windows(MARK.len()).any(|window| window == MARK);
        Ok((!holds).then_some("it holds no certificate in PEM form"))
    };
    match look() {
        Ok(why) => why.map(str::to_owned),
        Err(error) => Some(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    fn told(variables: &[(&str, &str)]) -> Vec<String> {
        warnings(&|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn what_cannot_be_used_is_told_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        fs::write(path("good.pem"), "x\n-----BEGIN CERTIFICATE-----\n").unwrap();
        fs::write(path("bad.pem"), "x").unwrap();
        for (variable, value, says) in [
            ("SSL_CERT_FILE", path("nope"), "No such file"),
            ("SSL_CERT_FILE", path("bad.pem"), "no certificate in PEM"),
            ("SSL_CERT_FILE", path(""), "not a regular file"),
            ("SSL_CERT_DIR", path("nope"), "No such file"),
            ("HTTPS_PROXY", "::::".to_owned(), "HTTPS_PROXY is not"),
            ("https_proxy", "http://".to_owned(), "https_proxy is not"),
            (
                "ALL_PROXY",
                "ftp://u:hunter2@x".to_owned(),
                "ALL_PROXY is not",
            ),
        ] {
            let told = told(&[(variable, value.as_str())]);
            assert_eq!(told.len(), 1, "{variable}={value}: {told:?}");
            assert!(told[0].contains(says), "{told:?}");
            assert!(!told[0].contains("hunter2"));
        }
        for (variable, value) in [
            ("SSL_CERT_FILE", path("good.pem")),
            ("SSL_CERT_FILE", String::new()),
            ("SSL_CERT_DIR", path("")),
            ("SSL_CERT_DIR", format!("{}:/nope", path(""))),
            ("HTTPS_PROXY", "proxy.example".to_owned()),
            ("HTTPS_PROXY", "proxy.example:3128".to_owned()),
            ("HTTPS_PROXY", "http://u:p@proxy.example:3128/".to_owned()),
            ("ALL_PROXY", "socks5h://127.0.0.1:9050".to_owned()),
        ] {
            let told = told(&[(variable, value.as_str())]);
            assert!(told.is_empty(), "{told:?}");
        }
    }
}
