//! Lock files of uv and pip.

use crate::stage::{Run, Stage};

/// pip's and uv's locks of the same two files: the honest ones, one with another digest, one without any.
#[test]
fn pythons_locks_are_held_against_the_index() {
    let stage = Stage::new();
    let release = stage.world.pypi_release("widget", "1.2.3");
    stage.registry.publish_pypi(&release);
    let files = release.index["files"].as_array().unwrap();
    let hash = |at: usize| files[at]["hashes"]["sha256"].as_str().unwrap().to_owned();
    let name = |at: usize| files[at]["filename"].as_str().unwrap().to_owned();
    let requirements = |hash: &str| format!("widget==1.2.3 --hash=sha256:{hash}\n");
    let index = stage.registry.pypi_index_url();
    let uv = |hash: &str| {
        format!(
            "version = 1\nrequires-python = \">=3.9\"\n\n[[package]]\nname = \"web\"\nversion = \"1.0.0\"\n\
             source = {{ virtual = \".\" }}\ndependencies = [{{ name = \"widget\" }}]\n\n[[package]]\n\
             name = \"widget\"\nversion = \"1.2.3\"\nsource = {{ registry = \"{index}\" }}\n\
             wheels = [{{ url = \"https://files.pythonhosted.org/packages/{}\", hash = \"sha256:{hash}\", size = 3 }}]\n",
            name(0)
        )
    };
    let zeros = "0".repeat(64);
    for (path, honest, forged) in [
        (
            "requirements.txt",
            requirements(&hash(0)),
            requirements(&zeros),
        ),
        ("uv.lock", uv(&hash(0)), uv(&zeros)),
    ] {
        let judged = |text: &str, code: i32| {
            stage.write(path, text);
            let mut command = stage.command(&["verify-lock", path, "--format", "json"]);
            let report = Run::of(&mut command).exits(code).report();
            let packages = report.json["locks"][0]["packages"]
                .as_array()
                .unwrap()
                .clone();
            let widget = packages
                .iter()
                .find(|it| it["name"] == "widget")
                .unwrap()
                .clone();
            let rules = widget["findings"].as_array().unwrap().iter();
            let rules: Vec<String> = rules
                .map(|it| it["rule"].as_str().unwrap().to_owned())
                .collect();
            (widget["status"].as_str().unwrap().to_owned(), rules)
        };
        assert_eq!(
            judged(&honest, 0),
            ("verified".to_owned(), Vec::new()),
            "{path}"
        );
        let (status, rules) = judged(&forged, 1);
        assert_eq!(
            (status.as_str(), rules),
            ("verified", vec!["lock-integrity-mismatch".to_owned()]),
            "{path}"
        );
    }
    stage.write("requirements.txt", "widget==1.2.3\n");
    let run = Run::of(&mut stage.command(&["verify-lock", "requirements.txt"])).exits(0);
    assert!(run.out.contains("lock-entry-without-integrity"), "{run:#?}");
    stage.write("requirements.txt", "widget>=1\n");
    let run = Run::of(&mut stage.command(&["verify-lock", "requirements.txt"]));
    assert!(run.code != Some(0), "{run:#?}");
}
