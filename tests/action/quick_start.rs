//! The quick start of `docs/action.md`, as somebody who pastes it meets it.

use std::collections::BTreeMap;
use std::path::Path;

use dockyard_provenance::action::inputs::names;
use saphyr_parser::{Event, Parser};
use serde_json::{Value, json};

use crate::job::{Job, SKILL_COMMIT, bad, good, head, merge, read, skills};

/// A skill of another repository.
const SKILL: &str = "metadata:
  name: review
  description: Reviews a change
spec:
  repository: https://github.com/acme/skills
  ref: \"COMMIT\"
  path: skills/review
";

/// A YAML document as JSON; every scalar is a text.
pub(crate) fn yaml(text: &str) -> Value {
    let mut parser = Parser::new_from_str(text);
    let mut open: Vec<Value> = Vec::new();
    let mut keys: Vec<Option<String>> = Vec::new();
    while let Some(event) = parser.next_event() {
        let value = match event.unwrap().0 {
            Event::MappingStart(..) => {
                open.push(json!({}));
                keys.push(None);
                continue;
            }
            Event::SequenceStart(..) => {
                open.push(json!([]));
                keys.push(None);
                continue;
            }
            Event::MappingEnd | Event::SequenceEnd => {
                keys.pop();
                open.pop().unwrap()
            }
            Event::Scalar(text, ..) => Value::String(text.into_owned()),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => continue,
            Event::Alias(_) => panic!("the page has no aliases"),
        };
        match open.last_mut() {
            None => return value,
            Some(Value::Array(list)) => list.push(value),
            Some(Value::Object(map)) => {
                let waiting = keys.last_mut().unwrap();
                match waiting.take() {
                    None => *waiting = value.as_str().map(ToOwned::to_owned),
                    Some(key) => drop(map.insert(key, value)),
                }
            }
            Some(other) => panic!("{other}"),
        }
    }
    panic!("no document")
}

fn texts(map: &Value) -> BTreeMap<String, String> {
    let map = map.as_object().into_iter().flatten();
    map.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
        .collect()
}

pub(crate) fn root(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The first workflow of the page.
fn workflow() -> Value {
    let page = read(&root("docs/action.md"));
    let (_, rest) = page.split_once("## Quick start").unwrap();
    let (_, rest) = rest.split_once("```yaml\n").unwrap();
    yaml(rest.split_once("```").unwrap().0)
}

/// What the job lets its token do, and what its step is given.
struct Pasted {
    permissions: BTreeMap<String, String>,
    with: BTreeMap<String, String>,
}

fn pasted() -> Pasted {
    let workflow = workflow();
    assert_eq!(
        workflow["permissions"],
        json!({}),
        "nothing but what the job asks for"
    );
    let job = &workflow["jobs"]["verify"];
    let steps = job["steps"].as_array().unwrap();
    let uses = |step: &&Value| {
        let uses = step["uses"].as_str().unwrap_or_default();
        uses.starts_with("org/dockyard-provenance@")
    };
    let step = steps.iter().find(uses).unwrap();
    Pasted {
        permissions: texts(&job["permissions"]),
        with: texts(&step["with"]),
    }
}

/// A step in a repository of dockyard's layout, with the inputs of the quick start and no others.
/// The repository's own configuration names its trust, and the environment a mirror of npm: the
/// tests have no others.
fn step(name: &str, pasted: &Pasted) -> Job {
    let mut job = Job::pull_request(name);
    for input in ["npm-registry", "pypi-index"] {
        let variable = match input {
            "npm-registry" => "NPM_CONFIG_REGISTRY",
            _ => "UV_DEFAULT_INDEX",
        };
        let address = job.variable(&format!("INPUT_{}", input.to_uppercase()));
        job.set(variable, &address);
    }
    let config = "trusted-root = \"trust/root.json\"\nnpm-keys = \"trust/keys.json\"\n";
    let mut repository = vec![("dockyard-provenance.toml", config.to_owned())];
    for (file, input) in [
        ("trust/root.json", "INPUT_TRUSTED-ROOT"),
        ("trust/keys.json", "INPUT_NPM-KEYS"),
    ] {
        repository.push((file, read(Path::new(&job.variable(input)))));
    }
    repository.push(("npx/a/spec.yaml", good()));
    skills(|_| {});
    repository.push((
        "skills/review/spec.yaml",
        SKILL.replace("COMMIT", SKILL_COMMIT),
    ));
    for (path, text) in &repository {
        job.write(path, text);
        job.at_base(path, text);
    }
    let token = job.variable("INPUT_TOKEN");
    for name in names() {
        job.input(name, "");
    }
    // `action.yml`'s only default.
    job.input("token", &token);
    for (name, value) in &pasted.with {
        job.input(name, value);
    }
    job.github(|repository| repository.knobs.permissions = Some(pasted.permissions.clone()));
    job
}

#[test]
fn what_is_pasted_works_on_a_pull_request() {
    let job = step("pasted", &pasted());
    job.pull(7, &["npx/b/spec.yaml"]);
    job.spec("b", &bad());
    let run = job.run().exits(1).shows_the_finding();
    let error = "::error ";
    let annotation = run.out.lines().find(|line| line.starts_with(error));
    assert!(
        annotation.unwrap().contains("file=npx/b/spec.yaml,line="),
        "{run:#?}"
    );
    let comments = job.github(|repository| repository.comments.clone());
    assert_eq!(comments.len(), 1);
    for says in [
        "FAIL",
        "publisher-repository-mismatch",
        "Changed since the base",
    ] {
        assert!(
            comments[0].body.contains(says),
            "{says}: {}",
            comments[0].body
        );
    }
    let sarif: Value = serde_json::from_str(&read(&job.path("dockyard-provenance.sarif"))).unwrap();
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "npx/b/spec.yaml");
    let uploads = job.github(|repository| repository.sarifs.clone());
    assert_eq!(uploads.len(), 1);
    assert_eq!(uploads[0].request["commit_sha"], merge());
    for (output, value) in [
        ("verdict", "fail"),
        ("specs", "3"),
        ("verified", "2"),
        ("pinned", "1"),
        ("errors", "1"),
        ("report-file", "dockyard-provenance.json"),
        ("sarif-file", "dockyard-provenance.sarif"),
        ("sarif-id", uploads[0].id.as_str()),
    ] {
        assert_eq!(run.output(output), value, "{output}");
    }
    assert!(run.output("comment-url").contains("/pull/7#"), "{run:#?}");
    // Put right, the comment says so.
    job.spec("b", &good());
    job.run().exits(0);
    let body = job.github(|repository| repository.comments[0].body.clone());
    assert!(body.contains("resolved"), "{body}");
}

#[test]
fn what_is_pasted_works_on_a_push() {
    let mut job = step("pasted-push", &pasted());
    job.event("push", "refs/heads/main", &json!({}));
    let run = job.run().exits(0);
    assert_eq!(run.output("verdict"), "pass");
    assert_eq!(job.github(|repository| repository.sarifs.len()), 1);
}

/// The page's table of permissions: what each enables, and what happens without.
#[test]
fn every_permission_that_is_pasted_is_needed() {
    let pasted = pasted();
    let asked: Vec<&str> = pasted.permissions.keys().map(String::as_str).collect();
    assert_eq!(asked, ["contents", "pull-requests", "security-events"]);
    for (permission, code, words) in [
        ("contents", 3, "could not be read from the base branch"),
        ("pull-requests", 0, "give the job `pull-requests: write`"),
        (
            "security-events",
            0,
            "give the job `security-events: write`",
        ),
    ] {
        let mut fewer = Pasted {
            permissions: pasted.permissions.clone(),
            with: pasted.with.clone(),
        };
        fewer.permissions.remove(permission);
        let mut job = step(&format!("pasted-without-{permission}"), &fewer);
        if permission == "contents" {
            // Its trust files would be the base's, and could not be read either.
            let folder = job.path("trust");
            let elsewhere = tempfile::tempdir().unwrap();
            for file in ["root.json", "keys.json"] {
                std::fs::copy(folder.join(file), elsewhere.path().join(file)).unwrap();
            }
            let named = |file: &str| elsewhere.path().join(file).display().to_string();
            job.input("trusted-root", &named("root.json"));
            job.input("npm-keys", &named("keys.json"));
            job.run().exits(code).tells(words);
        } else {
            job.run().exits(code).tells(words);
        }
    }
}

#[test]
fn the_page_pins_what_the_examples_pin() {
    let pins = |text: &str| -> BTreeMap<String, String> {
        let lines = text.lines().filter_map(|line| line.split_once("uses: "));
        let uses = lines.filter_map(|(_, uses)| {
            let (name, pin) = uses.split_once('@')?;
            (!name.starts_with("org/")).then(|| (name.to_owned(), pin.to_owned()))
        });
        uses.collect()
    };
    let mut examples = BTreeMap::new();
    for entry in std::fs::read_dir(root("examples/workflows")).unwrap() {
        examples.extend(pins(&read(&entry.unwrap().path())));
    }
    let page = pins(&read(&root("docs/action.md")));
    assert!(page.contains_key("actions/checkout"), "{page:?}");
    for (name, pin) in page {
        assert_eq!(examples.get(&name), Some(&pin), "{name}");
        let (commit, version) = pin.split_once(" # v").unwrap();
        assert_eq!(
            (commit.len(), version.is_empty()),
            (head().len(), false),
            "{pin}"
        );
    }
}
