//! What it costs to look at what a pull request changes.

use serde_json::json;
use testkit::github::Fault;

use crate::job::{Job, bad, base, good};
use crate::since_base::{HEADING, comment, is_in_doubt, job, path, rows};

/// How often GraphQL was asked about the repository.
pub(crate) fn bulk(job: &Job) -> usize {
    job.github(|repository| {
        let calls = repository.calls.iter();
        calls.filter(|call| call.path == "graphql").count()
    })
}

/// How often the contents of a file, or the repository, were asked for.
pub(crate) fn asked(job: &Job, of_a_file: bool) -> usize {
    job.github(|repository| {
        let calls = repository.calls.iter();
        let wanted = calls.filter(|call| {
            if of_a_file {
                call.path.starts_with("contents/")
            } else {
                call.path.is_empty()
            }
        });
        wanted.count()
    })
}

/// A text that GraphQL cannot show whole is read through REST, byte for byte.
#[test]
fn a_file_that_is_no_text_is_read_all_the_same() {
    let job = job("no-text", &["npx/a/spec.yaml"]);
    let bytes = [bad().as_bytes(), b"# \xff\n"].concat();
    job.github(|repository| {
        let key = (base(), path("a"));
        repository.files.insert(key, bytes);
    });
    let run = job.run().exits(0);
    let rows = rows(&job, &run);
    assert!(rows[0].1.starts_with("malformed<br>"), "{rows:?}");
    assert_eq!((asked(&job, true), bulk(&job)), (1, 1));
}

#[test]
fn five_hundred_specs_are_read_in_a_few_queries() {
    let files: Vec<String> = (0..500).map(|number| path(&number.to_string())).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let job = job("five-hundred", &files);
    for file in &files {
        job.at_base(
            file,
            &good().replace("\"acme/widget\"", "\"mallory/widget\""),
        );
        job.write(file, &good());
    }
    let run = job.run().exits(0);
    // The summary has room for all of them; a comment is cut.
    let section = run.summary.split(HEADING).nth(1).unwrap();
    assert!(section.contains("npx/499") && comment(&job).contains(HEADING));
    assert_eq!((asked(&job, true), bulk(&job)), (0, 5));
}

/// Whoever opens pull requests spends what all of them share.
#[test]
fn added_specs_cost_no_requests() {
    let files: Vec<String> = (0..60).map(|number| path(&number.to_string())).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let job = job("many-added", &files);
    for number in 0..60 {
        job.spec(&number.to_string(), &good());
    }
    let run = job.run().exits(0);
    assert_eq!(rows(&job, &run).len(), 60);
    assert_eq!((asked(&job, true), asked(&job, false)), (0, 0));
}

/// What the base does not have is shown by the same answer.
#[test]
fn what_the_base_does_not_have_costs_nothing_more() {
    let job = job("seen-once", &[]);
    job.github(|repository| {
        let files = &mut repository.pulls.get_mut(&7).unwrap().files;
        for name in ["p", "q", "r"] {
            files.push((path(name), Some(path(&format!("old-{name}")))));
        }
    });
    for name in ["p", "q", "r"] {
        job.spec(name, &good());
    }
    let run = job.run().exits(0);
    assert_eq!(rows(&job, &run).len(), 3);
    assert_eq!(
        (asked(&job, true), asked(&job, false), bulk(&job)),
        (0, 0, 1)
    );
    // The control: where it cannot be seen, nothing is taken for absent.
    job.github(|repository| {
        let mut fault = Fault::new("POST", "graphql", 200, 1_000);
        let error = json!({"message": "Could not resolve", "type": "NOT_FOUND", "path": ["r"]});
        fault.instead = Some(json!({"data": {"r": null}, "errors": [error]}));
        repository.knobs.faults.push(fault);
    });
    let run = job.run();
    is_in_doubt(&job, run, "could not be read");
}
