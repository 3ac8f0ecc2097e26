//! The shapes that clap fills.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use super::build::{self, DeclareArguments, PinArguments};
use super::pages::{self, CoverageArguments, PageArguments, VsaArguments};
use crate::settings::values::up_to;
use crate::settings::{Cache, MAX_TIMEOUT, NamedKeys, Options, Tuf};
use dockyard_report::report::Shard;

/// What follows the options of a command: two examples, and its exit codes.
fn after(examples: [&str; 2], exit_codes: &str) -> String {
    let [first, second] = examples;
    let text = format!("Examples:\n  {first}\n  {second}\n\n{exit_codes}");
    text.trim_end().to_owned()
}

const EXIT_CODES: &str = "\
Exit codes, the same for every format:
  0  pass
  1  findings at or above --fail-on
  2  usage or configuration error
  3  inconclusive: something could not be determined; with --fail-on-unknown false only
     where a spec claims attestations or the policy requires evidence";

const MERGE_EXIT_CODES: &str = "\
Exit codes:
  0  pass
  1  findings at or above --fail-on
  2  usage or configuration error, or reports that are not of one run, or not of this one
  3  inconclusive, as after a scan; and always where a shard is missing";

const BUNDLE_EXIT_CODES: &str = "\
Exit codes:
  0  the bundle verifies
  1  it does not
  2  usage error";

const TRUST_EXIT_CODES: &str = "\
Exit codes:
  0  established
  1  refused: what the repository serves does not verify
  2  usage error
  3  the repository was not reached (show: and nothing can be used instead)";

/// Was this exact package version really built from where its spec says?
///
/// Checks the packages and skills pinned in `*/*/spec.yaml` against Sigstore attestations and registry
/// signatures, and points at the line of YAML where the two differ.
#[derive(Debug, Parser)]
#[command(name = "dockyard-provenance", bin_name = "dockyard-provenance", version, after_help = EXIT_CODES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) action: Action,
}

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Verify every spec of a repository
    ///
    /// Looks at every `*/*/spec.yaml` below ROOT.
    #[command(after_help = after([
        "dockyard-provenance scan",
        "dockyard-provenance scan catalog --fail-on warning --report sarif=provenance.sarif",
    ], EXIT_CODES))]
    Scan {
        /// The repository's folder
        #[arg(default_value = ".")]
        root: PathBuf,
        /// Look at one part of the specs, such as 2/5, where several runs share them; `merge` joins their
        /// JSON reports
        #[arg(long, value_name = "I/N", value_parser = Shard::parse)]
        shard: Option<Shard>,
        #[command(flatten)]
        options: Box<Options>,
    },
    /// Join the JSON reports of shards to the report of one run
    ///
    /// Looks up anew which specs there are, what they say and what the policy accepts, and judges. Nothing is
    /// asked of registries. Takes the options that the shards had.
    #[command(after_help = after([
        "dockyard-provenance merge shards",
        "dockyard-provenance merge one.json two.json --root catalog --report sarif=provenance.sarif",
    ], MERGE_EXIT_CODES))]
    Merge {
        /// Reports of shards, or folders with them
        #[arg(required = true, value_name = "DIR|FILE")]
        shards: Vec<PathBuf>,
        /// The repository's folder, as the shards saw it
        #[arg(long, value_name = "DIR", default_value = ".")]
        root: PathBuf,
        #[command(flatten)]
        options: Box<Options>,
    },
    /// Verify one spec and tell the result in words
    ///
    /// The repository's root, where the configuration file is looked for, is the folder above
    /// `{protocol}/{server}/spec.yaml`.
    #[command(visible_alias = "verify", after_help = after([
        "dockyard-provenance verify-provenance -c npx/context7/spec.yaml",
        "dockyard-provenance verify -c uvx/arxiv/spec.yaml -v",
    ], EXIT_CODES))]
    VerifyProvenance {
        /// The spec file
        #[arg(short = 'c', long = "spec", value_name = "SPEC")]
        spec: PathBuf,
        #[command(flatten)]
        options: Box<Options>,
    },
    /// Verify every package of lock files
    ///
    /// Reads `package-lock.json`, `npm-shrinkwrap.json`, `uv.lock`, `pylock.toml`, `requirements.txt` with
    /// hashes, and `go.sum`. The configuration file is looked for in the present folder, where the files
    /// lie below it.
    #[command(after_help = after([
        "dockyard-provenance verify-lock package-lock.json",
        "dockyard-provenance verify-lock package-lock.json uv.lock --report json=locks.json",
    ], EXIT_CODES))]
    VerifyLock {
        /// The lock files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        #[command(flatten)]
        options: Box<Options>,
    },
    /// Verify one Sigstore bundle
    #[command(after_help = after([
        "dockyard-provenance verify-bundle --bundle a.sigstore.json --key key.pem a.tgz",
        "dockyard-provenance verify-bundle --bundle a.sigstore.json \\\n    --certificate-identity ci@acme.example --certificate-oidc-issuer https://acme.example a.tgz",
    ], BUNDLE_EXIT_CODES))]
    VerifyBundle(BundleArguments),
    /// Say what is trusted, or refresh it
    Trust {
        #[command(subcommand)]
        action: TrustAction,
    },
    /// Say which requirements hold, or print exemptions to fill in
    Policy {
        #[command(subcommand)]
        action: PolicyAction,
    },
    /// Say what a rule means and what to do
    ///
    /// Without a rule, lists all rules with their default severities.
    #[command(after_help = after([
        "dockyard-provenance explain",
        "dockyard-provenance explain no-provenance",
    ], ""))]
    Explain {
        /// The rule's id, such as `no-provenance`
        rule: Option<String>,
    },
    /// Write completions for a shell to standard output
    #[command(after_help = after([
        "dockyard-provenance completions bash > dockyard-provenance.bash",
        "dockyard-provenance completions zsh > ~/.zfunc/_dockyard-provenance",
    ], ""))]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write what is proven into the specs
    ///
    /// Shows a diff of what verified packages prove and their specs do not declare yet.
    #[command(after_help = after([
        "dockyard-provenance declare",
        "dockyard-provenance declare --write npx/context7/spec.yaml",
    ], build::DECLARE_EXIT_CODES))]
    Declare(Box<DeclareArguments>),
    /// Hold a build to what was verified
    ///
    /// Verifies a spec's package, and changes the Dockerfile that dockhand made for it so that the build
    /// fails if the registry serves anything else.
    #[command(after_help = after([
        "dockyard-provenance pin -c npx/context7/spec.yaml --dockerfile Dockerfile",
        "dockyard-provenance pin -c uvx/arxiv/spec.yaml --format requirements",
    ], build::PIN_EXIT_CODES))]
    Pin(Box<PinArguments>),
    /// Say how many packages have what
    ///
    /// Per ecosystem: how many packages have a registry's signature, attestations, are verified. Scans as
    /// `scan` does, or counts a report.
    #[command(after_help = after([
        "dockyard-provenance coverage",
        "dockyard-provenance coverage --report report.json --history history.jsonl --commit 90715a5",
    ], pages::COVERAGE_EXIT_CODES))]
    Coverage(Box<CoverageArguments>),
    /// Write a page of a report, with its badge
    ///
    /// `index.html`, `badge.json` (for shields.io), and copies of the report and the history.
    #[command(after_help = after([
        "dockyard-provenance page --report report.json --out site",
        "dockyard-provenance page --report report.json --history history.jsonl --out site",
    ], pages::PAGE_EXIT_CODES))]
    Page(Box<PageArguments>),
    /// Write statements about what was verified, to be signed by your workflow
    ///
    /// SLSA verification summaries of the packages that are verified with a build level and without an
    /// error; docs/vsa.md shows how to sign them.
    #[command(after_help = after([
        "dockyard-provenance vsa --report report.json --out vsa --verifier https://example.org/w",
        "dockyard-provenance vsa --report report.json --out vsa --config c.toml --verifier https://w.org",
    ], pages::VSA_EXIT_CODES))]
    Vsa(Box<VsaArguments>),
    /// Run as a step of a GitHub workflow
    ///
    /// Takes no arguments: everything comes from the action's inputs (`INPUT_*`) and the runner's own
    /// variables (`GITHUB_*`, `RUNNER_*`); `docs/action.md` describes them.
    #[command(name = "action", after_help = after([
        "INPUT_FAIL-ON=warning dockyard-provenance action",
        "INPUT_COMMENT=never INPUT_UPLOAD-SARIF=never dockyard-provenance action",
    ], EXIT_CODES))]
    WorkflowStep,
}

#[derive(Debug, Subcommand)]
pub(super) enum PolicyAction {
    /// Say which requirements and exemptions of the configuration hold for each spec
    ///
    /// Nothing is verified and no registry is asked.
    #[command(after_help = after([
        "dockyard-provenance policy show",
        "dockyard-provenance policy show catalog --config strict.toml",
    ], ""))]
    Show {
        /// The repository's folder
        #[arg(default_value = ".")]
        root: PathBuf,
        #[command(flatten)]
        options: Box<Options>,
    },
    /// Print `[[exempt]]` blocks for what a scan finds, with an empty reason and owner to fill in
    ///
    /// Scans as `scan` does, or as `verify-lock` where lock files are named, and exits as it would.
    #[command(after_help = after([
        "dockyard-provenance policy suggest --fail-on warning >> dockyard-provenance.toml",
        "dockyard-provenance policy suggest --lock package-lock.json",
    ], EXIT_CODES))]
    Suggest {
        /// The repository's folder
        #[arg(default_value = ".")]
        root: PathBuf,
        /// A lock file to judge in place of the specs; may be repeated
        #[arg(long = "lock", value_name = "FILE", conflicts_with = "root")]
        locks: Vec<PathBuf>,
        #[command(flatten)]
        options: Box<Options>,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum TrustAction {
    /// Say what is trusted, from where, as of when and until when
    ///
    /// Refreshes it as a scan would: where it is more than a day old.
    #[command(after_help = after([
        "dockyard-provenance trust show",
        "dockyard-provenance trust show --offline --json",
    ], TRUST_EXIT_CODES))]
    Show {
        /// Do not use the network: show what earlier runs kept, or what is built in
        #[arg(long)]
        offline: bool,
        /// Write JSON
        #[arg(long)]
        json: bool,
        /// Keys of a registry that is not npm's: `@scope=FILE` or `URL=FILE`; repeatable
        #[arg(long, value_name = "[@SCOPE=|URL=]FILE", value_parser = NamedKeys::parse)]
        npm_keys: Vec<NamedKeys>,
        #[command(flatten)]
        trust: TrustArguments,
    },
    /// Refresh what is trusted now, however young it is
    #[command(after_help = after([
        "dockyard-provenance trust update",
        "dockyard-provenance trust update --tuf-url https://tuf.acme.example --tuf-root root.json",
    ], TRUST_EXIT_CODES))]
    Update(TrustArguments),
}

#[derive(Debug, Args)]
pub(super) struct TrustArguments {
    #[command(flatten)]
    pub(super) tuf: Tuf,
    /// Time limit of the whole refresh in seconds, retries included
    #[arg(long, value_name = "SECONDS", value_parser = up_to(MAX_TIMEOUT))]
    pub(super) timeout: Option<u64>,
    #[command(flatten)]
    pub(super) cache: Cache,
}

#[derive(Debug, Args)]
pub(super) struct BundleArguments {
    /// Trust Sigstore's staging instance instead of the public one
    #[arg(long, conflicts_with = "trusted_root")]
    pub(super) staging: bool,
    /// The bundle
    #[arg(long, value_name = "FILE")]
    pub(super) bundle: PathBuf,
    /// The certificate's exact subject
    #[arg(
        long,
        value_name = "ID",
        requires = "certificate_oidc_issuer",
        required_unless_present = "key",
        conflicts_with = "key"
    )]
    pub(super) certificate_identity: Option<String>,
    /// The certificate's exact OIDC issuer
    #[arg(
        long,
        value_name = "URL",
        requires = "certificate_identity",
        conflicts_with = "key"
    )]
    pub(super) certificate_oidc_issuer: Option<String>,
    /// The public key that must have signed, instead of a certificate
    #[arg(long, value_name = "PEM")]
    pub(super) key: Option<PathBuf>,
    /// A Sigstore `trusted_root.json` instead of the embedded one
    #[arg(long, value_name = "FILE")]
    pub(super) trusted_root: Option<PathBuf>,
    /// What was signed: a file, or `sha256:` and its digest
    #[arg(value_name = "FILE_OR_DIGEST")]
    pub(super) artifact: OsString,
}
