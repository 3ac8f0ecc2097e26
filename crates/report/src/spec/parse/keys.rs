//! The keys that are known, and the nearest one for a key that is not.

use strsim::damerau_levenshtein;

/// A mapping of a spec and the keys that may stand in it.
pub(super) struct Known {
    /// Route of the mapping, empty for the document.
    pub(super) route: &'static str,
    /// Keys of it.
    pub(super) keys: &'static [&'static str],
    /// What a key that nothing reads means for the result.
    pub(super) consequence: &'static str,
}

const UNCHECKED: &str = "what it declares is not compared with the package";
const WITHOUT_EFFECT: &str = "it has no effect on what is verified";

/// Every mapping whose keys are fixed; `[]` stands for the items of a list. What is not listed as one
/// is for other tools of dockyard and may hold anything (`security`), or holds names of its author's
/// choice (`spec.env`).
/// The keys are those of dockyard's own structures, present and past (cmd/dockhand/main.go,
/// internal/skills/spec.go), `repository_directory`, which no certificate can prove
/// (docs/verification.md#e5), and the forge's numbers of repository and owner, which only this program
/// reads (docs/drift.md#the-spec).
pub(super) const KNOWN: &[Known] = &[
    Known {
        route: "",
        keys: &["metadata", "spec", "provenance", "security"],
        consequence: UNCHECKED,
    },
    Known {
        route: "metadata",
        keys: &["name", "description", "version", "protocol"],
        consequence: WITHOUT_EFFECT,
    },
    Known {
        route: "spec",
        keys: &[
            "package",
            "version",
            "args",
            "env",
            "overrides",
            "constraints",
            "repository",
            "ref",
            "path",
        ],
        consequence: WITHOUT_EFFECT,
    },
    Known {
        route: "spec.overrides[]",
        keys: &["package", "version", "reason"],
        consequence: WITHOUT_EFFECT,
    },
    Known {
        route: "spec.constraints[]",
        keys: &["spec", "reason"],
        consequence: WITHOUT_EFFECT,
    },
    Known {
        route: "provenance",
        keys: &[
            "repository_uri",
            "repository_ref",
            "repository_directory",
            "attestations",
            "sigstore_url",
            "signer_identity",
            "runner_environment",
            "cert_issuer",
        ],
        consequence: UNCHECKED,
    },
    Known {
        route: "provenance.attestations",
        keys: &["available", "verified", "publisher"],
        consequence: UNCHECKED,
    },
    Known {
        route: "provenance.attestations.publisher",
        keys: &[
            "kind",
            "repository",
            "workflow",
            "repository_id",
            "owner_id",
        ],
        consequence: UNCHECKED,
    },
];

/// The known mapping at `route`.
pub(super) fn known(route: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.route == route)
}

/// What to do about `key`, which is none of `here`.
pub(super) fn advice(here: &Known, key: &str) -> String {
    if let Some(nearest) = nearest(here.keys, key) {
        return format!("Write `{nearest}`, or remove the key.");
    }
    let elsewhere = KNOWN
        .iter()
        .filter(|other| other.route != here.route && !other.route.ends_with("[]"))
        .find(|other| other.keys.contains(&key));
    match elsewhere {
        Some(Known { route: "", .. }) => {
            format!("Move `{key}` to the top level of the file, or remove it.")
        }
        Some(other) => format!("Move `{key}` below `{}`, or remove it.", other.route),
        None => format!("Remove it. Known here: `{}`.", here.keys.join("`, `")),
    }
}

/// Whether `key`, which is none of `here`, is probably a misspelling of `provenance` or of a key below
/// it, or one of those in another place.
pub(super) fn is_meant_for_provenance(here: &Known, key: &str) -> bool {
    let below = |route: &str| route == "provenance" || route.starts_with("provenance.");
    match nearest(here.keys, key) {
        Some(nearest) => below(here.route) || nearest == "provenance",
        None => KNOWN.iter().any(|other| {
            other.route != here.route && below(other.route) && other.keys.contains(&key)
        }),
    }
}

/// The known key that `key` is probably a misspelling of: at most three edits, and no more than a
/// third of it.
fn nearest(keys: &'static [&'static str], key: &str) -> Option<&'static str> {
    // Longer than any key by more than the limit; the distance is quadratic.
    if key.len() > 40 {
        return None;
    }
    let folded = key.to_ascii_lowercase().replace('-', "_");
    keys.iter()
        .map(|known| (damerau_levenshtein(known, &folded), *known))
        .filter(|(distance, known)| *distance <= (known.len() / 3).clamp(1, 3))
        .min()
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::{advice, is_meant_for_provenance, known};

    #[test]
    fn keys_that_are_meant_for_provenance_are_known_as_such() {
        for (route, key, meant) in [
            ("", "provenence", true),
            ("", "attestations", true),
            ("", "sec", false),
            ("", "x", false),
            ("metadata", "publisher", true),
            ("metadata", "nme", false),
            ("spec", "packge", false),
            ("provenance", "attestation", true),
            ("provenance", "available", true),
            ("provenance", "x", false),
            ("provenance.attestations", "publishers", true),
        ] {
            let here = known(route).unwrap();
            assert_eq!(is_meant_for_provenance(here, key), meant, "{route}: {key}");
        }
    }

    #[test]
    fn names_the_nearest_known_key_or_where_it_belongs() {
        for (route, key, expected) in [
            ("", "provenence", "Write `provenance`"),
            ("", "Provenance", "Write `provenance`"),
            ("", "attestations", "Move `attestations` below `provenance`"),
            ("provenance", "repository-uri", "Write `repository_uri`"),
            ("provenance", "repo_uri", "Known here: `repository_uri`, "),
            ("provenance", "spec", "Move `spec` to the top level"),
            (
                "provenance.attestations.publisher",
                "workflows",
                "Write `workflow`",
            ),
            ("provenance.attestations.publisher", "kin", "Write `kind`"),
            ("spec", "x", "Known here: `package`, "),
            ("spec", "packge", "Write `package`"),
        ] {
            let advice = advice(known(route).unwrap(), key);
            assert!(advice.contains(expected), "{key}: {advice}");
        }
        let _ = advice(known("").unwrap(), &"é".repeat(100_000));
        assert!(known("security").is_none());
    }
}
