//! The shapes that clap fills.
#![expect(
    clippy::doc_markdown,
    reason = "these comments are the help texts, shown on terminals, where backticks are noise"
)]

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand};

use crate::config::file::{MAX_JOBS, MAX_PER_HOST, MAX_TIMEOUT};
use crate::config::{ColorChoice, TrustChoice};
use crate::write::{Format, ReportTarget};
use dockyard_report::policy::FailOn;

const EXIT_CODES: &str = "\
Exit codes, the same for every format:
  0  pass
  1  findings at or above --fail-on
  2  usage or configuration error
  3  inconclusive: something could not be determined, and --fail-on-unknown holds or the
     spec claims attestations";

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
/// Checks npm and PyPI packages pinned in */*/spec.yaml against Sigstore attestations and registry
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
    /// Looks at every */*/spec.yaml below ROOT.
    #[command(after_help = EXIT_CODES)]
    Scan {
        /// The repository's folder
        #[arg(default_value = ".")]
        root: PathBuf,
        #[command(flatten)]
        common: Box<Common>,
    },
    /// Verify one spec and tell the result in words
    ///
    /// The repository's root, where the configuration file is looked for, is the folder above
    /// {protocol}/{server}/spec.yaml.
    #[command(visible_alias = "verify", after_help = EXIT_CODES)]
    VerifyProvenance {
        /// The spec file
        #[arg(short = 'c', long = "spec", value_name = "SPEC")]
        spec: PathBuf,
        #[command(flatten)]
        common: Box<Common>,
    },
    /// Verify one Sigstore bundle
    #[command(after_help = BUNDLE_EXIT_CODES)]
    VerifyBundle(BundleArguments),
    /// Say what is trusted, or refresh it
    Trust {
        #[command(subcommand)]
        action: TrustAction,
    },
    /// Say what a rule means and what to do
    ///
    /// Without a rule, lists all rules with their default severities.
    Explain {
        /// The rule's id, such as no-provenance
        rule: Option<String>,
    },
    /// Run as a step of a GitHub workflow
    ///
    /// Takes no arguments: everything comes from the action's inputs (INPUT_*) and the runner's own
    /// variables (GITHUB_*, RUNNER_*). docs/action.md describes them.
    #[command(name = "action", after_help = EXIT_CODES)]
    WorkflowStep,
}

#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub(super) struct Common {
    /// npm's registry, or a mirror of it [env: NPM_CONFIG_REGISTRY]; credentials and scoped
    /// registries come from ~/.npmrc
    #[arg(long, value_name = "URL", help_heading = "Registries")]
    pub(super) npm_registry: Option<String>,
    /// PyPI's simple index, or a mirror of it [env: UV_DEFAULT_INDEX, UV_INDEX_URL, PIP_INDEX_URL];
    /// credentials come from these variables or ~/.netrc
    #[arg(long, value_name = "URL", help_heading = "Registries")]
    pub(super) pypi_index: Option<String>,
    /// Go's module proxies, as GOPROXY lists them [env: GOPROXY] [default:
    /// https://proxy.golang.org,direct]; credentials come from it or ~/.netrc
    #[arg(long, value_name = "LIST", help_heading = "Registries")]
    pub(super) go_proxy: Option<String>,
    /// Go's checksum database, as GOSUMDB names it: a name or a verifier key, and an address if need
    /// be [env: GOSUMDB] [default: sum.golang.org]
    #[arg(long, value_name = "DATABASE", help_heading = "Registries")]
    pub(super) go_sumdb: Option<String>,
    /// Read recorded evidence from a folder instead of asking the registries; it is verified all
    /// the same
    #[arg(long, value_name = "DIR", help_heading = "Registries")]
    pub(super) evidence: Option<PathBuf>,
    /// Do not use the network: only recorded evidence, or what earlier runs kept; the rest is unknown
    #[arg(long, help_heading = "Registries")]
    pub(super) offline: bool,
    /// Keep answers between runs here [default: dockyard-provenance in the platform's cache folder]
    #[arg(
        long,
        value_name = "DIR",
        help_heading = "Registries",
        conflicts_with = "no_cache"
    )]
    pub(super) cache_dir: Option<PathBuf>,
    /// Keep nothing between runs, and use nothing that was kept
    #[arg(long, help_heading = "Registries")]
    pub(super) no_cache: bool,
    /// Record all evidence of this run, and what it trusted, in a new folder, for --evidence
    #[arg(
        long,
        value_name = "DIR",
        help_heading = "Registries",
        conflicts_with = "evidence"
    )]
    pub(super) save_evidence: Option<PathBuf>,
    /// Packages checked in parallel [default: 32]
    #[arg(long, value_name = "N", help_heading = "Registries", value_parser = clap::value_parser!(u64).range(1..=MAX_JOBS.unsigned_abs()))]
    pub(super) jobs: Option<u64>,
    /// Requests in flight to one host, at most [default: 32]; fewer where it answers 429
    #[arg(long, value_name = "N", help_heading = "Registries", value_parser = clap::value_parser!(u64).range(1..=MAX_PER_HOST.unsigned_abs()))]
    pub(super) per_host: Option<u64>,
    /// Time limit per request, retries included [default: 30]
    #[arg(long, value_name = "SECONDS", help_heading = "Registries", value_parser = clap::value_parser!(u64).range(1..=MAX_TIMEOUT.unsigned_abs()))]
    pub(super) timeout: Option<u64>,

    /// Which trust material to use; naming a file means `file` [default: tuf, or embedded where the
    /// network is not used]
    #[arg(long, value_enum, value_name = "SOURCE", help_heading = "Trust")]
    pub(super) trust: Option<TrustChoice>,
    /// A Sigstore trusted_root.json instead of the embedded one
    #[arg(long, value_name = "FILE", help_heading = "Trust")]
    pub(super) trusted_root: Option<PathBuf>,
    /// The default npm registry's keys.json instead of npm's own; for another registry
    /// @scope=FILE or URL=FILE (repeatable), with the word npm for a mirror of npm
    #[arg(long, value_name = "[@SCOPE=|URL=]FILE", help_heading = "Trust")]
    pub(super) npm_keys: Vec<String>,

    /// The TUF repository, or a mirror of it [default: Sigstore's public instance]
    #[arg(long, value_name = "URL", help_heading = "Trust")]
    pub(super) tuf_url: Option<String>,
    /// The root.json that the TUF repository is verified from [default: the embedded one of
    /// Sigstore's public instance]
    #[arg(long, value_name = "FILE", help_heading = "Trust")]
    pub(super) tuf_root: Option<PathBuf>,
    /// Trust material that is older makes the run inconclusive [default: 90 for what is used because
    /// the TUF repository was not reached]
    #[arg(long, value_name = "DAYS", help_heading = "Trust", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub(super) trust_max_age: Option<u32>,

    /// The configuration file [default: dockyard-provenance.toml in the root, if it is there]
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Gate",
        conflicts_with = "no_config"
    )]
    pub(super) config: Option<PathBuf>,
    /// Read no configuration file: a pull request can change the one in the repository
    #[arg(long, help_heading = "Gate")]
    pub(super) no_config: bool,
    /// Findings at or above this fail [default: error]
    #[arg(long, value_name = "SEVERITY", help_heading = "Gate", value_parser = fail_on())]
    pub(super) fail_on: Option<FailOn>,
    /// Whether what could not be determined exits 3; what a spec claims attestations of does so in any
    /// case, unless --fail-on is never [default: true]
    #[arg(long, value_name = "BOOL", help_heading = "Gate", action = clap::ArgAction::Set)]
    pub(super) fail_on_unknown: Option<bool>,
    /// Which files are specs, relative to the root; repeatable [default: */*/spec.yaml]
    #[arg(long, value_name = "PATTERN", help_heading = "Gate", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(super) spec_glob: Vec<String>,

    /// The format on standard output [default: table; of verify-provenance, words]
    #[arg(long, value_enum, help_heading = "Output")]
    pub(super) format: Option<Format>,
    /// Write a report file too, such as json=report.json; repeatable
    #[arg(long, value_name = "FORMAT=PATH", help_heading = "Output", value_parser = ReportTarget::parse)]
    pub(super) report: Vec<ReportTarget>,
    /// When to use colours; NO_COLOR in the environment means never, FORCE_COLOR and CLICOLOR_FORCE
    /// always [default: auto]
    #[arg(long, value_enum, value_name = "WHEN", help_heading = "Output")]
    pub(super) color: Option<ColorChoice>,
    /// Say more: each piece of evidence with its details, and each request on standard error
    #[arg(short, long, help_heading = "Output", conflicts_with = "quiet")]
    pub(super) verbose: bool,
    /// Say less: only the report and errors
    #[arg(short, long, help_heading = "Output")]
    pub(super) quiet: bool,
}

fn fail_on() -> impl clap::builder::TypedValueParser<Value = FailOn> {
    PossibleValuesParser::new(FailOn::ALL.map(FailOn::as_str)).try_map(|word| {
        FailOn::from_word(&word).ok_or_else(|| format!("`{word}` is not a severity"))
    })
}

#[derive(Debug, Subcommand)]
pub(super) enum TrustAction {
    /// Say what is trusted, from where, as of when and until when
    ///
    /// Refreshes it as a scan would: where it is more than a day old.
    #[command(after_help = TRUST_EXIT_CODES)]
    Show {
        #[command(flatten)]
        trust: TrustArguments,
        /// Do not use the network: show what earlier runs kept, or what is built in
        #[arg(long)]
        offline: bool,
        /// Write JSON
        #[arg(long)]
        json: bool,
        /// Keys of a registry that is not npm's: @scope=FILE or URL=FILE; repeatable
        #[arg(long, value_name = "[@SCOPE=|URL=]FILE")]
        npm_keys: Vec<String>,
    },
    /// Refresh what is trusted now, however young it is
    #[command(after_help = TRUST_EXIT_CODES)]
    Update(TrustArguments),
}

#[derive(Debug, Args)]
pub(super) struct TrustArguments {
    /// The TUF repository, or a mirror of it [default: Sigstore's public instance]
    #[arg(long, value_name = "URL")]
    pub(super) tuf_url: Option<String>,
    /// The root.json that the TUF repository is verified from [default: the embedded one of
    /// Sigstore's public instance]
    #[arg(long, value_name = "FILE")]
    pub(super) tuf_root: Option<PathBuf>,
    /// Keep metadata between runs here [default: dockyard-provenance in the platform's cache folder]
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    pub(super) cache_dir: Option<PathBuf>,
    /// Keep nothing between runs, and use nothing that was kept
    #[arg(long)]
    pub(super) no_cache: bool,
    /// Budget of the whole refresh with its retries [default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=MAX_TIMEOUT.unsigned_abs()))]
    pub(super) timeout: Option<u64>,
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
    /// A Sigstore trusted_root.json instead of the embedded one
    #[arg(long, value_name = "FILE")]
    pub(super) trusted_root: Option<PathBuf>,
    /// What was signed: a file, or sha256: and its digest
    #[arg(value_name = "FILE_OR_DIGEST")]
    pub(super) artifact: OsString,
}
