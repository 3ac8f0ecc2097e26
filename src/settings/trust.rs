//! What is trusted, and how it is refreshed.

use std::path::PathBuf;

use super::definition::{Holds, Sources, options};
use super::npm_keys::{NamedKeys, of_default};
use super::values::up_to;

options! {
    /// What is trusted.
    #[derive(Default)]
    #[command(next_help_heading = "Trust")]
    pub struct Trust {
        /// Which trust material to use; naming a file means `file`
        #[arg(long = "trust", value_enum, value_name = "SOURCE")]
        source: Option<TrustChoice> => Sources::FLAG
            .input("trust")
            .default(Holds::Says("`tuf`, or `embedded` where the network is not used")),

        /// A Sigstore `trusted_root.json` instead of the embedded one
        #[arg(long, value_name = "FILE")]
        trusted_root: Option<PathBuf> =>
            Sources::FLAG.file().input("trusted-root").note(OF_BASE),

        /// The default npm registry's `keys.json` instead of npm's own; for another registry `@scope=FILE`
        /// or `URL=FILE`, with the word `npm` for a mirror of npm
        #[arg(long, value_name = "[@SCOPE=|URL=]FILE", value_parser = NamedKeys::parse)]
        npm_keys: Vec<NamedKeys> => Sources::FLAG
            .file()
            .input("npm-keys")
            .secret()
            .note("Files are relative to the workspace. On pull requests the base branch's versions are \
                   read."),

        /// How old the trust material may be, in days, before the run is inconclusive
        #[arg(long, value_name = "DAYS", value_parser = up_to(36_500))]
        trust_max_age: Option<u64> => Sources::FLAG
            .input("trust-max-age")
            .default(Holds::Says("90 for what is used because the TUF repository was not reached")),
        ..tuf: Tuf,
    }
}

options! {
    /// The TUF repository that trust material is refreshed from. Never from the configuration file: a pull
    /// request could name one of its own.
    #[derive(Default)]
    pub struct Tuf {
        /// The TUF repository, or a mirror of it
        #[arg(long, value_name = "URL")]
        tuf_url: Option<String> => Sources::FLAG
            .input("tuf-url")
            .secret()
            .default(Holds::Says("Sigstore's public instance")),

        /// The `root.json` that the TUF repository is verified from
        #[arg(long, value_name = "FILE")]
        tuf_root: Option<PathBuf> => Sources::FLAG
            .input("tuf-root")
            .note(OF_BASE)
            .default(Holds::Says("the embedded one of Sigstore's public instance")),
    }
}

/// What is said of a file of the checkout that decides what is trusted.
const OF_BASE: &str = "On pull requests the base branch's version is read.";

/// Which trust material the command line asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum TrustChoice {
    /// What Sigstore and npm publish today, refreshed once a day.
    Tuf,
    /// What is built into this program.
    Embedded,
    /// The files of --trusted-root and --npm-keys.
    File,
}

impl Trust {
    /// What cannot hold together, for people.
    pub fn contradiction(&self) -> Option<&'static str> {
        let named = self.names_files();
        let tuf = self.source == Some(TrustChoice::Tuf);
        let tuf_named = self.tuf.is_named();
        if self.source == Some(TrustChoice::Embedded) && named {
            Some("--trust embedded uses neither --trusted-root nor --npm-keys; leave one side out")
        } else if (tuf || tuf_named) && named {
            Some(
                "trust from a TUF repository uses neither --trusted-root nor --npm-keys; leave one side out",
            )
        } else if tuf_named && !tuf && self.source.is_some() {
            Some("--tuf-url and --tuf-root go with --trust tuf only; leave one side out")
        } else {
            None
        }
    }

    /// Whether a TUF repository is asked for by name.
    pub(super) fn asks_for_tuf(&self) -> bool {
        self.source == Some(TrustChoice::Tuf) || self.tuf.is_named()
    }

    /// Whether this says whose keys count, so that no file of the configuration's does.
    pub(super) fn is_chosen(&self) -> bool {
        self.asks_for_tuf() || self.source == Some(TrustChoice::Embedded)
    }

    /// Whether it names files to trust.
    pub(super) fn names_files(&self) -> bool {
        self.trusted_root.is_some() || of_default(&self.npm_keys).is_some()
    }
}

impl Tuf {
    fn is_named(&self) -> bool {
        self.tuf_url.is_some() || self.tuf_root.is_some()
    }
}
