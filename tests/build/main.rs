//! The lines that `pin` writes, run by the installers themselves on loopback registries: what was verified
//! is installed, and what is swapped after the verdict fails the build before any of it runs.
//!
//! npm and node are taken from `PATH`; `.ci/check-readers` installs pip and uv and names them in
//! `PIN_PIP` (a folder for `PYTHONPATH`) and `PIN_UV`. Without a tool its part says SKIPPED.
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
