//! Parsing and verifying one npm release, its parts, a Go module and a skill, and the floors beside them
//! (docs/performance.md).
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark: what cannot be made must stop it"
)]

mod support;

use divan::Bencher;
use support::{Floor, Heads, Module, Release, Skill};

fn main() {
    divan::main();
}

#[divan::bench]
fn floor_of_provenance(bencher: Bencher<'_, '_>) {
    let floor = Floor::new();
    bencher.bench(|| floor.provenance());
}

#[divan::bench]
fn floor_of_publish_attestation(bencher: Bencher<'_, '_>) {
    let floor = Floor::new();
    bencher.bench(|| floor.publish());
}

#[divan::bench]
fn floor_of_whole_package(bencher: Bencher<'_, '_>) {
    let floor = Floor::new();
    bencher.bench(|| floor.whole());
}

#[divan::bench]
fn provenance_bundle(bencher: Bencher<'_, '_>) {
    let release = Release::new();
    bencher.bench(|| release.provenance_bundle());
}

#[divan::bench]
fn publish_bundle(bencher: Bencher<'_, '_>) {
    let release = Release::new();
    bencher.bench(|| release.publish_bundle());
}

#[divan::bench]
fn provenance_in_package(bencher: Bencher<'_, '_>) {
    let release = Release::new();
    bencher.bench(|| release.provenance_in_package());
}

#[divan::bench]
fn publish_in_package(bencher: Bencher<'_, '_>) {
    let release = Release::new();
    bencher.bench(|| release.publish_in_package());
}

#[divan::bench]
fn whole_package(bencher: Bencher<'_, '_>) {
    let release = Release::new();
    bencher.bench(|| release.whole());
}

#[divan::bench]
fn floor_of_go_module(bencher: Bencher<'_, '_>) {
    let heads = Heads::new();
    bencher.bench(|| heads.run());
}

#[divan::bench]
fn go_module(bencher: Bencher<'_, '_>) {
    let module = Module::new();
    bencher.bench(|| module.whole());
}

#[divan::bench]
fn floor_of_skill(bencher: Bencher<'_, '_>) {
    let skill = Skill::new();
    bencher.bench(|| skill.floor());
}

#[divan::bench]
fn skill(bencher: Bencher<'_, '_>) {
    let skill = Skill::new();
    bencher.bench(|| skill.whole());
}
