//! What a step left behind.

use std::collections::BTreeMap;

use dockyard_provenance::action::inputs::table::OUTPUTS;

/// What a step left behind.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) outputs: BTreeMap<String, String>,
    pub(crate) summary: String,
}

impl Run {
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// The log says this.
    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Self {
        assert!(self.out.contains(words), "{words:?} is not in {self:#?}");
        self
    }

    /// The log and the summary say this.
    #[track_caller]
    pub(crate) fn tells(self, words: &str) -> Self {
        assert!(
            self.summary.contains(words),
            "{words:?} is not in {self:#?}"
        );
        self.says(words)
    }

    /// Exit 2, said on standard error, as an annotation, in the summary and as the verdict.
    #[track_caller]
    pub(crate) fn refuses(self, words: &str) -> Self {
        let run = self.exits(2).says("::error title=").tells(words);
        assert!(run.err.contains(words), "{run:#?}");
        assert_eq!(run.output("verdict"), "error");
        run
    }

    #[track_caller]
    pub(crate) fn output(&self, name: &str) -> &str {
        assert!(OUTPUTS.iter().any(|output| output.name == name), "{name}");
        &self.outputs[name]
    }

    /// The findings are where nobody can miss them: in the summary and in the log.
    #[track_caller]
    pub(crate) fn shows_the_finding(self) -> Self {
        assert_eq!(self.output("verdict"), "fail");
        assert!(!self.summary.is_empty(), "{self:#?}");
        self.says("publisher-repository-mismatch")
    }

    #[track_caller]
    pub(crate) fn keeps_the_token(&self, token: &str) {
        if token.is_empty() {
            return;
        }
        let mask = format!("::add-mask::{token}\n");
        let rest = self.out.strip_prefix(&mask);
        let rest = rest.unwrap_or_else(|| panic!("not masked first: {}", self.out));
        for text in [
            rest,
            &self.err,
            &self.summary,
            &format!("{:?}", self.outputs),
        ] {
            assert!(!text.contains(token), "{text}");
        }
    }
}

/// Reads the runner's heredocs; what is outside of one is refused.
pub(crate) fn outputs(text: &str) -> BTreeMap<String, String> {
    let mut outputs = BTreeMap::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let (name, delimiter) = line.split_once("<<").unwrap();
        let value: Vec<&str> = lines
            .by_ref()
            .take_while(|line| *line != delimiter)
            .collect();
        outputs.insert(name.to_owned(), value.join("\n"));
    }
    outputs
}
