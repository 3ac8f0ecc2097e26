//! What somebody tells of accepted findings and of exemptions. Whether they stood on the base branch is
//! the other run's word, like the findings themselves.

use super::wire::{ExemptedWire, ExemptionWire};
use crate::finding::Exempted;
use crate::report::ExemptionRecord;

pub(super) fn exempted(wire: ExemptedWire) -> Exempted {
    Exempted {
        reason: wire.reason,
        owner: wire.owner,
        expires: wire.expires,
        config_line: line(wire.config_line),
    }
}

pub(super) fn exemption(wire: ExemptionWire) -> ExemptionRecord {
    ExemptionRecord {
        path: wire.path,
        package: wire.package,
        version: wire.version,
        rules: wire.rules.0,
        reason: wire.reason,
        owner: wire.owner,
        expires: wire.expires,
        config_line: line(wire.config_line),
        state: wire.state,
        days_left: None,
    }
}

fn line(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
