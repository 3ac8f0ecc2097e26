//! What is measured besides npm: a Go module's record, and a skill's commit.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use jiff::Timestamp;
use package_provenance::evidence::go::sources::{GoSources, SumdbRoute};
use package_provenance::evidence::{Body, Fetched, GoRaw, RawEvidence};
use package_provenance::git::{CommitId, FollowedRef, PinnedFolder, TreePath};
use package_provenance::identity::Repository;
use package_provenance::package::{GoPackage, PackageVersion};
use package_provenance::trust::{Sumdb, TrustMaterial};
use package_provenance::verify::go::wanted;
use package_provenance::verify::{Status, verify, verify_folder};
use testkit::{GoRelease, World};

use super::{MESSAGE, trust};

/// Records beside the module's.
const OTHERS: usize = 70_000;

/// A module's `.info`, `go.mod`, record, two signed tree heads and the tiles that prove it.
pub(crate) struct Module {
    trust: TrustMaterial,
    package: PackageVersion,
    now: Timestamp,
    raw: RawEvidence,
}

impl Module {
    /// Signs the tree, and asks for what the module needs of it.
    pub(crate) fn new() -> Self {
        let (world, release) = (
            World::new(),
            GoRelease::new("example.com/tool", "v1.2.3", &[""]),
        );
        let mut database = testkit::Sumdb::new("bench", OTHERS);
        database.add(&release);
        // The record's own head is older than the latest one.
        let own = database.size();
        database.add_others(1_000);
        let latest = database.size();
        let mut served: BTreeMap<String, Vec<u8>> = database
            .tiles(latest)
            .into_iter()
            .map(|(path, tile)| (format!("go/sumdb/{path}"), tile))
            .collect();
        for (path, text) in [
            (
                "go/proxy/example.com/tool/@v/v1.2.3.info",
                release.info().to_string(),
            ),
            (
                "go/proxy/example.com/tool/@v/v1.2.3.mod",
                release.go_mod.clone(),
            ),
            ("go/proxy/example.com/tool/@v/list", "v1.2.3\n".to_owned()),
            ("go/sumdb/latest", database.note(latest)),
            (
                "go/sumdb/lookup/example.com/tool@v1.2.3",
                database.lookup(OTHERS, own),
            ),
        ] {
            served.insert(path.to_owned(), text.into_bytes());
        }
        let sumdb = Sumdb::parse(&database.verifier_key()).unwrap();
        let package = GoPackage::parse("example.com/tool", "v1.2.3").unwrap();
        let mut raw = GoRaw {
            sources: Arc::new(GoSources {
                sumdb: SumdbRoute::Address,
                ..GoSources::default()
            }),
            answers: BTreeMap::new(),
            seen: None,
        };
        loop {
            let requests = wanted(&package, &raw, &sumdb);
            if requests.is_empty() {
                break;
            }
            for request in requests {
                let body = served.get(&request.evidence_path());
                let found = |body: &Vec<u8>| Fetched::Found(Body::from(body.as_slice()));
                let answer = body.map_or(Fetched::Missing, found);
                raw.answers.insert(request, answer);
            }
        }
        Self {
            trust: trust(&world).with_sumdb(sumdb),
            package: PackageVersion::Go(package),
            now: world.now,
            raw: RawEvidence::Go(raw),
        }
    }

    /// The whole module.
    pub(crate) fn whole(&self) {
        let observed = verify(&self.package, &self.raw, &self.trust, self.now);
        assert_eq!(observed.status, Status::Signed, "{observed:?}");
    }
}

/// The signatures of the two tree heads.
pub(crate) struct Heads {
    key: UnparsedPublicKey<Vec<u8>>,
    signature: Vec<u8>,
}

impl Heads {
    /// Makes a key and a signature.
    pub(crate) fn new() -> Self {
        let pair = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(pair.as_ref()).unwrap();
        Self {
            signature: pair.sign(&MESSAGE).as_ref().to_vec(),
            key: UnparsedPublicKey::new(&ED25519, pair.public_key().as_ref().to_vec()),
        }
    }

    /// Both.
    pub(crate) fn run(&self) {
        (0..2).for_each(|_| self.key.verify(&MESSAGE, &self.signature).unwrap());
    }
}

/// A skill's folder, and what GitHub says of it.
pub(crate) struct Skill {
    folder: PinnedFolder,
    document: Vec<u8>,
    answer: Fetched,
}

impl Skill {
    /// Puts the answer together.
    pub(crate) fn new() -> Self {
        let (commit, tip) = ("2".repeat(40), "1".repeat(40));
        let document = serde_json::json!({
            "repository": {
                "name": "acme/skills", "id": 7, "owner_id": 8, "archived": false, "disabled": false,
            },
            "followed": {
                "name": "refs/heads/main", "object": tip, "tip": tip,
                "comparison": {"status": "behind", "base": tip, "head": commit},
            },
            "commit": {"id": commit, "signature": "VALID"},
            "file": {"kind": "Blob", "id": tip},
        });
        let document = document.to_string().into_bytes();
        Self {
            folder: PinnedFolder {
                repository: Repository::declared("acme/skills", "github.com").unwrap(),
                commit: CommitId::parse(&commit).unwrap(),
                followed: Some(FollowedRef::branch("main").unwrap()),
                path: TreePath::parse("skills/review").unwrap(),
            },
            answer: Fetched::Found(document.as_slice().into()),
            document,
        }
    }

    /// The whole skill.
    pub(crate) fn whole(&self) {
        let observed = verify_folder(&self.folder, &self.answer);
        assert_eq!(observed.status, Status::Pinned, "{observed:?}");
    }

    /// Its document read and forgotten.
    pub(crate) fn floor(&self) {
        let read: serde_json::Value = serde_json::from_slice(&self.document).unwrap();
        assert!(read.is_object());
    }
}
