//! How many times the cryptographic floor verification costs, measured in alternation, so that a
//! busy machine slows both alike (docs/performance.md).
//!
//! With a subject and a count as arguments (`ratio provenance-bundle 2000`) it only runs that
//! subject that often, for `perf stat` and the like.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark: what cannot be made must stop it, and its results go to standard output"
)]

mod support;

use std::time::{Duration, Instant};

use support::{Floor, Heads, Module, Release, Skill};

/// Rounds, each of which runs everything [`BATCH`] times.
const ROUNDS: usize = 41;
const BATCH: u32 = 40;

type Work<'a> = (&'static str, &'static str, Box<dyn Fn() + 'a>);

fn main() {
    let (floor, release) = (Floor::new(), Release::new());
    let (heads, module, skill) = (Heads::new(), Module::new(), Skill::new());
    // What, what it is held against, how.
    let works: [Work<'_>; 12] = [
        ("floor-provenance", "", Box::new(|| floor.provenance())),
        ("floor-publish", "", Box::new(|| floor.publish())),
        ("floor-whole", "", Box::new(|| floor.whole())),
        (
            "provenance-bundle",
            "floor-provenance",
            Box::new(|| release.provenance_bundle()),
        ),
        (
            "provenance-in-package",
            "floor-provenance",
            Box::new(|| release.provenance_in_package()),
        ),
        (
            "publish-bundle",
            "floor-publish",
            Box::new(|| release.publish_bundle()),
        ),
        (
            "publish-in-package",
            "floor-publish",
            Box::new(|| release.publish_in_package()),
        ),
        ("whole-package", "floor-whole", Box::new(|| release.whole())),
        ("floor-go", "", Box::new(|| heads.run())),
        ("go-module", "floor-go", Box::new(|| module.whole())),
        ("floor-skill", "", Box::new(|| skill.floor())),
        ("skill", "floor-skill", Box::new(|| skill.whole())),
    ];
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [name, count] = arguments.as_slice() {
        let work = works.iter().find(|work| work.0 == name).unwrap();
        (0..count.parse::<u32>().unwrap()).for_each(|_| work.2());
        return;
    }
    let mut times = vec![Vec::with_capacity(ROUNDS); works.len()];
    for _ in 0..ROUNDS {
        for (work, times) in works.iter().zip(&mut times) {
            times.push(time(&work.2));
        }
    }
    println!("{:24} {:>10} {:>8}", "median of 41 rounds", "µs", "× floor");
    for (index, (name, against, _)) in works.iter().enumerate() {
        let against = works.iter().position(|work| work.0 == *against);
        let ratio = against.map_or(1.0, |floor| {
            median(
                times[index]
                    .iter()
                    .zip(&times[floor])
                    .map(|(one, floor)| one.as_secs_f64() / floor.as_secs_f64()),
            )
        });
        let micros = median(times[index].iter().map(|one| one.as_secs_f64() * 1e6));
        println!("{name:24} {micros:10.1} {ratio:8.2}");
    }
}

fn time(work: &dyn Fn()) -> Duration {
    let start = Instant::now();
    (0..BATCH).for_each(|_| work());
    start.elapsed() / BATCH
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
