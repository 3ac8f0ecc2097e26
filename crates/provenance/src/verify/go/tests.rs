//! A package asked for round by round, and judged.

mod attacks;
mod forks;
mod genuine;
mod modules;
mod tiles;

use std::collections::BTreeMap;
use std::sync::Arc;

use testkit::{GoRelease, World};

use super::wanted;
use crate::evidence::GoRaw;
use crate::evidence::go::sources::{GoSources, SumdbRoute};
use crate::evidence::go::{GoDocument, GoRequest, SumdbAt};
use crate::evidence::{FetchError, FetchProblem, Fetched, RawEvidence};
use crate::package::{GoPackage, PackageVersion};
use crate::trust::{Sumdb, TrustDocument, TrustMaterial, TrustSource};
use crate::verify::{Observed, Outcome, verify};

/// A proxy and a database.
pub(super) struct Scene {
    pub(super) database: testkit::Sumdb,
    pub(super) sources: GoSources,
    pub(super) trusted: Sumdb,
    pub(super) served: BTreeMap<String, Fetched>,
}

/// What came of asking.
pub(super) struct Seen {
    pub(super) observed: Observed,
    /// How much was asked in each round.
    pub(super) rounds: Vec<Vec<GoRequest>>,
}

pub(super) fn found(bytes: impl Into<Vec<u8>>) -> Fetched {
    Fetched::Found(bytes.into().into())
}

pub(super) fn failed(status: u16) -> Fetched {
    Fetched::Failed(FetchError {
        asked: "https://proxy.example/".to_owned(),
        problem: FetchProblem::Status(status),
    })
}

impl Scene {
    /// `releases` beside so many records before and after them.
    pub(super) fn new(releases: &[GoRelease], before: usize, after: usize) -> Self {
        let mut database = testkit::Sumdb::new("scene", before);
        for release in releases {
            database.add(release);
        }
        database.add_others(after);
        let mut scene = Self {
            trusted: Sumdb {
                anchor: None,
                ..Sumdb::parse(&database.verifier_key()).unwrap()
            },
            database,
            sources: GoSources {
                sumdb: SumdbRoute::Address,
                ..GoSources::default()
            },
            served: BTreeMap::new(),
        };
        for release in releases {
            scene.publish(release);
        }
        scene.serve_database();
        scene
    }

    pub(super) fn publish(&mut self, release: &GoRelease) {
        let module = crate::package::GoModule::parse(&release.path, &release.version).unwrap();
        let path = |document: GoDocument| GoRequest::Proxy(0, document).evidence_path();
        self.set(
            &path(GoDocument::Info(module.clone())),
            found(release.info().to_string()),
        );
        self.set(
            &path(GoDocument::Mod(module.clone())),
            found(release.go_mod.clone()),
        );
        let list = path(GoDocument::List(module));
        let mut versions = match self.served.get(&list) {
            Some(Fetched::Found(body)) => body.to_vec(),
            _ => Vec::new(),
        };
        versions.extend(format!("{}\n", release.version).bytes());
        self.set(&list, found(versions));
    }

    pub(super) fn serve_database(&mut self) {
        let size = self.database.size();
        self.set("go/sumdb/latest", found(self.database.note(size)));
        for (path, version, id) in self.database.modules() {
            let answer = found(self.database.lookup(id, size));
            self.set(&lookup_path(&path, &version), answer);
        }
        self.serve_tiles(size);
    }

    pub(super) fn serve_tiles(&mut self, size: usize) {
        for (path, bytes) in self.database.tiles(size) {
            self.set(&format!("go/sumdb/{path}"), found(bytes));
        }
    }

    pub(super) fn set(&mut self, path: &str, answer: Fetched) {
        self.served.insert(path.to_owned(), answer);
    }

    pub(super) fn text(&self, path: &str) -> String {
        match self.served.get(path) {
            Some(Fetched::Found(body)) => String::from_utf8(body.to_vec()).unwrap(),
            other => panic!("{path}: {other:?}"),
        }
    }

    /// Changes one document.
    pub(super) fn edit(&mut self, path: &str, edit: impl FnOnce(String) -> String) {
        let text = edit(self.text(path));
        self.set(path, found(text));
    }

    /// Asks and judges.
    pub(super) fn see(&self, path: &str, version: &str) -> Seen {
        let package = GoPackage::parse(path, version).unwrap();
        let mut raw = GoRaw {
            sources: Arc::new(self.sources.clone()),
            answers: BTreeMap::new(),
            seen: None,
        };
        let mut rounds = Vec::new();
        loop {
            let requests = wanted(&package, &raw, &self.trusted);
            if requests.is_empty() {
                break;
            }
            assert!(rounds.len() < 8, "it never ends: {requests:?}");
            for request in &requests {
                let answer = self.served.get(&request.evidence_path());
                let answer = answer.cloned().unwrap_or(Fetched::Missing);
                let before = raw.answers.insert(request.clone(), answer);
                assert!(before.is_none(), "{request:?} was asked twice");
            }
            rounds.push(requests);
        }
        let world = World::new();
        let (root, keys) = (world.trusted_root_json(), world.npm_keys_json());
        let document = |json| TrustDocument { name: "test", json };
        let trust = TrustMaterial::new(
            document(root.as_bytes()),
            document(keys.as_bytes()),
            TrustSource::File,
        )
        .unwrap()
        .with_sumdb(self.trusted.clone());
        let observed = verify(
            &PackageVersion::Go(package),
            &RawEvidence::Go(raw),
            &trust,
            world.now,
        );
        Seen { observed, rounds }
    }

    /// The result for [`tool`].
    pub(super) fn outcome(&self) -> Outcome {
        let seen = self.see("example.com/tool", "v1.2.3");
        match seen.observed.evidence.as_slice() {
            [one] => one.outcome.clone(),
            [] => Outcome::Unknown(seen.observed.cause.unwrap_or_default()),
            _ => panic!("{:?}", seen.observed),
        }
    }
}

/// The release that most tests are about.
pub(super) fn tool() -> GoRelease {
    GoRelease::new("example.com/tool", "v1.2.3", &[""])
}

pub(super) fn lookup_path(path: &str, version: &str) -> String {
    let module = crate::package::GoModule::parse(path, version).unwrap();
    GoRequest::Lookup(SumdbAt::Itself, module).evidence_path()
}

/// How many tiles were asked for.
pub(super) fn tiles(rounds: &[Vec<GoRequest>]) -> usize {
    let all = rounds.iter().flatten();
    all.filter(|request| matches!(request, GoRequest::Tile(..)))
        .count()
}
