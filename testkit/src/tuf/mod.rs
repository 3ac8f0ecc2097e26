//! A TUF repository in the shape of Sigstore's: root, timestamp, snapshot and targets with
//! consistent snapshots, and a delegated role for npm's keys. It is described first and signed when
//! its documents are asked for, so that a lie is told before signing, or on the bytes afterwards.
//!
//! ```
//! use testkit::{Registry, TufRepository, World, at};
//!
//! let world = World::new();
//! let mut tuf = TufRepository::new(&world, at("2026-08-22T00:00:00Z"));
//! let bootstrap = tuf.root_json(1);
//! tuf.rotate();
//! tuf.publish();
//! let registry = Registry::start();
//! tuf.serve(&registry, "/tuf");
//! assert!(tuf.documents().contains_key("2.root.json") && !bootstrap.is_empty());
//! ```

mod metadata;
mod roles;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

pub use metadata::{key_id, signed};
pub use roles::{TufDelegation, TufRole, TufRoot};

use crate::keys::sha256;
use crate::registry::{Registry, Response};
use crate::world::World;
use metadata::{key_json, pinned};
use roles::files;

/// Path of the Sigstore root among the targets.
pub const TRUSTED_ROOT: &str = "trusted_root.json";
/// Path of npm's keys among the targets.
pub const NPM_KEYS: &str = "registry.npmjs.org/keys.json";

/// A repository.
#[derive(Debug, Clone)]
pub struct TufRepository {
    /// All roots, from version 1.
    pub roots: Vec<TufRoot>,
    /// `timestamp.json`.
    pub timestamp: TufRole,
    /// `snapshot.json`.
    pub snapshot: TufRole,
    /// `targets.json`.
    pub targets: TufRole,
    /// The files that `targets` names itself.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The roles to which `targets` delegates, in the order in which they are asked.
    pub delegations: Vec<TufDelegation>,
}

impl TufRepository {
    /// The repository of this world's trusted root and npm keys at `now`: the timestamp is valid for
    /// a week, the rest for a year. Root 1 needs two of three keys.
    pub fn new(world: &World, now: Timestamp) -> Self {
        let week = now + SignedDuration::from_hours(7 * 24);
        let year = now + SignedDuration::from_hours(365 * 24);
        let labels = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            roots: vec![TufRoot {
                version: 1,
                expires: year,
                keys: labels(&["root a", "root b", "root c"]),
                threshold: 2,
                online: "online".to_owned(),
                targets: "targets".to_owned(),
                signers: labels(&["root a", "root b"]),
            }],
            timestamp: TufRole::new(week, "online"),
            snapshot: TufRole::new(year, "online"),
            targets: TufRole::new(year, "targets"),
            files: [(TRUSTED_ROOT.to_owned(), world.trusted_root_json().into())].into(),
            delegations: vec![TufDelegation {
                name: "registry.npmjs.org".to_owned(),
                key: "npm".to_owned(),
                paths: vec!["registry.npmjs.org/*".to_owned()],
                terminating: true,
                role: TufRole::new(year, "npm"),
                files: [(NPM_KEYS.to_owned(), world.npm_keys_json().into())].into(),
            }],
        }
    }

    /// The delegated role of npm's keys.
    pub fn npm(&mut self) -> &mut TufDelegation {
        self.delegations.last_mut().expect("npm's role")
    }

    /// The newest root.
    pub fn root(&mut self) -> &mut TufRoot {
        self.roots.last_mut().expect("a root")
    }

    /// The root of this version, as a file.
    pub fn root_json(&self, version: u64) -> Vec<u8> {
        let root = self.roots.iter().find(|root| root.version == version);
        let root = root.expect("a root of that version");
        signed(&root.signed(), &root.signers)
    }

    /// The next root: all its keys are new, signed by the old and the new ones.
    pub fn rotate(&mut self) {
        let mut next = self.root().clone();
        next.version += 1;
        let old: Vec<String> = next.keys.iter().take(next.threshold).cloned().collect();
        next.keys = next.keys.iter().map(|label| format!("{label}'")).collect();
        next.signers = next.keys.iter().take(next.threshold).cloned().collect();
        next.signers.extend(old);
        self.roots.push(next);
    }

    /// A new timestamp over the same snapshot, as every day.
    pub fn touch(&mut self) {
        self.timestamp.version += 1;
    }

    /// New versions of everything but the root.
    pub fn publish(&mut self) {
        self.touch();
        self.snapshot.version += 1;
        self.targets.version += 1;
        for delegation in &mut self.delegations {
            delegation.role.version += 1;
        }
    }

    /// Every document of this state, by its path below the repository's address.
    pub fn documents(&self) -> BTreeMap<String, Vec<u8>> {
        let mut documents = BTreeMap::new();
        let mut pins = serde_json::Map::new();
        let mut pin = |name: &str, version: u64, bytes: &[u8]| {
            pins.insert(format!("{name}.json"), versioned(version, bytes));
        };
        let all = self
            .delegations
            .iter()
            .flat_map(|delegation| &delegation.files)
            .chain(&self.files);
        for (path, bytes) in all {
            documents.insert(hashed(path, bytes), bytes.clone());
        }
        for delegation in &self.delegations {
            let role = &delegation.role;
            let content = role.signed("targets", "targets", files(&delegation.files));
            let bytes = signed(&content, &role.signers);
            pin(&delegation.name, role.version, &bytes);
            documents.insert(format!("{}.{}.json", role.version, delegation.name), bytes);
        }
        let bytes = signed(&self.targets_signed(), &self.targets.signers);
        pin("targets", self.targets.version, &bytes);
        documents.insert(format!("{}.targets.json", self.targets.version), bytes);
        let content = self.snapshot.signed("snapshot", "meta", pins.into());
        let bytes = signed(&content, &self.snapshot.signers);
        let meta = json!({"snapshot.json": versioned(self.snapshot.version, &bytes)});
        documents.insert(format!("{}.snapshot.json", self.snapshot.version), bytes);
        let content = self.timestamp.signed("timestamp", "meta", meta);
        documents.insert(
            "timestamp.json".to_owned(),
            signed(&content, &self.timestamp.signers),
        );
        for root in &self.roots {
            let name = format!("{}.root.json", root.version);
            documents.insert(name, self.root_json(root.version));
        }
        documents
    }

    fn targets_signed(&self) -> Value {
        let mut content = self
            .targets
            .signed("targets", "targets", files(&self.files));
        let keys: BTreeMap<String, Value> = self
            .delegations
            .iter()
            .map(|delegation| (key_id(&delegation.key), key_json(&delegation.key)))
            .collect();
        let roles: Vec<Value> = self
            .delegations
            .iter()
            .map(TufDelegation::declared)
            .collect();
        content["delegations"] = json!({"keys": keys, "roles": roles});
        content
    }

    /// Serves every document below `prefix`, beside what was served there before.
    pub fn serve(&self, registry: &Registry, prefix: &str) {
        for (path, bytes) in self.documents() {
            let response = Response::typed("application/octet-stream", bytes);
            registry.set(&format!("{prefix}/{path}"), response);
        }
    }
}

/// Where a target lies with consistent snapshots: its hash before its file name.
pub fn hashed(path: &str, bytes: &[u8]) -> String {
    let hash = hex::encode(sha256(bytes));
    match path.rsplit_once('/') {
        Some((folder, name)) => format!("targets/{folder}/{hash}.{name}"),
        None => format!("targets/{hash}.{path}"),
    }
}

fn versioned(version: u64, bytes: &[u8]) -> Value {
    let mut pin = pinned(bytes);
    pin["version"] = version.into();
    pin
}
