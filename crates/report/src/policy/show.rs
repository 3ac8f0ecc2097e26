//! `policy show`: which blocks of the configuration hold for each spec.

use super::blocks::Blocks;
use super::package_name::PackageName;
use super::pattern::Pattern;
use super::pin::Pin;
use super::require::{EvidenceLevel, Requirement};
use crate::spec::SpecFile;
use untrusted_text as text;

/// Longest line.
const MAX_LINE: usize = 400;

/// Every spec, and below it the blocks that hold for it, each with its place in the configuration.
/// Nothing is verified: whether a block is met, a scan says.
pub fn show(blocks: &Blocks, specs: &[SpecFile]) -> String {
    let mut lines = Vec::new();
    for spec in specs {
        let pin = Pin::of(spec);
        let name = pin.as_ref().map(PackageName::of);
        let shown = name.as_ref().map_or_else(
            || "(the spec cannot be used)".to_owned(),
            ToString::to_string,
        );
        lines.push(format!("{}  {shown}", spec.path));
        let holding = blocks
            .requirements
            .iter()
            .filter(|requirement| requirement.selects(&spec.path, name.as_ref()))
            .map(|requirement| {
                format!(
                    "  {}  {}",
                    blocks.place(requirement.line()),
                    asked(requirement)
                )
            });
        let exempted = blocks
            .exemptions
            .iter()
            .filter(|exemption| exemption.is_about(&spec.path, pin.as_ref()))
            .map(|exemption| {
                let rules: Vec<&str> = exemption.rules.iter().map(|rule| rule.as_str()).collect();
                format!(
                    "  {}  exempted until {}: {} ({})",
                    blocks.place(exemption.line()),
                    exemption.expires,
                    rules.join(", "),
                    exemption.owner
                )
            });
        let before = lines.len();
        lines.extend(holding.chain(exempted));
        if lines.len() == before {
            lines.push("  no requirement selects it".to_owned());
        }
    }
    let shown = lines
        .iter()
        .map(|line| text::terminal(line, MAX_LINE) + "\n");
    shown.collect()
}

/// What a block asks for, in the words of the configuration.
fn asked(requirement: &Requirement) -> String {
    let mut asked = vec![format!("evidence = \"{}\"", requirement.evidence.as_str())];
    if requirement.evidence == EvidenceLevel::None {
        asked.clear();
    }
    asked.extend(
        requirement
            .evidence_strict
            .then(|| "evidence-strict".to_owned()),
    );
    asked.extend(
        requirement
            .min_age
            .iter()
            .map(|age| format!("min-age = \"{age}\"")),
    );
    asked.extend(requirement.slsa.map(|level| format!("slsa = {level}")));
    let patterns = |patterns: &[Pattern]| patterns.iter().map(ToString::to_string).collect();
    let lists: [(&str, Vec<String>); 5] = [
        ("publishers", patterns(&requirement.publishers)),
        ("workflows", patterns(&requirement.workflows)),
        ("refs", patterns(&requirement.refs)),
        ("triggers", requirement.triggers.clone()),
        ("runners", requirement.runners.clone()),
    ];
    for (key, values) in lists.iter().filter(|(_, values)| !values.is_empty()) {
        asked.push(format!("{key} = {values:?}"));
    }
    let new = if requirement.new {
        "where it is new: "
    } else {
        ""
    };
    format!("{new}{}", asked.join(", "))
}
