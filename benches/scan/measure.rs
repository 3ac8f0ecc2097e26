//! Running a program and measuring it from outside.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

/// One run of a process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// From before the start until after the end.
    pub(crate) wall: Duration,
    /// User and system time, all cores.
    pub(crate) cpu: Duration,
    /// Peak resident set, in bytes.
    pub(crate) peak: u64,
}

/// Runs `command` once; its standard output must be acceptable to `accept`.
///
/// A process inherits the peak of the one that starts it, and this one holds a whole registry. So
/// a small process stands between them ([`stand_between`]).
pub(crate) fn once(command: &Command, accept: &dyn Fn(&str)) -> Run {
    let mut between = Command::new(std::env::current_exe().unwrap());
    between.arg(BETWEEN).arg(command.get_program());
    between.args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        between.current_dir(folder);
    }
    // Nothing of the environment but what finding programs takes.
    between.env_clear();
    for name in ["PATH", "HOME"] {
        between.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => between.env(name, value),
            None => between.env_remove(name),
        };
    }
    // A file, not a pipe: nobody has to read while the program runs.
    let (mut out, mut err) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
    let status = between
        .stdin(Stdio::null())
        .stdout(out.try_clone().unwrap())
        .stderr(err.try_clone().unwrap())
        .status()
        .unwrap();
    let (text, told) = (read(&mut out), read(&mut err));
    assert!(
        status.success(),
        "{command:?} ended with {status:?}\n{text}\n{told}"
    );
    accept(&text);
    let (_, numbers) = told.rsplit_once(MEASURED).unwrap();
    let numbers: Vec<u64> = numbers
        .split_whitespace()
        .map(|number| number.parse().unwrap())
        .collect();
    Run {
        wall: Duration::from_nanos(numbers[0]),
        cpu: Duration::from_nanos(numbers[1]),
        peak: numbers[2],
    }
}

/// The first argument of the process between.
pub(crate) const BETWEEN: &str = "between";

/// What begins the numbers at the end of its standard error.
const MEASURED: &str = "\nmeasured: ";

/// Runs the command in `arguments` and tells its time and peak after what it says itself.
pub(crate) fn stand_between(arguments: &[String]) {
    let start = Instant::now();
    let mut child = Command::new(&arguments[0])
        .args(&arguments[1..])
        .spawn()
        .unwrap();
    let ended = child.wait4().unwrap();
    let wall = start.elapsed();
    assert!(ended.status.success(), "it ended with {:?}", ended.status);
    let cpu = ended.rusage.utime + ended.rusage.stime;
    eprintln!(
        "{MEASURED}{} {} {}",
        wall.as_nanos(),
        cpu.as_nanos(),
        ended.rusage.maxrss
    );
}

fn read(file: &mut std::fs::File) -> String {
    use std::io::{Read as _, Seek as _};
    let mut text = String::new();
    file.rewind().unwrap();
    file.read_to_string(&mut text).unwrap();
    text
}

/// The run with the median wall time, and the peak of the largest.
pub(crate) fn median(runs: &[Run]) -> Run {
    let mut sorted = runs.to_vec();
    sorted.sort_by_key(|run| run.wall);
    Run {
        peak: runs.iter().map(|run| run.peak).max().unwrap(),
        ..sorted[sorted.len() / 2]
    }
}
