use super::*;

#[test]
fn a_file_that_cannot_be_read_is_a_problem_too() {
    let file = unreadable("npx/x/spec.yaml", "it is a symbolic link");
    assert!(unusable(&file));
    assert_eq!(problems(&file), [(RuleId::SpecInvalid, "", 1, 1)]);
    assert!(file.problems[0].message.contains("symbolic link"));
}

#[test]
fn a_file_without_the_right_to_read_it_gets_that_advice() {
    let help = |reason| {
        unreadable("npx/x/spec.yaml", reason).problems[0]
            .help
            .clone()
    };
    assert!(help("Permission denied (os error 13)").contains("the right to read"));
    assert!(help("it is a folder").contains("regular file"));
}

/// toolhive-registry keeps files of another shape at `registry/{server}/spec.yaml`.
#[test]
fn a_file_of_another_tool_is_one_problem() {
    let other = "name: x\nimage: ghcr.io/o/r:1\ntools: [a, b]\nmetadata:\n  stars: 1\n  pulls: 2\nprovenance:\n  sigstore_url: x\n  identity: y\n";
    for text in [
        other,
        "a: 1\n",
        "{}\n",
        "provenance: {x: y}\n",
        "metadata: [name]\n",
    ] {
        let file = parse("registry/x/spec.yaml", text.as_bytes());
        assert!(unusable(&file), "{text}");
        assert_eq!(problems(&file), [(RuleId::SpecInvalid, "spec", 1, 1)]);
        assert!(file.problems[0].message.contains("not a spec"), "{text}");
    }
    // With any part of a spec, what else is written is a mistake in a spec.
    for part in [
        "spec: ~\n",
        "metadata: {name: x}\n",
        "metadata: {protocol: npx}\n",
    ] {
        let file = npx(&format!("{part}imag: x\n"));
        let rules: Vec<_> = file.problems.iter().map(|one| one.rule).collect();
        assert!(rules.contains(&RuleId::UnknownKey), "{part}");
        assert!(rules.contains(&RuleId::SpecInvalid), "{part}");
        assert!(unusable(&file), "{part}");
    }
}
