//! How many questions are asked at once, and how long each may take.

use std::time::Duration;

use super::chosen::Changes;
use super::definition::{Holds, Sources, options};
use super::values::up_to;

/// Packages checked in parallel, unless told otherwise. The file may only ask for fewer: a pull request
/// could have the registries shut this machine out.
const JOBS: u64 = 32;
/// Requests in flight at once to one host, unless told otherwise. The file may only ask for fewer.
const PER_HOST: u64 = 32;
/// Time limit per request in seconds, unless told otherwise. The file may only ask for less: a pull
/// request could have a job wait for hours.
const TIMEOUT: u64 = 30;

options! {
    /// How much is asked at once, and how long an answer may take.
    #[derive(Default)]
    #[command(next_help_heading = "Registries")]
    pub struct Requests {
        /// Packages checked in parallel
        #[arg(long, value_name = "N", value_parser = up_to(256))]
        jobs: Option<u64> =>
            Sources::FLAG.file_at_most(JOBS).input("jobs").default(Holds::Number(JOBS)),

        /// Requests in flight to one host, at most; fewer where it answers 429
        #[arg(long, value_name = "N", value_parser = up_to(256))]
        per_host: Option<u64> =>
            Sources::FLAG.file_at_most(PER_HOST).input("per-host").default(Holds::Number(PER_HOST)),

        /// Time limit per request in seconds, retries included
        #[arg(long, value_name = "SECONDS", value_parser = up_to(MAX_TIMEOUT))]
        timeout: Option<u64> =>
            Sources::FLAG.file_at_most(TIMEOUT).input("timeout").default(Holds::Number(TIMEOUT)),
    }
}

/// Longest time limit, in seconds.
pub(crate) const MAX_TIMEOUT: u64 = 3600;

/// The numbers, settled.
pub(super) struct Limits {
    pub(super) jobs: usize,
    pub(super) per_host: usize,
    pub(super) timeout: Duration,
}

impl Requests {
    /// A shorter time limit in the file is told of: an answer that comes too late is no evidence.
    pub(super) fn settle(&self, file: &Self, from_file: &str, changes: &mut Changes) -> Limits {
        let short = file.timeout.filter(|timeout| *timeout < TIMEOUT);
        if let (None, Some(short)) = (self.timeout, short) {
            let consequence = ": what answers later is unknown";
            changes.note(
                "timeout",
                &format!("{short} s"),
                Some(from_file),
                consequence,
            );
        }
        let number = |flag: Option<u64>, file: Option<u64>, default: u64| {
            usize::try_from(flag.or(file).unwrap_or(default)).unwrap_or(usize::MAX)
        };
        Limits {
            jobs: number(self.jobs, file.jobs, JOBS),
            per_host: number(self.per_host, file.per_host, PER_HOST),
            timeout: Duration::from_secs(self.timeout.or(file.timeout).unwrap_or(TIMEOUT)),
        }
    }

    /// The time limit of the trust material's refresh. Never from the file, which could leave no time.
    pub(super) fn for_trust(&self) -> Duration {
        Duration::from_secs(self.timeout.unwrap_or(TIMEOUT))
    }
}
