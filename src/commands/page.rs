//! `page`: a page of a report and its history, with its badge.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use dockyard_pages::badge::Badge;
use dockyard_pages::page::{PageSource, render};
use dockyard_report::policy::exempt::day_of;
use dockyard_report::report::{Links, json};
use jiff::Timestamp;

use super::{Told, files};
use crate::write::{to_file, to_file_with};

/// What `page` is asked for.
#[derive(Debug, Clone)]
pub struct PageRequest {
    /// The report.
    pub report: PathBuf,
    /// Earlier days.
    pub history: Option<PathBuf>,
    /// The folder that is written to.
    pub out: PathBuf,
    /// What can be linked to.
    pub links: Links,
}

/// Writes the page as of `now`.
///
/// # Errors
/// What cannot be read or written, with the file's name: exit 2.
pub fn run(request: &PageRequest, now: Timestamp) -> anyhow::Result<Told> {
    let (report, bytes) = files::report(&request.report)?;
    let history = request.history.as_deref().map(files::history);
    let history = history.transpose()?;
    let source = PageSource {
        report: &report,
        history: history.as_ref(),
        links: &request.links,
        day: day_of(now),
    };
    let page = render(source).context("the page cannot be made; please report it")?;
    let badge = json::pretty(&Badge::of(&report))?;
    let out = &request.out;
    fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
    to_file_with(&out.join("report.json"), |file| {
        std::io::Write::write_all(file, &bytes)
    })?;
    let mut written = vec!["report.json"];
    if let Some(history) = &history {
        to_file(&out.join("history.jsonl"), &history.to_string())?;
        written.push("history.jsonl");
    }
    to_file(&out.join("badge.json"), &badge)?;
    to_file(&out.join("index.html"), &page)?;
    written.extend(["badge.json", "index.html"]);
    let shown = format!("{}: {}\n", out.display(), written.join(", "));
    Ok(Told {
        shown: untrusted_text::terminal(shown.trim_end(), 1_000) + "\n",
        ..Told::default()
    })
}
