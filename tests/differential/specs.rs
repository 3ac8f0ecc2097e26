//! Mutated specs through Go's `yaml.v3` with dockhand's keys, and through this program: what both take
//! is the same package, with the same overrides and the same environment.

mod hazards;
mod honest;
mod mutate;
mod reader;

use std::fmt::Write as _;

use dockyard_report::spec::{Protocol, Subject, parse};
use package_provenance::package::Requirement;

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
    /// `overrides` or `constraints`, in the order of the file.
    overrides: Vec<String>,
    /// Names of `env`, sorted.
    env: Vec<String>,
}

/// What this program would look up. Findings do not matter here: their severities can be changed.
fn ours(folder: &str, bytes: &[u8]) -> Option<Pinned> {
    let file = parse::parse(&format!("{folder}/server/spec.yaml"), bytes);
    let Subject::Package(spec) = file.subject else {
        return None;
    };
    let overrides = spec.overrides.iter().map(|one| match file.protocol {
        Protocol::Uvx => format!("{:?}", one.wanted),
        Protocol::Npx | Protocol::Go | Protocol::Other(_) => {
            npm(&one.package, one.version.as_deref())
        }
    });
    let mut env: Vec<String> = spec.env.iter().map(|name| name.value.clone()).collect();
    env.sort();
    Some(Pinned {
        protocol: file.protocol.as_str().to_owned(),
        package: file.package_text.unwrap(),
        version: file.version_text.unwrap(),
        overrides: overrides.collect(),
        env,
    })
}

fn npm(package: &str, version: Option<&str>) -> String {
    format!("{package:?} {version:?}")
}

/// What dockhand would build.
fn theirs(answer: &Answer) -> Option<Pinned> {
    let overrides = answer.overrides.iter().flatten();
    let constraints = answer.constraints.iter().flatten();
    answer.accepted.then(|| Pinned {
        protocol: answer.protocol.clone(),
        package: answer.package.clone(),
        version: answer.version.clone(),
        overrides: overrides
            .map(|one| npm(&one.package, Some(&one.version)))
            .chain(constraints.map(|one| format!("{:?}", Requirement::pypi(&one.spec))))
            .collect(),
        env: answer
            .env
            .iter()
            .flatten()
            .map(|(name, _)| name.clone())
            .collect(),
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
