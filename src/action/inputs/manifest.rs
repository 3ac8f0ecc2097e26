//! `action.yml` and the tables of `docs/action.md`, made from [`crate::action::inputs::table`].

use std::fmt::Write as _;

use crate::action::inputs::table::{INPUTS, OUTPUTS};

/// The text of `action.yml`. `image` is what runs: `Dockerfile`, or in a release the digest of the
/// built image.
pub fn action_yml(image: &str) -> String {
    let mut text = String::from(
        "# Made from src/action/inputs/table.rs: BLESS=1 cargo test --test action manifest::\n\
         name: dockyard-provenance\n\
         description: Verifies that the npm and PyPI packages pinned in */*/spec.yaml were built where they claim (Sigstore)\n\
         author: dockyard-provenance\n\
         branding:\n  icon: anchor\n  color: blue\n\
         inputs:\n",
    );
    for input in INPUTS {
        let default = match (input.name, input.default) {
            (_, "") => String::new(),
            (_, default) => format!(" Default: {default}."),
        };
        let says = format!("{}{default}", input.says);
        // A default here would silently win over the configuration file.
        let default = if input.name == "token" {
            "    default: ${{ github.token }}\n"
        } else {
            ""
        };
        let _ = write!(
            text,
            "  {}:\n    description: {}\n    required: false\n{default}",
            input.name,
            scalar(&says)
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
    for input in INPUTS {
        let default = if input.default.is_empty() {
            "–"
        } else {
            input.default
        };
        let _ = writeln!(text, "| `{}` | {default} | {} |", input.name, input.says);
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
