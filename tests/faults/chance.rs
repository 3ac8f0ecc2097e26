//! Failures by chance, in a scan of many packages.

use std::collections::BTreeMap;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use testkit::{Fault, NpmRelease, Registry, World};

use super::stage::{pin, scan};

/// Packages of the scan; each is asked two questions.
const PACKAGES: usize = 500;

/// Another seed, other failures. With this one no document fails seven times in a row.
const SEED: u64 = 2026;

#[tokio::test(flavor = "multi_thread")]
async fn one_answer_in_ten_fails_and_all_packages_verify() {
    let world = World::new();
    let trust = tempfile::tempdir().unwrap();
    world.write_trust(trust.path());
    let started = Instant::now();
    let releases = releases(&world);
    eprintln!("signed in {:?}", started.elapsed());
    let (percent, seed) = (10, SEED);
    let unavailable = Fault::Sometimes {
        status: 503,
        percent,
        seed,
    };
    for fault in [unavailable, Fault::Mixed { percent, seed }] {
        survives(&releases, trust.path(), fault).await;
    }
}

async fn survives(releases: &[NpmRelease], trust: &Path, fault: Fault) {
    let root = tempfile::tempdir().unwrap();
    let registry = Registry::start();
    for release in releases {
        registry.publish_npm(release);
        pin(
            root.path(),
            &format!("npx/{0}/spec.yaml", release.name),
            &release.name,
        );
    }
    registry.fault_everywhere(fault.clone());
    let started = Instant::now();
    let (npm, pypi) = (registry.npm_url(), registry.pypi_index_url());
    let report = scan(root.path(), trust, &npm, &pypi, &["--timeout", "60"]).await;
    assert!(started.elapsed() < Duration::from_secs(5 * 60));

    let json: serde_json::Value =
        serde_json::from_str(&dockyard_report::report::json::render(&report).unwrap()).unwrap();
    let verified = &json["summary"]["by_status"]["verified"];
    assert_eq!(verified, PACKAGES, "{fault:?}");
    assert_eq!(dockyard_report::policy::exit_code(report.verdict), 0);

    let mut asked = BTreeMap::<String, usize>::new();
    for path in registry.paths() {
        *asked.entry(path).or_default() += 1;
    }
    assert_eq!(asked.len(), 2 * PACKAGES);
    let again = asked.values().filter(|count| **count > 1).count();
    // 100 are expected; fewer than 50 would be another test.
    assert!(again > 50, "{again} documents failed at first");
    assert!(asked.values().all(|count| *count <= 7));
}

/// Signed on two threads: it takes the longest.
fn releases(world: &World) -> Vec<NpmRelease> {
    let sign = |at: usize| world.npm_package(&format!("package-{at:03}"), "1.2.3");
    let (first, second) = thread::scope(|scope| {
        let first = scope.spawn(|| (0..PACKAGES / 2).map(sign).collect::<Vec<_>>());
        let second = (PACKAGES / 2..PACKAGES).map(sign).collect::<Vec<_>>();
        (first.join().unwrap(), second)
    });
    [first, second].concat()
}
