//! The action: what runs in a workflow step and talks to GitHub.
//!
//! ```text
//! inputs, runner, event ─► plan ─► scan (crate::scan) ─► files, outputs, comment, upload
//!   pure                   API      as the CLI           annotations, summary
//! ```
//!
//! [`action::run`] reads as this line. Nothing that fails on the way out changes the verdict: what
//! could not be delivered is said in the log and in the step summary. What fails on the way in
//! (whose configuration holds, which specs a pull request touches) never makes a run pass.

pub mod action;
pub mod base;
pub mod base_files;
pub mod changed;
pub mod checkout;
pub mod client;
pub mod comment;
pub mod comments;
pub mod conversation;
pub mod deliver;
pub mod event;
pub mod files;
pub mod handover;
pub mod inputs;
pub mod manifest;
pub mod missing;
mod named;
pub mod outputs;
pub mod protect;
pub mod publish;
pub mod runner;
pub mod scan;
pub mod scope;
pub mod since_base;
pub mod step;
pub mod sticky;
pub mod table;
pub mod untrusted;
pub mod upload;
pub mod waits;
pub mod withheld;
pub mod workflow_run;

/// Something that people must know about the run itself: what was not delivered, what was read
/// from elsewhere. One sentence or two, for people; may quote input.
pub type Note = String;
