//! What somebody tells of accepted findings and of a configuration's blocks. Whether they stood on the
//! base branch is the other run's word, like the findings themselves.

use super::wire::{ExemptedWire, ExemptionWire, FindingWire};
use super::{finding, unknown};
use dockyard_report::finding::{Exempted, Finding, RuleId};
use dockyard_report::report::{ExemptionRecord, ExemptionState};

/// How the configuration is called where the report does not say.
const CONFIGURATION: &str = "the configuration";

pub(super) fn exempted(wire: ExemptedWire) -> Exempted {
    Exempted {
        reason: wire.reason,
        owner: wire.owner,
        expires: wire.expires,
        config_line: line(wire.config_line),
    }
}

pub(super) fn exemption(wire: ExemptionWire) -> Result<ExemptionRecord, String> {
    let rules = wire.rules.0.iter();
    let rules = rules.map(|id| RuleId::from_id(id).ok_or_else(|| unknown(id)));
    let state = ExemptionState::ALL
        .into_iter()
        .find(|state| state.as_str() == wire.state);
    Ok(ExemptionRecord {
        rules: rules.collect::<Result<_, _>>()?,
        state: state.ok_or_else(|| unknown(&wire.state))?,
        path: wire.path,
        package: wire.package,
        version: wire.version,
        reason: wire.reason,
        owner: wire.owner,
        expires: wire.expires,
        config_line: line(wire.config_line),
        days_left: None,
    })
}

pub(super) fn config_findings(
    wire: Vec<FindingWire>,
    config: Option<&str>,
) -> Result<Vec<Finding>, String> {
    let config = config.unwrap_or(CONFIGURATION);
    wire.into_iter().map(|one| finding(one, config)).collect()
}

fn line(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
