//! What a run asks of a source, and what it remembers.

use std::collections::BTreeMap;
use std::sync::Mutex;

use testkit::{GoRelease, Sumdb as Served, World};

use super::*;
use package_provenance::evidence::go::sources::SumdbRoute;
use package_provenance::evidence::{FetchError, RawEvidence};
use package_provenance::package::PackageVersion;
use package_provenance::trust::{TrustDocument, TrustMaterial, TrustSource};
use package_provenance::verify::{Status, verify};

/// A proxy and a database, and what they were asked.
struct Server {
    documents: BTreeMap<String, Vec<u8>>,
    asked: Mutex<Vec<String>>,
}

impl Server {
    fn of(database: &Served, releases: &[GoRelease]) -> Self {
        let mut documents = BTreeMap::new();
        for release in releases {
            let folder = format!("go/proxy/{}/@v", release.path);
            let mut add = |name: &str, body: Vec<u8>| {
                documents.insert(format!("{folder}/{name}"), body);
            };
            add(
                &format!("{}.info", release.version),
                release.info().to_string().into(),
            );
            add(
                &format!("{}.mod", release.version),
                release.go_mod.clone().into(),
            );
            add("list", format!("{}\n", release.version).into());
        }
        let size = database.size();
        let mut add = |name: &str, body: Vec<u8>| {
            documents.insert(format!("go/sumdb/{name}"), body);
        };
        add("latest", database.note(size).into());
        for (path, version, id) in database.modules() {
            add(
                &format!("lookup/{path}@{version}"),
                database.lookup(id, size).into(),
            );
        }
        for (path, tile) in database.tiles(size) {
            add(&path, tile);
        }
        Self {
            documents,
            asked: Mutex::default(),
        }
    }
}

impl EvidenceSource for Server {
    async fn fetch(&self, request: &EvidenceRequest) -> Fetched {
        let path = request.evidence_path();
        self.asked.lock().unwrap().push(path.clone());
        let document = self.documents.get(&path);
        document.map_or(Fetched::Missing, |body| Fetched::Found(body.clone().into()))
    }
}

fn releases() -> Vec<GoRelease> {
    let name = |number| format!("example.com/m{number}");
    (0..12)
        .map(|number| GoRelease::new(&name(number), "v1.0.0", &[""]))
        .collect()
}

fn database(releases: &[GoRelease]) -> Served {
    let mut database = Served::new("run", 70_000);
    for release in releases {
        database.add(release);
        database.add_others(300);
    }
    database
}

fn run(database: &Served) -> GoRun {
    let sources = GoSources {
        sumdb: SumdbRoute::Address,
        ..GoSources::default()
    };
    GoRun::new(sources, Sumdb::parse(&database.verifier_key()).unwrap())
}

fn package(release: &GoRelease) -> GoPackage {
    GoPackage::parse(&release.path, &release.version).unwrap()
}

#[tokio::test]
async fn nothing_is_asked_twice_however_many_packages_share_it() {
    let releases = releases();
    let database = database(&releases);
    let server = Server::of(&database, &releases);
    let run = run(&database);
    let first = run.collect(&server, &package(&releases[0])).await;
    let tiles = |asked: &[String]| asked.iter().filter(|path| path.contains("/tile/")).count();
    let of_first = tiles(&server.asked.lock().unwrap());
    assert!(of_first <= 8, "{of_first} tiles");
    let heads = proven_heads(&package(&releases[0]), &first, &run.database);
    assert_eq!(heads.len(), 2);
    join_all(releases.iter().map(|release| {
        let (run, server) = (&run, &server);
        async move { run.collect(server, &package(release)).await }
    }))
    .await;
    let mut asked = server.asked.lock().unwrap().clone();
    let all = tiles(&asked);
    println!(
        "{of_first} tiles for the first module, {all} for {}",
        releases.len()
    );
    assert!(all <= of_first + 3 * (releases.len() - 1), "{all} tiles");
    let count = asked.len();
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), count);
}

/// `database` whose records were each answered with the newest head of that moment, and whose latest head is older
/// than all of them, as behind a cache.
fn with_own_heads(database: &Served, releases: &[GoRelease]) -> Server {
    let mut server = Server::of(database, releases);
    let size = database.size();
    for (number, (path, version, id)) in database.modules().into_iter().enumerate() {
        let own = size - 20 * (releases.len() - number);
        let answer = database.lookup(id, own).into();
        let place = format!("go/sumdb/lookup/{path}@{version}");
        server.documents.insert(place, answer);
        let tiles = database.tiles(own).into_iter();
        let tiles = tiles.map(|(path, tile)| (format!("go/sumdb/{path}"), tile));
        server.documents.extend(tiles);
    }
    let latest = size - 20 * releases.len() - 400;
    let latest = database.note(latest).into();
    server
        .documents
        .insert("go/sumdb/latest".to_owned(), latest);
    server
}

#[tokio::test]
async fn heads_that_grow_while_a_run_asks_take_few_tiles_more() {
    let releases = releases();
    let database = small(&releases);
    let tiles = |server: &Server| {
        let asked = server.asked.lock().unwrap();
        asked.iter().filter(|path| path.contains("/tile/")).count()
    };
    let server = with_own_heads(&database, &releases);
    let all = run(&database);
    join_all(releases.iter().map(|release| {
        let (run, server) = (&all, &server);
        async move { run.collect(server, &package(release)).await }
    }))
    .await;
    let at_once = tiles(&server);
    let server = with_own_heads(&database, &releases);
    let one = run(&database);
    let mut each = Vec::new();
    for release in &releases {
        let before = tiles(&server);
        one.collect(&server, &package(release)).await;
        each.push(tiles(&server) - before);
    }
    println!("at once {at_once}; one after the other {each:?}");
    let (first, rest) = each.split_first().unwrap();
    assert!(
        *first <= 8 && rest.iter().all(|more| *more <= 3),
        "{each:?}"
    );
    assert!(at_once <= first + 3 * rest.len(), "{at_once}");
    for release in &releases {
        assert_eq!(status(&all, &server, release).await.0, Status::Signed);
        assert_eq!(status(&one, &server, release).await.0, Status::Signed);
    }
}

#[tokio::test]
async fn the_newest_head_is_remembered_and_never_replaced_by_an_older_one() {
    let releases = releases();
    let mut database = database(&releases);
    let folder = tempfile::tempdir().unwrap();
    let see = async |database: &Served| {
        let run = run(database).remembering(folder.path());
        let raw = run
            .collect(&Server::of(database, &releases), &package(&releases[0]))
            .await;
        assert_eq!(run.finish(), None);
        raw.answers.get(&GoRequest::Remembered).cloned()
    };
    assert_eq!(see(&database).await, Some(Fetched::Missing));
    let kept = database.note(database.size());
    let as_kept = |note: &str| Some(Fetched::Found(note.as_bytes().into()));
    assert_eq!(see(&database).await, as_kept(&kept));
    // An older tree, as a mirror may show it.
    let mut older = Served::new("run", 70_000);
    older.add(&releases[0]);
    see(&older).await;
    assert_eq!(see(&database).await, as_kept(&kept));
    database.add_others(5);
    see(&database).await;
    assert_eq!(
        see(&database).await,
        as_kept(&database.note(database.size()))
    );
    // A file that somebody has filled with something else is no memory.
    let place = folder.path().join("go-sumdb");
    let file = std::fs::read_dir(&place)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    std::fs::write(&file, Served::new("stranger", 9).note(9)).unwrap();
    assert_eq!(see(&database).await, Some(Fetched::Missing));
}

/// As [`database`], and soon made.
fn small(releases: &[GoRelease]) -> Served {
    let mut database = Served::new("run", 700);
    for release in releases {
        database.add(release);
        database.add_others(99);
    }
    database
}

/// What `database` shows of `releases`, without its latest head.
fn without_latest(database: &Served, releases: &[GoRelease]) -> Server {
    let mut server = Server::of(database, releases);
    server.documents.remove("go/sumdb/latest");
    server
}

async fn status(run: &GoRun, server: &Server, release: &GoRelease) -> (Status, String) {
    let package = package(release);
    let raw = RawEvidence::Go(run.collect(server, &package).await);
    let world = World::new();
    let (root, keys) = (world.trusted_root_json(), world.npm_keys_json());
    let document = |json| TrustDocument { name: "test", json };
    let trust = TrustMaterial::new(
        document(root.as_bytes()),
        document(keys.as_bytes()),
        TrustSource::File,
    )
    .unwrap()
    .with_sumdb(run.database.clone());
    let observed = verify(&PackageVersion::Go(package), &raw, &trust, world.now);
    (observed.status, format!("{:?}", observed.evidence))
}

#[tokio::test]
async fn two_packages_under_two_trees_are_seen_in_one_run_and_in_two() {
    let releases = releases();
    let honest = small(&releases);
    for (at, more) in [(900, 0), (900, 700), (honest.size() - 1, 9)] {
        let mut fork = honest.fork(at);
        fork.add_others(more);
        let first = without_latest(&honest, &releases);
        let other = without_latest(&fork, &releases);
        // One run.
        let one = run(&honest);
        let (before, _) = status(&one, &first, &releases[0]).await;
        assert_eq!(before, Status::Signed);
        // The run holds answers already, so that only what is new comes from the fork.
        let (after, why) = status(&one, &other, &releases[1]).await;
        assert_eq!(after, Status::Invalid, "{why}");
        // Two of them.
        let folder = tempfile::tempdir().unwrap();
        for (server, expected) in [(&first, Status::Signed), (&other, Status::Invalid)] {
            let one = run(&honest).remembering(folder.path());
            let (after, why) = status(&one, server, &releases[0]).await;
            assert_eq!(after, expected, "{why}");
            assert_eq!(one.finish(), None);
        }
    }
    // The control: one tree that grew in between.
    let one = run(&honest);
    let mut grown = small(&releases);
    let short = without_latest(&grown, &releases);
    grown.add_others(77);
    let large = without_latest(&grown, &releases);
    for (server, release) in [(&short, 0), (&large, 1), (&large, 2), (&short, 3)] {
        let mut server = without_latest(&honest, &releases).with(server);
        server.documents.extend(
            large
                .documents
                .iter()
                .filter(|(path, _)| path.contains("/tile/"))
                .map(|(path, body)| (path.clone(), body.clone())),
        );
        let (after, why) = status(&one, &server, &releases[release]).await;
        assert_eq!(after, Status::Signed, "{release}: {why}");
    }
}

impl Server {
    fn with(mut self, other: &Self) -> Self {
        self.documents.extend(other.documents.clone());
        self
    }
}

#[tokio::test]
async fn what_nobody_can_be_asked_for_is_no_reason_against_a_package() {
    let releases = releases();
    let mut served = small(&releases);
    let short = without_latest(&served, &releases);
    served.add_others(300);
    let large = without_latest(&served, &releases);
    let one = run(&served);
    let (first, _) = status(&one, &large, &releases[0]).await;
    assert_eq!(first, Status::Signed);
    let raw = one
        .afresh()
        .collect(&Kept(short), &package(&releases[1]))
        .await;
    assert!(raw.seen.is_none());
    assert!(!not_kept(&raw));
}

/// What earlier runs kept.
struct Kept(Server);

impl EvidenceSource for Kept {
    async fn fetch(&self, request: &EvidenceRequest) -> Fetched {
        match self.0.fetch(request).await {
            Fetched::Missing if request.evidence_path().contains("/tile/") => {
                Fetched::Failed(FetchError {
                    asked: request.evidence_path(),
                    problem: FetchProblem::NotCached,
                })
            }
            answer @ (Fetched::Found(_) | Fetched::Missing | Fetched::Failed(_)) => answer,
        }
    }

    fn is_from_disk(&self, _request: &EvidenceRequest) -> bool {
        true
    }
}

#[tokio::test]
async fn what_came_from_the_disk_is_known_to_every_package_and_replaced() {
    let releases = releases();
    let served = small(&releases);
    let honest = Server::of(&served, &releases);
    let mut poisoned = Server::of(&served, &releases);
    for (path, body) in &mut poisoned.documents {
        if path.contains("/tile/") {
            body.fill(7);
        }
    }
    let one = run(&served);
    let poisoned = Kept(poisoned);
    let first = one.collect(&poisoned, &package(&releases[0])).await;
    // Another package, whose own session saw the registry alone.
    let second = one.collect(&honest, &package(&releases[1])).await;
    assert!(one.rests_on_disk(&first) && one.rests_on_disk(&second));
    assert!(proven_heads(&package(&releases[1]), &second, &one.database).is_empty());
    let fresh = one.afresh().collect(&honest, &package(&releases[0])).await;
    assert!(!one.afresh().rests_on_disk(&fresh));
    one.replace(&fresh);
    assert_eq!(status(&one, &honest, &releases[0]).await.0, Status::Signed);
}
