use tempfile::TempDir;

use super::*;
use package_provenance::package::{NpmName, NpmPackage, NpmVersion};

const PATH: &str = "npm/@s/a/1.0.0/manifest.json";
const BODY: &[u8] = br#"{"name":"@s/a"}"#;

fn package(version: &str) -> NpmPackage {
    NpmPackage {
        name: NpmName::parse("@s/a").unwrap(),
        version: NpmVersion::parse(version).unwrap(),
    }
}

/// A folder with one document, and one recorded as missing.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut manifest = EvidenceManifest::default();
    manifest.push_found(PATH, BODY);
    manifest.push_missing("npm/@s/a/1.0.0/attestations.json");
    fs::write(folder.path().join(FILE_NAME), manifest.to_json().unwrap()).unwrap();
    let file = folder.path().join(PATH);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, BODY).unwrap();
    folder
}

async fn manifest_of(folder: &Path) -> Fetched {
    let source = EvidenceDir::open(folder).unwrap();
    source
        .fetch(&EvidenceRequest::NpmManifest(package("1.0.0")))
        .await
}

async fn problem_of(folder: &Path) -> FetchProblem {
    match manifest_of(folder).await {
        Fetched::Failed(error) => {
            assert_eq!(error.asked, PATH);
            error.problem
        }
        Fetched::Found(_) | Fetched::Missing => panic!("it was answered"),
    }
}

#[tokio::test]
async fn recorded_answers_are_told_apart() {
    let folder = folder();
    let source = EvidenceDir::open(folder.path()).unwrap();
    assert_eq!(
        manifest_of(folder.path()).await,
        Fetched::Found(BODY.into())
    );
    let attestations = EvidenceRequest::NpmAttestations(package("1.0.0"));
    assert_eq!(source.fetch(&attestations).await, Fetched::Missing);
    let other = EvidenceRequest::NpmManifest(package("1.0.1"));
    let Fetched::Failed(error) = source.fetch(&other).await else {
        panic!("not recorded");
    };
    assert_eq!(error.problem, FetchProblem::NotRecorded);
}

#[tokio::test]
async fn a_changed_byte_is_refused() {
    let folder = folder();
    let mut bytes = BODY.to_vec();
    bytes[3] ^= 1;
    fs::write(folder.path().join(PATH), &bytes).unwrap();
    let problem = problem_of(folder.path()).await;
    assert!(
        matches!(&problem, FetchProblem::Altered(why) if why.contains("sha256")),
        "{problem}"
    );
}

#[tokio::test]
async fn a_deleted_file_is_not_a_missing_document() {
    let folder = folder();
    fs::remove_file(folder.path().join(PATH)).unwrap();
    let problem = problem_of(folder.path()).await;
    assert!(
        matches!(&problem, FetchProblem::Altered(why) if why.contains("not there")),
        "{problem}"
    );
}

#[tokio::test]
async fn a_file_beyond_the_limit_is_refused_though_its_digest_matches() {
    let folder = folder();
    let limit = max_body(&EvidenceRequest::NpmManifest(package("1.0.0")));
    for (length, fine) in [(limit, true), (limit + 1, false)] {
        let bytes = vec![b' '; length];
        fs::write(folder.path().join(PATH), &bytes).unwrap();
        let mut manifest = EvidenceManifest::default();
        manifest.push_found(PATH, &bytes);
        fs::write(folder.path().join(FILE_NAME), manifest.to_json().unwrap()).unwrap();
        let answer = manifest_of(folder.path()).await;
        assert_eq!(matches!(answer, Fetched::Found(_)), fine, "{length}");
        assert_eq!(matches!(answer, Fetched::Failed(_)), !fine, "{length}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn links_are_not_followed_though_the_digest_matches() {
    use std::os::unix::fs::symlink;

    let elsewhere = tempfile::tempdir().unwrap();
    let outside = elsewhere.path().join("manifest.json");
    fs::write(&outside, BODY).unwrap();

    let linked_file = folder();
    let file = linked_file.path().join(PATH);
    fs::remove_file(&file).unwrap();
    symlink(&outside, &file).unwrap();
    let problem = problem_of(linked_file.path()).await;
    assert!(
        matches!(&problem, FetchProblem::Altered(why) if why.contains("link")),
        "{problem}"
    );

    let linked_folder = folder();
    let parent = linked_folder.path().join("npm/@s/a/1.0.0");
    fs::remove_dir_all(&parent).unwrap();
    symlink(elsewhere.path(), &parent).unwrap();
    let problem = problem_of(linked_folder.path()).await;
    assert!(
        matches!(&problem, FetchProblem::Altered(why) if why.contains("link")),
        "{problem}"
    );
}

#[tokio::test]
async fn a_folder_in_a_files_place_is_refused() {
    let folder = folder();
    let file = folder.path().join(PATH);
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    let problem = problem_of(folder.path()).await;
    assert!(
        matches!(&problem, FetchProblem::Altered(why) if why.contains("regular")),
        "{problem}"
    );
}

#[test]
fn a_folder_needs_a_usable_manifest() {
    let folder = folder();
    assert!(EvidenceDir::open(folder.path()).is_ok());
    let manifest = folder.path().join(FILE_NAME);
    let escaping = r#"{"schema_version":1,"entries":[{"path":"../x","status":404}]}"#;
    fs::write(&manifest, escaping).unwrap();
    let error = EvidenceDir::open(folder.path()).unwrap_err();
    assert!(error.to_string().contains("../x"), "{error}");
    fs::remove_file(&manifest).unwrap();
    let error = EvidenceDir::open(folder.path()).unwrap_err();
    assert!(
        matches!(error, EvidenceDirError::Unreadable { .. }),
        "{error}"
    );
}
