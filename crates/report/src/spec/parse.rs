//! Reading one spec file.

mod arguments;
mod environment;
mod fields;
mod keys;
mod other;
mod overrides;
mod provenance;
mod scalar;
mod skill;
mod subject;
#[cfg(test)]
mod tests;
pub(super) mod yaml;

use super::MAX_SPEC_BYTES;
use super::model::{Protocol, SpecFile, Subject};
use crate::finding::Span;
use crate::finding::{Draft, RuleId};
use fields::{Read, Reader, Section};

/// Reads the text of the spec at `path` (relative, `/`-separated, `{protocol}/{server}/spec.yaml`).
/// Never fails: what is wrong is among the file's problems, all of it at once, in the order of the
/// file. Broken YAML, and whatever makes two readers of a file disagree (duplicate keys, merge keys,
/// tags), leaves [`Subject::Unusable`].
pub fn parse(path: &str, bytes: &[u8]) -> SpecFile {
    let text = bytes.get(..bytes.len().min(MAX_SPEC_BYTES));
    let text = text.and_then(|bytes| std::str::from_utf8(bytes).ok());
    let text = text.unwrap_or_default();
    SpecFile {
        text: text.strip_prefix('\u{feff}').unwrap_or(text).into(),
        ..read(path, bytes)
    }
}

fn read(path: &str, bytes: &[u8]) -> SpecFile {
    let text = match decode(bytes) {
        Ok(text) => text,
        Err(problem) => return unusable(path, vec![problem]),
    };
    let document = match yaml::read(text) {
        Ok(document) => document,
        Err(problems) => return unusable(path, problems),
    };
    if let Some(problem) = other::not_a_spec(&document.root) {
        let mut problems = document.problems;
        problems.push(problem);
        return unusable(path, problems);
    }
    let protocol = protocol_of(path);
    let ambiguous = !document.problems.is_empty();
    let mut reader = Reader::new(document.problems);
    let Some(root) = Section::root(&document.root, &mut reader) else {
        return unusable(path, reader.into_problems());
    };
    let foreign = is_foreign(&root, &protocol, &mut reader);
    // Declared before judged: what the block says is read even where there is no package.
    let declared = provenance::read(&root, &mut reader);
    // Of two readings nobody knows which one claims what.
    let claimed = ambiguous || declared.may_claim_attestations();
    let (package_text, version_text, subject) =
        subject::read(&root, &protocol, declared, &mut reader);
    SpecFile {
        path: path.to_owned(),
        protocol,
        package_text,
        version_text,
        subject: if ambiguous || foreign {
            Subject::Unusable
        } else {
            subject
        },
        claimed,
        problems: reader.into_problems(),
        text: Box::default(),
    }
}

/// The spec at `path` that could not be read, and why: a value that reaches the report as a
/// `spec-invalid` finding.
pub fn unreadable(path: &str, reason: &str) -> SpecFile {
    let help = if reason.to_ascii_lowercase().contains("permission denied") {
        "Give whoever runs this program the right to read the file."
    } else {
        "Put a regular file of UTF-8 text here, or remove the file."
    };
    let problem = spec_invalid(
        "",
        Span::START,
        format!("The spec could not be read: {reason}"),
        help,
    );
    unusable(path, vec![problem])
}

fn unusable(path: &str, problems: Vec<Draft>) -> SpecFile {
    SpecFile {
        path: path.to_owned(),
        protocol: protocol_of(path),
        package_text: None,
        version_text: None,
        subject: Subject::Unusable,
        claimed: true,
        problems,
        text: Box::default(),
    }
}

/// The parent's parent of the file (`{protocol}/{server}/spec.yaml`), which is the first folder
/// where the path is shorter.
fn protocol_of(path: &str) -> Protocol {
    let folder = path
        .rsplit('/')
        .nth(2)
        .or_else(|| path.split('/').next())
        .unwrap_or_default();
    Protocol::from_folder(folder)
}

/// The text of a file: UTF-8, with or without a byte order mark, of printable characters.
pub(super) fn decode(bytes: &[u8]) -> Result<&str, Draft> {
    const HELP: &str = "Save the file as UTF-8 text.";
    if bytes.len() > MAX_SPEC_BYTES {
        let message = format!("The file is larger than {} KiB.", MAX_SPEC_BYTES / 1024);
        return Err(spec_invalid("", Span::START, message, "Make it smaller."));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let span = end_of(std::str::from_utf8(valid).unwrap_or_default());
        spec_invalid("", span, "The file is not UTF-8 here.", HELP)
    })?;
    // A byte order mark is not a character of the text: columns count without it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(line) = directive(text) {
        let message =
            "A YAML directive (`%YAML`, `%TAG`) stands here: readers of YAML differ on them.";
        let span = Span {
            start_line: line,
            end_line: line,
            end_column: 2,
            ..Span::START
        };
        return Err(spec_invalid("", span, message, "Remove the line."));
    }
    if let Some((offset, character)) = text.char_indices().find(|(_, one)| !printable(*one)) {
        let span = end_of(text.get(..offset).unwrap_or_default());
        let code = u32::from(character);
        let message = format!(
            "The character U+{code:04X} is not allowed here: YAML readers differ on what it is."
        );
        return Err(spec_invalid("", span, message, HELP));
    }
    Ok(text)
}

/// YAML 1.2's `c-printable`, which the parser does not enforce, without what moves keys in one reader
/// only: the characters that end a line in YAML 1.1 (U+0085, U+2028, U+2029), so that a comment here
/// would be keys to the tool that builds, and the byte order mark (U+FEFF) anywhere but at byte 0,
/// which Go's yaml.v3 skips at the start of a line and elsewhere takes for text
/// (`yaml_parser_scan_to_next_token`; its `is_bom` looks at the start of the buffer).
fn printable(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r')
        || (!character.is_control()
            && !matches!(
                character,
                '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
            ))
}

/// The line of the first directive before the document, if there is one. No spec needs one, and what
/// they do is a matter of the reader: `%TAG` gives tags another meaning, and a directive that is not
/// known is skipped by some and refused by others.
fn directive(text: &str) -> Option<usize> {
    let lines = text.replace("\r\n", "\n");
    let mut lines = lines.split(['\n', '\r']).zip(1..);
    let (first, number) = lines.find(|(line, _)| {
        let line = line.trim_start_matches([' ', '\t']);
        !line.is_empty() && !line.starts_with('#')
    })?;
    first.starts_with('%').then_some(number)
}

/// The character after `before`. Lines end where YAML ends them: after `\n`, `\r\n` or a lone `\r`.
fn end_of(before: &str) -> Span {
    let (mut line, mut column, mut previous) = (1, 1, None);
    for character in before.chars() {
        match character {
            '\n' if previous == Some('\r') => {}
            '\n' | '\r' => (line, column) = (line + 1, 1),
            '\u{feff}' => {}
            _ => column += 1,
        }
        previous = Some(character);
    }
    Span {
        start_line: line,
        start_column: column,
        end_line: line,
        end_column: column + 1,
    }
}

/// Whether `metadata` names another protocol than the folder's, or cannot be read, so that it is not
/// known which registry's package gets built: the build follows `metadata.protocol` alone (dockyard,
/// cmd/dockhand/main.go, `generateDockerfile`). Without the key nothing is built (`loadMCPServerSpec`
/// requires it), so that the folder is the only statement there is.
fn is_foreign(root: &Section<'_>, protocol: &Protocol, reader: &mut Reader) -> bool {
    let metadata = match root.section("metadata", reader) {
        Read::Value(metadata) => metadata,
        Read::Missing => return false,
        Read::Wrong => return true,
    };
    for key in ["name", "description", "version"] {
        let _ = reader.text(&metadata, key);
    }
    let stated = match reader.text(&metadata, "protocol") {
        Read::Value(stated) => stated,
        Read::Missing => return false,
        Read::Wrong => return true,
    };
    if stated.value == protocol.as_str() {
        return false;
    }
    reader.push(Draft {
        rule: RuleId::ProtocolFolderMismatch,
        route: "metadata.protocol".to_owned(),
        span: stated.span,
        message: format!(
            "`metadata.protocol` is {}, but the folder is {}: it is not clear which registry's \
             package gets built, so nothing was looked up.",
            untrusted_text::quoted(&stated.value),
            untrusted_text::quoted(protocol.as_str()),
        ),
        help: "Move the spec to the folder of its protocol, or correct `metadata.protocol`."
            .to_owned(),
    });
    true
}

/// A `spec-invalid` finding.
fn spec_invalid(
    route: impl Into<String>,
    span: Span,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Draft {
    Draft {
        rule: RuleId::SpecInvalid,
        route: route.into(),
        span,
        message: message.into(),
        help: help.into(),
    }
}
