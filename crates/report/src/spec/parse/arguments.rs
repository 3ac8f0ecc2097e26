//! `spec.args`: what the image's entry point hands to the package.

use super::fields::{Read, Reader, Section};
use super::spec_invalid;
use super::yaml::Kind;

/// Whether nothing in the arguments leads out of the entry point. The tool that builds puts each
/// between quotes into a line of the Dockerfile without escaping it (toolhive,
/// pkg/container/templates/npx.tmpl, uvx.tmpl and go.tmpl; it refuses `'` itself): a line break starts
/// another instruction there, and a quote or a backslash makes a command of the shell of what follows.
pub(super) fn check(spec: &Section<'_>, reader: &mut Reader) -> bool {
    let items = match reader.items(spec, "args") {
        Read::Value(items) => items,
        Read::Missing => return true,
        Read::Wrong => return false,
    };
    let mut contained = true;
    for item in &items {
        let problem = match &item.node.kind {
            Kind::Scalar { text, .. } if text.contains(leads_out) => {
                "has a line break, a control character, a quote or a backslash"
            }
            Kind::Scalar { .. } => continue,
            Kind::Sequence(_) | Kind::Mapping(_) => "is not a text",
        };
        contained = false;
        reader.push(spec_invalid(
            &item.route,
            item.place(),
            format!("`{}` {problem}.", item.route),
            "Write one argument on one line without them: they are not escaped when the image is \
             built, so that what follows would be taken for a command.",
        ));
    }
    contained
}

fn leads_out(character: char) -> bool {
    character.is_control() || matches!(character, '"' | '\'' | '\\')
}
