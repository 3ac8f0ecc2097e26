//! The lines that `pin` writes, run by the installers themselves on loopback registries: what was verified
//! is installed, and what is swapped after the verdict fails the build before any of it runs.
//!
//! The tools are taken from `PATH`, after the folder that `PIN_TOOLS` names, in which `.ci/check-readers`
//! puts pip and uv. Without that folder, or without a tool, its part says SKIPPED.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking"
)]

mod npm;
mod runs;
#[path = "../cli/stage.rs"]
#[expect(dead_code, reason = "the command line's own tests use all of it")]
mod stage;
mod uv;
