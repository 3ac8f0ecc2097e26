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
pub(crate) fn once(command: &mut Command, accept: &dyn Fn(&str)) -> Run {
    // A file, not a pipe: nobody has to read while the program runs.
    let (mut out, mut err) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
    command
        .stdin(Stdio::null())
        .stdout(out.try_clone().unwrap())
        .stderr(err.try_clone().unwrap());
    let start = Instant::now();
    let mut child = command.spawn().unwrap();
    let ended = child.wait4().unwrap();
    let wall = start.elapsed();
    let text = read(&mut out);
    assert!(
        ended.status.success(),
        "{command:?} ended with {:?}\n{text}\n{}",
        ended.status,
        read(&mut err)
    );
    accept(&text);
    Run {
        wall,
        cpu: ended.rusage.utime + ended.rusage.stime,
        peak: ended.rusage.maxrss,
    }
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
