//! The inputs and outputs of the action, each once: `action.yml` and `docs/action.md` are made from
//! these tables (`manifest`), and [`crate::action::inputs`] reads nothing that is not in them.

/// An input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Input {
    /// Its name, lower case with dashes.
    pub name: &'static str,
    /// The setting of the command line that it stands for; empty where there is none.
    pub flag: &'static str,
    /// What holds where it is not given, as text for people.
    pub default: &'static str,
    /// What it does, for people.
    pub says: &'static str,
}

/// An output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Output {
    /// Its name.
    pub name: &'static str,
    /// What it holds, for people.
    pub says: &'static str,
}

const fn input(
    name: &'static str,
    flag: &'static str,
    default: &'static str,
    says: &'static str,
) -> Input {
    Input {
        name,
        flag,
        default,
        says,
    }
}

/// Every input.
pub const INPUTS: [Input; 33] = [
    input(
        "token",
        "",
        "the workflow's own token",
        "Token for GitHub's API: reads the pull request's files and the base branch's configuration, writes the comment, uploads SARIF. It is sent to this GitHub's API only.",
    ),
    input(
        "mode",
        "",
        "`scan`",
        "`scan` verifies the checkout. `report` runs on `workflow_run` and publishes the report that a pull request's own run left behind, as untrusted data.",
    ),
    input(
        "root",
        "ROOT",
        "`.`",
        "Folder to scan, relative to the workspace.",
    ),
    input(
        "paths",
        "--spec-glob",
        "`*/*/spec.yaml`",
        "Which files are specs: patterns relative to `root`, one per line.",
    ),
    input(
        "changed-only",
        "",
        "`false`",
        "On a pull request, verify only the specs that it touches. Everything is verified where GitHub cannot say which these are, where there are too many files, or where the configuration changes.",
    ),
    input(
        "fail-on",
        "--fail-on",
        "`error`",
        "Findings at or above this fail the step: `error`, `warning`, `note` or `never`.",
    ),
    input(
        "fail-on-unknown",
        "--fail-on-unknown",
        "`true`",
        "Whether what could not be determined fails the step (exit code 3). Where a spec claims attestations it does so in any case, unless `fail-on` is `never`.",
    ),
    input(
        "warn-only",
        "",
        "`false`",
        "Report findings without failing the step. What could not be determined still fails it.",
    ),
    input(
        "config",
        "--config",
        "`dockyard-provenance.toml` in `root`, if it is there",
        "The configuration file, relative to the workspace, or `none`. On pull requests and in merge queues the base branch's newest version is read.",
    ),
    input(
        "comment",
        "",
        "`on-change`",
        "When to comment on the pull request: `always`, `on-failure`, `on-change` or `never`. One comment per category, updated in place.",
    ),
    input(
        "comment-author",
        "",
        "what GitHub says whose `token` it is",
        "Login of the app whose installation token is given as `token`, where GitHub does not tell it (GraphQL's `viewer`); only its comments are updated.",
    ),
    input(
        "annotations",
        "",
        "`true`",
        "Whether findings are shown in the files of the pull request.",
    ),
    input(
        "sarif-file",
        "--report sarif=",
        "`dockyard-provenance.sarif`",
        "Where the SARIF report is written, relative to the workspace.",
    ),
    input(
        "report-file",
        "--report json=",
        "`dockyard-provenance.json`",
        "Where the JSON report is written, relative to the workspace. In `report` mode, the file that is read.",
    ),
    input(
        "upload-sarif",
        "",
        "`auto`",
        "Whether SARIF is uploaded to code scanning: `auto` tries and explains where it cannot, `always` warns, `never` does not.",
    ),
    input(
        "category",
        "",
        "`dockyard-provenance`, with `root` and a digest of `paths` where they are not the defaults",
        "Keeps several runs on one commit apart, in code scanning and in comments. Comments are known by `root` and `paths` too, also in `report` mode.",
    ),
    input(
        "evidence",
        "--evidence",
        "",
        "Folder of recorded evidence instead of the registries, relative to the workspace.",
    ),
    input(
        "offline",
        "--offline",
        "`false`",
        "Do not ask the registries; what is then not known is unknown.",
    ),
    input(
        "npm-registry",
        "--npm-registry",
        "`https://registry.npmjs.org`",
        "npm's registry, or a mirror of it.",
    ),
    input(
        "pypi-index",
        "--pypi-index",
        "`https://pypi.org/simple`",
        "PyPI's simple index, or a mirror of it.",
    ),
    input("jobs", "--jobs", "`32`", "Packages checked in parallel."),
    input(
        "per-host",
        "--per-host",
        "`32`",
        "Requests in flight to one host, at most.",
    ),
    input(
        "timeout",
        "--timeout",
        "`30`",
        "Time limit per request, retries included, in seconds.",
    ),
    input(
        "trust",
        "--trust",
        "",
        "Which trust material to use, as on the command line.",
    ),
    input(
        "trusted-root",
        "--trusted-root",
        "",
        "A Sigstore `trusted_root.json`, relative to the workspace. On pull requests the base branch's version is read.",
    ),
    input(
        "npm-keys",
        "--npm-keys",
        "",
        "The default npm registry's `keys.json`, relative to the workspace, or `@scope=FILE` and `URL=FILE` for another registry, one per line. On pull requests the base branch's version is read.",
    ),
    input(
        "tuf-url",
        "--tuf-url",
        "Sigstore's public repository",
        "TUF repository of the trust material, or a mirror of it.",
    ),
    input(
        "tuf-root",
        "--tuf-root",
        "",
        "TUF root to begin with, for another Sigstore instance, relative to the workspace. On pull requests the base branch's version is read.",
    ),
    input(
        "trust-max-age",
        "--trust-max-age",
        "90, and only for what is used because the TUF repository was not reached",
        "Trust material that is older, in days, makes the run inconclusive.",
    ),
    input(
        "cache-dir",
        "--cache-dir",
        "the container's home, which lasts for the job",
        "Folder for what registries answered and for trust metadata, relative to the workspace, to be kept with `actions/cache`. Not one of the repository's own folders.",
    ),
    input(
        "no-cache",
        "--no-cache",
        "`false`",
        "Keep no answers and no trust metadata, and use none that were kept.",
    ),
    input(
        "summary",
        "",
        "`true`",
        "Whether the report is shown on the run's summary page.",
    ),
    input(
        "verbose",
        "--verbose",
        "`false`",
        "Show each piece of evidence in the log; also on when the run's debug logging is.",
    ),
];

/// Every output.
pub const OUTPUTS: [Output; 18] = [
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
        says: "Specs without a package of a registry.",
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
