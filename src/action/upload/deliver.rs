//! The report's files, and their way to code scanning.

use std::path::Path;

use crate::action::Note;
use crate::action::event::Event;
use crate::action::inputs::UploadWhen;
use crate::action::outputs::Values;
use crate::action::scan::Scanned;
use crate::action::step::Step;
use crate::action::upload::code_scanning::{self, Target};
use crate::action::upload::withheld::{self, Circumstances};
use crate::write::to_file;
use dockyard_report::report::sarif::{self, MAX_RESULTS, SarifOptions};
use dockyard_report::report::{Rendered, json};

/// Writes the JSON and the SARIF report.
///
/// # Errors
/// Why the JSON report of a shard was not written, for people: it is all that a shard is for, and what lies in
/// its place must not be taken for it. Elsewhere that is a note.
pub fn files(
    step: &Step,
    scanned: &Scanned,
    values: &mut Values,
    notes: &mut Vec<Note>,
) -> Result<(), String> {
    let is_shard = scanned.report.shard.is_some();
    let workspace = &step.runner.workspace;
    let mut texts = vec![(
        "report-file",
        &step.inputs.report_file,
        json::render(&scanned.report).ok(),
    )];
    // Of a part, code scanning would take all that it does not repeat for fixed.
    if !is_shard {
        let sarif = render(step, scanned).map(|rendered| {
            let cut = rendered.cut;
            let told = |cut| format!("the SARIF report does not hold everything: {cut}");
            notes.extend(cut.map(told));
            rendered.text
        });
        texts.push(("sarif-file", &step.inputs.sarif_file, sarif));
    }
    for (output, path, text) in texts {
        let written = text
            .ok_or_else(|| format!("the {output} could not be made"))
            .and_then(|text| write(workspace, path, &text));
        match written {
            Ok(()) => {
                values.insert(output, path.display().to_string());
            }
            Err(note) => {
                let told = format!("{note}{}", left(workspace, path));
                if is_shard {
                    return Err(format!("the shard has no report: {told}"));
                }
                notes.push(told);
            }
        }
    }
    Ok(())
}

/// Says that what lies in the place of a report that was not written is none of this run: a later
/// step may take the file for one.
fn left(workspace: &Path, path: &Path) -> String {
    if workspace.join(path).symlink_metadata().is_err() {
        return String::new();
    }
    let path = path.display();
    format!("; what lies at {path} is not this run's report")
}

fn render(step: &Step, scanned: &Scanned) -> Option<Rendered> {
    let category = format!("{}/", step.inputs.analysis_category());
    let options = SarifOptions {
        category: &category,
        links: &scanned.links,
        max_results: MAX_RESULTS,
        base: scanned.base.as_ref(),
    };
    sarif::render(&scanned.report, &options).ok()
}

/// Writes a file of the workspace. The checkout may hold links: none may lead the file elsewhere.
fn write(workspace: &Path, path: &Path, text: &str) -> Result<(), Note> {
    let target = workspace.join(path);
    let folder = target.parent().unwrap_or(workspace);
    let inside = match (workspace.canonicalize(), folder.canonicalize()) {
        (Ok(workspace), Ok(folder)) => folder.starts_with(workspace),
        // The writer says which folder is missing.
        _ => true,
    };
    if !inside {
        return Err(format!(
            "{} was not written: its folder is a link that leaves the workspace",
            path.display()
        ));
    }
    to_file(&target, text).map_err(|error| error.to_string())
}

/// Uploads the SARIF report where it is asked for and possible.
pub async fn upload(step: &Step, scanned: &Scanned, values: &mut Values, notes: &mut Vec<Note>) {
    match try_upload(step, scanned).await {
        Ok(None) => {}
        Ok(Some(uploaded)) => {
            values.insert("sarif-id", uploaded.id);
            notes.extend(uploaded.problem);
        }
        Err(reason) => {
            let weight = match step.inputs.upload {
                UploadWhen::Always => "warning: ",
                UploadWhen::Auto | UploadWhen::Never => "",
            };
            notes.push(format!("{weight}no upload to code scanning: {reason}"));
        }
    }
}

async fn try_upload(
    step: &Step,
    scanned: &Scanned,
) -> Result<Option<code_scanning::Uploaded>, Note> {
    if step.inputs.upload == UploadWhen::Never {
        return Ok(None);
    }
    let circumstances = Circumstances {
        upload: step.inputs.upload,
        git_ref: step.runner.git_ref.as_deref(),
        narrowed: scanned.narrowed,
        missed: scanned.missed,
    };
    if let Some(reason) = withheld::reason(&scanned.report, circumstances) {
        return Err(reason);
    }
    let client = step.client.as_ref().filter(|client| client.has_token());
    let client = client.ok_or("there is no token")?;
    let request = match &step.event {
        Event::PullRequest(request) => Some((request.number, request.head_sha.as_str())),
        Event::MergeGroup { .. }
        | Event::WorkflowRun(_)
        | Event::Privileged { .. }
        | Event::Other => None,
    };
    let runner = &step.runner;
    let head = scanned.checkout.head();
    let head = head.as_deref().map_err(String::as_str);
    let target = Target::decide(
        runner.sha.as_deref(),
        runner.git_ref.as_deref(),
        request,
        head,
    )?;
    let sarif = render(step, scanned).ok_or("the SARIF could not be made")?;
    code_scanning::upload(client, &sarif.text, &target)
        .await
        .map(Some)
}
