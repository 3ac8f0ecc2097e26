//! `workspaces` of a `package.json`: which folders of the project are its members (npm, `@npmcli/map-workspaces`).

use globset::GlobBuilder;
use serde_json::Value;

/// Most patterns that are read.
const MOST: usize = 1000;

/// Longest pattern, in bytes.
const LONGEST: usize = 300;

/// Whether `workspaces`, a list or an object with one as `packages`, have the folder at `key`. A later pattern
/// says it of what an earlier one does, and `!` before one takes it away.
pub(super) fn have(workspaces: &Value, key: &str) -> bool {
    let list = workspaces.get("packages").unwrap_or(workspaces).as_array();
    let patterns = list.into_iter().flatten().take(MOST);
    let mut is_member = false;
    for pattern in patterns.filter_map(Value::as_str) {
        let bare = pattern.trim_start_matches('!');
        let negated = (pattern.len() - bare.len()) % 2 == 1;
        let bare = bare
            .strip_prefix('.')
            .filter(|rest| rest.starts_with('/'))
            .unwrap_or(bare);
        if matches(bare.trim_matches('/'), key) {
            is_member = !negated;
        }
    }
    is_member
}

fn matches(pattern: &str, key: &str) -> bool {
    if pattern.len() > LONGEST {
        return false;
    }
    let glob = GlobBuilder::new(pattern)
        .literal_separator(true)
        .backslash_escape(false)
        .build();
    glob.is_ok_and(|glob| glob.compile_matcher().is_match(key))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::have;

    #[test]
    fn members_are_what_the_patterns_have() {
        for (workspaces, members, others) in [
            (
                json!(["packages/*"]),
                vec!["packages/a"],
                vec!["packages", "packages/a/b", "vendor/x"],
            ),
            (
                json!({"packages": ["./a", "/b/"]}),
                vec!["a", "b"],
                vec!["c"],
            ),
            (
                json!(["apps/**"]),
                vec!["apps/a", "apps/a/b"],
                vec!["app/a"],
            ),
            (
                json!(["{a,b}/x-?"]),
                vec!["a/x-1", "b/x-2"],
                vec!["c/x-1", "a/x-12"],
            ),
            (
                json!(["p/*", "!p/b", "!!p/c"]),
                vec!["p/a", "p/c"],
                vec!["p/b"],
            ),
            (json!([1, null, "[", "!"]), vec![], vec!["p"]),
            (json!("p"), vec![], vec!["p"]),
            (json!({"packages": "p"}), vec![], vec!["p"]),
        ] {
            for member in members {
                assert!(have(&workspaces, member), "{workspaces} {member}");
            }
            for other in others {
                assert!(!have(&workspaces, other), "{workspaces} {other}");
            }
        }
    }
}
