//! What everything in a step of a workflow needs.

use crate::action::api::client::Client;
use crate::action::event::Event;
use crate::action::event::compared::Compared;
use crate::action::inputs::Inputs;
use crate::action::runner::Runner;

/// What everything in a step needs.
pub struct Step {
    /// The inputs.
    pub inputs: Inputs,
    /// The runner's variables.
    pub runner: Runner,
    /// What started the workflow.
    pub event: Event,
    /// What the change is compared with.
    pub compared: Compared,
    /// GitHub, where the repository is known.
    pub client: Option<Client>,
}
