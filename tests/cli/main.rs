//! The program as people and pipelines meet it: a process with arguments, an environment, files,
//! and registries over real HTTP on loopback.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod bundle;
#[cfg(unix)]
mod container;
mod determinism;
mod exit_codes;
mod explain;
mod faults;
mod hostile;
mod links;
mod reports;
mod requests;
mod settings;
mod stage;
mod tampered;
mod usage;
mod words;
