//! `explain`: the catalogue of rules, told to people on a terminal and in `docs/rules.md`.

use super::exemptable::{Exemptable, exemptable};
use super::{RuleId, Severity};
use untrusted_text as text;

/// A rule that does not exist. Exit 2.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnknownRule(String);

/// Every rule with its default severity and summary.
pub fn list() -> String {
    let width = RuleId::ALL
        .iter()
        .map(|rule| rule.as_str().len())
        .max()
        .unwrap_or_default();
    let mut lines: Vec<String> = RuleId::ALL
        .iter()
        .map(|rule| {
            let severity = rule.default_severity().as_str();
            format!("{:width$}  {severity:7}  {}", rule.as_str(), rule.summary())
        })
        .collect();
    lines.push(String::new());
    lines.push(
        "`dockyard-provenance explain RULE` says what a rule means and what to do.\n".to_owned(),
    );
    lines.join("\n")
}

/// The page of one rule.
///
/// # Errors
/// [`UnknownRule`] with the nearest id.
pub fn page(id: &str) -> Result<String, UnknownRule> {
    let rule = RuleId::from_id(id).ok_or_else(|| unknown(id))?;
    let text = rule.explanation();
    Ok(format!(
        "{rule} ({severity} by default)\n{summary}\n\n\
         What it means\n{meaning}\n\n\
         Why it matters\n{why}\n\n\
         What to do\n{action}\n\n\
         {gate}\n",
        severity = rule.default_severity(),
        summary = rule.summary(),
        meaning = wrapped(text.meaning),
        why = wrapped(text.why),
        action = wrapped(text.action),
        gate = wrapped(&gate(rule)),
    ))
}

fn unknown(id: &str) -> UnknownRule {
    let known = RuleId::ALL.iter().map(|rule| rule.as_str());
    let hint = text::nearest(id, known).map_or_else(
        || "`dockyard-provenance explain` lists them all".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    UnknownRule(format!(
        "there is no rule `{}`; {hint}",
        text::terminal(id, 60)
    ))
}

/// How the rule's severity is changed, and what that does not do.
fn gate(rule: RuleId) -> String {
    let other = match rule.default_severity() {
        Severity::Error => Severity::Warning,
        Severity::Warning | Severity::Note => Severity::Error,
    };
    let how = format!("Configuration: `[severity]` `{rule} = \"{other}\"`.");
    if rule == RuleId::VerificationIncomplete {
        return format!("{how} Its severity changes how it is shown; the run stays inconclusive.");
    }
    match exemptable(rule) {
        Exemptable::Yes => format!("{how} An `[[exempt]]` block can accept it for one spec."),
        Exemptable::AtOneVersion => {
            format!(
                "{how} An `[[exempt]]` block can accept it for one version of one spec's package."
            )
        }
        Exemptable::WhereUnsupported | Exemptable::No => how,
    }
}

/// The catalogue as `docs/rules.md`, one anchor per rule.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Rules\n\n\
         Generated from the catalogue in `crates/report/src/finding`; `BLESS=1 cargo test --test report_rules` \
         writes it anew.\n\n\
         Severities are defaults; a configuration file changes them in its `[severity]` table. \
         Findings at or above `--fail-on` (default `error`) exit 1.\n\n\
         | rule | default | says |\n|---|---|---|\n",
    );
    page.extend(RuleId::ALL.iter().map(|rule| {
        let severity = rule.default_severity();
        format!(
            "| [`{rule}`](#{rule}) | {severity} | {} |\n",
            rule.summary()
        )
    }));
    page.extend(RuleId::ALL.iter().map(|rule| section(*rule)));
    page
}

fn section(rule: RuleId) -> String {
    let text = rule.explanation();
    format!(
        "\n## {rule}\n\nDefault: {}. {}\n\n{}\n\n**Why it matters.** {}\n\n**What to do.** {}\n\n{}\n",
        rule.default_severity(),
        rule.summary(),
        text.meaning,
        text.why,
        text.action,
        gate(rule)
    )
}

/// `text` in lines of at most 80 characters, indented by two.
fn wrapped(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= 80 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("  {word}")),
        }
    }
    lines.join("\n")
}
