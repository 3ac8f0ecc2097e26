//! Decides, for every `*/*/spec.yaml` of a repository, whether this exact package version was
//! really built from where its spec says.
//!
//! ```text
//! discover ─► parse ─► dedupe ─► fetch ─► verify ─► compare ─► judge ─► report
//!  paths      SpecFile  packages  raw      Observed  Drafts     Verdict   table, JSON, SARIF, …
//!  I/O        pure      pure      I/O      pure      pure       pure      pure → writer
//! ```
//!
//! One direction, no way back; [`run`] reads as this line. Only [`spec::discover`], [`registry`]'s
//! sources, [`trust`]'s loader and [`report::write`] touch the outside world; everything else is a
//! function of its arguments, the clock and the trust material included. A broken spec, a refused
//! request or a bad signature is a value that reaches the report.

pub mod bundle_command;
pub mod cli;
pub mod config;
pub mod dist;
pub mod github;
pub mod identity;
pub mod json;
pub mod logging;
pub mod package;
pub mod policy;
pub mod progress;
mod quote;
pub mod registry;
pub mod report;
pub mod rules;
pub mod run;
pub mod spec;
pub mod text;
pub mod trust;
pub mod trust_command;
pub mod verify;
