//! What is looked at, and what passes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::ArgAction;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};

use super::ConfigChoice;
use super::chosen::{Changes, choose};
use super::definition::{Holds, Sources, options};
use dockyard_report::finding::{RuleId, Severity};
use dockyard_report::policy::{FailOn, Policy};

/// Where specs lie below the root.
pub const SPEC_GLOB: &str = "*/*/spec.yaml";

options! {
    /// What is looked at, and what passes.
    #[derive(Default)]
    #[command(next_help_heading = "Gate")]
    pub struct Gate {
        /// The configuration file
        #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
        config: Option<PathBuf> => Sources::FLAG
            .input("config")
            .input_word("none", "no-config")
            .default(Holds::Says("`dockyard-provenance.toml` in the root, if it is there"))
            .note("`none` reads no file. On pull requests and in merge queues the base branch's newest \
                   version is read."),

        /// Read no configuration file: a pull request can change the one in the repository
        #[arg(long)]
        no_config: bool => Sources::FLAG,

        /// Findings at or above this fail
        #[arg(long, value_name = "SEVERITY", value_parser = severities())]
        fail_on: Option<FailOn> =>
            Sources::FLAG.file().input("fail-on").default(Holds::Value(FailOn::Error.as_str())),

        /// Exit with code 3 where something could not be determined; `false` lets that pass, but not
        /// where a spec claims attestations, unless `fail-on` is `never`
        #[arg(long, value_name = "BOOL", action = ArgAction::Set)]
        fail_on_unknown: Option<bool> =>
            Sources::FLAG.file().input("fail-on-unknown").default(Holds::Value("true")),

        /// An earlier JSON report: what became worse since is found too; kept where those who change specs
        /// cannot write
        #[arg(long, value_name = "FILE")]
        baseline: Option<PathBuf> => Sources::FLAG
            .input("baseline")
            .note("On pull requests and in merge queues it must lie outside of every checkout."),

        /// Which files are specs: patterns relative to the root
        #[arg(long, value_name = "PATTERN", value_parser = NonEmptyStringValueParser::new())]
        spec_glob: Vec<String> =>
            Sources::FLAG.file().input("paths").default(Holds::Value(SPEC_GLOB)),
    }
}

fn severities() -> impl TypedValueParser<Value = FailOn> {
    PossibleValuesParser::new(FailOn::ALL.map(FailOn::as_str)).try_map(|word| {
        FailOn::from_word(&word).ok_or_else(|| format!("`{word}` is not a severity"))
    })
}

impl Gate {
    /// Which configuration file to read.
    pub fn config(&self) -> ConfigChoice {
        match &self.config {
            _ if self.no_config => ConfigChoice::Ignore,
            Some(path) => ConfigChoice::File(path.clone()),
            None => ConfigChoice::Discover,
        }
    }

    pub(super) fn policy(
        &self,
        (file, severities): (&Self, &BTreeMap<RuleId, Severity>),
        from_file: &str,
        changes: &mut Changes,
    ) -> Policy {
        let fail_on = choose(
            [(self.fail_on, "--fail-on"), (file.fail_on, from_file)],
            FailOn::default(),
        );
        if fail_on.value != FailOn::default() {
            let consequence = if fail_on.value == FailOn::Never {
                ": this run reports without failing"
            } else {
                ""
            };
            let word = fail_on.value.as_str();
            changes.note("fail-on", word, fail_on.origin.as_deref(), consequence);
        }
        let fail_on_unknown = choose(
            [
                (self.fail_on_unknown, "--fail-on-unknown"),
                (file.fail_on_unknown, from_file),
            ],
            true,
        );
        if !fail_on_unknown.value {
            let consequence = fail_on.value.unknown_passes();
            let origin = fail_on_unknown.origin.as_deref();
            changes.note("fail-on-unknown", "false", origin, consequence);
        }
        let mut severities = severities.clone();
        severities.retain(|rule, severity| *severity != rule.default_severity());
        for (rule, severity) in &severities {
            let consequence = format!(" instead of {}", rule.default_severity());
            let word = severity.as_str();
            changes.note(rule.as_str(), word, Some(from_file), &consequence);
        }
        Policy {
            fail_on: fail_on.value,
            fail_on_unknown: fail_on_unknown.value,
            severities,
            ..Policy::default()
        }
    }

    pub(super) fn globs(&self, file: &Self, from_file: &str, changes: &mut Changes) -> Vec<String> {
        let given = |globs: &[String]| (!globs.is_empty()).then(|| globs.to_vec());
        let chosen = choose(
            [
                (given(&self.spec_glob), "--spec-glob"),
                (given(&file.spec_glob), from_file),
            ],
            vec![SPEC_GLOB.to_owned()],
        );
        if chosen.value != [SPEC_GLOB] {
            let value = chosen.value.join(" ");
            let consequence = ": only these are looked at";
            changes.note("spec-glob", &value, chosen.origin.as_deref(), consequence);
        }
        chosen.value
    }
}
