//! Trust material through TUF, over real HTTP, with a clock of its own: what is accepted, what is
//! refused, and what is used where nothing can be had. Every attack stands beside a control.

mod attacks;
mod delegation;
mod fallback;
mod genuine;
mod kept;
mod requests;

use std::path::PathBuf;
use std::time::Duration;

use dockyard_registry::trust::TufOptions;
use dockyard_registry::trust::tuf::{Refresh, Session};
use jiff::{SignedDuration, Timestamp};
use package_provenance::trust::{KeyUsage, TrustFailure, TrustMaterial, TufVersions};
use tempfile::TempDir;
use testkit::{Fault, Registry, TufRepository, World, at};

/// A served repository, a machine that trusts its first root, and what that machine remembers.
struct Stage {
    world: World,
    tuf: TufRepository,
    registry: Registry,
    folder: TempDir,
    options: TufOptions,
    now: Timestamp,
}

impl Stage {
    fn new() -> Self {
        let world = World::new();
        let now = at("2026-08-22T00:00:00Z");
        let tuf = TufRepository::new(&world, now);
        let registry = Registry::start();
        tuf.serve(&registry, "/tuf");
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root.json");
        std::fs::write(&root, tuf.root_json(1)).unwrap();
        let options = TufOptions {
            url: format!("{}/tuf", registry.url()),
            root: Some(root),
            cache: Some(folder.path().join("cache")),
            network: true,
            timeout: Duration::from_secs(30),
        };
        Self {
            world,
            tuf,
            registry,
            folder,
            options,
            now,
        }
    }

    /// With a first refresh made, and a day gone since.
    async fn refreshed() -> Self {
        let mut stage = Self::new();
        stage.establish().await.unwrap();
        stage.pass(25);
        stage
    }

    fn pass(&mut self, hours: i64) {
        self.now += SignedDuration::from_hours(hours);
    }

    /// Serves the repository as it is now, beside what was served before.
    fn serve(&self) {
        self.tuf.serve(&self.registry, "/tuf");
    }

    fn fault(&self, path: &str, fault: Fault) {
        self.registry.fault(&format!("/tuf/{path}"), fault);
    }

    /// Refuses every request from now on. It is one of the answers that are not tried again.
    fn cut_off(&self) {
        for path in self.registry.documents().into_keys() {
            self.registry.fault(&path, Fault::Status(400));
        }
        for version in 1..9 {
            self.fault(&format!("{version}.root.json"), Fault::Status(400));
        }
    }

    async fn establish(&self) -> Result<TrustMaterial, TrustFailure> {
        self.with(&self.options, Refresh::WhenOld).await
    }

    async fn with(
        &self,
        options: &TufOptions,
        refresh: Refresh,
    ) -> Result<TrustMaterial, TrustFailure> {
        let session = Session::prepare(options).unwrap();
        session.establish(refresh, self.now).await
    }

    /// The sentence with which what is served is refused.
    #[track_caller]
    fn refused(outcome: Result<TrustMaterial, TrustFailure>) -> String {
        let failure = outcome.err().expect("it was accepted");
        assert!(failure.refused, "{failure}");
        failure.to_string()
    }

    /// The requests since the last call, without what stands before their names.
    fn requests(&self, before: usize) -> Vec<String> {
        let requests = self.registry.requests();
        let paths = requests.iter().skip(before).map(|request| {
            let path = request.path.strip_prefix("/tuf/").unwrap();
            path.split('/').next_back().unwrap().to_owned()
        });
        paths.collect()
    }

    fn cached(&self) -> PathBuf {
        let tuf = self.options.cache.as_ref().unwrap().join("tuf-v1");
        let mut folders = std::fs::read_dir(tuf).unwrap();
        folders.next().unwrap().unwrap().path()
    }

    /// Whether npm's key of this world is trusted.
    fn knows(&self, trust: &TrustMaterial) -> bool {
        let id = self.world.npm.current.id();
        trust.npm_keys.find(&id, KeyUsage::Signatures).is_some()
    }
}

fn versions(trust: &TrustMaterial) -> TufVersions {
    trust.freshness.versions.unwrap()
}
