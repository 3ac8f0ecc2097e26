//! Mutated specs through Go's `yaml.v3` with dockhand's keys, and through this program: what both take
//! is the same package, version and protocol.

mod hazards;
mod honest;
mod mutate;
mod reader;

use std::fmt::Write as _;

use dockyard_provenance::spec::{Subject, parse};

use crate::chance::Chance;
use reader::{Answer, Reader};

/// Fewest specs of a run.
const SPECS: usize = 100_000;
/// Differences that are told in full.
const TOLD: usize = 10;

/// What a reader takes a file for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pinned {
    protocol: String,
    package: String,
    version: String,
}

/// What this program would look up. Findings do not matter here: their severities can be changed.
fn ours(folder: &str, bytes: &[u8]) -> Option<Pinned> {
    let file = parse::parse(&format!("{folder}/server/spec.yaml"), bytes);
    match file.subject {
        Subject::Package(_) => Some(Pinned {
            protocol: file.protocol.as_str().to_owned(),
            package: file.package_text.unwrap(),
            version: file.version_text.unwrap(),
        }),
        Subject::NotApplicable | Subject::Unusable => None,
    }
}

/// What dockhand would build.
fn theirs(answer: &Answer) -> Option<Pinned> {
    answer.accepted.then(|| Pinned {
        protocol: answer.protocol.clone(),
        package: answer.package.clone(),
        version: answer.version.clone(),
    })
}

/// Both take the file for a package, and not for the same one. Where only one of the two takes it,
/// nothing is built, or this program has refused it.
fn differ(folder: &str, bytes: &[u8], reader: &mut Reader) -> Option<(Pinned, Pinned)> {
    let ours = ours(folder, bytes)?;
    let theirs = theirs(&reader.read(bytes))?;
    (ours != theirs).then_some((ours, theirs))
}

/// The difference with as little around it as can be found by leaving things away.
fn smallest(folder: &str, bytes: &[u8], reader: &mut Reader) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let mut size = bytes.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < bytes.len() {
            let mut shorter = bytes.clone();
            shorter.drain(at..bytes.len().min(at + size));
            if differ(folder, &shorter, reader).is_some() {
                bytes = shorter;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    bytes
}

#[test]
fn what_both_read_is_the_same_package() {
    let Some(program) = crate::reader("DIFFERENTIAL_SPEC_READER", "reader with Go's yaml.v3")
    else {
        return;
    };
    let (seed, specs) = (crate::seed(), crate::count("DIFFERENTIAL_SPECS", SPECS));
    println!("DIFFERENTIAL_SEED={seed} DIFFERENTIAL_SPECS={specs}");
    let mut reader = Reader::start(&program);
    for (folder, text) in honest::SPECS {
        let answer = reader.read(text.as_bytes());
        assert!(answer.accepted, "{} in the honest {text}", answer.refusal);
        assert_eq!(ours(folder, text.as_bytes()), theirs(&answer), "{text}");
    }
    let (mut both, mut only_ours, mut only_theirs) = (0, 0, 0);
    let (mut differences, mut told) = (0, String::new());
    for number in 0..specs {
        let mut chance = Chance::of(seed, number);
        let (folder, honest) = honest::SPECS[chance.below(honest::SPECS.len())];
        let bytes = mutate::mutate(honest, &mut chance);
        let (ours, theirs) = (ours(folder, &bytes), theirs(&reader.read(&bytes)));
        match (ours, theirs) {
            (Some(ours), Some(theirs)) if ours == theirs => both += 1,
            (Some(ours), Some(theirs)) => {
                differences += 1;
                if differences <= TOLD {
                    let smallest = smallest(folder, &bytes, &mut reader);
                    let smallest = String::from_utf8_lossy(&smallest);
                    writeln!(told, "spec {number} in {folder}/: we read {ours:?}, Go {theirs:?}, for example of {smallest:?}").unwrap();
                }
            }
            (Some(_), None) => only_ours += 1,
            (None, Some(_)) => only_theirs += 1,
            (None, None) => {}
        }
    }
    println!(
        "{specs} specs: both read {both} alike and {differences} not, only we {only_ours}, only Go {only_theirs}"
    );
    assert!(differences == 0, "{told}");
    // Mutants that nobody reads would show nothing.
    assert!(
        both > specs / 5 && only_theirs > specs / 50,
        "too few specs are read"
    );
}
