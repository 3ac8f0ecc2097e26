//! `vsa`: statements about what was verified, for the user's workflow to sign.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use dockyard_pages::StoredReport;
use dockyard_pages::vsa::{Descriptor, Statement, Statements, VsaError, VsaSource};
use dockyard_report::report::links::docs;
use dockyard_report::report::{Links, json};
use jiff::Timestamp;
use serde::Serialize;
use sigstore_verify::crypto::sha256;
use untrusted_text::{short_digest, terminal};

use super::{Told, files};
use crate::write::to_file;

/// Exit code where the run as a whole is in doubt.
const INCONCLUSIVE: u8 = 3;

/// Longest line that is shown.
const MAX_LINE: usize = 400;

/// What `vsa` is asked for.
#[derive(Debug, Clone)]
pub struct VsaRequest {
    /// The report.
    pub report: PathBuf,
    /// The folder that is written to.
    pub out: PathBuf,
    /// The URI of the workflow that signs.
    pub verifier: String,
    /// The configuration that the scan read.
    pub config: Option<PathBuf>,
    /// Where the configuration can be looked at.
    pub links: Links,
    /// When the scan verified.
    pub verified_at: Option<Timestamp>,
}

/// A line of the list of statements.
#[derive(Serialize)]
struct Listed {
    package: String,
    predicate: String,
    subjects: String,
}

/// Writes the statements as of `now`.
///
/// # Errors
/// What cannot be read or written, and what does not fit together: exit 2.
pub fn run(request: &VsaRequest, now: Timestamp) -> anyhow::Result<Told> {
    let (report, _) = files::report(&request.report)?;
    if let Some(time) = request.verified_at {
        anyhow::ensure!(time <= now, "--verified-at {time} is in the future");
    }
    let source = VsaSource {
        report: &report,
        verifier: &request.verifier,
        policy: policy(request, &report)?,
        verified_at: request.verified_at,
    };
    let statements = match Statements::of(&source) {
        Ok(statements) => statements,
        Err(error @ VsaError::Doubt) => {
            return Ok(Told {
                notes: vec![("error", error.to_string())],
                code: INCONCLUSIVE,
                ..Told::default()
            });
        }
        Err(error) => return Err(error.into()),
    };
    write(&request.out, &statements.made)?;
    let mut shown = String::new();
    for statement in &statements.made {
        let stated = format!("stated    {}", statement.predicate.resource_uri);
        let _ = writeln!(shown, "{}", terminal(&stated, MAX_LINE));
    }
    for (path, reason) in &statements.left_out {
        let left = format!("left out  {path}: {reason}");
        let _ = writeln!(shown, "{}", terminal(&left, MAX_LINE));
    }
    let _ = writeln!(
        shown,
        "{} stated, {} left out",
        statements.made.len(),
        statements.left_out.len()
    );
    Ok(Told {
        shown,
        ..Told::default()
    })
}

/// By what was judged: the configuration at its commit, or this program's own defaults.
///
/// # Errors
/// Where the report and the configuration that is named do not fit together.
fn policy(request: &VsaRequest, report: &StoredReport) -> anyhow::Result<Descriptor> {
    let (Some(named), Some(told)) = (&request.config, &report.config) else {
        anyhow::ensure!(
            request.config.is_none(),
            "the scan read no configuration; leave --config out"
        );
        if let Some(told) = &report.config {
            anyhow::bail!("the scan read the configuration {told}; name it with --config");
        }
        return Ok(Descriptor {
            uri: Some(docs("policy.md")),
            digest: BTreeMap::new(),
        });
    };
    anyhow::ensure!(
        Path::new(told).file_name() == named.file_name(),
        "the scan read the configuration {told}, which is not {}",
        named.display()
    );
    let bytes = files::read(named, files::MAX_CONFIG)?;
    let page = request.links.repository_url().zip(request.links.commit());
    let path = named.to_string_lossy();
    let (repository, commit) = page
        .context("say where the configuration can be looked at, with --repository and --commit")?;
    Ok(Descriptor {
        uri: Some(format!(
            "{repository}/blob/{commit}/{}",
            request.links.uri(&path)
        )),
        digest: BTreeMap::from([("sha256".to_owned(), hex::encode(sha256(&bytes).as_bytes()))]),
    })
}

/// # Errors
/// Where the folder holds something already: a statement of an earlier run must not be signed as this one's.
fn write(out: &Path, made: &[Statement]) -> anyhow::Result<()> {
    let shown = out.display();
    fs::create_dir_all(out).with_context(|| format!("cannot make the folder {shown}"))?;
    let mut there = fs::read_dir(out).with_context(|| format!("cannot read the folder {shown}"))?;
    anyhow::ensure!(
        there.next().is_none(),
        "the folder {shown} is not empty; name another one"
    );
    let mut list = Vec::new();
    for statement in made {
        let stem = stem(&statement.predicate.resource_uri);
        let listed = Listed {
            package: statement.predicate.resource_uri.clone(),
            predicate: format!("{stem}.predicate.json"),
            subjects: format!("{stem}.subjects.txt"),
        };
        to_file(
            &out.join(format!("{stem}.statement.json")),
            &json::pretty(statement)?,
        )?;
        to_file(
            &out.join(&listed.predicate),
            &json::pretty(&statement.predicate)?,
        )?;
        to_file(&out.join(&listed.subjects), &statement.checksums())?;
        list.push(listed);
    }
    to_file(&out.join("statements.json"), &json::pretty(&list)?)?;
    Ok(())
}

/// A file's name for a package: readable, and no two alike.
fn stem(url: &str) -> String {
    let name = url.strip_prefix("pkg:").unwrap_or(url);
    let plain = |letter: char| {
        let keep = letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
        if keep { letter } else { '-' }
    };
    let name: String = name.chars().map(plain).take(80).collect();
    format!("{name}-{}", short_digest(url, 8))
}
