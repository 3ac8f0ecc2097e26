//! Trees like dockyard's: hardly anything is asked, and hardly anything is said.

use std::fs;
use std::path::Path;

use testkit::GitHub;
use testkit::github::{REPOSITORIES, vendor};

use super::{run, skill};
use crate::stage::{Run, Stage};

/// A tree shaped like dockyard's: 189 skills of 26 repositories at 28 commits.
pub(super) fn dockyard(stage: &Stage, github: &GitHub) {
    for (path, text) in github.publish_vendors() {
        stage.write(&path, &text);
    }
}

#[test]
fn a_hundred_and_eighty_nine_skills_are_one_question() {
    let (stage, github) = (Stage::new(), GitHub::start());
    dockyard(&stage, &github);
    let run = self::run(&stage, &github, &["scan"]).exits(0);
    assert_eq!(github.requests(), 1, "{run:?}");
    assert!(run.out.contains("189 skills"), "{}", run.out);
    assert!(run.out.lines().count() < 20, "{}", run.out);
    // The comment is as short: one line says that there are so many.
    let page = self::run(&stage, &github, &["scan", "--format", "markdown"]).out;
    assert!(page.contains("189 skills"), "{page}");
    assert!(page.lines().count() < 30 && page.len() < 3_000, "{page}");
    let asked = github.requests();
    // Where GraphQL does not compare: 28 comparisons more.
    for number in 0..REPOSITORIES {
        github.repository(&vendor(number), |it| it.history.only_refs_compare = true);
    }
    self::run(&stage, &github, &["scan"]).exits(0);
    assert_eq!(github.requests(), asked + 1 + 28);
    // Without a token the reason is told once.
    let run = Run::of(&mut stage.command(&["scan"])).exits(3);
    assert!(run.out.contains("188 more skills"), "{}", run.out);
    assert!(run.out.lines().count() < 20, "{}", run.out);
    // One that is wrong is seen among them.
    let text = skill(
        "https://github.com/vendor3/skills",
        &"d".repeat(40),
        "skills/s3",
        "main",
    );
    stage.write("skills/s3/spec.yaml", &text);
    let run = self::run(&stage, &github, &["scan"]).exits(1);
    assert!(
        run.out.contains("188 skills") && run.out.contains("package-not-found"),
        "{}",
        run.out
    );
}

/// Genuine specs of dockyard, where they lie beside the project: every skill is asked about in one question, and
/// the words for people stay short.
#[test]
fn dockyards_own_skills_are_one_question() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/real/dockyard/skills");
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("SKIPPED: no genuine specs beside the project");
        return;
    };
    let (stage, github) = (Stage::new(), GitHub::start());
    let mut skills = 0;
    for entry in entries {
        let entry = entry.unwrap();
        let text = fs::read_to_string(entry.path().join("spec.yaml")).unwrap();
        let of = |key: &str| {
            let line = text.lines().find_map(|line| line.trim().strip_prefix(key));
            let value = line.unwrap_or_else(|| panic!("no {key} in {text}"));
            let (value, _comment) = value.split_once(" #").unwrap_or((value, ""));
            value.trim().trim_matches('"').to_owned()
        };
        let url = of("repository:");
        let name = url.strip_prefix("https://github.com/").unwrap();
        let name = name.trim_end_matches(".git");
        let (commit, file) = (of("ref:"), format!("{}/SKILL.md", of("path:")));
        let branch = of("repository_ref:").replace("refs/heads/", "");
        let tip = "e".repeat(40);
        github.repository(name, |it| {
            it.commit(&commit, &[], &[&file]);
            let known: Vec<String> = it.history.commits.keys().cloned().collect();
            let parents = known.iter().map(String::as_str).filter(|id| *id != tip);
            let parents: Vec<&str> = parents.collect();
            it.commit(&tip, &parents, &[]);
            it.branch(&branch, &tip);
        });
        let path = format!("skills/{}/spec.yaml", entry.file_name().to_str().unwrap());
        stage.write(&path, &text);
        skills += 1;
    }
    let run = self::run(&stage, &github, &["scan", "--format", "json"]);
    let report = run.exits(0).report();
    assert_eq!(report.json["summary"]["by_status"]["pinned"], skills);
    assert_eq!(github.requests(), 1);
    let out = self::run(&stage, &github, &["scan"]).out;
    assert!(out.lines().count() < 20, "{out}");
    let page = self::run(&stage, &github, &["scan", "--format", "markdown"]).out;
    assert!(page.contains("3 skills: 3 pinned"), "{page}");
}
