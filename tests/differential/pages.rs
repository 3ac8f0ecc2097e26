//! Random index pages through pip and uv, and through this program: whatever they would install is
//! among the files that this program looks at, and where pip holds a file to a digest, to ours.
//!
//! What an installer chose is told by what it asked the server for. pip goes on to the next file
//! where one's metadata is wrong, and metadata is the attacker's: each file that its finder holds for
//! one of the release counts. A page that this program refuses needs no comparison.

mod archive;
mod generate;
mod installers;
mod names;
mod served;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::thread;

use aws_lc_rs::digest::{SHA256, digest};
use package_provenance::evidence::pypi::{self, Release};
use package_provenance::package::{PypiName, PypiPackage, PypiVersion};
use testkit::{Registry, registry::Response};

use crate::chance::Chance;
use generate::Page;
use installers::{Did, Wanted};

/// Fewest pages of a run that this program reads and installers are asked about.
const PAGES: usize = 500;
/// Names of the installers, as they stand in addresses.
const INSTALLERS: [&str; 3] = ["old-pip", "pip", "uv"];
/// Differences that are told in full.
const TOLD: usize = 20;

/// A page, the files that this program takes for those of the release, and what makes it again.
struct Case {
    number: usize,
    page: Page,
    release: Release,
}

/// So many pages that this program reads, and how many it refused on the way.
fn cases(seed: u64, count: usize) -> (Vec<Case>, usize) {
    let mut cases = Vec::new();
    let mut number = 0;
    while cases.len() < count {
        let page = generate::page(&mut Chance::of(seed, number));
        if let Some(release) = ours(&page) {
            cases.push(Case {
                number,
                page,
                release,
            });
        }
        number += 1;
        // Pages that are all refused would show nothing.
        assert!(
            number < 10 * count,
            "only {} of {number} pages are read",
            cases.len()
        );
    }
    let refused = number - cases.len();
    (cases, refused)
}

/// What this program takes for files of the release; `None` where it refuses the page.
fn ours(page: &Page) -> Option<Release> {
    let package = PypiPackage {
        name: PypiName::parse(page.project).unwrap(),
        version: PypiVersion::parse(page.version).unwrap(),
    };
    let index = pypi::index(&page.at("https://index.example/"), &package).ok()?;
    Some(index.release.unwrap_or_default())
}

/// Whether this program looks at the file: holds it to an attestation, or says that nobody attested it.
fn knows(release: &Release, filename: &str) -> bool {
    release
        .files
        .iter()
        .any(|file| file.filename.as_str() == filename)
        || release
            .unattestable
            .iter()
            .any(|name| name == filename || name.ends_with(&format!("(listed as {filename})")))
}

/// Serves the page to one installer, so that the server's log tells who asked.
fn publish(registry: &Registry, installer: &str, case: &Case) -> Wanted {
    let Case { number, page, .. } = case;
    let folder = format!("/{installer}/{number}/");
    let name = testkit::pypi::normalize(page.project);
    registry.set(
        &format!("{folder}simple/{name}/"),
        Response::typed(
            "application/vnd.pypi.simple.v1+json",
            page.at(&format!("{}{folder}", registry.url())),
        ),
    );
    for file in &page.files {
        let bytes = Response::typed("application/octet-stream", file.bytes.clone());
        registry.set(&format!("{folder}{}", file.path), bytes);
    }
    Wanted {
        index: format!("{}{folder}simple/", registry.url()),
        requirement: format!("{}=={}", page.project, page.version),
    }
}

/// The number of the file that a path or an address below a page's folder is of.
fn number_of(path: &str) -> Option<usize> {
    let (_, rest) = path.split_once("/f/")?;
    rest.split('/').next()?.parse().ok()
}

/// Per installer and page, the numbers of the files that were asked for.
fn asked(registry: &Registry) -> BTreeMap<(String, usize), BTreeSet<usize>> {
    let mut asked: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for request in registry.requests() {
        let mut parts = request.path.split('/').skip(1);
        let installer = parts.next().unwrap_or_default().to_owned();
        let page = parts.next().and_then(|part| part.parse().ok());
        if let (Some(page), Some(file)) = (page, number_of(&request.path)) {
            asked.entry((installer, page)).or_default().insert(file);
        }
    }
    asked
}

/// The first file with which an installer did what it should not, and what that is.
fn difference(
    Case { page, release, .. }: &Case,
    did: &Did,
    asked: &BTreeSet<usize>,
) -> Option<(usize, &'static str)> {
    let named: BTreeSet<usize> = did
        .applicable
        .iter()
        .filter_map(|url| number_of(url))
        .collect();
    let unseen = asked
        .union(&named)
        .find(|number| !knows(release, &page.files[**number].filename));
    if let Some(number) = unseen {
        return Some((*number, "takes a file that we do not see"));
    }
    let number = match (&did.installed, did.succeeded, asked.len()) {
        (Some(url), _, _) => number_of(url)?,
        (None, true, 1) => *asked.first()?,
        _ => return None,
    };
    // Else the finder is not asked here as pip asks it when it installs.
    if did.installed.is_some() && !named.contains(&number) {
        return Some((number, "takes a file that its finder does not name"));
    }
    let taken = &page.files[number];
    let file = release
        .files
        .iter()
        .find(|file| file.filename.as_str() == taken.filename)?;
    let digest = digest(&SHA256, &taken.bytes);
    file.digest
        .as_ref()
        .is_ok_and(|ours| ours != digest.as_ref())
        .then_some((number, "takes bytes with another digest than we verify"))
}

#[test]
fn what_installers_take_is_what_is_looked_at() {
    let named = [
        crate::reader("DIFFERENTIAL_OLD_PIP", "folder with pip 23"),
        crate::reader("DIFFERENTIAL_PIP", "folder with pip"),
        crate::reader("DIFFERENTIAL_UV", "uv"),
    ];
    let [Some(old_pip), Some(pip), Some(uv)] = named else {
        return;
    };
    let (seed, count) = (crate::seed(), crate::count("DIFFERENTIAL_PAGES", PAGES));
    println!("DIFFERENTIAL_SEED={seed} DIFFERENTIAL_PAGES={count}");
    let (cases, refused) = cases(seed, count);
    let registry = Registry::start();
    let wanted = |installer: &str| -> Vec<Wanted> {
        let cases = cases.iter();
        cases
            .map(|case| publish(&registry, installer, case))
            .collect()
    };
    let (python, folder) = (installers::python(), tempfile::tempdir().unwrap());
    let [for_old, for_pip, for_uv] = INSTALLERS.map(wanted);
    let did = thread::scope(|scope| {
        let old = scope.spawn(|| installers::pip(&python, &old_pip, &for_old));
        let new = scope.spawn(|| installers::pip(&python, &pip, &for_pip));
        let uv = scope.spawn(|| installers::uv(&python, &uv, folder.path(), &for_uv));
        [old, new, uv].map(|thread| thread.join().unwrap())
    });
    judge(&cases, &registry, &did).close(count, refused);
}

/// What came out of all pages.
#[derive(Default)]
struct Tally {
    /// Pages with a file that nobody can attest.
    odd: usize,
    /// Pages from which each installer installs something.
    installed: [usize; 3],
    differences: usize,
    told: String,
}

fn judge(cases: &[Case], registry: &Registry, did: &[Vec<Did>; 3]) -> Tally {
    let (asked, none) = (asked(registry), BTreeSet::new());
    let mut tally = Tally::default();
    for (at, case) in cases.iter().enumerate() {
        tally.odd += usize::from(!case.release.unattestable.is_empty());
        for (place, installer) in INSTALLERS.into_iter().enumerate() {
            let did = &did[place][at];
            tally.installed[place] += usize::from(did.succeeded);
            let asked = asked.get(&(installer.to_owned(), case.number));
            if let Some((file, what)) = difference(case, did, asked.unwrap_or(&none)) {
                tally.tell(case, installer, file, what);
            }
        }
    }
    tally
}

impl Tally {
    fn tell(&mut self, case: &Case, installer: &str, file: usize, what: &str) {
        self.differences += 1;
        if self.differences <= TOLD {
            let Case { number, page, .. } = case;
            let (name, version, entry) = (page.project, page.version, &page.files[file].entry);
            writeln!(
                self.told,
                "page {number}: {installer}, asked for {name}=={version}, {what}: {entry}"
            )
            .unwrap();
        }
    }

    fn close(self, pages: usize, refused: usize) {
        let Self {
            odd,
            installed,
            differences,
            told,
        } = self;
        let [old, new, uv] = installed;
        println!(
            "{pages} pages that we read ({refused} refused), {odd} of them with files that nobody \
             can attest: pip 23 installs from {old}, pip from {new}, uv from {uv}; {differences} \
             differences"
        );
        assert!(differences == 0, "{told}");
        // Pages from which nobody installs would show nothing.
        let enough = installed.iter().all(|one| *one > pages / 3);
        assert!(enough, "the installers take too little");
    }
}
