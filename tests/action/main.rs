//! The action as a workflow meets it: the real program with a runner's environment, a GitHub that
//! remembers and registries over real HTTP on loopback.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "BLESS, and the proxy of .ci/check-github-api, are told by variables"
)]

mod base_tip;
mod changed_only;
mod comments;
mod configuration;
mod degrades;
mod delivery;
mod drift;
mod drift_events;
mod events;
mod evidence;
mod field;
mod job;
mod kept;
mod locks;
mod manifest;
mod missing;
mod outages;
mod packages;
mod policy;
mod quick_start;
mod races;
mod report_mode;
mod report_nothing;
mod report_told;
mod shards;
mod since_base;
mod since_base_requests;
mod skills;
mod step_run;
mod suggestions;
mod two_jobs;
mod two_stages;
mod uploads;
