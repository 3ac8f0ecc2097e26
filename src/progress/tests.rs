use std::io;
use std::sync::{Arc, Mutex};

use indicatif::TermLike;

use super::*;
use crate::settings::{Options, Output, Request, settle};
use package_provenance::package::{NpmName, NpmPackage, NpmVersion};

/// A terminal that keeps everything written to it.
#[derive(Debug, Clone, Default)]
struct Screen(Arc<Mutex<String>>);

impl TermLike for Screen {
    fn width(&self) -> u16 {
        100
    }
    fn move_cursor_up(&self, _: usize) -> io::Result<()> {
        Ok(())
    }
    fn move_cursor_down(&self, _: usize) -> io::Result<()> {
        Ok(())
    }
    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }
    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }
    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write_str(text)
    }
    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.lock().unwrap().push_str(text);
        Ok(())
    }
    fn clear_line(&self) -> io::Result<()> {
        self.0.lock().unwrap().push_str("<cleared>");
        Ok(())
    }
    fn flush(&self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_bar_counts_names_and_goes_away() {
    let screen = Screen::default();
    let progress = Progress::drawn_on(ProgressDrawTarget::term_like(Box::new(screen.clone())));
    progress.begin(3);
    for name in ["left-pad", "@acme/a"] {
        progress.done(&PackageVersion::Npm(NpmPackage {
            name: NpmName::parse(name).unwrap(),
            version: NpmVersion::parse("1.2.3").unwrap(),
        }));
    }
    drop(progress);
    let shown = screen.0.lock().unwrap().clone();
    for part in [
        "0/3",
        "1/3 packages",
        "left-pad@1.2.3",
        "2/3 packages",
        "@acme/a@1.2.3",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(shown.ends_with("<cleared>"), "{shown}");
}

#[test]
fn a_bar_is_for_somebody_who_watches() {
    let watched = |verbose: bool, quiet: bool, environment: &Environment, terminal: bool| {
        let output = Output {
            verbose,
            quiet,
            ..Output::default()
        };
        let request = Request {
            root: "nowhere".into(),
            options: Options {
                output,
                ..Options::default()
            },
            ..Request::default()
        };
        let settings = settle(request, environment).unwrap();
        is_watched(&settings, environment, terminal)
    };
    let plain = Environment::default();
    assert!(watched(false, false, &plain, true));
    assert!(!watched(false, false, &plain, false));
    assert!(!watched(true, false, &plain, true));
    assert!(!watched(false, true, &plain, true));
    for environment in [
        Environment {
            ci: true,
            ..Environment::default()
        },
        Environment {
            dumb_terminal: true,
            ..Environment::default()
        },
        Environment {
            rust_log: Some("info".into()),
            ..Environment::default()
        },
    ] {
        assert!(!watched(false, false, &environment, true));
    }
}
