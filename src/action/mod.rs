//! The action: what runs in a workflow step and talks to GitHub.
//!
//! ```text
//! inputs, runner, event ─► plan ─► scan (crate::scan) ─► files, outputs, comment, upload
//!   pure                   API      as the CLI           annotations, summary
//! ```
//!
//! [`run::run`] reads as this line. Nothing that fails on the way out changes the verdict: what
//! could not be delivered is said in the log and in the step summary. What fails on the way in
//! (whose configuration holds, which specs a pull request touches) never makes a run pass.

pub mod api;
pub mod base;
pub mod comment;
pub mod event;
pub mod handover;
pub mod inputs;
mod locks;
pub mod missing;
pub mod outputs;
mod own;
pub mod parts;
pub mod relay;
pub mod run;
pub mod runner;
pub mod scan;
pub mod scope;
pub mod step;
pub mod suggest;
pub mod upload;

/// Something that people must know about the run itself: what was not delivered, what was read
/// from elsewhere. One sentence or two, for people; may quote input.
pub type Note = String;
