use crate::testing::{all, contradictions, read};
use crate::{Digests, LockErrorKind, What};

const ZERO: &str = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const ONE: &str = "h1:AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

#[test]
fn zips_are_entries_and_go_mod_files_are_none() {
    let lock = read(
        "go.sum",
        &format!(
            "golang.org/x/text v0.3.0 {ZERO}\r\ngolang.org/x/text v0.3.0/go.mod {ONE}\n\n\
             golang.org/x/tools v0.1.0/go.mod {ONE}\n  gopkg.in/yaml.v3\tv3.0.1 {ONE}\n"
        ),
    )
    .unwrap();
    assert_eq!(
        all(&lock),
        ["golang.org/x/text@v0.3.0", "gopkg.in/yaml.v3@v3.0.1"]
    );
    assert_eq!(
        (lock.entries[1].place.line, lock.entries[1].place.column),
        (5, 3)
    );
    let What::Registry(pinned) = &lock.entries[0].what else {
        panic!()
    };
    assert_eq!(pinned.digests, Digests::GoZip([0; 32]));
}

#[test]
fn of_two_hashes_the_first_counts_and_is_told() {
    let line = |hash: &str| format!("golang.org/x/text v0.3.0 {hash}\n");
    let twice = read("go.sum", &format!("{}{}", line(ZERO), line(ZERO))).unwrap();
    assert_eq!((twice.entries.len(), contradictions(&twice).len()), (1, 0));
    let two = read("go.sum", &format!("{}{}", line(ONE), line(ZERO))).unwrap();
    assert_eq!(contradictions(&two).len(), 1);
    // A kind that the go command does not know holds nothing.
    let later = read("go.sum", &format!("{}{}", line("h2:x"), line(ZERO))).unwrap();
    assert_eq!((all(&later).len(), contradictions(&later).len()), (1, 0));
    let none = read("go.sum", &line("h2:x")).unwrap();
    assert!(all(&none)[0].starts_with("broken: `h2:x` is no `h1:` hash"));
}

#[test]
fn what_the_go_command_refuses_is_refused() {
    let error = read("go.sum", "a b c\ngolang.org/x/text v0.3.0\n").unwrap_err();
    assert_eq!(error.kind, LockErrorKind::Malformed);
    assert_eq!(
        error.to_string(),
        "go.sum:2:1: a line has 2 words; the go command takes three"
    );
    let odd = read(
        "go.sum",
        &format!("\u{feff}golang.org/x/text v0.3.0 {ZERO}\nx v1 {ZERO}\n"),
    )
    .unwrap();
    assert!(
        all(&odd).iter().all(|entry| entry.starts_with("broken: ")),
        "{:?}",
        all(&odd)
    );
}
