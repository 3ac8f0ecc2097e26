//! The pages about rules.

use dockyard_report::finding::RuleId;

use crate::stage::{Run, program};

fn explain(arguments: &[&str]) -> Run {
    Run::of(program().arg("explain").args(arguments))
}

#[test]
fn every_rule_is_listed_and_has_a_page() {
    let list = explain(&[]).exits(0).out;
    assert_eq!(RuleId::ALL.len(), 58);
    for rule in RuleId::ALL {
        assert!(list.contains(rule.as_str()), "{rule}");
        let page = explain(&[rule.as_str()]).exits(0).out;
        assert!(page.starts_with(rule.as_str()), "{page}");
        assert!(page.contains("What to do"), "{page}");
        assert!(
            page.lines().all(|line| line.chars().count() <= 100),
            "{page}"
        );
    }
}

#[test]
fn an_unknown_rule_is_refused_with_the_nearest() {
    explain(&["no-provenence"]).refuses("did you mean `no-provenance`?");
    explain(&["something-else-entirely"]).refuses("lists them all");
}
