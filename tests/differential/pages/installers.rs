//! pip and uv, asked for one release of one page after the other.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use serde::Deserialize;

/// What is wanted of one page.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// The index's address.
    pub(super) index: String,
    /// `name==version`.
    pub(super) requirement: String,
}

/// What an installer did with one page.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Did {
    /// Addresses of the files that it may come to take, where it tells.
    #[serde(default)]
    pub(super) applicable: Vec<String>,
    /// Address of the file that it took, where it tells.
    pub(super) installed: Option<String>,
    /// It ended with success.
    #[serde(skip)]
    pub(super) succeeded: bool,
}

fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PIP_CONFIG_FILE", "/dev/null");
    command
}

/// The machine's Python itself, past whatever chooses among several.
pub(super) fn python() -> String {
    let output = Command::new("python3")
        .args(["-c", "import sys; print(sys.executable)"])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The pip that lies in `folder`, in one process (`pip.py`).
pub(super) fn pip(python: &str, folder: &str, wanted: &[Wanted]) -> Vec<Did> {
    let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/differential/pages/pip.py");
    let mut child = command(python)
        .args(["-I".as_ref(), driver.as_os_str(), folder.as_ref()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut questions = child.stdin.take().unwrap();
    let answers = BufReader::new(child.stdout.take().unwrap());
    let mut all = Vec::new();
    for Wanted { index, requirement } in wanted {
        let question = serde_json::json!({"index": index, "requirement": requirement});
        writeln!(all, "{question}").unwrap();
    }
    let asking = thread::spawn(move || questions.write_all(&all));
    let did: Vec<Did> = answers
        .lines()
        .map(|line| {
            let mut did: Did = serde_json::from_str(&line.unwrap()).unwrap();
            did.succeeded = did.installed.is_some();
            did
        })
        .collect();
    let _ = asking.join().unwrap();
    assert!(child.wait().unwrap().success(), "pip.py has failed");
    did
}

/// uv, in a process per page. It takes one file and tells no others.
pub(super) fn uv(python: &str, program: &str, folder: &Path, wanted: &[Wanted]) -> Vec<Did> {
    let install = |(number, one): (usize, &Wanted)| {
        let output = command(program)
            .args([
                "pip",
                "install",
                "--no-config",
                "--no-deps",
                "--no-build-isolation",
            ])
            .args([
                "--python",
                python,
                "--no-python-downloads",
                "--color",
                "never",
            ])
            .args(["--index-strategy", "first-index", "--link-mode", "copy"])
            .arg("--cache-dir")
            .arg(folder.join("cache"))
            .arg("--target")
            .arg(folder.join(number.to_string()))
            .args(["--default-index", &one.index, &one.requirement])
            .output()
            .unwrap();
        Did {
            succeeded: output.status.success(),
            ..Did::default()
        }
    };
    wanted.iter().enumerate().map(install).collect()
}
