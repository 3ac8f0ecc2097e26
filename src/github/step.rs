//! What everything in a step of a workflow needs.

use super::client::Client;
use super::event::Event;
use super::inputs::Inputs;
use super::runner::Runner;

/// What everything in a step needs.
pub struct Step {
    /// The inputs.
    pub inputs: Inputs,
    /// The runner's variables.
    pub runner: Runner,
    /// What started the workflow.
    pub event: Event,
    /// GitHub, where the repository is known.
    pub client: Option<Client>,
}
