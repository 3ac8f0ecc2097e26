//! What this program reads, beside what the tools that build and install read in the same bytes:
//! Go's YAML package for specs, pip and uv for PyPI's index.
//!
//! The readers are named in the environment (`.ci/check-readers` installs them); without one, its
//! test says `SKIPPED`. Inputs are made by chance from `DIFFERENTIAL_SEED`, which is printed.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "helpers of tests fail by panicking, and say what they skip and what they counted"
)]

mod chance;
mod pages;
mod specs;

/// A value that the environment gives.
#[expect(
    clippy::disallowed_methods,
    reason = "the gate names the readers in the environment"
)]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A reader, or the word that it is not here.
fn reader(name: &str, what: &str) -> Option<String> {
    let value = setting(name);
    if value.is_none() {
        println!("SKIPPED: {name} names no {what} (.ci/check-readers installs one)");
    }
    value
}

/// How many inputs a run makes.
fn count(name: &str, default: usize) -> usize {
    setting(name).map_or(default, |text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{name}={text} is not a number"))
    })
}

/// What all chance of a run comes from.
fn seed() -> u64 {
    u64::try_from(count("DIFFERENTIAL_SEED", 20_261_126)).unwrap()
}
