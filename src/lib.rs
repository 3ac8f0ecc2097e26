//! Decides, for every `*/*/spec.yaml` of a repository, whether this exact package version was
//! really built from where its spec says.
//!
//! ```text
//! discover ─► parse ─► dedupe ─► fetch ─► verify ─► compare ─► judge ─► report
//!  paths      SpecFile  packages  raw      Observed  Drafts     Verdict   table, JSON, SARIF, …
//!  I/O        pure      pure      I/O      pure      pure       pure      pure → writer
//! ```
//!
//! The data goes one way; [`scan`] reads as this line. Verification is [`package_provenance`], asking is
//! [`dockyard_registry`], specs, rules and reports are [`dockyard_report`]; this crate is the command
//! line, the settings, the scan and the action. A broken spec, a refused request or a bad signature is a
//! value that reaches the report.

pub mod action;
pub mod bundle_command;
pub mod cli;
pub mod commands;
pub mod declare_command;
pub mod discover;
pub mod lock_files;
pub mod logging;
pub mod pin_command;
pub mod prefix;
pub mod progress;
pub mod render;
pub mod scan;
pub mod settings;
pub mod trust_command;
pub mod write;
