//! Addresses as they may be shown: without what could be a secret.

use untrusted_text::shortened;
use url::Url;

/// An address without user name, password, query; shortened. What is no address is only shortened.
pub(crate) fn address(text: &str) -> String {
    if text.starts_with("file:") {
        return shortened(text);
    }
    let Ok(mut url) = Url::parse(text) else {
        // `git@host:owner/name` and the like; what stands before a second `@` may be a secret.
        let bare = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
        return shortened(bare.split('?').next().unwrap_or_default());
    };
    // Fails only for addresses that have no place for a name, such as `file:`.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    shortened(url.as_str())
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn secrets_are_left_out() {
        for (text, shown) in [
            ("https://u:p@h.example/a.tgz?t=1", "https://h.example/a.tgz"),
            (
                "git+ssh://git@github.com/a/b.git#c0ffee",
                "git+ssh://github.com/a/b.git#c0ffee",
            ),
            ("git@github.com:a/b", "github.com:a/b"),
            ("file:../a.tgz", "file:../a.tgz"),
            ("../a", "../a"),
        ] {
            assert_eq!(address(text), shown);
        }
    }
}
