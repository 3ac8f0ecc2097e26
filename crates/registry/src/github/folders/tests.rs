use std::time::Instant;

use package_provenance::git::{CommitId, FollowedRef, TreePath};
use package_provenance::identity::Repository;
use testkit::GitHub;
use testkit::github::{Fault, REPOSITORIES, vendor};

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// The skills of a tree like dockyard's, published by `github`.
fn dockyard(github: &GitHub) -> BTreeSet<PinnedFolder> {
    let published = github.publish_vendors().into_iter();
    let folders = published.map(|(_, text)| {
        let value = |key: &str| {
            let line = text.split(&format!("\n  {key}: \"")).nth(1).unwrap();
            line.split('"').next().unwrap().to_owned()
        };
        PinnedFolder {
            repository: Repository::declared(&value("repository"), "github.com").unwrap(),
            commit: CommitId::parse(&value("ref")).unwrap(),
            followed: Some(FollowedRef::branch("main").unwrap()),
            path: TreePath::parse(&value("path")).unwrap(),
        }
    });
    folders.collect()
}

fn graphql_answers(github: &GitHub, status: u16) {
    for number in 0..REPOSITORIES {
        let fault = Fault::new("POST", "graphql", status, 1_000);
        github.repository(&vendor(number), |it| it.knobs.faults.push(fault));
    }
}

/// How many of the folders GitHub tells of, and why not of another one.
async fn told(
    github: &GitHub,
    folders: &BTreeSet<PinnedFolder>,
    time: Duration,
) -> (usize, String) {
    let client = Client::new(&github.url(), Some("ghs_token")).unwrap();
    let answers = ask(&client, folders, time).await;
    assert_eq!(answers.len(), folders.len());
    let mut why = String::new();
    let told = answers.into_values().filter(|answer| match answer {
        Fetched::Failed(error) => {
            why = error.to_string();
            false
        }
        Fetched::Found(_) | Fetched::Missing => true,
    });
    (told.count(), why)
}

/// GitHub ends a query that takes it too long with 502 or 504, and takes its time for that too.
#[tokio::test]
async fn rest_is_reached_where_graphql_is_slow_to_fail() {
    for status in [502, 504] {
        let github = GitHub::start();
        let folders = dockyard(&github);
        graphql_answers(&github, status);
        github.delay_graphql(SECOND / 4);
        let (count, why) = told(&github, &folders, SECOND).await;
        assert_eq!(count, folders.len(), "{status}: {why}");
    }
}

#[tokio::test]
async fn rest_is_reached_where_graphql_hangs() {
    let github = GitHub::start();
    let folders = dockyard(&github);
    github.delay_graphql(2 * SECOND);
    let (count, why) = told(&github, &folders, SECOND).await;
    assert_eq!(count, folders.len(), "{why}");
    // The control: an outage of all of it is none that REST helps against, and ends in time.
    let begun = Instant::now();
    github.delay(2 * SECOND);
    let (count, why) = told(&github, &folders, SECOND / 5).await;
    assert_eq!(count, 0);
    assert!(why.contains("no answer within"), "{why}");
    assert!(begun.elapsed() < 2 * SECOND, "{:?}", begun.elapsed());
}

/// Eight requests at once that take 100 ms each take 100 ms, and 82 of them not 8 s.
#[tokio::test]
async fn requests_that_are_made_at_once_are_not_added_up() {
    let github = GitHub::start();
    let folders = dockyard(&github);
    graphql_answers(&github, 404);
    github.delay(SECOND / 10);
    let (count, why) = told(&github, &folders, SECOND).await;
    assert_eq!(count, folders.len(), "{why}");
    assert_eq!(github.requests(), 1 + 82);
}
