//! An answer of GitHub's GraphQL, about skills and about files of a commit.
#![no_main]

use std::sync::LazyLock;

use dockyard_registry::github::Envelope;
use dockyard_registry::github::files::{self, AtCommit, Told};
use dockyard_registry::github::folders::{Plan, read};
use libfuzzer_sys::fuzz_target;
use package_provenance::evidence::Fetched;
use package_provenance::git::{CommitId, FollowedRef, PinnedFolder, TreePath};
use package_provenance::identity::Repository;
use package_provenance::json;
use package_provenance::verify::{Status, verify_folder};

const TIP: &str = "1111111111111111111111111111111111111111";
const PINNED: &str = "2222222222222222222222222222222222222222";

static PLAN: LazyLock<Plan> = LazyLock::new(|| {
    let folder = PinnedFolder {
        repository: Repository::declared("https://github.com/acme/skills", "github.com").unwrap(),
        commit: CommitId::parse(PINNED).unwrap(),
        followed: Some(FollowedRef::branch("main").unwrap()),
        path: TreePath::parse("a").unwrap(),
    };
    Plan::of(&[folder].into()).remove(0)
});

fuzz_target!(|data: &[u8]| {
    let Ok(envelope) = json::from_slice::<Envelope>(data) else {
        return;
    };
    for (folder, answer) in read(&PLAN, &envelope).into_documents() {
        let observed = verify_folder(&folder, &answer);
        if observed.status == Status::Pinned {
            // Only by an answer that names the commit, and its own branch.
            let Fetched::Found(document) = &answer else {
                panic!("pinned by nothing");
            };
            let text = String::from_utf8_lossy(document);
            assert!(text.contains(PINNED) && text.contains("refs/heads/main"));
        }
        if !envelope.errors().is_empty() {
            // What an error is about everything for proves nothing.
            let general = envelope.errors().iter().any(|one| one.aliases().is_empty());
            assert!(!general || observed.status == Status::Unknown);
        }
    }
    let paths = ["npx/a/spec.yaml".to_owned()];
    for (_, told) in files::read(&envelope, TIP, &paths) {
        if let Ok(Told::At(AtCommit::Absent)) = told {
            assert!(envelope.errors().is_empty() && envelope.data.is_some());
        }
    }
});
