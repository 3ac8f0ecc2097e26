//! A Dockerfile's first stage, run by a shell in a folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The commands of every `RUN` up to the second `FROM`, as a builder hands them to the shell: lines that
/// go on are one, and comments within are left out.
pub(crate) fn commands(dockerfile: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let (mut open, mut stages) = (false, 0);
    for line in dockerfile.lines().filter(|line| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with('#')
    }) {
        stages += usize::from(!open && line.starts_with("FROM "));
        if stages > 1 {
            break;
        }
        if open {
            all.last_mut().unwrap().extend(["\n", line]);
        } else {
            all.push(line.to_owned());
        }
        open = line.trim_end().ends_with('\\');
    }
    let run = |line: String| line.strip_prefix("RUN ").map(str::to_owned);
    all.into_iter().filter_map(run).collect()
}

/// What runs the commands.
pub(crate) struct Builder {
    pub(crate) folder: PathBuf,
    environment: Vec<(String, String)>,
    /// Folders of the image, and where they are here.
    places: Vec<(&'static str, String)>,
}

impl Builder {
    /// In an empty folder, with this environment besides `PATH`, and with folders of the image replaced
    /// by ones in there.
    pub(crate) fn new(
        folder: &Path,
        environment: &[(&str, &str)],
        places: &[&'static str],
    ) -> Self {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder.join("build")).unwrap();
        let text = folder.to_str().unwrap();
        let mut all = vec![
            ("PATH".to_owned(), env_path()),
            ("HOME".to_owned(), text.to_owned()),
            ("MARKER".to_owned(), format!("{text}/marker")),
        ];
        all.extend(
            environment
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.replace("{}", text))),
        );
        Self {
            folder: folder.to_owned(),
            environment: all,
            places: places
                .iter()
                .map(|place| (*place, format!("{text}{place}")))
                .collect(),
        }
    }

    /// Runs one command; what it said, if it failed.
    pub(crate) fn run(&self, command: &str) -> Result<(), String> {
        let mut script = command.to_owned();
        for (place, here) in &self.places {
            fs::create_dir_all(Path::new(here).parent().unwrap()).unwrap();
            script = script.replace(place, here);
        }
        let output = Command::new("sh")
            .arg("-c")
            .arg(&script)
            .current_dir(self.folder.join("build"))
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap();
        let told = [output.stdout, output.stderr].concat();
        let told = String::from_utf8_lossy(&told).into_owned();
        if output.status.success() {
            Ok(())
        } else {
            Err(format!("{script}\n{told}"))
        }
    }

    /// Runs the commands up to the first that fails.
    pub(crate) fn build(&self, commands: &[String]) -> Result<(), String> {
        commands.iter().try_for_each(|command| self.run(command))
    }

    /// Whether code of a package ran.
    pub(crate) fn has_run(&self) -> bool {
        self.folder.join("marker").exists()
    }
}

/// `PATH` of this process, with the folder of tools that is named before it.
#[expect(
    clippy::disallowed_methods,
    reason = "tools are looked for as a shell does"
)]
fn env_path() -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    let tools = named_tools().unwrap_or_default();
    format!("{tools}:{path}")
}

/// The folder of tools; without one nothing is built, because that takes long.
#[expect(
    clippy::disallowed_methods,
    reason = "the script that installs the tools names them"
)]
fn named_tools() -> Option<String> {
    std::env::var("PIN_TOOLS").ok()
}

/// Whether a tool is there; says so where it is not.
pub(crate) fn has(tool: &str) -> bool {
    if named_tools().is_none() {
        skipped("PIN_TOOLS names no tools (.ci/check-readers installs them)");
        return false;
    }
    let found = Command::new("sh")
        .args([
            "-c",
            &format!("command -v {tool} > /dev/null && {tool} --version > /dev/null 2>&1"),
        ])
        .env("PATH", env_path())
        .status()
        .is_ok_and(|status| status.success());
    if !found {
        skipped(&format!("there is no {tool}"));
    }
    found
}

#[expect(clippy::print_stdout, reason = "a test that cannot run says so")]
fn skipped(why: &str) {
    println!("SKIPPED: {why}");
}
