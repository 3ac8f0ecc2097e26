//! `action.yml` and the tables of `docs/action.md`, made from the definitions of the inputs
//! and the table of outputs.

use std::fmt::Write as _;

use super::Inputs;
use super::table::OUTPUTS;
use crate::settings::definition::Group as _;

/// The text of `action.yml`. `image` is what runs: `Dockerfile`, or in a release the digest of the
/// built image.
pub fn action_yml(image: &str) -> String {
    let mut text = String::from(
        "# Made from the definitions of the options: BLESS=1 cargo test --test action manifest::\n\
         name: dockyard-provenance\n\
         description: Verifies that the npm and PyPI packages pinned in */*/spec.yaml were built where they claim (Sigstore)\n\
         author: dockyard-provenance\n\
         branding:\n  icon: anchor\n  color: blue\n\
         inputs:\n",
    );
    for input in Inputs::definitions() {
        let Some(name) = input.input() else { continue };
        let default = input
            .default()
            .map(|default| format!(" Default: {default}."));
        let says = scalar(&(input.input_sentence() + &default.unwrap_or_default()));
        // A default here would silently win over the configuration file.
        let default = if name == "token" {
            "    default: ${{ github.token }}\n"
        } else {
            ""
        };
        let _ = write!(
            text,
            "  {name}:\n    description: {says}\n    required: false\n{default}"
        );
    }
    text.push_str("outputs:\n");
    for output in OUTPUTS {
        let says = scalar(output.says);
        let _ = write!(text, "  {}:\n    description: {says}\n", output.name);
    }
    let _ = write!(text, "runs:\n  using: docker\n  image: {image}\n");
    text
}

/// A YAML scalar in double quotes.
fn scalar(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The table of inputs in Markdown.
pub fn inputs_table() -> String {
    let mut text = String::from("| input | default | what it does |\n|---|---|---|\n");
    for input in Inputs::definitions() {
        let Some(name) = input.input() else { continue };
        let default = input.default().unwrap_or("–".to_owned());
        let _ = writeln!(
            text,
            "| `{name}` | {default} | {} |",
            input.input_sentence()
        );
    }
    text
}

/// The table of outputs in Markdown.
pub fn outputs_table() -> String {
    let mut text = String::from("| output | holds |\n|---|---|\n");
    for output in OUTPUTS {
        let _ = writeln!(text, "| `{}` | {} |", output.name, output.says);
    }
    text
}
