//! The report as JSON, the shape of `docs/report.schema.json`.

use serde::Serialize;

use super::model::{Gate, Report, SpecReport, Summary, Tool, TrustRecord, Verdict};
use crate::text;

/// The report as it is written: the order of its members is that of the file.
#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: &'a Tool,
    verdict: Verdict,
    determined: bool,
    trust: &'a TrustRecord,
    gate: &'a Gate,
    summary: &'a Summary,
    specs: &'a [SpecReport],
}

/// The report as indented JSON with a newline at its end: the same bytes for the same report.
///
/// Characters that would do something to a terminal (controls, bidi, zero-width) are written as
/// `\u` escapes, and so is the second `#` of `##`, which starts a CI runner's command anywhere in
/// a line, and the brace of `${`, which could start an expression where the text is pasted into a
/// workflow. A JSON reader sees the same text.
///
/// # Errors
/// Where `serde_json` cannot write the report, which no report made by this crate causes.
pub fn render(report: &Report) -> Result<String, serde_json::Error> {
    pretty(&Document {
        schema_version: report.schema_version,
        tool: &report.tool,
        verdict: report.verdict,
        determined: report.is_determined(),
        trust: &report.trust,
        gate: &report.gate,
        summary: &report.summary,
        specs: &report.specs,
    })
}

/// As [`render`], of anything.
pub(crate) fn pretty(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut json = escape(&serde_json::to_string_pretty(value)?);
    json.push('\n');
    Ok(json)
}

/// Escapes what only strings can hold: outside of strings, JSON consists of visible ASCII and the
/// line breaks of its indentation.
pub(super) fn escape(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    let mut before = ' ';
    for character in json.chars() {
        let command = matches!((before, character), ('#', '#') | ('$', '{'));
        if command || (character != '\n' && text::is_hidden(character)) {
            let mut units = [0_u16; 2];
            let units = character.encode_utf16(&mut units).iter();
            escaped.extend(units.map(|unit| format!("\\u{unit:04x}")));
        } else {
            escaped.push(character);
        }
        before = character;
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_text_reads_back_the_same() {
        for text in [
            "\u{1b}[31m\u{9b}\u{7f}",
            "\u{202e}\u{200b}\u{e0041}",
            "##[error] ### #",
            "${{ a }} ${x} $ {",
            "\\\u{202e}\\##\"\n",
            "plain, größe, 日本語",
        ] {
            let json = escape(&serde_json::to_string_pretty(&[text]).unwrap());
            assert_eq!(serde_json::from_str::<[String; 1]>(&json).unwrap(), [text]);
            assert!(
                !json.chars().any(|c| c != '\n' && text::is_hidden(c)),
                "{json}"
            );
            assert!(!json.contains("##") && !json.contains("${"), "{json}");
        }
    }
}
