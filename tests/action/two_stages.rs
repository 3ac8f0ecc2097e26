//! The two stages for pull requests of forks, as the page and the examples give them: the same steps,
//! and none that keeps or believes what a pull request left behind.

use serde_json::{Value, json};

use crate::job::read;
use crate::quick_start::{root, yaml};

const FETCHED: &str = "report";

fn example(name: &str) -> Value {
    yaml(&read(&root("examples/workflows").join(name)))
}

/// What the page's section shows: the steps of the first stage, and the whole second one.
fn page() -> [Value; 2] {
    let page = read(&root("docs/action.md"));
    let (_, section) = page
        .split_once("## Comments on pull requests from forks")
        .unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let mut shown = section.split("```yaml\n").skip(1).map(|rest| {
        let (shown, _) = rest.split_once("```").unwrap();
        yaml(shown)
    });
    let both = [shown.next().unwrap(), shown.next().unwrap()];
    assert_eq!(shown.next(), None);
    both
}

/// Steps without their names, which are for readers.
fn plain(steps: &Value) -> Vec<Value> {
    let mut steps = steps.as_array().unwrap().clone();
    for step in &mut steps {
        step.as_object_mut().unwrap().remove("name");
    }
    steps
}

/// The steps of the first stage, as the page and the example give them.
fn first() -> [Vec<Value>; 2] {
    let example = example("fork-scan.yml");
    [
        plain(&page()[0]),
        plain(&example["jobs"]["provenance"]["steps"]),
    ]
}

fn using<'a>(steps: &'a [Value], name: &str) -> &'a Value {
    let used = |step: &&Value| step["uses"].as_str().unwrap().starts_with(name);
    steps.iter().find(used).unwrap()
}

#[test]
fn the_page_gives_the_steps_of_the_examples() {
    let [page_first, example_first] = first();
    assert_eq!(page_first, example_first);
    let (page, example) = (&page()[1], &example("fork-report.yml"));
    let (page_job, example_job) = (&page["jobs"]["comment"], &example["jobs"]["report"]);
    assert_eq!(plain(&page_job["steps"]), plain(&example_job["steps"]));
    for key in ["permissions", "if"] {
        assert_eq!(page_job[key], example_job[key], "{key}");
        assert!(!page_job[key].is_null(), "{key}");
    }
    for workflow in [page, example] {
        assert_eq!(workflow["permissions"], json!({}));
        assert_eq!(
            workflow["on"]["workflow_run"]["types"],
            json!(["completed"])
        );
    }
}

#[test]
fn only_what_this_run_wrote_is_kept() {
    for steps in first() {
        let verify = using(&steps, "org/dockyard-provenance@");
        assert_eq!(verify["id"], "verify");
        let keep = using(&steps, "actions/upload-artifact@");
        let written = "steps.verify.outputs.report-file";
        assert_eq!(keep["with"]["path"], format!("${{{{ {written} }}}}"));
        let only = format!("${{{{ !cancelled() && {written} != '' }}}}");
        assert_eq!(keep["if"], only);
    }
}

#[test]
fn a_report_that_cannot_be_fetched_does_not_skip_the_comment() {
    for steps in [
        &page()[1]["jobs"]["comment"]["steps"],
        &example("fork-report.yml")["jobs"]["report"]["steps"],
    ] {
        let steps = plain(steps);
        let fetch = using(&steps, "actions/download-artifact@");
        assert_eq!(fetch["continue-on-error"], "true");
        assert_eq!(fetch["with"]["path"], FETCHED);
        let report = &using(&steps, "org/dockyard-provenance@")["with"];
        let file = format!("{FETCHED}/dockyard-provenance.json");
        assert_eq!(report["report-file"], file);
    }
}
