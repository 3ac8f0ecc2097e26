//! Whole scans, side by side: this program cold and warm, its peers, and a bare HTTP client, on the
//! same registry in one go (docs/performance.md).
//!
//! `cargo bench --bench scan -- [--install-peers] [--beside=PROGRAM] [SECTION…]`, the sections being
//! `start`, `signed`, `attested`, `far`, `many`, `warm`, `tls`, `trips`, `pypi`, `lock` and `skills`; all of
//! them unless some are named. With `--beside`, another build of this program, or an earlier version, runs in
//! alternation with it. `serve COUNT MILLISECONDS` serves that many npm packages with that delay and prints a
//! scan's command line, for a profiler to run, until standard input ends.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a benchmark: what cannot be made must stop it, and its results go to its output"
)]

mod floor;
mod measure;
mod peers;
mod relay;
mod server;
mod skills;
mod stage;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use measure::{Run, median, once};
use relay::Relay;
use server::{Http, Wire};
use stage::{Kind, Stage};

/// Requests in flight: what the program allows itself per host.
const CONCURRENCY: usize = 32;

const SECTIONS: [&str; 11] = [
    "start", "signed", "attested", "far", "many", "warm", "tls", "trips", "pypi", "lock", "skills",
];

/// The program of `--beside`, where there is one.
static OTHER: OnceLock<PathBuf> = OnceLock::new();

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, command @ ..] = arguments.as_slice()
        && first == measure::BETWEEN
    {
        measure::stand_between(command);
        return;
    }
    if let [first, list] = arguments.as_slice()
        && first == "floor"
    {
        println!("{}", floor::run(Path::new(list), CONCURRENCY));
        return;
    }
    if let [first, count, delay] = arguments.as_slice()
        && first == "serve"
    {
        serve(
            count.parse().unwrap(),
            Duration::from_millis(delay.parse().unwrap()),
        );
        return;
    }
    let mut install = false;
    let mut named = BTreeSet::new();
    for argument in &arguments {
        match argument.as_str() {
            "--install-peers" => install = true,
            // cargo's own.
            "--bench" => {}
            section if SECTIONS.contains(&section) => {
                named.insert(section);
            }
            other => {
                let program = other.strip_prefix("--beside=");
                let program = program
                    .unwrap_or_else(|| panic!("`{other}` is neither an option nor a section"));
                OTHER
                    .set(Path::new(program).canonicalize().unwrap())
                    .unwrap();
            }
        }
    }
    let wanted = |section: &str| named.is_empty() || named.contains(section);
    if wanted("start") {
        start();
    }
    if wanted("signed") {
        against_npm("100 npm packages with signatures", Kind::NpmSigned, 100);
    }
    if wanted("attested") {
        against_npm("100 npm packages with attestations", Kind::NpmAttested, 100);
    }
    if wanted("far") {
        far();
    }
    if wanted("many") {
        many();
    }
    if wanted("warm") {
        warm();
    }
    if wanted("tls") {
        tls();
    }
    if wanted("trips") {
        trips();
    }
    if wanted("pypi") {
        pypi(install);
    }
    if wanted("lock") {
        lock();
    }
    if wanted("skills") {
        skills::run();
    }
}

fn heading(text: &str) {
    println!(
        "\n## {text}\n\n| | wall ms | processor ms | peak MiB | requests |\n|---|---|---|---|---|"
    );
}

fn row(name: &str, run: Run, requests: &BTreeSet<u64>) {
    // The same in every round, or all that there were.
    let requests: Vec<String> = requests.iter().map(u64::to_string).collect();
    // To the nearest tenth, in whole numbers.
    let peak = (run.peak * 10 + (1 << 19)) >> 20;
    println!(
        "| {name} | {:.1} | {:.1} | {}.{} | {} |",
        run.wall.as_secs_f64() * 1e3,
        run.cpu.as_secs_f64() * 1e3,
        peak / 10,
        peak % 10,
        requests.join(" or "),
    );
}

/// `command` with the program of `--beside` in the place of this one, and a folder of its own where a cache is
/// named.
fn beside(command: &Command) -> Option<Command> {
    let program = OTHER.get()?;
    if command.get_program() != stage::PROGRAM {
        return None;
    }
    let mut other = Command::new(program);
    other.args(command.get_args().map(|argument| {
        let mut argument = argument.to_owned();
        if Path::new(&argument).ends_with(stage::CACHE) {
            argument.push("-beside");
        }
        argument
    }));
    for (name, value) in command.get_envs() {
        other.env(name, value.unwrap());
    }
    if let Some(folder) = command.get_current_dir() {
        other.current_dir(folder);
    }
    Some(other)
}

/// Runs `command` `rounds` times, in alternation with the program of `--beside`; prints a row for each
/// and gives the median of this one.
fn alternated(
    name: &str,
    rounds: usize,
    asked: &dyn Fn() -> u64,
    command: &Command,
    accept: &dyn Fn(&str),
) -> Run {
    let other = beside(command);
    let (mut runs, mut others) = (Vec::new(), Vec::new());
    let (mut requests, mut others_requests) = (BTreeSet::new(), BTreeSet::new());
    asked();
    for _ in 0..rounds {
        runs.push(once(command, accept));
        requests.insert(asked());
        if let Some(other) = &other {
            others.push(once(other, accept));
            others_requests.insert(asked());
        }
    }
    let run = median(&runs);
    row(name, run, &requests);
    if other.is_some() {
        let name = format!("{name}, the one beside");
        row(&name, median(&others), &others_requests);
    }
    run
}

fn times(what: &str, one: Run, other: Run) {
    println!(
        "\n{what}: {:.2}",
        one.wall.as_secs_f64() / other.wall.as_secs_f64()
    );
}

/// [`alternated`], with the requests that the stage's registry saw.
fn measured(
    name: &str,
    rounds: usize,
    stage: &Stage,
    command: &Command,
    accept: &dyn Fn(&str),
) -> Run {
    let asked = || stage.server.asked().values().sum();
    alternated(name, rounds, &asked, command, accept)
}

/// A run with what an earlier one kept: every manifest and index is confirmed by the registry.
fn second_run(stage: &Stage, rounds: usize) {
    let accept = |report: &str| stage.accept(report);
    let warm = stage.warm();
    once(&warm, &accept);
    if let Some(other) = beside(&warm) {
        once(&other, &accept);
    }
    measured("this program, warm", rounds, stage, &warm, &accept);
}

/// A cold scan, and the bare client that fetches what it fetched. No request is made twice.
fn cold_and_floor(stage: &Stage, rounds: usize) -> (Run, Run) {
    stage.server.asked();
    once(&stage.cold(), &|report| stage.accept(report));
    let asked = stage.server.asked();
    assert!(asked.values().all(|times| *times == 1), "{asked:?}");
    let list = stage.list(&asked.into_keys().collect());
    let mut bare = Command::new(std::env::current_exe().unwrap());
    bare.arg("floor").arg(list);
    stage.trusting(&mut bare);
    let cold = measured(
        "this program, cold",
        rounds,
        stage,
        &stage.cold(),
        &|report| {
            stage.accept(report);
        },
    );
    let floor = measured("bare client", rounds, stage, &bare, &|_| ());
    (cold, floor)
}

fn start() {
    heading("Start");
    let folder = tempfile::tempdir().unwrap();
    let mut version = Command::new(stage::PROGRAM);
    version.env_clear().arg("--version");
    for (name, command) in [
        ("`--version`", version),
        ("`scan`, nothing to do", stage::nothing_to_do(folder.path())),
    ] {
        alternated(name, 41, &|| 0, &command, &|_| ());
    }
}

fn against_npm(title: &str, kind: Kind, count: usize) {
    let stage = Stage::new(kind, count);
    heading(title);
    let (cold, _) = cold_and_floor(&stage, 11);
    second_run(&stage, 11);
    if let Some(npm) = peers::npm(&stage) {
        // The first run fills npm's cache of what never changes; it is given that.
        let accept = |output: &str| peers::npm_accepts(&stage, output);
        once(&npm, &accept);
        let npm = measured("`npm audit signatures`", 3, &stage, &npm, &accept);
        times("npm, in times of this program", npm, cold);
    }
}

fn serve(count: usize, delay: Duration) {
    let stage = Stage::new(Kind::NpmAttested, count);
    stage.server.delay(delay);
    println!("{:?}", stage.warm());
    std::io::stdin().lines().for_each(drop);
}

fn far() {
    let stage = Stage::new(Kind::NpmAttested, 500);
    stage.server.delay(Duration::from_millis(50));
    heading("500 npm packages with attestations, 50 ms round trip");
    let (cold, floor) = cold_and_floor(&stage, 5);
    second_run(&stage, 5);
    times("this program, in times of the bare client", cold, floor);
}

fn many() {
    heading("More and more npm packages with attestations");
    for count in [500, 1_000, 2_500, 5_000] {
        let stage = Stage::new(Kind::NpmAttested, count);
        let accept = |report: &str| stage.accept(report);
        let name = format!("{count}");
        measured(&name, 3, &stage, &stage.cold(), &accept);
    }
}

fn warm() {
    let stage = Stage::new(Kind::NpmAttested, 44);
    stage.server.delay(Duration::from_millis(50));
    heading("44 specs, 50 ms round trip");
    let accept = |report: &str| stage.accept(report);
    measured("this program, cold", 5, &stage, &stage.cold(), &accept);
    second_run(&stage, 11);
    let mut at_once = stage.warm();
    at_once.args(["--per-host", "44", "--jobs", "44"]);
    let name = "this program, warm, `--per-host 44 --jobs 44`";
    measured(name, 11, &stage, &at_once, &accept);
}

const WIRES: [(&str, Wire); 3] = [
    ("clear text, HTTP/1.1", Wire::Clear),
    ("TLS, HTTP/1.1", Wire::Tls(Http::One)),
    ("TLS, HTTP/2", Wire::Tls(Http::Two)),
];

fn tls() {
    for (name, wire) in WIRES {
        let stage = Stage::over(wire, Kind::NpmAttested, 100);
        heading(&format!("100 npm packages with attestations over {name}"));
        cold_and_floor(&stage, 11);
    }
}

/// What one package alone waits for, and forty-four, with handshakes.
fn trips() {
    let round_trip = Duration::from_millis(200);
    for count in [1, 44] {
        heading(&format!(
            "{count} npm package(s) with attestations, round trips of 200 ms, handshakes included"
        ));
        for (name, wire) in WIRES {
            let mut stage = Stage::over(wire, Kind::NpmAttested, count);
            stage.relay = Some(Relay::start(stage.server.address, round_trip));
            let accept = |report: &str| stage.accept(report);
            let run = measured(name, 3, &stage, &stage.cold(), &accept);
            let trips = run.wall.as_millis() / round_trip.as_millis();
            println!("| round trips | {trips} | | | |");
        }
    }
}

fn pypi(install: bool) {
    let stage = Stage::new(Kind::Pypi, 10);
    heading("10 PyPI releases of two files");
    let (cold, _) = cold_and_floor(&stage, 11);
    second_run(&stage, 11);
    if let Some(python) = peers::python(install) {
        let peer = peers::pypi_attestations(&stage, &python);
        let peer = measured("`pypi-attestations`", 3, &stage, &peer, &|_| ());
        times("pypi-attestations, in times of this program", peer, cold);
    }
}

/// The tree of a lock: this program beside `npm audit signatures` on the same lock, and beside the bare
/// client that fetches what it fetched.
fn lock() {
    let stage = Stage::new(Kind::NpmAttested, 1_000);
    heading("A lock of 1,000 npm packages with attestations");
    let accept = |report: &str| stage.accept_lock(report);
    let cold = measured("this program, cold", 5, &stage, &stage.lock(), &accept);
    if let Some(npm) = peers::npm(&stage) {
        let accept = |output: &str| peers::npm_accepts(&stage, output);
        once(&npm, &accept);
        let npm = measured("`npm audit signatures`", 3, &stage, &npm, &accept);
        times("npm, in times of this program", npm, cold);
    }
    let stage = Stage::new(Kind::NpmAttested, 1_000);
    stage.server.delay(Duration::from_millis(50));
    heading("The same, 50 ms round trip");
    let accept = |report: &str| stage.accept_lock(report);
    stage.server.asked();
    once(&stage.lock(), &accept);
    let asked = stage.server.asked();
    assert!(asked.values().all(|times| *times == 1), "{asked:?}");
    let list = stage.list(&asked.into_keys().collect());
    let mut bare = Command::new(std::env::current_exe().unwrap());
    bare.arg("floor").arg(list);
    let cold = measured("this program, cold", 5, &stage, &stage.lock(), &accept);
    let floor = measured("bare client", 5, &stage, &bare, &|_| ());
    times("this program, in times of the bare client", cold, floor);
}
