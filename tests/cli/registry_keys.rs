//! Keys vouch for the packages of their own registry, whoever serves them and whenever they are
//! verified again.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;
use testkit::{NpmDraft, Registry, Signer, World};

use crate::stage::{DECLARED, Run, Stage, spec};

/// A stage whose scope `@acme` has a registry of its own, with keys of its own.
struct Two {
    stage: Stage,
    private: World,
    own: Registry,
    folder: TempDir,
}

/// A draft of the world that is signed with the keys of another registry.
fn under(world: &World, keys: &World, name: &str) -> NpmDraft {
    let mut draft = world.npm_draft(name, "1.2.3");
    draft.signing_keys = vec![keys.npm.current.clone()];
    draft.publish().signer = Signer::RegistryKey(keys.npm.current.clone());
    draft
}

impl Two {
    fn new() -> Self {
        let stage = Stage::new();
        let private = World::with_label("private", stage.world.now);
        let (own, folder) = (Registry::start(), tempfile::tempdir().unwrap());
        let npmrc = format!("@acme:registry={}\n", own.npm_url());
        fs::write(folder.path().join(".npmrc"), npmrc).unwrap();
        fs::write(folder.path().join("acme.json"), private.npm_keys_json()).unwrap();
        let two = Self {
            stage,
            private,
            own,
            folder,
        };
        let release =
            two.stage
                .world
                .npm_release(&under(&two.stage.world, &two.private, "@acme/a"));
        two.own.publish_npm(&release);
        let text = spec("npx", "@acme/a", "1.2.3", DECLARED);
        two.stage.write("npx/a/spec.yaml", &text);
        two.stage.npm("b", "lodash", DECLARED);
        two
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.stage.command(&["scan", "--format", "json"]);
        command.args(arguments).env("HOME", self.folder.path());
        command
    }

    fn acme(&self) -> String {
        format!("@acme={}", self.file("acme.json").display())
    }

    /// The statuses of the scope's package and of the default registry's.
    fn statuses(run: &Run) -> [String; 2] {
        let report = run.report();
        ["npx/a/spec.yaml", "npx/b/spec.yaml"].map(|path| report.status(path).to_owned())
    }
}

#[test]
fn keys_are_named_for_the_scope_or_for_its_registry() {
    let two = Two::new();
    let unnamed = Run::of(&mut two.command(&[])).exits(3);
    assert_eq!(Two::statuses(&unnamed), ["unknown", "verified"]);
    let told = unnamed.report().messages("npx/a/spec.yaml")[0].to_owned();
    assert!(told.contains("--npm-keys @acme=FILE"), "{told}");

    let address = format!("{}={}", two.own.npm_url(), two.file("acme.json").display());
    for named in [two.acme(), address] {
        let run = Run::of(&mut two.command(&["--npm-keys", &named])).exits(0);
        assert_eq!(Two::statuses(&run), ["verified", "verified"], "{named}");
        let changes = run.report().json["gate"]["changes"].to_string();
        assert!(
            changes.contains("they vouch for its packages, and for no others"),
            "{changes}"
        );
    }
    let elsewhere = format!("https://npm.example={}", two.file("acme.json").display());
    let run = Run::of(&mut two.command(&["--npm-keys", &elsewhere])).exits(3);
    assert!(run.err.contains("vouch for nothing"), "{}", run.err);
}

#[test]
fn a_private_key_signs_nothing_of_the_default_registry_and_the_other_way_round() {
    let two = Two::new();
    let world = &two.stage.world;
    let forged = world.npm_release(&under(world, &two.private, "lodash"));
    two.stage.registry.publish_npm(&forged);
    let usual = world.npm_package("@acme/a", "1.2.3");
    two.own.publish_npm(&usual);
    let run = Run::of(&mut two.command(&["--npm-keys", &two.acme()])).exits(3);
    assert_eq!(Two::statuses(&run), ["unknown", "unknown"]);
    // A mirror of npm for one scope is said to be one.
    let keys = two.stage.npm_keys();
    let mirror = format!("@acme={}", keys.display());
    let run = Run::of(&mut two.command(&["--npm-keys", &mirror])).exits(3);
    assert_eq!(Two::statuses(&run), ["verified", "unknown"]);
}

/// `--trust` holds whatever the configuration says, which a pull request can change.
#[test]
fn a_configuration_file_adds_no_key_to_what_the_flags_trust() {
    let two = Two::new();
    let world = &two.stage.world;
    let mut forged = NpmDraft::signed_only(world, "@acme/a", "1.2.3");
    forged.signing_keys = vec![two.private.npm.current.clone()];
    two.stage.registry.publish_npm(&world.npm_release(&forged));
    let text = spec("npx", "@acme/a", "1.2.3", "");
    two.stage.write("npx/a/spec.yaml", &text);
    fs::remove_dir_all(two.stage.root().join("npx/b")).unwrap();
    fs::copy(two.file("acme.json"), two.stage.root().join("keys.json")).unwrap();
    let registry = two.stage.registry.npm_url();
    let scan = |arguments: &[&str]| {
        let mut command = two.stage.program();
        command.args([
            "scan",
            "--no-cache",
            "--format",
            "json",
            "--npm-registry",
            &registry,
        ]);
        command.args(arguments);
        Run::of(&mut command)
    };
    for of in ["@acme", &registry] {
        let config = format!("npm-keys = [\"{of}=keys.json\"]\n");
        two.stage.write("dockyard-provenance.toml", &config);
        let run = scan(&["--trust", "embedded"]).exits(3);
        assert_eq!(run.report().status("npx/a/spec.yaml"), "unknown");
        assert!(run.err.contains("are not used"), "{}", run.err);
    }
    // The control: the flags may name it.
    let acme = two.acme();
    let run = scan(&["--trust", "embedded", "--npm-keys", &acme]).exits(0);
    assert_eq!(run.report().status("npx/a/spec.yaml"), "signed");
}

/// A scope whose registry is the default one has no keys of its own.
#[test]
fn one_registry_is_one_registry_whoever_names_it() {
    let two = Two::new();
    let world = &two.stage.world;
    two.stage
        .registry
        .publish_npm(&world.npm_package("@acme/a", "1.2.3"));
    let npmrc = format!("@acme:registry={}/\n", two.stage.registry.npm_url());
    fs::write(two.file(".npmrc"), npmrc).unwrap();
    let run = Run::of(&mut two.command(&[])).exits(0);
    assert_eq!(Two::statuses(&run), ["verified", "verified"]);
}

#[test]
fn a_recorded_run_is_bound_as_it_was() {
    let two = Two::new();
    let folder = two.file("evidence");
    let mut save = two.command(&["--npm-keys", &two.acme()]);
    let saved = Run::of(save.arg("--save-evidence").arg(&folder)).exits(0);
    assert_eq!(saved.err, "");
    let trust = |name: &str| folder.join("trust").join(name).display().to_string();
    let recorded = fs::read(trust("npm-keys.@acme.json")).unwrap();
    assert_eq!(recorded, fs::read(two.file("acme.json")).unwrap());
    let audit = |keys: &[&str]| {
        let mut command = two.stage.program();
        command
            .args(["scan", "--format", "json", "--evidence"])
            .arg(&folder);
        command.args(["--trusted-root", &trust("trusted_root.json")]);
        for keys in keys {
            command.args(["--npm-keys", keys]);
        }
        Run::of(&mut command)
    };
    let (npm, own) = (
        trust("npm-keys.json"),
        format!("@acme={}", trust("npm-keys.@acme.json")),
    );
    let run = audit(&[&npm, &own]).exits(0);
    assert_eq!(Two::statuses(&run), ["verified", "verified"]);
    // Without a word about the scope nobody vouches for it, neither npm nor the folder.
    let run = audit(&[&npm]).exits(3);
    assert_eq!(Two::statuses(&run), ["unknown", "verified"]);
    // Nor does the private registry for the other one.
    let run = audit(&[&trust("npm-keys.@acme.json"), &own]).exits(3);
    assert_eq!(Two::statuses(&run), ["verified", "unknown"]);
    fs::write(trust("npm-keys.@acme.json"), "{}").unwrap();
    audit(&[&npm]).refuses("is not the file that was recorded");
}

#[test]
fn what_cannot_be_bound_is_refused() {
    let two = Two::new();
    let mixed = two.file("mixed.json");
    let embedded = package_provenance::trust::npm_keys::EMBEDDED_NPM_KEYS;
    let mut keys: serde_json::Value = serde_json::from_str(embedded).unwrap();
    let own = two.private.npm.json()["keys"][0].clone();
    keys["keys"].as_array_mut().unwrap().push(own);
    fs::write(&mixed, keys.to_string()).unwrap();
    let mixed = mixed.display().to_string();
    let advice = "--npm-keys @scope=FILE or --npm-keys URL=FILE";
    for value in [mixed.clone(), format!("@acme={mixed}")] {
        two.stage
            .run(&["scan", "--npm-keys", &value])
            .refuses(advice);
    }
    let acme = two.acme();
    for (arguments, says) in [
        (
            &["--npm-keys", &acme, "--npm-keys", "@acme=npm"][..],
            "named twice",
        ),
        (
            &["--npm-keys", "a.json", "--npm-keys", "b.json"],
            "named twice",
        ),
        (&["--npm-keys", "@acme"], "write @scope=FILE"),
        (&["--npm-keys", "@acme=missing.json"], "missing.json"),
        (&["--npm-keys", "http://npm.example=k.json"], "use https"),
        (
            &[
                "--npm-registry",
                "https://npm.example",
                "--npm-keys",
                "k",
                "--npm-keys",
                "https://npm.example=k",
            ],
            "leave one side out",
        ),
        (
            &[
                "--trust",
                "embedded",
                "--npm-registry",
                "https://npm.example",
                "--npm-keys",
                "https://npm.example=k",
            ],
            "leave one side out",
        ),
        (
            &[
                "--npm-registry",
                "https://npm.example",
                "--npm-keys",
                "k",
                "--npm-keys",
                "https://npm.example=npm",
            ],
            "leave one side out",
        ),
    ] {
        two.stage
            .run(&[&["scan"], arguments].concat())
            .refuses(says);
    }
    let run = two
        .stage
        .run(&["scan", "--npm-keys", "https://u:secret@npm.example=k.json"]);
    assert!(!run.refuses("user name or password").err.contains("secret"));
}

#[test]
fn a_configuration_file_names_keys_as_flags_do() {
    let two = Two::new();
    fs::copy(two.file("acme.json"), two.stage.root().join("acme.json")).unwrap();
    for value in [r#""@acme=acme.json""#, r#"["@acme=acme.json"]"#] {
        let text = format!("npm-keys = {value}\n");
        two.stage.write("dockyard-provenance.toml", &text);
        let run = Run::of(&mut two.command(&[])).exits(0);
        assert_eq!(Two::statuses(&run), ["verified", "verified"], "{value}");
        // A flag for the same scope comes before it.
        let other = format!("@acme={}", two.stage.npm_keys().display());
        let run = Run::of(&mut two.command(&["--npm-keys", &other])).exits(3);
        assert_eq!(Two::statuses(&run), ["unknown", "verified"], "{value}");
    }
    two.stage
        .write("dockyard-provenance.toml", "npm-keys = [\"@acme\"]\n");
    Run::of(&mut two.command(&[])).refuses("dockyard-provenance.toml:1:13: ");
}

#[test]
fn trust_show_says_which_keys_are_whose() {
    let two = Two::new();
    let show = |arguments: &[&str]| {
        let mut command = two.stage.program();
        command.args(["trust", "show", "--offline"]).args(arguments);
        Run::of(command.env("HOME", two.folder.path())).exits(0).out
    };
    let key = two.private.npm.current.id();
    let nobody = show(&[]);
    let (_, own) = nobody
        .split_once("npm keys for packages of @acme, and no others")
        .unwrap();
    assert_eq!(own.trim(), "none");
    let named = show(&["--npm-keys", &two.acme()]);
    let (npms, own) = named
        .split_once("npm keys for packages of @acme, and no others")
        .unwrap();
    assert!(own.contains(&key) && !npms.contains(&key), "{named}");
    assert!(
        npms.contains("npm keys, for all packages but those below"),
        "{named}"
    );
    let json = show(&["--npm-keys", &two.acme(), "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["trusted"]["npm_scopes"][0]["scope"], "@acme");
    let keys = json["trusted"]["npm_scopes"][0]["npm_keys"].to_string();
    assert!(keys.contains(&key) && !json["trusted"]["npm_keys"].to_string().contains(&key));
}
