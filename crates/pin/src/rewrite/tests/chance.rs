//! Names and versions by chance, through a real shell: none leaves its quotes.

use std::process::Command;

use proptest::prelude::*;

use super::{GO, NPX, UVX, changed, go, npm, pypi};
use crate::pin::Pin;

/// What may be meant badly.
const HOSTILE: &str = "[-@a-zA-Z0-9._~+!'\"$`;&|<>(){}\\\\ /=*#\n\t]{1,12}";

/// Runs what is between `RUN ` and the end of the instruction that holds `part`, with every tool replaced
/// by one that tells its arguments.
fn told(dockerfile: &str, part: &str, folder: &str) -> String {
    let start = dockerfile
        .lines()
        .position(|line| line.starts_with("RUN ") && line.contains(part))
        .unwrap();
    let mut body = String::new();
    for line in dockerfile.lines().skip(start) {
        body += line;
        body.push('\n');
        if !line.ends_with('\\') {
            break;
        }
    }
    let body = body
        .strip_prefix("RUN ")
        .unwrap()
        .replace("/opt/verified", folder)
        .replace("| grep -qF", "; grep_qF")
        .replace("| grep -qxF", "; grep_qxF");
    let tools = ["npm", "node", "pip", "go", "grep_qF", "grep_qxF"]
        .map(|name| format!("{name}() {{ printf '{name}'; printf ' [%s]' \"$@\"; echo; }}\n"));
    let script = format!("{}{body}", tools.concat());
    let output = Command::new("sh").arg("-c").arg(&script).output().unwrap();
    assert!(output.status.success(), "{script}\n{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn npm_words(
        name in prop_oneof!["@[a-z0-9-]{1,8}/[a-z0-9._-]{1,8}", HOSTILE],
        version in prop_oneof!["[0-9]\\.[0-9]\\.[0-9](-[a-z0-9.-]{1,5})?", HOSTILE],
    ) {
        let Some(pin) = npm(&name, &version) else { return Ok(()) };
        let text = NPX.replace("@acme/widget@1.2.3", &format!("{name}@{version}"));
        let told = told(&changed(&text, &pin), "--package-lock-only", "/nowhere");
        let Pin::Npm(inner) = &pin else { unreachable!() };
        let mut lines = told.lines();
        prop_assert_eq!(
            lines.next().unwrap(),
            format!("npm [install] [--package-lock-only] [--ignore-scripts] [--save] [{name}@{version}]")
        );
        let compare = lines.next().unwrap();
        let ends = format!("] [{name}] [{version}] [{}]", inner.integrity);
        prop_assert!(compare.starts_with("node [-e] [const l=") && compare.ends_with(&ends), "{compare}");
        prop_assert_eq!(lines.collect::<Vec<_>>(), ["npm [ci]"]);
    }

    #[test]
    fn pypi_words(
        name in prop_oneof!["[A-Za-z0-9]([A-Za-z0-9._-]{0,6}[A-Za-z0-9])?", HOSTILE],
        version in prop_oneof![
            "([0-9]!)?[0-9]{1,2}\\.[0-9](rc1|\\.post2|\\.dev3)?(\\+[a-z0-9]{1,4})?",
            HOSTILE,
        ],
    ) {
        let Some(pin) = pypi(&name, &version) else { return Ok(()) };
        let folder = std::env::temp_dir().join(format!("pin-words-{}", std::process::id()));
        let folder = folder.to_str().unwrap();
        let text = UVX.replace("Acme.Widget@1.2.3", &format!("{name}@{version}"));
        let told = told(&changed(&text, &pin), "pip download", folder);
        let Pin::Pypi(inner) = &pin else { unreachable!() };
        let (plain, exact) = (inner.package.name.as_str(), &inner.package.version);
        let hashes = format!(
            "--hash=sha256:{} --hash=sha256:{}",
            "11".repeat(32),
            "22".repeat(32)
        );
        prop_assert_eq!(
            std::fs::read_to_string(format!("{folder}.txt")).unwrap(),
            format!("{plain}=={exact} {hashes}\n")
        );
        let asked = format!("[-d] [{folder}] [-r] [{folder}.txt]");
        prop_assert_eq!(
            told,
            format!("pip [download] [--no-cache-dir] [--no-deps] [--require-hashes] {asked}\n")
        );
        std::fs::remove_file(format!("{folder}.txt")).unwrap();
    }

    #[test]
    fn go_words(
        name in prop_oneof!["example\\.com/[a-z0-9._~-]{1,8}[a-z0-9](/cmd/[a-z]{1,3})?", HOSTILE],
        version in prop_oneof!["v[01]\\.[0-9]\\.[0-9](-[a-z0-9.-]{1,5})?", HOSTILE],
    ) {
        let Some(pin) = go(&name, &version) else { return Ok(()) };
        let text = GO.replace(
            "example.com/acme/widget/cmd/serve@v1.2.3",
            &format!("{name}@{version}"),
        );
        let new = changed(&text, &pin);
        let Pin::Go(inner) = &pin else { unreachable!() };
        prop_assert_eq!(
            told(&new, "go version", "/nowhere"),
            format!(
                "go [version] [-m] [/app/mcp-server]\ngrep_qxF [\tmod\t{}\t{version}\t{}]\n",
                inner.module, inner.sum
            )
        );
        prop_assert_eq!(
            told(&new, "go mod download", "/nowhere"),
            format!(
                "go [mod] [download] [-json] [{}@{version}]\ngrep_qF [\"Sum\": \"{}\"]\n",
                inner.module, inner.sum
            )
        );
    }
}

proptest! {
    #[test]
    fn no_dockerfile_panics(text in "(RUN|FROM|#|\\\\\n|\n| |<<E|'|\"|npm install --save @acme/widget@1\\.2\\.3|escape=|[a-z])*") {
        for pin in [super::widget_npm(), super::widget_pypi(), super::widget_go()] {
            if let Ok(crate::Rewritten::Changed(new)) = crate::rewrite(&text, &pin) {
                prop_assert_eq!(crate::rewrite(&new, &pin), Ok(crate::Rewritten::Same));
            }
        }
    }
}
