//! `action.yml` and the tables of `docs/action.md` are made from one source.

use std::fs;
use std::path::Path;

use dockyard_provenance::action::inputs::manifest::{action_yml, inputs_table, outputs_table};
use dockyard_provenance::action::inputs::names;

fn root(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The file holds `text`, or is made to with `BLESS=1`.
#[track_caller]
fn holds(path: &str, text: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs::write(root(path), text).unwrap();
    }
    let found = fs::read_to_string(root(path)).unwrap_or_default();
    assert_eq!(
        found, text,
        "{path} has drifted: BLESS=1 cargo test --test action manifest::"
    );
}

#[test]
fn action_yml_is_made_from_the_table() {
    // A release names the digest of its image.
    let found = fs::read_to_string(root("action.yml")).unwrap_or_default();
    let image = found
        .lines()
        .find_map(|line| line.strip_prefix("  image: "))
        .unwrap_or("Dockerfile");
    let released = image.starts_with("docker://") && image.contains("@sha256:");
    assert!(image == "Dockerfile" || released, "{image}");
    holds("action.yml", &action_yml(image));
}

#[test]
fn the_documentation_is_made_from_the_table() {
    let path = "docs/action.md";
    let mut text = fs::read_to_string(root(path)).unwrap();
    for (name, table) in [("inputs", inputs_table()), ("outputs", outputs_table())] {
        let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let (before, rest) = text.split_once(&start).unwrap();
        let (_, after) = rest.split_once(&end).unwrap();
        text = format!("{before}{start}{table}{end}{after}");
    }
    holds(path, &text);
}

#[test]
fn only_the_token_has_a_default() {
    let text = action_yml("Dockerfile");
    assert_eq!(text.matches("    default: ").count(), 1);
    assert!(text.contains("    default: ${{ github.token }}\n"));
    for name in names() {
        assert!(text.contains(&format!("\n  {name}:\n")));
    }
}
