//! The outputs, as the runner's file wants them. Pure.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::action::inputs::table::OUTPUTS;
use dockyard_report::report::Report;

/// Outputs by name; what is not in it is written empty, so that no value of an earlier run stays.
pub type Values = BTreeMap<&'static str, String>;

/// The verdict's word where a run could not start.
pub const ERROR: &str = "error";

/// What a report says of itself.
pub fn of(report: &Report) -> Values {
    let mut values: Values = OUTPUTS
        .iter()
        .filter_map(|output| {
            let count = report.summary.by_status.get(output.name)?;
            Some((output.name, count.to_string()))
        })
        .collect();
    for (output, severity) in [
        ("errors", "error"),
        ("warnings", "warning"),
        ("notes", "note"),
    ] {
        let count = report.summary.by_severity.get(severity);
        values.insert(output, count.copied().unwrap_or_default().to_string());
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
