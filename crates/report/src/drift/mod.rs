//! Drift: what a spec's package is now, against what is remembered of it (`docs/drift.md`).
//!
//! There are three memories besides the spec itself: the base that a change is compared with, an earlier
//! JSON report, and the registry's own history. What is remembered is evidence that was verified, now or
//! by an earlier run; a memory can add findings and never takes one away. Where a side could not be
//! determined, nothing is compared, and that is said.

pub mod baseline;
mod build;
mod build_quality;
mod check;
mod declaration;
mod difference;
mod digests;
mod memory;
mod package;
mod provenance;
mod publisher;
#[cfg(test)]
mod tests;
pub mod worse;

pub use baseline::Baseline;
pub use build::{Build, Origin, Relation};
pub use check::{Drift, check};
pub use difference::{Difference, Loudness};
pub use memory::{Key, Memory, Source};
