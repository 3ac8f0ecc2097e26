//! What a run asks of a source, and what it remembers.

use std::collections::BTreeMap;
use std::sync::Mutex;

use testkit::{GoRelease, Sumdb as Served};

use super::*;
use package_provenance::evidence::go::sources::SumdbRoute;

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
    assert!(newest_head(&first, &run.database).is_some());
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
        run.verified(&raw);
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
