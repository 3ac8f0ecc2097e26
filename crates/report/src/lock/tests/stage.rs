//! A virtual registry, locks over its releases, and what is said of them.

use dockyard_locks::{Registries, parse};
use jiff::Timestamp;
use package_provenance::evidence::{Fetched, NpmRaw, PypiRaw, RawEvidence};
use package_provenance::package::{PackageVersion, PypiName, PypiPackage, PypiVersion};
use package_provenance::trust::{TrustDocument, TrustMaterial, TrustSource};
use package_provenance::verify::verify;
use serde_json::{Value, json};
use testkit::{GithubIdentity, NpmDraft, NpmStyle, PypiDraft, World};
use url::Url;

use crate::finding::RuleId;
use crate::lock::{LockFile, LockMemory, report};
use crate::policy::{FailOn, Policy};
use crate::report::assemble::{AllObserved, Judging};
use crate::report::{EvidenceOrigin, Gate, LockPackage, LockReport, Report, TrustRecord};

/// A virtual registry's releases, and what was found out about them.
pub(super) struct Stage {
    pub(super) world: World,
    pub(super) trust: TrustMaterial,
    pub(super) all: AllObserved,
}

impl Stage {
    pub(super) fn new() -> Self {
        let world = World::new();
        let (root, keys) = (world.trusted_root_json(), world.npm_keys_json());
        let document = |name, json| TrustDocument { name, json };
        let trust = TrustMaterial::new(
            document("trusted root", root.as_bytes()),
            document("npm keys", keys.as_bytes()),
            TrustSource::File,
        );
        Self {
            trust: trust.unwrap(),
            world,
            all: AllObserved::new(),
        }
    }

    /// Publishes a draft, `changed` as its manifest is; gives its `integrity`.
    pub(super) fn publish(&mut self, draft: &NpmDraft, changed: impl FnOnce(&mut Value)) -> String {
        let mut release = self.world.npm_release(draft);
        changed(&mut release.manifest);
        let raw = RawEvidence::Npm(NpmRaw {
            manifest: found(&release.manifest),
            attestations: found(&release.attestations),
            packument: None,
        });
        let package = npm(&draft.name, &draft.version);
        let observed = verify(&package, &raw, &self.trust, self.world.now);
        self.all.insert(package, Box::new(observed));
        draft.integrity.clone()
    }

    pub(super) fn attested(&mut self, name: &str, version: &str) -> String {
        self.publish(&self.world.npm_draft(name, version), |_| {})
    }

    pub(super) fn attested_by(&mut self, name: &str, version: &str, repository: &str) -> String {
        let mut identity = GithubIdentity::new(repository);
        if repository != "acme/widget" {
            (identity.repository_id, identity.owner_id) = ("77".to_owned(), "78".to_owned());
        }
        let draft = NpmDraft::new(&self.world, name, version, &identity, NpmStyle::Current);
        self.publish(&draft, |_| {})
    }

    pub(super) fn signed(&mut self, name: &str, version: &str) -> String {
        self.publish(&NpmDraft::signed_only(&self.world, name, version), |_| {})
    }

    /// Publishes a release of PyPI.
    pub(super) fn publish_python(&mut self, draft: &PypiDraft) -> PackageVersion {
        let release = self.world.pypi_release_of(draft);
        let package = PackageVersion::Pypi(PypiPackage {
            name: PypiName::parse(&draft.name).unwrap(),
            version: PypiVersion::parse(&draft.version).unwrap(),
        });
        let provenance = release.provenance.iter();
        let raw = RawEvidence::Pypi(PypiRaw {
            index: found(&release.index),
            provenance: provenance
                .map(|(name, value)| (name.clone(), found(value)))
                .collect(),
            asked: [].into(),
        });
        let observed = verify(&package, &raw, &self.trust, self.world.now);
        self.all.insert(package.clone(), Box::new(observed));
        package
    }

    pub(super) fn report(&self, file: &LockFile, before: &[&LockMemory]) -> LockReport {
        let policy = Policy::default();
        report(
            file,
            &self.all,
            Judging::by(&policy, Timestamp::UNIX_EPOCH),
            before,
        )
    }
}

pub(super) fn found(value: &Value) -> Fetched {
    if value.is_null() {
        return Fetched::Missing;
    }
    Fetched::Found(value.to_string().into_bytes().into())
}

pub(super) fn npm(name: &str, version: &str) -> PackageVersion {
    let read = lock(&[entry(name, version, None)]);
    read.packages().next().unwrap().clone()
}

/// An entry of a lock: its path below `node_modules`, and its members.
pub(super) type Member = (String, Value);

pub(super) fn entry(name: &str, version: &str, integrity: Option<&str>) -> Member {
    let bare = name.rsplit('/').next().unwrap();
    let mut value = json!({
        "version": version,
        "resolved": format!("https://registry.npmjs.org/{name}/-/{bare}-{version}.tgz"),
    });
    if let Some(integrity) = integrity {
        value["integrity"] = integrity.into();
    }
    (format!("node_modules/{name}"), value)
}

/// A lock whose project asks for every top-level entry.
pub(super) fn lock(entries: &[Member]) -> LockFile {
    let direct = entries.iter().filter_map(|(path, value)| {
        let name = path.strip_prefix("node_modules/")?;
        let direct = !name.contains("/node_modules/") && value["indirect"].is_null();
        direct.then(|| (name.to_owned(), json!("*")))
    });
    let dependencies: serde_json::Map<String, Value> = direct.collect();
    let mut packages = serde_json::Map::new();
    packages.insert(
        String::new(),
        json!({"name": "project", "version": "1.0.0", "dependencies": dependencies}),
    );
    for (path, value) in entries {
        let mut value = value.clone();
        value.as_object_mut().unwrap().remove("indirect");
        packages.insert(path.clone(), value);
    }
    let text = json!({
        "name": "project", "version": "1.0.0", "lockfileVersion": 3, "requires": true,
        "packages": packages,
    });
    read(
        "package-lock.json",
        &serde_json::to_string_pretty(&text).unwrap(),
    )
}

pub(super) fn read(path: &str, text: &str) -> LockFile {
    let url = |text: &str| Url::parse(text).unwrap();
    let registries = Registries {
        npm: url("https://registry.npmjs.org/"),
        npm_scopes: [].into(),
        pypi: url("https://pypi.org/simple/"),
    };
    let include = |_: &str| Err("there is none".to_owned());
    LockFile {
        path: path.to_owned(),
        lock: parse(path, text.as_bytes(), &registries, &include).unwrap(),
    }
}

pub(super) fn package<'a>(report: &'a LockReport, name: &str) -> &'a LockPackage {
    let named = |it: &&LockPackage| it.report.package.as_deref() == Some(name);
    report.packages.iter().find(named).unwrap()
}

pub(super) fn rules(package: &LockPackage) -> Vec<RuleId> {
    package.report.findings.iter().map(|it| it.rule).collect()
}

pub(super) fn whole(report: LockReport) -> Report {
    let gate = Gate {
        fail_on: FailOn::Error,
        fail_on_unknown: true,
        config: None,
        base: None,
        evidence: EvidenceOrigin::Network,
        evidence_as_of: None,
        changes: Vec::new(),
        doubts: Vec::new(),
    };
    let policy = Policy::default();
    Report::with_locks(
        &policy,
        TrustRecord::default(),
        gate,
        Vec::new(),
        vec![report],
    )
}
