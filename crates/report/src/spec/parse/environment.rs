//! `spec.env`: what is set in the image beside the package.

use super::fields::{Read, Reader, Section};
use super::spec_invalid;
use super::yaml::{Kind, join};
use crate::finding::Spanned;
use untrusted_text::quoted;

/// The names that are set, or nothing where the block cannot be read. A value may be of any kind that
/// is not a list or a mapping: dockyard reads each as text (`map[string]string`).
pub(super) fn read(spec: &Section<'_>, reader: &mut Reader) -> Option<Vec<Spanned<String>>> {
    let entries = match reader.entries(spec, "env") {
        Read::Value(entries) => entries,
        Read::Missing => return Some(Vec::new()),
        Read::Wrong => return None,
    };
    let mut readable = true;
    for entry in entries {
        let name = &entry.key.value;
        let problem = match &entry.value.kind {
            _ if !is_name(name) => Some((
                format!(
                    "{} is not a valid name of an environment variable.",
                    quoted(name)
                ),
                "Use letters, digits and `_`; a name does not start with a digit.",
            )),
            Kind::Scalar { text, .. }
                if text.contains(|one: char| one.is_control() && one != '\t') =>
            {
                Some((
                    format!(
                        "The value of {} has line breaks or control characters.",
                        quoted(name)
                    ),
                    "Write it in one line: the image's recipe takes one line for each variable.",
                ))
            }
            Kind::Scalar { .. } => None,
            Kind::Sequence(_) | Kind::Mapping(_) => Some((
                format!("The value of {} is not a text.", quoted(name)),
                "Write one value.",
            )),
        };
        if let Some((message, help)) = problem {
            readable = false;
            let mut route = spec.route("env");
            join(&mut route, name);
            reader.push(spec_invalid(route, entry.key.span, message, help));
        }
    }
    readable.then(|| entries.iter().map(|entry| entry.key.clone()).collect())
}

/// A name as POSIX has it (Base Definitions, 8.1).
fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !text.is_empty()
        && text.bytes().all(plain)
        && !text.starts_with(|one: char| one.is_ascii_digit())
}
