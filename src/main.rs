//! The command line of dockyard-provenance: arguments → run → exit code.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::AutoStream;
use anyhow::Context as _;
use dockyard_provenance::action;
use dockyard_provenance::bundle_command::{self, BundleCommandError};
use dockyard_provenance::cli::{self, Command, PolicyTask, TrustTask, USAGE_ERROR};
use dockyard_provenance::commands::{self, Told};
use dockyard_provenance::declare_command;
use dockyard_provenance::discover::{self, DiscoverError};
use dockyard_provenance::progress::{Progress, is_watched};
use dockyard_provenance::render::render;
use dockyard_provenance::settings::{Environment, Request, Settings, settle, user_files};
use dockyard_provenance::write::{
    Format, ReportTarget, WriteError, to_file, to_file_with, to_stream, to_stream_with,
};
use dockyard_provenance::{lock_files, logging, pin_command, scan, trust_command};
use dockyard_report::finding::explain;
use dockyard_report::policy::exempt::day_of;
use dockyard_report::policy::exit_code;
use dockyard_report::policy::show::show as policy_show;
use dockyard_report::report::suggest::suggest;
use dockyard_report::report::{Report, Shard};
use dockyard_report::report::{json, words};
use jiff::Timestamp;
use untrusted_text as text;

/// musl's own maps and unmaps memory for many a short-lived buffer while it holds the one lock of all threads
/// (docs/decisions/0020-allocator.md).
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Longest line of a usage error, which may quote an argument.
const MAX_USAGE_LINE: usize = 1_000;

/// Exit code of a bundle that was refused.
const REFUSED: u8 = 1;

fn main() -> ExitCode {
    let command = match cli::parse(std::env::args_os()) {
        Ok(command) => command,
        Err(error) => return usage(&error),
    };
    match dispatch(command) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::from(USAGE_ERROR)
        }
    }
}

fn dispatch(command: Command) -> anyhow::Result<u8> {
    match command {
        Command::Scan(request, shard) => scan(request, Subject::Everything(shard)),
        Command::VerifyProvenance { spec, request } => scan(request, Subject::Spec(&spec)),
        Command::VerifyLock { files, request } => scan(request, Subject::Locks(&files)),
        Command::Merge { shards, request } => merge(&shards, request),
        Command::VerifyBundle(request) => {
            let code = match bundle_command::run(&request) {
                Ok(()) => print("verified\n").map(|()| 0)?,
                Err(error @ BundleCommandError::Refused(_)) => {
                    complain(&error.to_string());
                    REFUSED
                }
                Err(error) => return Err(error.into()),
            };
            if let Some(note) = bundle_command::note(&request) {
                say("note", &note);
            }
            Ok(code)
        }
        Command::Action => {
            let environment = Environment::process()?;
            let out = &mut std::io::stdout();
            let step = action::run::run(&cli::variable, &environment, now(), out);
            Ok(runtime()?.block_on(step)?)
        }
        Command::Trust(request) => {
            let mut environment = Environment::process()?;
            // Whose packages have keys of their own depends on the registries of scopes.
            if matches!(request.task, TrustTask::Show { .. }) {
                let root = &request.request.root;
                environment.files = user_files::read(root, &environment, &cli::variable)?;
            }
            let told = runtime()?.block_on(trust_command::run(request, &environment, now()))?;
            print(&told.shown)?;
            if let Some(problem) = &told.problem {
                say(if told.code == 0 { "warning" } else { "error" }, problem);
            }
            Ok(told.code)
        }
        Command::Policy { request, task } => policy(request, task),
        Command::Declare(request, asked) => {
            let (settings, _) = settled(asked, None)?;
            let hidden = Progress::hidden();
            let run = declare_command::run(&request, &settings, now(), &hidden);
            let told = runtime()?.block_on(run)?;
            print(&told.shown)?;
            told.notes.iter().for_each(|(kind, text)| say(kind, text));
            Ok(told.code)
        }
        Command::Pin(request, asked) => {
            let (settings, _) = settled(asked, None)?;
            let told = runtime()?.block_on(pin_command::run(&request, &settings, now()))?;
            print(&told.shown)?;
            told.notes.iter().for_each(|(kind, text)| say(kind, text));
            Ok(told.code)
        }
        Command::Coverage(request) => {
            let settle = |asked| settled(asked, None).map(|(settings, _)| settings);
            // The terminal, `TERM`, `CLICOLOR`, `CLICOLOR_FORCE` and `NO_COLOR`.
            let color = AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
            tell(&runtime()?.block_on(commands::coverage::run(request, settle, now(), color))?)
        }
        Command::Page(request) => tell(&commands::page::run(&request, now())?),
        Command::Vsa(request) => tell(&commands::vsa::run(&request, now())?),
        Command::Explain { rule } => {
            page(&rule.map_or_else(|| Ok(explain::list()), |rule| explain::page(&rule))?)
        }
        Command::Completions(shell) => page(&cli::completions(shell)),
    }
}

/// Says which blocks of the configuration hold, or what would have to be exempted.
fn policy(request: Request, task: PolicyTask) -> anyhow::Result<u8> {
    let (settings, _) = settled(request, None)?;
    match task {
        PolicyTask::Show => {
            let specs = scan::specs(&settings)?;
            print(&policy_show(&settings.policy.blocks, &specs))?;
            Ok(0)
        }
        PolicyTask::Suggest { locks } => {
            let (now, runtime) = (now(), runtime()?);
            let report = if locks.is_empty() {
                runtime.block_on(scan::scan(&settings, now))?
            } else {
                let locks = lock_files::read_named(&settings.root, &locks, &settings)?;
                let hidden = Progress::hidden();
                runtime.block_on(scan::verify_locks(&settings, locks, now, &hidden))?
            };
            print(&suggest(&report, day_of(now)))?;
            Ok(exit_code(report.verdict))
        }
    }
}

/// The settings of a run over a repository, or over the one spec in it.
fn settled(request: Request, one: Option<&Path>) -> anyhow::Result<(Settings, Environment)> {
    let mut environment = Environment::process()?;
    let verbose = request.options.output.verbose;
    logging::start(environment.rust_log.as_deref(), verbose)?;
    // Where evidence comes from a folder, no registry is asked and nobody needs to know who asks.
    // What was named is told of first: nothing can be settled around what is not there.
    match one {
        Some(spec) => discover::require_named(spec)?,
        None => discover::require_folder(&request.root)?,
    }
    if request.options.registries.evidence.is_none() {
        request
            .root
            .canonicalize()
            .map_err(|reason| DiscoverError::Root {
                root: request.root.clone(),
                reason,
            })?;
        environment.files = user_files::read(&request.root, &environment, &cli::variable)?;
    }
    let settings = settle(request, &environment)?;
    if !settings.output.quiet {
        say("warning", &settings.warnings.join("\n"));
    }
    Ok((settings, environment))
}

/// Joins the reports of shards.
fn merge(shards: &[PathBuf], request: Request) -> anyhow::Result<u8> {
    let (settings, _) = settled(request, None)?;
    let merged = commands::merge::run(shards, &settings, now())?;
    let code = publish(&merged.report, &settings, None)?;
    if !merged.missing.is_empty() {
        complain(&merged.to_string());
    }
    Ok(code)
}

/// What a run looks at.
#[derive(Clone, Copy)]
enum Subject<'a> {
    /// Every spec of a repository, or one part of them.
    Everything(Option<Shard>),
    /// One spec, told in words.
    Spec(&'a Path),
    /// Lock files.
    Locks(&'a [PathBuf]),
}

fn scan(request: Request, subject: Subject<'_>) -> anyhow::Result<u8> {
    let one = match subject {
        Subject::Spec(spec) => Some(spec),
        Subject::Everything(_) | Subject::Locks(_) => None,
    };
    let (settings, environment) = settled(request, one)?;
    if let Subject::Everything(Some(_)) = subject {
        // Whatever ends this run, no earlier run's report is left for the merge.
        settings.output.reports.iter().try_for_each(remove)?;
    }
    let progress = if is_watched(&settings, &environment, std::io::stderr().is_terminal()) {
        Progress::on_stderr()
    } else {
        Progress::hidden()
    };
    let now = now();
    let runtime = runtime()?;
    let report = match subject {
        Subject::Spec(spec) => runtime.block_on(scan::verify_one(&settings, spec, now))?,
        Subject::Everything(shard) => {
            runtime.block_on(scan::scan_watched(&settings, shard, now, &progress))?
        }
        Subject::Locks(files) => {
            let locks = lock_files::read_named(&settings.root, files, &settings)?;
            runtime.block_on(scan::verify_locks(&settings, locks, now, &progress))?
        }
    };
    drop(progress);
    publish(&report, &settings, one)
}

/// Removes what an earlier run left at a report's path.
fn remove(target: &ReportTarget) -> anyhow::Result<()> {
    let path = &target.path;
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => anyhow::bail!(
            "cannot remove the earlier report {}: {error}; name another file",
            path.display()
        ),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes and prints `report`, and says its exit code.
fn publish(report: &Report, settings: &Settings, one: Option<&Path>) -> anyhow::Result<u8> {
    if !settings.output.quiet {
        // What the scan found out about its registries: nothing below can be understood without it.
        let known = settings.changes.len();
        let found = report.gate.changes.iter().skip(known);
        found.for_each(|change| say("warning", change));
    }
    for target in &settings.output.reports {
        if target.format == Format::Json {
            to_file_with(&target.path, |out| json::write(report, out))?;
            continue;
        }
        let rendered = render(report, settings, target.format, false)?;
        to_file(&target.path, &rendered.text)?;
        if let Some(cut) = rendered.cut {
            say("note", &format!("{}: {cut}", target.path.display()));
        }
    }
    match (one, settings.output.format) {
        (Some(_), None) => {
            for spec in &report.specs {
                print(&words::render(spec, report, settings.output.verbose))?;
            }
        }
        (_, Some(Format::Json)) => {
            let mut out = std::io::stdout().lock();
            to_stream_with(&mut out, |out| json::write(report, out))?;
        }
        (_, format) => {
            print(&render(report, settings, format.unwrap_or(Format::Table), true)?.text)?;
        }
    }
    if let Some(problem) = &report.trust.problem {
        complain(problem);
    }
    // What people read on standard output says it already.
    let told = matches!(settings.output.format, None | Some(Format::Table));
    if !settings.output.quiet && !told {
        report
            .trust
            .fallback
            .iter()
            .for_each(|each| say("warning", each));
    }
    // What is missing from evidence that is to be kept for years is said even to who asked for quiet.
    if !settings.output.quiet || settings.save_evidence.is_some() {
        report.notes.iter().for_each(|note| say("note", note));
    }
    Ok(exit_code(report.verdict))
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the asynchronous runtime could not start")
}

/// The one look at the clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the clock is read here and handed down"
)]
fn now() -> Timestamp {
    Timestamp::now()
}

fn print(text: &str) -> anyhow::Result<()> {
    to_stream(&mut std::io::stdout().lock(), text)?;
    Ok(())
}

fn tell(told: &Told) -> anyhow::Result<u8> {
    print(&told.shown)?;
    told.notes.iter().for_each(|(kind, text)| say(kind, text));
    Ok(told.code)
}

/// Prints what nothing depends on. Who has read enough of it closes the pipe, which is no error.
fn page(text: &str) -> anyhow::Result<u8> {
    match to_stream(&mut std::io::stdout().lock(), text) {
        Ok(()) | Err(WriteError::ClosedPipe(_)) => Ok(0),
        Err(error) => Err(error.into()),
    }
}

/// Says on standard error what went wrong. The text may quote input.
fn complain(message: &str) {
    say("error", message);
}

/// Says something of this `kind` on standard error. The text may quote input.
fn say(kind: &str, message: &str) {
    let lines: Vec<String> = message
        .lines()
        .map(|line| format!("{kind}: {}\n", text::terminal(line, MAX_USAGE_LINE)))
        .collect();
    // Nothing is left to say where standard error itself fails; the exit code still tells.
    let _ = to_stream(&mut std::io::stderr().lock(), &lines.concat());
}

/// Help and version go to standard output and are no error; anything else is a usage error.
fn usage(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        // clap quotes arguments as they are, which a CI job may take from a pull request.
        let lines: Vec<String> = error
            .to_string()
            .lines()
            .map(|line| format!("{}\n", text::terminal(line, MAX_USAGE_LINE)))
            .collect();
        let _ = to_stream(&mut std::io::stderr().lock(), &lines.concat());
    } else if let Err(error) = error.print()
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        complain(&format!("cannot write to standard output: {error}"));
        return ExitCode::from(USAGE_ERROR);
    }
    u8::try_from(error.exit_code()).map_or(ExitCode::from(USAGE_ERROR), ExitCode::from)
}
