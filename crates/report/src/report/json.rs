//! The report as JSON, the shape of `docs/report.schema.json`.

use std::io::{self, Write};

use serde::Serialize;

use super::lock::LockReport;
use super::model::{Gate, Report, Tool, TrustRecord};
use super::requirements::ExemptionRecord;
use super::shard::ShardRecord;
use super::spec::SpecReport;
use super::summary::Summary;
use crate::finding::Finding;
use crate::policy::Verdict;
use untrusted_text as text;

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
    exemptions: &'a [ExemptionRecord],
    config_findings: &'a [Finding],
    locks: &'a [LockReport],
    shard: Option<&'a ShardRecord>,
}

impl<'a> From<&'a Report> for Document<'a> {
    fn from(report: &'a Report) -> Self {
        Self {
            schema_version: report.schema_version,
            tool: &report.tool,
            verdict: report.verdict,
            determined: report.is_determined(),
            trust: &report.trust,
            gate: &report.gate,
            summary: &report.summary,
            specs: &report.specs,
            exemptions: &report.exemptions,
            config_findings: &report.config_findings,
            locks: &report.locks,
            shard: report.shard.as_ref(),
        }
    }
}

/// Writes the report as indented JSON with a newline at its end: the same bytes for the same
/// report. It is written piece by piece, because a report on thousands of packages is far longer
/// as text than it is in memory; `out` should be buffered.
///
/// Characters that would do something to a terminal (controls, bidi, zero-width) are written as
/// `\u` escapes, and so is the second `#` of `##`, which starts a CI runner's command anywhere in
/// a line, and the brace of `${`, which could start an expression where the text is pasted into a
/// workflow. A JSON reader sees the same text.
///
/// # Errors
/// What `out` says.
pub fn write(report: &Report, out: &mut impl Write) -> io::Result<()> {
    write_any(&Document::from(report), out)
}

/// As [`write()`], into a text.
///
/// # Errors
/// Where `serde_json` cannot write the report, which no report made by this crate causes.
pub fn render(report: &Report) -> io::Result<String> {
    pretty(&Document::from(report))
}

/// As [`render`], of anything.
pub fn pretty(value: &impl Serialize) -> io::Result<String> {
    let mut json = Vec::new();
    write_any(value, &mut json)?;
    String::from_utf8(json).map_err(io::Error::other)
}

fn write_any(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(Escaping::new(&mut *out), value)?;
    out.write_all(b"\n")
}

/// Escapes what is written through it.
struct Escaping<W> {
    out: W,
    before: char,
    escaped: String,
}

impl<W: Write> Escaping<W> {
    const fn new(out: W) -> Self {
        Self {
            out,
            before: ' ',
            escaped: String::new(),
        }
    }
}

impl<W: Write> Write for Escaping<W> {
    /// Takes whole characters only: `serde_json` writes texts and parts of texts.
    fn write(&mut self, json: &[u8]) -> io::Result<usize> {
        if let Some(last) = json.last()
            && json.iter().copied().all(is_plain)
        {
            self.before = char::from(*last);
            self.out.write_all(json)?;
            return Ok(json.len());
        }
        let text = std::str::from_utf8(json).map_err(io::Error::other)?;
        self.escaped.clear();
        self.before = escape_onto(&mut self.escaped, text, self.before);
        self.out.write_all(self.escaped.as_bytes())?;
        Ok(json.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Whether a byte is a character that is never escaped, whatever stands before it. Most pieces have no other.
const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n') && !matches!(byte, b'#' | b'{')
}

/// As [`write()`] escapes.
pub(super) fn escape(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    escape_onto(&mut escaped, json, ' ');
    escaped
}

/// Escapes what only strings can hold: outside of strings, JSON consists of visible ASCII and the
/// line breaks of its indentation. `before` and what is returned: the last character of the text
/// before, and of `json`.
fn escape_onto(escaped: &mut String, json: &str, mut before: char) -> char {
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
    before
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
            assert_eq!(pretty(&[text]).unwrap(), json + "\n");
        }
    }

    proptest! {
        #[test]
        fn in_pieces_it_is_escaped_as_in_one(pieces in proptest::collection::vec("[#${ a\u{1b}\n\u{202e}é]{0,3}", 0..9)) {
            let mut written = Vec::new();
            let mut escaping = Escaping::new(&mut written);
            for piece in &pieces {
                escaping.write_all(piece.as_bytes()).unwrap();
            }
            prop_assert_eq!(String::from_utf8(written).unwrap(), escape(&pieces.concat()));
        }
    }
}
