//! The outputs, as the runner's file wants them. Pure.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::action::inputs::table::OUTPUTS;
use dockyard_report::finding::Severity;
use dockyard_report::report::Report;
use package_provenance::verify::Status;

/// Outputs by name; what is not in it is written empty, so that no value of an earlier run stays.
pub type Values = BTreeMap<&'static str, String>;

/// The verdict's word where a run could not start.
pub const ERROR: &str = "error";

/// What a report says of itself.
pub fn of(report: &Report) -> Values {
    let mut values: Values = OUTPUTS
        .iter()
        .filter_map(|output| {
            let mut statuses = Status::ALL.into_iter();
            let status = statuses.find(|status| status.as_str() == output.name)?;
            Some((output.name, report.summary.with_status(status).to_string()))
        })
        .collect();
    for (output, severity) in [
        ("errors", Severity::Error),
        ("warnings", Severity::Warning),
        ("notes", Severity::Note),
    ] {
        let count = report.summary.of_severity(severity);
        values.insert(output, count.to_string());
    }
    values.insert("specs", report.summary.specs.to_string());
    values.insert("verdict", report.verdict.as_str().to_owned());
    values
}

/// The text for `GITHUB_OUTPUT`: each output of the table between lines of a delimiter that no
/// value holds. `random` starts the delimiter; it need not be secret, because every value is looked
/// at.
pub fn render(values: &Values, random: u64) -> String {
    let mut number = random;
    let delimiter = loop {
        let delimiter = format!("dockyard-{number:016x}");
        if !values.values().any(|value| value.contains(&delimiter)) {
            break delimiter;
        }
        number = number.wrapping_add(1);
    };
    let mut text = String::new();
    for output in OUTPUTS {
        let value = values.get(output.name).map_or("", String::as_str);
        let _ = write!(text, "{}<<{delimiter}\n{value}\n{delimiter}\n", output.name);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_ends_its_own_block() {
        let mut values = Values::new();
        let hostile = format!("a\ndockyard-{:016x}\nverdict=pass", 7);
        values.insert("sarif-file", hostile.clone());
        let text = render(&values, 7);
        let delimiter = format!("dockyard-{:016x}", 8);
        assert!(text.contains(&format!(
            "sarif-file<<{delimiter}\n{hostile}\n{delimiter}\n"
        )));
        assert!(text.starts_with(&format!("verdict<<{delimiter}\n\n{delimiter}\n")));
    }
}
