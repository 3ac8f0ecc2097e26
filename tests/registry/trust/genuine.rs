//! Sigstore's own metadata of one day, served from files on that day.
#![expect(clippy::print_stdout, reason = "says aloud what it skips")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use dockyard_registry::trust::TufOptions;
use dockyard_registry::trust::tuf::{Refresh, Session};
use package_provenance::trust::{KeyUsage, TrustFailure, TrustMaterial};
use testkit::tuf::{NPM_KEYS, TRUSTED_ROOT, hashed};
use testkit::{Registry, Response, at};

use super::versions;

/// The day of the metadata.
const DAY: &str = "2026-08-22T00:00:00Z";

/// The metadata beside the project, served as its repository does.
struct Genuine {
    folder: PathBuf,
    registry: Registry,
    cache: tempfile::TempDir,
}

impl Genuine {
    fn serve() -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/real/tuf");
        if !folder.join("metadata/timestamp.json").is_file() {
            println!("SKIPPED: no genuine TUF metadata beside the project");
            return None;
        }
        let registry = Registry::start();
        let set = |path: &str, bytes: Vec<u8>| {
            let response = Response::typed("application/json", bytes);
            registry.set(&format!("/{path}"), response);
        };
        let metadata = |name: &str| fs::read(folder.join("metadata").join(name)).unwrap();
        for (served, name) in [
            ("timestamp.json", "timestamp.json"),
            ("165.snapshot.json", "snapshot.json"),
            ("14.targets.json", "targets.json"),
            ("8.registry.npmjs.org.json", "registry.npmjs.org.json"),
        ] {
            set(served, metadata(name));
        }
        for version in 1..=15 {
            let name = format!("{version}.root.json");
            set(&name, metadata(&format!("root_history/{name}")));
        }
        for path in [TRUSTED_ROOT, NPM_KEYS] {
            let bytes = fs::read(folder.join("targets").join(path)).unwrap();
            set(&hashed(path, &bytes), bytes);
        }
        Some(Self {
            folder,
            registry,
            cache: tempfile::tempdir().unwrap(),
        })
    }

    async fn establish(
        &self,
        root: Option<&str>,
        now: &str,
    ) -> Result<TrustMaterial, TrustFailure> {
        let options = TufOptions {
            url: self.registry.url(),
            root: root.map(|name| self.folder.join("metadata").join(name)),
            cache: Some(self.cache.path().to_owned()),
            network: true,
            timeout: Duration::from_secs(30),
        };
        let session = Session::prepare(&options).unwrap();
        session.establish(Refresh::WhenOld, at(now)).await
    }
}

fn knows_npm(trust: &TrustMaterial) -> bool {
    let key = "SHA256:DhQ8wR5APBvFHLF/+Tc+AYvPOdTpcIDqOhxsBHRwC7U";
    trust.npm_keys.find(key, KeyUsage::Attestations).is_some()
}

#[tokio::test]
async fn the_public_instance_takes_six_requests_at_first() {
    let Some(genuine) = Genuine::serve() else {
        return;
    };
    // The embedded root is the one after those that are served.
    let trust = genuine.establish(None, DAY).await.unwrap();
    assert!(knows_npm(&trust));
    let found = versions(&trust);
    assert_eq!(
        (found.root, found.timestamp, found.snapshot),
        (16, 762, 165)
    );
    assert_eq!((found.targets, found.npm), (14, Some(8)));
    let expires = trust.freshness.expires.unwrap().to_string();
    assert_eq!(expires, "2026-08-28T19:25:56Z");
    let mut paths = genuine.registry.paths();
    assert_eq!(paths.len(), 6, "{paths:?}");
    paths.dedup();
    assert_eq!(paths.len(), 6);
    // The next refresh has less to ask.
    genuine
        .establish(None, "2026-08-23T12:00:00Z")
        .await
        .unwrap();
    assert_eq!(genuine.registry.paths().len(), 9);
}

#[tokio::test]
async fn the_chain_of_roots_holds() {
    let Some(genuine) = Genuine::serve() else {
        return;
    };
    let first = "root_history/8.root.json";
    let trust = genuine.establish(Some(first), DAY).await.unwrap();
    assert!(knows_npm(&trust));
    assert_eq!(versions(&trust).root, 15);
    genuine.registry.remove("/11.root.json");
    let second = "root_history/9.root.json";
    let failure = genuine.establish(Some(second), DAY).await.err().unwrap();
    assert!(failure.refused, "{failure}");
}

#[tokio::test]
async fn a_week_later_it_is_frozen() {
    let Some(genuine) = Genuine::serve() else {
        return;
    };
    let failure = genuine.establish(None, "2026-08-29T00:00:00Z").await;
    let failure = failure.err().unwrap();
    assert!(failure.refused, "{failure}");
    assert!(
        failure.to_string().contains("timestamp metadata expired"),
        "{failure}"
    );
}
