//! Specs by chance: whatever is written, the old bytes stay, and a second run changes nothing.

use proptest::prelude::*;

use super::super::{Differences, Edited, declare_publisher};
use super::{PATH, github};

/// One line of a `provenance` block, or nothing, at this indentation.
fn comment() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("# a: b\n".to_owned()),
        Just("    # deep\n".to_owned()),
        Just("\n".to_owned()),
        Just("# é ::x::\n".to_owned()),
    ]
}

fn tail() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just(""), Just("  # x"), Just(" "), Just("  # \"y\": {z")]
}

prop_compose! {
    fn spec()(
        comments in prop::array::uniform6(comment()),
        tails in prop::array::uniform4(tail()),
        indent in 1_usize..5,
        uri in any::<bool>(),
        attestations in 0_u8..4,
        security in any::<bool>(),
        first in any::<bool>(),
        crlf in any::<bool>(),
        last in any::<bool>(),
        mark in any::<bool>(),
    ) -> String {
        let [c0, c1, c2, c3, c4, c5] = comments;
        let [t0, t1, t2, t3] = tails;
        let blanks = " ".repeat(indent);
        let head = format!("{c0}spec:{t0}\n  package: \"a\"\n{c1}  version: '1.2.3'\n");
        let mut block = format!("provenance:{t1}\n{c2}");
        if uri {
            block.extend([&blanks, "repository_uri: acme/widget", t2, "\n", &c3]);
        }
        if attestations > 0 {
            block.extend([&blanks, "attestations:", t3, "\n"]);
        }
        if attestations > 1 {
            block.extend([&c4, &blanks, &blanks, "available: true\n"]);
        }
        if attestations > 2 {
            let deep = blanks.repeat(2);
            block.extend([&deep, "publisher:\n", &c5, &deep, &blanks, "kind: GitHub\n"]);
        }
        let security = if security { "security:\n- x: |\n    text: {\n\n- y\n" } else { "" };
        let mut text = if first {
            format!("{block}{head}{security}")
        } else {
            format!("{head}{security}{block}")
        };
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        if last {
            text.truncate(text.trim_end().len());
        }
        if mark { format!("\u{feff}{text}") } else { text }
    }
}

proptest! {
    #[test]
    fn the_old_bytes_stay(text in spec()) {
        let edit = |text: &[u8]| declare_publisher(PATH, text, &github(), Differences::Keep);
        let Ok(Edited::Changed(new)) = edit(text.as_bytes()) else {
            panic!("{:?}: {text}", edit(text.as_bytes()));
        };
        prop_assert_eq!(edit(&new), Ok(Edited::Same));
        // Every old line is there, in its order; what is new stands between.
        let new = String::from_utf8(new).unwrap();
        let mut lines = new.split_inclusive('\n').map(|line| line.trim_end_matches(['\r', '\n']));
        for line in text.split_inclusive('\n') {
            let line = line.trim_end_matches(['\r', '\n']);
            prop_assert!(lines.any(|other| other == line), "{line:?} of {text} is not in {new}");
        }
        prop_assert_eq!(text.ends_with('\n'), new.ends_with('\n'));
        prop_assert_eq!(text.contains('\r'), new.contains('\r'));
        prop_assert_eq!(new.matches('\n').count(), new.matches("\r\n").count() + if text.contains('\r') { 0 } else { new.matches('\n').count() });
    }

    #[test]
    fn nothing_panics(text in "[-:# {}&*!|>'\"a\n\r\t]{0,60}") {
        let whole = format!("spec:\n  package: a\n  version: \"1.2.3\"\nprovenance:{text}");
        let before = whole.as_bytes();
        for differences in [Differences::Keep, Differences::Update] {
            if let Ok(Edited::Changed(new)) = declare_publisher(PATH, before, &github(), differences) {
                prop_assert_eq!(declare_publisher(PATH, &new, &github(), Differences::Keep), Ok(Edited::Same));
            }
        }
    }
}
