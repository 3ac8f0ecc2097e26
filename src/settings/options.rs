//! All options of a scan.

use super::cache::Cache;
use super::definition::options;
use super::go::GoOptions;
use super::output::Output;
use super::policy::Gate;
use super::registries::Registries;
use super::requests::Requests;
use super::trust::Trust;

options! {
    /// What one source says: the command line, the action's inputs, or the configuration file. What is absent
    /// is not the default, because a weaker source may say it.
    #[derive(Default)]
    pub struct Options {
        ..registries: Registries,
        ..go: GoOptions,
        ..requests: Requests,
        ..cache: Cache,
        ..trust: Trust,
        ..gate: Gate,
        ..output: Output,
    }
}
