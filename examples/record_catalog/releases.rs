//! The releases of the example, one function per ecosystem. Each spec of `examples/catalog` says
//! what its release is there to show.

use std::collections::BTreeMap;

use dockyard_registry::evidence_manifest::FILE_NAME;
use package_provenance::package::GoPackage;
use package_provenance::trust;
use serde_json::{Value, json};
use testkit::{
    CircleCiIdentity, GithubIdentity, GitlabIdentity, GoRelease, NpmDraft, NpmStyle, PypiDraft,
    PypiFile, PypiPublisher, Sumdb, World, at,
};

use super::recording::{Failure, Recording};

/// What is recorded, below `examples/catalog`; everything else there is written by hand.
pub(crate) const FOLDERS: [&str; 2] = ["evidence", "trust"];

/// Every recorded file by its path below `examples/catalog`.
pub(crate) fn files() -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let world = world();
    let mut recording = Recording::default();
    npm(&world, &mut recording)?;
    pypi(&world, &mut recording)?;
    go(&mut recording)?;
    let mut files = recording.files;
    files.insert(
        format!("evidence/{FILE_NAME}"),
        recording.manifest.to_json()?,
    );
    files.insert(
        "trust/trusted_root.json".to_owned(),
        world.trusted_root_json().into_bytes(),
    );
    files.insert(
        "trust/npm-keys.json".to_owned(),
        world.npm_keys_json().into_bytes(),
    );
    Ok(files)
}

/// An instance of Sigstore and a registry that exist for this example only, with the two keys that
/// npm has.
fn world() -> World {
    let mut world = World::with_label("example catalog", at("2025-06-02T09:00:00Z"));
    let keys = &mut world.npm;
    for key in [
        &mut keys.signatures_only,
        &mut keys.attestations_only,
        &mut keys.future,
    ] {
        (key.signatures, key.attestations) = (None, None);
    }
    world
}

/// The usual publisher: the `release.yml` of `repository`, run on GitHub for this tag.
fn github(repository: &str, tag: &str) -> GithubIdentity {
    GithubIdentity {
        git_ref: Some(format!("refs/tags/{tag}")),
        ..GithubIdentity::new(repository)
    }
}

fn npm(world: &World, recording: &mut Recording) -> Result<(), Failure> {
    let built = |name: &str, version: &str, identity: &GithubIdentity| {
        NpmDraft::new(world, name, version, identity, NpmStyle::Current)
    };
    let gitlab = GitlabIdentity {
        git_ref: "refs/tags/v0.9.0".into(),
        ..GitlabIdentity::new("acme/pipeline")
    };

    // Honest releases; what their specs declare differs.
    let honest = [
        built("@acme/widget", "1.2.3", &github("acme/widget", "v1.2.3")),
        built("acme-calendar", "2.0.1", &github("acme/calendar", "v2.0.1")),
        built("acme-typo", "1.0.0", &github("acme/typo", "v1.0.0")),
        built(
            "@acme/notes",
            "3.1.0",
            &github("example-org/notes", "v3.1.0"),
        ),
        built(
            "@acme/nightly",
            "0.4.0",
            &GithubIdentity {
                workflow: ".github/workflows/nightly.yml".into(),
                ..github("acme/nightly", "v0.4.0")
            },
        ),
        built(
            "@acme/preview",
            "5.0.0",
            &GithubIdentity {
                trigger: "pull_request_target".into(),
                git_ref: Some("refs/heads/main".into()),
                ..github("acme/preview", "v5.0.0")
            },
        ),
        NpmDraft::new(
            world,
            "@acme/archive",
            "1.5.0",
            &github("acme/archive", "v1.5.0"),
            NpmStyle::Isolated,
        ),
        built("@acme/patched", "1.1.0", &github("acme/patched", "v1.1.0")),
        built(
            "@acme/inspector",
            "0.9.2",
            &github("acme/inspector", "v0.9.2"),
        ),
        built(
            "@acme/feature",
            "2.4.0",
            &GithubIdentity {
                git_ref: Some("refs/heads/new-parser".into()),
                ..github("acme/feature", "v2.4.0")
            },
        ),
        NpmDraft::gitlab(world, "@acme/pipeline", "0.9.0", &gitlab),
        NpmDraft::signed_only(world, "acme-http", "6.28.0"),
        NpmDraft::signed_only(world, "acme-clock", "1.0.4"),
        NpmDraft::signed_only(world, "@acme/mailer", "2.2.0"),
    ];
    for draft in &honest {
        recording.npm(&world.npm_release(draft))?;
    }

    // A mirror that passes on neither the registry's signature nor attestations.
    let mut stripped = NpmDraft::signed_only(world, "acme-mirror", "1.1.0");
    stripped.signing_keys.clear();
    recording.npm(&world.npm_release(&stripped))?;

    // The attestations of one tarball, served with another that the registry signed.
    let mut swapped = built("@acme/search", "2.3.0", &github("acme/search", "v2.3.0"));
    swapped.integrity = NpmDraft::signed_only(world, "@acme/search", "2.3.1").integrity;
    recording.npm(&world.npm_release(&swapped))?;

    // A tarball's digest that was changed after the registry signed it.
    let altered = NpmDraft::signed_only(world, "acme-weather", "1.0.0");
    let other = NpmDraft::signed_only(world, "acme-weather", "1.0.1").integrity;
    let mut altered = world.npm_release(&altered);
    *altered
        .manifest
        .pointer_mut("/dist/integrity")
        .ok_or("a manifest has an integrity")? = other.into();
    recording.npm(&altered)?;

    // Attestations that the manifest advertises and the registry does not deliver.
    let hidden = built("@acme/files", "4.0.2", &github("acme/files", "v4.0.2"));
    let mut hidden = world.npm_release(&hidden);
    hidden.attestations = Value::Null;
    recording.npm(&hidden)?;

    // What a registry says of a release besides, unsigned.
    let legacy = NpmDraft::signed_only(world, "acme-legacy", "0.3.1");
    let mut legacy = world.npm_release(&legacy);
    set(
        &mut legacy.manifest,
        json!({
            "deprecated": "acme-legacy is now @acme/modern",
            "scripts": { "postinstall": "node setup.js" },
            "dependencies": { "acme-http": "^6.0.0", "acme-parser": "github:acme/parser#next" },
        }),
    );
    recording.npm(&legacy)?;

    // A name that nobody has registered.
    recording.npm_missing("acme-wigdet", "1.2.3")
}

fn pypi(world: &World, recording: &mut Recording) -> Result<(), Failure> {
    let github = |repository: &str, tag: &str| PypiPublisher::Github(github(repository, tag));
    let circleci = PypiPublisher::CircleCi(CircleCiIdentity {
        vcs_origin: "github.com/acme/scheduler".into(),
        ..CircleCiIdentity::default()
    });
    let self_hosted = PypiPublisher::Gitlab(GitlabIdentity {
        git_ref: "refs/tags/v0.2.0".into(),
        runner_environment: "self-hosted".into(),
        ..GitlabIdentity::new("acme/lab")
    });

    let mut withdrawn = PypiDraft::new(
        world,
        "acme-charts",
        "1.3.0",
        &github("acme/charts", "v1.3.0"),
    );
    for file in &mut withdrawn.files {
        file.yanked = "writes to the wrong folder; use 1.3.1".into();
    }
    // As PyPI serves a quarantined project: it has no version and no file.
    let quarantined = PypiDraft::unattested("acme-frozen", "2.0.0");
    let mut quarantined = world.pypi_release_of(&quarantined);
    set(
        &mut quarantined.index,
        json!({
            "project-status": { "status": "quarantined" },
            "versions": [],
            "files": [],
        }),
    );
    recording.pypi(&quarantined)?;

    let mut added = PypiDraft::new(
        world,
        "acme-tables",
        "2.1.0",
        &github("acme/tables", "v2.1.0"),
    );
    added.files.push(PypiFile::unattested(
        "acme_tables-2.1.0-cp313-cp313-manylinux_2_28_x86_64.whl",
    ));
    for draft in [
        PypiDraft::new(
            world,
            "acme-reader",
            "1.0.0",
            &github("acme/reader", "v1.0.0"),
        ),
        PypiDraft::new(
            world,
            "acme-anybody",
            "1.4.0",
            &github("acme/anybody", "v1.4.0"),
        ),
        PypiDraft::new(world, "acme-scheduler", "0.7.0", &circleci),
        PypiDraft::new(world, "acme-lab", "0.2.0", &self_hosted),
        PypiDraft::unattested("acme-plain", "1.0.0"),
        withdrawn,
        added,
    ] {
        recording.pypi(&world.pypi_release_of(&draft))?;
    }
    Ok(())
}

/// The modules of the example, and its checksum database. The key of that is in
/// `dockyard-provenance.toml`.
fn go(recording: &mut Recording) -> Result<(), Failure> {
    let ledger = GoRelease::new("github.com/acme/ledger", "v1.0.0", &["cmd/ledger"]);
    // Withdrawn by the next version, which also says that the module is deprecated.
    let journal = GoRelease::new("go.acme.example/journal", "v0.2.0", &[""]);
    let mut next = GoRelease::new("go.acme.example/journal", "v0.2.1", &[""]);
    let go_mod = "// Deprecated: use github.com/acme/ledger.\nmodule go.acme.example/journal\n\n\
                   retract v0.2.0 // loses the last entry\n";
    go_mod.clone_into(&mut next.go_mod);
    // The proxy has it from elsewhere than its address leads to today.
    let mut budget = GoRelease::new("github.com/acme/budget", "v2.1.0+incompatible", &[""]);
    budget.origin = json!({"VCS": "git", "URL": "https://github.com/mallory/budget"});
    // A record of other content than the proxy's go.mod.
    let audit = GoRelease::new("github.com/acme/audit", "v1.1.0", &[""]);
    let mut altered = audit.clone();
    altered
        .go_mod
        .push_str("\nrequire example.com/extra v1.0.0\n");

    let mut database = Sumdb::new("example catalog", 600);
    for release in [&ledger, &journal, &budget, &audit] {
        database.add(release);
        database.add_others(40);
    }
    let trusted = trust::Sumdb::parse(&database.verifier_key())?;
    let served = [ledger, journal, next, budget, altered];
    for (package, version) in [
        ("github.com/acme/ledger/cmd/ledger", "v1.0.0"),
        ("go.acme.example/journal", "v0.2.0"),
        ("github.com/acme/budget", "v2.1.0+incompatible"),
        ("github.com/acme/audit", "v1.1.0"),
    ] {
        let package = GoPackage::parse(package, version).map_err(|_problems| "no Go package")?;
        recording.go(&package, &served, (&database, &trusted));
    }
    Ok(())
}

/// Sets the keys of `changes` in an object.
fn set(document: &mut Value, changes: Value) {
    if let (Value::Object(document), Value::Object(changes)) = (document, changes) {
        document.extend(changes);
    }
}
