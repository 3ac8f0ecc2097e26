//! Specs and lock files that a pull request touches and that are not there to be looked at: a sparse checkout, a
//! submodule or a link whose target was not fetched, a step that removed something. A run that does
//! not see them must not pass for them.

use std::collections::BTreeMap;
use std::path::Path;

use crate::action::event::changed::{Touched, Unlisted};
use crate::action::event::checkout::Checkout;
use crate::discover::{self, DiscoverError, Found};

/// Most paths that are named.
const MAX_NAMED: usize = 10;

/// Where a run looks for files, by their paths below the root.
pub struct Places<'a> {
    /// Whether a file at a path is taken.
    pub taken: Box<dyn Fn(&str) -> bool + 'a>,
    /// Whether a folder at a path is looked into.
    pub searched: Box<dyn Fn(&str) -> bool + 'a>,
}

impl Places<'_> {
    /// Where specs are looked for.
    ///
    /// # Errors
    /// A glob that is none.
    pub fn of_specs(globs: &[String]) -> Result<Self, DiscoverError> {
        Ok(Self {
            taken: Box::new(discover::taken(globs)?),
            searched: Box::new(discover::searched(globs)?),
        })
    }
}

/// What is to be said where files of these `places` that the pull request touches were not looked at as it
/// leaves them: they are not among those `found`, or another commit than one of its `own` is checked out.
pub fn unseen(
    listed: &Result<Touched, Unlisted>,
    found: &[Found],
    checkout: &Checkout,
    places: &Places<'_>,
    own: &[Option<&str>],
) -> Option<String> {
    doubt(listed, found, checkout, places).or_else(|| other_commit(listed, checkout, places, own))
}

/// What is to be said where files of these `places` that the pull request touches are not among those
/// `found`, or where that cannot be told: a doubt about the run.
fn doubt(
    listed: &Result<Touched, Unlisted>,
    found: &[Found],
    checkout: &Checkout,
    places: &Places<'_>,
) -> Option<String> {
    let touched = match listed {
        Ok(touched) => touched,
        Err(unlisted) => return checkout.is_sparse().then(|| unknown(&unlisted.reason)),
    };
    let missing = missing(touched, found, checkout, places);
    (!missing.is_empty()).then(|| told(&missing))
}

/// What is to be said where files of these `places` that the pull request touches are there, but not as it leaves them: what
/// is checked out is another commit than `own`, the pull request's. Where it cannot be told which one it is,
/// GitHub's list speaks of what there is.
fn other_commit(
    listed: &Result<Touched, Unlisted>,
    checkout: &Checkout,
    places: &Places<'_>,
    own: &[Option<&str>],
) -> Option<String> {
    let (Ok(touched), Ok(head)) = (listed, checkout.head()) else {
        return None;
    };
    if own.contains(&Some(head.as_str())) {
        return None;
    }
    let prefixes = prefixes(checkout);
    let is_taken = |path: &&String| is_below(path, &prefixes, &places.taken);
    let file = touched.left.iter().find(is_taken);
    file.map(|path| {
        format!(
            "the pull request touches `{path}`, and what is checked out is not the pull request's \
             commit, so that it was not looked at. Check out the whole pull request \
             (`actions/checkout` without `ref`)"
        )
    })
}

/// Whether `path`, as GitHub names it, lies below one of the `prefixes` at a place that is `taken`.
pub fn is_below(path: &str, prefixes: &[String], taken: impl Fn(&str) -> bool) -> bool {
    let mut below = prefixes
        .iter()
        .filter_map(|prefix| path.strip_prefix(prefix.as_str()));
    below.any(taken)
}

fn told(missing: &[&str]) -> String {
    let named: Vec<String> = missing
        .iter()
        .take(MAX_NAMED)
        .map(|path| format!("`{path}`"))
        .collect();
    let more = match missing.len().saturating_sub(MAX_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (is, it) = if missing.len() == 1 {
        ("is", "it was")
    } else {
        ("are", "they were")
    };
    format!(
        "the pull request touches {}{more}, which {is} not there to be read in what is checked out, so \
         that {it} not looked at. Check out the whole pull request (`actions/checkout` without \
         `sparse-checkout` and `ref`, and with `submodules` where specs lie in some); where the base \
         branch has moved the file since, bring the pull request up to date",
        named.join(", ")
    )
}

fn unknown(reason: &str) -> String {
    format!(
        "only a part of the repository is checked out, and whether every spec that the pull request \
         touches is in it is not known: {reason}. Check out the whole repository (`actions/checkout` \
         without `sparse-checkout`)"
    )
}

/// The scanned folder in the repository, by its words and where links lead.
pub fn prefixes(checkout: &Checkout) -> Vec<String> {
    let mut prefixes = vec![checkout.prefix()];
    prefixes.extend(checkout.real_prefix());
    prefixes
}

/// The touched paths, as GitHub names them, at which there ought to be a file of these
/// `places`, or a folder of them.
fn missing<'a>(
    touched: &'a Touched,
    found: &[Found],
    checkout: &Checkout,
    places: &Places<'_>,
) -> Vec<&'a str> {
    let Places { taken, searched } = places;
    let found: BTreeMap<&str, &Found> = found
        .iter()
        .map(|spec| (spec.path.as_str(), spec))
        .collect();
    let prefixes = prefixes(checkout);
    let is_missing = |path: &str| {
        prefixes.iter().any(|prefix| {
            let Some(path) = path.strip_prefix(prefix.as_str()) else {
                return false;
            };
            if taken(path) {
                !found.get(path).is_some_and(|spec| is_read(spec, checkout))
            } else {
                searched(path) && is_plain(path) && is_hollow(&checkout.root.join(path))
            }
        })
    };
    let left = touched.left.iter().map(String::as_str);
    left.filter(|path| is_missing(path)).collect()
}

/// Whether there is a file behind what was found. One that is there and cannot be used (too large, a
/// name that is not UTF-8) is a finding of its own.
fn is_read(spec: &Found, checkout: &Checkout) -> bool {
    let file = checkout.root.join(&spec.path);
    spec.content.is_ok() || file.metadata().is_ok_and(|data| data.is_file())
}

/// Git's trees hold no other paths; what comes from elsewhere is not opened.
fn is_plain(path: &str) -> bool {
    path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// A submodule that was not fetched is an empty folder, a link whose target was not leads nowhere.
fn is_hollow(path: &Path) -> bool {
    let Ok(data) = path.symlink_metadata() else {
        return false;
    };
    if data.is_symlink() {
        return path.metadata().is_err();
    }
    data.is_dir()
        && path
            .read_dir()
            .is_ok_and(|mut entries| entries.next().is_none())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn of(root: &str, left: &[&str], globs: &[&str]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        fs::create_dir_all(top.join(".git")).unwrap();
        for server in ["npx/a", "deep/npx/b", "npx/folder/spec.yaml"] {
            fs::create_dir_all(top.join(server)).unwrap();
        }
        for spec in ["npx/a/spec.yaml", "deep/npx/b/spec.yaml"] {
            fs::write(top.join(spec), "x").unwrap();
        }
        for (target, name) in [
            ("gone.yaml", "npx/broken/spec.yaml"),
            ("a", "npx/link"),
            ("../gone", "npx/hollow"),
            ("deep", "ci"),
        ] {
            let link = top.join(name);
            fs::create_dir_all(link.parent().unwrap()).unwrap();
            std::os::unix::fs::symlink(target, link).unwrap();
        }
        fs::create_dir_all(top.join("npx/submodule")).unwrap();
        let globs: Vec<String> = globs.iter().map(|glob| (*glob).to_owned()).collect();
        let checkout = Checkout::around(top, Path::new(root));
        let found = discover::discover(&checkout.root, &globs).unwrap();
        let touched = Touched {
            paths: left.iter().map(|path| (*path).to_owned()).collect(),
            added: std::collections::BTreeSet::new(),
            left: left.iter().map(|path| (*path).to_owned()).collect(),
        };
        let places = Places::of_specs(&globs).unwrap();
        let missing = missing(&touched, &found, &checkout, &places);
        missing.into_iter().map(ToOwned::to_owned).collect()
    }

    #[test]
    fn what_is_touched_must_be_there() {
        for there in [
            "npx/a/spec.yaml",
            "README.md",
            "docs/gone/too/deep/spec.yaml",
            "npx/gone",
            "npx/link",
            "node_modules/x/spec.yaml",
        ] {
            assert_eq!(of(".", &[there], &[]), [""; 0], "{there}");
        }
        for gone in [
            "npx/gone/spec.yaml",
            // Another name than the one that is there.
            "npx/A/spec.yaml",
            "NPX/a/spec.yaml",
            "npx/folder/spec.yaml",
            "npx/broken/spec.yaml",
            "npx/hollow",
            "npx/submodule",
        ] {
            assert_eq!(of(".", &[gone, "npx/a/spec.yaml"], &[]), [gone]);
        }
    }

    #[test]
    fn patterns_and_root_decide_what_is_a_spec() {
        let globs = ["catalog/**/*.yaml", "npx/*/spec.yaml"];
        let gone = ["catalog/x/y/z.yaml", "npx/gone/spec.yaml"];
        assert_eq!(
            of(".", &[gone[0], gone[1], "uvx/x/spec.yaml"], &globs),
            gone
        );
        let below = [
            "deep/npx/b/spec.yaml",
            "deep/npx/c/spec.yaml",
            "npx/gone/spec.yaml",
        ];
        assert_eq!(of("deep", &below, &[]), ["deep/npx/c/spec.yaml"]);
        // GitHub names files by where they are, not by the link.
        assert_eq!(of("ci", &below, &[]), ["deep/npx/c/spec.yaml"]);
    }

    #[test]
    fn what_no_tree_holds_is_not_opened() {
        let paths = ["../x", "/etc", "npx/../npx", "npx//a"];
        assert_eq!(of(".", &paths, &[]), [""; 0]);
        assert_eq!(
            of(".", &["npx/../spec.yaml"], &["**/spec.yaml"]),
            ["npx/../spec.yaml"]
        );
    }

    #[test]
    fn many_are_counted() {
        let missing: Vec<String> = (0..12)
            .map(|number| format!("npx/{number}/spec.yaml"))
            .collect();
        let missing: Vec<&str> = missing.iter().map(String::as_str).collect();
        let text = told(&missing);
        assert!(
            text.contains("`npx/9/spec.yaml` and 2 more, which are not there"),
            "{text}"
        );
        assert!(told(&["a"]).contains("`a`, which is not there"));
    }
}
