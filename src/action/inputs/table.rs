//! The outputs of the action, each once: `action.yml` and `docs/action.md` are made from this table.

/// An output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Output {
    /// Its name.
    pub name: &'static str,
    /// What it holds, for people.
    pub says: &'static str,
}

/// Every output.
pub const OUTPUTS: [Output; 19] = [
    Output {
        name: "verdict",
        says: "`pass`, `fail`, `inconclusive`, or `error` where the run could not start.",
    },
    Output {
        name: "specs",
        says: "Specs looked at.",
    },
    Output {
        name: "verified",
        says: "Specs whose package is verified.",
    },
    Output {
        name: "partial",
        says: "Specs with a release that is attested in part.",
    },
    Output {
        name: "signed",
        says: "Specs with the registry's signature only.",
    },
    Output {
        name: "pinned",
        says: "Skills whose commit is in the history of the repository's own branch.",
    },
    Output {
        name: "none",
        says: "Specs without evidence.",
    },
    Output {
        name: "invalid",
        says: "Specs whose evidence fails verification.",
    },
    Output {
        name: "not-found",
        says: "Specs whose package or version does not exist.",
    },
    Output {
        name: "unknown",
        says: "Specs about which something could not be determined.",
    },
    Output {
        name: "malformed",
        says: "Specs that cannot be used.",
    },
    Output {
        name: "not-applicable",
        says: "Specs that name neither a package nor a source.",
    },
    Output {
        name: "errors",
        says: "Findings at error.",
    },
    Output {
        name: "warnings",
        says: "Findings at warning.",
    },
    Output {
        name: "notes",
        says: "Findings at note.",
    },
    Output {
        name: "sarif-file",
        says: "The SARIF report, relative to the workspace; empty where it was not written.",
    },
    Output {
        name: "report-file",
        says: "The JSON report, relative to the workspace; empty where it was not written.",
    },
    Output {
        name: "sarif-id",
        says: "GitHub's id of the SARIF upload; empty where nothing was uploaded.",
    },
    Output {
        name: "comment-url",
        says: "The comment, in `report` mode the first where several pull requests have the commit; empty where there is none.",
    },
];
