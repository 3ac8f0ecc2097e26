//! The process that reads specs as dockhand does (`reader/main.go`).

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;

/// What was read of one spec.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    pub(super) accepted: bool,
    pub(super) refusal: String,
    pub(super) protocol: String,
    pub(super) package: String,
    pub(super) version: String,
    pub(super) overrides: Option<Vec<Override>>,
    pub(super) constraints: Option<Vec<Constraint>>,
    pub(super) env: Option<BTreeMap<String, String>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Override {
    pub(super) package: String,
    pub(super) version: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Constraint {
    pub(super) spec: String,
}

/// A running reader; it ends with its input.
pub(super) struct Reader {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Reader {
    pub(super) fn start(program: &str) -> Self {
        let mut child = Command::new(program)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{program}: {error}"));
        let (questions, answers) = (child.stdin.take(), child.stdout.take().unwrap());
        Self {
            child,
            questions,
            answers: BufReader::new(answers),
        }
    }

    pub(super) fn read(&mut self, spec: &[u8]) -> Answer {
        let mut question = format!("{}\n", spec.len()).into_bytes();
        question.extend_from_slice(spec);
        self.questions
            .as_mut()
            .unwrap()
            .write_all(&question)
            .unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        drop(self.questions.take());
        drop(self.child.wait());
    }
}
