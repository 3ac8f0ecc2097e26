//! Addresses as they may be shown: without what could be a secret.

use url::Url;

/// An address without user name, password, query; what is no address without what may be a user name. In full, since
/// locks are compared by it.
pub(crate) fn address(text: &str) -> String {
    if text.starts_with("file:") {
        return text.to_owned();
    }
    let Ok(mut url) = Url::parse(text) else {
        // `git@host:owner/name` and the like; what stands before a second `@` may be a secret.
        let bare = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
        return bare.split('?').next().unwrap_or_default().to_owned();
    };
    // Fails only for addresses that have no place for a name, such as `file:`.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.into()
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn secrets_are_left_out() {
        let long = format!("https://h.example/{}", "a".repeat(200));
        for (text, shown) in [
            ("https://u:p@h.example/a.tgz?t=1", "https://h.example/a.tgz"),
            (
                "git+ssh://git@github.com/a/b.git#c0ffee",
                "git+ssh://github.com/a/b.git#c0ffee",
            ),
            (&long, &long),
            ("git@github.com:a/b", "github.com:a/b"),
            ("file:../a.tgz", "file:../a.tgz"),
            ("../a", "../a"),
        ] {
            assert_eq!(address(text), shown);
        }
    }
}
